from __future__ import annotations

import contextlib
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.unit.inspection import samples
from tureen.attachments.media_types import INLINE
from tureen.inspection.findings import Bounds, Found, Job, RefusedFileError
from tureen.inspection.looking import look_untrusted
from tureen.inspection.sniffing import sniff_untrusted
from tureen.protocol.errors import ErrorCode


def look(tmp_path: Path, content: bytes, name: str, bounds: Bounds | None = None) -> Found:
    (tmp_path / "file").write_bytes(content)
    return look_untrusted(Job(path=str(tmp_path / "file"), name=name, bounds=bounds or Bounds()))


def refusal(tmp_path: Path, content: bytes, name: str, bounds: Bounds | None = None) -> ErrorCode:
    with pytest.raises(RefusedFileError) as refused:
        look(tmp_path, content, name, bounds)
    assert refused.value.refusal.hint
    return refused.value.refusal.code


@pytest.mark.parametrize("kind", samples.FORMATS)
def test_images_have_their_type_size_and_a_small_webp(tmp_path: Path, kind: str) -> None:
    found = look(tmp_path, samples.image(kind, (1200, 900)), f"x.{kind.lower()}")
    assert (found.media_type, found.width, found.height) == (f"image/{kind.lower()}", 1200, 900)
    thumbnail = Image.open(io.BytesIO(found.thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", (512, 384))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "I;16"])
def test_every_kind_of_pixel_has_a_thumbnail(tmp_path: Path, mode: str) -> None:
    assert look(tmp_path, samples.image("PNG", mode=mode), "x.png").thumbnail


def test_cmyk_has_a_thumbnail(tmp_path: Path) -> None:
    assert look(tmp_path, samples.image("JPEG", mode="CMYK"), "x.jpg").thumbnail


def test_a_turned_photo_stands_upright_and_its_thumbnail_tells_nothing(tmp_path: Path) -> None:
    found = look(tmp_path, samples.photo_with_place(6), "x.jpg")
    assert (found.width, found.height) == (400, 800)
    thumbnail = Image.open(io.BytesIO(found.thumbnail)).convert("RGB")
    assert thumbnail.size == (256, 512)
    top, bottom = thumbnail.getpixel((128, 40)), thumbnail.getpixel((128, 470))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[1] < 60 < 200 < bottom[1]
    assert b"SECRETMAKER" not in found.thumbnail
    assert not dict(Image.open(io.BytesIO(found.thumbnail)).getexif())


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (samples.MP4, "x.mp4", "video/mp4"),
        (samples.WEBM, "x.webm", "video/webm"),
        (samples.HEIC, "x.heic", "image/heif"),
        (samples.PDF, "x.pdf", "application/pdf"),
        (samples.zip_of(b"hello"), "x.docx", "application/zip"),
        (b"just words", "x.txt", "text/plain"),
        (b"\0\1\2\3" * 50, "x.bin", "application/octet-stream"),
        (samples.HTML, "x.html", "text/html"),
        (samples.SVG, "x.svg", "image/svg+xml"),
        (b"\xef\xbb\xbf \n<HTML><body>", "page", "text/html"),
        (samples.EXECUTABLE, "setup", "application/vnd.microsoft.portable-executable"),
    ],
)
def test_other_files_are_named_by_their_content(tmp_path: Path, content: bytes, name: str, media_type: str) -> None:
    assert look(tmp_path, content, name) == Found(media_type=media_type)


@pytest.mark.parametrize("hostile", [samples.HTML, samples.SVG, samples.PDF, samples.zip_of(b"x"), samples.EXECUTABLE])
def test_nothing_that_could_run_is_ever_shown_in_line(tmp_path: Path, hostile: bytes) -> None:
    assert look(tmp_path, hostile, "file").media_type not in INLINE


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (samples.HTML, "cat.png"),
        (samples.SVG, "cat.png"),
        (samples.zip_of(b"x"), "cat.jpg"),
        (samples.EXECUTABLE, "report.pdf"),
        (samples.PDF, "film.mp4"),
        (samples.image("PNG"), "film.webm"),
        (b"words", "cat.gif"),
        (samples.MP4, "archive.zip"),
    ],
)
def test_a_file_that_lies_about_its_type_is_refused(tmp_path: Path, content: bytes, name: str) -> None:
    assert refusal(tmp_path, content, name) is ErrorCode.UNSUPPORTED_MEDIA


