import io
import pickle
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image

from darkroom.imaging.decoding import (
    decode,
    identify,
    load_rgb,
    open_photo,
    upright,
    upright_gray,
)
from darkroom.imaging.headers import Header
from darkroom.imaging.integrity import Unreadable
from darkroom.outcomes import Reason

FORMATS = ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF"]
pillow_heif.register_heif_opener()


def corners() -> Image.Image:
    """Four flat quarters, dark at the top left, bright at the bottom right; wider than high."""
    image = Image.new("RGB", (96, 64))
    for at, level in (((0, 0), 20), ((48, 0), 90), ((0, 32), 160), ((48, 32), 230)):
        image.paste((level, level, level), (*at, at[0] + 48, at[1] + 32))
    return image


def encoded(photo_format: str, image: Image.Image | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    (image or corners()).save(buffer, photo_format, **options)
    return buffer.getvalue()


def oriented(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif


def refusal(data: bytes) -> Reason:
    with pytest.raises(Unreadable) as error:
        decode(open_photo(data))
    return error.value.reason


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def quarters(gray: np.ndarray) -> list[int]:
    """Levels of the four quarters, to the nearest ten, row by row."""
    height, width = gray.shape
    rows, columns = (height // 4, 3 * height // 4), (width // 4, 3 * width // 4)
    return [round(int(gray[row, column]), -1) for row in rows for column in columns]


@pytest.mark.parametrize("photo_format", FORMATS)
def test_every_format_is_opened_and_decoded(photo_format: str, tmp_path: Path) -> None:
    """By content, with its header."""
    path = tmp_path / "photo"
    path.write_bytes(encoded(photo_format))

    assert open_photo(path.read_bytes()).header == Header(
        format=photo_format,
        width=96,
        height=64,
        orientation=1,
        frames=1,
        taken_at=None,
        camera=None,
        latitude=None,
        longitude=None,
    )
    assert quarters(upright_gray(path)) == [20, 90, 160, 230]


@pytest.mark.parametrize("photo_format", FORMATS)
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_cut_file_is_found_in_every_format(photo_format: str, share: float) -> None:
    """And called truncated, or damaged where its header is beyond understanding."""
    noise = Image.effect_noise((96, 64), 60).convert("RGB")
    data = encoded(photo_format, noise)

    assert refusal(data[: int(len(data) * share)]) in (Reason.TRUNCATED, Reason.DAMAGED)


@pytest.mark.parametrize("photo_format", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_once(
    photo_format: str, orientation: int, tmp_path: Path
) -> None:
    """Also where the decoder turns the picture by itself."""
    path = tmp_path / "photo"
    image = corners()
    if photo_format == "HEIF":
        # Given so, it is written as the container's own rotation, which alone counts in HEIF.
        image.info["exif"] = oriented(orientation).tobytes()
        path.write_bytes(encoded(photo_format, image))
    else:
        path.write_bytes(encoded(photo_format, image, exif=oriented(orientation)))
    with Image.open(path) as decoded:
        decoded.load()
        turn = 1 if photo_format in ("TIFF", "HEIF") else orientation
        expected = quarters(np.asarray(upright(decoded.convert("L"), turn)))

    header = open_photo(path.read_bytes()).header
    gray = upright_gray(path)

    on_its_side = orientation >= 5
    assert (header.width, header.height) == ((64, 96) if on_its_side else (96, 64))
    assert (header.orientation, gray.shape) == (orientation, (header.height, header.width))
    assert quarters(gray) == expected
    if orientation == 6:
        assert expected == [160, 20, 230, 90]


def test_exif_behind_the_pixels_of_a_png_is_read() -> None:
    """Without decoding the pixels to get there."""
    data = encoded("PNG")
    late = data[:-12] + chunk(b"eXIf", oriented(6).tobytes()[6:]) + data[-12:]

    assert open_photo(late).header.orientation == 6


def test_a_bomb_is_opened_but_not_decoded() -> None:
    """Its header says how large it would be; nothing is allocated for it."""
    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")

    header = open_photo(bomb).header

    assert (header.width, header.height) == (60_000, 60_000)


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_a_bomb_in_the_metadata_is_damage(kind: bytes) -> None:
    """It is never unpacked."""
    data = encoded("PNG")
    bomb = chunk(kind, b"k\x00\x00" + zlib.compress(bytes(20 * 2**20)))

    assert refusal(data[:33] + bomb + data[33:]) is Reason.DAMAGED


def test_pixels_that_do_not_decode_are_damage() -> None:
    """Right checksums around nonsense do not help."""
    data = encoded("PNG")
    nonsense = data[:33] + chunk(b"IDAT", b"nonsense") + chunk(b"IEND", b"")

    assert refusal(nonsense) is Reason.DAMAGED


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"hello", Reason.NOT_AN_IMAGE),
        (b"%!PS-Adobe-3.0 EPSF-3.0", Reason.UNSUPPORTED),
        (b"%PDF-1.7", Reason.UNSUPPORTED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.UNSUPPORTED),
    ],
)
def test_no_other_decoder_is_ever_started(head: bytes, reason: Reason) -> None:
    """Documents and drawings are programs; they are named and left alone."""
    with pytest.raises(Unreadable) as error:
        identify(head)

    assert error.value.reason is reason


def test_a_broken_second_picture_does_not_cost_the_first() -> None:
    """The index of a camera's MPO may be nonsense; the photo before it is whole."""
    buffer = io.BytesIO()
    corners().save(buffer, "MPO", save_all=True, append_images=[corners()])
    data = buffer.getvalue()
    at = data.index(b"MPF\x00") + 4

    assert open_photo(data).header.format == "MPO"
    assert open_photo(data[:at] + bytes(30) + data[at + 30 :]).header.format == "JPEG"


def test_frames_are_counted_in_animations_and_documents() -> None:
    """Only an animation moves."""
    frames = [Image.new("RGB", (8, 8), (level, 0, 0)) for level in (0, 120, 240)]
    found = [
        open_photo(encoded(name, frames[0], save_all=True, append_images=frames[1:])).header
        for name in ("GIF", "PNG", "WEBP", "TIFF")
    ]

    assert [(header.frames, header.animated) for header in found] == [
        (3, True),
        (3, True),
        (3, True),
        (3, False),
    ]


def test_renditions_are_read_as_arrays(tmp_path: Path) -> None:
    """Height by width by channels."""
    path = tmp_path / "rendition"
    path.write_bytes(encoded("PNG", Image.new("RGB", (6, 4), (255, 0, 0))))

    assert (load_rgb(path).shape, load_rgb(path)[0, 0].tolist()) == ((4, 6, 3), [255, 0, 0])


def test_what_is_said_of_an_unreadable_file_travels_between_processes() -> None:
    """Workers are processes."""
    sent = pickle.loads(pickle.dumps(Unreadable(Reason.DAMAGED, "why")))  # noqa: S301 - our own

    assert (sent.reason, sent.detail, str(sent)) == (Reason.DAMAGED, "why", "damaged: why")
