"""Types of settings that a person writes as text: lists, addresses, keys."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainValidator
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode
from yarl import URL

from tureen.auth.secret import Secret
from tureen.auth.tokens import MAX_NAME_CHARACTERS
from tureen.storage.errors import StorageError
from tureen.storage.url import sqlite_path

MAX_URL_CHARACTERS = 2000
MAX_HOST_CHARACTERS = 253

_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


def _split(value: object) -> object:
    """``"a, b"`` as a list, for the environment; anything else as it is."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _words(value: object) -> object:
    """``"clamdscan --fdpass"`` as a shell would split it."""
    if not isinstance(value, str):
        return value
    try:
        return shlex.split(value)
    except ValueError:
        raise PydanticCustomError("command", "A quotation mark of the command is not closed.") from None


def _address(text: str) -> str:
    try:
        parsed = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        raise _unfit(text, "is not an IPv4 or IPv6 address") from None
    if parsed.is_multicast:
        raise _unfit(text, "is a multicast address, not one of a machine")
    if parsed.version == 6 and parsed.is_link_local:
        raise _unfit(text, "means something only together with an interface; name another address of the machine")
    return str(parsed)


def _listen_address(text: str) -> str:
    return text if text == "localhost" else _address(text)


def _public_address(text: str) -> str:
    address = _address(text)
    if ipaddress.ip_address(address).is_unspecified:
        raise _unfit(text, "is no address that somebody could send to")
    return address


def _disjoint(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """A wildcard takes the port on every address of its family."""
    literals = [each for name in addresses for each in (("127.0.0.1", "::1") if name == "localhost" else (name,))]
    parsed = {ipaddress.ip_address(each) for each in literals}
    for wildcard in (each for each in parsed if each.is_unspecified):
        for other in parsed - {wildcard}:
            if other.version == wildcard.version:
                raise _unfit(str(wildcard), f"contains {other}; name only one of them")
    return addresses


def _unfit(text: str, why: str) -> PydanticCustomError:
    return PydanticCustomError("address", '"{text}" {why}.', {"text": text[:100], "why": why})


def _secret(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    if isinstance(value, str) and value:
        return Secret(value)
    raise PydanticCustomError("secret", "A secret is a text of at least one character.")


def _keys(value: object) -> dict[str, Secret]:
    """A table of keys, or its one-line form ``"key: secret, key2: secret2"``."""
    pairs: Mapping[object, object]
    if isinstance(value, str):
        pairs = dict(_pair(part) for part in value.replace("\n", ",").split(",") if part.strip())
    elif isinstance(value, Mapping):
        pairs = value
    else:
        raise PydanticCustomError("keys", "Keys are a table of names and secrets.")
    return {_key_name(name): _secret(secret) for name, secret in pairs.items()}


def _pair(part: str) -> tuple[str, str]:
    # The text is not quoted in the error: it may hold a secret.
    name, colon, secret = part.partition(":")
    if not colon or not name.strip() or not secret.strip():
        raise PydanticCustomError("keys", "Not every key is followed by a colon and its secret.")
    return name.strip(), secret.strip()


def _key_name(name: object) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_CHARACTERS:
        raise PydanticCustomError("keys", "A key's name has 1 to 256 characters.")
    return name


def _database_url(value: object) -> Secret:
    if isinstance(value, Secret):
        return value
    try:
        sqlite_path(value if isinstance(value, str) else "")
    except StorageError as error:
        # The text is not quoted: it may hold a password.
        raise PydanticCustomError("database_url", "{why}", {"why": error.message}) from None
    return Secret(str(value))


def _hook_url(text: str) -> str:
    # Read by what the HTTP client reads it with. The text is not quoted: it may hold a secret.
    try:
        url = URL(text)
        good = url.scheme in ("http", "https") and bool(url.host) and url.port is not None and url.user is None
    except ValueError:
        good = False
    if not good or len(text) > MAX_URL_CHARACTERS:
        raise PydanticCustomError("url", "It is no address that begins with https:// or http://, without a user name.")
    return text


def _host_name(text: str) -> str:
    name = text.lower().removesuffix(".")
    if len(name) > MAX_HOST_CHARACTERS or not _HOST_NAME.fullmatch(name):
        raise PydanticCustomError(
            "host_name", '"{text}" is no name of a host: write it without scheme, port and path.', {"text": text[:100]}
        )
    return name


PublicAddress = Annotated[str, AfterValidator(_public_address)]
"""A literal IPv4 or IPv6 address in its canonical form."""

ListenAddress = Annotated[str, AfterValidator(_listen_address)]
"""The same, or ``localhost`` for both loopback addresses."""

ListenAddresses = Annotated[tuple[ListenAddress, ...], NoDecode, BeforeValidator(_split), AfterValidator(_disjoint)]
"""A list, or its one-line form ``"a, b"``."""

PublicAddresses = Annotated[tuple[PublicAddress, ...], NoDecode, BeforeValidator(_split)]
"""A list, or its one-line form ``"a, b"``."""

HostNames = Annotated[tuple[Annotated[str, AfterValidator(_host_name)], ...], NoDecode, BeforeValidator(_split)]
"""A list, or its one-line form ``"a, b"``; in lower case."""

CommandLine = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
"""A program and its arguments as a list, or in one line as for a shell."""

SecretText = Annotated[Secret, PlainValidator(_secret)]
"""A text that never shows itself."""

HookUrl = Annotated[str, AfterValidator(_hook_url)]
"""Where questions are sent by HTTP."""

Keys = Annotated[dict[str, Secret], NoDecode, PlainValidator(_keys)]
"""Signing secrets by key name, or their one-line form ``"key: secret, key2: secret2"``."""

DatabaseUrl = Annotated[Secret, PlainValidator(_database_url)]
"""``sqlite:///...`` or ``postgresql://...``; it may hold a password."""
