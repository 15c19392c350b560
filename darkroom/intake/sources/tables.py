"""Rows of a manifest that is a text file: each a mapping of column name to text."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources.kinds import Kind
from darkroom.intake.sources.text import bounded_lines, encoding_of
from darkroom.storage.storable_text import storable

Record = dict[str, str]
"""Column name to text; empty where the cell is empty or null."""

_DELIMITERS = ",;\t|"
_NO_DELIMITER = "\x1f"
"""For a table of one column, of which every line is one cell."""
_MAX_JSON_BYTES = 256 * 2**20


def records(path: Path, kind: Kind, source: str) -> Iterator[Record]:
    """The rows of a manifest, in order, blank ones left out.

    `source` is what messages call it. Raises `SourceUnreadable` with the line where the format is
    broken: from there on no row could be trusted.
    """
    if kind is Kind.JSON_LINES:
        return _json(path, source)
    return _delimited(path, source, "\t" if kind is Kind.TSV else None)


def _delimited(path: Path, source: str, delimiter: str | None) -> Iterator[Record]:
    with path.open(encoding=encoding_of(path, source), newline="") as file:
        header = next(bounded_lines(file, source), "")
        file.seek(0)
        # The header alone decides: addresses in the rows may hold commas and semicolons, also where
        # it names one column only.
        if delimiter is None:
            delimiter = max(_DELIMITERS, key=header.count)
            delimiter = delimiter if delimiter in header else _NO_DELIMITER
        # Strict, because a quote that is never closed would swallow all later rows in silence.
        rows = csv.reader(bounded_lines(file, source), delimiter=delimiter, strict=True)
        try:
            names = _unique([name.strip() for name in next(rows, [])])
            for row in rows:
                names.extend(f"column {n}" for n in range(len(names) + 1, len(row) + 1))
                # As text it was decoded strictly and has no NUL: every cell can be stored.
                record = {name: cell.strip() for name, cell in zip(names, row, strict=False)}
                if any(record.values()):
                    yield record
        except csv.Error as error:
            raise SourceUnreadable(source, f"line {rows.line_num}: {error}") from error


def _json(path: Path, source: str) -> Iterator[Record]:
    with path.open(encoding=encoding_of(path, source)) as file:
        number = 0
        try:
            if file.read(1) == "[":
                # It can only be taken as a whole, and that in many times its size.
                if path.stat().st_size > _MAX_JSON_BYTES:
                    raise SourceUnreadable(
                        source,
                        f"a JSON list of more than {_MAX_JSON_BYTES >> 20} MiB;"
                        " write one row per line instead",
                    )
                file.seek(0)
                for number, value in enumerate(json.load(file), start=1):  # noqa: B007 - named below
                    yield record_of(value)
                return
            file.seek(0)
            for number, line in enumerate(bounded_lines(file, source), start=1):  # noqa: B007 - named below
                if line.strip():
                    yield record_of(json.loads(line))
        except (ValueError, TypeError, RecursionError) as error:
            raise SourceUnreadable(source, f"row {number}: {error}") from error


def record_of(value: object) -> Record:
    """Every value as text. Raises `TypeError` for what is no row."""
    if not isinstance(value, dict):
        raise TypeError("not an object with named values")
    return {storable(str(name)): _text(cell) for name, cell in value.items()}


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return storable(cell.strip())
    if cell is None:
        return ""
    return storable(json.dumps(cell, ensure_ascii=False, default=str).strip('"'))


def _unique(names: list[str]) -> list[str]:
    """Empty and repeated names are numbered by their place, so that no cell is lost."""
    seen: set[str] = set()
    unique = []
    for place, name in enumerate(names, start=1):
        unique.append(name if name and name not in seen else f"{name or 'column'} {place}")
        seen.add(name)
    return unique
