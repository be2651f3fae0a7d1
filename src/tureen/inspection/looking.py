"""One look into one file."""

from __future__ import annotations

from pathlib import Path

from tureen.attachments.media_types import IMAGES, OCTET_STREAM, ZIP, claimed_family, family
from tureen.attachments.names import extension
from tureen.attachments.record import Refusal
from tureen.inspection.archives import check_archive_untrusted
from tureen.inspection.findings import Found, Job, RefusedFileError
from tureen.inspection.images import can_decode, inspect_image_untrusted
from tureen.inspection.sniffing import HEAD_BYTES, sniff_untrusted
from tureen.protocol.errors import ErrorCode


def look_untrusted(job: Job) -> Found:
    """Raises `RefusedFileError` for what is not taken, and `MemoryError`."""
    file = Path(job.path)
    with file.open("rb") as stream:
        media_type = sniff_untrusted(stream.read(HEAD_BYTES), job.name)
    claimed = claimed_family(extension(job.name))
    if claimed is not None and family(media_type) is not claimed:
        raise RefusedFileError(
            Refusal(
                code=ErrorCode.UNSUPPORTED_MEDIA,
                message=f"By its name the file is {claimed.value}, by its content {media_type}.",
                hint="Give it the name of what it is.",
            )
        )
    if media_type in IMAGES and not can_decode(media_type):
        # What was not decoded here is not shown in line.
        return Found(media_type=OCTET_STREAM)
    if media_type in IMAGES:
        return inspect_image_untrusted(file, media_type, job.bounds)
    if media_type == ZIP:
        check_archive_untrusted(file, job.bounds)
    return Found(media_type=media_type)
