"""RapidOCR inside this process: networks made for signs, plates and labels.

Its wheel carries the models, of some 50 languages; nothing is downloaded.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from darkroom.errors import EngineUnavailable, PhotoFailed
from darkroom.ports import GrayImage, Reading
from darkroom.rows import Word
from resources.ocr.lines import reading_of
from resources.ocr.size import MAX_EDGE_PX, refuse_too_large

if TYPE_CHECKING:
    from rapidocr import RapidOCR

NOT_INSTALLED = (
    "RapidOCR is not installed: `make rapidocr` installs it, or pip with Darkroom's extra"
    " `rapidocr`; or set ocr.engine to tesserocr"
)
_DETECTOR, _RECOGNISER = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_WAY_UP = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"

_DETECTED_PX = 1600
"""Long edge at most of what lines are looked for on; they are read at the size of the image."""
_MARGIN, _MAX_MARGIN_PX, _MIN_EDGE_PX = 0.25, 64, 64
"""Around the image, as a share of its shorter side: a word that fills its image is not found."""

_SURE, _SIGNS = 0.6, 3
"""Confidence, and letters or digits, of a line that speaks for text."""

_TURN = threading.Lock()
"""What is asked of an engine stays set in it."""

Polygon = Sequence[Sequence[float]]
Piece = tuple[str, float, Polygon]
"""Text, confidence and corners."""


@dataclass(frozen=True, slots=True)
class RapidocrReader:
    """A `TextReader` whose networks are loaded once per process and have one thread."""

    min_word_confidence: float

    @property
    def version(self) -> str:
        """Engine, its version, models and all settings. Raises `EngineUnavailable`."""
        try:
            engine = version("rapidocr")
        except PackageNotFoundError as error:
            raise EngineUnavailable(NOT_INSTALLED) from error
        models = " ".join(Path(name).stem for name in (_DETECTOR, _RECOGNISER))
        return f"rapidocr {engine} {models} confidence {self.min_word_confidence}"

    @property
    def enough_words(self) -> int:
        """It is seldom sure of what stands on its head."""
        return 1

    @property
    def page_scale(self) -> None:
        """It reads large letters better."""

    @property
    def needs_letters_apart(self) -> bool:
        """Its networks find letters that no one gray level tells from their ground."""
        return False

    def line_heights(self, image: GrayImage) -> list[float] | None:
        """None where one line can be read at this size, either way up: its size does not matter.

        Its detector alone takes branches and tiles for lines on most photos.
        """
        padded, _ = _with_margin(image)
        found = _asked(padded, either_way_up=True)
        readable = any(
            sure >= _SURE and sum(map(str.isalnum, text)) >= _SIGNS
            for text, sure in zip(found.txts or (), found.scores or (), strict=True)
        )
        return None if readable else []

    def read(self, image: GrayImage) -> Reading:
        """Each line that was found is one line of text."""
        padded, margin = _with_margin(image)
        found = _asked(padded, either_way_up=False)
        if not len(found):
            return reading_of([], min_word_confidence=self.min_word_confidence)
        lines = zip(found.txts, found.scores, found.boxes, found.word_results, strict=True)
        words = [
            ((number,), Word(text=text, confidence=round(sure, 4), box=_box(corners, margin)))
            for number, line in enumerate(lines)
            for text, sure, corners in _words(*line)
        ]
        return reading_of(words, min_word_confidence=self.min_word_confidence)


def _asked(image: GrayImage, *, either_way_up: bool) -> Any:  # noqa: ANN401 - untyped, in effect
    """Of a line that it turns, the corners of words are not turned with it."""
    engine = _engine()
    from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

    with _TURN:
        try:
            return engine(image, use_det=True, use_cls=either_way_up, use_rec=True)
        except ONNXRuntimeError as error:
            said = str(error).strip().rsplit("\n", 1)[-1]
            raise PhotoFailed("ONNXRuntimeError", said, retryable=True) from error


@lru_cache(maxsize=1)
def _engine() -> "RapidOCR":
    if find_spec("rapidocr") is None:
        raise EngineUnavailable(NOT_INSTALLED)
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",  # else it remarks on every image without text
            "Global.text_score": 0.0,  # words are left out by ours
            "Global.return_word_box": True,
            # It would enlarge a narrow image to gigabytes.
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_PX,
            # Named, they are never downloaded.
            "Det.model_path": str(models / _DETECTOR),
            "Cls.model_path": str(models / _WAY_UP),
            "Rec.model_path": str(models / _RECOGNISER),
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _with_margin(image: GrayImage) -> tuple[GrayImage, int]:
    """In the gray of the image's edge, and how wide it is on every side."""
    refuse_too_large(image)
    shorter = min(image.shape)
    margin = min(round(_MARGIN * shorter), _MAX_MARGIN_PX)
    margin = max(margin, -(-(_MIN_EDGE_PX - shorter) // 2))
    margin = min(margin, (MAX_EDGE_PX - max(image.shape)) // 2)
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    return np.pad(image, margin, constant_values=int(np.median(edge))), margin


def _words(
    text: str, confidence: float, corners: Polygon, pieces: Sequence[Piece]
) -> Iterator[Piece]:
    """The words of a line.

    RapidOCR cuts lines at wide gaps and at Chinese characters, and loses some of those; where its
    pieces do not make up the words, the line is divided by their letters.
    """
    words = text.split()
    gathered = list(_gathered(words, pieces))
    yield from gathered if len(gathered) == len(words) else _divided(words, confidence, corners)


def _gathered(words: Sequence[str], pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Each word out of its pieces, for as long as they make up words."""
    left = iter(pieces)
    for word in words:
        parts: list[Piece] = []
        while (spelled := "".join(part for part, *_ in parts)) != word:
            part = next(left, None)
            if part is None or not word.startswith(spelled + part[0]):
                return
            parts.append(part)
        confidence = min(confidence for _, confidence, _ in parts)
        yield word, confidence, [corner for *_, corners in parts for corner in corners]


def _divided(words: Sequence[str], confidence: float, corners: Polygon) -> Iterator[Piece]:
    top_left, top_right, bottom_right, bottom_left = np.asarray(corners, dtype=np.float64)
    letters = len(" ".join(words))
    start = 0
    for word in words:
        from_, to = start / letters, (start + len(word)) / letters
        top, bottom = top_right - top_left, bottom_right - bottom_left
        places = [top_left + top * from_, top_left + top * to]
        places += [bottom_left + bottom * to, bottom_left + bottom * from_]
        yield word, confidence, [place.tolist() for place in places]
        start += len(word) + 1


def _box(corners: Polygon, margin: int) -> list[float]:
    """The upright box around them, in pixels of the image without its margin."""
    points = np.asarray(corners, dtype=np.float64) - margin
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return [round(float(side), 1) for side in (left, top, right - left, bottom - top)]
