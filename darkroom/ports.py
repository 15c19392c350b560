"""The places where the engine meets the world. Adapters live in `resources/`.

Each promise below is held by a contract suite that runs on every adapter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from darkroom.acceptances import Acceptance
from darkroom.batches import Batch, BatchSummary
from darkroom.entities.items import Item
from darkroom.entities.merging import Entity
from darkroom.entities.remaking import BatchEntities
from darkroom.entities.rules import EntityRules
from darkroom.recognition.looks import Look
from darkroom.results import PhotoResult
from darkroom.rows import Detection, Entry, Word
from darkroom.uris import S3Address
from darkroom.vision.asking import Answer, Asked

GrayImage = NDArray[np.uint8]
"""Height x width, 8 bits."""
RgbImage = NDArray[np.uint8]
"""Height x width x 3, 8 bits, sRGB."""


class Store(Protocol):
    """Named objects. Names are relative POSIX paths of safe segments, they cannot leave the store.

    A reader never sees half an object. All methods raise `StoreUnavailable` when the store is away,
    refuses or is full; none of them ever changes the source file it was given. Adapters are cheap
    to pickle: they connect on first use in each process, and may be used from several threads.
    """

    def put(self, name: str, data: bytes) -> None:
        """Keep `data` under `name`, replacing what was there in one step."""

    def add(self, name: str, source: Path, *, given: bool = False) -> bool:
        """Keep a copy of the file under `name` unless the name is taken; True when it was free.

        A file that is `given` is never written to again, only removed: it may be kept itself.

        Meant for content-addressed names: repeating it is harmless. An object that is there is kept
        as if it were new, see `darkroom.upkeep.prunable_store`.
        """

    def read(self, name: str) -> bytes:
        """The bytes under `name`. Raises `ObjectMissing`."""

    def local(self, name: str) -> AbstractContextManager[Path]:
        """A readable local file with the bytes of `name` while the context is open.

        Not to be written to. Raises `ObjectMissing`.
        """

    def exists(self, name: str) -> bool:
        """Whether `name` is kept."""

    def renew(self, name: str) -> bool:
        """Whether `name` is kept; if so, it is as if it had been added now."""

    def names(self, prefix: str) -> Iterator[str]:
        """All names that start with `prefix`, sorted."""

    def delete(self, name: str) -> None:
        """Forget `name`; harmless when it is not there."""

    def uri(self, name: str) -> str:
        """Where a person finds `name`: `file:///…` or `s3://bucket/…`."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A photo's bytes, on this machine."""

    path: Path
    bytes: int
    attempts: int
    seconds: float | None = field(default=None, compare=False)
    """Spent on it without waiting for a turn; None when nobody measured it."""


TOO_LARGE = "BodyTooLarge"
"""The error type of a photo with more bytes than allowed: a verdict about it, not a failure."""


Place = Callable[[], AbstractAsyncContextManager[None]]
"""A place among the downloads under way; entering it waits for one to be free."""

MAX_HOSTS_SHOWN = 10


class Fetcher(Protocol):
    """Brings the bytes behind a URI to this machine."""

    async def fetch(self, uri: str, scratch: Path, place: Place = nullcontext) -> Fetched:
        """A local file with the whole content of `uri`.

        Either the source itself, when it is already local, or a complete new file in the folder
        `scratch`; never a partial one. Raises `PhotoFailed` for this photo's trouble, with the
        error type `TOO_LARGE` for one that has too many bytes.

        A `place` is taken for every attempt and left with its error when the attempt fails: who
        waits for a host, or before the next attempt, takes up none.
        """

    def host_limits(self) -> Mapping[str, int]:
        """How many requests at once each host is asked that was slowed down because it suffered.

        At most `MAX_HOSTS_SHOWN`, the slowest first: for the display of progress. May be called at
        any time, from any thread.
        """

    async def close(self) -> None:
        """Give back connections."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an OCR engine saw. Boxes are `[x, y, width, height]` in pixels of the image given."""

    text: str
    confidence: float | None
    words: list[Word]


