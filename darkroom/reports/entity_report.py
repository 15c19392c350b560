"""What photos say of entities, as people and programs read it."""

from collections.abc import Iterator, Sequence

from darkroom.entities.merging import Entity, said_by
from darkroom.ports import PhotoEntity, SchemaEntities
from darkroom.reports.inert_csv import inert_csv
from darkroom.reports.markdown import visible
from darkroom.rows import EntityRow

_MAX_CHARS = 200


def drop_records(rows: Sequence[EntityRow]) -> list[dict[str, str | int]]:
    """Each item, or field of one, that was dropped, and why."""
    return [
        {
            "photo": row.photo_id,
            "item": each.position,
            "dropped": "item" if each.whole else each.field or "",
            "reason": each.reason if each.field is None else f"{each.reason}: {each.field}",
            "said": visible(each.said, max_chars=_MAX_CHARS),
        }
        for row in rows
        for each in row.dropped
    ]


def in_words(entity: PhotoEntity | Entity) -> str:
    """Its fields on one line."""
    return visible(", ".join(entity.fields.values()), max_chars=_MAX_CHARS)


def entity_records(found: Sequence[SchemaEntities]) -> Iterator[dict[str, object]]:
    """Each entity for programs, with the photos that it is on and those that say what it says."""
    for schema in found:
        for entity in in_order(schema):
            yield {
                "schema": schema.schema,
                "entity": entity.id,
                "fields": dict(entity.fields),
                "said_by": {
                    name: list(map(str, said_by(entity, name, schema.rules)))
                    for name in entity.fields
                },
                "photos": [{"photo": str(each), "uri": each.uri} for each in entity.photos],
            }


def entities_csv(found: Sequence[SchemaEntities]) -> bytes:
    """One line per entity; the fields of all schemas are columns."""
    fields = list(dict.fromkeys(name for schema in found for name in schema.rules.fields))
    return inert_csv(
        ("schema", "entity", *fields, "photos", "photo_uris"),
        (
            (
                schema.schema,
                entity.id,
                *(entity.fields.get(name) for name in fields),
                list(map(str, entity.photos)),
                [each.uri for each in entity.photos],
            )
            for schema in found
            for entity in in_order(schema)
        ),
    )


def in_order(schema: SchemaEntities) -> list[Entity]:
    """By what they say in their key fields."""
    return sorted(
        schema.entities,
        key=lambda entity: (
            [entity.fields.get(name, "").casefold() for name in schema.rules.keys],
            entity.id,
        ),
    )
