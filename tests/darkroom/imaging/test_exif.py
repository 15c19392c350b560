import io
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import ExifTags, Image, TiffImagePlugin

from darkroom.imaging.exif import ExifFacts, read_exif

BASE, GPS = ExifTags.Base, ExifTags.GPS
EXACT_GPS = {
    GPS.GPSLatitudeRef: "S",
    GPS.GPSLatitude: (33.0, 51.0, 31.5),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: (151.0, 12.0, 51.0),
}


def facts(
    base: dict[int, Any] | None = None,
    photo: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None,
) -> ExifFacts:
    """What is read back from a JPEG with these fields."""
    exif = Image.Exif()
    exif.update(base or {})
    if photo:
        exif.get_ifd(ExifTags.IFD.Exif).update(photo)
    if gps:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(gps)
    buffer = io.BytesIO()
    Image.new("L", (4, 3)).save(buffer, "JPEG", exif=exif)
    with Image.open(buffer) as image:
        return read_exif(image)


def test_all_fields_are_read() -> None:
    """Time in UTC when its offset is known, place in signed degrees, make said once."""
    found = facts(
        {BASE.Orientation: 6, BASE.Make: "Canon", BASE.Model: "Canon EOS 40D"},
        {BASE.DateTimeOriginal: "2024:05:18 05:42:10", BASE.OffsetTimeOriginal: "+02:00"},
        EXACT_GPS,
    )

    assert found == ExifFacts(
        orientation=6,
        taken_at=datetime(2024, 5, 18, 3, 42, 10, tzinfo=UTC),
        camera="Canon EOS 40D",
        latitude=-33.8587500,
        longitude=151.2141667,
    )


def test_a_photo_without_exif_says_nothing() -> None:
    """And stands upright."""
    assert facts() == ExifFacts()


@pytest.mark.parametrize(
    ("written", "offset", "taken_at"),
    [
        ("2024:05:18 05:42:10", None, datetime(2024, 5, 18, 5, 42, 10)),  # noqa: DTZ001 - naive is meant
        ("2024:05:18 05:42:10", "Z", datetime(2024, 5, 18, 5, 42, 10, tzinfo=UTC)),
        ("2024:05:18 05:42:10", "-09:30", datetime(2024, 5, 18, 15, 12, 10, tzinfo=UTC)),
        ("2024:05:18 05:42:10", "nonsense", datetime(2024, 5, 18, 5, 42, 10)),  # noqa: DTZ001 - same
        ("2024:05:18 05:42:10", "+25:00", datetime(2024, 5, 18, 5, 42, 10)),  # noqa: DTZ001 - same
        ("0000:00:00 00:00:00", "+02:00", None),
        ("    :  :     :  :  ", None, None),
        ("0001:01:01 00:00:00", "+02:00", None),
        ("yesterday", None, None),
    ],
)
def test_a_time_is_read_or_left_out(
    written: str, offset: str | None, taken_at: datetime | None
) -> None:
    """A clock that was never set is no time."""
    photo = {BASE.DateTimeOriginal: written}
    if offset:
        photo[BASE.OffsetTimeOriginal] = offset

    assert facts(photo=photo).taken_at == taken_at


@pytest.mark.parametrize(
    "broken",
    [
        {GPS.GPSLatitude: (33.0, 51.0)},
        {GPS.GPSLatitude: (91.0, 0.0, 0.0)},
        {GPS.GPSLatitude: (TiffImagePlugin.IFDRational(1, 0), 0.0, 0.0)},
        {GPS.GPSLongitude: (181.0, 0.0, 0.0)},
        {GPS.GPSLongitude: 12.0},
    ],
)
def test_an_impossible_place_is_no_place(broken: dict[int, Any]) -> None:
    """Half a place is none either."""
    found = facts(gps=EXACT_GPS | broken)

    assert (found.latitude, found.longitude) == (None, None)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("NIKON CORPORATION", "NIKON D90", "NIKON CORPORATION NIKON D90"),
        ("  ", "X100", "X100"),
        ("Leica", "", "Leica"),
        ("Evil\x1b[31m", "A\nB\x07", "Evil [31m A B"),
        ("M" * 500, "N", "M" * 128),
        ("", "", None),
    ],
)
def test_a_camera_is_one_short_printable_line(make: str, model: str, camera: str | None) -> None:
    """It ends up in tables, terminals and pages."""
    assert facts({BASE.Make: make, BASE.Model: model}).camera == camera


@pytest.mark.parametrize("orientation", [0, 9, 4000])
def test_an_impossible_orientation_is_upright(orientation: int) -> None:
    """Only 1 to 8 mean something."""
    assert facts({BASE.Orientation: orientation}).orientation == 1


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about the data made here
def test_broken_exif_says_nothing() -> None:
    """A photo is not lost for what stands beside its pixels."""
    image = Image.new("L", (4, 3))
    for exif in (b"Exif\x00\x00", b"Exif\x00\x00garbage!", b"MM\x00*\x00\x00\x00\x08\xff\xff" * 9):
        image.info["exif"] = exif
        assert read_exif(image) == ExifFacts()
        image = Image.new("L", (4, 3))


@pytest.mark.parametrize("pointer", [BASE.ExifOffset, BASE.GPSInfo])
def test_a_directory_that_is_nowhere_costs_nothing_else(pointer: int) -> None:
    """Its address is written as a number below zero; the photo still stands on its side."""
    order_and_start, entries = b"II*\0\x08\0\0\0", 2
    orientation = struct.pack("<HHIHH", BASE.Orientation, 3, 1, 6, 0)
    nowhere = struct.pack("<HHIi", pointer, 9, 1, -5)
    image = Image.new("L", (4, 3))
    image.info["exif"] = b"".join(
        (b"Exif\0\0", order_and_start, struct.pack("<H", entries), orientation, nowhere, bytes(4))
    )

    assert read_exif(image) == ExifFacts(orientation=6)
