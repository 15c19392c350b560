"""Which reader a source calls for."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from darkroom.errors import SourceUnreadable
from darkroom.intake.sources.archive import read_archive
from darkroom.intake.sources.folder import found_file, read_folder
from darkroom.intake.sources.kinds import Kind, kind_by_content, kind_by_name
from darkroom.intake.sources.listing import Found, Listing, listing
from darkroom.intake.sources.manifest import Base, found_at, read_manifest, read_url_list
from darkroom.intake.sources.parquet import parquet_records
from darkroom.intake.sources.selection import Selection
from darkroom.intake.sources.tables import records
from darkroom.intake.sources.text import bounded_lines, encoding_of, file_name
from darkroom.ports import BucketObject, RemoteSources
from darkroom.settings import IntakeSettings
from darkroom.storage.storable_text import storable
from darkroom.uris import (
    S3Address,
    host_in,
    name_in,
    parse_file_uri,
    parse_s3_uri,
    s3_uri,
    scheme_of,
    shown,
)


def open_source(
    source: str, *, settings: IntakeSettings, kept: Path, remote: RemoteSources
) -> Listing:
    """The photos that a source names, each once; nothing but the source itself is fetched.

    A source is a folder, ZIP, manifest, list of URLs or single photo: as a path, `file:`, `http:`,
    `https:` or `s3:` URI. `s3://bucket/prefix` that names neither a ZIP nor a manifest is listed.
    Archives from elsewhere stay in the folder `kept`, named by their SHA-256, because their photos
    are unpacked from there. Raises `SourceUnreadable`.
    """
    if not source.strip():  # as a path it would be the folder where we stand
        raise SourceUnreadable(repr(source), "is blank; name a folder, file or URL")
    scheme = scheme_of(source)
    if scheme in ("http", "https", "s3"):
        source = storable(source)
    if scheme in ("http", "https"):
        return _downloaded(source, settings, kept, remote)
    if scheme == "s3":
        if kind_by_name(name_in(source)) in (None, Kind.PHOTO):
            return _bucket(source, settings, remote)
        return _downloaded(source, settings, kept, remote)
    try:
        path = parse_file_uri(source) if scheme == "file" else Path(source)
    except ValueError as error:
        raise SourceUnreadable(source, str(error)) from error
    return _local(path, source, settings, kept)


def _local(path: Path, source: str, settings: IntakeSettings, kept: Path) -> Listing:
    if "\0" in source:
        raise SourceUnreadable(source, "is not a path")
    try:
        path = _canonical(path)
        status = path.stat()
        if path.is_dir():
            return listing(path.name, read_folder(path, settings.include, settings.allow_roots))
        if not path.is_file():
            raise SourceUnreadable(source, "is neither a folder nor a regular file")
        kind = kind_by_name(path.name) or kind_by_content(path)
        if kind is Kind.PHOTO:
            return listing(path.stem, [found_file(_real(path), status, path.name)])
        base = Base(storable(source), folder=path.parent, roots=settings.allow_roots)
        if kind is Kind.ARCHIVE:
            return listing(path.stem, _read(_real(path), kind, base, settings, kept))
        return listing(path.stem, _read(path, kind, base, settings, kept))
    except OSError as error:
        raise SourceUnreadable(source, error.strerror or str(error)) from error


def _canonical(path: Path) -> Path:
    """One spelling for each source, so that its photos are the same by whatever way it is named.

    A file keeps its own name, should it be a link.
    """
    if path.is_dir():
        return _real(path)
    return _real(path.parent) / path.name


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _read(
    path: Path, kind: Kind, base: Base, settings: IntakeSettings, scratch: Path
) -> Iterator[Found]:
    if kind is Kind.ARCHIVE:
        yield from read_archive(
            path,
            settings.include,
            source=base.source,
            max_entries=settings.max_archive_entries,
            max_bytes=settings.max_archive_bytes,
        )
    elif kind is Kind.URL_LIST:
        with path.open(encoding=encoding_of(path, base.source)) as lines:
            yield from read_url_list(bounded_lines(lines, base.source), base)
    elif kind is Kind.PARQUET:
        rows = parquet_records(path, base.source, scratch)
        yield from read_manifest(rows, base, settings.uri_column)
    else:
        rows = records(path, kind, base.source)
        yield from read_manifest(rows, base, settings.uri_column)


def _downloaded(
    source: str, settings: IntakeSettings, kept: Path, remote: RemoteSources
) -> Listing:
    name = name_in(source)
    base = Base(shown(source), url=source, roots=settings.allow_roots)
    title = PurePosixPath(name).stem or host_in(source)
    photo = [found_at(source, base)]
    if kind_by_name(name) is Kind.PHOTO:
        return listing(title, photo)
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept, prefix=".arriving-") as folder:
        download = remote.download(source, Path(folder), unless=_is_photo(name))
        if download is None:
            return listing(title, photo)
        path = download.path
        kind = kind_by_name(name, download.content_type) or kind_by_content(path)
        if kind is Kind.PHOTO:
            return listing(title, photo)
        if kind is Kind.ARCHIVE:
            # Judged where it will not stay, in case it is none.
            listing(title, _read(path, kind, base, settings, kept))
            path = _real(kept) / f"{download.sha256}.zip"
            download.path.replace(path)
        return listing(title, _read(path, kind, base, settings, kept))


def _is_photo(name: str) -> Callable[[str | None], bool]:
    return lambda content_type: kind_by_name(name, content_type) is Kind.PHOTO


def _bucket(source: str, settings: IntakeSettings, remote: RemoteSources) -> Listing:
    """A prefix is a folder, whether or not it ends with a slash, or else one key.

    A key is the same photo as long as its ETag is.
    """
    try:
        address = parse_s3_uri(source)
    except ValueError as error:
        raise SourceUnreadable(source, str(error)) from error
    folder = f"{address.key.rstrip('/')}/".lstrip("/")
    selection = Selection(settings.include)
    found = [
        _object(address.bucket, item)
        for item in remote.objects(S3Address(address.bucket, folder))
        if not item.key.endswith("/") and selection.takes(item.key.removeprefix(folder))
    ]
    if not found and address.key:
        # Sorted, so the key itself comes before all that merely start like it.
        first = next(iter(remote.objects(address)), None)
        if first is not None and first.key == address.key:
            found = [_object(address.bucket, first)]
    return listing(PurePosixPath(address.key).name or address.bucket, found)


def _object(bucket: str, item: BucketObject) -> Found:
    uri = s3_uri(S3Address(bucket, item.key))
    return Found(uri, file_name(name_in(uri)), f"{uri}|{item.etag}")
