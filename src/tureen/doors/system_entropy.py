"""The chance of a running server: the system's source of unpredictable bits."""

from __future__ import annotations

import secrets
import string

_LETTERS = string.ascii_letters + string.digits


class SystemEntropy:
    """Implements `ports.Entropy`."""

    def token(self, length: int) -> str:
        """``length`` random letters and digits."""
        return "".join(secrets.choice(_LETTERS) for _ in range(length))

    def integer(self, bits: int) -> int:
        """0 to ``2**bits - 1``."""
        return secrets.randbits(bits)
