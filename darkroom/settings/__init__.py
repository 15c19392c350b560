"""Every setting, with its unit, default and reason. Knows nothing of files or the environment.

`orchestration.configuration` reads them from `darkroom.yaml` and `DARKROOM_<SECTION>__<KEY>`. What
stands below `downloads:` there is `downloads.py` here.
"""

from darkroom.settings.codes import Checksum, CodeEffort, CodeSettings, UniqueIdPattern
from darkroom.settings.database import DatabaseSettings
from darkroom.settings.deliveries import DeliverySettings
from darkroom.settings.detector import DetectorSettings
from darkroom.settings.downloads import DownloadSettings
from darkroom.settings.duplicates import DuplicateSettings
from darkroom.settings.hashes import HashSettings
from darkroom.settings.intake import BatchSize, IntakeSettings
from darkroom.settings.maintenance import MaintenanceSettings
from darkroom.settings.ocr import OcrSettings
from darkroom.settings.renditions import RenditionSettings
from darkroom.settings.runs import RunSettings
from darkroom.settings.s3 import S3Settings
from darkroom.settings.section import Section
from darkroom.settings.store import StoreSettings
from darkroom.settings.validation import Action, ValidationSettings
from darkroom.settings.vision import VisionSettings
from darkroom.settings.web import WebSettings
from darkroom.settings.workers import WorkerSettings

__all__ = [
    "Action",
    "BatchSize",
    "Checksum",
    "CodeEffort",
    "CodeSettings",
    "DatabaseSettings",
    "DeliverySettings",
    "DetectorSettings",
    "DownloadSettings",
    "DuplicateSettings",
    "HashSettings",
    "IntakeSettings",
    "MaintenanceSettings",
    "OcrSettings",
    "RenditionSettings",
    "RunSettings",
    "S3Settings",
    "Section",
    "Settings",
    "StoreSettings",
    "UniqueIdPattern",
    "ValidationSettings",
    "VisionSettings",
    "WebSettings",
    "WorkerSettings",
]


class Settings(Section):
    """The whole tree."""

    store: StoreSettings = StoreSettings()
    s3: S3Settings = S3Settings()
    database: DatabaseSettings = DatabaseSettings()
    intake: IntakeSettings = IntakeSettings()
    downloads: DownloadSettings = DownloadSettings()
    workers: WorkerSettings = WorkerSettings()
    validation: ValidationSettings = ValidationSettings()
    hashes: HashSettings = HashSettings()
    renditions: RenditionSettings = RenditionSettings()
    ocr: OcrSettings = OcrSettings()
    codes: CodeSettings = CodeSettings()
    detector: DetectorSettings = DetectorSettings()
    vision: VisionSettings = VisionSettings()
    duplicates: DuplicateSettings = DuplicateSettings()
    deliveries: DeliverySettings = DeliverySettings()
    runs: RunSettings = RunSettings()
    maintenance: MaintenanceSettings = MaintenanceSettings()
    web: WebSettings = WebSettings()
