"""What of a batch has to be taken in again, and the rows that come of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from darkroom.examination import ExaminationSettings
from darkroom.incremental import digest, standing
from darkroom.ingesting import Ingested, Task
from darkroom.outcomes import Failure, Outcome, Reason
from darkroom.ports import TOO_LARGE
from darkroom.rows import Entry, HashRow, PhotoRow, RenditionRow, Row, ValidationRow

# Raised when the code makes another row of the same photo and settings.
PHOTOS_VERSION = "photos/1"
VALIDATIONS_VERSION = "validations/1"
HASHES_VERSION = "hashes/1"
RENDITIONS_VERSION = "renditions/1"

_NOT_FETCHED = digest("skipped", "not fetched")
_NOT_EXAMINED = digest("skipped", "not examined")


@dataclass(slots=True)
class IngestTables:
    """The four tables of the ingest step, by photo."""

    photos: dict[str, PhotoRow] = field(default_factory=dict)
    validations: dict[str, ValidationRow] = field(default_factory=dict)
    hashes: dict[str, HashRow] = field(default_factory=dict)
    renditions: dict[str, RenditionRow] = field(default_factory=dict)

    def stage(self, name: str) -> Mapping[str, Row]:
        """One table by its stage's name."""
        tables: dict[str, Mapping[str, Row]] = {
            "photos": self.photos,
            "validations": self.validations,
            "hashes": self.hashes,
            "renditions": self.renditions,
        }
        return tables[name]


