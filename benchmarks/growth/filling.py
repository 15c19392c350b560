"""A home with many batches behind it: copies of one that was imported, as other photos.

Written through the project's own adapters: manifest and tables of every stage, records,
fingerprints; and through Dagster's instance: partition, run and all events of the run. Originals,
renditions and deliveries are left out: nothing in an import lists or counts them.
"""

import random
import uuid
from collections.abc import Iterator
from hashlib import sha256
from typing import TypeVar

import dagster as dg
from dagster_shared.serdes import deserialize_value, serialize_value

from darkroom.batches import Batch
from darkroom.imaging.transforms import TURNS
from darkroom.ports import Fingerprint
from darkroom.recognition.looks import Look, RingHash
from darkroom.rows import Entry, PhotoRow, Row
from darkroom.stages.batch_tables import MANIFESTS, STAGE_ROWS, known_results
from orchestration.announcing import announce
from orchestration.instance import open_instance
from orchestration.tags import PARTITION_TAG
from orchestration.wiring import Adapters

R = TypeVar("R", bound=Row)
_RINGS = 2
_PATTERN_BYTES = 81


def fill(adapters: Adapters, like: str, batches: int) -> Iterator[str]:
    """Add copies of the batch `like`; the key of each once it is there."""
    template = adapters.records.batch(like)
    assert template is not None  # noqa: S101 - it was imported a moment ago
    with open_instance(adapters.home, adapters.settings) as instance:
        (run,) = instance.get_runs(dg.RunsFilter(tags={PARTITION_TAG: like}))
        events = [serialize_value(event) for event in instance.all_logs(run.run_id)]
        for number in range(batches):
            batch = template.model_copy(update={"key": f"earlier-{number:05}"})
            _known_to_darkroom(adapters, like, batch)
            announce(instance, [batch])
            run_id = str(uuid.uuid4())

            def other(said: str, run_id: str = run_id, key: str = batch.key) -> str:
                return said.replace(run.run_id, run_id).replace(like, key)

            instance.add_run(deserialize_value(other(serialize_value(run)), dg.DagsterRun))
            for event in events:
                instance.event_log_storage.store_event(
                    deserialize_value(other(event), dg.EventLogEntry)
                )
            yield batch.key


def _known_to_darkroom(adapters: Adapters, like: str, batch: Batch) -> None:
    tables, records = adapters.tables, adapters.records
    entries = [
        entry.model_copy(update={"identity": f"{batch.key}/{entry.photo_id}"})
        for entry in tables.read(MANIFESTS, like, Entry)
    ]
    tables.write(MANIFESTS, batch.key, entries)
    records.open_batch(batch, entries)
    for stage, row in STAGE_ROWS.items():
        rows = [_other(each, batch.key) for each in tables.read(stage, like, row)]
        tables.write(stage, batch.key, rows)
    chance = random.Random(batch.key)  # noqa: S311 - no secret
    prints = [
        Fingerprint(row.photo_id, row.sha256 or "", _look(chance))
        for row in tables.read("photos", batch.key, PhotoRow)
    ]
    records.register(batch.key, prints)
    records.save(batch.key, known_results(tables, batch.key))


def _other(row: R, batch: str) -> R:
    """The same said of other bytes."""
    own = getattr(row, "sha256", None)
    if own is None:
        return row
    return row.model_copy(update={"sha256": sha256(f"{batch}/{own}".encode()).hexdigest()})


def _look(chance: random.Random) -> Look:
    """Of a photo that looks like no other."""
    return Look(
        phash=tuple(chance.getrandbits(64) for _ in TURNS),
        dhash=tuple(chance.getrandbits(64) for _ in TURNS),
        rings=tuple(
            RingHash(chance.getrandbits(64), chance.randbytes(_PATTERN_BYTES))
            for _ in range(_RINGS)
        ),
    )
