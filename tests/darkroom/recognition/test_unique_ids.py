import pytest

from darkroom.errors import SettingsInvalid
from darkroom.recognition.unique_ids import (
    MAX_CANDIDATES,
    MAX_SEARCHED_CHARACTERS,
    agreed,
    candidates,
    check_patterns,
)
from darkroom.rows import Code, NamedGroup, UniqueIdCandidate, Word
from darkroom.settings import UniqueIdPattern

SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]


def code(text: str) -> Code:
    return Code(symbology="QRCode", text=text, polygon=SQUARE)


def like(pattern: str, **more: object) -> UniqueIdPattern:
    return UniqueIdPattern.model_validate({"pattern": pattern, **more})


def ids(pattern: UniqueIdPattern, codes: list[str], text: str = "") -> list[tuple[str, str]]:
    found = candidates(pattern, [code(each) for each in codes], text, [])
    return [(each.id, each.source) for each in found]


@pytest.mark.parametrize(
    ("pattern", "codes", "text", "expected"),
    [
        (r"ID-\d+", ["ID-1"], "ID-2", [("ID-1", "code"), ("ID-2", "text")]),
        (r"ID-\d+", ["other", "ID-7 ID-8"], "", [("ID-7", "code"), ("ID-8", "code")]),
        (r"ID-\d+", ["ID-1 ID-1"], "ID-1, ID-1", [("ID-1", "code"), ("ID-1", "text")]),
        (r"ID-(\d+)", [], "ID-2", [("2", "text")]),
        (r"(ID)-(?P<id>\d+)", [], "ID-2", [("2", "text")]),
        (r"ID-(\d+)?", [], "ID- ID-3", [("3", "text")]),
        (r"\d*", [], "none", []),
        (r"^No\. (\w+)$", [], "Report\nNo. 17", []),
        (r"(?m)^No\. (\w+)$", [], "Report\nNo. 17", [("17", "text")]),
    ],
)
def test_every_match_in_codes_then_text_is_a_candidate(
    pattern: str, codes: list[str], text: str, expected: list[tuple[str, str]]
) -> None:
    """Once in each code and in the text; its group `id`, else the first group, else all of it."""
    assert ids(like(pattern), codes, text) == expected


def test_a_candidate_says_where_it_was_found() -> None:
    """Symbology and corners of the code, or the boxes of the words; and what the groups hold."""
    pattern = like(r"(?P<year>\d{4})-(?P<id>\w+ \w+)(?P<suffix>!)?", name="parcel")
    words = [
        Word(text=text, confidence=0.9, box=[left, 1, 8, 2])
        for text, left in (("No", 0), ("2024-A", 10), ("unread", 15), ("7", 20), ("more", 30))
    ]

    assert candidates(pattern, [code("2024-A 7!")], "No 2024-A 7 more", words) == [
        UniqueIdCandidate(
            id="A 7",
            pattern="parcel",
            source="code",
            symbology="QRCode",
            polygon=SQUARE,
            groups=[
                NamedGroup(name="year", text="2024"),
                NamedGroup(name="id", text="A 7"),
                NamedGroup(name="suffix", text="!"),
            ],
        ),
        UniqueIdCandidate(
            id="A 7",
            pattern="parcel",
            source="text",
            boxes=[[10, 1, 8, 2], [20, 1, 8, 2]],
            groups=[NamedGroup(name="year", text="2024"), NamedGroup(name="id", text="A 7")],
        ),
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"[\d ]{13,}", "9 780804 816632", "9780804816632"),
        (r"[\d ]{13,}", "9 780804 816633", None),
        (r"(?P<id>\d{12})-(?P<check>\d)", "978080481663-2", "978080481663"),
        (r"(?P<id>\d{12})-(?P<check>\d)", "978080481663-3", None),
        (r"(?P<id>\d{12}(?P<check>\d))", "9780804816632", "9780804816632"),
        (r"(?P<id>\d{13})(?P<check>x)?", "9780804816632", "9780804816632"),
    ],
)
def test_check_digits_end_the_id_or_are_a_group_of_their_own(
    pattern: str, text: str, expected: str | None
) -> None:
    """What is printed with blanks is told without; a misread number is passed over."""
    found = ids(like(pattern, checksum="gtin"), [text])

    assert found == ([(expected, "code")] if expected else [])


def test_ids_agree_when_all_are_the_same() -> None:
    """From code and text it is one; several are told and none is taken."""
    pattern = like(r"DR-\d+")

    def told(codes: list[str], text: str) -> str | None:
        found = candidates(pattern, [code(each) for each in codes], text, [])
        return agreed(found, pattern.checksum)

    assert told(["DR-1"], "label DR-1") == "DR-1"
    assert told(["DR-1"], "label DR-2") is None
    assert told(["DR-1", "DR-2"], "DR-1") is None
    assert told([], "") is None


def test_a_number_with_check_digits_is_the_same_however_it_is_written() -> None:
    """With blanks or without; a UPC-A with the zero that makes it an EAN-13."""
    pattern = like(r"\d[\d ]{10,}\d", checksum="gtin")
    found = candidates(pattern, [code("036000291452")], "0 036000 291452", [])

    assert [each.id for each in found] == ["036000291452", "0036000291452"]
    assert agreed(found, "gtin") == "036000291452"
    assert agreed(found, None) is None


def test_only_the_beginning_of_a_long_text_is_searched() -> None:
    """A stranger's endless text costs a bounded time."""
    late = " " * MAX_SEARCHED_CHARACTERS + "ID-1"

    assert ids(like(r"ID-\d"), [late], late) == []


def test_there_are_not_endless_candidates() -> None:
    """Enough to see that they disagree."""
    many = " ".join(f"ID-{number}" for number in range(100))

    assert len(ids(like(r"ID-\d+"), [many, many], many)) == MAX_CANDIDATES


def test_a_pattern_that_is_none_stops_with_a_sentence() -> None:
    """The setting is named, which one of the list, and what is wrong with it."""
    with pytest.raises(SettingsInvalid) as raised:
        check_patterns([like("a"), like("ID-(")])

    assert str(raised.value) == (
        "codes.unique_ids: pattern 2 is not a regular expression:"
        " missing ), unterminated subpattern at position 3"
    )
    check_patterns([])
