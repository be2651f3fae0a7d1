"""A token that vouches for the body of a request, as webhooks of LiveKit carry it.

A token like those for participants, but with the claim ``sha256``: the body's hash in base64 (RFC 4648 section 4). Who
holds the key's secret can tell that the request is the server's, whole, and of now.
"""

from __future__ import annotations

import hashlib
import math
from base64 import b64encode

import msgspec
from msgspec import Struct

from tureen.auth.secret import Secret
from tureen.auth.signatures import SIGNATURES

BODY_TOKEN_S = 300
"""How long it is accepted: a recorded request cannot be played back later."""

_LEEWAY_S = 30
"""Receivers' clocks may be late."""


class _BodyClaims(Struct, frozen=True, kw_only=True):
    iss: str
    nbf: int
    exp: int
    sha256: str


def sign_body(body: bytes, key: str, secret: Secret, now: float) -> str:
    """The token, for the header ``Authorization``. ``key``: the secret's name; ``now``: Unix seconds."""
    claims = _BodyClaims(
        iss=key,
        nbf=math.floor(now) - _LEEWAY_S,
        exp=math.ceil(now) + BODY_TOKEN_S,
        sha256=b64encode(hashlib.sha256(body).digest()).decode(),
    )
    return SIGNATURES.encode(msgspec.json.encode(claims), secret.reveal(), algorithm="HS256")
