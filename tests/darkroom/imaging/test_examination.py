import hashlib
import io
import pickle
import struct
from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from darkroom.imaging.examination import Examination, ExaminationSettings, examine
from darkroom.imaging.headers import Header
from darkroom.outcomes import Reason
from darkroom.settings import HashSettings, RenditionSettings, ValidationSettings

DEFAULTS = ExaminationSettings()
ORIGINAL = ExaminationSettings(hashes=HashSettings(hash_source="original"))


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def scene(size: tuple[int, int]) -> Image.Image:
    """Large soft shapes with grain, seeded: hashes of it are stable, and it is sharp."""
    rng = np.random.default_rng(9)
    shapes = Image.fromarray(rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)).resize(size)
    grain = rng.integers(-30, 30, (size[1], size[0], 1))
    return Image.fromarray(np.clip(np.asarray(shapes) + grain, 0, 255).astype(np.uint8))


def saved(path: Path, image: Image.Image, *, orientation: int = 1) -> Path:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    image.save(path, quality=92, exif=exif)
    return path


def hashes_of(examination: Examination) -> tuple[str, str]:
    assert examination.hashes is not None
    return examination.hashes.phash, examination.hashes.dhash


def pixels(examination: Examination) -> np.ndarray:
    assert examination.rendition is not None
    with Image.open(examination.rendition.path) as image:
        return np.asarray(image)


def test_a_digest_that_is_known_is_not_taken_again(tmp_path: Path, scratch: Path) -> None:
    """The file is read once less, and all else is as without it."""
    path = saved(tmp_path / "stored.jpg", scene((320, 240)))

    found = examine(path, filename="a.jpg", settings=DEFAULTS, scratch=scratch, sha256="5d" * 32)

    alone = examine(path, filename="a.jpg", settings=DEFAULTS, scratch=scratch)
    assert found.sha256 == "5d" * 32
    assert found.checks == alone.checks
    assert found.hashes == alone.hashes


def test_a_good_photo_has_everything(tmp_path: Path, scratch: Path) -> None:
    """Identity, header, checks, hashes and rendition, by one call that can travel back."""
    path = saved(
        tmp_path / "stored.jpg", scene((1600, 1200)).rotate(90, expand=True), orientation=6
    )
    before = path.read_bytes()

    found = examine(path, filename="a.jpg", settings=DEFAULTS, scratch=scratch)

    assert found.sha256 == hashlib.sha256(before).hexdigest()
    assert found.bytes == len(before)
    assert found.header == Header(
        format="JPEG",
        width=1600,
        height=1200,
        orientation=6,
        frames=1,
        taken_at=None,
        camera=None,
        latitude=None,
        longitude=None,
    )
    assert (found.readable, found.reasons, found.warnings, found.detail) == (True, [], [], None)
    assert {check.verdict for check in found.checks} == {"pass"}
    assert found.rendition is not None
    assert (found.rendition.width, found.rendition.height) == (1024, 768)
    assert found.rendition.path.parent == scratch
    with Image.open(found.rendition.path) as rendition:
        assert hashes_of(found) == (
            str(imagehash.phash(rendition)),
            str(imagehash.dhash(rendition)),
        )
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own
    assert path.read_bytes() == before


def test_an_examination_repeats_to_the_byte(tmp_path: Path, scratch: Path) -> None:
    """Same file, same settings, same hashes and rendition."""
    path = saved(tmp_path / "a.jpg", scene((1500, 1000)))

    first, second = (
        examine(path, filename="a.jpg", settings=DEFAULTS, scratch=scratch) for _ in range(2)
    )

    assert first.rendition is not None
    assert second.rendition is not None
    assert first.rendition.sha256 == second.rendition.sha256
    assert hashes_of(first) == hashes_of(second)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_hashes_of_the_original_are_those_of_imagehash_on_the_file(
    tmp_path: Path, scratch: Path, suffix: str, mode: str
) -> None:
    """To the bit, for the upright photo."""
    image = scene((2100, 1400)).convert(mode)
    path = saved(tmp_path / f"a.{suffix}", image, orientation=1 if suffix == "gif" else 8)

    found = examine(path, filename=path.name, settings=ORIGINAL, scratch=scratch)

    with Image.open(path) as file:
        upright = ImageOps.exif_transpose(file)
    assert hashes_of(found) == (str(imagehash.phash(upright)), str(imagehash.dhash(upright)))


