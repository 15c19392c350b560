"""Engines that find objects."""

from collections.abc import Sequence
from typing import Protocol

from darkroom.ports.images import RgbImage
from darkroom.rows import Detection


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
