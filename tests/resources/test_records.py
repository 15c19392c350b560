"""What the records database promises, on every database."""

import math
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, event, text

from darkroom.acceptances import Acceptance
from darkroom.batches import Batch, BatchSummary
from darkroom.ports import RecordedPhoto
from darkroom.results import (
    AnalysisResult,
    FoundObject,
    PhotoResult,
    RenditionResult,
    StageFailure,
    Verdict,
)
from darkroom.rows import (
    Code,
    CropQuality,
    Entry,
    NamedGroup,
    Neighbour,
    UniqueIdCandidate,
    Word,
)
from darkroom.settings import DatabaseSettings
from resources.records.connecting import engine_for, reading
from resources.records.sql_records import SqlRecords

T = TypeVar("T")


def batch(key: str, owner: str = "harbour", **changed: Any) -> Batch:  # noqa: ANN401 - fields of a batch
    known = {
        "photos": 2,
        "source": "/photos",
        "opened_at": datetime(2024, 5, 4, 3, 2, 1, tzinfo=UTC),
    }
    return Batch.model_validate({"key": key, "owner": owner} | known | changed)


def entry(identity: str, photo_id: str | None = None) -> Entry:
    return Entry(photo_id=photo_id or identity, uri=identity, filename=identity, identity=identity)


