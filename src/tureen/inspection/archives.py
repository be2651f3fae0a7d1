"""ZIP archives, by their directory alone: nothing is ever unpacked here."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from tureen.attachments.record import Refusal
from tureen.inspection.findings import Bounds, RefusedFileError
from tureen.protocol.errors import ErrorCode

_BOMB_RATIO = 100
"""Archives of people's files stay far below; the densest text reaches it, but not at this size."""

_DAMAGED = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, OverflowError, struct.error)


def check_archive_untrusted(file: Path, bounds: Bounds) -> None:
    """Raises `RefusedFileError` for what would unpack to much more than it is. Damaged archives are just bytes."""
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except _DAMAGED:
        return
    if unpacked > bounds.unpacked_bytes and unpacked > _BOMB_RATIO * file.stat().st_size:
        raise RefusedFileError(
            Refusal(
                code=ErrorCode.TOO_LARGE,
                message=f"The archive would unpack to {unpacked} bytes.",
                hint="Send the files one by one.",
            )
        )
