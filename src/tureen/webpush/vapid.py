"""Who sends: the server's key and the tokens that it signs for each push service (RFC 8292)."""

from __future__ import annotations

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tureen.auth.secret import Secret
from tureen.webpush import base64url

_SCALAR_BYTES = 32
_TOKEN_S = 12 * 3600
"""RFC 8292 section 2 allows 24 h."""

_RENEW_S = 3600
"""A token is not used in its last hour: clocks differ."""

_TOKENS = 64
"""Kept tokens, one for each push service; browsers know a handful."""


def new_vapid_key() -> Secret:
    """A private key on P-256 as base64url, the form in which tools for web push show it."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return Secret(base64url.encode(number.to_bytes(_SCALAR_BYTES, "big")))


class Vapid:
    """Signs for the server."""

    def __init__(self, key: Secret, contact: str) -> None:
        """``contact``: ``mailto:`` or ``https:``, for operators of push services (section 2.1); may be empty.

        Raises `ValueError` for what is no key.
        """
        raw = base64url.decode_untrusted(key.reveal())
        if len(raw) != _SCALAR_BYTES:
            raise ValueError("A key for web push is 32 bytes in base64url.")
        self._key = ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
        self._contact = contact
        self._tokens: dict[str, tuple[float, str]] = {}
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = base64url.encode(point)
        """``applicationServerKey`` of the Push API."""

    def authorization(self, origin: str, now: float) -> str:
        """The header for a push service; ``origin``: scheme, host and port of its endpoints."""
        expires_at, token = self._tokens.get(origin, (0.0, ""))
        if now > expires_at - _RENEW_S:
            expires_at = now + _TOKEN_S
            claims = {"aud": origin, "exp": int(expires_at)} | ({"sub": self._contact} if self._contact else {})
            token = jwt.encode(claims, self._key, algorithm="ES256")
            if len(self._tokens) >= _TOKENS:
                self._tokens.clear()
            self._tokens[origin] = expires_at, token
        return f"vapid t={token}, k={self.public_key}"
