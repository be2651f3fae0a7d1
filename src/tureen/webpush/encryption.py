"""What only the device can read (RFC 8291, over RFC 8188)."""

from __future__ import annotations

import http_ece  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec

from tureen.webpush import base64url

RECORD_BYTES = 4096
MAX_PLAINTEXT_BYTES = 3993
"""RFC 8291 section 4: 4096 bytes less header, padding delimiter and tag."""

_POINT_BYTES = 65
_AUTH_BYTES = 16


class DeviceKeys:
    """A device's public key and authentication secret."""

    def __init__(self, public_key: str, auth: str) -> None:
        """Both base64url, as the Push API gives them. Raises `ValueError` for what is none."""
        self._point = base64url.decode_untrusted(public_key)
        self._auth = base64url.decode_untrusted(auth)
        if len(self._point) != _POINT_BYTES or len(self._auth) != _AUTH_BYTES:
            raise ValueError("p256dh has 65 bytes, auth 16.")
        # Raises for points that are not on the curve.
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), self._point)

    def encrypt(
        self, plaintext: bytes, *, key: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
    ) -> bytes:
        """At most `MAX_PLAINTEXT_BYTES`. ``key`` and ``salt`` are for test vectors: both have to be fresh each time."""
        return http_ece.encrypt(  # type: ignore[no-any-return] # the library has no types
            plaintext,
            salt=salt,
            private_key=key or ec.generate_private_key(ec.SECP256R1()),
            dh=self._point,
            auth_secret=self._auth,
            rs=RECORD_BYTES,
            version="aes128gcm",
        )