class IngestPlan:
    """Which photos need which work, given what stands from earlier runs."""

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        selected: Iterable[str],
        previous: IngestTables,
        settings: ExaminationSettings,
    ) -> None:
        self._entries = entries
        self._selected = frozenset(selected)
        self._previous = previous
        self._settings = settings
        self._made = IngestTables()
        self.tasks = [task for entry in entries if (task := self._plan(entry))]

    def take(self, ingested: Ingested) -> Outcome:
        """Turn what came of a task into rows; the outcome says whether it failed."""
        entry = ingested.entry
        photo = self._photo_row(ingested)
        self._made.photos.setdefault(entry.photo_id, photo)
        if photo.outcome is Outcome.REJECTED and ingested.failure:
            self._made.validations[entry.photo_id] = _too_large(entry, ingested.failure)
        if ingested.sha256 is None:
            self._skip(entry, _NOT_FETCHED)
            return photo.outcome
        self._examined_rows(ingested, ingested.sha256)
        return Outcome.FAILED if ingested.failure else Outcome.DONE

    def rows(self, stage: str) -> list[Row]:
        """The whole table of a stage, in the manifest's order, once all tasks were taken."""
        made = self._made.stage(stage)
        return [made[entry.photo_id] for entry in self._entries]

    def _plan(self, entry: Entry) -> Task | None:
        """A task for this photo, or None after carrying over all of its rows."""
        photo = standing(self._previous.photos, entry.photo_id, _photo_inputs(entry))
        if photo is None:
            if "photos" in self._selected:
                return Task(entry)
            self._skip(entry, _NOT_FETCHED)
            return None
        self._made.photos[entry.photo_id] = photo
        if photo.sha256 is None:
            verdict = self._previous.validations.get(entry.photo_id)
            if verdict is None:
                return Task(entry)
            self._made.validations[entry.photo_id] = verdict
            self._skip(entry, _NOT_FETCHED)
            return None
        return Task(entry, kept_sha256=photo.sha256) if self._carry(entry, photo.sha256) else None

    def _carry(self, entry: Entry, sha256: str) -> bool:
        """Carry over rows that stand; whether a selected one is missing."""
        missing = False
        photo_id = entry.photo_id
        inputs = self._inputs(entry, sha256)
        if row := standing(self._previous.validations, photo_id, inputs["validations"]):
            self._made.validations[photo_id] = row
        else:
            missing |= "validations" in self._selected
        if hashes := standing(self._previous.hashes, photo_id, inputs["hashes"]):
            self._made.hashes[photo_id] = hashes
        else:
            missing |= "hashes" in self._selected
        if rendition := standing(self._previous.renditions, photo_id, inputs["renditions"]):
            self._made.renditions[photo_id] = rendition
        else:
            missing |= "renditions" in self._selected
        return missing

    def _inputs(self, entry: Entry, sha256: str) -> dict[str, str]:
        settings = self._settings
        # The image that is hashed and measured is the fitted one: its size is an input of both.
        edge = settings.renditions.long_edge_px
        return {
            "validations": digest(
                VALIDATIONS_VERSION, sha256, entry.filename, settings.validation, edge
            ),
            "hashes": digest(HASHES_VERSION, sha256, settings.hashes, edge),
            "renditions": digest(RENDITIONS_VERSION, sha256, settings.renditions),
        }

    def _photo_row(self, ingested: Ingested) -> PhotoRow:
        entry = ingested.entry
        outcome = _fetch_outcome(ingested)
        row = PhotoRow(
            photo_id=entry.photo_id,
            outcome=outcome,
            failure=ingested.failure if outcome is Outcome.FAILED else None,
            inputs=_photo_inputs(entry),
            seconds=ingested.fetch_seconds,
            uri=entry.uri,
            filename=entry.filename,
            extra_json=entry.extra_json,
            attempts=ingested.attempts,
            sha256=ingested.sha256,
            bytes=ingested.bytes,
        )
        header = ingested.examination.header if ingested.examination else None
        if header is None:
            return row
        return row.model_copy(
            update={
                "format": header.format,
                "width": header.width,
                "height": header.height,
                "orientation": header.orientation,
                "frames": header.frames,
                "taken_at": header.taken_at,
                "camera": header.camera,
                "latitude": header.latitude,
                "longitude": header.longitude,
            }
        )

    def _examined_rows(self, ingested: Ingested, sha256: str) -> None:
        photo_id = ingested.entry.photo_id
        inputs = self._inputs(ingested.entry, sha256)
        found = ingested.examination
        if found is None:
            self._made.validations[photo_id] = ValidationRow(
                photo_id=photo_id,
                outcome=Outcome.FAILED,
                failure=ingested.failure,
                inputs=inputs["validations"],
                seconds=ingested.work_seconds,
            )
            self._skip(ingested.entry, _NOT_EXAMINED)
            return
        self._made.validations.setdefault(
            photo_id,
            ValidationRow(
                photo_id=photo_id,
                outcome=Outcome.REJECTED if found.reasons else Outcome.DONE,
                inputs=inputs["validations"],
                seconds=ingested.work_seconds,
                checks=list(found.checks),
                reasons=list(found.reasons),
                warnings=list(found.warnings),
                detail=found.detail,
            ),
        )
        made = Outcome.DONE if found.readable else Outcome.SKIPPED
        self._made.hashes.setdefault(
            photo_id,
            HashRow(
                photo_id=photo_id,
                outcome=made,
                inputs=inputs["hashes"],
                sha256=sha256,
                phash=found.phash,
                dhash=found.dhash,
            ),
        )
        self._made.renditions.setdefault(
            photo_id, _rendition_row(photo_id, made, inputs["renditions"], ingested)
        )

    def _skip(self, entry: Entry, inputs: str) -> None:
        """Rows that say that the photo got no further than its fetch."""
        photo_id = entry.photo_id
        skipped = Outcome.SKIPPED
        self._made.photos.setdefault(
            photo_id,
            PhotoRow(
                photo_id=photo_id,
                outcome=skipped,
                inputs=inputs,
                uri=entry.uri,
                filename=entry.filename,
                extra_json=entry.extra_json,
            ),
        )
        self._made.validations.setdefault(
            photo_id, ValidationRow(photo_id=photo_id, outcome=skipped, inputs=inputs)
        )
        self._made.hashes.setdefault(
            photo_id, HashRow(photo_id=photo_id, outcome=skipped, inputs=inputs)
        )
        self._made.renditions.setdefault(
            photo_id, RenditionRow(photo_id=photo_id, outcome=skipped, inputs=inputs)
        )


def _fetch_outcome(ingested: Ingested) -> Outcome:
    if ingested.sha256 is not None:
        return Outcome.DONE
    too_large = ingested.failure is not None and ingested.failure.error_type == TOO_LARGE
    return Outcome.REJECTED if too_large else Outcome.FAILED


def _too_large(entry: Entry, failure: Failure) -> ValidationRow:
    """The verdict on a photo that was not fetched because of its size."""
    return ValidationRow(
        photo_id=entry.photo_id,
        outcome=Outcome.REJECTED,
        inputs=digest(VALIDATIONS_VERSION, TOO_LARGE, failure.message),
        reasons=[Reason.BYTES],
        detail=failure.message,
    )


def _photo_inputs(entry: Entry) -> str:
    return digest(PHOTOS_VERSION, entry.uri, entry.identity)


def _rendition_row(
    photo_id: str, outcome: Outcome, inputs: str, ingested: Ingested
) -> RenditionRow:
    rendition = ingested.examination.rendition if ingested.examination else None
    if rendition is None:
        return RenditionRow(photo_id=photo_id, outcome=outcome, inputs=inputs)
    return RenditionRow(
        photo_id=photo_id,
        outcome=outcome,
        inputs=inputs,
        sha256=rendition.sha256,
        format=rendition.format,
        width=rendition.width,
        height=rendition.height,
        bytes=rendition.bytes,
    )
