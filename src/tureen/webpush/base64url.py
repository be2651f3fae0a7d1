"""base64url without padding (RFC 4648 section 5), as the Push API writes its keys."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(raw: bytes) -> str:
    """Never with padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_untrusted(text: str) -> bytes:
    """Padding is optional. Raises `ValueError`."""
    stripped = text.rstrip("=")
    if not stripped.isascii() or not stripped.replace("-", "").replace("_", "").isalnum():
        raise ValueError("This is not base64url.")
    try:
        return urlsafe_b64decode(stripped + "=" * (-len(stripped) % 4))
    except binascii.Error as error:
        raise ValueError("This is not base64url.") from error
