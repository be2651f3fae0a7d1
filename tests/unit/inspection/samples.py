"""Files as people and attackers make them, generated."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
import zlib

from PIL import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF")


def image(kind: str, size: tuple[int, int] = (64, 48), *, mode: str = "RGB", **options: object) -> bytes:
    encoded = io.BytesIO()
    Image.new(mode, size, 0x40 if mode in ("L", "P") else None).save(encoded, kind, **options)
    return encoded.getvalue()


def photo_with_place(orientation: int) -> bytes:
    """A JPEG as a phone makes it: turned by its orientation, with a place and a maker."""
    picture = Image.new("RGB", (800, 400), "white")
    picture.paste((255, 0, 0), (0, 0, 400, 400))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRETMAKER"
    exif.get_ifd(0x8825)[1] = "N"
    encoded = io.BytesIO()
    picture.save(encoded, "JPEG", exif=exif.tobytes())
    return encoded.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of_size(width: int, height: int, content: bytes = b"") -> bytes:
    """A header that promises as many pixels as it likes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(content)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def gif_with_frames(frames: int) -> bytes:
    pictures = [Image.new("P", (40, 40), number % 200) for number in range(frames)]
    encoded = io.BytesIO()
    pictures[0].save(encoded, "GIF", save_all=True, append_images=pictures[1:], duration=20)
    return encoded.getvalue()


def gif_with_huge_frame() -> bytes:
    """A canvas of one pixel, and a frame that passes it by far."""
    header = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 65_000, 65_000, 0)
    return header + frame + b"\x02\x02\x4c\x01\x00;"


def zip_of(content: bytes, names: int = 1) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(names):
            archive.writestr(f"{number}.txt", content)
    return packed.getvalue()


def zip_bomb() -> bytes:
    """Small, with a directory whose entries say that they unpack to 3 GiB each."""
    raw = bytearray(zip_of(b"0" * 1000, names=4))
    at = 0
    while (at := raw.find(b"PK\x01\x02", at)) >= 0:
        raw[at + 24 : at + 28] = struct.pack("<I", 3 << 30)
        at += 4
    return bytes(raw)


AVIF_BOMB = zlib.decompress(
    base64.b85decode(
        "c-muNU{FXasVqn=%S>Yc0uY^>nP!-qnV9D5Xy^nKdYzkElE?r7iWw<6MNl?FL1uCZ0~+8f$SlbPvlxL`E;A=T8N_h`@fjhajKT~I"
        "Y%_sujm*rvG`LzRASaax%1bOWFm%q($p_n&m03_!0HnP$3zGAJv`A)gK`PWf2PhUO$gIc&2{3bTZ~!Tu#4<zYMtL5PkZ^K-PElTR"
        "P6g0pUIw-XppbZGK`zWsK!>p~GBvXRU9~VbC9y<^fs0%Id$M}Z+(k@Myc|aDyuwG0x3{G-aVX4lWN2UrJAW>4_Vh}d2ispvm;Tq5"
        "t~9Yl#?t6P@S~zPYC1cz&U>GFzK3Pq-_Or(T6R9EnRK^%;<AppCR3LG+y0l~{IXd!>yvkgXD`^x`>%`HGH-fdZg|HGOUFP<rHJ$A"
        "BFd`1sUF=@wZhOgGbLyKZo6H4jv_1%7P<V25ccAY68!HvO^{Kbr@?J*Pst0bLtQmhH45g}Rz5!N$7X*;$nZbItC&ZXpPpFC7yh!?"
        "_3)mW(1&x}Pg;)9&g3#uO+H^Q_;77g@Gjwn44%bY!t5^<J_-gG>FztlzdiM6%e~!mou9|PZA#f(;Uo3z*1CvOdsfslv0O;x`);m("
        "S8CED@h_F`wT%W1LouvIV_`HFXb}s=H1QGtyZ(Ybm9;XQZc8?0B}YzN{l5L-Q>NqcR=4*}xOO~X<XB4YSp9$E<?{Kg6K1)op9@JA"
        "ebe*i<Lg+5FB(g_BLECwRd4"
    )
)
"""Says in its container that it has 64 by 64 pixels; the picture within has 9000 by 9000."""
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
MP4 = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes(200)
WEBM = b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(200)
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n" + bytes(100)
EXECUTABLE = b"MZ\x90\0" + bytes(100)
