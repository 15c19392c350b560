"""Real photos, sound and broken, through the one pass."""

import csv
import json
import random
from pathlib import Path

import imagehash
import pytest
from PIL import Image, ImageOps

from darkroom.imaging.decoding import decode, open_photo
from darkroom.imaging.examination import Examination, ExaminationSettings, examine
from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.sniffing import DECODABLE
from darkroom.settings import HashSettings

pytestmark = pytest.mark.corpus
DEFAULTS = ExaminationSettings()

DELIBERATELY_CORRUPT = "ukbench09268_corrupt.jpg"
"""Twice among the near duplicates: random bytes under an honest name."""


def examinations(folder: Path, scratch: Path) -> dict[str, Examination]:
    return {
        path.name: examine(path, filename=path.name, settings=DEFAULTS, scratch=scratch)
        for path in sorted(folder.iterdir())
    }


def test_no_real_photo_is_rejected(corpus: Path, tmp_path: Path) -> None:
    """Not one of 171, by any default threshold."""
    found = examinations(corpus / "photos", tmp_path)

    assert len(found) == 171
    assert {name: one.reasons for name, one in found.items() if one.reasons} == {}
    assert all(one.readable and one.hashes and one.rendition for one in found.values())


@pytest.mark.parametrize("folder", ["qr", "ocr", "neardup", "vehicles"])
def test_every_sound_file_is_readable(corpus: Path, tmp_path: Path, folder: str) -> None:
    """Whatever else is said of it."""
    found = examinations(corpus / folder, tmp_path)

    unreadable = {name for name, one in found.items() if not one.readable}
    assert {name for name in unreadable if not name.endswith(DELIBERATELY_CORRUPT)} == set()


def test_every_bad_file_has_an_examination(corpus: Path, tmp_path: Path) -> None:
    """None raises; what Pillow cannot decode to its end is not readable."""
    with (corpus / "MANIFEST.csv").open(newline="") as manifest:
        expected = {
            Path(row["path"]).name: json.loads(row["expected"])
            for row in csv.DictReader(manifest)
            if row["path"].startswith("bad/")
        }
    found = examinations(corpus / "bad", tmp_path)

    assert len(found) == 435
    assert found.keys() == expected.keys()
    broken = {
        name
        for name, said in expected.items()
        # The manifest's Pillow had no HEIC, and one such photo is sound.
        if said["pillow"] != "ok" and not name.endswith(".heic")
    }
    assert {name for name in broken if found[name].readable} == set()
    sound = {name for name, said in expected.items() if said["pillow"] == "ok"} - broken
    decodable = {name for name in sound if expected[name]["format"] in DECODABLE}
    assert {name for name in decodable if not found[name].readable} == {
        # Pillow decodes these in silence: a picture torn to stripes, two GIFs run together,
        # nonsense between GIF blocks, a missing end chunk and a wrong checksum of pixels.
        "Pillow__Tests_images_hopper_bad_exif.jpg",
        "Pillow__Tests_images_test_extents_transparency.gif",
        "libvips__test_test-suite_images_invalid_multiframe.gif",
        "metadata-extractor-i__png_ImageTestSuite_c-m1-8f2b481b7fd9bd745e620b7c01a18df2.png",
        "metadata-extractor-i__png_PngSuite_xcsn0g01.png",
    }
    assert all(one.readable or one.reasons for one in found.values())


def test_damage_to_real_photos_is_found(corpus: Path) -> None:
    """Cut, faked, zeroed and overwritten: 16 of 16 of each."""
    rng = random.Random(5)
    photos = [
        path
        for path in sorted((corpus / "photos").iterdir())
        if path.suffix.lower() == ".jpg" and path.stat().st_size > 60_000
    ]
    missed = []
    for path in rng.sample(photos, 16):
        data = path.read_bytes()
        middle = (data.rfind(b"\xff\xda") + len(data)) // 2
        end = data.rfind(b"\xff\xd9")
        damaged = {
            "cut in half": data[: len(data) // 2],
            "last 200 bytes gone": data[: end - 198],
            "tail of zeros": data[: len(data) * 9 // 10] + bytes(len(data) // 10),
            "faked end": data[: len(data) * 6 // 10] + b"\xff\xd9",
            "1 KB of zeros": data[:middle] + bytes(1024) + data[middle + 1024 :],
            "1 KB of noise": data[:middle] + rng.randbytes(1024) + data[middle + 1024 :],
        }
        for name, content in damaged.items():
            try:
                decode(open_photo(content), at_least_px=1024)
            except Unreadable:
                continue
            missed.append((path.name, name))

    assert missed == []


def test_hashes_of_real_originals_are_those_of_imagehash(corpus: Path, tmp_path: Path) -> None:
    """To the bit, on every tenth photo."""
    settings = ExaminationSettings(hashes=HashSettings(hash_source="original"))
    for path in sorted((corpus / "photos").iterdir())[::10]:
        found = examine(path, filename=path.name, settings=settings, scratch=tmp_path)
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
        assert found.hashes is not None
        assert (found.hashes.phash, found.hashes.dhash) == (
            str(imagehash.phash(upright)),
            str(imagehash.dhash(upright)),
        )
