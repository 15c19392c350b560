"""Many rows in one statement of PostgreSQL, whose text is always the same.

They go as one JSON document. With a message for each row the messages are most of the time, and
psycopg writes arrays of columns no quicker than that.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import JSON, LargeBinary, Table, bindparam, column, func, select, text
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


def parameters(table: Table, rows: Sequence[dict[str, Any]]) -> Mapping[str, Any]:
    spelled = [
        (name, spell)
        for name in rows[0]
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
    columns = [column(name, table.c[name].type) for name in names]
    document = func.json_to_recordset(bindparam("rows", type_=JSON()))
    rows = document.table_valued(*columns).render_derived(with_types=True)
    # JSON's null in a column of JSON: the database would take it for a value that is missing.
    null = text("'null'::jsonb")
    values = [
        func.coalesce(rows.c[each.name], null) if isinstance(each.type, JSON) else rows.c[each.name]
        for each in columns
    ]
    return postgresql.insert(table).from_select(names, select(*values))
