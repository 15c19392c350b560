"""Photos made to cost memory, time or a parser's composure: judged, whole, with a reason."""

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageCms, TiffImagePlugin

from darkroom.imaging.examination import Examination, ExaminationSettings, examine
from darkroom.outcomes import Reason
from darkroom.settings import Action, ValidationSettings
from tests.darkroom.imaging.hostile_files import (
    animated_png,
    bmp,
    boxes_claiming,
    chunk,
    encoded,
    gif,
    gif_frames,
    jpeg,
    jpeg_scans,
    plain,
    png,
    tiff,
    tiff_pages,
    webp_canvas,
    webp_frames,
    with_segments,
    with_size,
)

R = Reason
_LOOK = ("blurry", "dark", "bright", "low_contrast", "low_information", "grayscale")
SIZE_ONLY = ValidationSettings.model_validate(
    dict.fromkeys((*_LOOK, "aspect_ratio"), Action.OFF)
    | {"min_bytes": 0, "min_width_px": 8, "min_height_px": 8}
)
"""How a photo looks does not matter here."""
pillow_heif.register_heif_opener()


def examined(
    data: bytes | Path, folder: Path, validation: ValidationSettings = SIZE_ONLY, name: str = "a"
) -> Examination:
    path = data
    if isinstance(data, bytes):
        path = folder / "hostile"
        path.write_bytes(data)
    return examine(
        path, filename=name, settings=ExaminationSettings(validation=validation), scratch=folder
    )


GIANTS: dict[str, Callable[[], bytes]] = {
    "PNG": lambda: png(65535, 65535, pixels=b""),
    "PNG of one column": lambda: png(8, 2**31 - 1, pixels=b""),
    "JPEG": lambda: with_size(jpeg(), 65500, 65500),
    "gray JPEG": lambda: with_size(encoded("JPEG", plain(mode="L")), 65500, 65500),
    "progressive JPEG": lambda: with_size(jpeg(progressive=True), 65500, 65500),
    "BMP": lambda: bmp(65535, 65535),
    "BMP of one column": lambda: bmp(8, 2**31 - 1),
    "BMP from top to bottom": lambda: bmp(8, -(2**31)),
    "BMP of run lengths": lambda: bmp(65535, 65535, run_length=True, data=b"\0\1"),
    "GIF": lambda: gif(65535, 65535),
    "WebP": lambda: webp_canvas(2**24, 2**24),
    "TIFF": lambda: tiff(65535, 65535),
    "TIFF of one column": lambda: tiff(8, 2**31 - 1),
    "HEIF": lambda: boxes_claiming(encoded("HEIF", plain()), 65535, 65535),
    "AVIF": lambda: boxes_claiming(encoded("AVIF", plain()), 32768, 8000),
}


@pytest.mark.parametrize("name", GIANTS)
def test_giant_dimensions_are_rejected_by_the_header(name: str, tmp_path: Path) -> None:
    """Whatever a format's header can claim, nothing is decoded for it."""
    found = examined(GIANTS[name](), tmp_path)

    assert (found.reasons, found.readable, found.rendition) == ([R.MEGAPIXELS], False, None)


@pytest.mark.parametrize(
    ("data", "frames"),
    [
        (animated_png(20_000), 20_000),
        (gif_frames(100_000), 100_000),
        (webp_frames(20_000), 20_000),
    ],
    ids=["PNG", "GIF", "WebP"],
)
def test_endless_animations_are_counted_and_rejected(
    data: bytes, frames: int, tmp_path: Path
) -> None:
    """Counting decodes no frame."""
    found = examined(data, tmp_path)

    assert found.header is not None
    assert (found.header.frames, found.reasons) == (frames, [R.ANIMATED])


@pytest.mark.parametrize(
    ("data", "frames"),
    [
        (tiff_pages(5_000), 1000),
        (tiff_pages(1, last_leads_to=8), 1),
        (tiff_pages(2, last_leads_to=8), 2),
        (tiff_pages(3, last_leads_to=2**31), 3),
    ],
    ids=["many", "a page that leads to itself", "a circle of two", "nowhere"],
)
def test_pages_of_a_tiff_are_counted_up_to_a_limit(
    data: bytes, frames: int, tmp_path: Path
) -> None:
    """Pages may lead in a circle; the first is a photo all the same."""
    found = examined(data, tmp_path)

    assert found.header is not None
    assert (found.header.frames, found.reasons, found.readable) == (frames, [], True)


