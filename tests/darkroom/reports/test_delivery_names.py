"""Under which names photos are delivered."""

import random

import pytest

from darkroom.reports.delivery_names import DeliveryNames, Naming, delivery_names, safe_file_name
from darkroom.results import PhotoResult, RenditionResult
from darkroom.storage.object_names import is_object_name

HOSTILE = [
    "../../etc/passwd",
    "..\\..\\windows\\system32\\cmd.exe",
    "/absolute/name.jpg",
    "",
    ".",
    "..",
    "...",
    ".htaccess",
    "a\x00b.jpg",
    "line\r\nbreak.jpg",
    "gpj.\u202eexe.jpg",
    "lone\udc80surrogate.jpg",
    "con",
    "COM1.jpg",
    "nul.tar.gz",
    "trailing dot. .jpg",
    "trailing.",
    "x" * 5_000 + ".jpg",
    "é" * 5_000 + ".jpg",
    "photo." + "e" * 5_000,
    'quo"te<>|?*:.jpg',
    " ",
    "folder/",
]


def result(photo_id: str, filename: str, *, content: int = 1) -> PhotoResult:
    rendition = RenditionResult(
        sha256=f"{content + 1:064x}", format="PNG", width=1, height=1, bytes=1
    )
    return PhotoResult(
        batch="b",
        photo_id=photo_id,
        filename=filename,
        uri="u",
        outcome="done",
        sha256=f"{content:064x}",
        format="JPEG",
        rendition=rendition,
    )


def test_by_content_equal_bytes_have_one_name() -> None:
    """The SHA-256 is the name, with the extension of what the bytes are."""
    same = DeliveryNames(
        rendition=f"accepted/{2:064x}.png",
        original=f"accepted/originals/{1:064x}.jpg",
        rejected=f"rejected/{1:064x}.jpg",
    )
    names = delivery_names("b", [result("1", "x.bmp"), result("2", "y.gif")], "content")

    assert names == {"1": same, "2": same}


def test_by_name_a_photo_keeps_its_name() -> None:
    """Below its batch; the original with the extension it came with."""
    names = delivery_names("b", [result("1", "Summer 2024/Été à Köln.JPEG")], "name")

    assert names == {
        "1": DeliveryNames(
            rendition="accepted/b/Été à Köln.png",
            original="accepted/b/originals/Été à Köln.JPEG",
            rejected="rejected/b/Été à Köln.JPEG",
        )
    }


def test_a_photo_without_content_has_no_names() -> None:
    """What was never fetched cannot be delivered."""
    missing = PhotoResult(batch="b", photo_id="1", filename="a.jpg", uri="u", outcome="failed")

    nothing = DeliveryNames(rendition=None, original=None, rejected=None)
    assert delivery_names("b", [missing], "name") == {"1": nothing}
    assert delivery_names("b", [missing], "content") == {"1": nothing}


def test_equal_names_are_told_apart_by_photo_id() -> None:
    """Also names that differ in case or extension alone, for folders that do not see it."""
    photos = [
        result("1", "a.jpg"),
        result("2", "x/A.JPG"),
        result("3", "a.png"),
        result("4", "b.png"),
    ]

    assert {
        photo: names.rendition for photo, names in delivery_names("b", photos, "name").items()
    } == {
        "1": "accepted/b/a-1.png",
        "2": "accepted/b/A-2.png",
        "3": "accepted/b/a-3.png",
        "4": "accepted/b/b.png",
    }


def test_a_name_that_looks_told_apart_takes_nobody_s_place() -> None:
    """A sender cannot aim at the name that another photo will be given."""
    photos = [
        result("1", "a.jpg"),
        result("2", "a.jpg"),
        result("3", "a-2.jpg"),
        result("4", "A-1.png"),
    ]

    stems = [names.rendition for names in delivery_names("b", photos, "name").values()]
    assert stems[2:] == ["accepted/b/a-2.png", "accepted/b/A-1.png"]
    assert len({str(stem).casefold() for stem in stems}) == 4


@pytest.mark.parametrize("filename", HOSTILE)
def test_a_hostile_name_becomes_a_safe_one(filename: str) -> None:
    """Every store takes the name, and no system reads more into it."""
    for names in delivery_names(
        "b", [result("1", filename), result("2", filename)], "name"
    ).values():
        for name in (names.rendition, names.original, names.rejected):
            assert name is not None
            assert is_object_name(name)
            last = name.rpartition("/")[2]
            assert last == last.strip(". ")
            assert not set('<>:"|?*\u202e') & set(last)


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("IMG_0001.JPG", ("IMG_0001", ".JPG")),
        ("../../etc/passwd", ("passwd", "")),
        ("c:\\photos\\cat.jpg", ("cat", ".jpg")),
        (".jpg", ("jpg", "")),
        ("con.jpg", ("_con", ".jpg")),
        ("Control.jpg", ("Control", ".jpg")),
        ("e\u0301te\u0301.jpg", ("été", ".jpg")),
        ("a.b.c.jpg", ("a.b.c", ".jpg")),
        ("photo", ("photo", "")),
    ],
)
def test_a_file_name_has_a_stem_and_an_extension(filename: str, expected: tuple[str, str]) -> None:
    """An extension is short and plain; whatever else follows a dot belongs to the stem."""
    assert safe_file_name(filename) == expected


@pytest.mark.parametrize("naming", ["content", "name"])
def test_names_never_meet(naming: Naming) -> None:
    """Whatever the photos are called, different photos never share a file."""
    random_letters = random.Random(7)
    photos = [
        result(
            "".join(random_letters.choices("aA1-", k=3)) + str(number),
            "".join(random_letters.choices("aA1-./", k=4)),
            content=2 * number,
        )
        for number in range(500)
    ]
    names = delivery_names("b", photos, naming)

    for kind in ("rendition", "original", "rejected"):
        assert len({getattr(name, kind).casefold() for name in names.values()}) == 500
