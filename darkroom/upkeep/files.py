"""Files in the home that nobody needs: old scratch, fetched archives, and progress."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from darkroom.errors import TableUnreadable
from darkroom.ports import Store
from darkroom.stages.batch_tables import MANIFESTS
from darkroom.storage.scratch import remove_unused
from darkroom.upkeep.sweeping import Leftover, Sweep
from darkroom.uris import parse_zip_uri

Found = Iterator[tuple[Leftover, Callable[[], bool]]]
_ARRIVING = ".arriving-"


def old_scratch(root: Path, *, changed_before: float) -> Sweep:
    """What processes that were killed have left in scratch; a folder in use is locked."""

    def find() -> Found:
        for path in _old(root, changed_before):
            yield _leftover(path), partial(remove_unused, path)

    return Sweep("scratch", find)


def unused_sources(root: Path, store: Store, *, changed_before: float) -> Sweep:
    """Archives that were fetched from a URL and that no batch takes photos from.

    Finding raises `TableUnreadable` when a manifest cannot be read: what it names is not known.
    """

    def find() -> Found:
        old = list(_old(root, changed_before))
        named = _archives(store) if old else set()
        for path in old:
            if path.name.startswith(_ARRIVING) or (
                path.suffix == ".zip" and path.name not in named
            ):
                yield _leftover(path), partial(_removed, path)

    return Sweep("fetched archives", find)


def old_progress(root: Path, *, changed_before: float, is_over: Callable[[str], bool]) -> Sweep:
    """Progress of batches whose runs are over."""

    def find() -> Found:
        for path in _old(root, changed_before):
            if path.is_dir() and is_over(path.name):
                yield _leftover(path), partial(_removed, path)

    return Sweep("progress of batches", find)


def _old(root: Path, changed_before: float) -> Iterator[Path]:
    """What stands in a folder and has not been changed lately, nor anything in it; no links."""
    with suppress(FileNotFoundError):
        for path in sorted(root.iterdir()):
            with suppress(FileNotFoundError):
                if not path.is_symlink() and _changed_at(path) < changed_before:
                    yield path


def _changed_at(path: Path) -> float:
    return max(each.lstat().st_mtime for each in (path, *_below(path)))


def _below(path: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(path):
        for file in files:
            yield Path(folder, file)


def _leftover(path: Path) -> Leftover:
    size = 0
    for each in (path, *_below(path)):
        with suppress(FileNotFoundError):
            size += 0 if each.is_dir() else each.lstat().st_size
    return Leftover(path.name, size)


def _removed(path: Path) -> bool:
    """False when it is gone already, or is not ours to remove."""
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        return False
    return True


def _archives(store: Store) -> set[str]:
    """Names of archives that the manifest of any batch names."""
    prefixes: set[str] = set()
    for name in store.names(f"tables/{MANIFESTS}/"):
        try:
            source = pa.BufferReader(store.read(name))
            uris = pq.read_table(source, columns=["uri"], use_threads=False).column("uri")
        except (pa.ArrowException, OSError, KeyError) as error:
            raise TableUnreadable(
                store.uri(name), MANIFESTS, str(error).partition("\n")[0]
            ) from error
        texts = (uri for uri in uris.to_pylist() if uri)
        prefixes |= {uri.partition("#")[0] for uri in texts if uri.startswith("zip:")}
    named: set[str] = set()
    for prefix in prefixes:
        with suppress(ValueError):
            named.add(parse_zip_uri(f"{prefix}#entry").archive.name)
    return named
