"""Accepted renditions and rejected originals, on their way to whoever asked for them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from darkroom.outcomes import Outcome
from darkroom.ports import Store
from darkroom.reports.delivering import results_csv, results_name
from darkroom.reports.delivery_names import DeliveryNames, delivery_names
from darkroom.reports.joining import PENDING
from darkroom.results import PhotoResult, StageFailure
from darkroom.rows import DeliveryRow
from darkroom.settings import DeliverySettings
from darkroom.stages.batch_tables import SKIPPED_INPUTS, by_photo
from darkroom.stages.incremental import digest
from darkroom.stages.stage import Need, Stage
from darkroom.storage.blobs import blob_name
from darkroom.storage.replacing import put_if_changed

# Raised when the code makes another row of the same photo and settings.
DELIVERIES_VERSION = "deliveries/1"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one photo hands over: contents by their SHA-256, and the names they get."""

    main: tuple[str, str]
    """The rendition of an accepted photo, or the original of a rejected one."""
    original: tuple[str, str] | None


def deliveries_stage(
    batch: str,
    results: Sequence[PhotoResult],
    *,
    settings: DeliverySettings,
    store: Store,
    target: Store,
) -> Stage[Parcel, DeliveryRow]:
    """What goes where, given all that the earlier stages know of the batch.

    A photo that failed waits until it is redone. A name that is taken is left as it is when it
    stands for its content; a name given by the sender is replaced.
    """
    names = delivery_names(batch, results, settings.naming)
    by_content = settings.naming == "content"

    def hand_over(sha256: str, name: str) -> str:
        with store.local(blob_name(sha256)) as path:
            if by_content:
                target.add(name, path)
            else:
                target.put(name, path.read_bytes())
        return target.uri(name)

    def make(need: Need[Parcel], parcel: Parcel) -> DeliveryRow:
        return DeliveryRow(
            photo_id=need.photo_id,
            outcome=Outcome.DONE,
            inputs=need.inputs,
            delivered_uri=hand_over(*parcel.main),
            original_uri=hand_over(*parcel.original) if parcel.original else None,
        )

    def needs() -> Iterator[Need[Parcel]]:
        for result in results:
            parcel = _parcel(result, names[result.photo_id], settings)
            if parcel is None:
                yield Need(result.photo_id, SKIPPED_INPUTS, None)
                continue
            inputs = digest(DELIVERIES_VERSION, target.uri("results"), parcel.main, parcel.original)
            yield Need(result.photo_id, inputs, parcel)

    return Stage("deliveries", DeliveryRow, list(needs()), make)


def deliver_csv(
    batch: str, results: Sequence[PhotoResult], rows: Sequence[DeliveryRow], target: Store
) -> str:
    """Put the list of results where the photos are, unless just that list is there already.

    Returns its SHA-256.
    """
    deliveries = by_photo(rows)
    data = results_csv([_with_delivery(result, deliveries[result.photo_id]) for result in results])
    put_if_changed(target, results_name(batch), data)
    return hashlib.sha256(data).hexdigest()


def _with_delivery(result: PhotoResult, row: DeliveryRow) -> PhotoResult:
    """The result as it will be once the delivery is known."""
    if row.failure is not None:
        failure = StageFailure.of("deliveries", row.failure)
        update = {"outcome": row.outcome.value, "failures": [*result.failures, failure]}
        return result.model_copy(update=update)
    outcome = Outcome.DONE.value if result.outcome == PENDING else result.outcome
    return result.model_copy(update={"outcome": outcome, "delivered_uri": row.delivered_uri})


def _parcel(result: PhotoResult, names: DeliveryNames, settings: DeliverySettings) -> Parcel | None:
    if not settings.enabled:
        return None
    original = (result.sha256, names.original) if result.sha256 and names.original else None
    # All earlier stages have their rows by now: what still is pending lacks only its delivery.
    if result.outcome == PENDING and result.rendition and names.rendition:
        main = (result.rendition.sha256, names.rendition)
        return Parcel(main, original if settings.originals else None)
    if result.outcome == Outcome.REJECTED and result.sha256 and names.rejected:
        return Parcel((result.sha256, names.rejected), None)
    return None
