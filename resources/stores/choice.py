"""Which store a setting means."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from darkroom.errors import SettingsInvalid
from darkroom.settings import S3Settings
from darkroom.upkeep.prunable_store import PrunableStore
from resources.stores.folder import FolderStore


def store_at(
    url: str | None, *, default: Path, s3: S3Settings, scratch: Path | None = None
) -> PrunableStore:
    """`s3://bucket/prefix`, `file:///folder` or a folder's path; the folder `default` when unset.

    `scratch` is where copies of objects in S3 are put.
    Connects to nothing yet. Raises `SettingsInvalid` for anything else.
    """
    if url is None:
        return FolderStore(default)
    scheme, marker, rest = url.partition("://")
    if not marker:
        if not url.strip():
            raise SettingsInvalid("the URL of a store is empty; leave it out or name a folder")
        return FolderStore(Path(url).expanduser())
    if scheme == "s3":
        # boto3 takes its time to load: only who uses S3 waits for it.
        from resources.stores.s3 import S3Store

        bucket, _, prefix = rest.partition("/")
        return S3Store(bucket, prefix.strip("/"), s3, scratch)
    if scheme == "file" and urlsplit(url).netloc in {"", "localhost"}:
        return FolderStore(Path(unquote(urlsplit(url).path)))
    raise SettingsInvalid(
        f"a store at {scheme}:// is not known; use a folder's path or s3://bucket/prefix"
    )
