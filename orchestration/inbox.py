"""What lies in the inbox, and what of it has stopped changing."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from darkroom.errors import SettingsInvalid
from darkroom.ports import BucketObject, RemoteSources
from darkroom.storage.storable_text import one_line
from darkroom.uris import parse_s3_uri

DEFAULT_OWNER = "inbox"
TRIES = 5
"""What cannot be read now may be readable at the next tick; after so many it is left alone."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One thing in the inbox: a folder, an archive, a manifest or a photo."""

    name: str
    source: str
    signature: str
    """Changes whenever anything in it does."""
    is_link: bool = False
    """Whoever may drop things here may not say what else is read on this machine."""

    @property
    def owner(self) -> str:
        """What stands before an @ in its name: `anna@spring.zip` is Anna's."""
        owner, at, _ = self.name.partition("@")
        return one_line(owner) if at and owner.strip() else DEFAULT_OWNER


@dataclass(slots=True)
class Memory:
    """What earlier ticks saw: the sensor's cursor."""

    seen: dict[str, str] = field(default_factory=dict)
    """Signatures of the last tick."""
    taken: dict[str, str] = field(default_factory=dict)
    """Signatures of what has become batches, or was given up."""
    tries: dict[str, int] = field(default_factory=dict)
    """How often what has a signature could not be read."""

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """From a cursor; nothing was seen when there is none."""
        return cls(**json.loads(cursor)) if cursor else cls()

    def cursor(self) -> str:
        """As it is kept between ticks."""
        return json.dumps(asdict(self), sort_keys=True)

    def ripe(self, dropped: list[Dropped]) -> list[Dropped]:
        """What looks as it did at the last tick and is not taken yet. Remembers this look."""
        ready = [
            each
            for each in dropped
            if self.seen.get(each.source) == each.signature
            and self.taken.get(each.source) != each.signature
        ]
        self.seen = {each.source: each.signature for each in dropped}
        self.taken = {
            source: signature for source, signature in self.taken.items() if source in self.seen
        }
        present = set(self.seen.values())
        self.tries = {each: tries for each, tries in self.tries.items() if each in present}
        return ready

    def take(self, dropped: Dropped) -> None:
        """It has become a batch."""
        self.taken[dropped.source] = dropped.signature
        self.tries.pop(dropped.signature, None)

    def refuse(self, dropped: Dropped) -> None:
        """It could not be read: it is ripe again at the next tick, a few times."""
        tries = self.tries.get(dropped.signature, 0) + 1
        self.tries[dropped.signature] = tries
        if tries >= TRIES:
            self.take(dropped)


def look_in_folder(inbox: Path) -> list[Dropped]:
    """What lies in the folder, hidden things aside."""
    if not inbox.is_dir():
        return []
    return [
        Dropped(path.name, str(path), _signature(_lines(path)), is_link=path.is_symlink())
        for path in sorted(inbox.iterdir())
        if not path.name.startswith(".")
    ]


def look_in_bucket(url: str, remote: RemoteSources) -> list[Dropped]:
    """What lies under an S3 prefix: each first level below it is one thing. Raises `UsageError`."""
    try:
        prefix = parse_s3_uri(f"{url.rstrip('/')}/")
    except ValueError as error:
        raise SettingsInvalid(f"intake.inbox_s3: {url} is {error}") from error

    def first(key: str) -> str:
        return key.removeprefix(prefix.key).partition("/")[0]

    # Not side by side in the listing: `a-b.jpg` comes between `a` and `a/1.jpg`.
    things: dict[str, list[BucketObject]] = {}
    for each in remote.objects(prefix):
        things.setdefault(first(each.key), []).append(each)
    return [
        Dropped(
            name,
            f"{url.rstrip('/')}/{name}",
            _signature(f"{item.key}|{item.etag}" for item in items),
        )
        for name, items in things.items()
        if name and not name.startswith(".")
    ]


def _lines(path: Path) -> Iterator[str]:
    yield _line(path)
    if path.is_symlink():
        return
    for folder, names, files in os.walk(path):
        names.sort()
        for name in sorted(files):
            yield _line(Path(folder, name))


def _line(path: Path) -> str:
    try:
        status = path.lstat()
    except OSError as error:  # moved away since it was listed, or not ours to look at
        return f"{path}|{error.strerror}"
    size = 0 if path.is_dir() else status.st_size
    return f"{path}|{size}|{status.st_mtime_ns}"


def _signature(lines: Iterator[str]) -> str:
    whole = hashlib.blake2b(digest_size=12)
    for line in lines:
        whole.update(line.encode("utf-8", "surrogateescape") + b"\n")
    return whole.hexdigest()
