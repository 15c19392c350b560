"""Questions after known bytes, asked while photos arrive."""

import asyncio
import threading
from collections.abc import Mapping

from darkroom.outcomes import Outcome
from darkroom.rows import Entry, HashRow, PhotoRow, RenditionRow, ValidationRow
from darkroom.stages.ingest_tables import IngestedPhoto
from darkroom.stages.known_bytes import KnownBytes

ENTRY = Entry(photo_id="1", uri="a.jpg", filename="a.jpg", identity="a.jpg")


def ingested(sha256: str) -> IngestedPhoto:
    said = {"photo_id": f"earlier {sha256}", "outcome": Outcome.DONE, "inputs": "x"}
    return IngestedPhoto(
        photo_id=f"earlier {sha256}",
        photos=PhotoRow.model_validate(said | {"uri": "b.jpg", "filename": "b.jpg"}),
        validations=ValidationRow.model_validate(said),
        hashes=HashRow.model_validate(said),
        renditions=RenditionRow.model_validate(said),
    )


def test_questions_that_come_meanwhile_are_asked_together() -> None:
    """Two questions for any number of photos, and never two at a time."""
    asked: list[list[str]] = []
    begun, let_go = threading.Event(), threading.Event()

    def ask(sha256s: list[str]) -> Mapping[str, IngestedPhoto]:
        asked.append(sha256s)
        begun.set()
        if len(asked) == 1:
            let_go.wait()
        return {sha256: ingested(sha256) for sha256 in sha256s if sha256 != "f"}

    async def find_all() -> list[IngestedPhoto | None]:
        known = KnownBytes(ask, holds=lambda *_: True)
        first = asyncio.create_task(known.find(ENTRY, "a"))
        await asyncio.to_thread(begun.wait)
        others = [asyncio.create_task(known.find(ENTRY, sha256)) for sha256 in "bcf"]
        for _ in range(3):
            await asyncio.sleep(0)
        let_go.set()
        return list(await asyncio.gather(first, *others))

    assert asyncio.run(find_all()) == [ingested("a"), ingested("b"), ingested("c"), None]
    assert asked == [["a"], ["b", "c", "f"]]


def test_while_there_is_enough_to_do_questions_gather() -> None:
    """Until there are sixteen, or work runs out."""
    asked: list[list[str]] = []
    found: list[IngestedPhoto | None] = []

    def ask(sha256s: list[str]) -> Mapping[str, IngestedPhoto]:
        asked.append(sha256s)
        return {}

    async def find_all() -> None:
        known = KnownBytes(ask, holds=lambda *_: True, enough_to_do=lambda: len(asked) < 2)
        questions = [asyncio.create_task(known.find(ENTRY, str(number))) for number in range(16)]
        found.extend(await asyncio.gather(*questions))
        for number in range(16, 32):
            questions.append(asyncio.create_task(known.find(ENTRY, str(number))))
            await asyncio.sleep(0)
        found.extend(await asyncio.gather(*questions[16:]))
        found.append(await known.find(ENTRY, "alone"))

    asyncio.run(find_all())

    assert [len(each) for each in asked] == [16, 16, 1]
    assert found == [None] * 33


def test_what_does_not_hold_is_not_known() -> None:
    """Other settings, or another suffix in its name."""
    told: list[tuple[Entry, str, str]] = []

    def holds(entry: Entry, sha256: str, known: IngestedPhoto) -> bool:
        told.append((entry, sha256, known.photo_id))
        return False

    known = KnownBytes(lambda sha256s: {each: ingested(each) for each in sha256s}, holds=holds)

    assert asyncio.run(known.find(ENTRY, "a")) is None
    assert told == [(ENTRY, "a", "earlier a")]
