"""Object detectors in ONNX files, run by onnxruntime."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from darkroom.errors import SettingsInvalid
from darkroom.ports import RgbImage
from darkroom.recognition import detr, yolox
from darkroom.recognition.boxes import Boxes, Candidates, suppressed
from darkroom.recognition.canvas import Canvas, canvas_of
from darkroom.recognition.model_card import Card, ScoresCard, YoloxCard
from darkroom.rows import Detection
from resources.detectors.network import Answer, Network, network


@dataclass(frozen=True, slots=True)
class OnnxDetector:
    """An `ObjectDetector` whose model is loaded once per process and is kept."""

    model: str
    digest: str
    """SHA-256 of the model's file."""
    card: Card
    labels: tuple[str, ...]
    labels_of_interest: frozenset[str]
    """Empty: all."""
    min_score: float
    max_overlap: float
    batch_size: int
    provider: str

    @property
    def version(self) -> str:
        """Model and card, labels and thresholds; not what runs it, nor how many at once."""
        card = hashlib.sha256(self.card.model_dump_json().encode()).hexdigest()[:12]
        wanted = ",".join(sorted(self.labels_of_interest)) or "all labels"
        return (
            f"{self.card.family} {self.digest} card {card} score {self.min_score} overlap"
            f" {self.max_overlap} {wanted} of {','.join(self.labels)}"
        )

    @property
    def input_px(self) -> int:
        """The longer edge of what the model takes."""
        takes = self._network().signature
        return max(takes.width, takes.height)

    def check(self) -> None:
        """Load the model. Raises `SettingsInvalid` when it is not what its card says."""
        self._network()

    def detect(self, images: Sequence[RgbImage]) -> list[list[Detection]]:
        """Boxes are cut off at the image's edges. Raises `SettingsInvalid` for a label too many."""
        network = self._network()
        takes = network.signature
        canvases = [
            canvas_of(image, self.card.input, width=takes.width, height=takes.height)
            for image in images
        ]
        answers = network.answers([each.values for each in canvases], at_once=self.batch_size)
        return [
            self._detections(image, canvas, self._candidates(answer, network))
            for image, canvas, answer in zip(images, canvases, answers, strict=True)
        ]

    def _network(self) -> Network:
        return network(self.model, self.digest, self.card, len(self.labels), self.provider)

    def _candidates(self, answer: Answer, network: Network) -> Candidates:
        takes, card = network.signature, self.card
        size = takes.width, takes.height
        if isinstance(card, YoloxCard):
            [output] = answer
            found = yolox.candidates(
                output, width=takes.width, height=takes.height, min_score=self.min_score
            )
            return found[suppressed(found, max_overlap=self.max_overlap)]
        if isinstance(card, ScoresCard):
            labels, boxes, scores = answer
            found = detr.from_scores(labels, boxes, scores, card, size, min_score=self.min_score)
        else:
            logits, boxes = answer
            found = detr.from_logits(logits, boxes, card, size, min_score=self.min_score)
        return found[np.argsort(-found.scores, kind="stable")]

    def _detections(self, image: RgbImage, canvas: Canvas, found: Candidates) -> list[Detection]:
        if found.classes.size and not 0 <= found.classes.min() <= found.classes.max() < len(
            self.labels
        ):
            raise SettingsInvalid(
                f"detector.model: {self.model} gives a label of number {found.classes.max()} and"
                f" {len(self.labels)} labels are known, the first is 0: name them all in its card"
            )
        boxes = _inside(canvas.in_image(found.boxes), image)
        labels = [self.labels[number] for number in found.classes]
        return [
            Detection(label=label, score=round(float(score), 4), box=_left_top_width_height(box))
            for label, score, box in zip(labels, found.scores, boxes, strict=True)
            if not self.labels_of_interest or label in self.labels_of_interest
        ]


def _inside(boxes: Boxes, image: RgbImage) -> Boxes:
    height, width = image.shape[:2]
    return np.clip(boxes, 0, np.array([width, height, width, height], dtype=np.float32))


def _left_top_width_height(box: Boxes) -> list[float]:
    left, top, right, bottom = (float(edge) for edge in box)
    return [round(side, 1) for side in (left, top, right - left, bottom - top)]
