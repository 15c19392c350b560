"""Rows of a Parquet manifest, unpacked by a process of its own.

What a hostile file does to the library that unpacks it, crash, hang or blow up, it does to that
process, and not to the command or sensor that opens the source.
"""

import json
import multiprocessing
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from darkroom.errors import SourceUnreadable, WorldError
from darkroom.intake.sources.tables import Record, record_of
from darkroom.intake.sources.text import MAX_LINE, bounded_lines
from darkroom.storage.storable_text import storable
from darkroom.work.worker import Worker, WorkerLost

_MAX_ROWS = 20_000_000
_MAX_TEXT_BYTES = 2**30
"""Of all rows together: a few kilobytes of Parquet may say one long text a million times."""
_MAX_WORKER_BYTES = 768 * 2**20
_DEADLINE_S = 30.0
_BYTES_PER_S = 2**20
"""What the deadline adds for the size of a file; a million rows take a few seconds."""
_ROWS_AT_A_TIME = 1_000
_MAX_SAID = 300
_PARQUET_ERRORS = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError, TypeError)
"""What pyarrow raises for bad content; the last four in turning cells to Python: texts that are not
UTF-8, dates out of range, zones that nobody knows."""
_to_json = json.JSONEncoder(ensure_ascii=False).encode


def parquet_records(path: Path, source: str, scratch: Path) -> Iterator[Record]:
    """The rows of a Parquet file, in order, but for columns of bytes: pictures, mostly.

    `source` is what messages call it. What was unpacked lies in `scratch` meanwhile. Raises
    `SourceUnreadable` before the first row.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".arriving-") as folder:
        rows = Path(folder, "rows")
        _unpack(path, rows, source)
        with rows.open(encoding="utf-8", newline="\n") as file:
            lines = bounded_lines(file, source)
            names = json.loads(next(lines, "[]"))
            for line in lines:
                yield dict(zip(names, json.loads(line), strict=True))


def _unpack(path: Path, into: Path, source: str) -> None:
    deadline_s = _DEADLINE_S + path.stat().st_size // _BYTES_PER_S
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    worker = Worker(context)
    try:
        worker.work(
            write_rows,
            (path, into, source),
            {"max_rows": _MAX_ROWS, "max_bytes": _MAX_TEXT_BYTES},
            timeout_s=deadline_s,
            max_bytes=_MAX_WORKER_BYTES,
        )
    except WorkerLost as lost:
        why = {
            "TimedOut": f"cannot be read in {deadline_s:g} s; split it",
            "OutOfMemory": f"cannot be read in {_MAX_WORKER_BYTES >> 20} MiB;"
            " write it in smaller row groups",
        }.get(lost.error_type, f"ends the process that reads it ({lost.message})")
        raise SourceUnreadable(source, why) from lost
    finally:
        worker.end()


def write_rows(path: Path, into: Path, source: str, *, max_rows: int, max_bytes: int) -> None:
    """What the process does: a line of names, then one of texts for each row, as JSON.

    Raises `SourceUnreadable`, or `WorldError` when `into` cannot be written.
    """
    written = 0
    try:
        with into.open("w", encoding="utf-8", newline="\n") as file:
            for number, record in enumerate(_rows(path, source, max_rows)):
                line = _to_json(list(record.values())) + "\n"
                if number == 0:
                    line = _to_json(list(record)) + "\n" + line
                if len(line) >= MAX_LINE:
                    why = f"row {number + 1} is longer than {MAX_LINE} characters"
                    raise SourceUnreadable(source, why)
                written += len(line.encode())
                if written > max_bytes:
                    why = f"its rows are more than {max_bytes >> 20} MiB of text; split it"
                    raise SourceUnreadable(source, why)
                file.write(line)
    except OSError as error:
        raise WorldError(f"the rows of {source} cannot be kept: {error.strerror}") from error


def _rows(path: Path, source: str, max_rows: int) -> Iterator[Record]:
    try:
        with pq.ParquetFile(path) as file:
            texts = [f.name for f in file.schema_arrow if not _is_binary(f.type)]
            if file.metadata.num_rows > max_rows:
                why = f"{file.metadata.num_rows} rows; the most is {max_rows}"
                raise SourceUnreadable(source, why)
            for batch in file.iter_batches(_ROWS_AT_A_TIME, columns=texts):
                for row in batch.to_pylist():
                    yield record_of(row)
    except _PARQUET_ERRORS as error:
        why = f"is not a Parquet file that can be read: {storable(str(error))[:_MAX_SAID]}"
        raise SourceUnreadable(source, why) from error


def _is_binary(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
