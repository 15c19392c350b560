"""Where batches stand, read from the databases that Dagster keeps in the home.

Importing Dagster and opening its instance take a second and a half, which is all that a person
who asks how things stand should wait. The answer is that of `orchestration.batch_states`.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from darkroom.batches import BatchState
from orchestration.home import Home

_NAMES = {"gate": '["batch_report"]', "batches": "batches"}
_MATERIALIZED = """
    SELECT partition FROM event_logs
    WHERE asset_key = :gate AND dagster_event_type = 'ASSET_MATERIALIZATION'
    AND partition IN (SELECT partition FROM dynamic_partitions WHERE partitions_def_name = :batches)
    GROUP BY partition
"""
# A run that was cancelled says nothing: what was there before it stands.
_PLANNED_SINCE = """
    SELECT planned.partition, MIN(runs.status = 'FAILURE')
    FROM event_logs AS planned JOIN runs.runs AS runs USING (run_id)
    WHERE planned.asset_key = :gate
    AND planned.dagster_event_type = 'ASSET_MATERIALIZATION_PLANNED'
    AND planned.partition IN (
        SELECT partition FROM dynamic_partitions WHERE partitions_def_name = :batches
    )
    AND runs.status NOT IN ('SUCCESS', 'CANCELED')
    AND planned.id > COALESCE((
        SELECT MAX(made.id) FROM event_logs AS made
        WHERE made.asset_key = planned.asset_key
        AND made.dagster_event_type = 'ASSET_MATERIALIZATION'
        AND made.partition = planned.partition
    ), 0)
    GROUP BY planned.partition
"""


@dataclass(frozen=True, slots=True)
class GateLog:
    """What Dagster's SQLite databases say of the last asset of every batch."""

    folder: Path

    @classmethod
    def of(cls, home: Home) -> Self | None:
        """None where the home's `dagster.yaml` is somebody's own: it may keep them elsewhere."""
        return cls(home.root / "history") if home.dagster_is_ours else None

    def states(self, keys: Sequence[str]) -> Mapping[str, BatchState] | None:
        """The state of each batch. One that Dagster does not know is waiting.

        None where the tables are damaged, not those of this Dagster, or locked for long.
        """
        try:
            found = self._found()
        except sqlite3.DatabaseError:
            return None
        return {key: found.get(key, BatchState.WAITING) for key in keys}

    def _found(self) -> dict[str, BatchState]:
        events, runs = self.folder / "runs" / "index.db", self.folder / "runs.db"
        if not (events.is_file() and runs.is_file()):
            return {}
        with closing(sqlite3.connect(f"{events.as_uri()}?mode=ro", uri=True)) as database:
            database.execute("ATTACH ? AS runs", [f"{runs.as_uri()}?mode=ro"])
            made = database.execute(_MATERIALIZED, _NAMES).fetchall()
            planned = database.execute(_PLANNED_SINCE, _NAMES).fetchall()
        return {
            **{batch: BatchState.COMPLETE for (batch,) in made},
            **{
                batch: BatchState.FAILED if failed else BatchState.RUNNING
                for batch, failed in planned
            },
        }
