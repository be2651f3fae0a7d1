"""Bounded readers for the words of SDP lines (RFC 8866 section 9)."""

from __future__ import annotations

import re

from tureen.sdp.errors import SdpError

MAX_TOKEN = 256
"""Characters in a token: mids, rids, stream and track ids, encoding names."""

_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+")
_DIGITS = re.compile(r"[0-9]{1,20}")
_SHOWN = 40


def shown(text: str) -> str:
    """The text as an error message may quote it: shortened, control characters escaped."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


def words(text: str) -> list[str]:
    """The words between spaces. Only the space separates; other white space belongs to a word."""
    return [word for word in text.split(" ") if word]


def is_token(text: str, limit: int = MAX_TOKEN) -> bool:
    """Whether this is a token of 1 to ``limit`` characters."""
    return len(text) <= limit and _TOKEN.fullmatch(text) is not None


def read_token(text: str, what: str, limit: int = MAX_TOKEN) -> str:
    """The text, if it is a token of 1 to ``limit`` characters. Raises `SdpError`."""
    if not is_token(text, limit):
        raise SdpError(f"{what} is {shown(text)}", f"it must be a token of 1 to {limit} characters")
    return text


def read_integer(text: str, what: str, low: int, high: int) -> int:
    """A decimal number from ``low`` to ``high``. Raises `SdpError`."""
    if _DIGITS.fullmatch(text) is None or not low <= (number := int(text)) <= high:
        raise SdpError(f"{what} is {shown(text)}", f"it must be a number from {low} to {high}")
    return number


def read_words(text: str, what: str, least: int, most: int) -> list[str]:
    """The words of a value that has ``least`` to ``most`` of them. Raises `SdpError`."""
    found = words(text)
    if not least <= len(found) <= most:
        raise SdpError(f"{what} has {len(found)} words", f"it takes {least} to {most}")
    return found


def split_once(text: str, separator: str, what: str) -> tuple[str, str]:
    """What stands before and after the first separator. Raises `SdpError` without one."""
    before, found, after = text.partition(separator)
    if not found:
        raise SdpError(f"{what} is {shown(text)}", f"there must be a {separator!r} in it")
    return before, after
