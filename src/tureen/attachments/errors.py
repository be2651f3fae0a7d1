"""The errors of this package beside `CommandError`.

::

    ObjectStoreError        bytes cannot be stored or read: the disk, the network, the rights
      ObjectMissingError    there is no such object
    OffsetError             a chunk does not continue the upload (a `CommandError`)
"""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError
from tureen.protocol.errors import CommandError, ErrorCode


class ObjectStoreError(TureenError):
    """The store fails. The operator's to mend; later it may work again."""

    code: ClassVar[str] = "object_store"


class ObjectMissingError(ObjectStoreError):
    """There is no such object."""

    code: ClassVar[str] = "object_missing"


class OffsetError(CommandError):
    """A chunk begins elsewhere than the upload has come to."""

    def __init__(self, offset: int) -> None:
        """``offset``: where the next chunk has to begin."""
        super().__init__(
            ErrorCode.CONFLICT,
            f"The chunk does not continue the upload, which has come to {offset}.",
            "Go on from Upload-Offset.",
        )
        self.offset = offset
