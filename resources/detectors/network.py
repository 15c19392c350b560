"""An ONNX model that has been loaded, and found to be what its card says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from darkroom.errors import SettingsInvalid
from darkroom.recognition.model_card import Card
from resources.detectors.signatures import Signature, Tensor, signature

_STATE = onnxruntime.capi.onnxruntime_pybind11_state
NOT_A_MODEL = (
    _STATE.Fail,
    _STATE.InvalidArgument,
    _STATE.InvalidGraph,
    _STATE.InvalidProtobuf,
    _STATE.NoModel,
    _STATE.NotImplemented,
)
"""What onnxruntime raises for a file that is no model, or one that it cannot run."""
_CPU = "CPUExecutionProvider"

Answer = tuple[NDArray[Any], ...]
"""The outputs of one image, in the order of its family's roles."""


@dataclass(frozen=True, slots=True)
class Network:
    """Images in, answers out, as many at once as the model takes."""

    session: "onnxruntime.InferenceSession"
    signature: Signature

    def answers(self, canvases: Sequence[NDArray[np.float32]], *, at_once: int) -> Iterator[Answer]:
        """One per canvas. A model of a fixed batch takes that many, whatever `at_once` is."""
        takes = self.signature
        step = takes.batch or at_once
        for start in range(0, len(canvases), step):
            part = canvases[start : start + step]
            # A fixed batch that is not full is filled with copies, whose answers are left out.
            filled = [*part, *[part[-1]] * ((takes.batch or 0) - len(part))]
            given = {takes.image_input: np.stack(filled)}
            if takes.size_input is not None:
                size = np.array([takes.width, takes.height], dtype=np.int64)
                given[takes.size_input] = np.tile(size, (len(filled), 1))
            outputs = self.session.run(list(takes.outputs), given)
            for place in range(len(part)):
                yield tuple(output[place] for output in outputs)


@lru_cache(maxsize=1)
def network(model: str, digest: str, card: Card, labels: int, provider: str) -> Network:  # noqa: ARG001 - another digest is another model
    """The model, loaded once per process. Raises `SettingsInvalid`."""
    session = _session(model, provider)
    inputs = [Tensor(each.name, each.type, each.shape) for each in session.get_inputs()]
    outputs = [Tensor(each.name, each.type, each.shape) for each in session.get_outputs()]
    return Network(session, signature(Path(model), card, inputs, outputs, labels=labels))


def _session(model: str, provider: str) -> "onnxruntime.InferenceSession":
    available = onnxruntime.get_available_providers()
    if provider not in available:
        raise SettingsInvalid(
            f"detector.provider: onnxruntime has no {provider} here, only {', '.join(available)};"
            " choose one of these, or install the build of onnxruntime that has it"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # the worker processes are the parallelism
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only: it warns about optimisations that it skips
    # What the provider has no kernel for is done on the processor.
    providers = list(dict.fromkeys([provider, _CPU]))
    try:
        session = onnxruntime.InferenceSession(model, options, providers=providers)
    except NOT_A_MODEL as error:
        first_line = str(error).splitlines()[0]
        raise SettingsInvalid(
            f"detector.model: {model} is no usable ONNX file: {first_line}"
        ) from error
    if provider not in session.get_providers():
        # onnxruntime goes on without a provider that does not start.
        raise SettingsInvalid(
            f"detector.provider: {provider} does not start here: see that its driver and libraries"
            f" are installed, or set detector.provider to {_CPU}"
        )
    return session
