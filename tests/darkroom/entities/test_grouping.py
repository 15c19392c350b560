"""Which readings are taken to be of one thing."""

import random

import pytest

from darkroom.entities.candidates import Reading
from darkroom.entities.grouping import grouped
from darkroom.entities.merging import reading_of
from tests.darkroom.entities.screenshots import RULES, items_of, screenshots

KEYS = list(RULES.keys.values())


def groups(*readings: str) -> list[list[str]]:
    """Of readings written as title|venue|weekday|start."""
    found = grouped(
        [tuple(part or None for part in each.split("|")) for each in readings], KEYS, min_keys=2
    )
    return [["|".join(part or "" for part in reading) for reading in group] for group in found]


def test_spellings_of_all_keys_must_agree() -> None:
    """One field that says something else is enough to be another thing."""
    truth = "jazz jam|cafe minerva|Friday|20:00"
    others = [
        "jazz brunch|cafe minerva|Friday|20:00",
        "jazz jam|harbour light|Friday|20:00",
        "jazz jam|cafe minerva|Monday|20:00",
        "jazz jam|cafe minerva|Friday|21:00",
    ]
    slips = ["jazz jam|cafe minrva|Friday|20:10", "jazzjam|cafe minerva|Friday|20:00"]

    assert sorted(map(sorted, groups(truth, *others, *slips))) == sorted(
        map(sorted, [[truth, *slips], *([other] for other in others)])
    )


def test_numbers_and_other_words_tell_names_apart() -> None:
    """However few letters they are, in however long a name."""
    assert len(groups("a|hall 1|Friday|20:00", "a|hall 2|Friday|20:00")) == 2
    assert (
        len(
            groups(
                "a|madison square garden main hall|Friday|20:00",
                "a|madison square garden side hall|Friday|20:00",
            )
        )
        == 2
    )


def test_a_chain_is_followed_no_further_than_slips_reach() -> None:
    """20:00 and 20:30 may both be slips of 20:15; 20:45 is another thing, whoever is between."""
    times = ("20:00", "20:15", "20:30", "20:45")
    found = groups(*(f"jam|harbour|Friday|{time}" for time in times))

    assert [len(group) for group in found] == [3, 1]


def test_what_says_less_goes_with_the_one_that_it_fits() -> None:
    """Fields that are left out, names that are shortened, and both."""
    full = "open mic night|velvet fox|Monday|19:00"
    less = [
        "open mic night|velvet fox|Monday|",
        "open mic night||Monday|19:00",
        "open mic|velvet fox|Monday|19:00",
        "open mic night|velvet fox bar||19:05",
        "open mic night|velvet||",
    ]

    assert [set(group) for group in groups(full, *less)] == [{full, *less}]


def test_what_fits_two_things_stays_by_itself() -> None:
    """And does not make one of them."""
    early, late = "open mic|fox|Monday|19:00", "open mic|fox|Monday|22:00"
    store, cellar = "jam|comedy store|Friday|20:00", "jam|comedy cellar|Friday|20:00"
    unsure = ["open mic|fox|Monday|", "jam|comedy|Friday|20:00"]

    assert sorted(groups(early, late, store, cellar, *unsure)) == sorted(
        [each] for each in (early, late, store, cellar, *unsure)
    )


def test_too_little_to_go_by_is_joined_with_nothing() -> None:
    """A title alone may be anybody's."""
    assert len(groups("open mic|||", "open mic|fox|Monday|19:00")) == 2
    assert len(groups("open mic|||", "open mic|||")) == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_part_is_grouped_as_the_whole(seed: int) -> None:
    """What may have changed by readings that came or went is all that is looked at again."""
    rng = random.Random(seed)
    readings = sorted({reading_of(item, RULES) for item in items_of(screenshots(seed))}, key=str)
    rng.shuffle(readings)
    gone: list[Reading] = readings[:5]
    there, changed = readings[5:], [*gone, *readings[5:12]]
    whole = grouped(there, KEYS, min_keys=2)
    part = grouped(there, KEYS, min_keys=2, changed=changed)
    before = grouped([*gone, *readings[12:]], KEYS, min_keys=2)
    seen = {reading for group in part for reading in group}

    assert len(part) < len(whole)
    assert [group for group in whole if seen & set(group)] == part
    assert [group for group in whole if not seen & set(group)] == [
        group for group in before if not (seen | set(gone)) & set(group)
    ]