def test_an_index_of_two_billion_pictures_is_not_walked(tmp_path: Path) -> None:
    """The number of pictures in an MPO is a claim."""
    both = {"save_all": True, "append_images": [plain()]}
    data = bytearray(encoded("MPO", plain(), **both))
    at = data.index(b"\x01\xb0\x04\x00\x01\x00\x00\x00") + 8
    struct.pack_into("<I", data, at, 2**31 - 1)

    found = examined(bytes(data), tmp_path)

    assert (found.reasons, found.readable) == ([], True)


IN_PIECES: dict[str, tuple[Callable[[], bytes], str]] = {
    "PNG texts": (
        lambda: png(8, 8, before=chunk(b"tEXt", b"a\0b") * 20_000),
        "a PNG in more chunks than are read",
    ),
    "unknown PNG chunks": (
        lambda: png(8, 8, after=chunk(b"abCd", b"") * 20_000),
        "a PNG in more chunks than are read",
    ),
    "empty PNG data": (
        lambda: png(8, 8, before=chunk(b"IDAT", b"") * 300_000),
        "a PNG in more chunks than are read",
    ),
    "GIF comments": (
        lambda: gif(8, 8, before=b"!\xfe\1a\0" * 100_000),
        "a GIF in more blocks than are read",
    ),
    "GIF data": (
        lambda: gif(8, 8, after=b"!\xfe" + b"\1a" * 2_000_001 + b"\0"),
        "a GIF in more blocks than are read",
    ),
    "JPEG comments": (
        lambda: with_segments(jpeg(), 0xFE, *[b""] * 250_000),
        "a JPEG in more segments than are read",
    ),
    "JPEG tables": (
        lambda: with_segments(jpeg(), 0xDB, *[b""] * 2_000),
        "a JPEG in more segments than are read",
    ),
    "JPEG scans": (lambda: jpeg_scans(101), "a JPEG in more than 100 scans"),
}


@pytest.mark.parametrize("name", IN_PIECES)
def test_a_file_in_too_many_pieces_is_not_read(name: str, tmp_path: Path) -> None:
    """Each piece costs a parser far more than its bytes; no photo has so many."""
    make, detail = IN_PIECES[name]

    found = examined(make(), tmp_path)

    assert (found.reasons, found.detail, found.readable) == ([R.UNSUPPORTED], detail, False)


def test_a_hundred_scans_are_decoded(tmp_path: Path) -> None:
    """The limit is far above what any encoder writes."""
    found = examined(jpeg_scans(100), tmp_path)

    assert (found.reasons, found.detail, found.readable) == ([], None, True)


def test_a_scan_hidden_behind_a_false_end_is_counted(tmp_path: Path) -> None:
    """An end marker inside a comment ends nothing."""
    scans = jpeg_scans(150)
    at = scans.index(b"\xff\xda", scans.index(b"\xff\xda") + 2)
    hidden = scans[:at] + b"\xff\xfe\x00\x06\xff\xd9\xff\xd9" + scans[at:]

    found = examined(hidden, tmp_path)

    assert found.detail == "a JPEG in more than 100 scans"


def test_junk_before_the_picture_is_damage(tmp_path: Path) -> None:
    """A little is a camera's carelessness; a megabyte is not gone through byte by byte."""
    data = jpeg()
    junk = data[:2] + b"\xff\x01" * 2**20 + data[2:]

    found = examined(junk, tmp_path)

    assert (found.reasons, found.detail, found.readable) == (
        [R.DAMAGED],
        "2097152 bytes before its picture belong to no segment",
        False,
    )