@dataclass(frozen=True, slots=True)
class BucketObject:
    """A key in a bucket, and what says that its content is still the same."""

    key: str
    etag: str


@dataclass(frozen=True, slots=True)
class Download:
    """A source that was elsewhere: a complete file on this machine."""

    path: Path
    sha256: str
    content_type: str | None


class RemoteSources(Protocol):
    """Sources that are not on this machine. Raises `SourceUnreadable`, with a reason."""

    def objects(self, prefix: S3Address) -> Iterator[BucketObject]:
        """All keys that start with the prefix, sorted."""

    def download(
        self, uri: str, folder: Path, *, unless: Callable[[str | None], bool]
    ) -> Download | None:
        """The whole of an `http(s)` or `s3` source, as a new file in `folder`.

        None, with no body read, when `unless` says so of its content type.
        """


class TextReader(Protocol):
    """An OCR engine. Cheap to pickle; the engine starts on first use in each process."""

    @property
    def version(self) -> str:
        """Engine, its version and languages: part of what a text was made from."""

    @property
    def enough_words(self) -> int:
        """Sure words from which an image is the right way up: engines differ in their errors."""

    def may_have_text(self, image: GrayImage) -> bool:
        """A cheap look: False only where `read` would find nothing at any size.

        An engine that has no cheap look says True. Raises `EngineUnavailable`.
        """

    def read(self, image: GrayImage) -> Reading:
        """Text in reading order. Raises `EngineUnavailable` when it cannot start."""


class ObjectDetector(Protocol):
    """An object detector. Cheap to pickle; the model loads on first use in each process."""

    @property
    def version(self) -> str:
        """Model, card and thresholds: part of what detections were made from."""

    @property
    def input_px(self) -> int:
        """The longer edge of what an image is made into before it is looked at."""

    @property
    def batch_size(self) -> int:
        """Images that are best given at once; any number may be."""

    def detect(self, images: Sequence[RgbImage]) -> list[list[Detection]]:
        """Objects of each image, best score first, boxes in its pixels."""


class DetectorChoice(Protocol):
    """The detector that the settings ask for, looked up when it is needed."""

    def load(self) -> ObjectDetector | None:
        """None when there is no model or detection is off. Raises `SettingsInvalid`."""


class VisionModel(Protocol):
    """A model that looks at photos and answers in a given shape. Connects on first use."""

    def ask(self, image: bytes, media_type: str) -> Answer:
        """The answer about one image, checked against the schema. May be called from many threads.

        Waits for its turn as the rate limits want it; asks again what failed for the moment, and
        tells the model what is wrong with an answer that breaks the schema. Raises `AnswerMissing`
        for this photo's trouble, `ModelUnavailable` when the service is away, `ModelUnusable` when
        it will answer nobody.
        """


class VisionChoice(Protocol):
    """The vision model that the settings ask for, looked up when it is needed."""

    def asked(self) -> Asked | None:
        """What is asked of which model; None when none is configured. Raises `SettingsInvalid`."""

    def open(self, asked: Asked | None) -> AbstractContextManager[VisionModel | None]:
        """The model while the context is open; leaving it early ends what is under way.

        None where there is nothing to be asked.
        """


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a photo is compared by."""

    photo_id: str
    sha256: str
    look: Look | None
    """None for a photo with too little to see to be compared by look."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A photo's place in the order in which fingerprints arrived."""

    order: int
    batch: str
    photo_id: str
    sha256: str = field(compare=False)
    """Of the content that stands there now; the place is the same whatever it is."""

    def __str__(self) -> str:
        return f"{self.batch}/{self.photo_id}"


