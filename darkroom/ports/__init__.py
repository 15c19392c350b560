"""The places where the engine meets the world. Adapters live in `resources/`.

Each promise in these modules is held by a contract suite that runs on every adapter.
"""

from darkroom.ports.detectors import DetectorChoice, ObjectDetector
from darkroom.ports.entities import EntityIndex, PhotoEntity, SchemaEntities
from darkroom.ports.fetching import MAX_HOSTS_SHOWN, TOO_LARGE, Fetched, Fetcher, Place
from darkroom.ports.fingerprints import Arrival, Fingerprint, FingerprintIndex, KnownHashes
from darkroom.ports.images import GrayImage, RgbImage
from darkroom.ports.listing import BucketObject, Download, RemoteSources
from darkroom.ports.ocr import Reading, TextReader
from darkroom.ports.records import KnownPhotos, RecordedPhoto, Records
from darkroom.ports.stores import Store
from darkroom.ports.vision import VisionChoice, VisionModel

__all__ = [
    "MAX_HOSTS_SHOWN",
    "TOO_LARGE",
    "Arrival",
    "BucketObject",
    "DetectorChoice",
    "Download",
    "EntityIndex",
    "Fetched",
    "Fetcher",
    "Fingerprint",
    "FingerprintIndex",
    "GrayImage",
    "KnownHashes",
    "KnownPhotos",
    "ObjectDetector",
    "PhotoEntity",
    "Place",
    "Reading",
    "RecordedPhoto",
    "Records",
    "RemoteSources",
    "RgbImage",
    "SchemaEntities",
    "Store",
    "TextReader",
    "VisionChoice",
    "VisionModel",
]
