"""Names of files, made harmless: shown to people, offered to their file systems, quoted in headers."""

from __future__ import annotations

import unicodedata

MAX_CHARACTERS = 200
_FALLBACK = "file"
_EXTENSION_CHARACTERS = 16
_RESERVED = frozenset('<>:"|?*/\\')
_JOINERS = frozenset("\u200c\u200d")
"""Persian and Indic names and many emoji are spelt with them; all other format characters are left out."""


def safe_name_untrusted(name: str) -> str:
    """The last part of a path, without control and format characters (bidirectional overrides, UAX #9, are such).

    Never empty, never ``.`` or ``..``; over-long names lose their middle and keep their extension.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join("_" if char in _RESERVED else char for char in base if _is_kept(char))
    stripped = " ".join(kept.split()).strip(". ")
    if not stripped:
        return _FALLBACK
    # A leading dot would hide it, a name of an extension alone is none.
    return _shortened(stripped)


def extension(name: str) -> str:
    """Lower case, without its dot; empty if there is none."""
    stem, dot, end = name.rpartition(".")
    return end.lower() if dot and stem else ""


def _is_kept(char: str) -> bool:
    return char == " " or char in _JOINERS or unicodedata.category(char)[0] != "C"


def _shortened(name: str) -> str:
    if len(name) <= MAX_CHARACTERS:
        return name
    end = extension(name)
    if not end or len(end) > _EXTENSION_CHARACTERS:
        return name[:MAX_CHARACTERS]
    return f"{name[: MAX_CHARACTERS - len(end) - 1]}.{end}"
