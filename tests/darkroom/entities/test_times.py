"""Times as they are written, and as they are kept."""

import pytest

from darkroom.entities import times


def kept(text: str) -> str | None:
    span = times.parse(text)
    if span is None:
        return None
    return times.written(span.start) + ("" if span.end is None else f"-{times.written(span.end)}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "20:00") for text in ("8pm", "20:00", "8.00 PM", "8 p.m.", "20h", "2000", "8p")),
        *(
            (text, "20:00")
            for text in ("doors 8pm", "at 20:00", "8pm sharp", "20 Uhr", "8:00pm EST")
        ),
        ("20h30", "20:30"),
        ("730pm", "19:30"),
        ("19:30:00", "19:30"),
        ("noon", "12:00"),
        ("12 noon", "12:00"),
        ("midnight", "00:00"),
        ("24:00", "00:00"),
        ("12am", "00:00"),
        ("12:15 PM", "12:15"),
        ("6:30 AM", "06:30"),
        ("8:00", "08:00"),
        ("13pm", "13:00"),
    ],
)
def test_a_time_is_kept_on_a_24_hour_clock(text: str, expected: str) -> None:
    """Without am or pm the hours are those of a 24-hour clock."""
    assert kept(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8-11pm", "20:00-23:00"),
        ("11-1am", "23:00-01:00"),
        ("10-2pm", "10:00-14:00"),
        ("8pm-11", "20:00-23:00"),
        ("8pm – 10:30pm", "20:00-22:30"),
        ("20:00-01:00", "20:00-01:00"),
        ("20 to 23 Uhr", "20:00-23:00"),
        ("8pm until midnight", "20:00-00:00"),
        ("8pm till late", "20:00"),
        ("9 - close", "09:00"),
    ],
)
def test_a_range_has_a_start_and_mostly_an_end(text: str, expected: str) -> None:
    """Where one end says am or pm, the other is what makes the range shorter."""
    assert kept(text) == expected


@pytest.mark.parametrize(
    "text", ["25:00", "24:30", "7:61", "13am", "0am", "99", "late", "7pm / 9pm", "tonight", "2-3-4"]
)
def test_what_no_clock_shows_is_no_time(text: str) -> None:
    """Nothing is guessed, and of two times none is picked."""
    assert times.parse(text) is None


def test_times_are_apart_the_shorter_way_around() -> None:
    """Midnight lies between them."""
    assert times.minutes_apart("23:50", "00:10") == times.minutes_apart("00:10", "23:50") == 20