@dataclass(frozen=True, slots=True)
class KnownHashes:
    """Columns of the fingerprints that have a look, sorted by order.

    A photo has one pHash and dHash, as it stands, and any number of ring hashes.
    """

    order: NDArray[np.int64]
    phash: NDArray[np.uint64]
    dhash: NDArray[np.uint64]
    ring_order: NDArray[np.int64]
    ring_hash: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class RecordedPhoto:
    """A photo that stands in the records."""

    batch: str
    photo_id: str


class KnownPhotos(Protocol):
    """Which photos were recorded before, by their bytes."""

    def latest_with(self, sha256s: Iterable[str], *, outside: str) -> Mapping[str, RecordedPhoto]:
        """For each SHA-256 that has one, a photo with these bytes in the batch opened last.

        `outside` is a batch that does not count. Raises `RecordsUnavailable`.
        """


class FingerprintIndex(Protocol):
    """All photos' fingerprints across batches, in one total order of arrival."""

    def register(self, batch: str, fingerprints: Sequence[Fingerprint]) -> dict[str, Arrival]:
        """Make the batch's fingerprints known; photo_id → place.

        A photo keeps its place when it is registered again. Registrations take turns, so whoever
        registers later sees all who registered before. Photos of the batch that are not among
        `fingerprints` are forgotten.
        """

    def first_with(self, sha256s: Iterable[str]) -> dict[str, Arrival]:
        """The first arrival of each of these contents."""

    def known_hashes(self, before: int) -> Iterable[KnownHashes]:
        """Hashes of the looks that arrived earlier than `before`, as they stand at one moment.

        Many at once, in order of arrival. None of them stays in memory.
        """

    def looks(self, orders: Iterable[int]) -> dict[int, Look]:
        """The looks of those at these places that have one."""

    def locate(self, orders: Iterable[int]) -> dict[int, Arrival]:
        """Who stands at these places."""


@dataclass(frozen=True, slots=True)
class PhotoEntity:
    """An entity that a photo is on."""

    schema: str
    id: str
    fields: Mapping[str, str]
    photos: int
    """How many it is on."""


@dataclass(frozen=True, slots=True)
class SchemaEntities:
    """All entities of one shape of answers."""

    schema: str
    rules: EntityRules
    entities: Sequence[Entity]


class EntityIndex(Protocol):
    """The entities of all batches. Raises `RecordsUnavailable`."""

    def replace(
        self, schema: str, batch: str, items: Sequence[Item], rules: EntityRules
    ) -> BatchEntities:
        """Make these the batch's items of a schema, in place of those it had.

        Whatever order batches come in, and however many at once: entities are what all items
        together make. Repeating it is harmless.
        """

    def entities(self) -> list[SchemaEntities]:
        """By schema; no order is promised within one."""

    def of_batch(self, batch: str) -> dict[str, BatchEntities]:
        """What a batch's photos are on by now, by schema."""

    def of_photo(self, batch: str, photo_id: str) -> list[PhotoEntity]:
        """In the order in which they stand on the photo."""


class Records(Protocol):
    """The records database. Every write is idempotent; raises `RecordsUnavailable` when away."""

    def unseen(self, owner: str, identities: Sequence[str]) -> set[str]:
        """Those that are in no batch of this owner yet."""

    def open_batch(self, batch: Batch, entries: Sequence[Entry], *, force: bool = False) -> bool:
        """Make a batch known together with the identities of its entries, or nothing of it.

        False when the batch is known already, or when another batch of this owner took one of the
        entries in the meantime. `force` takes them over.
        """

    def batch(self, key: str) -> Batch | None:
        """A batch by its key."""

    def batches(self) -> list[BatchSummary]:
        """All batches, in the order in which they were opened."""

    def accept(self, batch: str, acceptances: Sequence[Acceptance]) -> None:
        """Keep who accepted which failures. A later word on the same failure replaces the first."""

    def save(self, batch: str, results: Sequence[PhotoResult]) -> None:
        """Write photos with all their rows, replacing what stood there.

        Each photo's rows are written in one transaction or not at all.
        """
