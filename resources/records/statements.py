"""Statements that SQLite and PostgreSQL want each in its own way, on plain rows.

Rows go in and out without objects in between, many in one statement.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, any_, bindparam, delete, literal, or_
from sqlalchemy.dialects import postgresql, sqlite

from resources.records import json_rows
from resources.records.models import Base

T = TypeVar("T")
Values = Sequence[dict[str, Any]]
Parameters = Values | Mapping[str, Any]
IN_LIST = 500
"""Values in one IN (…): databases bound the number of parameters."""


def table_of(model: type[Base]) -> Table:
    """The table behind a model: rows go in and out as they are, without objects in between."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - every model of ours is one table
    return table


def insert(connection: Connection, model: type[Base], values: Values) -> None:
    """Insert them all; none of their keys is taken."""
    if values:
        statement, parameters = _insert(connection, table_of(model), values)
        connection.execute(statement, parameters)


def insert_new(connection: Connection, model: type[Base], values: Values) -> int:
    """Insert those whose primary or unique key is free; says how many of them were."""
    if not values:
        return 0
    statement, parameters = _insert(connection, table_of(model), values)
    counting = connection.execution_options(preserve_rowcount=True)
    return counting.execute(statement.on_conflict_do_nothing(), parameters).rowcount


def upsert(
    connection: Connection, model: type[Base], values: Values, *, key: Iterable[str]
) -> None:
    """Insert, or replace all other columns of the row with the same `key` where one differs.

    No two of them have the same.
    """
    if not values:
        return
    statement, parameters = _insert(connection, table_of(model), values)
    keys = list(key)
    replaced = {name: statement.excluded[name] for name in values[0] if name not in keys}
    stands = table_of(model).c
    differs = or_(*(stands[name].is_distinct_from(given) for name, given in replaced.items()))
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=replaced, where=differs),
        parameters,
    )


def replace(
    connection: Connection,
    model: type[Base],
    values: Values,
    *,
    batch: str,
    photo_ids: Sequence[str],
) -> None:
    """Insert them in place of all rows that `photo_ids` of the batch have.

    PostgreSQL writes only what differs: to insert a row it looks up its photo by a query of its
    own, and it keeps the row that went, in the table and in every index, until it is swept out.
    """
    table = table_of(model)
    if connection.dialect.name == "postgresql":
        given = json_rows.parameters(table, values)
        of = {"batch": batch, "photo_ids": photo_ids}
        connection.execute(json_rows.replacement(table), {**given, **of})
        return
    of_photos = (table.c.batch == batch) & among(connection, table.c.photo_id, photo_ids)
    connection.execute(delete(table).where(of_photos))
    insert(connection, model, values)


def among(
    connection: Connection, column: ColumnElement[Any], values: Sequence[Any]
) -> ColumnElement[bool]:
    """Whether `column` is one of at most `IN_LIST` values.

    PostgreSQL gets them as one array: a statement of always the same text, which it plans once and
    psycopg reads once; with a parameter for each value that is most of the time.
    """
    if connection.dialect.name == "postgresql":
        return column == any_(literal(values, postgresql.ARRAY(column.type)))
    return column.in_(values)


def among_given(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The same of a parameter that is given with the statement, which can then be kept."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=postgresql.ARRAY(column.type)))
    return column.in_(bindparam(name, expanding=True))


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`; itertools has it from Python 3.12 on."""
    left = iter(items)
    while some := list(islice(left, size)):
        yield some


def _insert(
    connection: Connection, table: Table, values: Values
) -> tuple[postgresql.Insert | sqlite.Insert, Parameters]:
    """All rows have the columns of the first. SQLite, no message away, takes one by one."""
    if connection.dialect.name == "postgresql":
        return json_rows.insert(table, list(values[0])), json_rows.parameters(table, values)
    return sqlite.insert(table), values
