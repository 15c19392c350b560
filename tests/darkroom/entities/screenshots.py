"""Twelve shows as forty screenshots show them: what a model might read there, and the truth."""

import random
from collections.abc import Iterable, Sequence

import pytest

from darkroom.entities.cleaning import clean
from darkroom.entities.items import Item, Source
from darkroom.vision.built_in_schemas import BUILT_IN

RULES = BUILT_IN["shows"].entities or pytest.fail("shows have rules")

Show = dict[str, str]
COLUMNS = ("title", "venue", "weekday", "start", "end", "address", "host")
_SHOWS = """
Open Mic Night;The Velvet Fox;Monday;19:00;22:00;12 Mill Street;Ada K.
Open Mic Night;The Velvet Fox;Monday;22:30;23:45;12 Mill Street;Jo B.
Open Mic Night;The Velvet Fox;Tuesday;19:00;22:00;12 Mill Street;Ada K.
Open Mic Night;Harbour Light;Monday;19:00;21:30;3 Quay Road;Sam Oduya
Trivia Tuesday;Harbour Light;Tuesday;20:00;22:00;3 Quay Road;Mia Chen
Jazz Jam;Café Minerva;Wednesday;20:30;23:30;88 Hill Lane;Leo Brandt
Stand-Up Showcase;Cellar 54;Thursday;20:00;22:00;54 Canal Street;Ruth Park
Stand-Up Showcase;Cellar 45;Thursday;20:00;22:00;45 Canal Street;Tom Hale
Improv Battle;Cellar 54;Friday;21:00;23:00;54 Canal Street;Ruth Park
Karaoke Rodeo;Bar None & Sons;Saturday;22:00;02:00;7 Dock Alley;Dee Flores
Sunday Poetry Slam;Café Minerva;Sunday;18:00;20:00;88 Hill Lane;Iris Wood
Midnight Movie Riff;Rialto Cinema;Saturday;23:59;02:00;1 Rialto Square;Max Stern
"""
TRUTH: list[Show] = [
    dict(zip(COLUMNS, line.split(";"), strict=True)) for line in _SHOWS.split("\n") if line
]

_SHORT = {"Monday": "Mon", "Tuesday": "Tues.", "Wednesday": "Weds", "Thursday": "Thurs"}


def screenshots(seed: int = 7, count: int = 40) -> list[tuple[str, dict[str, object]]]:
    """The name and the answer of each. Every show is on many of them, and never twice on one."""
    rng = random.Random(seed)
    shown: list[list[Show]] = [[] for _ in range(count)]
    for show in TRUTH:
        for number in sorted(rng.sample(range(count), 9)):
            shown[number].append(show)
    answers = []
    for number, shows in enumerate(shown):
        events: list[object] = [_as_read(show, rng) for show in shows]
        if number % 8 == 0:
            events.append({"title": rng.choice(["", "N/A", " – "]), "venue": "The Velvet Fox"})
        answers.append((f"shot-{number:02d}", {"events": events}))
    return answers


def items_of(
    answers: Iterable[tuple[str, dict[str, object]]], batch: str = "one", *, content: str = ""
) -> list[Item]:
    """What a batch of screenshots says."""
    return [
        Item(
            Source(batch, name, content=f"{content}{name}"),
            cleaned.position,
            cleaned.fields,
            cleaned.confidence,
        )
        for name, answer in answers
        for cleaned in clean(answer, RULES).items
    ]


def _as_read(show: Show, rng: random.Random) -> dict[str, object]:
    read: dict[str, object] = dict(show)
    read["title"] = _noisy(show["title"], rng)
    read["venue"] = _noisy(show["venue"], rng)
    read["weekday"] = rng.choice(_days(show["weekday"]))
    read["start"] = rng.choice(_times(show["start"]))
    read["end"] = rng.choice(_times(show["end"]))
    if rng.random() < 0.2:
        read["start"], read["end"] = f"{read['start']} – {read['end']}", None
    read["confidence"] = round(rng.uniform(0.5, 0.9), 2)
    # Never the start of what is there twice in one evening, nor where it is.
    spare = {"end", "address", "host"} | ({"start"} if show["title"] != "Open Mic Night" else set())
    for name in sorted(spare):
        if rng.random() < 0.2:
            read[name] = rng.choice([None, "", "n/a", "unknown"])
    return read


def _noisy(text: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.25:
        return rng.choice([text.upper(), text.lower(), f"  {text} ", text.replace(" ", "\u00a0")])
    if chance < 0.45:
        return _slip(text, rng)
    if chance < 0.55:
        return text.replace("&", "and").replace("é", "e").removeprefix("The ")
    return text


_MISREAD = {"m": "rn", "l": "1", "o": "0", "i": "l", "e": "c", "a": "o", "u": "v", "t": "f"}


def _slip(text: str, rng: random.Random) -> str:
    """One letter lost or taken for another, as of a photographed screen."""
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    place = rng.choice(places[1:])
    instead = rng.choice(["", _MISREAD.get(text[place].lower(), "")])
    return text[:place] + instead + text[place + 1 :]


def _days(day: str) -> Sequence[str]:
    return (day, day.upper(), f"{day}s", f"every {day}", day[:3], _SHORT.get(day, day[:3].lower()))


def _times(time: str) -> Sequence[str]:
    hour, minute = int(time[:2]), time[3:]
    half = "pm" if hour >= 12 else "am"
    twelve = hour % 12 or 12
    plain = f"{twelve}{half}" if minute == "00" else f"{twelve}:{minute}{half}"
    return (time, f"{twelve}.{minute} {half.upper()}", plain, f"{hour}h{minute}")
