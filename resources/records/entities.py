"""Entities, and the items of all batches that they are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    bindparam,
    case,
    delete,
    exists,
    func,
    select,
    text,
    update,
)

from darkroom.entities.items import Item, Source
from darkroom.entities.merging import Entity
from darkroom.entities.remaking import BatchEntities, Place, Remade, Standing, remade
from darkroom.entities.rules import EntityRules
from darkroom.ports import PhotoEntity, SchemaEntities
from resources.records.models import EntityItemRecord, EntityRecord, EntitySchemaRecord
from resources.records.statements import IN_LIST, among, batched, insert, table_of, upsert

_SCHEMAS = table_of(EntitySchemaRecord)
_ENTITIES = table_of(EntityRecord)
_ITEMS = table_of(EntityItemRecord)
_LOCK = 0x656E746974696573
"""Any number that no other program locks: this one spells entities."""


def take_turn(connection: Connection) -> None:
    """Until the end of the transaction; on SQLite a writer is alone as it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


@dataclass(frozen=True, slots=True)
class Change:
    """A batch's items of a schema, and what they make of its entities."""

    schema: str
    batch: str
    items: Sequence[Item]
    rules: EntityRules
    revision: int
    """Of what it was worked out from."""
    made: Remade | None
    """None when everything stays as it is."""
    batch_entities: BatchEntities


def change(
    connection: Connection, schema: str, batch: str, items: Sequence[Item], rules: EntityRules
) -> Change:
    # The revision first: what comes in after it makes it an old one.
    known = _schema(connection, schema)
    rows = connection.execute(select(_ITEMS).where(_ITEMS.c.schema_name == schema)).mappings()
    standing = Standing(
        rules=EntityRules.model_validate_json(known["rules"]) if known else None,
        items=[(_item(row), row["entity"]) for row in rows],
    )
    made = remade(standing, batch, items, rules)
    return Change(
        schema,
        batch,
        items,
        rules,
        revision=known["revision"] if known else 0,
        made=made,
        batch_entities=made.batch if made else BatchEntities.of(batch, standing.items),
    )


def is_current(connection: Connection, change: Change) -> bool:
    known = _schema(connection, change.schema)
    return (known["revision"] if known else 0) == change.revision


def write(connection: Connection, change: Change) -> None:
    """In the caller's transaction and turn."""
    made, schema = change.made, change.schema
    if made is None:
        return
    known = {
        "schema_name": schema,
        "revision": change.revision + 1,
        "rules": change.rules.model_dump_json(),
    }
    upsert(connection, EntitySchemaRecord, [known], key=["schema_name"])
    of_batch = (_ITEMS.c.schema_name == schema) & (_ITEMS.c.batch == change.batch)
    connection.execute(delete(_ITEMS).where(of_batch))
    belongs = {_place(item): entity.id for entity in made.entities for item in entity.items}
    rows = [_row(schema, item, belongs[_place(item)]) for item in change.items]
    insert(connection, EntityItemRecord, rows)
    _move(connection, schema, made)
    for some in batched(made.stale, IN_LIST):
        gone = among(connection, _ENTITIES.c.entity, some)
        connection.execute(delete(_ENTITIES).where(_ENTITIES.c.schema_name == schema, gone))
    rows = [
        {
            "schema_name": schema,
            "entity": entity.id,
            "fields": dict(entity.fields),
            "photos": len(entity.photos),
        }
        for entity in made.entities
    ]
    upsert(connection, EntityRecord, rows, key=["schema_name", "entity"])


def entities(connection: Connection) -> list[SchemaEntities]:
    known = connection.execute(select(_SCHEMAS).order_by(_SCHEMAS.c.schema_name)).mappings().all()
    return [_of_schema(connection, row["schema_name"], row["rules"]) for row in known]


