"""A secret that does not show itself."""

from __future__ import annotations

import hmac
from typing import Never


class Secret:
    """A signing secret: representations, f-strings and logs show ``***``; only `reveal` gives the text."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """``text``: any non-empty string; short development secrets are allowed."""
        self._text = text

    def reveal(self) -> str:
        """The secret itself. Ask for it at the place of use and keep no copy."""
        return self._text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __reduce__(self) -> Never:
        raise TypeError("A Secret cannot be pickled: the copy would hold it in the clear.")
