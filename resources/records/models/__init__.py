"""The tables of the records database.

Lengths are pixels, sizes bytes, times UTC. Positions count from 0 and keep the order in which a
stage gave its findings. What strangers wrote has no length limit, so PostgreSQL indexes it by hash.
"""

from resources.records.models.base import Base
from resources.records.models.batches import BatchEntry, BatchRecord
from resources.records.models.deliveries import DeliveryRecord
from resources.records.models.entities import EntityItemRecord, EntityRecord, EntitySchemaRecord
from resources.records.models.failures import AcceptanceRecord, FailureRecord
from resources.records.models.fingerprints import (
    ARRIVALS_PER_BLOCK,
    DuplicateRecord,
    FingerprintRecord,
    HashBlockRecord,
    LookRecord,
)
from resources.records.models.photos import PhotoRecord
from resources.records.models.recognition import (
    AnalysisRecord,
    CodeRecord,
    DetectionRecord,
    TextRecord,
    UniqueIdCandidateRecord,
)
from resources.records.models.validations import CheckRecord, ReasonRecord

__all__ = [
    "ARRIVALS_PER_BLOCK",
    "AcceptanceRecord",
    "AnalysisRecord",
    "Base",
    "BatchEntry",
    "BatchRecord",
    "CheckRecord",
    "CodeRecord",
    "DeliveryRecord",
    "DetectionRecord",
    "DuplicateRecord",
    "EntityItemRecord",
    "EntityRecord",
    "EntitySchemaRecord",
    "FailureRecord",
    "FingerprintRecord",
    "HashBlockRecord",
    "LookRecord",
    "PhotoRecord",
    "ReasonRecord",
    "TextRecord",
    "UniqueIdCandidateRecord",
]