def test_another_format_of_the_same_family_is_no_lie(tmp_path: Path) -> None:
    assert look(tmp_path, samples.image("WEBP"), "photo.jpg").media_type == "image/webp"


@pytest.mark.parametrize("kind", samples.FORMATS)
def test_a_truncated_image_is_refused(tmp_path: Path, kind: str) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    encoded = io.BytesIO()
    noise.save(encoded, kind)
    whole = encoded.getvalue()
    assert refusal(tmp_path, whole[: len(whole) // 2], "x.png") is ErrorCode.UNSUPPORTED_MEDIA


@pytest.mark.parametrize(
    "content",
    [b"GIF89a/*" + b"x" * 60 + b"*/=1;alert(1)", b"\x89PNG\r\n\x1a\n" + samples.HTML, b"\xff\xd8\xff" + b"x" * 99],
)
def test_a_signature_alone_makes_no_image(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content, "x.gif") is ErrorCode.UNSUPPORTED_MEDIA


def test_what_hangs_on_an_image_stays_an_image(tmp_path: Path) -> None:
    for tail in (samples.HTML, samples.zip_of(b"x")):
        assert look(tmp_path, samples.image("PNG") + tail, "x.png").media_type == "image/png"


@pytest.mark.parametrize("size", [(50_000, 1001), (2**31 - 1, 1), (65_000, 65_000)])
def test_a_pixel_bomb_is_refused_by_its_header(tmp_path: Path, size: tuple[int, int]) -> None:
    assert refusal(tmp_path, samples.png_of_size(*size), "x.png") is ErrorCode.TOO_LARGE


def test_a_frame_that_passes_its_canvas_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, samples.gif_with_huge_frame(), "x.gif") is ErrorCode.TOO_LARGE


def test_of_many_frames_only_the_first_is_looked_at(tmp_path: Path) -> None:
    found = look(tmp_path, samples.gif_with_frames(400), "x.gif", Bounds(pixels=40 * 40))
    assert (found.width, found.height) == (40, 40)


@pytest.mark.parametrize("brands", [b"avif" + bytes(4) + b"mif1", b"avis" + bytes(4), b"mif1" + bytes(4) + b"miafavif"])
def test_avif_is_told_by_its_brands(brands: bytes) -> None:
    box = struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands
    assert sniff_untrusted(box + bytes(100), "x.avif") == "image/avif"


def test_another_picture_in_the_same_container_is_no_avif() -> None:
    brands = b"mif1" + bytes(4) + b"mif1heic"
    box = struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands
    # A name that is no brand lies behind the box.
    assert sniff_untrusted(box + b"avif" + bytes(100), "x.heic") == "image/heif"


def test_an_avif_has_no_more_pixels_than_it_may(tmp_path: Path) -> None:
    honest = samples.image("AVIF", (200, 100))
    assert refusal(tmp_path, honest, "x.avif", Bounds(pixels=200 * 100 - 1)) is ErrorCode.TOO_LARGE
    # What it needs itself it has, and what the process may take is as before.
    assert look(tmp_path, samples.image("AVIF", (1600, 1200), mode="RGBA"), "x.avif").thumbnail


def test_an_avif_is_for_saving_where_it_cannot_be_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tureen.inspection.images.features.check", lambda _feature: False)
    found = look(tmp_path, samples.image("AVIF"), "x.avif")
    assert found == Found(media_type="application/octet-stream")


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    assert refusal(tmp_path, samples.zip_bomb(), "x.zip") is ErrorCode.TOO_LARGE


def test_archives_that_are_merely_dense_or_damaged_are_taken(tmp_path: Path) -> None:
    assert look(tmp_path, samples.zip_of(b"0" * 1_000_000), "x.zip").media_type == "application/zip"
    assert look(tmp_path, samples.zip_of(b"x")[:30], "x.zip").media_type == "application/zip"


@given(st.binary(max_size=300), st.sampled_from(["", "x.png", "x.m4a", "..", "x.svg"]))
def test_sniffing_takes_any_bytes(head: bytes, name: str) -> None:
    assert "/" in sniff_untrusted(head, name)


@given(st.data())
def test_mangled_images_are_found_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(samples.image(data.draw(st.sampled_from(samples.FORMATS)), (20, 20)))
    for at, value in data.draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=8)):
        content[at] = value
    look_or_refuse(tmp_path_factory.getbasetemp(), bytes(content))


def look_or_refuse(folder: Path, content: bytes) -> None:
    with contextlib.suppress(RefusedFileError):
        look(folder, content, "file", Bounds(pixels=1_000_000))
