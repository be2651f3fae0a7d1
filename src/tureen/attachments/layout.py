"""Where the bytes of a file lie in the object store."""

from __future__ import annotations

from tureen.attachments.signing import Purpose
from tureen.model.ids import AttachmentId

THUMBNAIL_TYPE = "image/webp"


def everything(attachment: AttachmentId) -> str:
    """Prefix of all that belongs to it."""
    return f"{attachment}/"


def parts(attachment: AttachmentId) -> str:
    """Prefix of its chunks while it is uploaded."""
    return f"{attachment}/parts/"


def part(attachment: AttachmentId, start: int, token: str) -> str:
    """``token``: chance, so that no two attempts at a chunk write to the same object."""
    return f"{parts(attachment)}{start:015d}-{token}"


def variant(attachment: AttachmentId, purpose: Purpose) -> str:
    """The file itself, or its thumbnail."""
    return f"{attachment}/{purpose}"
