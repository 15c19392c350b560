"""What making entities of many items takes.

    .venv/bin/python -m benchmarks.entities [--items 20000] [--batch 1000]

Items are readings of made-up shows, each seen eight times; a tenth of the names has a slip, a tenth
of the items leaves a key out. In seconds of one core and MiB: all items at once, then one more
batch beside all others, which looks only at what it is joined with.
"""

import argparse
import random
import resource
import time

from darkroom.entities.items import Item, Source
from darkroom.entities.merging import entities_of
from darkroom.entities.remaking import Standing, remade
from darkroom.entities.weekdays import DAYS
from darkroom.vision.built_in_schemas import BUILT_IN

_SEEN = 8
_PER_VENUE = 8
_SLIPS = _GAPS = 0.1
_OWN_NAMES = 0.5
_SYLLABLES = "ba ro mi tel gar lu san vo ne kir pol dra she wim tor quo fen jas hul bry".split()  # noqa: SIM905 - easier to read
_PLACES = ("Comedy Club", "Bar", "Theatre", "Lounge", "Cellar", "Tavern", "Arts Centre", "Brewery")
_TITLES = ("Open Mic", "Comedy Night", "Trivia Night", "Showcase", "Karaoke", "Jazz Jam", "Improv")
Show = dict[str, str]


def made_up(shows: int, rng: random.Random) -> list[Show]:
    def word() -> str:
        return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 3))).title()

    venues = [f"{word()} {rng.choice(_PLACES)}" for _ in range(max(1, shows // _PER_VENUE))]
    return [
        {
            "title": f"{word()} {rng.choice(_TITLES)}"
            if rng.random() < _OWN_NAMES
            else rng.choice(_TITLES),
            "venue": rng.choice(venues),
            "weekday": rng.choice(DAYS),
            "start": f"{rng.randint(17, 22)}:{rng.choice(('00', '30'))}",
        }
        for _ in range(shows)
    ]


def read(show: Show, number: int, batch: str, rng: random.Random) -> Item:
    fields = dict(show)
    for name in ("title", "venue"):
        if rng.random() < _SLIPS:
            place = rng.randrange(1, len(fields[name]))
            fields[name] = fields[name][:place] + rng.choice("aeol0") + fields[name][place + 1 :]
    if rng.random() < _GAPS:
        del fields[rng.choice(("venue", "weekday", "start"))]
    return Item(Source(batch, f"{number:07}"), 0, fields)


def measured(what: str, started: float, found: int) -> None:
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {found} entities, {time.process_time() - started:.1f} s, {peak_mib:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=1_000)
    asked = parser.parse_args()
    rng = random.Random(3)  # noqa: S311 - the same made-up shows each time
    rules = BUILT_IN["shows"].entities
    if rules is None:
        raise SystemExit("shows have no rules")
    shows = made_up(asked.items // _SEEN, rng)
    items = [read(rng.choice(shows), number, "others", rng) for number in range(asked.items)]
    batch = [read(rng.choice(shows), number, "new", rng) for number in range(asked.batch)]

    started = time.process_time()
    all_at_once = entities_of(items, rules)
    measured(f"{asked.items} items at once", started, len(all_at_once))
    belongs = [(item, entity.id) for entity in all_at_once for item in entity.items]
    started = time.process_time()
    made = remade(Standing(rules, belongs), "new", batch, rules)
    measured(f"{asked.batch} more beside them", started, len(made.entities) if made else 0)


if __name__ == "__main__":
    main()
