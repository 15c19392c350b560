"""Hostile photos, built byte by byte: small files that ask for much."""

import io
import struct
import zlib

from PIL import Image

PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(
    width: int,
    height: int,
    *,
    pixels: bytes | None = None,
    depth: int = 8,
    colour: int = 0,
    before: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """Gray unless said otherwise; all zeros unless `pixels` are given."""
    if pixels is None:
        pixels = bytes((width * {0: 1, 2: 3, 3: 1, 6: 4}[colour] * depth // 8 + 1) * height)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    packed = chunk(b"IDAT", zlib.compress(pixels, 1))
    return PNG + chunk(b"IHDR", header) + before + packed + after + chunk(b"IEND", b"")


def animated_png(frames: int) -> bytes:
    packed = zlib.compress(bytes(72))
    parts = [PNG, chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))]
    parts.append(chunk(b"acTL", struct.pack(">II", frames, 0)))
    for number in range(frames):
        at = 2 * number
        parts.append(chunk(b"fcTL", struct.pack(">5I2H2B", at, 8, 8, 0, 0, 1, 10, 0, 0)))
        data = struct.pack(">I", at + 1) + packed
        parts.append(chunk(b"fdAT", data) if number else chunk(b"IDAT", packed))
    return b"".join([*parts, chunk(b"IEND", b"")])


def encoded(photo_format: str, image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, photo_format, **options)
    return buffer.getvalue()


def plain(size: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, 128 if mode in ("L", "P") else None)


def gif(width: int, height: int, *, before: bytes = b"", after: bytes = b"") -> bytes:
    """Its one frame has a few pixels only."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x4c\x01\0"
    return screen + before + frame + after + b";"


def gif_frames(count: int) -> bytes:
    whole = encoded("GIF", plain((8, 8), "P"))
    start = whole.index(b",", 13 + (3 << ((whole[10] & 7) + 1)))
    return whole[:start] + whole[start:-1] * count + b";"


def webp_canvas(width: int, height: int) -> bytes:
    """A header alone."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_frames(count: int) -> bytes:
    one = encoded("WEBP", plain((8, 8)), lossless=True)[12:]
    place = bytes(6) + b"\7\0\0\7\0\0" + b"\x0a\0\0\0"
    frame = b"ANMF" + struct.pack("<I", len(place + one)) + place + one
    header = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + b"\7\0\0\7\0\0"
    body = b"WEBP" + header + b"ANIM" + struct.pack("<I", 6) + bytes(6) + frame * count
    return b"RIFF" + struct.pack("<I", len(body)) + body


def bmp(width: int, height: int, *, run_length: bool = False, data: bytes = b"") -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, run_length, 0, 0, 0, 256, 0)
    start = 14 + len(header) + 1024
    return (
        b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + bytes(1024) + data
    )


def tiff(width: int, height: int, *, compression: int = 1, **more: tuple[int, int, int]) -> bytes:
    """Gray, its strip at byte 256. `more` are entries by any name: tag, count, value."""
    entries = [
        *((256, 1, width), (257, 1, height), (258, 1, 8), (259, 1, compression), (262, 1, 1)),
        *((273, 1, 256), (277, 1, 1), (278, 1, height), (279, 1, min(width * height, 2**32 - 1))),
        *more.values(),
    ]
    packed = b"".join(struct.pack("<HHII", tag, 4, n, value) for tag, n, value in sorted(entries))
    whole = b"II*\0" + struct.pack("<IH", 8, len(entries)) + packed + bytes(4)
    return whole.ljust(256, b"\0")


def tiff_pages(count: int, *, last_leads_to: int = 0) -> bytes:
    """Pages of 8 x 8; what stands as the next page after the last one is yours."""
    whole = bytearray(b"II*\0" + struct.pack("<I", 8))
    for number in range(count):
        pixels = len(whole) + 2 + 9 * 12 + 4
        values = {256: 8, 257: 8, 258: 8, 259: 1, 262: 1, 273: pixels, 277: 1, 278: 8, 279: 64}
        whole += struct.pack("<H", len(values))
        whole += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values.items())
        following = pixels + 64 if number + 1 < count else last_leads_to
        whole += struct.pack("<I", following) + bytes(64)
    return bytes(whole)


def jpeg(size: tuple[int, int] = (96, 64), **options: object) -> bytes:
    return encoded("JPEG", plain(size), **options)


def with_segments(data: bytes, marker: int, *bodies: bytes) -> bytes:
    parts = [b"\xff%c" % marker + struct.pack(">H", len(body) + 2) + body for body in bodies]
    return data[:2] + b"".join(parts) + data[2:]


def with_size(data: bytes, width: int, height: int) -> bytes:
    """A JPEG whose frame header claims another size."""
    at = next(at for mark in (b"\xff\xc0", b"\xff\xc2") if (at := data.find(mark)) >= 0)
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def jpeg_scans(count: int, size: int = 64) -> bytes:
    """A gray progressive JPEG; its `count` scans are a few bytes each, and all sound."""
    blocks = (size // 8) ** 2
    start_of = b"\xff\xda" + struct.pack(">HBBB", 8, 1, 1, 0)
    first = start_of + b"\0\0\0" + bytes(blocks // 8 + 1)
    nothing = start_of + b"\1\x3f\0" + bytes(2 * (blocks // 16384 + 1))
    one_code = b"\x01" + bytes(15)
    return b"".join(
        [
            b"\xff\xd8\xff\xdb\x00\x43\x00" + b"\x01" * 64,
            b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, size, size, 1) + b"\x01\x11\x00",
            b"\xff\xc4" + struct.pack(">H", 20) + b"\x00" + one_code + b"\x00",
            b"\xff\xc4" + struct.pack(">H", 20) + b"\x10" + one_code + b"\xe0",
            first,
            nothing * (count - 1),
            b"\xff\xd9",
        ]
    )


def boxes_claiming(data: bytes, width: int, height: int) -> bytes:
    """A HEIF or AVIF whose image properties claim another size."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", width, height) + data[at + 8 :]
