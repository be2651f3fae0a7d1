"""URLs that give one right to one file until a point in time (HMAC-SHA-256, RFC 2104)."""

from __future__ import annotations

import enum
import hashlib
import hmac
from base64 import urlsafe_b64encode

from tureen.model.ids import AttachmentId

_SIGNATURE_BYTES = 16
_MAX_DIGITS = 15


class Purpose(enum.StrEnum):
    """What a URL is for. Each is signed for itself: none can be made of another."""

    UPLOAD = "upload"
    ORIGINAL = "original"
    THUMBNAIL = "thumbnail"


class UrlSigner:
    """Signs and checks. All nodes that serve the same files share its key."""

    def __init__(self, key: bytes) -> None:
        """``key``: at least 32 unpredictable bytes."""
        self._key = key

    def upload_url(self, attachment: AttachmentId, expires_at: int) -> str:
        """``expires_at``: Unix milliseconds. Relative to the server."""
        return f"/v1/uploads/{attachment}?{self._query(Purpose.UPLOAD, attachment, expires_at)}"

    def file_url(self, purpose: Purpose, attachment: AttachmentId, now: int, valid_ms: int) -> str:
        """Valid for half to all of ``valid_ms``: within each half the URL stays the same, so that caches know it."""
        half = max(valid_ms // 2, 1)
        expires_at = (now // half + 2) * half
        return f"/v1/files/{attachment}/{purpose}?{self._query(purpose, attachment, expires_at)}"

    def valid_until_untrusted(
        self, purpose: Purpose, attachment: str, expires: str | None, signature: str | None, now: int
    ) -> int | None:
        """Unix milliseconds; ``None`` unless the signature is ours and the time has not passed."""
        if not expires or not signature or len(expires) > _MAX_DIGITS or not (expires.isascii() and expires.isdigit()):
            return None
        expires_at = int(expires)
        expected = self._signature(purpose, attachment, expires_at)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            return None
        return expires_at if now < expires_at else None

    def _query(self, purpose: Purpose, attachment: AttachmentId, expires_at: int) -> str:
        return f"exp={expires_at}&sig={self._signature(purpose, attachment, expires_at)}"

    def _signature(self, purpose: Purpose, attachment: str, expires_at: int) -> str:
        told = f"{purpose}\n{attachment}\n{expires_at}".encode("utf-8", "replace")
        digest = hmac.new(self._key, told, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
