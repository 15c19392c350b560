"""What of a batch has to be taken in again, and the tables that come of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from darkroom.imaging.examination import ExaminationSettings
from darkroom.outcomes import Outcome
from darkroom.rows import Entry, HashRow, PhotoRow, RenditionRow, Row, ValidationRow
from darkroom.stages.incremental import standing
from darkroom.stages.ingest_rows import (
    NOT_EXAMINED,
    NOT_FETCHED,
    examined_inputs,
    examined_rows,
    known_holds,
    known_rows,
    photo_inputs,
    photo_row,
    refused_inputs,
    too_large_row,
    undecoded_inputs,
    with_header,
    with_header_of,
)
from darkroom.stages.ingest_tables import EXAMINED, IngestedPhoto, IngestTables
from darkroom.stages.ingesting import Ingested, Task


class IngestPlan:
    """Which photos need which work, given what stands from earlier runs.

    Only stages that are `selected` are worth work. `max_bytes` is what a photo may have to be
    fetched at all. `keep` gets the rows of each photo once they are made.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        *,
        selected: Iterable[str],
        previous: IngestTables,
        settings: ExaminationSettings,
        max_bytes: int,
        keep: Callable[[IngestedPhoto], None] = lambda _: None,
    ) -> None:
        self._entries = entries
        self._selected = frozenset(selected)
        self._previous = previous
        self._settings = settings
        self._max_bytes = max_bytes
        self._keep = keep
        self._photos: dict[str, PhotoRow] = {}
        self._examined: dict[str, dict[str, Row]] = {stage: {} for stage in EXAMINED}
        self.tasks = [task for entry in entries if (task := self._plan(entry))]

    def holds(self, entry: Entry, sha256: str, known: IngestedPhoto) -> bool:
        """Whether what was said of the same bytes before holds for this photo."""
        return known_holds(examined_inputs(entry, sha256, self._settings), known)

    def take(self, ingested: Ingested) -> Outcome:
        """Turn what came of a task into rows; its outcome so far."""
        outcome = self._take(ingested)
        photo_id = ingested.entry.photo_id
        rows = {stage: made[photo_id] for stage, made in self._examined.items()}
        self._keep(
            IngestedPhoto(
                photo_id=photo_id,
                photos=self._photos[photo_id],
                validations=cast("ValidationRow", rows["validations"]),
                hashes=cast("HashRow", rows["hashes"]),
                renditions=cast("RenditionRow", rows["renditions"]),
            )
        )
        return outcome

    def _take(self, ingested: Ingested) -> Outcome:
        entry, examination = ingested.entry, ingested.examination
        photo = photo_row(ingested, max_bytes=self._max_bytes)
        if ingested.sha256 is None:
            self._photos[entry.photo_id] = photo
            if photo.outcome is Outcome.REJECTED:
                self._refuse(entry)
            elif "photos" in self._selected:
                self._skip(entry, NOT_FETCHED)
            else:
                self._fail(ingested)
            return photo.outcome
        photo = self._photos.get(entry.photo_id, photo)
        if ingested.known is not None:
            self._photos[entry.photo_id] = with_header_of(photo, ingested.known.photos)
            return self._examined_as(known_rows(entry, ingested.known), entry)
        if examination is None:
            self._photos[entry.photo_id] = photo
            self._fail(ingested)
            return Outcome.FAILED
        # A standing row may lack the header: the work that was to read it may have failed then.
        self._photos[entry.photo_id] = with_header(photo, examination)
        inputs = examined_inputs(entry, ingested.sha256, self._settings)
        rows = examined_rows(entry, examination, inputs, seconds=ingested.work_seconds)
        return self._examined_as(rows, entry)

    def _examined_as(self, rows: Mapping[str, Row], entry: Entry) -> Outcome:
        """Keep the rows that do not stand already; what the photo's verdict is."""
        for stage, row in rows.items():
            self._examined[stage].setdefault(entry.photo_id, row)
        return self._examined["validations"][entry.photo_id].outcome

    def rows(self, stage: str) -> list[Row]:
        """The whole table of a selected stage, in the manifest's order, once all were taken."""
        made: Mapping[str, Row] = self._photos if stage == "photos" else self._examined[stage]
        return [made[entry.photo_id] for entry in self._entries]

    @property
    def stands(self) -> bool:
        """Whether there is nothing to do, and the earlier tables of what comes of an examination
        are those that would be made.
        """
        return not self.tasks and all(
            self.rows(stage) == list(self._previous.examined(stage).values())
            for stage in EXAMINED
            if stage in self._selected
        )

    def _plan(self, entry: Entry) -> Task | None:
        """A task for this photo, or None after carrying over all of its rows."""
        photo = self._standing_photo(entry)
        if photo is None:
            if "photos" in self._selected:
                return Task(entry)
            self._skip(entry, NOT_FETCHED)
            return None
        self._photos[entry.photo_id] = photo
        if photo.sha256 is None:
            if photo.outcome is Outcome.REJECTED:
                self._refuse(entry)
            else:
                self._skip(entry, NOT_FETCHED)
            return None
        return Task(entry, photo.sha256) if self._carry_over(entry, photo) else None

    def _standing_photo(self, entry: Entry) -> PhotoRow | None:
        """The earlier row if its bytes are the same, with what the manifest says of it now."""
        photo = standing(self._previous.photos, entry.photo_id, photo_inputs(entry)) or standing(
            self._previous.photos, entry.photo_id, refused_inputs(entry, self._max_bytes)
        )
        return photo and photo.model_copy(
            update={"filename": entry.filename, "extra_json": entry.extra_json}
        )

    def _carry_over(self, entry: Entry, photo: PhotoRow) -> bool:
        """Keep the rows that stand; whether a selected one is missing."""
        photo_id = entry.photo_id
        inputs = examined_inputs(entry, photo.sha256 or "", self._settings)
        missing: set[str] = set()
        for stage, made in self._examined.items():
            previous = self._previous.examined(stage)
            row = standing(previous, photo_id, inputs[stage]) or standing(
                previous, photo_id, undecoded_inputs(inputs)
            )
            if row is None:
                missing.add(stage)
            else:
                made[photo_id] = row
                if row.outcome is Outcome.FAILURE_ACCEPTED:
                    self._skip(entry, NOT_EXAMINED)
                    return False
        accepted = self._examined["validations"].get(photo_id)
        if accepted and accepted.outcome is Outcome.DONE and photo.format is None:
            # Examined while photos was not selected, after a run that could not read the header.
            missing.add("photos")
        return not missing.isdisjoint(self._selected)

    def _refuse(self, entry: Entry) -> None:
        self._examined["validations"][entry.photo_id] = too_large_row(entry, self._max_bytes)
        self._skip(entry, NOT_FETCHED)

    def _fail(self, ingested: Ingested) -> None:
        """The first row that was asked for says why it is not there; those after it are skipped."""
        photo_id = ingested.entry.photo_id
        sha256 = ingested.sha256
        inputs = examined_inputs(ingested.entry, sha256, self._settings) if sha256 else {}
        for stage, row in EXAMINED.items():
            if stage in self._selected and photo_id not in self._examined[stage]:
                self._examined[stage][photo_id] = row(
                    photo_id=photo_id,
                    outcome=Outcome.FAILED,
                    failure=ingested.failure,
                    inputs=inputs.get(stage, NOT_EXAMINED),
                    seconds=ingested.work_seconds,
                )
                break
        self._skip(ingested.entry, NOT_EXAMINED)

    def _skip(self, entry: Entry, inputs: str) -> None:
        """Say of all rows that are still missing that the photo did not get that far."""
        photo_id = entry.photo_id
        for stage, row in EXAMINED.items():
            self._examined[stage].setdefault(
                photo_id, row(photo_id=photo_id, outcome=Outcome.SKIPPED, inputs=inputs)
            )
