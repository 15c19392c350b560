"""The rows of every stage's table: one row per photo of the batch, always.

Lengths are pixels, sizes bytes, times UTC, durations seconds. Boxes are `[x, y, width, height]` and
polygons `[[x, y], …]` in pixels of the upright original.
"""

from darkroom.rows.analyses import AnalysisRow
from darkroom.rows.codes import Code, CodeRow, NamedGroup, UniqueIdCandidate
from darkroom.rows.deliveries import DeliveryRow
from darkroom.rows.detections import CropQuality, Detection, DetectionRow
from darkroom.rows.duplicates import DuplicateRow, Neighbour
from darkroom.rows.entities import DroppedItem, EntityField, EntityItem, EntityRow
from darkroom.rows.hashes import HashRow, Rings, TurnedHash
from darkroom.rows.manifests import Entry
from darkroom.rows.photos import PhotoRow
from darkroom.rows.records import RecordRow
from darkroom.rows.renditions import RenditionRow
from darkroom.rows.row import Part, PhotoPart, Row, WholeRow
from darkroom.rows.texts import TextRow, Word
from darkroom.rows.validations import Check, ValidationRow

__all__ = [
    "AnalysisRow",
    "Check",
    "Code",
    "CodeRow",
    "CropQuality",
    "DeliveryRow",
    "Detection",
    "DetectionRow",
    "DroppedItem",
    "DuplicateRow",
    "EntityField",
    "EntityItem",
    "EntityRow",
    "Entry",
    "HashRow",
    "NamedGroup",
    "Neighbour",
    "Part",
    "PhotoPart",
    "PhotoRow",
    "RecordRow",
    "RenditionRow",
    "Rings",
    "Row",
    "TextRow",
    "TurnedHash",
    "UniqueIdCandidate",
    "ValidationRow",
    "WholeRow",
    "Word",
]
