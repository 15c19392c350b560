"""What a batch's photos say of entities, and what becomes of the entities of all batches."""

import json
from collections.abc import Mapping, Sequence

from darkroom.entities.cleaning import clean
from darkroom.entities.items import Item, Source
from darkroom.outcomes import Outcome
from darkroom.ports import EntityIndex
from darkroom.rows import AnalysisRow, DroppedItem, EntityField, EntityItem, EntityRow, PhotoRow
from darkroom.stages.batch_tables import SKIPPED_INPUTS
from darkroom.stages.incremental import digest
from darkroom.vision.answer_schema import AnswerSchema
from darkroom.work.progress import Meter

# Raised when the code makes another row of the same answer and rules.
ENTITIES_VERSION = "entities/1"


class EntityPlan:
    """Which items a batch brings, and whether anything about them is new.

    While the table stands the index is not asked. Without a model, or with one whose schema has no
    entities, every photo is skipped, and what the index has of the batch stays there.
    """

    def __init__(
        self,
        photos: Sequence[PhotoRow],
        analyses: Mapping[str, AnalysisRow],
        *,
        schema: AnswerSchema | None,
        previous: Mapping[str, EntityRow],
        database: str,
    ) -> None:
        """`database` names the one that holds the entities."""
        self._photos = photos
        self._schema = schema if schema and schema.entities else None
        self._previous = previous
        self._answers = {
            photo.photo_id: analyses[photo.photo_id].answer_json or "null"
            for photo in photos
            if _has_answer(analyses.get(photo.photo_id), self._schema)
        }
        self._inputs = {
            photo.photo_id: self._input(photo, database)
            for photo in photos
            if photo.photo_id in self._answers
        }

    @property
    def outstanding(self) -> int:
        """Photos with an answer to be looked at: all of the batch, or none."""
        return 0 if self._all_stand() else len(self._answers)

    def rows(self, batch: str, index: EntityIndex, meter: Meter) -> list[EntityRow]:
        """The table, in the manifest's order, once the index has what it says."""
        if self._all_stand():
            return [self._standing(photo.photo_id) for photo in self._photos]
        rows = [self._row(photo) for photo in self._photos]
        if self._schema is not None and self._schema.entities is not None:
            items = [
                _item(batch, photo, item)
                for photo, row in zip(self._photos, rows, strict=True)
                for item in row.items
            ]
            index.replace(self._schema.name, batch, items, self._schema.entities)
        for row in rows:
            if row.outcome is Outcome.DONE:
                meter.photo(Outcome.DONE)
        return rows

    def _all_stand(self) -> bool:
        """A photo that was never of any use need not be written down as such."""
        return all(
            (row.inputs if (row := self._previous.get(photo.photo_id)) else SKIPPED_INPUTS)
            == self._inputs.get(photo.photo_id, SKIPPED_INPUTS)
            for photo in self._photos
        )

    def _standing(self, photo_id: str) -> EntityRow:
        return self._previous.get(photo_id) or _skipped(photo_id)

    def _row(self, photo: PhotoRow) -> EntityRow:
        if self._schema is None or self._schema.entities is None:
            return _skipped(photo.photo_id)
        if photo.photo_id not in self._answers:
            return _skipped(photo.photo_id)
        found = clean(json.loads(self._answers[photo.photo_id]), self._schema.entities)
        return EntityRow(
            photo_id=photo.photo_id,
            outcome=Outcome.DONE,
            inputs=self._inputs[photo.photo_id],
            schema_name=self._schema.name,
            items=[
                EntityItem(
                    position=item.position,
                    fields=[
                        EntityField(name=name, value=item.fields[name])
                        for name in self._schema.entities.fields
                        if name in item.fields
                    ],
                    confidence=item.confidence,
                )
                for item in found.items
            ],
            dropped=[
                DroppedItem(
                    position=each.position,
                    field=each.field,
                    reason=each.reason.value,
                    said=each.said,
                    whole=each.whole,
                )
                for each in found.dropped
            ],
        )

    def _input(self, photo: PhotoRow, database: str) -> str:
        assert self._schema is not None  # noqa: S101 - without one there are no answers
        return digest(
            ENTITIES_VERSION,
            database,
            self._schema.name,
            self._schema.entities,
            photo.sha256,
            self._answers[photo.photo_id],
        )


def _has_answer(row: AnalysisRow | None, schema: AnswerSchema | None) -> bool:
    return (
        row is not None
        and schema is not None
        and row.outcome is Outcome.DONE
        and row.schema_name == schema.name
        and row.answer_json is not None
    )


def _skipped(photo_id: str) -> EntityRow:
    return EntityRow(photo_id=photo_id, outcome=Outcome.SKIPPED, inputs=SKIPPED_INPUTS)


def _item(batch: str, photo: PhotoRow, item: EntityItem) -> Item:
    return Item(
        Source(batch, photo.photo_id, photo.uri, photo.sha256 or ""),
        item.position,
        {field.name: field.value for field in item.fields},
        item.confidence,
    )
