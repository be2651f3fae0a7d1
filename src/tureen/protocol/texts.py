"""Texts that come in as JSON; see `model.texts`."""

from __future__ import annotations

from tureen.model.texts import holds_nul_untrusted
from tureen.protocol.errors import invalid


def check_texts_untrusted(raw: bytes) -> None:
    """Raises `CommandError` where JSON is no UTF-8, or a text or name in it holds U+0000.

    What commands carry on unread (`msgspec.Raw`) is covered too. ``raw`` may also be no JSON at all.
    """
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            raise invalid("The JSON is not UTF-8.") from error
    if holds_nul_untrusted(raw):
        raise invalid("A text holds the character U+0000.", "Leave it out.")
