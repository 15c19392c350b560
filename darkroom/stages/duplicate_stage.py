"""Duplicates of a batch's photos, among everything that arrived before them."""

from collections.abc import Mapping, Sequence

from darkroom.imaging.perceptual_hashes import MIN_DETAIL
from darkroom.imaging.transforms import TURNS
from darkroom.outcomes import Outcome
from darkroom.ports import Fingerprint, FingerprintIndex
from darkroom.recognition.looks import Look, RingHash
from darkroom.recognition.near_duplicates import match
from darkroom.rows import DuplicateRow, HashRow, Row
from darkroom.settings import DuplicateSettings
from darkroom.stages.batch_tables import SKIPPED_INPUTS, Accepted
from darkroom.stages.incremental import digest
from darkroom.work.progress import Meter

# Raised when the code makes another row of the same photo and settings.
DUPLICATES_VERSION = "duplicates/2"


class DuplicatePlan:
    """Which fingerprints a batch brings, and whether anything about them is new.

    A photo is compared with what arrived before it, and that does not change: the table stands as
    long as no photo's fingerprint and no setting changed. In another database nothing stands yet.
    """

    def __init__(
        self,
        photos: Mapping[str, Accepted | None],
        hashes: Mapping[str, HashRow],
        *,
        previous: Mapping[str, Row],
        settings: DuplicateSettings,
        database: str,
    ) -> None:
        """`database` names the one that holds the fingerprints.

        Of `previous` rows, in their order, what all stages say is enough.
        """
        self._photo_ids = list(photos)
        self._settings = settings
        self._previous = previous
        self._prints = {
            photo_id: _fingerprint(photo, hashes[photo_id])
            for photo_id, photo in photos.items()
            if photo is not None
        }
        self._inputs = {
            photo_id: _inputs(own, hashes[photo_id], settings, database)
            for photo_id, own in self._prints.items()
        }

    @property
    def stands(self) -> bool:
        """Whether the previous table is the one that would be made."""
        return [(each, row.inputs) for each, row in self._previous.items()] == [
            (each, self._inputs.get(each, SKIPPED_INPUTS)) for each in self._photo_ids
        ]

    @property
    def outstanding(self) -> int:
        """Photos to be compared: all accepted ones of the batch, or none."""
        return 0 if self.stands else len(self._prints)

    def rows(self, batch: str, index: FingerprintIndex, meter: Meter) -> Sequence[Row]:
        """The table, in the manifest's order; while it stands, the previous rows as they are."""
        if self.stands:
            return list(self._previous.values())
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
            meter.photo(Outcome.DONE)
        return rows


def _inputs(own: Fingerprint, hashes: HashRow, settings: DuplicateSettings, database: str) -> str:
    return digest(
        DUPLICATES_VERSION,
        database,
        settings,
        own.sha256,
        own.look is not None,
        hashes.phash,
        hashes.dhash,
        *hashes.turned,
        *hashes.rings,
    )


def _fingerprint(photo: Accepted, hashes: HashRow) -> Fingerprint:
    return Fingerprint(photo_id=hashes.photo_id, sha256=photo.original_sha256, look=_look(hashes))


def _look(hashes: HashRow) -> Look | None:
    """None where there is too little to see: such hashes are noise, and collide."""
    if hashes.phash is None or hashes.dhash is None or (hashes.detail or 0) < MIN_DETAIL:
        return None
    turned = {each.transform: each for each in hashes.turned}
    others = [turned[str(transform)] for transform in TURNS[1:]]
    return Look(
        phash=tuple(int(each, 16) for each in (hashes.phash, *(one.phash for one in others))),
        dhash=tuple(int(each, 16) for each in (hashes.dhash, *(one.dhash for one in others))),
        rings=tuple(
            RingHash(int(each.hash, 16), bytes.fromhex(each.pattern)) for each in hashes.rings
        ),
    )
