import csv
import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darkroom.imaging.decoding import upright_gray
from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.perceptual_hashes import perceptual_hashes
from darkroom.ports import Arrival, Fingerprint, KnownHashes
from darkroom.recognition import near_duplicates
from darkroom.recognition.near_duplicates import match, near
from darkroom.rows import Neighbour
from darkroom.settings import DuplicateSettings

SETTINGS = DuplicateSettings(phash_radius=6, dhash_radius=10, max_neighbours=20)


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

    def known_hashes(self, before: int) -> KnownHashes:
        known = [
            (arrival.order, each.phash, each.dhash)
            for arrival, each in self._in_order()
            if each.comparable and arrival.order < before
        ]
        orders, phashes, dhashes = zip(*known, strict=True) if known else ((), (), ())
        return KnownHashes(
            np.array(orders, dtype=np.int64),
            np.array(phashes, dtype=np.uint64),
            np.array(dhashes, dtype=np.uint64),
        )

    def locate(self, orders: Iterable[int]) -> dict[int, Arrival]:
        by_order = {arrival.order: arrival for arrival, _ in self._in_order()}
        return {order: by_order[order] for order in orders}

    def _in_order(self) -> list[tuple[Arrival, Fingerprint]]:
        return sorted(self._known.values(), key=lambda known: known[0].order)


def photo(
    photo_id: str, sha256: str, *, phash: int = 0, dhash: int = 0, comparable: bool = True
) -> Fingerprint:
    return Fingerprint(photo_id, sha256, phash, dhash, comparable)


def bits(count: int) -> int:
    return (1 << count) - 1


def test_both_hashes_must_be_within_their_radius() -> None:
    """One alone is not enough; the radius itself counts in; the top bit is a bit like others."""
    known = KnownHashes(
        order=np.array([1, 2, 3, 4], dtype=np.int64),
        phash=np.array([bits(6), bits(7), 0, 1 << 63], dtype=np.uint64),
        dhash=np.array([bits(10), 0, bits(11), 1 << 63], dtype=np.uint64),
    )

    assert near(0, 0, known, phash_radius=6, dhash_radius=10, limit=9) == [(4, 1, 1), (1, 6, 10)]


def test_the_nearest_come_first_and_ties_by_arrival() -> None:
    """Nearness is the sum of both distances; the list ends at its limit."""
    known = KnownHashes(
        order=np.array([3, 5, 8, 9], dtype=np.int64),
        phash=np.array([bits(2), bits(1), 0, bits(4)], dtype=np.uint64),
        dhash=np.array([0, bits(1), bits(1), 0], dtype=np.uint64),
    )

    assert near(0, 0, known, phash_radius=6, dhash_radius=10, limit=3) == [
        (8, 0, 1),
        (3, 2, 0),
        (5, 1, 1),
    ]


def test_chunks_and_limits_change_nothing_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what a plain comparison of every pair finds, however many hits there are."""
    monkeypatch.setattr(near_duplicates, "CHUNK", 64)
    random = np.random.default_rng(7)
    noise = random.integers(0, 64, size=(500, 2, 8))
    flips = np.bitwise_xor.reduce(np.left_shift(np.uint64(1), noise.astype(np.uint64)), axis=2)
    known = KnownHashes(np.arange(0, 1000, 2, dtype=np.int64), flips[:, 0], flips[:, 1])
    everyone = sorted(
        (
            (order, int(phash).bit_count(), int(dhash).bit_count())
            for order, phash, dhash in zip(known.order.tolist(), *flips.T, strict=True)
        ),
        key=lambda hit: (hit[1] + hit[2], hit[0]),
    )
    expected = [hit for hit in everyone if hit[1] <= 6 and hit[2] <= 6]

    assert len(expected) > 30
    for limit in (1, 7, 30, 1000):
        found = near(0, 0, known, phash_radius=6, dhash_radius=6, limit=limit)
        assert found == expected[:limit]


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


@pytest.mark.corpus
def test_real_duplicates_are_found_and_different_photos_are_not(corpus: Path) -> None:
    """65 of 98 labelled pairs; whatever else is found shows one picture twice as well."""
    labels: dict[str, str] = {}
    prints = []
    with (corpus / "MANIFEST.csv").open(newline="") as manifest:
        for row in csv.DictReader(manifest):
            path, known = row["path"], json.loads(row["expected"])
            if not path.startswith(("neardup/", "photos/")):
                continue
            try:
                hashes = perceptual_hashes(Image.fromarray(upright_gray(corpus / path)))
            except Unreadable:
                continue
            labels[path] = known.get("dup_group") or known.get("upright_group") or path
            phash, dhash = int(hashes.phash, 16), int(hashes.dhash, 16)
            comparable = "uniform" not in path  # as the check low_information would say
            prints.append(
                photo(path, row["sha256"], phash=phash, dhash=dhash, comparable=comparable)
            )

    found = {
        frozenset({photo_id, other.removeprefix("real/")})
        for photo_id, (original, near_ones) in match(
            "real", prints, MemoryIndex(), SETTINGS
        ).items()
        for other in [original, *(each.photo for each in near_ones)]
        if other is not None
    }
    labelled = {
        frozenset(pair)
        for pair in itertools.combinations(labels, 2)
        if labels[pair[0]] == labels[pair[1]]
    }
    # The three groups of images4 all show one picture.
    others = {pair for pair in found - labelled if not all("images4" in path for path in pair)}

    assert (len(found & labelled), len(labelled)) == (65, 98)
    assert others == {
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