def test_whatever_is_hashed_the_rest_stays_the_same(tmp_path: Path, scratch: Path) -> None:
    """Also of a JPEG that is decoded at half its size where its original is not hashed."""
    path = saved(tmp_path / "large.jpg", scene((2600, 1950)))

    of_rendition = examine(path, filename="a.jpg", settings=DEFAULTS, scratch=scratch)
    of_original = examine(path, filename="a.jpg", settings=ORIGINAL, scratch=scratch)

    assert of_original.checks == of_rendition.checks
    assert of_original.rendition is not None
    assert of_rendition.rendition is not None
    assert of_original.rendition.sha256 == of_rendition.rendition.sha256


def test_a_rejected_photo_keeps_its_hashes_and_rendition(tmp_path: Path, scratch: Path) -> None:
    """A changed threshold then redoes only the verdict."""
    path = tmp_path / "plain.png"
    Image.new("RGB", (300, 200), (250, 250, 250)).save(path)

    found = examine(path, filename="plain.png", settings=DEFAULTS, scratch=scratch)

    assert found.reasons == [Reason.BLURRY, Reason.BRIGHT]
    assert found.warnings == [Reason.LOW_CONTRAST, Reason.LOW_INFORMATION, Reason.GRAYSCALE]
    assert found.readable
    assert found.hashes
    assert pixels(found).tolist() == np.full((200, 300, 3), 250).tolist()


def test_small_photos_stay_small(tmp_path: Path, scratch: Path) -> None:
    """Nothing is ever enlarged."""
    path = tmp_path / "small.png"
    image = scene((80, 70))
    image.save(path)

    found = examine(path, filename="small.png", settings=DEFAULTS, scratch=scratch)

    assert np.array_equal(pixels(found), np.asarray(image))


@pytest.mark.parametrize("photo_format", ["PNG", "JPEG", "WEBP"])
def test_a_rendition_has_the_format_asked_for(
    tmp_path: Path, scratch: Path, photo_format: str
) -> None:
    """And the hashes do not depend on it: they are taken before encoding."""
    path = saved(tmp_path / "a.jpg", scene((700, 500)))
    renditions = RenditionSettings.model_validate({"format": photo_format, "long_edge_px": 200})
    settings = ExaminationSettings(renditions=renditions)
    as_png = ExaminationSettings(renditions=RenditionSettings(long_edge_px=200))

    found = examine(path, filename="a.jpg", settings=settings, scratch=scratch)
    reference = examine(path, filename="a.jpg", settings=as_png, scratch=scratch)

    assert found.rendition is not None
    with Image.open(found.rendition.path) as rendition:
        assert (rendition.format, rendition.size) == (photo_format, (200, 143))
    assert hashes_of(found) == hashes_of(reference)


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (b"", [Reason.EMPTY, Reason.BYTES]),
        (b"<!doctype html>" * 20, [Reason.NOT_AN_IMAGE]),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n" * 20, [Reason.UNSUPPORTED, Reason.FORMAT]),
        (b"\xff\xd8\xff\xe0" + bytes(500), [Reason.TRUNCATED]),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), [Reason.DAMAGED]),
        (b"GIF89a" + bytes(500), [Reason.DAMAGED]),
        (b"II*\x00\xff\xff\xff\x7f" + bytes(500), [Reason.TRUNCATED]),
        (b"RIFF\xff\xff\x00\x00WEBPVP8 " + bytes(500), [Reason.TRUNCATED]),
    ],
)
def test_what_is_no_photo_is_rejected_with_its_reason(
    tmp_path: Path, scratch: Path, content: bytes, reasons: list[Reason]
) -> None:
    """Never an exception; the identity of the file is known all the same."""
    path = tmp_path / "file"
    path.write_bytes(content)

    found = examine(path, filename="file", settings=DEFAULTS, scratch=scratch)

    assert (found.readable, found.reasons) == (False, reasons)
    assert found.detail
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert (found.hashes, found.rendition) == (None, None)
    assert list(scratch.iterdir()) == []


