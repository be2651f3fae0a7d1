"""Transport attributes: groups (RFC 5888), ICE credentials (RFC 8839), DTLS roles and fingerprints (RFC 8122)."""

from __future__ import annotations

import enum
import re

from msgspec import Struct

from tureen.model.media import Fingerprint
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import read_token, read_words, shown, words

MAX_GROUP = 256
"""Mids in a group."""

_ICE_CHARACTERS = re.compile(r"[0-9A-Za-z+/]+")
_HASH = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){0,127}")


class Setup(enum.StrEnum):
    """Who starts the DTLS handshake (RFC 4145)."""

    ACTIVE = "active"
    PASSIVE = "passive"
    ACTPASS = "actpass"
    HOLDCONN = "holdconn"


class Group(Struct, frozen=True, kw_only=True):
    """``a=group``: sections that belong together."""

    semantics: str
    mids: tuple[str, ...] = ()

    def encode(self) -> str:
        """The value of the attribute."""
        return " ".join((self.semantics, *self.mids))


def parse_group(value: str) -> Group:
    """Reads ``<semantics> <mid>…``. Raises `SdpError`."""
    semantics, *mids = read_words(value, "the group", 1, 1 + MAX_GROUP)
    return Group(
        semantics=read_token(semantics, "the semantics of the group"),
        mids=tuple(read_token(mid, "a mid of the group") for mid in mids),
    )


def parse_setup(value: str) -> Setup:
    """Reads an ``a=setup``. Raises `SdpError`."""
    try:
        return Setup(value)
    except ValueError:
        raise SdpError(f"the setup is {shown(value)}", "it must be active, passive, actpass or holdconn") from None


def parse_ice_ufrag(value: str) -> str:
    """Reads a user name fragment: 4 to 256 characters (RFC 8839 section 5.4). Raises `SdpError`."""
    return _read_ice_characters(value, "the ICE user name fragment", 4)


def parse_ice_pwd(value: str) -> str:
    """Reads a password: 22 to 256 characters (RFC 8839 section 5.4). Raises `SdpError`."""
    return _read_ice_characters(value, "the ICE password", 22)


def parse_ice_options(value: str) -> tuple[str, ...]:
    """Reads option tags. Raises `SdpError`."""
    return tuple(read_token(tag, "an ICE option") for tag in words(value))


def parse_fingerprint(value: str) -> Fingerprint:
    """Reads ``<hash function> <bytes>``; the algorithm in lower case, the bytes in upper. Raises `SdpError`."""
    algorithm, hash_ = read_words(value, "the fingerprint", 2, 2)
    if _HASH.fullmatch(hash_) is None:
        raise SdpError(f"the fingerprint is {shown(hash_)}", "it must be hexadecimal bytes joined by colons")
    return Fingerprint(algorithm=read_token(algorithm, "the hash function").lower(), value=hash_.upper())


def encode_fingerprint(fingerprint: Fingerprint) -> str:
    """The value of an ``a=fingerprint``."""
    return f"{fingerprint.algorithm} {fingerprint.value}"


def _read_ice_characters(value: str, what: str, least: int) -> str:
    if not least <= len(value) <= 256 or _ICE_CHARACTERS.fullmatch(value) is None:
        raise SdpError(f"{what} is not usable", f"it must be {least} to 256 letters, digits, '+' or '/'")
    return value
