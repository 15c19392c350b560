import io
import random
import struct

import numpy as np
import pytest
from PIL import Image, ImageChops

from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.jpeg import decode_jpeg, has_zeroed_block
from darkroom.imaging.jpeg_segments import bare_jpeg
from darkroom.outcomes import Reason

SIZE = (640, 480)


def scene(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """Smooth ground with grain, seeded: photos compress like this."""
    grain = np.random.default_rng(7).integers(-12, 12, (size[1], size[0], 3))
    across = np.linspace(20, 230, size[0])[None, :, None]
    down = np.linspace(0, 60, size[1])[:, None, None]
    pixels = np.clip(across + down * np.array([1, -1, 0]) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).convert(mode)


def jpeg(mode: str = "RGB", size: tuple[int, int] = SIZE, **options: object) -> bytes:
    buffer = io.BytesIO()
    scene(mode, size).save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


def decoded(data: bytes) -> str | None:
    return decode_jpeg(data, mode="RGB", size=SIZE).quirk


def reason(data: bytes) -> Reason:
    with pytest.raises(Unreadable) as error:
        decode_jpeg(data, mode="RGB", size=SIZE)
    return error.value.reason


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}])
def test_pixels_are_those_of_pillow(mode: str, options: dict[str, object]) -> None:
    """So that hashes are what a person gets with Pillow and imagehash."""
    data = jpeg(mode, **options)
    with Image.open(io.BytesIO(data)) as image:
        expected = np.asarray(image)

    found = decode_jpeg(data, mode=mode, size=SIZE)

    assert found.quirk is None
    assert found.image.mode == mode
    assert np.array_equal(np.asarray(found.image), expected)


@pytest.mark.parametrize(
    ("wanted", "size"), [(320, (320, 240)), (200, (320, 240)), (100, (160, 120))]
)
def test_a_reduced_picture_is_that_of_draft(wanted: int, size: tuple[int, int]) -> None:
    """A half, a quarter or an eighth, never below what is wanted, by the decoder's own scaling."""
    data = jpeg()
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", size)
        expected = np.asarray(image)

    found = decode_jpeg(data, mode="RGB", size=SIZE, at_least_px=wanted)

    assert np.array_equal(np.asarray(found.image), expected)


def test_a_colour_jpeg_gives_its_gray_directly() -> None:
    """Its luma, without ever making the colours."""
    found = decode_jpeg(jpeg(), mode="L", size=SIZE)

    assert ImageChops.difference(found.image, scene("L")).getextrema()[1] < 40
    assert found.image.size == SIZE


@pytest.mark.parametrize("share", [0.3, 0.5, 0.95])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_cut_file_is_found(share: float, options: dict[str, object]) -> None:
    """Wherever it is cut behind its header."""
    data = jpeg(**options)

    assert reason(data[: int(len(data) * share)]) is Reason.TRUNCATED


