"""Why the database refuses.

::

    StorageError
      StorageBusyError      it cannot take more now; later it may
      StorageCorruptError   the file is damaged: nothing is answered from it
"""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError


class StorageError(TureenError):
    """Base of this branch: the operator's to mend."""

    code: ClassVar[str] = "storage"


class StorageBusyError(StorageError):
    """Too much waits to be written, or the disk or the server does not answer. Try again later."""

    code: ClassVar[str] = "storage_busy"


class StorageCorruptError(StorageError):
    """The file is damaged. Restore it from a backup."""

    code: ClassVar[str] = "storage_corrupt"
