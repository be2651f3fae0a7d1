"""The errors of this package."""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError


class ServeError(TureenError):
    """The server cannot start. The operator's to mend; a retry alone does not help."""

    code: ClassVar[str] = "cannot_serve"
