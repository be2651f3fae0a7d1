"""The error of this package."""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError


class ApiError(TureenError):
    """A request to our own HTTP API is refused; the client's fault unless ``status`` is 503."""

    code: ClassVar[str] = "api_error"

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        """``status``: of HTTP. ``code``: stable name for programs. ``message`` and ``hint``: for people."""
        super().__init__(message, hint)
        self.status = status
        self.wire_code = code