ODD_METADATA: dict[str, Callable[[], bytes]] = {
    "EXIF in 1,000 segments": lambda: with_segments(
        jpeg(), 0xE1, *[b"Exif\0\0" + bytes(30_000)] * 1000
    ),
    "XMP in 600 segments": lambda: with_segments(
        jpeg(), 0xE1, *[b"http://ns.adobe.com/xap/1.0/\0" + b"<!ENTITY a '&a;&a;'>" * 3000] * 600
    ),
    "Photoshop in 400 segments": lambda: with_segments(
        jpeg(), 0xED, *[b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\0" * 5000] * 400
    ),
    "a profile in 1,000 segments": lambda: with_segments(
        jpeg(), 0xE2, *[b"ICC_PROFILE\0\1\xff" + bytes(30_000)] * 1000
    ),
    "EXIF that leads to itself": lambda: with_segments(
        jpeg(), 0xE1, b"Exif\0\0II*\0\x08\0\0\0\1\0" + struct.pack("<HHIII", 0x8769, 4, 1, 8, 8)
    ),
    "EXIF with two billion values": lambda: with_segments(
        jpeg(), 0xE1, b"Exif\0\0II*\0\x08\0\0\0\1\0" + struct.pack("<HHIII", 271, 5, 2**31, 8, 0)
    ),
    "EXIF of 5,000 entries": lambda: with_segments(
        jpeg(),
        0xE1,
        b"Exif\0\0II*\0\x08\0\0\0"
        + struct.pack("<H", 5000)
        + b"".join(struct.pack("<HHII", tag, 5, 7000, 8) for tag in range(5000)),
    ),
    "EXIF of 8 MiB": lambda: png(8, 8, before=chunk(b"eXIf", b"MM\0*" + bytes(2**23))),
    "GPS with zero denominators": lambda: jpeg(exif=_place_of_zeros()),
    "a broken profile": lambda: jpeg(icc_profile=b"\0" * 500),
    "a profile of 5 MiB": lambda: jpeg(icc_profile=bytes(5 * 2**20)),
    "a profile of another colour space": lambda: encoded(
        "PNG", plain(mode="RGB"), icc_profile=_gray_profile()
    ),
    "an HTML comment": lambda: with_segments(jpeg(), 0xFE, b"<script>alert(1)</script>"),
    "a ZIP behind it": lambda: jpeg() + b"PK\3\4" + bytes(200),
}


def _place_of_zeros() -> Image.Exif:
    exif = Image.Exif()
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    nowhere = (TiffImagePlugin.IFDRational(0, 0),) * 3
    gps[ExifTags.GPS.GPSLatitude] = gps[ExifTags.GPS.GPSLongitude] = nowhere
    return exif


def _gray_profile() -> bytes:
    """An sRGB profile that says it is for gray."""
    whole = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    whole[16:20] = b"GRAY"
    return bytes(whole)


@pytest.mark.parametrize("name", ODD_METADATA)
def test_no_photo_is_lost_for_what_stands_beside_it(name: str, tmp_path: Path) -> None:
    """Hostile metadata says nothing, and costs nothing."""
    found = examined(ODD_METADATA[name](), tmp_path)

    assert (found.reasons, found.readable) == ([], True)
    assert found.header is not None
    assert (found.header.latitude, found.header.longitude) == (None, None)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP", b"iTXt"])
def test_a_bomb_behind_the_pixels_is_damage(kind: bytes, tmp_path: Path) -> None:
    """As it is before them: never unpacked."""
    packed = zlib.compress(bytes(50_000_000))
    body = b"k\0\1\0\0\0" + packed if kind == b"iTXt" else b"k\0\0" + packed

    found = examined(png(8, 8, after=chunk(kind, body)), tmp_path)

    assert (found.reasons, found.readable) == ([R.DAMAGED], False)


NOT_DECODED: dict[str, tuple[Callable[[], bytes], list[Reason]]] = {
    "JPEG 2000": (lambda: encoded("JPEG2000", plain()), [R.UNSUPPORTED, R.FORMAT]),
    "icon": (lambda: encoded("ICO", plain()), [R.UNSUPPORTED, R.FORMAT]),
    "PDF with a JPEG": (lambda: b"%PDF-1.4\n" + jpeg(), [R.UNSUPPORTED, R.FORMAT]),
    "HTML with a JPEG": (lambda: b"<html>" + jpeg(), [R.NOT_AN_IMAGE]),
    "ZIP with a JPEG": (lambda: b"PK\3\4" + jpeg(), [R.NOT_AN_IMAGE]),
    "nothing": (lambda: b"", [R.EMPTY]),
    "12-bit JPEG": (lambda: _patched(jpeg(), b"\xff\xc0", 4, 12), [R.DAMAGED]),
    "lossless JPEG": (lambda: _patched(jpeg(), b"\xff\xc0", 1, 0xC3), [R.DAMAGED]),
    "JPEG without a size": (lambda: with_size(jpeg(), 0, 0), [R.DAMAGED]),
    "TIFF in JPEG 2000": (lambda: tiff(8, 8, compression=34712), [R.DAMAGED]),
    "TIFF in a compression of nobody": (lambda: tiff(8, 8, compression=65000), [R.DAMAGED]),
    "TIFF with nothing in it": (lambda: tiff(8, 8, compression=5), [R.DAMAGED]),
    "TIFF with two billion strips": (
        lambda: tiff(8, 8).replace(
            struct.pack("<HHI", 273, 4, 1), struct.pack("<HHI", 273, 4, 2**31 - 1)
        ),
        [R.DAMAGED],
    ),
    "TIFF of 65,535 channels": (
        lambda: tiff(8, 8).replace(
            struct.pack("<HHII", 277, 4, 1, 1), struct.pack("<HHII", 277, 4, 1, 65535)
        ),
        [R.DAMAGED],
    ),
    "PNG without its palette": (lambda: png(8, 8, colour=3), [R.DAMAGED]),
    "TIFF whose numbers are texts": (
        lambda: tiff(8, 8, compression=5).replace(
            struct.pack("<HHI", 278, 4, 1), struct.pack("<HHI", 278, 2, 1)
        ),
        [R.DAMAGED],
    ),
    "HEIF smaller than it says": (
        lambda: boxes_claiming(encoded("HEIF", plain()), 2000, 2000),
        [R.DAMAGED],
    ),
    "runs of nothing": (lambda: bmp(2000, 2000, run_length=True, data=b"\0\1"), [R.DAMAGED]),
}


def _patched(data: bytes, after: bytes, offset: int, value: int) -> bytes:
    at = data.index(after) + offset
    return data[:at] + bytes([value]) + data[at + 1 :]


@pytest.mark.parametrize("name", NOT_DECODED)
def test_what_is_not_decoded_has_its_reason(name: str, tmp_path: Path) -> None:
    """Other formats under any name, odd kinds of ours, and lies about size."""
    make, reasons = NOT_DECODED[name]

    found = examined(make(), tmp_path, name="photo")

    assert (found.reasons, found.readable, found.rendition) == (reasons, False, None)


COSTLY = {
    "WEBP": plain((700, 700)),
    "HEIF": plain((700, 700)),
    "AVIF": plain((700, 700)),
}


@pytest.mark.parametrize("photo_format", COSTLY)
def test_a_decoder_that_needs_more_memory_takes_fewer_pixels(
    photo_format: str, tmp_path: Path
) -> None:
    """Memory goes with max_megapixels: a library that keeps several copies reaches it sooner."""
    validation = SIZE_ONLY.model_copy(update={"max_megapixels": 0.5})

    found = examined(encoded(photo_format, COSTLY[photo_format]), tmp_path, validation)

    assert (found.reasons, found.readable) == ([R.MEGAPIXELS], False)
    assert found.detail is not None
    assert found.detail.startswith(f"decoding this {photo_format} takes ")
    assert found.detail.endswith("2 MB go with validation.max_megapixels")


def test_a_progressive_jpeg_is_weighed_by_its_coefficients(tmp_path: Path) -> None:
    """They stay in memory until the last scan is read; a picture in one scan leaves none."""
    validation = SIZE_ONLY.model_copy(update={"max_megapixels": 1.0})
    size = (1000, 1000)

    heavy = examined(jpeg(size, progressive=True, subsampling=0), tmp_path, validation)
    light = examined(jpeg((3000, 300), subsampling=0), tmp_path, validation)

    assert (heavy.reasons, light.reasons) == ([R.MEGAPIXELS], [])


def test_a_file_larger_than_memory_allows_is_never_read_whole(tmp_path: Path) -> None:
    """Only its first bytes and a running checksum are, also where settings let it in."""
    path = tmp_path / "sparse"
    path.write_bytes(jpeg())
    os.truncate(path, 10**9)
    generous = SIZE_ONLY.model_copy(update={"max_bytes": 2**32})

    found = examined(path, tmp_path, generous)

    assert (found.bytes, found.reasons, found.detail) == (
        10**9,
        [R.BYTES],
        "1000000000 bytes are not read into memory; 820000000 go with validation.max_megapixels",
    )


@pytest.mark.parametrize(
    ("depth", "colour", "bytes_per_pixel"),
    [(8, 6, 4), (8, 3, 1), (16, 0, 2)],
    ids=["transparency", "palette", "deep gray"],
)
def test_a_large_picture_is_in_memory_once(
    depth: int, colour: int, bytes_per_pixel: int, tmp_path: Path
) -> None:
    """Flattened and shrunk strip by strip, it costs little more than its pixels."""
    side = 5000
    palette = chunk(b"PLTE", bytes(768)) + chunk(b"tRNS", bytes(256)) if colour == 3 else b""
    path = tmp_path / "large.png"
    path.write_bytes(png(side, side, depth=depth, colour=colour, before=palette))
    program = (
        "import resource, sys; from pathlib import Path;"
        "from darkroom.imaging.examination import ExaminationSettings, examine;"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "path = Path(sys.argv[1]); before = peak();"
        "found = examine(path, filename='a', settings=ExaminationSettings(), scratch=path.parent);"
        "assert found.readable; print(peak() - before)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )

    grown = int(done.stdout) * (1 if sys.platform == "darwin" else 1024)
    assert grown < side * side * bytes_per_pixel + 100 * 2**20
