"""Rows of a manifest, whatever its format: each a mapping of column name to text."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources.kinds import Kind
from darkroom.intake.sources.text import bounded_lines, encoding_of
from darkroom.storage.storable_text import storable

Record = dict[str, str]
"""Column name to text; empty where the cell is empty or null."""

_DELIMITERS = ",;\t|"
_ROWS_AT_A_TIME = 1_000
_MAX_ROWS = 20_000_000
_MAX_JSON_BYTES = 256 * 2**20
_MAX_SAID = 300
_PARQUET_ERRORS = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError, TypeError)
"""What pyarrow raises for bad content; the last four in turning cells to Python: texts that are not
UTF-8, dates out of range, zones that nobody knows."""


def records(path: Path, kind: Kind, source: str) -> Iterator[Record]:
    """The rows of a manifest, in order, blank ones left out.

    `source` is what messages call it. Raises `SourceUnreadable` with the line where the format is
    broken: from there on no row could be trusted.
    """
    if kind is Kind.PARQUET:
        return _parquet(path, source)
    if kind is Kind.JSON_LINES:
        return _json(path, source)
    return _delimited(path, source, "\t" if kind is Kind.TSV else None)


def _delimited(path: Path, source: str, delimiter: str | None) -> Iterator[Record]:
    with path.open(encoding=encoding_of(path, source), newline="") as file:
        header = next(bounded_lines(file, source), "")
        file.seek(0)
        # The header alone decides: addresses in the rows may hold commas and semicolons.
        delimiter = delimiter or max(_DELIMITERS, key=header.count)
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
                    yield _record(value)
                return
            file.seek(0)
            for number, line in enumerate(bounded_lines(file, source), start=1):  # noqa: B007 - named below
                if line.strip():
                    yield _record(json.loads(line))
        except (ValueError, TypeError, RecursionError) as error:
            raise SourceUnreadable(source, f"row {number}: {error}") from error


def _parquet(path: Path, source: str) -> Iterator[Record]:
    try:
        with pq.ParquetFile(path) as file:
            # Pictures inside the table are not columns to carry along.
            texts = [f.name for f in file.schema_arrow if not _is_binary(f.type)]
            if file.metadata.num_rows > _MAX_ROWS:
                raise SourceUnreadable(
                    source, f"{file.metadata.num_rows} rows; the most is {_MAX_ROWS}"
                )
            for batch in file.iter_batches(_ROWS_AT_A_TIME, columns=texts):
                for row in batch.to_pylist():
                    yield _record(row)
    except _PARQUET_ERRORS as error:
        raise SourceUnreadable(
            source, f"is not a Parquet file that can be read: {storable(str(error))[:_MAX_SAID]}"
        ) from error


def _record(value: object) -> Record:
    if not isinstance(value, dict):
        raise TypeError("not an object with named values")
    return {storable(str(name)): _text(cell) for name, cell in value.items()}


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return storable(cell.strip())
    if cell is None:
        return ""
    return storable(json.dumps(cell, ensure_ascii=False, default=str).strip('"'))


def _is_binary(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _unique(names: list[str]) -> list[str]:
    """Empty and repeated names are numbered by their place, so that no cell is lost."""
    seen: set[str] = set()
    unique = []
    for place, name in enumerate(names, start=1):
        unique.append(name if name and name not in seen else f"{name or 'column'} {place}")
        seen.add(name)
    return unique
