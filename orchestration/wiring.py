"""Which adapter stands behind each port: chosen by settings alone."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from darkroom.ports import ObjectDetector, Store, TextReader
from darkroom.settings import DetectorSettings, Settings
from darkroom.storage.scratch import Scratch
from darkroom.storage.tables import Tables
from darkroom.upkeep.prunable_store import PrunableStore
from darkroom.work.progress import ProgressBoard
from orchestration.home import Home
from resources.detectors.choice import detector
from resources.fetching.choice import Fetchers
from resources.listing.remote import RemoteListing
from resources.ocr.choice import text_reader
from resources.progress_board import FileBoard
from resources.records.sql_records import SqlRecords
from resources.stores.choice import store_at
from resources.vision.choice import VisionOnDemand


@dataclass(frozen=True, slots=True)
class Adapters:
    """Every port's adapter for one home. Building one opens no file and no connection."""

    home: Home
    settings: Settings

    def asking(self, *addresses: str) -> Self:
        """The same, with these hosts allowed whatever their addresses are."""
        downloads = self.settings.downloads
        allowed = [*downloads.allow_addresses, *addresses]
        downloads = downloads.model_copy(update={"allow_addresses": allowed})
        return replace(self, settings=self.settings.model_copy(update={"downloads": downloads}))

    @property
    def store(self) -> PrunableStore:
        return store_at(
            self.settings.store.url,
            default=self.home.store,
            s3=self.settings.s3,
            scratch=self.home.scratch,
        )

    @property
    def tables(self) -> Tables:
        return Tables(self.store)

    @property
    def delivery_target(self) -> Store:
        return store_at(
            self.settings.deliveries.url, default=self.home.delivered, s3=self.settings.s3
        )

    @property
    def records(self) -> SqlRecords:
        return SqlRecords(self.settings.database, self.home.records)

    @property
    def fetcher(self) -> Fetchers:
        return Fetchers(self.settings.downloads, self.settings.s3, self.settings.intake)

    @property
    def remote_sources(self) -> RemoteListing:
        return RemoteListing(self.settings.downloads, self.settings.s3, self.settings.intake)

    @property
    def board(self) -> ProgressBoard:
        return FileBoard(self.home.progress)

    @property
    def text_reader(self) -> TextReader:
        return text_reader(self.settings.ocr)

    @property
    def detector_choice(self) -> "DetectorOnDemand":
        return DetectorOnDemand(self.settings.detector, self.home.models / "yolox_nano.onnx")

    @property
    def vision(self) -> VisionOnDemand:
        return VisionOnDemand(self.settings.vision)

    def resources(self) -> dict[str, object]:
        """What assets ask for by name."""
        # With them comes Dagster, without which the command line is quicker.
        from assets.patience import Patience
        from resources.table_io import TableIOManager

        records = self.records
        return {
            "settings": self.settings,
            "store": self.store,
            "tables": self.tables,
            "table_io": TableIOManager(self.tables, around=Patience.of(self.settings.runs).around),
            "fetcher": self.fetcher,
            "scratch": Scratch(self.home.scratch),
            "board": self.board,
            "text_reader": self.text_reader,
            "detector": self.detector_choice,
            "vision": self.vision,
            "fingerprints": records,
            "database": records,
            "entity_index": records,
            "known_photos": records,
            "delivery_target": self.delivery_target,
        }


@dataclass(frozen=True, slots=True)
class DetectorOnDemand:
    """Looks for the model when a step asks, so that a model fetched later is found."""

    settings: DetectorSettings
    default_model: Path

    def load(self) -> ObjectDetector | None:
        """None when there is no model or detection is off."""
        return detector(self.settings, default_model=self.default_model)
