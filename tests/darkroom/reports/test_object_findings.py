"""What was read on each object."""

from darkroom.reports.object_findings import with_what_was_read
from darkroom.results import FoundObject
from darkroom.rows import Code, CropQuality, Detection, UniqueIdCandidate, Word

QUALITY = CropQuality(sharpness=20.0, brightest=0.9, darkest=0.1, contrast=0.7)


def test_plate_and_code_belong_to_their_vehicle() -> None:
    """In the order of reading; what lies beside all of them belongs to none."""
    car = Detection(label="car", score=0.9, box=[0, 0, 100, 100], quality=QUALITY)
    van = Detection(label="truck", score=0.8, box=[200, 0, 100, 100])
    words = [
        Word(text="B", confidence=0.9, box=[210, 80, 10, 10]),
        Word(text="EXIT", confidence=0.9, box=[120, 10, 40, 10]),
        Word(text="KA", confidence=0.9, box=[10, 80, 10, 10]),
        Word(text="77", confidence=0.9, box=[225, 80, 10, 10]),
    ]
    codes = [
        Code(symbology="QRCode", text="wall", polygon=[[110, 0], [120, 0], [120, 10], [110, 10]]),
        Code(symbology="Code128", text="V-7", polygon=[[250, 50], [290, 50], [290, 50], [250, 50]]),
        Code(symbology="QRCode", text="nowhere", polygon=[]),
    ]
    ids = [
        UniqueIdCandidate(id="V-7", pattern="p", source="code", polygon=codes[1].polygon),
        UniqueIdCandidate(id="B77", pattern="p", source="text", boxes=[words[0].box, words[3].box]),
        UniqueIdCandidate(id="?", pattern="p", source="text"),
    ]

    assert with_what_was_read([car, van], words, codes, ids) == [
        FoundObject(
            label="car", score=0.9, box=[0, 0, 100, 100], quality=QUALITY, text="KA", words=[2]
        ),
        FoundObject(
            label="truck",
            score=0.8,
            box=[200, 0, 100, 100],
            text="B 77",
            words=[0, 3],
            codes=[1],
            unique_id_candidates=[0, 1],
        ),
    ]


def test_without_objects_nothing_belongs() -> None:
    """And nothing read is no text."""
    car = Detection(label="car", score=0.9, box=[0, 0, 100, 100])

    assert with_what_was_read([], [Word(text="a", confidence=1, box=[0, 0, 1, 1])], [], []) == []
    assert [each.text for each in with_what_was_read([car], [], [], [])] == [None]
