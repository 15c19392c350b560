import csv
import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.decoding import upright_gray
from darkroom.imaging.fitting import fit
from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.perceptual_hashes import MIN_DETAIL, perceptual_hashes
from darkroom.imaging.transforms import IDENTITY, TURNS, Transform
from darkroom.ports import Arrival, Fingerprint, KnownHashes
from darkroom.recognition.looks import Look
from darkroom.recognition.near_duplicates import Match, match
from darkroom.rows import Neighbour
from darkroom.samples.scenes import forest, lake
from darkroom.settings import DuplicateSettings

SETTINGS = DuplicateSettings(phash_radius=6, dhash_radius=10, max_neighbours=20)
ALL = SETTINGS.model_copy(update={"max_neighbours": 100})


class MemoryIndex:
    """A `FingerprintIndex` in memory."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Arrival, Fingerprint]] = {}
        self._next = 1

    def register(self, batch: str, fingerprints: Sequence[Fingerprint]) -> dict[str, Arrival]:
        now = {each.photo_id for each in fingerprints}
        for key in [key for key in self._known if key[0] == batch and key[1] not in now]:
            del self._known[key]
        for each in fingerprints:
            key = batch, each.photo_id
            if key not in self._known:
                self._known[key] = Arrival(self._next, batch, each.photo_id, each.sha256), each
                self._next += 1
        return {each.photo_id: self._known[batch, each.photo_id][0] for each in fingerprints}

    def first_with(self, sha256s: Iterable[str]) -> dict[str, Arrival]:
        wanted = set(sha256s)
        firsts: dict[str, Arrival] = {}
        for arrival, fingerprint in self._in_order():
            if fingerprint.sha256 in wanted:
                firsts.setdefault(fingerprint.sha256, arrival)
        return firsts

    def known_hashes(self, before: int) -> list[KnownHashes]:
        looks = [(order, look) for order, look in self._looks() if order < before]
        rings = [(order, ring.hash) for order, look in looks for ring in look.rings]
        known = KnownHashes(
            order=np.array([order for order, _ in looks], np.int64),
            phash=np.array([look.phash[0] for _, look in looks], np.uint64),
            dhash=np.array([look.dhash[0] for _, look in looks], np.uint64),
            ring_order=np.array([order for order, _ in rings], np.int64),
            ring_hash=np.array([hash_ for _, hash_ in rings], np.uint64),
        )
        return [known]

    def looks(self, orders: Iterable[int]) -> dict[int, Look]:
        by_order = dict(self._looks())
        return {order: by_order[order] for order in orders if order in by_order}

    def _looks(self) -> list[tuple[int, Look]]:
        return [
            (arrival.order, each.look)
            for arrival, each in self._in_order()
            if each.look is not None
        ]

    def locate(self, orders: Iterable[int]) -> dict[int, Arrival]:
        by_order = {arrival.order: arrival for arrival, _ in self._in_order()}
        return {order: by_order[order] for order in orders}

    def _in_order(self) -> list[tuple[Arrival, Fingerprint]]:
        return sorted(self._known.values(), key=lambda known: known[0].order)


def photo(
    photo_id: str, sha256: str, *, phash: int = 0, dhash: int = 0, comparable: bool = True
) -> Fingerprint:
    """A photo whose hashes are the same however it is turned."""
    look = Look((phash,) * 8, (dhash,) * 8)
    return Fingerprint(photo_id, sha256, look if comparable else None)


def bits(count: int) -> int:
    return (1 << count) - 1


def test_the_first_arrival_of_the_same_bytes_is_the_original() -> None:
    """Across batches and inside one; the original itself is no duplicate."""
    index = MemoryIndex()
    first = match("one", [photo("a", "same"), photo("b", "other", phash=bits(30))], index, SETTINGS)
    second = match("two", [photo("c", "same"), photo("d", "same")], index, SETTINGS)

    assert first == {"a": (None, []), "b": (None, [])}
    assert second == {"c": ("one/a", []), "d": ("one/a", [])}


def test_near_duplicates_are_earlier_photos_of_any_batch() -> None:
    """The earlier one does not point at the later one."""
    index = MemoryIndex()
    before = match("one", [photo("a", "1", phash=0)], index, SETTINGS)
    after = match(
        "two", [photo("b", "2", phash=bits(2), dhash=bits(3)), photo("c", "3")], index, SETTINGS
    )

    assert before == {"a": (None, [])}
    assert after == {
        "b": (None, [Neighbour(photo="one/a", phash_distance=2, dhash_distance=3)]),
        "c": (
            None,
            [
                Neighbour(photo="one/a", phash_distance=0, dhash_distance=0),
                Neighbour(photo="two/b", phash_distance=2, dhash_distance=3),
            ],
        ),
    }


def test_an_exact_duplicate_is_no_near_duplicate_as_well() -> None:
    """A copy names its original once, and what looks like it besides."""
    index = MemoryIndex()
    match("one", [photo("a", "same"), photo("b", "alike", phash=1)], index, SETTINGS)
    settings = SETTINGS.model_copy(update={"max_neighbours": 1})

    assert match("two", [photo("c", "same")], index, settings) == {
        "c": ("one/a", [Neighbour(photo="one/b", phash_distance=1, dhash_distance=0)])
    }


def test_copies_in_other_batches_are_no_near_duplicates_either() -> None:
    """The third copy names the first, and not the second as a look-alike."""
    index = MemoryIndex()
    match("one", [photo("a", "same")], index, SETTINGS)
    match("two", [photo("b", "same")], index, SETTINGS)

    assert match("three", [photo("c", "same")], index, SETTINGS) == {"c": ("one/a", [])}


def test_photos_with_little_to_see_match_exactly_only() -> None:
    """Neither as the later nor as the earlier one, for their hashes say nothing."""
    index = MemoryIndex()
    match("one", [photo("blank", "1", comparable=False), photo("sharp", "2")], index, SETTINGS)
    found = match(
        "two",
        [photo("blank", "3", comparable=False), photo("copy", "1", comparable=False)],
        index,
        SETTINGS,
    )
    later = match("three", [photo("sharp", "4")], index, SETTINGS)

    assert found == {"blank": (None, []), "copy": ("one/blank", [])}
    assert later == {
        "sharp": (None, [Neighbour(photo="one/sharp", phash_distance=0, dhash_distance=0)])
    }


def test_asking_again_gives_the_same_answer() -> None:
    """A batch that is worked on a second time keeps its place in the order of arrival."""
    index = MemoryIndex()
    batch = [photo("a", "1"), photo("b", "1"), photo("c", "2", phash=1)]
    once = match("one", batch, index, SETTINGS)
    match("two", [photo("later", "1"), photo("near", "9")], index, SETTINGS)

    assert match("one", batch, index, SETTINGS) == once


def test_a_batch_without_photos_has_no_matches() -> None:
    """All of it may have been rejected."""
    assert match("one", [], MemoryIndex(), SETTINGS) == {}


def test_a_turned_copy_is_found_and_named() -> None:
    """By what has to be done to the earlier photo to get this one."""
    index = MemoryIndex()
    match("one", [drawn("a", "forest"), drawn("b", "lake")], index, SETTINGS)

    for transform in TURNS[1:]:
        [(_, [found])] = match(
            str(transform).replace(" ", "-"), [drawn("c", "lake", transform)], index, SETTINGS
        ).values()
        assert (found.photo, found.transform, found.ring_distance) == (
            "one/b",
            str(transform),
            None,
        )
        match(str(transform).replace(" ", "-"), [], index, SETTINGS)  # forgotten again


def test_a_tilted_copy_is_found_by_its_rings() -> None:
    """Its frame is another, so pHash and dHash have nothing to say."""
    index = MemoryIndex()
    match("one", [drawn("a", "forest"), drawn("b", "lake")], index, SETTINGS)
    [(_, [found])] = match(
        "two", [drawn("c", "forest", Transform(degrees=40))], index, SETTINGS
    ).values()

    assert (found.photo, found.transform) == ("one/a", "rotated 40")
    assert (found.phash_distance, found.dhash_distance) == (None, None)
    assert found.ring_distance is not None
    assert found.ring_distance <= SETTINGS.ring_radius


def test_a_photo_known_since_before_turned_hashes_were_kept_is_compared_as_it_stands() -> None:
    """What is not known of it cannot be looked for."""
    index = MemoryIndex()
    before = drawn("a", "lake")
    assert before.look is not None
    old = Look(before.look.phash[:1], before.look.dhash[:1])
    match("one", [Fingerprint("a", "1", old)], index, SETTINGS)
    found = match(
        "two",
        [drawn("same", "lake"), drawn("mirrored", "lake", Transform(mirrored=True))],
        index,
        SETTINGS,
    )

    assert [each.photo for each in found["same"][1]] == ["one/a"]
    assert [each.photo for each in found["mirrored"][1]] == ["two/same"]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_pairs_are_found_in_any_order_of_arrival(seed: int) -> None:
    """At the very edge of the radii too: what two photos say of each other is one thing."""
    random = np.random.default_rng(seed)
    prints = [hashed(str(number), random) for number in range(60)]
    forwards = match("a", prints, MemoryIndex(), ALL)
    shuffled = [prints[place] for place in random.permutation(len(prints))]
    index = MemoryIndex()
    batches = [shuffled[:7], shuffled[7:20], shuffled[20:]]
    backwards = {
        photo_id: found
        for number, batch in enumerate(batches)
        for photo_id, found in match(str(number), batch, index, ALL).items()
    }

    assert len(pairs(forwards)) > 60
    assert pairs(backwards) == pairs(forwards)


def pairs(found: dict[str, Match]) -> dict[frozenset[str], tuple[int | None, ...]]:
    """Distances of each pair, whichever of the two named the other."""
    return {
        frozenset({photo_id, each.photo.partition("/")[2]}): (
            each.phash_distance,
            each.dhash_distance,
            each.ring_distance,
        )
        for photo_id, (_, near_ones) in found.items()
        for each in near_ones
    }


def hashed(photo_id: str, random: np.random.Generator) -> Fingerprint:
    """One of few pictures, turned, with some bits changed in each hash on its own."""

    def noisy(value: int, most: int) -> int:
        for place in random.integers(0, 64, random.integers(0, most + 1)):
            value ^= 1 << int(place)
        return value

    picture, turn = int(random.integers(0, 4)), TURNS[int(random.integers(0, 8))]
    hashes = np.random.default_rng(picture).integers(0, 2**63, (2, 8)).tolist()
    places = [TURNS.index(_after(turn, other)) for other in TURNS]
    return Fingerprint(
        photo_id,
        photo_id,
        Look(
            tuple(noisy(hashes[0][place], 3) for place in places),
            tuple(noisy(hashes[1][place], 5) for place in places),
        ),
    )


def _after(first: Transform, then: Transform) -> Transform:
    """Both, one after the other."""
    degrees = -first.degrees if then.mirrored else first.degrees
    return Transform(first.mirrored != then.mirrored, (degrees + then.degrees) % 360)


def drawn(photo_id: str, scene: str, transform: Transform = IDENTITY) -> Fingerprint:
    """A drawn photo; tilted, its frame stays the same."""
    image = {"forest": forest, "lake": lake}[scene]((320, 240), seed=2)
    if transform.degrees % 90:
        image = image.rotate(-transform.degrees, Image.Resampling.BICUBIC)
    else:
        image = transform.apply(image)
    return Fingerprint(photo_id, f"{scene} {transform} {photo_id}", look_of(image))


def look_of(image: Image.Image) -> Look | None:
    hashes = perceptual_hashes(image)
    if hashes.detail < MIN_DETAIL:
        return None
    both = [(hashes.phash, hashes.dhash), *((each.phash, each.dhash) for each in hashes.turned)]
    phashes, dhashes = zip(*both, strict=True)
    return Look(
        tuple(int(each, 16) for each in phashes),
        tuple(int(each, 16) for each in dhashes),
        tuple(hashes.rings),
    )


@pytest.fixture(scope="module")
def labelled(corpus: Path) -> dict[str, tuple[str, Fingerprint]]:
    """Real photos by path: which picture they show, and their fingerprint."""
    found: dict[str, tuple[str, Fingerprint]] = {}
    with (corpus / "MANIFEST.csv").open(newline="") as manifest:
        for row in csv.DictReader(manifest):
            path, known = row["path"], json.loads(row["expected"])
            if not path.startswith(("neardup/", "photos/")):
                continue
            try:
                image = fit(Image.fromarray(upright_gray(corpus / path)), 1024)
            except Unreadable:
                continue
            shows = known.get("dup_group") or known.get("upright_group") or path
            # The three groups of images4 all show one picture.
            shows = "images4" if shows.startswith("images4-") else shows
            found[path] = shows, Fingerprint(path, row["sha256"], look_of(image))
    return found


@pytest.mark.corpus
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_all_copies_are_found_among_real_photos_and_nothing_else(
    labelled: dict[str, tuple[str, Fingerprint]], seed: int | None
) -> None:
    """All 98 labelled pairs, mirrored, turned, tilted and squeezed, in any order of arrival.

    Three further pairs show one picture twice without being labelled. Blank images match nothing.
    """
    order = (
        np.arange(len(labelled)) if seed is None else np.random.default_rng(seed).permutation(226)
    )
    prints = [own for _, own in labelled.values()]
    index = MemoryIndex()
    found: set[frozenset[str]] = set()
    for number, some in enumerate(np.array_split(order, 4)):
        batch = [prints[place] for place in some]
        matches = match(str(number), batch, index, ALL)
        for photo_id, (original, near_ones) in matches.items():
            others = [original] if original else [each.photo for each in near_ones]
            found |= {frozenset({photo_id, other.partition("/")[2]}) for other in others}
    same_bytes: dict[str, set[str]] = {}
    for each in prints:
        same_bytes.setdefault(each.sha256, set()).add(each.photo_id)
    # A copy names the first arrival of its bytes; whatever looks like that looks like the copy.
    for copies in same_bytes.values():
        found |= {
            frozenset({copy, other})
            for copy, pair in itertools.product(copies, list(found))
            if pair & copies
            for other in (pair - copies) | copies - {copy}
        }
    expected = {
        frozenset(pair)
        for pair in itertools.combinations(labelled, 2)
        if labelled[pair[0]][0] == labelled[pair[1]][0]
    }

    assert expected - found == set()
    assert found - expected == {
        frozenset({f"photos/{one}.jpg", f"photos/{other}.jpg"})
        for one, other in (
            ("metadata-extractor-i__jpg_Issue_600_1_", "metadata-extractor-i__jpg_Issue_600_2_"),
            (
                "sigal__tests_sample_pictures_accentu_11",
                "sigal__tests_sample_pictures_exifTest_22-nodate",
            ),
            (
                "sigal__tests_sample_pictures_dir2_m57_the_ring_nebula-587px",
                "sigal__tests_sample_pictures_iptcTest_3",
            ),
        )
    }
