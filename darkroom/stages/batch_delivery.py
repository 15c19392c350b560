"""A whole batch on its way: its photos, and the list of its results that goes with them."""

import hashlib
from collections.abc import Sequence

from darkroom.errors import ObjectMissing
from darkroom.outcomes import Outcome
from darkroom.ports import Store
from darkroom.reports.delivering import results_name
from darkroom.results import PhotoResult
from darkroom.rows import DeliveryRow
from darkroom.settings import DeliverySettings
from darkroom.stages.batch_tables import batch_inputs, known_results
from darkroom.stages.delivery_stage import (
    DELIVERIES_VERSION,
    Parcel,
    deliver_csv,
    deliveries_stage,
)
from darkroom.stages.incremental import stands_whole
from darkroom.stages.stage import Stage, standing_stage
from darkroom.storage.tables import Tables

# Raised when the code makes another list of the same results.
LIST_VERSION = "list/1"


class BatchDelivery:
    """The stage that hands a batch over, and its end.

    While all that it is made from is the same, and the list is where it was delivered, no result is
    looked at. Raises `BatchUnknown`.
    """

    def __init__(
        self,
        batch: str,
        *,
        tables: Tables,
        settings: DeliverySettings,
        store: Store,
        target: Store,
    ) -> None:
        self._batch = batch
        self._settings = settings
        self._target = target
        self._inputs = batch_inputs(
            tables,
            batch,
            "deliveries",
            DELIVERIES_VERSION,
            LIST_VERSION,
            settings,
            target.uri("results"),
        )
        self._results: list[PhotoResult] | None = None
        table = tables.read("deliveries", batch, DeliveryRow)
        self.stage: Stage[Parcel, DeliveryRow]
        if stands_whole(table, self._inputs) and self._list_is_there(table):
            self.stage = standing_stage("deliveries", DeliveryRow, table)
        else:
            self._results = known_results(tables, batch, leave_out=["deliveries", "records"])
            self.stage = deliveries_stage(
                batch, self._results, settings=settings, store=store, target=target
            )

    def ended(self, rows: Sequence[DeliveryRow]) -> list[DeliveryRow]:
        """Deliver the list, once the photos are; the stage's table."""
        if self._results is None:
            return list(rows)
        delivered = None
        if self._settings.enabled:
            delivered = deliver_csv(self._batch, self._results, rows, self._target)
        # Of a photo that failed the list says something else once that is accepted.
        failed = any(row.outcome is Outcome.FAILED for row in rows)
        whole = {"batch_inputs": None if failed else self._inputs, "list_sha256": delivered}
        return [row.model_copy(update=whole) for row in rows]

    def _list_is_there(self, table: Sequence[DeliveryRow]) -> bool:
        [delivered] = {row.list_sha256 for row in table}
        if delivered is None:
            return True
        try:
            found = self._target.read(results_name(self._batch))
        except ObjectMissing:
            return False
        return hashlib.sha256(found).hexdigest() == delivered