def full_result(key: str, photo_id: str) -> PhotoResult:
    """A photo of which every stage found something."""
    return PhotoResult(
        batch=key,
        photo_id=photo_id,
        filename="été.jpg",
        uri="https://photos.example/été.jpg",
        outcome="done",
        sha256="ab" * 32,
        bytes=5_000_000_000,
        format="JPEG",
        width=4_294_967_295,
        height=3000,
        orientation=6,
        taken_at=datetime(2024, 2, 29, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
        camera="Camera 1",
        latitude=-33.9,
        longitude=18.4,
        checks={
            "blurry": Verdict(value=12.5, threshold=15.0, verdict="warn"),
            "format": Verdict(value="JPEG", threshold="JPEG, PNG", verdict="pass"),
            "readable": Verdict(value=None, threshold=None, verdict="unknown"),
        },
        reasons=["dark", "width"],
        warnings=["blurry"],
        detail="detail",
        phash="f" * 16,
        dhash="0" * 16,
        duplicate_of="earlier/1",
        near_duplicates=[
            Neighbour(photo="earlier/2", transform="mirrored", phash_distance=3, dhash_distance=5),
            Neighbour(photo="earlier/3", transform="rotated 30", ring_distance=33),
        ],
        rendition=RenditionResult(sha256="cd" * 32, format="PNG", width=1024, height=768, bytes=9),
        text="NO PARKING",
        text_confidence=0.9,
        words=[Word(text="NO", confidence=0.9, box=[1.0, 2.0, 3.0, 4.0])],
        codes=[
            Code(
                symbology="QRCode",
                text="id=7",
                polygon=[[0.0, 0.0], [1.0, 1.5]],
                look="evened",
            )
        ],
        unique_id="7",
        unique_id_source="code",
        unique_id_candidates=[
            UniqueIdCandidate(
                id="7",
                pattern="parcel",
                source="text",
                boxes=[[1.0, 2.0, 3.0, 4.0]],
                groups=[NamedGroup(name="id", text="7")],
            )
        ],
        detections=[
            FoundObject(
                label="car",
                score=0.8,
                box=[5.0, 6.0, 7.0, 8.0],
                quality=CropQuality(sharpness=99.5, brightest=0.9, darkest=0.1, contrast=0.75),
            ),
            FoundObject(
                label="bus",
                score=0.5,
                box=[0.0, 0.0, 9.0, 9.0],
                text="NO",
                words=[0],
                codes=[0],
                unique_id_candidates=[0],
            ),
        ],
        analysis=AnalysisResult(
            schema_name="photo",
            model="google:gemini",
            answer={"caption": "No parking\x00", "tags": ["sign"]},
            left_out=None,
            requests=2,
            input_tokens=300,
            output_tokens=20,
            cost_usd=0.0005,
            from_cache=False,
        ),
        delivered_uri="file:///delivered/été.png",
        failures=[
            StageFailure(
                stage="texts", error_type="EngineCrashed", message="m", attempts=2, retryable=True
            )
        ],
        extra={"site": "north"},
    )


def result(key: str, photo_id: str, outcome: str = "done", **more: Any) -> PhotoResult:  # noqa: ANN401 - fields of a result
    return PhotoResult(batch=key, photo_id=photo_id, filename="f", uri="u", outcome=outcome, **more)


def rows(records: SqlRecords, query: str) -> list[tuple[Any, ...]]:
    """What someone sees who asks the database itself."""
    with reading(engine_for(records.url)) as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@contextmanager
def messages(records: SqlRecords) -> Iterator[list[str]]:
    """What is sent meanwhile. SQLite takes the rows of one statement without any message."""
    sent: list[str] = []

    def note(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Sequence[object],
        _context: object,
        executemany: bool,
    ) -> None:
        of_each_row = executemany and records.url.get_backend_name() == "postgresql"
        sent.extend([statement] * (len(parameters) if of_each_row else 1))

    engine = engine_for(records.url)
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


PARTS = [
    *("checks", "reasons", "texts", "codes"),
    *("unique_id_candidates", "detections", "analyses", "duplicates", "deliveries"),
    "failures",
]


class RecordsContract:
    def test_an_opened_batch_is_known(self, records: SqlRecords) -> None:
        """A batch comes back as it was opened, with nothing counted yet."""
        opened = batch("a", report="r-1", priority=3)

        assert records.open_batch(opened, [entry("one"), entry("two")]) is True
        assert records.batch("a") == opened
        assert records.batch("b") is None
        assert records.batches() == [BatchSummary(batch=opened, done=0, rejected=0, failed=0)]

    def test_batches_come_in_the_order_of_opening(self, records: SqlRecords) -> None:
        """Neither key nor clock decides."""
        for key, year in (("z", 2024), ("a", 2020), ("m", 2030)):
            records.open_batch(batch(key, opened_at=datetime(year, 1, 1, tzinfo=UTC)), [])

        assert [summary.batch.key for summary in records.batches()] == ["z", "a", "m"]

    def test_an_owner_brings_in_a_photo_once(self, records: SqlRecords) -> None:
        """One entry that is taken keeps out the whole batch, and leaves nothing of it."""
        records.open_batch(batch("a"), [entry("one"), entry("two")])

        assert records.unseen("harbour", ["one", "three"]) == {"three"}
        assert records.open_batch(batch("b"), [entry("three"), entry("two")]) is False
        assert records.batch("b") is None
        assert records.unseen("harbour", ["one", "two", "three"]) == {"three"}

    def test_owners_do_not_see_each_other(self, records: SqlRecords) -> None:
        """The same photo of another owner is another entry."""
        records.open_batch(batch("a"), [entry("one")])

        assert records.unseen("airport", ["one"]) == {"one"}
        assert records.open_batch(batch("b", owner="airport"), [entry("one")]) is True

    def test_an_acceptance_is_kept_once(self, records: SqlRecords) -> None:
        """With who and why; a later word on the same failure replaces the first."""
        records.open_batch(batch("a"), [entry("one")])
        word = Acceptance(
            photo_id="1",
            stage="photos",
            error_type="NotFound",
            reason="=taken\x00down",
            accepted_by="anna",
            accepted_at=datetime(2026, 5, 1, tzinfo=UTC),
        )
        records.accept("a", [word, word.model_copy(update={"stage": "texts"})])
        records.accept("a", [word.model_copy(update={"reason": "never mind"})])
        records.accept("a", [])

        kept = "SELECT batch, photo_id, stage, reason, accepted_by FROM acceptances ORDER BY stage"
        assert rows(records, kept) == [
            ("a", "1", "photos", "never mind", "anna"),
            ("a", "1", "texts", "=taken�down", "anna"),
        ]

    def test_accepted_failures_are_counted_by_themselves(self, records: SqlRecords) -> None:
        """Neither failed nor done."""
        opened = batch("a")
        records.open_batch(opened, [entry("one")])
        records.save("a", [result("a", "1", "failure_accepted", accepted_reason="taken down")])

        [summary] = records.batches()
        assert (summary.failed, summary.failures_accepted, summary.ended) == (0, 1, 1)
        assert rows(records, "SELECT outcome, accepted_reason FROM photos") == [
            ("failure_accepted", "taken down")
        ]

    def test_force_takes_entries_over(self, records: SqlRecords) -> None:
        """With force a photo moves to the new batch; a known batch still cannot be opened again."""
        records.open_batch(batch("a"), [entry("one"), entry("two")])

        assert records.open_batch(batch("b"), [entry("one", "7")], force=True) is True
        assert rows(records, "SELECT identity, batch, photo_id FROM batch_entries ORDER BY 1") == [
            ("one", "b", "7"),
            ("two", "a", "two"),
        ]
        assert records.open_batch(batch("a"), [entry("one")], force=True) is False
        assert rows(records, "SELECT batch FROM batch_entries WHERE identity = 'one'") == [("b",)]

    def test_opening_again_changes_nothing(self, records: SqlRecords) -> None:
        """A batch is opened once, whatever is said of it the second time."""
        first = batch("a")
        records.open_batch(first, [entry("one")])

        assert records.open_batch(batch("a", source="elsewhere"), [entry("two")]) is False
        assert records.batch("a") == first
        assert records.unseen("harbour", ["two"]) == {"two"}

    def test_a_manifest_may_list_a_photo_twice(self, records: SqlRecords) -> None:
        """Two entries of one identity are no conflict within their batch; the first stands."""
        assert records.open_batch(batch("a"), [entry("one", "1"), entry("one", "2")]) is True
        assert rows(records, "SELECT photo_id FROM batch_entries") == [("1",)]

    def test_many_entries_are_told_apart(self, records: SqlRecords) -> None:
        """More identities than a database takes in one statement, some of them very long."""
        long = "x" * 10_000
        identities = [f"{long}{number}" for number in range(3)]
        identities += [f"file:///photos/{number}.jpg" for number in range(2_000)]
        records.open_batch(batch("a"), [entry(identity) for identity in identities])

        assert records.unseen("harbour", [*identities, "new", long]) == {"new", long}

    def test_one_of_two_overlapping_batches_is_opened(self, records: SqlRecords) -> None:
        """Opened at the same moment, batches that share a photo exclude one another."""
        shared = [entry(f"shared {number}") for number in range(50)]
        meet = Barrier(4)

        def open_one(number: int) -> bool:
            own = [entry(f"{number} own")]
            mine = [*own, *shared] if number % 2 else [*reversed(shared), *own]
            meet.wait()
            return records.open_batch(batch(f"b{number}"), mine)

        opened = at_once(open_one, range(4))

        assert sorted(opened) == [False, False, False, True]
        assert [summary.batch.key for summary in records.batches()] == [f"b{opened.index(True)}"]
        assert rows(records, "SELECT count(*) FROM batch_entries") == [(51,)]

    def test_all_that_was_found_out_is_written(self, records: SqlRecords) -> None:
        """Every finding of a photo stands in the table of its kind."""
        records.open_batch(batch("a"), [])
        records.save("a", [full_result("a", "1")])

        [photo] = rows(
            records,
            "SELECT batch, photo_id, filename, uri, outcome, sha256, bytes, format, width, height,"
            " orientation, camera, latitude, longitude, detail, phash, dhash, rendition_sha256,"
            " rendition_format, rendition_width, rendition_height, rendition_bytes, unique_id,"
            " unique_id_source FROM photos",
        )
        assert photo == (
            *("a", "1", "été.jpg", "https://photos.example/été.jpg", "done", "ab" * 32),
            *(5_000_000_000, "JPEG", 4_294_967_295, 3000, 6, "Camera 1", -33.9, 18.4, "detail"),
            *("f" * 16, "0" * 16, "cd" * 32, "PNG", 1024, 768, 9, "7", "code"),
        )
        found = {
            part: sorted((row[2:] for row in rows(records, f"SELECT * FROM {part}")), key=str)  # noqa: S608 - our own table names
            for part in ("checks", "reasons", "detections", "duplicates", "deliveries", "failures")
        }
        assert found == {
            "checks": [
                ("blurry", 12.5, None, 15.0, None, "warn"),
                ("format", None, "JPEG", None, "JPEG, PNG", "pass"),
                ("readable", None, None, None, None, "unknown"),
            ],
            "reasons": [("reject", 0, "dark"), ("reject", 1, "width"), ("warn", 0, "blurry")],
            "detections": [
                (0, "car", 0.8, 5.0, 6.0, 7.0, 8.0, 99.5, 0.9, 0.1, 0.75, None),
                (1, "bus", 0.5, 0.0, 0.0, 9.0, 9.0, None, None, None, None, "NO"),
            ],
            "duplicates": [
                (0, "exact", "earlier", "1", None, None, None, None),
                (1, "near", "earlier", "2", 3, 5, "mirrored", None),
                (2, "near", "earlier", "3", None, None, "rotated 30", 33),
            ],
            "deliveries": [("file:///delivered/été.png",)],
            "failures": [(0, "texts", "EngineCrashed", "m", 2, True)],
        }
        assert self.typed(records) == (
            datetime(2024, 2, 29, 10, 0, 0, 123456, tzinfo=UTC),
            {"site": "north"},
            ("NO PARKING", 0.9, [{"text": "NO", "confidence": 0.9, "box": [1.0, 2.0, 3.0, 4.0]}]),
            (0, "QRCode", "id=7", [[0.0, 0.0], [1.0, 1.5]], "evened", 1),
            (
                *(0, "7", "parcel", "text", None, [], [[1.0, 2.0, 3.0, 4.0]]),
                *([{"name": "id", "text": "7"}], 1),
            ),
        )

    @staticmethod
    def typed(records: SqlRecords) -> tuple[Any, ...]:
        """What the databases keep in types of their own, read back by the models."""
        from sqlalchemy import select

        from resources.records.models import (
            CodeRecord,
            PhotoRecord,
            TextRecord,
            UniqueIdCandidateRecord,
        )
        from resources.records.statements import table_of

        with reading(engine_for(records.url)) as connection:
            photos, texts, codes = map(table_of, (PhotoRecord, TextRecord, CodeRecord))
            ids = table_of(UniqueIdCandidateRecord)
            photo = connection.execute(select(photos.c.taken_at, photos.c.extra)).one()
            found = connection.execute(select(texts.c.text, texts.c.confidence, texts.c.words))
            code = connection.execute(select(codes)).one()
            candidate = connection.execute(select(ids)).one()
            return (
                *(photo.taken_at, photo.extra, tuple(found.one()), tuple(code)[2:]),
                tuple(candidate)[2:],
            )

    def test_an_analysis_is_kept_with_what_it_took(self, records: SqlRecords) -> None:
        """The answer as JSON, the rest as columns."""
        from sqlalchemy import select

        from resources.records.models import AnalysisRecord
        from resources.records.statements import table_of

        records.open_batch(batch("a"), [])
        records.save("a", [full_result("a", "1")])

        with reading(engine_for(records.url)) as connection:
            [found] = connection.execute(select(table_of(AnalysisRecord)))
        assert tuple(found) == (
            *("a", "1", "photo", "google:gemini"),
            {"caption": "No parking�", "tags": ["sign"]},
            *(None, 2, 300, 20, 0.0005, False),
        )

    def test_what_is_not_there_is_kept_as_such(self, records: SqlRecords) -> None:
        """An analysis without an answer has JSON's null; a threshold may be infinite."""
        records.open_batch(batch("a"), [])
        analysis = full_result("a", "1").analysis
        assert analysis is not None
        records.save(
            "a",
            [
                result(
                    "a",
                    "1",
                    analysis=analysis.model_copy(update={"answer": None, "left_out": "budget"}),
                    checks={"bytes": Verdict(value=7.0, threshold=math.inf, verdict="pass")},
                )
            ],
        )

        answer = "SELECT CAST(answer AS text), left_out FROM analyses"
        assert rows(records, answer) == [("null", "budget")]
        checks = "SELECT value, threshold, value_text FROM checks"
        assert rows(records, checks) == [(7.0, math.inf, None)]

    def test_messages_do_not_grow_with_the_photos(self, records: SqlRecords) -> None:
        """Each transaction sends as many when it is full as with two photos, new and again."""
        for key in "ab":
            records.open_batch(batch(key), [])
        few = [full_result("a", str(number)) for number in range(2)]
        full = records.settings.photos_per_transaction
        many = [full_result("b", str(number)) for number in range(2 * full)]

        for first, later in (("a", "b"), ("a", "b")):
            with messages(records) as of_few:
                records.save(first, few)
            with messages(records) as of_many:
                records.save(later, many)
            assert len(of_many) == 2 * len(of_few)

    def test_entries_are_opened_and_looked_up_many_at_once(self, records: SqlRecords) -> None:
        """However many a batch has."""
        assert records.batches() == []  # connects, and makes the tables
        with messages(records) as of_few:
            records.open_batch(batch("a"), [entry("one")])
            records.unseen("harbour", ["one"])
        with messages(records) as of_many:
            records.open_batch(batch("b"), [entry(str(number)) for number in range(400)])
            records.unseen("harbour", [str(number) for number in range(400)])

        assert len(of_many) == len(of_few)

    def test_saving_again_replaces_every_row(self, records: SqlRecords) -> None:
        """A photo has the rows of its last save; other photos keep theirs."""
        records.open_batch(batch("a"), [])
        records.save("a", [full_result("a", "1"), full_result("a", "2")])
        records.save("a", [full_result("a", "1"), full_result("a", "2")])
        records.save("a", [result("a", "1", outcome="rejected", reasons=["empty"])])

        assert rows(records, "SELECT photo_id, outcome, sha256 FROM photos ORDER BY 1") == [
            ("1", "rejected", None),
            ("2", "done", "ab" * 32),
        ]
        for part in PARTS:
            query = f"SELECT DISTINCT photo_id FROM {part} ORDER BY 1"  # noqa: S608 - our own table names
            assert rows(records, query) == ([("1",), ("2",)] if part == "reasons" else [("2",)])
        assert rows(records, "SELECT reason FROM reasons WHERE photo_id = '1'") == [("empty",)]

    def test_rows_that_come_go_and_change_are_told_apart(self, records: SqlRecords) -> None:
        """Of each table, whatever stayed; a photo that is new is saved beside one that is not."""

        def seen(*labels: str, **checks: float) -> dict[str, Any]:
            box = [0.0, 0.0, 1.0, 1.0]
            return {
                "detections": [FoundObject(label=each, score=1.0, box=box) for each in labels],
                "checks": {
                    name: Verdict(value=value, threshold=None, verdict="pass")
                    for name, value in checks.items()
                },
            }

        records.open_batch(batch("a"), [])
        first = seen("car", "bus", blurry=1.0, dark=2.0)
        records.save("a", [result("a", "1", **first), result("a", "2", **first)])
        later = seen("van", blurry=1.0, dark=3.0, bytes=4.0)
        records.save("a", [result("a", "1", **later), result("a", "3", **later)])
        records.save("a", [result("a", "3", **seen(blurry=1.0))])

        objects = "SELECT photo_id, position, label FROM detections ORDER BY 1, 2"
        assert rows(records, objects) == [("1", 0, "van"), ("2", 0, "car"), ("2", 1, "bus")]
        assert rows(records, "SELECT photo_id, name, value FROM checks ORDER BY 1, 2") == [
            *(("1", "blurry", 1.0), ("1", "bytes", 4.0), ("1", "dark", 3.0)),
            *(("2", "blurry", 1.0), ("2", "dark", 2.0)),
            ("3", "blurry", 1.0),
        ]

    def test_a_batch_counts_its_outcomes(self, records: SqlRecords) -> None:
        """Counts follow what was saved last, across several transactions."""
        records.open_batch(batch("a", photos=250), [])
        records.open_batch(batch("b"), [])
        outcomes = ["done"] * 200 + ["rejected"] * 30 + ["failed"] * 15 + ["pending"] * 5
        saved = [result("a", str(number), outcome) for number, outcome in enumerate(outcomes)]
        records.save("a", saved)
        records.save("a", [result("a", "249", "failed"), result("a", "0", "rejected")])

        counts = [(s.batch.key, s.done, s.rejected, s.failed) for s in records.batches()]
        assert counts == [("a", 199, 31, 16), ("b", 0, 0, 0)]

    def test_a_batch_that_was_never_opened_has_no_photos(self, records: SqlRecords) -> None:
        """Saving to it is a mistake of the caller's, and writes nothing."""
        with pytest.raises(ValueError, match="never opened"):
            records.save("a", [result("a", "1")])
        assert rows(records, "SELECT count(*) FROM photos") == [(0,)]

    def test_a_photo_is_written_in_full_or_not_at_all(self, records: SqlRecords) -> None:
        """A row that the database refuses undoes its photo's other rows, not an earlier save."""
        records.open_batch(batch("a"), [])
        records.save("a", [full_result("a", "1")])
        broken = FoundObject(label="car", score=0.5, box=[1.0])

        with pytest.raises(ValueError, match="zip"):
            records.save("a", [result("a", "1", outcome="failed", detections=[broken])])
        assert rows(records, "SELECT outcome FROM photos") == [("done",)]
        assert rows(records, "SELECT count(*) FROM checks") == [(3,)]

    def test_strangers_text_is_written_whatever_it_holds(self, records: SqlRecords) -> None:
        """NUL and lone surrogates, which a database refuses, are replaced; the rest is kept."""
        hostile = "a\x00b\udc80c'; DROP TABLE photos; -- \u202e \U0001f4f7"
        kept = "a\ufffdb\ufffdc'; DROP TABLE photos; -- \u202e \U0001f4f7"
        records.open_batch(batch("a", source=hostile), [entry(hostile)])
        records.save(
            "a",
            [
                result(
                    "a",
                    "1",
                    detail=hostile,
                    camera=hostile,
                    text=hostile,
                    words=[Word(text=hostile, confidence=1.0, box=[])],
                    codes=[Code(symbology="QRCode", text=hostile * 1000, polygon=[])],
                    unique_id=hostile * 1000,
                    unique_id_candidates=[
                        UniqueIdCandidate(
                            id=hostile * 1000,
                            pattern=hostile,
                            source="text",
                            groups=[NamedGroup(name="id", text=hostile)],
                        )
                    ],
                    extra={hostile: hostile},
                )
            ],
        )

        assert records.unseen("harbour", [hostile]) == set()
        assert rows(records, "SELECT detail, camera, unique_id FROM photos") == [
            (kept, kept, kept * 1000)
        ]
        assert self.typed(records) == (
            None,
            {kept: kept},
            (kept, None, [{"text": kept, "confidence": 1.0, "box": []}]),
            (0, "QRCode", kept * 1000, [], "plain", None),
            (0, kept * 1000, kept, "text", None, [], [], [{"name": "id", "text": kept}], None),
        )

    def test_saving_at_once_ends_as_one_after_the_other(self, records: SqlRecords) -> None:
        """Several writers of the same photos leave the rows of one of them, and true counts."""
        records.open_batch(batch("a"), [])
        meet = Barrier(4)

        def save(number: int) -> None:
            photos = [
                result(
                    "a",
                    str(photo),
                    "done" if number % 2 else "failed",
                    detections=[FoundObject(label=str(number), score=1.0, box=[0.0, 0.0, 1.0, 1.0])]
                    * number,
                )
                for photo in range(30)
            ]
            meet.wait()
            records.save("a", photos if number % 2 else photos[::-1])

        at_once(save, [1, 2, 3, 4])

        found = rows(records, "SELECT photo_id, label, count(*) FROM detections GROUP BY 1, 2")
        assert len(found) == 30
        assert all(count == int(label) for _, label, count in found)
        [(done, failed)] = [(s.done, s.failed) for s in records.batches()]
        last = int(found[0][1])
        assert (done, failed) == ((30, 0) if last % 2 else (0, 30))

    def test_parts_of_a_batch_may_be_saved_at_once(self, records: SqlRecords) -> None:
        """Writers of different photos of one batch count each other's photos."""
        records.open_batch(batch("a"), [])
        at_once(lambda n: records.save("a", [result("a", f"{n} {k}") for k in range(20)]), range(4))

        assert [summary.done for summary in records.batches()] == [80]

    def test_known_bytes_are_those_of_the_batch_opened_last(self, records: SqlRecords) -> None:
        """Whoever owns it; the batch that asks does not count, nor a photo without bytes."""
        for key, owner in (("b", "harbour"), ("a", "anna"), ("c", "ben")):
            records.open_batch(batch(key, owner), [])
        first, second = "1a" * 32, "2b" * 32
        for key, photo_id, sha256 in (
            *(("a", "a/1", first), ("a", "a/2", first), ("b", "b/1", first), ("b", "b/2", second)),
            *(("c", "c/1", first), ("c", "c/2", None)),
        ):
            records.save(key, [result(key, photo_id).model_copy(update={"sha256": sha256})])

        assert records.latest_with([first, second, "3c" * 32, first], outside="c") == {
            first: RecordedPhoto("a", "a/1"),
            second: RecordedPhoto("b", "b/2"),
        }
        assert records.latest_with([first], outside="b") == {first: RecordedPhoto("c", "c/1")}
        assert records.latest_with([], outside="b") == {}

    def test_it_works_on_the_other_side_of_a_pickle(self, records: SqlRecords) -> None:
        """A worker process is given the records as they are, connected or not."""
        records.open_batch(batch("a"), [])
        again = pickle.loads(pickle.dumps(records))  # noqa: S301 - our own

        assert again == records
        assert again.batch("a") == batch("a")


def at_once(call: Callable[[int], T], arguments: Sequence[int]) -> list[T]:
    with ThreadPoolExecutor(len(arguments)) as threads:
        return list(threads.map(call, arguments))


class TestRecordsInSqlite(RecordsContract):
    @pytest.fixture
    def records(self, tmp_path: Path) -> Iterator[SqlRecords]:
        records = SqlRecords(DatabaseSettings(), tmp_path / "not yet there" / "records.db")
        yield records
        records.close()


class TestRecordsInPostgreSQL(RecordsContract):
    @pytest.fixture
    def records(self, postgres_url: str, tmp_path: Path) -> Iterator[SqlRecords]:
        records = SqlRecords(DatabaseSettings(url=postgres_url), tmp_path / "unused.db")
        yield records
        records.close()

    def test_a_row_that_stands_is_not_written_again(self, records: SqlRecords) -> None:
        """Of each photo's rows, those that differ; xmin is the transaction that wrote a row."""
        tables = ["photos", *PARTS]
        places = [f"SELECT '{each}', xmin::text, ctid::text FROM {each}" for each in tables]  # noqa: S608 - our own table names
        query = " UNION ALL ".join(places)
        records.open_batch(batch("a"), [])
        full = full_result("a", "1")
        records.save("a", [full, full_result("a", "2")])
        before = rows(records, query)

        records.save("a", [full, full_result("a", "2")])
        assert rows(records, query) == before

        dark = Verdict(value=12.5, threshold=13.0, verdict="pass")
        changed = full.model_copy(update={"checks": full.checks | {"blurry": dark}})
        records.save("a", [changed, full_result("a", "2")])
        assert len(set(before) - set(rows(records, query))) == 1
