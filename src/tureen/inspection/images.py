"""Images: their size, whether they can be decoded, and a thumbnail."""

from __future__ import annotations

import contextlib
import io
import resource
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path

from PIL import AvifImagePlugin, Image, features

from tureen.attachments.media_types import AVIF, IMAGES
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

_MEMORY = Path("/proc/self/statm")
"""Its first number: address space in pages."""
_DECODER_BYTES = 64 << 20
"""Of a decoder at work, whatever the size. As many bytes hold some 40 million pixels that nobody spoke of."""
_BYTES_PER_PIXEL = 24
"""At 12 bits without subsampling: what the decoder makes, twice in RGBA, and once as an image."""

_QUALITY = 78
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, RuntimeError, struct.error)
"""What Pillow raises on damaged files."""


def can_decode(media_type: str) -> bool:
    """``media_type``: one of `IMAGES`. Not every build of Pillow has AVIF in it."""
    return media_type != AVIF or features.check("avif") is True


def inspect_image_untrusted(file: Path, media_type: str, bounds: Bounds) -> Found:
    """``media_type``: one of `IMAGES`. Decodes the first picture only. Raises `RefusedFileError`, or `MemoryError`."""
    # Frames may be larger than the canvas that the header states; Pillow compares each one with this.
    Image.MAX_IMAGE_PIXELS = bounds.pixels
    # Each thread of the decoder would take of the memory and the processor time that one file may have.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
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
        with _room_for(image):
            image.load()
        thumbnail = _thumbnail(image, side, orientation)
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    return Found(media_type=media_type, width=width, height=height, thumbnail=thumbnail)


@contextlib.contextmanager
def _room_for(image: Image.Image) -> Iterator[None]:
    """Leaves AVIF's decoder the memory that the stated size needs.

    The container states one size and the picture within has another, which the decoder takes without a word and scales.
    What the process took before and does not use any more is not counted: then the bounds of the worker hold alone.
    """
    try:
        pages = int(_MEMORY.read_text().split()[0])
    except OSError:  # not on Linux
        pages = 0
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if image.format != IMAGES[AVIF] or pages == 0:
        yield
        return
    width, height = image.size
    room = pages * resource.getpagesize() + _DECODER_BYTES + width * height * _BYTES_PER_PIXEL
    allowed = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([room, *allowed]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


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