def test_a_cut_file_with_a_faked_end_marker_is_found() -> None:
    """Pillow decodes it in silence and fills the rest with gray."""
    data = jpeg()
    faked = data[: len(data) // 2] + b"\xff\xd9"
    with Image.open(io.BytesIO(faked)) as image:
        image.load()

    assert reason(faked) is Reason.DAMAGED


def test_a_zeroed_block_is_found_wherever_it_lies() -> None:
    """The decoder reads zeros as coefficients and may come out even; Pillow never complains."""
    data = jpeg()
    begin = data.index(b"\xff\xda") + 40
    places = range(begin, len(data) - 1100, (len(data) - begin) // 40)

    assert {reason(data[:at] + bytes(1024) + data[at + 1024 :]) for at in places} == {
        Reason.DAMAGED
    }


def test_zeros_are_no_damage_in_a_scan_of_chroma_alone() -> None:
    """A file may have a scan for each component: a flat area of chroma is zeros in its own."""
    levels = np.random.default_rng(8).integers(0, 256, (512, 512)).astype(np.uint8)
    luma, colour = io.BytesIO(), io.BytesIO()
    Image.fromarray(levels).save(luma, "JPEG")
    Image.fromarray(levels).convert("RGB").save(colour, "JPEG", subsampling=0)
    header = colour.getvalue()[: colour.getvalue().index(b"\xff\xda")]
    scan = luma.getvalue()[luma.getvalue().index(b"\xff\xda") + 10 : -2]
    flat = bytes(64 * 64 // 2)  # half a byte for each block: no difference, end of block
    scans = [_scan(1, 0x00, scan), _scan(2, 0x11, flat), _scan(3, 0x11, flat)]
    data = b"".join([header, *scans, b"\xff\xd9"])

    assert not has_zeroed_block(data)
    assert decode_jpeg(data, mode="RGB", size=(512, 512)).quirk is None


def _scan(component: int, tables: int, content: bytes) -> bytes:
    return b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, component, tables, 0, 63, 0) + content


def test_random_bytes_are_found() -> None:
    """They break codes, or form markers that have no place there."""
    data, noise = jpeg(), random.Random(3).randbytes(1024)
    at = len(data) // 2

    assert reason(data[:at] + noise + data[at + 1024 :]) is Reason.DAMAGED


def test_zeros_are_no_damage_where_the_tables_make_them_flat_areas() -> None:
    """Optimised tables may code a block of a plain area by zero bits alone."""
    buffer = io.BytesIO()
    Image.new("L", (4000, 3000), 128).save(buffer, "JPEG", optimize=True)
    data = buffer.getvalue()

    assert bytes(64) in data
    assert not has_zeroed_block(data)
    assert decode_jpeg(data, mode="L", size=(4000, 3000)).quirk is None


def test_zeros_after_the_end_are_no_damage() -> None:
    """Cameras pad files, phones append films."""
    assert decoded(jpeg() + bytes(4096)) is None


def test_stray_bytes_between_segments_are_a_quirk() -> None:
    """A camera's carelessness in the header leaves the picture whole."""
    data = jpeg()
    at = data.index(b"\xff\xdb")

    assert decoded(data[:at] + b"\x00\x2a" + data[at:]) == (
        "Corrupt JPEG data: 2 extraneous bytes before marker 0xdb"
    )


def test_damage_behind_a_quirk_is_found() -> None:
    """The first warning does not end the search."""
    data = jpeg()
    at = data.index(b"\xff\xdb")

    assert reason(data[:at] + b"\x00\x2a" + data[at : len(data) // 2] + b"\xff\xd9") is (
        Reason.DAMAGED
    )


def test_a_few_stray_bytes_before_the_end_are_a_quirk() -> None:
    """More of them are what a decoder led astray has left over."""
    data = jpeg()
    few, many = data[:-2] + b"\x55" * 12 + data[-2:], data[:-2] + b"\x55" * 90 + data[-2:]

    assert "extraneous bytes before marker 0xd9" in (decoded(few) or "")
    assert reason(many) is Reason.DAMAGED


def test_an_unknown_jfif_revision_is_a_quirk() -> None:
    """Metadata that libjpeg does not know does no harm."""
    data = jpeg().replace(b"JFIF\x00\x01", b"JFIF\x00\x09", 1)

    assert decoded(data) == "Warning: unknown JFIF revision number 9.01"


def test_a_bare_jpeg_is_the_same_picture() -> None:
    """Only what the picture does not need is left out."""
    data = jpeg(comment=b"hello", icc_profile=bytes(3000))
    bare = bare_jpeg(data)

    assert b"hello" not in bare
    assert len(bare) < len(data) - 3000
    assert np.array_equal(
        np.asarray(decode_jpeg(bare, mode="RGB", size=SIZE).image),
        np.asarray(decode_jpeg(data, mode="RGB", size=SIZE).image),
    )
