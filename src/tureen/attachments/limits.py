"""Bounds of what may be uploaded, and how long things last."""

from __future__ import annotations

from msgspec import Struct

CHUNK_BYTES = 1 << 20
"""Largest chunk of an upload: so much of it is in memory at a time."""

MIN_PART_BYTES = 1 << 16
"""Smallest chunk but for the last one: it bounds the number of parts."""

EXAMINATION_MS = 300_000
"""After so long without an outcome an examination counts as lost with its server, and may be begun again."""

REFUSED_MS = 3_600_000
"""How long it is remembered why a file was refused."""


class AttachmentLimits(Struct, frozen=True, kw_only=True):
    """What the operator allows."""

    max_bytes: int = 25 * 1024 * 1024
    """Of one file."""
    daily_bytes: int = 500 * 1024 * 1024
    """Announced by one person within a day (UTC)."""
    open_uploads: int = 20
    """Of one person at a time."""
    upload_ms: int = 24 * 3_600_000
    """From the announcement to the last byte."""
    unclaimed_ms: int = 24 * 3_600_000
    """From being ready to being part of a message."""
    url_ms: int = 600_000
    """Longest validity of a URL; see `attachments.signing`."""
