"""A small import that shows every kind of verdict, drawn by code."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from PIL import ExifTags, Image, ImageFilter

from darkroom.outcomes import Outcome
from darkroom.samples import scenes as sample_scenes

MANIFEST = "sample.csv"
_LANDSCAPE = (1600, 1200)
_LETTER = [
    "Harbour Office",
    "Notice to all skippers",
    "",
    "The north quay is closed for repairs",
    "from Monday the third of June.",
    "Please moor at the east quay and",
    "report your arrival on channel twelve.",
    "",
    "Thank you for your patience.",
]


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of the sample manifest."""

    filename: str
    shows: str
    """What it is there to show, in a few words."""
    expected: Outcome


def draw_samples(folder: Path) -> list[Sample]:
    """Draw the sample photos into `folder`, which must exist.

    Same code, same bytes: drawing again replaces the files with equal ones. The last sample has no
    file; whoever serves the folder answers its URL with 404.
    """
    return [
        *_sound_photos(folder),
        *_duplicates(folder),
        *_unacceptable_photos(folder),
        Sample("gone.jpg", "an address that answers 404", Outcome.FAILED),
    ]


def write_manifest(folder: Path, samples: Sequence[Sample], address: str) -> Path:
    """`sample.csv` in `folder`: the samples' URLs below `address`, such as http://127.0.0.1:80."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["url", "shows", "expected"])
    rows.writerows(
        [f"{address}/{quote(sample.filename)}", sample.shows, sample.expected.value]
        for sample in samples
    )
    manifest = folder / MANIFEST
    manifest.write_text(text.getvalue(), encoding="utf-8", newline="")
    return manifest


def _sound_photos(folder: Path) -> list[Sample]:
    sample_scenes.lake(_LANDSCAPE).save(
        folder / "lake.jpg", quality=92, exif=_exif("2024:05:18 05:42:10")
    )
    # Stored on its side, as a phone held upright stores it; orientation 6 turns it back.
    upright = sample_scenes.dunes((1200, 1600))
    upright.transpose(Image.Transpose.ROTATE_90).save(
        folder / "dunes.jpg", quality=92, exif=_exif("2024:07:02 18:20:31", orientation=6)
    )
    sample_scenes.meadow(_LANDSCAPE).save(folder / "meadow.webp", quality=90)
    sample_scenes.sea(_LANDSCAPE).save(folder / "sea.png", compress_level=1)
    sample_scenes.forest(_LANDSCAPE).save(folder / "forest.jpg", quality=92, progressive=True)
    sample_scenes.letter(_LETTER, (1200, 1500)).save(folder / "letter.jpg", quality=92)
    sample_scenes.parcel("DR-2024-000417", "DR-2024-000417", _LANDSCAPE).save(
        folder / "parcel.jpg", quality=92
    )
    return [
        Sample("lake.jpg", "a sound photo with date, camera and place", Outcome.DONE),
        Sample("dunes.jpg", "stored on its side, EXIF orientation 6", Outcome.DONE),
        Sample("meadow.webp", "WebP", Outcome.DONE),
        Sample("sea.png", "PNG", Outcome.DONE),
        Sample("forest.jpg", "a progressive JPEG", Outcome.DONE),
        Sample("letter.jpg", "a page with text", Outcome.DONE),
        Sample("parcel.jpg", "a QR code", Outcome.DONE),
    ]


def _duplicates(folder: Path) -> list[Sample]:
    (folder / "lake-copy.jpg").write_bytes((folder / "lake.jpg").read_bytes())
    with Image.open(folder / "lake.jpg") as lake:
        lake.resize((1440, 1080), Image.Resampling.LANCZOS).save(
            folder / "lake-small.jpg", quality=70
        )
    return [
        Sample("lake-copy.jpg", "the same bytes as lake.jpg", Outcome.DONE),
        Sample("lake-small.jpg", "lake.jpg, smaller and compressed harder", Outcome.DONE),
    ]


def _unacceptable_photos(folder: Path) -> list[Sample]:
    shaken = sample_scenes.meadow(_LANDSCAPE, seed=31).filter(ImageFilter.GaussianBlur(14))
    shaken.save(folder / "shaken.jpg", quality=90)
    night = sample_scenes.forest(_LANDSCAPE, seed=51).point(lambda level: level * 7 // 24)
    night.save(folder / "night.jpg", quality=90)
    whole = io.BytesIO()
    sample_scenes.sea(_LANDSCAPE, seed=41).save(whole, "JPEG", quality=92)
    (folder / "cut-off.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) * 6 // 10])
    (folder / "error-page.jpg").write_text(
        "<!doctype html><html><head><title>Sign in</title></head>"
        "<body><p>Please sign in to see this photo.</p></body></html>\n",
        encoding="ascii",
    )
    return [
        Sample("shaken.jpg", "blurry", Outcome.REJECTED),
        Sample("night.jpg", "too dark", Outcome.REJECTED),
        Sample("cut-off.jpg", "a JPEG that ends too early", Outcome.REJECTED),
        Sample("error-page.jpg", "a web page named .jpg", Outcome.REJECTED),
    ]


def _exif(taken_at: str, *, orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Darkroom"
    exif[ExifTags.Base.Model] = "Sample One"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken_at
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (46.0, 27.0, 30.0),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (8.0, 36.0, 0.0),
        }
    )
    return exif
