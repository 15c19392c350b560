"""Duplicates of a batch's photos, among everything that arrived before them."""

from collections.abc import Mapping

from darkroom.outcomes import Outcome, Reason
from darkroom.ports import Fingerprint, FingerprintIndex
from darkroom.recognition.near_duplicates import match
from darkroom.rows import DuplicateRow, HashRow, ValidationRow
from darkroom.settings import DuplicateSettings
from darkroom.stages.batch_tables import SKIPPED_INPUTS, Accepted
from darkroom.stages.incremental import digest
from darkroom.work.progress import Meter

# Raised when the code makes another row of the same photo and settings.
DUPLICATES_VERSION = "duplicates/1"


class DuplicatePlan:
    """Which fingerprints a batch brings, and whether anything about them is new.

    A photo is compared with what arrived before it, and that does not change: the table stands as
    long as no photo's fingerprint and no setting changed. In another database nothing stands yet.
    """

    def __init__(
        self,
        photos: Mapping[str, Accepted | None],
        hashes: Mapping[str, HashRow],
        validations: Mapping[str, ValidationRow],
        *,
        previous: Mapping[str, DuplicateRow],
        settings: DuplicateSettings,
        database: str,
    ) -> None:
        """`database` names the one that holds the fingerprints."""
        self._photo_ids = list(photos)
        self._settings = settings
        self._previous = previous
        self._prints = {
            photo_id: _fingerprint(photo, hashes[photo_id], validations[photo_id])
            for photo_id, photo in photos.items()
            if photo is not None
        }
        self._inputs = {
            photo_id: _inputs(own, settings, database) for photo_id, own in self._prints.items()
        }

    @property
    def outstanding(self) -> int:
        """Photos to be compared: all accepted ones of the batch, or none."""
        return 0 if self._all_stand() else len(self._prints)

    def rows(self, batch: str, index: FingerprintIndex, meter: Meter) -> list[DuplicateRow]:
        """The table, in the manifest's order."""
        if self._all_stand():
            return [self._previous[photo_id] for photo_id in self._photo_ids]
        found = match(batch, list(self._prints.values()), index, self._settings)
        rows: list[DuplicateRow] = []
        for photo_id in self._photo_ids:
            if photo_id not in self._prints:
                rows.append(
                    DuplicateRow(photo_id=photo_id, outcome=Outcome.SKIPPED, inputs=SKIPPED_INPUTS)
                )
                continue
            duplicate_of, neighbours = found[photo_id]
            rows.append(
                DuplicateRow(
                    photo_id=photo_id,
                    outcome=Outcome.DONE,
                    inputs=self._inputs[photo_id],
                    duplicate_of=duplicate_of,
                    near_duplicates=neighbours,
                )
            )
            meter.photo(failed=False)
        return rows

    def _all_stand(self) -> bool:
        return all(map(self._stands, self._photo_ids))

    def _stands(self, photo_id: str) -> bool:
        row = self._previous.get(photo_id)
        return row is not None and row.inputs == self._inputs.get(photo_id, SKIPPED_INPUTS)


def _inputs(own: Fingerprint, settings: DuplicateSettings, database: str) -> str:
    return digest(
        DUPLICATES_VERSION,
        database,
        settings,
        own.sha256,
        f"{own.phash:016x}",
        f"{own.dhash:016x}",
        own.comparable,
    )


def _fingerprint(photo: Accepted, hashes: HashRow, validation: ValidationRow) -> Fingerprint:
    hashed = hashes.phash is not None and hashes.dhash is not None
    return Fingerprint(
        photo_id=hashes.photo_id,
        sha256=photo.original_sha256,
        phash=int(hashes.phash or "0", 16),
        dhash=int(hashes.dhash or "0", 16),
        comparable=hashed and _informative(validation),
    )


_UNINFORMATIVE = {Reason.LOW_INFORMATION, Reason.LOW_CONTRAST}


def _informative(validation: ValidationRow) -> bool:
    """Hashes of photos with little to see collide: PDQ leaves out its low qualities likewise."""
    return _UNINFORMATIVE.isdisjoint(validation.warnings)
