"""JSON Web Signatures (RFC 7515) with HMAC SHA-256 (RFC 7518 section 3.2), and nothing else."""

from __future__ import annotations

from jwt import PyJWS
from jwt.algorithms import HMACAlgorithm


class _QuietHmac(HMACAlgorithm):
    """HMAC that accepts short secrets in silence.

    How strong the secrets are is the operator's decision at start-up, not one for a warning per token; the development
    secret is short on purpose.
    """

    def check_key_length(self, key: bytes) -> str | None:  # noqa: ARG002 - the base class gives the signature
        return None


def _signatures() -> PyJWS:
    jws = PyJWS(algorithms=["HS256"])
    jws.unregister_algorithm("HS256")
    jws.register_algorithm("HS256", _QuietHmac(HMACAlgorithm.SHA256))
    return jws


SIGNATURES = _signatures()
"""Signs and verifies."""
