"""What the index of fingerprints promises, on every database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from darkroom.ports import Arrival, Fingerprint, KnownHashes
from darkroom.recognition.looks import Look, RingHash
from darkroom.settings import DatabaseSettings
from resources.records.models import ARRIVALS_PER_BLOCK
from resources.records.sql_records import SqlRecords

LAST = 2**63 - 1


def fingerprint(
    photo_id: str, content: int = 0, *, phash: int = 0, dhash: int = 0, comparable: bool = True
) -> Fingerprint:
    look = Look((phash,) * 8, (dhash,) * 8) if comparable else None
    return Fingerprint(photo_id, f"{content:064x}", look)


def known_before(index: SqlRecords, order: int) -> KnownHashes:
    """All of them together."""
    parts = list(index.known_hashes(before=order))
    nothing = KnownHashes(*(np.zeros(0, kind) for kind in ("i8", "u8", "u8", "i8", "u8")))
    names = [each.name for each in fields(KnownHashes)]
    columns = ([getattr(part, name) for part in [nothing, *parts]] for name in names)
    return KnownHashes(*map(np.concatenate, columns))


class FingerprintIndexContract:
    def test_places_follow_the_order_of_registration(self, index: SqlRecords) -> None:
        """Within a batch as given, across batches as they came."""
        first = index.register("z", [fingerprint("b"), fingerprint("a")])
        second = index.register("a", [fingerprint("a")])

        assert first["b"].order < first["a"].order < second["a"].order
        assert str(second["a"]) == "a/a"

    def test_a_photo_keeps_its_place(self, index: SqlRecords) -> None:
        """Registered again, with other bits and others beside it, it stands where it stood."""
        first = index.register("a", [fingerprint("1"), fingerprint("2", 2)])
        index.register("b", [fingerprint("1")])
        again = index.register("a", [fingerprint("3"), fingerprint("2", 9, phash=7)])

        assert again["2"] == first["2"]
        assert again.keys() == {"2", "3"}
        assert index.first_with([f"{9:064x}", f"{2:064x}"]) == {f"{9:064x}": first["2"]}
        assert again["3"].order > first["2"].order

    def test_forgotten_photos_leave_their_places_empty(self, index: SqlRecords) -> None:
        """What is no longer in its batch is not found, and nobody gets its place."""
        first = index.register("a", [fingerprint("1", 1), fingerprint("2", 2)])
        index.register("a", [fingerprint("1", 1)])
        later = index.register("b", [fingerprint("1", 3)])

        assert index.first_with([f"{2:064x}"]) == {}
        assert index.locate([first["2"].order]) == {}
        assert later["1"].order > first["2"].order
        assert index.register("a", []) == {}

    def test_the_first_arrival_of_a_content_wins(self, index: SqlRecords) -> None:
        """Of equal bytes the earliest is named, wherever it arrived."""
        first = index.register("b", [fingerprint("1", 1), fingerprint("2", 1)])
        index.register("a", [fingerprint("1", 1), fingerprint("2", 2)])

        found = index.first_with([f"{1:064x}", f"{1:064x}", f"{3:064x}"])
        assert found == {f"{1:064x}": first["1"]}

    def test_all_64_bits_come_back(self, index: SqlRecords) -> None:
        """Hashes are unsigned here, whatever the database makes of their highest bit."""
        values = [0, 1, 2**63 - 1, 2**63, 2**64 - 1]
        index.register(
            "a",
            [
                fingerprint(str(number), phash=value, dhash=values[-1 - number])
                for number, value in enumerate(values)
            ],
        )

        known = known_before(index, LAST)
        assert known.phash.tolist() == values
        assert known.dhash.tolist() == values[::-1]
        assert [str(column.dtype) for column in (known.order, known.phash, known.dhash)] == [
            "int64",
            "uint64",
            "uint64",
        ]

    def test_only_comparable_and_earlier_hashes_are_known(self, index: SqlRecords) -> None:
        """`before` is not included, and photos with too little to see are left out."""
        places = index.register(
            "a",
            [
                fingerprint("1", phash=1),
                fingerprint("2", phash=2, comparable=False),
                fingerprint("3", phash=3),
                fingerprint("4", phash=4),
            ],
        )

        known = known_before(index, places["4"].order)
        assert known.order.tolist() == [places["1"].order, places["3"].order]
        assert known.phash.tolist() == [1, 3]
        assert known_before(index, 0).order.tolist() == []

    def test_hashes_of_many_arrivals_follow_every_change(self, index: SqlRecords) -> None:
        """Across blocks that are packed by themselves: others, none and forgotten ones."""
        count = 3 * ARRIVALS_PER_BLOCK
        index.register("a", [fingerprint(str(number), phash=number) for number in range(count)])
        places = index.register(
            "a",
            [
                fingerprint(
                    str(number),
                    phash=number + (number == 5_000),
                    comparable=number != 100,
                )
                for number in range(count)
                if number < 9_000 or number > 9_999
            ],
        )
        index.register("b", [fingerprint("1", phash=7)])

        known = known_before(index, LAST)
        others = [n for n in range(count) if n != 100 and not 9_000 <= n <= 9_999]
        assert known.phash.tolist() == [*(n + (n == 5_000) for n in others), 7]
        assert known.order.tolist()[:-1] == [places[str(number)].order for number in others]

    def test_hashes_are_those_of_one_moment(self, index: SqlRecords) -> None:
        """What is registered while they are read is not among them."""
        index.register("a", [fingerprint("1", phash=1)])
        known = iter(index.known_hashes(before=LAST))
        first = next(known)
        index.register("b", [fingerprint("1", phash=2)])

        assert [first.phash.tolist(), *known] == [[1]]

    def test_looks_come_back_as_they_were(self, index: SqlRecords) -> None:
        """Turned hashes and rings, to the bit; none of a photo with too little to see."""
        top = 2**64 - 1
        rings = (RingHash(top, bytes(range(81))), RingHash(7, bytes(81)))
        full = Look(tuple(range(top - 7, top + 1)), tuple(range(8)), rings)
        plain = Look((top,) * 8, (0,) * 8)
        places = index.register(
            "a",
            [
                Fingerprint("full", "f" * 64, full),
                Fingerprint("plain", "e" * 64, plain),
                Fingerprint("blank", "d" * 64, None),
            ],
        )
        order = {photo_id: place.order for photo_id, place in places.items()}
        known = known_before(index, LAST)

        assert index.looks([*order.values(), LAST]) == {order["full"]: full, order["plain"]: plain}
        assert known.ring_order.tolist() == [order["full"]] * 2
        assert known.ring_hash.tolist() == [top, 7]
        assert str(known.ring_hash.dtype) == "uint64"

    def test_the_latest_look_of_a_photo_stands(self, index: SqlRecords) -> None:
        """Registered again with another look, with none, and forgotten."""
        place = index.register("a", [fingerprint("1", phash=1)])["1"].order
        index.register("a", [fingerprint("1", phash=2)])

        assert index.looks([place]) == {place: Look((2,) * 8, (0,) * 8)}
        index.register("a", [fingerprint("1", comparable=False)])
        assert index.looks([place]) == {}
        index.register("a", [fingerprint("1", phash=3)])
        index.register("a", [])
        assert index.looks([place]) == {}

    def test_places_are_located(self, index: SqlRecords) -> None:
        """More of them than a database takes in one statement."""
        places = index.register("a", [fingerprint(str(number)) for number in range(1_200)])

        found = index.locate([*(place.order for place in places.values()), LAST])
        assert found == {place.order: place for place in places.values()}
        assert places["7"] == Arrival(places["7"].order, "a", "7", f"{0:064x}")

    def test_registrations_take_turns(self, index: SqlRecords) -> None:
        """Whoever registers later sees all who registered before: no two overlook each other."""
        meet = Barrier(6)

        def register(number: int) -> tuple[int, int, int]:
            meet.wait()
            own = index.register(f"b{number}", [fingerprint(str(k), number) for k in range(40)])
            first = own["0"].order
            return first, own["39"].order, len(known_before(index, first).order)

        with ThreadPoolExecutor(6) as threads:
            places = sorted(threads.map(register, range(6)))

        assert [seen for _, _, seen in places] == [0, 40, 80, 120, 160, 200]
        assert all(last < first for (_, last, _), (first, _, _) in pairwise(places))

    def test_one_batch_registered_at_once_stands_once(self, index: SqlRecords) -> None:
        """Two that register the same batch get the same places."""
        meet = Barrier(4)

        def register(number: int) -> dict[str, Arrival]:
            meet.wait()
            return index.register("a", [fingerprint(str(k), number) for k in range(20)])

        with ThreadPoolExecutor(4) as threads:
            first, *others = threads.map(register, range(4))

        assert all(other == first for other in others)
        assert len(known_before(index, LAST).order) == 20


class TestFingerprintsInSqlite(FingerprintIndexContract):
    @pytest.fixture
    def index(self, tmp_path: Path) -> Iterator[SqlRecords]:
        records = SqlRecords(DatabaseSettings(), tmp_path / "records.db")
        yield records
        records.close()


class TestFingerprintsInPostgreSQL(FingerprintIndexContract):
    @pytest.fixture
    def index(self, postgres_url: str, tmp_path: Path) -> Iterator[SqlRecords]:
        records = SqlRecords(DatabaseSettings(url=postgres_url), tmp_path / "unused.db")
        yield records
        records.close()
