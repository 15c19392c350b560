"""Days of the week, however they are written."""

import pytest

from darkroom.entities import weekdays


@pytest.mark.parametrize("day", weekdays.DAYS)
def test_a_day_is_known_in_every_form(day: str) -> None:
    """In full, in upper case, shortened, as a plural, and among other words."""
    forms = (day, day.upper(), day[:2], day[:3], f"{day[:4]}.", f"{day}s", f"every {day} night")

    assert [weekdays.parse(form) for form in forms] == [[day]] * len(forms)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Tues", "Tuesday"),
        ("Weds.", "Wednesday"),
        ("THURS", "Thursday"),
        ("Thursday, 14 November", "Thursday"),
        ("Thrusday", "Thursday"),
        ("Wendsday", "Wednesday"),
        ("Saturdey", "Saturday"),
        ("Thur5day", "Thursday"),
    ],
)
def test_abbreviations_and_slips_are_known(text: str, day: str) -> None:
    """As people write them, and as they are misread."""
    assert weekdays.parse(text) == [day]


@pytest.mark.parametrize(
    "text", ["Blursday", "Thuesday", "today", "month", "sunset", "T", "we are open", "2026-11-20"]
)
def test_other_words_are_no_day(text: str) -> None:
    """Also a word that is as close to one day as to another."""
    assert weekdays.parse(text) == []


def test_several_days_are_all_named() -> None:
    """Each once."""
    assert weekdays.parse("Fri & Sat, Fridays") == ["Friday", "Saturday"]
