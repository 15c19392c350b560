"""Objects on a photo."""

from pydantic import Field

from darkroom.rows.row import Part, Row


class CropQuality(Part):
    """How well an object can be seen: `darkroom.imaging.measurements` of its part of the photo."""

    sharpness: float
    brightest: float
    darkest: float
    contrast: float


class Detection(Part):
    label: str
    score: float
    box: list[float]
    quality: CropQuality | None = None
    """None for one too small to be measured."""


class DetectionRow(Row):
    detections: list[Detection] = Field(default_factory=list)
