from typing import Literal

import pytest

from darkroom.errors import SettingsInvalid
from darkroom.recognition.unique_ids import MAX_SEARCHED_CHARACTERS, check_pattern, find_unique_id
from darkroom.rows import Code


def code(text: str) -> Code:
    return Code(symbology="QRCode", text=text, polygon=[[0, 0], [1, 0], [1, 1], [0, 1]])


@pytest.mark.parametrize(
    ("pattern", "codes", "text", "expected"),
    [
        (None, ["ID-1"], "ID-2", None),
        (r"ID-\d+", ["ID-1"], "ID-2", ("ID-1", "code")),
        (r"ID-\d+", ["other", "x ID-7 ID-8"], "ID-2", ("ID-7", "code")),
        (r"ID-\d+", ["other"], "see ID-2", ("ID-2", "text")),
        (r"ID-(\d+)", [], "ID-2", ("2", "text")),
        (r"(ID)-(?P<id>\d+)", [], "ID-2", ("2", "text")),
        (r"ID-(\d+)?", [], "ID- ID-3", ("3", "text")),
        (r"\d*", [], "none", None),
        (r"ID-\d+", [], None, None),
        (r"^No\. (\w+)$", [], "Report\nNo. 17", None),
        (r"(?m)^No\. (\w+)$", [], "Report\nNo. 17", ("17", "text")),
    ],
)
def test_the_first_match_is_the_unique_id(
    pattern: str | None,
    codes: list[str],
    text: str | None,
    expected: tuple[str, Literal["code", "text"]] | None,
) -> None:
    """Codes before text; the group `id`, else the first group, else all; never an empty one."""
    assert find_unique_id(pattern, [code(each) for each in codes], text) == expected


def test_only_the_beginning_of_a_long_text_is_searched() -> None:
    """A stranger's endless text costs a bounded time."""
    late = " " * MAX_SEARCHED_CHARACTERS + "ID-1"

    assert find_unique_id(r"ID-\d", [code(late)], late) is None


def test_a_pattern_that_is_none_stops_with_a_sentence() -> None:
    """The setting is named and what is wrong with it."""
    with pytest.raises(SettingsInvalid) as raised:
        check_pattern("ID-(")

    assert str(raised.value) == (
        "codes.unique_id_pattern is not a regular expression:"
        " missing ), unterminated subpattern at position 3"
    )
    check_pattern(None)