def test_limits_reject_before_decoding(tmp_path: Path, scratch: Path) -> None:
    """Megapixels by the header, bytes by the file."""
    path = tmp_path / "bomb.bmp"
    size = struct.pack("<ii", 65_535, 65_535)
    header = struct.pack("<IHHI", 154, 0, 0, 54) + struct.pack("<I", 40) + size
    path.write_bytes(
        b"BM" + header + struct.pack("<HHIIiiII", 1, 24, 0, 0, 0, 0, 0, 0) + bytes(100)
    )
    small = ExaminationSettings(validation=ValidationSettings(max_bytes=120))

    found = examine(path, filename="bomb.bmp", settings=DEFAULTS, scratch=scratch)
    heavy = examine(path, filename="bomb.bmp", settings=small, scratch=scratch)

    assert (found.readable, found.reasons, found.detail) == (False, [Reason.MEGAPIXELS], None)
    assert found.header is not None
    assert (found.header.width, found.header.height) == (65_535, 65_535)
    assert (heavy.readable, heavy.reasons, heavy.header) == (False, [Reason.BYTES], None)


def test_a_gif_that_asks_for_a_vast_canvas_is_not_opened(tmp_path: Path, scratch: Path) -> None:
    """Its decoder would fill the canvas before anybody could judge it."""
    path = tmp_path / "bomb.gif"
    size = struct.pack("<HH", 65_535, 65_535)
    disposal = b"!\xf9\x04\x08" + bytes(4)
    image = b"," + bytes(4) + size + b"\x00\x02\x02\x4c\x01\x00;"
    path.write_bytes(b"GIF89a" + bytes(4) + b"\x00\x00\x00" + disposal + image + bytes(100))

    found = examine(path, filename="bomb.gif", settings=DEFAULTS, scratch=scratch)

    assert (found.readable, found.reasons) == (False, [Reason.MEGAPIXELS])
    assert found.detail == "its canvas has 4294836225 pixels"


def test_a_quirk_is_a_warning(tmp_path: Path, scratch: Path) -> None:
    """The photo is whole; what its decoder grumbled about is kept."""
    data = saved(tmp_path / "a.jpg", scene((300, 200))).read_bytes()
    at = data.index(b"\xff\xdb")
    path = tmp_path / "quirk.jpg"
    path.write_bytes(data[:at] + b"\x00\x00" + data[at:])

    found = examine(path, filename="quirk.jpg", settings=DEFAULTS, scratch=scratch)

    assert (found.readable, found.reasons, found.warnings) == (True, [], [Reason.DAMAGED])
    assert found.detail == "Corrupt JPEG data: 2 extraneous bytes before marker 0xdb"


def test_transparency_is_shown_on_white(tmp_path: Path, scratch: Path) -> None:
    """In the rendition, which has no alpha."""
    path = tmp_path / "a.png"
    Image.new("RGBA", (90, 80), (0, 0, 0, 0)).save(path)

    found = examine(path, filename="a.png", settings=DEFAULTS, scratch=scratch)

    assert pixels(found).tolist() == np.full((80, 90, 3), 255).tolist()


def test_a_file_that_is_not_there_is_not_the_photos_trouble(scratch: Path) -> None:
    """The machine's troubles are raised."""
    with pytest.raises(FileNotFoundError):
        examine(scratch / "gone", filename="gone", settings=DEFAULTS, scratch=scratch)


def test_hostile_changes_never_raise(tmp_path: Path, scratch: Path) -> None:
    """Thousands of broken files end in an examination; a few hundred of them here, seeded."""
    rng = np.random.default_rng(12)
    image = scene((96, 80))
    for photo_format in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"):
        buffer = io.BytesIO()
        image.save(buffer, photo_format)
        for _ in range(40):
            data = bytearray(buffer.getvalue())
            for at in rng.integers(0, min(len(data), 600), 5):
                data[at] = rng.integers(0, 256)
            path = tmp_path / "changed"
            path.write_bytes(data)
            found = examine(path, filename="a", settings=DEFAULTS, scratch=scratch)
            assert found.readable is (found.hashes is not None)
            assert found.readable or found.reasons
