"""The one error of this package."""

from __future__ import annotations


class SdpError(Exception):
    """A session description cannot be used.

    The fault is the description's author's, and sending the same text again gives the same error.
    """

    code = "sdp_invalid"

    def __init__(self, what: str, why: str = "", *, line: int | None = None) -> None:
        """``what`` is wrong, ``why`` that matters or what to send instead, ``line`` where (counted from 1)."""
        super().__init__(what, why)
        self.what = what
        self.why = why
        self.line = line

    def at(self, line: int) -> SdpError:
        """The same error with the line on which it was found."""
        return SdpError(self.what, self.why, line=line)

    def __str__(self) -> str:
        place = "" if self.line is None else f"SDP line {self.line}: "
        reason = f": {self.why}" if self.why else ""
        return f"{place}{self.what}{reason}"
