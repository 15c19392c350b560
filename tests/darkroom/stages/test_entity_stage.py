"""Which answers of a batch are looked at, and what becomes of the others."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from darkroom.entities.items import Item, Source
from darkroom.entities.remaking import BatchEntities
from darkroom.entities.rules import EntityRules
from darkroom.outcomes import Outcome
from darkroom.ports import PhotoEntity, SchemaEntities
from darkroom.rows import AnalysisRow, DroppedItem, EntityField, EntityItem, EntityRow, PhotoRow
from darkroom.stages.batch_tables import SKIPPED_INPUTS
from darkroom.stages.entity_stage import EntityPlan
from darkroom.vision.answer_schema import AnswerSchema
from darkroom.vision.built_in_schemas import BUILT_IN
from darkroom.work.progress import Meter, StageProgress

JAM = {"title": "jazz  jam", "weekday": "Fri", "start": "25:00"}


class OneBatch:
    """An index that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Sequence[Item]] = []

    def replace(
        self,
        schema: str,  # noqa: ARG002 - the port's signature
        batch: str,  # noqa: ARG002
        items: Sequence[Item],
        rules: EntityRules,  # noqa: ARG002
    ) -> BatchEntities:
        self.told.append(items)
        return BatchEntities(len(items), len(items), 0)

    def entities(self) -> list[SchemaEntities]:
        return []

    def of_batch(self, batch: str) -> dict[str, BatchEntities]:  # noqa: ARG002
        return {}

    def of_photo(self, batch: str, photo_id: str) -> list[PhotoEntity]:  # noqa: ARG002
        return []


@pytest.fixture
def index() -> OneBatch:
    return OneBatch()


def analysis(photo_id: str, *events: Any, **other: Any) -> AnalysisRow:  # noqa: ANN401 - JSON
    row = AnalysisRow(
        photo_id=photo_id,
        outcome=Outcome.DONE,
        inputs="",
        schema_name="shows",
        answer_json=json.dumps({"events": events}),
    )
    return row.model_copy(update=other)


def rows(
    index: OneBatch,
    *analyses: AnalysisRow,
    previous: Sequence[EntityRow] = (),
    schema: AnswerSchema | None = BUILT_IN["shows"],
    database: str = "",
) -> list[EntityRow]:
    plan = EntityPlan(
        [
            PhotoRow(
                photo_id=each.photo_id,
                outcome=Outcome.DONE,
                inputs="",
                uri=f"file:///{each.photo_id}",
                filename="",
                sha256="ab",
            )
            for each in analyses
        ],
        {each.photo_id: each for each in analyses},
        schema=schema,
        previous={row.photo_id: row for row in previous},
        database=database,
    )
    start = StageProgress(batch="b", stage="entities", total=plan.outstanding)
    with Meter(start, board=lambda _: None, log=lambda *_: None) as meter:
        return plan.rows("b", index, meter)


def test_an_answer_becomes_items_with_their_photo(index: OneBatch) -> None:
    """Cleaned in the table, and told to the index; what was dropped stands in the table alone."""
    [row] = rows(index, analysis("1", JAM))

    assert row == EntityRow(
        photo_id="1",
        outcome=Outcome.DONE,
        inputs=row.inputs,
        schema_name="shows",
        items=[
            EntityItem(
                position=0,
                fields=[
                    EntityField(name="title", value="jazz jam"),
                    EntityField(name="weekday", value="Friday"),
                ],
                confidence=None,
            )
        ],
        dropped=[
            DroppedItem(
                position=0, field="start", reason="impossible_time", said="25:00", whole=False
            )
        ],
    )
    source = Source("b", "1", "file:///1", "ab")
    assert index.told == [[Item(source, 0, {"title": "jazz jam", "weekday": "Friday"})]]


def test_photos_without_a_usable_answer_are_skipped(index: OneBatch) -> None:
    """Failed, not asked about, or asked by another schema; the others go on."""
    found = rows(
        index,
        analysis("1", JAM, outcome=Outcome.FAILED),
        analysis("2", JAM, answer_json=None),
        analysis("3", JAM, schema_name="photo"),
        analysis("4"),
    )

    skipped = {"outcome": Outcome.SKIPPED, "inputs": SKIPPED_INPUTS}
    assert found[:3] == [EntityRow(photo_id=photo_id, **skipped) for photo_id in "123"]
    assert found[3].outcome is Outcome.DONE
    assert index.told == [[]]


@pytest.mark.parametrize("schema", [None, BUILT_IN["photo"]])
def test_without_a_model_or_rules_nobody_is_asked(
    index: OneBatch, schema: AnswerSchema | None
) -> None:
    """Every photo is skipped, and what the index knows stays as it is."""
    before = rows(index, analysis("1", JAM))
    index.told.clear()
    [never] = rows(index, analysis("1", JAM), schema=schema)
    [no_more] = rows(index, analysis("1", JAM), schema=schema, previous=before)

    assert never == no_more
    assert never == EntityRow(photo_id="1", outcome=Outcome.SKIPPED, inputs=SKIPPED_INPUTS)
    assert index.told == []


def test_a_table_stands_until_an_answer_or_the_rules_change(index: OneBatch) -> None:
    """Then the index is told of the whole batch; another database knows nothing yet."""
    shows = BUILT_IN["shows"]
    loose = AnswerSchema(
        shows.name,
        shows.json_schema,
        shows.validated,
        shows.prompt,
        shows.entities.model_copy(update={"required": []}) if shows.entities else None,
    )
    before = rows(index, analysis("1", JAM), analysis("2", JAM))
    index.told.clear()

    assert rows(index, analysis("1", JAM), analysis("2", JAM), previous=before) == before
    assert index.told == []
    rows(index, analysis("1", JAM), analysis("2", JAM, JAM), previous=before)
    rows(index, analysis("1", JAM), analysis("2", JAM), previous=before, schema=loose)
    rows(index, analysis("1", JAM), analysis("2", JAM), previous=before, database="other")
    rows(index, analysis("1", JAM), analysis("2", outcome=Outcome.FAILED), previous=before)
    assert [len(items) for items in index.told] == [3, 2, 2, 1]
