"""The records database behind the engine's ports on it."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Engine

from darkroom.acceptances import Acceptance
from darkroom.batches import Batch, BatchSummary
from darkroom.entities.items import Item
from darkroom.entities.remaking import BatchEntities
from darkroom.entities.rules import EntityRules
from darkroom.ports import (
    Arrival,
    Fingerprint,
    KnownHashes,
    PhotoEntity,
    RecordedPhoto,
    SchemaEntities,
)
from darkroom.recognition.looks import Look
from darkroom.results import PhotoResult
from darkroom.rows import Entry
from darkroom.settings import DatabaseSettings
from resources.records import acceptances as accepting
from resources.records import entities as joining
from resources.records import fingerprints as arrivals
from resources.records import hash_blocks, ledger, photos
from resources.records.connecting import engine_for, reading, writing
from resources.records.database_urls import database_url
from resources.records.migrating import migrate
from resources.records.statements import batched

_TRIES_BEFORE_TURN = 3


@dataclass(frozen=True)
class SqlRecords:
    """Holds what `Records`, `FingerprintIndex`, `KnownPhotos` and `EntityIndex` of `darkroom.ports`
    promise.

    Keeps the SQLite file `default` when settings name no other database. Connects, and brings the
    tables up to date, on first use in each process; safe in threads.
    """

    settings: DatabaseSettings
    default: Path

    @property
    def url(self) -> URL:
        """The database in use. Raises `SettingsInvalid`."""
        return database_url(self.settings.url, self.default)

    def migrate(self) -> None:
        """Create or upgrade the tables; harmless and quick when they are current."""
        migrate(engine_for(self.url))

    def close(self) -> None:
        """Give back this process's connections; the next use opens new ones."""
        engine_for(self.url).dispose()

    def unseen(self, owner: str, identities: Sequence[str]) -> set[str]:
        with reading(self._engine) as connection:
            return ledger.unseen(connection, owner, identities)

    def open_batch(self, batch: Batch, entries: Sequence[Entry], *, force: bool = False) -> bool:
        with writing(self._engine) as connection:
            opened = ledger.open_batch(connection, batch, entries, force=force)
            if not opened:
                connection.rollback()
            return opened

    def batch(self, key: str) -> Batch | None:
        with reading(self._engine) as connection:
            return ledger.batch(connection, key)

    def batches(self) -> list[BatchSummary]:
        with reading(self._engine) as connection:
            return ledger.batches(connection)

    def save(self, batch: str, results: Sequence[PhotoResult]) -> None:
        for some in batched(results, self.settings.photos_per_transaction):
            with writing(self._engine) as connection:
                photos.save(connection, batch, some)

    def accept(self, batch: str, acceptances: Sequence[Acceptance]) -> None:
        with writing(self._engine) as connection:
            accepting.accept(connection, batch, acceptances)

    def register(self, batch: str, fingerprints: Sequence[Fingerprint]) -> dict[str, Arrival]:
        with writing(self._engine) as connection:
            return arrivals.register(connection, batch, fingerprints)

    def first_with(self, sha256s: Iterable[str]) -> dict[str, Arrival]:
        with reading(self._engine) as connection:
            return arrivals.first_with(connection, sha256s)

    def latest_with(self, sha256s: Iterable[str], *, outside: str) -> dict[str, RecordedPhoto]:
        with reading(self._engine) as connection:
            return photos.latest_with(connection, sha256s, outside=outside)

    def known_hashes(self, before: int) -> Iterator[KnownHashes]:
        with reading(self._engine) as connection:
            yield from hash_blocks.known_hashes(connection, before)

    def looks(self, orders: Iterable[int]) -> dict[int, Look]:
        with reading(self._engine) as connection:
            return arrivals.looks(connection, orders)

    def locate(self, orders: Iterable[int]) -> dict[int, Arrival]:
        with reading(self._engine) as connection:
            return arrivals.locate(connection, orders)

    def replace(
        self, schema: str, batch: str, items: Sequence[Item], rules: EntityRules
    ) -> BatchEntities:
        # Comparing takes its time, and no other writer is to wait for it.
        for _ in range(_TRIES_BEFORE_TURN):
            with reading(self._engine) as connection:
                change = joining.change(connection, schema, batch, items, rules)
            with writing(self._engine) as connection:
                joining.take_turn(connection)
                if joining.is_current(connection, change):
                    joining.write(connection, change)
                    return change.batch_entities
        with writing(self._engine) as connection:
            joining.take_turn(connection)
            change = joining.change(connection, schema, batch, items, rules)
            joining.write(connection, change)
            return change.batch_entities

    def entities(self) -> list[SchemaEntities]:
        with reading(self._engine) as connection:
            return joining.entities(connection)

    def of_batch(self, batch: str) -> dict[str, BatchEntities]:
        with reading(self._engine) as connection:
            return joining.of_batch(connection, batch)

    def of_photo(self, batch: str, photo_id: str) -> list[PhotoEntity]:
        with reading(self._engine) as connection:
            return joining.of_photo(connection, batch, photo_id)

    @property
    def _engine(self) -> Engine:
        return _migrated(self.url, os.getpid())


@cache
def _migrated(url: URL, process_id: int) -> Engine:  # noqa: ARG001 - each process looks once
    engine = engine_for(url)
    migrate(engine)
    return engine
