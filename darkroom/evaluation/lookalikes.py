"""How well look-alikes are found among photos of which it is known who shows the same picture."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PairScore:
    labelled: Mapping[str, int]
    """Pairs that show one picture, by the name of the picture."""
    found: Mapping[str, int]
    """Of these, those that were found."""
    others: list[Pair]
    """Pairs that were found and are not labelled, which is wrong or a label forgotten."""


def picture(answers: Mapping[str, Any]) -> str | None:
    """The name of a photo's picture, out of what a manifest's column `expected` says of it."""
    name = answers.get("dup_group") or answers.get("upright_group")
    return None if name is None else str(name)


def score_pairs(pictures: Mapping[str, str | None], found: Iterable[Pair]) -> PairScore:
    """`pictures` names each photo's picture; a photo without shows one that no other does."""
    members: dict[str, list[str]] = {}
    for photo, name in pictures.items():
        if name is not None:
            members.setdefault(name, []).append(photo)
    hits: Counter[str] = Counter()
    others = []
    for one, other in found:
        name = pictures[one]
        if name is not None and name == pictures[other]:
            hits[name] += 1
        else:
            others.append((one, other))
    labelled = {name: _pairs(photos) for name, photos in members.items() if _pairs(photos)}
    return PairScore(labelled, {name: hits[name] for name in labelled}, others)


def _pairs(photos: Sequence[str]) -> int:
    return sum(1 for _ in combinations(photos, 2))
