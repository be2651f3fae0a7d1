"""Images: their size, whether they can be decoded, and a thumbnail."""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path

from PIL import Image

from tureen.attachments.media_types import IMAGES
from tureen.attachments.record import Refusal
from tureen.inspection.findings import Bounds, Found, RefusedFileError
from tureen.protocol.errors import ErrorCode

_ORIENTATION = 0x0112
"""Tag of Exif 2.3: 5 to 8 exchange width and height."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_QUALITY = 78
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, struct.error)
"""What Pillow raises on damaged files."""


def inspect_image_untrusted(file: Path, media_type: str, bounds: Bounds) -> Found:
    """``media_type``: one of `IMAGES`. Decodes the first picture only. Raises `RefusedFileError`, or `MemoryError`."""
    # Frames may be larger than the canvas that the header states; Pillow compares each one with this.
    Image.MAX_IMAGE_PIXELS = bounds.pixels
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _inspect(file, media_type, bounds)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_many_pixels(bounds) from error
        except _DAMAGED as error:
            raise RefusedFileError(
                Refusal(
                    code=ErrorCode.UNSUPPORTED_MEDIA,
                    message=f"The image is damaged, or no {IMAGES[media_type]} image.",
                    hint="Open it, save it anew, and send that.",
                )
            ) from error


def _inspect(file: Path, media_type: str, bounds: Bounds) -> Found:
    with Image.open(file, formats=[IMAGES[media_type]]) as image:
        width, height = image.size
        if width * height > bounds.pixels:
            raise _too_many_pixels(bounds)
        side = bounds.thumbnail_pixels
        # JPEG can be decoded at a fraction of its size.
        image.draft("RGB", (side * 2, side * 2))
        orientation = _orientation(image)
        image.load()
        thumbnail = _thumbnail(image, side, orientation)
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    return Found(media_type=media_type, width=width, height=height, thumbnail=thumbnail)


def _thumbnail(image: Image.Image, side: int, orientation: int) -> bytes:
    transparent = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    small = image.convert("RGBA" if transparent else "RGB")
    small.thumbnail((side, side))
    turn = _TURNS.get(orientation)
    upright = small.transpose(turn) if turn is not None else small
    # No metadata goes into the thumbnail: no place, no camera, no profile.
    upright.info.clear()
    encoded = io.BytesIO()
    upright.save(encoded, "WEBP", quality=_QUALITY)
    return encoded.getvalue()


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except _DAMAGED:
        return 1
    return value if isinstance(value, int) else 1


def _too_many_pixels(bounds: Bounds) -> RefusedFileError:
    return RefusedFileError(
        Refusal(
            code=ErrorCode.TOO_LARGE,
            message=f"The image has more than {bounds.pixels} pixels.",
            hint="Send a smaller one.",
        )
    )
