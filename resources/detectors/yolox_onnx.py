"""Object detectors of the YOLOX family, run by onnxruntime on the processor."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import onnxruntime

from darkroom.errors import SettingsInvalid
from darkroom.ports import RgbImage
from darkroom.recognition import yolox
from darkroom.recognition.boxes import Boxes, suppressed
from darkroom.recognition.letterbox import letterbox
from darkroom.rows import Detection

STEP_PX = 32
"""Input sizes are multiples of the coarsest stride."""

TENSOR_DIMENSIONS = 4

NOT_A_MODEL = (
    onnxruntime.capi.onnxruntime_pybind11_state.Fail,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf,
    onnxruntime.capi.onnxruntime_pybind11_state.NoModel,
    onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented,
)
"""What onnxruntime raises for a file that is no model, or one that it cannot run."""


@dataclass(frozen=True, slots=True)
class YoloxDetector:
    """An `ObjectDetector` whose model is loaded once per process and is kept."""

    model: str
    digest: str
    """SHA-256 of the model's file."""
    labels: tuple[str, ...]
    labels_of_interest: frozenset[str]
    """Empty: all."""
    min_score: float
    max_overlap: float

    @property
    def version(self) -> str:
        """Model digest, labels and thresholds."""
        wanted = ",".join(sorted(self.labels_of_interest)) or "all labels"
        return (
            f"yolox {self.digest} score {self.min_score} overlap {self.max_overlap} {wanted}"
            f" of {','.join(self.labels)}"
        )

    def check(self) -> None:
        """Load the model. Raises `SettingsInvalid` when it is no YOLOX model of these labels."""
        _network(self.model, self.digest, len(self.labels))

    def detect(self, image: RgbImage) -> list[Detection]:
        """Boxes are cut off at the image's edges."""
        network = _network(self.model, self.digest, len(self.labels))
        fitted = letterbox(image, width=network.width, height=network.height)
        (output,) = network.session.run(None, {network.input_name: fitted.canvas})
        boxes, scores, classes = yolox.candidates(
            output[0], width=network.width, height=network.height, min_score=self.min_score
        )
        best = suppressed(boxes, scores, classes, max_overlap=self.max_overlap)
        boxes = _inside(boxes / np.float32(fitted.scale), image)
        return [
            Detection(
                label=self.labels[classes[one]],
                score=round(float(scores[one]), 4),
                box=_left_top_width_height(boxes[one]),
            )
            for one in best
            if not self.labels_of_interest or self.labels[classes[one]] in self.labels_of_interest
        ]


@dataclass(frozen=True, slots=True)
class _Network:
    session: "onnxruntime.InferenceSession"
    input_name: str
    width: int
    height: int


@lru_cache(maxsize=1)
def _network(model: str, digest: str, labels: int) -> _Network:  # noqa: ARG001 - another digest is another model
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the worker processes are the parallelism
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: it warns about optimisations that it skips
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except NOT_A_MODEL as error:
        first_line = str(error).splitlines()[0]
        raise SettingsInvalid(
            f"detector.model: {model} is no usable ONNX file: {first_line}"
        ) from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shape = inputs[0].shape
    if (
        len(inputs) != 1
        or inputs[0].type != "tensor(float)"
        or len(shape) != TENSOR_DIMENSIONS
        or shape[:2] != [1, 3]
        or not all(isinstance(edge, int) and edge > 0 and edge % STEP_PX == 0 for edge in shape[2:])
    ):
        raise SettingsInvalid(
            f"detector.model: {model} takes {_signature(inputs)}; a YOLOX model takes one"
            f" tensor(float) 1 x 3 x height x width, both multiples of {STEP_PX}"
        )
    height, width = shape[2:]
    expected = [1, yolox.anchors(width, height), yolox.NOT_CLASSES + labels]
    if len(outputs) != 1 or outputs[0].shape != expected:
        raise SettingsInvalid(
            f"detector.model: {model} gives {_signature(outputs)}; a YOLOX model of {labels} labels"
            f" with this input size gives one tensor(float) {_shape(expected)}"
        )
    return _Network(session, inputs[0].name, width, height)


def _signature(tensors: "list[onnxruntime.NodeArg]") -> str:
    return " and ".join(f"{tensor.type} {_shape(tensor.shape)}" for tensor in tensors)


def _shape(edges: Sequence[int | str]) -> str:
    return " x ".join(str(edge) for edge in edges)


def _inside(boxes: Boxes, image: RgbImage) -> Boxes:
    height, width = image.shape[:2]
    return np.clip(boxes, 0, np.array([width, height, width, height], dtype=np.float32))


def _left_top_width_height(box: Boxes) -> list[float]:
    left, top, right, bottom = (float(edge) for edge in box)
    return [round(side, 1) for side in (left, top, right - left, bottom - top)]
