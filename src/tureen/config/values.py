"""Types of settings that a person writes as text: lists, addresses, keys."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainValidator
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

from tureen.auth.secret import Secret
from tureen.auth.tokens import MAX_NAME_CHARACTERS


def _split(value: object) -> object:
    """``"a, b"`` as a list, for the environment; anything else as it is."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        raise PydanticCustomError("address", '"{text}" is not an IPv4 or IPv6 address.', {"text": text[:100]}) from None


def _listen_address(text: str) -> str:
    return text if text == "localhost" else _address(text)


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


PublicAddress = Annotated[str, AfterValidator(_address)]
"""A literal IPv4 or IPv6 address in its canonical form."""

ListenAddress = Annotated[str, AfterValidator(_listen_address)]
"""The same, or ``localhost`` for both loopback addresses."""

ListenAddresses = Annotated[tuple[ListenAddress, ...], NoDecode, BeforeValidator(_split)]
"""A list, or its one-line form ``"a, b"``."""

PublicAddresses = Annotated[tuple[PublicAddress, ...], NoDecode, BeforeValidator(_split)]
"""A list, or its one-line form ``"a, b"``."""

SecretText = Annotated[Secret, PlainValidator(_secret)]
"""A text that never shows itself."""

Keys = Annotated[dict[str, Secret], NoDecode, PlainValidator(_keys)]
"""Signing secrets by key name, or their one-line form ``"key: secret, key2: secret2"``."""
