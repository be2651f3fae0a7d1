"""The one error of this package."""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError


class MediaCoreError(TureenError):
    """The packet core is missing, could not start, or refused a batch."""

    code: ClassVar[str] = "media_core"
