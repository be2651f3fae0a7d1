"""Which media types a browser may show by itself, and what a file's name claims that it is."""

from __future__ import annotations

import enum

OCTET_STREAM = "application/octet-stream"
TEXT = "text/plain"
HTML = "text/html"
SVG = "image/svg+xml"
ZIP = "application/zip"

AVIF = "image/avif"

IMAGES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP", AVIF: "AVIF"}
"""Those that are decoded here and shown in line, with Pillow's name of the format."""

_INLINE_MEDIA = frozenset(
    {
        "audio/flac",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "audio/wav",
        "audio/webm",
        "video/mp4",
        "video/ogg",
        "video/webm",
    }
)

INLINE = frozenset(IMAGES) | _INLINE_MEDIA
"""All else is offered for saving. Nothing here can hold a script that a browser would run."""


class Family(enum.Enum):
    """What a kind of file is good for; within a family nobody is deceived by another format."""

    IMAGE = "image"
    SOUND_OR_VIDEO = "sound or video"
    PDF = "PDF document"
    ARCHIVE = "archive"


_BY_EXTENSION = {
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif", "avif"), Family.IMAGE),
    **dict.fromkeys(
        ("mp4", "m4v", "m4a", "mov", "webm", "mkv", "ogg", "oga", "ogv", "opus", "wav", "flac"), Family.SOUND_OR_VIDEO
    ),
    "pdf": Family.PDF,
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp", "jar", "apk", "epub"), Family.ARCHIVE),
}
"""Only formats that are told for certain by their first bytes: a claim that cannot be checked is none."""


def claimed_family(extension: str) -> Family | None:
    """What people expect behind a name; ``extension`` in lower case, without its dot."""
    return _BY_EXTENSION.get(extension)


def family(media_type: str) -> Family | None:
    """Of a type that was found in the bytes."""
    major = media_type.partition("/")[0]
    if major == "image" and media_type != SVG:
        return Family.IMAGE
    if major in ("audio", "video"):
        return Family.SOUND_OR_VIDEO
    if media_type == "application/pdf":
        return Family.PDF
    return Family.ARCHIVE if media_type == ZIP else None
