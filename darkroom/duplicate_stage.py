"""Duplicates of a batch's photos, among everything that arrived before them."""

from collections.abc import Mapping

from darkroom.batch_tables import SKIPPED_INPUTS, Accepted
from darkroom.incremental import digest
from darkroom.near_duplicates import match
from darkroom.outcomes import Outcome, Reason
from darkroom.ports import Fingerprint, FingerprintIndex
from darkroom.rows import DuplicateRow, HashRow, ValidationRow
from darkroom.settings import DuplicateSettings

# Raised when the code makes another row of the same photo and settings.
DUPLICATES_VERSION = "duplicates/1"


def duplicate_rows(
    batch: str,
    photos: Mapping[str, Accepted | None],
    hashes: Mapping[str, HashRow],
    validations: Mapping[str, ValidationRow],
    *,
    previous: Mapping[str, DuplicateRow],
    index: FingerprintIndex,
    settings: DuplicateSettings,
) -> list[DuplicateRow]:
    """The table of duplicates, in the manifest's order.

    Left as it is when no photo's fingerprint and no setting changed: a photo is compared with what
    arrived before it, and that does not change.
    """
    prints = {
        photo_id: _fingerprint(hashes[photo_id], validations[photo_id])
        for photo_id, photo in photos.items()
        if photo is not None
    }
    inputs = {
        photo_id: digest(
            DUPLICATES_VERSION,
            settings,
            own.sha256,
            f"{own.phash:016x}",
            f"{own.dhash:016x}",
            own.comparable,
        )
        for photo_id, own in prints.items()
    }
    if all(_stands(previous, photo_id, inputs.get(photo_id)) for photo_id in photos):
        return [previous[photo_id] for photo_id in photos]
    found = match(list(prints.values()), index, settings, batch)
    rows: list[DuplicateRow] = []
    for photo_id in photos:
        if photo_id not in prints:
            rows.append(
                DuplicateRow(photo_id=photo_id, outcome=Outcome.SKIPPED, inputs=SKIPPED_INPUTS)
            )
            continue
        duplicate_of, neighbours = found[photo_id]
        rows.append(
            DuplicateRow(
                photo_id=photo_id,
                outcome=Outcome.DONE,
                inputs=inputs[photo_id],
                duplicate_of=duplicate_of,
                near_duplicates=list(neighbours),
            )
        )
    return rows


def _stands(previous: Mapping[str, DuplicateRow], photo_id: str, inputs: str | None) -> bool:
    row = previous.get(photo_id)
    return row is not None and row.inputs == (inputs or SKIPPED_INPUTS)


def _fingerprint(hashes: HashRow, validation: ValidationRow) -> Fingerprint:
    return Fingerprint(
        photo_id=hashes.photo_id,
        sha256=hashes.sha256 or "",
        phash=int(hashes.phash or "0", 16),
        dhash=int(hashes.dhash or "0", 16),
        comparable=_comparable(validation),
    )


_UNINFORMATIVE = {Reason.LOW_INFORMATION, Reason.LOW_CONTRAST}


def _comparable(validation: ValidationRow) -> bool:
    """Hashes of photos with little to see collide: PDQ leaves out its low qualities likewise."""
    return not _UNINFORMATIVE.intersection(validation.warnings + validation.reasons)
