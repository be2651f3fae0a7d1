"""The media type of a file by its first bytes. Its name only chooses among the formats that they allow."""

from __future__ import annotations

import puremagic

from tureen.attachments.media_types import AVIF, HTML, OCTET_STREAM, SVG, TEXT, ZIP

HEAD_BYTES = 16 * 1024

_MARKUP_BYTES = 1024
_MARKUP = {b"<!doctype html": HTML, b"<html": HTML, b"<script": HTML, b"<body": HTML, b"<svg": SVG}
_EXACT = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"%PDF-", "application/pdf"),
)
"""For the formats that decide something the library's list of guesses is too long."""

_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
"""One picture, or several in sequence (AV1 Image File Format, section 8)."""

_HEIF = "image/heif"
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""HEIC, and the container's own name, under which other codecs come too (ISO/IEC 23008-12, section 10)."""

_OGG_VIDEO = b"theora"
_SAME = {
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "image/x-ms-bmp": "image/bmp",
    "application/x-matroska": "video/x-matroska",
}
_BY_EXTENSION = {".m4a": "audio/mp4", ".opus": "audio/ogg", ".mp3": "audio/mpeg"}


def sniff_untrusted(head: bytes, name: str) -> str:
    """``head``: the first `HEAD_BYTES`, or all. Never fails: what nothing tells is text or any bytes."""
    for signature, media_type in _EXACT:
        if head.startswith(signature):
            return media_type
    if head.startswith(b"RIFF") and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head[4:8] == b"ftyp" and (media_type := _picture_in_boxes(head)):
        return media_type
    if head.startswith(b"OggS"):
        return "video/ogg" if _OGG_VIDEO in head[:_MARKUP_BYTES] else "audio/ogg"
    return _markup(head[:_MARKUP_BYTES]) or _by_library(head, name) or (TEXT if _is_text(head) else OCTET_STREAM)


def _picture_in_boxes(head: bytes) -> str:
    """By the brands of the file type box (ISO/IEC 14496-12, section 4.3): the first, and the compatible ones."""
    size = min(int.from_bytes(head[:4], "big"), _MARKUP_BYTES)
    major, compatible = head[8:12], {head[at : at + 4] for at in range(16, size, 4)}
    if major in _AVIF_BRANDS or (major in _HEIF_BRANDS and compatible & _AVIF_BRANDS):
        return AVIF
    return _HEIF if major in _HEIF_BRANDS else ""


def _markup(beginning: bytes) -> str:
    text = beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    # A declaration or comments may come first.
    reach = len(text) if text.startswith((b"<?xml", b"<!--")) else 1
    found = {text.find(tag, 0, reach + len(tag) - 1): media_type for tag, media_type in _MARKUP.items()}
    found.pop(-1, None)
    return found[min(found)] if found else ""


def _by_library(head: bytes, name: str) -> str:
    try:
        guesses = puremagic.magic_string(head, name)
    except (puremagic.PureError, ValueError):
        return ""
    for guess in guesses:
        media_type = guess.mime_type or _BY_EXTENSION.get(guess.extension.lower(), "")
        if media_type:
            return _SAME.get(media_type, media_type)
    return ""


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    # The head may end within a character.
    for cut in range(4):
        try:
            head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return True
    return False