def of_batch(connection: Connection, batch: str) -> dict[str, BatchEntities]:
    other = _ITEMS.alias()
    elsewhere = exists().where(
        other.c.schema_name == _ITEMS.c.schema_name,
        other.c.entity == _ITEMS.c.entity,
        other.c.batch != batch,
    )
    own = (
        select(_ITEMS.c.schema_name, func.count().label("said"), elsewhere.label("shared"))
        .where(_ITEMS.c.batch == batch)
        .group_by(_ITEMS.c.schema_name, _ITEMS.c.entity)
        .subquery()
    )
    shared = func.sum(case((own.c.shared, 1), else_=0))
    counted = connection.execute(
        select(own.c.schema_name, func.sum(own.c.said), func.count(), shared)
        .group_by(own.c.schema_name)
        .order_by(own.c.schema_name)
    )
    return {schema: BatchEntities(*map(int, counts)) for schema, *counts in counted}


def of_photo(connection: Connection, batch: str, photo_id: str) -> list[PhotoEntity]:
    joined = _ITEMS.join(
        _ENTITIES,
        (_ITEMS.c.schema_name == _ENTITIES.c.schema_name) & (_ITEMS.c.entity == _ENTITIES.c.entity),
    )
    rows = connection.execute(
        select(_ENTITIES)
        .select_from(joined)
        .where(_ITEMS.c.batch == batch, _ITEMS.c.photo_id == photo_id)
        .order_by(_ITEMS.c.schema_name, _ITEMS.c.position)
    ).mappings()
    found = (
        PhotoEntity(row["schema_name"], row["entity"], row["fields"], row["photos"]) for row in rows
    )
    return list({(each.schema, each.id): each for each in found}.values())


def _of_schema(connection: Connection, schema: str, rules_json: str) -> SchemaEntities:
    rules = EntityRules.model_validate_json(rules_json)
    fields = {
        row["entity"]: row["fields"]
        for row in connection.execute(
            select(_ENTITIES).where(_ENTITIES.c.schema_name == schema)
        ).mappings()
    }
    rows = connection.execute(
        select(_ITEMS).where(_ITEMS.c.schema_name == schema).order_by(_ITEMS.c.entity)
    ).mappings()
    found = [
        Entity(
            id=entity,
            fields={name: fields[entity][name] for name in rules.fields if name in fields[entity]},
            items=sorted(map(_item, own), key=lambda item: (item.source, item.position)),
        )
        for entity, own in groupby(rows, key=lambda row: str(row["entity"]))
    ]
    return SchemaEntities(schema, rules, found)


def _move(connection: Connection, schema: str, made: Remade) -> None:
    if not made.moved:
        return
    statement = update(_ITEMS).where(
        _ITEMS.c.schema_name == schema,
        _ITEMS.c.batch == bindparam("of_batch"),
        _ITEMS.c.photo_id == bindparam("of_photo_id"),
        _ITEMS.c.position == bindparam("at"),
    )
    connection.execute(
        statement.values(entity=bindparam("to")),
        [
            {"of_batch": source.batch, "of_photo_id": source.photo_id, "at": at, "to": entity}
            for (source, at), entity in made.moved.items()
        ],
    )


def _schema(connection: Connection, schema: str) -> RowMapping | None:
    return (
        connection.execute(select(_SCHEMAS).where(_SCHEMAS.c.schema_name == schema))
        .mappings()
        .first()
    )


def _row(schema: str, item: Item, entity: str) -> dict[str, Any]:
    return {
        "schema_name": schema,
        "batch": item.source.batch,
        "photo_id": item.source.photo_id,
        "position": item.position,
        "uri": item.source.uri,
        "content": item.source.content,
        "confidence": item.confidence,
        "fields": dict(item.fields),
        "entity": entity,
    }


def _place(item: Item) -> Place:
    return (item.source, item.position)


def _item(row: RowMapping) -> Item:
    source = Source(row["batch"], row["photo_id"], row["uri"], row["content"])
    return Item(source, row["position"], row["fields"], row["confidence"])
