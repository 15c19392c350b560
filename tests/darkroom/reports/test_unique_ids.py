"""Unique IDs that disagree, in words."""

from darkroom.reports.unique_ids import disagreement_records, found_where, undecided
from darkroom.results import PhotoResult
from darkroom.rows import UniqueIdCandidate

IN_CODE = UniqueIdCandidate(id="DR-1", pattern="parcel", source="code", symbology="QRCode")
IN_TEXT = UniqueIdCandidate(id="DR-2\x1b", pattern=r"DR-\d", source="text")


def result(photo_id: str, unique_id: str | None, *found: UniqueIdCandidate) -> PhotoResult:
    return PhotoResult(
        batch="b",
        photo_id=photo_id,
        filename="x\n.jpg",
        uri="u",
        outcome="done",
        unique_id=unique_id,
        unique_id_candidates=list(found),
    )


def test_where_an_id_was_found_is_said_in_a_line() -> None:
    """Code or text, and by which pattern; what strangers wrote cannot move the cursor."""
    assert found_where(IN_CODE) == "DR-1 in the QRCode, by parcel"
    assert found_where(IN_TEXT) == r"DR-2⟨001B⟩ in the text, by DR-\d"


def test_only_photos_whose_ids_disagree_are_listed() -> None:
    """One line for each place, in the order of the photos."""
    results = [
        result("1", "DR-1", IN_CODE, IN_CODE),
        result("2", None),
        result("3", None, IN_CODE, IN_TEXT, IN_CODE),
    ]

    assert [undecided(each) for each in results] == [[], [], ["DR-1", "DR-2\x1b"]]
    assert disagreement_records(results) == [
        {"photo": "3", "file": "x .jpg", "found": found_where(each)}
        for each in (IN_CODE, IN_TEXT, IN_CODE)
    ]
