"""Many rows in one statement of PostgreSQL, whose text is always the same.

They go as one JSON document. With a message for each row the messages are most of the time, and
psycopg writes arrays of columns no quicker than that.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    LargeBinary,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    column,
    delete,
    func,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from resources.records.columns import UtcTime, utc

_SPELLED: dict[type[TypeEngine[Any]], Callable[[Any], str]] = {
    LargeBinary: lambda data: rf"\x{data.hex()}",
    UtcTime: lambda moment: utc(moment).isoformat(),
}
"""Types that JSON has no word for: PostgreSQL reads them from text."""


def insert(table: Table, names: Sequence[str]) -> postgresql.Insert:
    """Of all rows that its `parameters` hold, in their order: a column that counts follows it."""
    return _insert(table, tuple(names))


@cache
def replacement(table: Table) -> postgresql.Insert:
    """Of all rows of `photo_ids` of `batch`, by those that its `parameters` hold.

    What stands is left alone, what is other is updated. EXCEPT and NOT IN hash what they compare,
    where a join might compare each row with each: nobody tells the planner how many a document has.
    """
    of_photos = (table.c.batch == bindparam("batch")) & (
        table.c.photo_id == any_(bindparam("photo_ids", type_=postgresql.ARRAY(Text)))
    )
    given = _rows(table, tuple(table.c.keys())).cte("given")
    keys = table.primary_key.c.keys()
    stays = tuple_(*(table.c[name] for name in keys)).in_(select(*(given.c[name] for name in keys)))
    gone = delete(table).where(of_photos, ~stays).cte("gone")
    other = select(given).except_(select(table).where(of_photos))
    statement = postgresql.insert(table).from_select(table.c.keys(), other).add_cte(gone)
    replaced = {
        column.name: statement.excluded[column.name] for column in table.c if not column.primary_key
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=replaced)


def parameters(table: Table, rows: Sequence[dict[str, Any]]) -> Mapping[str, Any]:
    spelled = [
        (name, spell)
        for name in (rows[0] if rows else ())
        for kind, spell in _SPELLED.items()
        if isinstance(table.c[name].type, kind)
    ]
    if not spelled:
        return {"rows": rows}
    return {
        "rows": [
            row | {name: spell(row[name]) for name, spell in spelled if row[name] is not None}
            for row in rows
        ]
    }


@cache
def _insert(table: Table, names: tuple[str, ...]) -> postgresql.Insert:
    return postgresql.insert(table).from_select(names, _rows(table, names))


def _rows(table: Table, names: Sequence[str]) -> Select[Any]:
    columns = [column(name, table.c[name].type) for name in names]
    document = func.json_to_recordset(bindparam("rows", type_=JSON()))
    rows = document.table_valued(*columns).render_derived(with_types=True)
    # JSON's null in a column of JSON: the database would take it for a value that is missing.
    null = text("'null'::jsonb")
    return select(
        *(
            func.coalesce(rows.c[each.name], null).label(each.name)
            if isinstance(each.type, JSON)
            else rows.c[each.name]
            for each in columns
        )
    )
