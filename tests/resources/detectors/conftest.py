"""Models small enough to be written by hand.

An ONNX file is one protobuf message; https://github.com/onnx/onnx/blob/main/onnx/onnx.proto numbers
its fields.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

FLOAT = 1

WriteModel = Callable[[Sequence[int], NDArray[np.float32]], Path]


@pytest.fixture
def write_model(tmp_path: Path) -> WriteModel:
    """A model file with this input shape, which gives the same output whatever it sees."""

    def write(input_shape: Sequence[int], output: NDArray[np.float32]) -> Path:
        answer = b"".join(_number(1, edge) for edge in output.shape)
        answer += _number(2, FLOAT) + _field(8, b"answer") + _field(9, output.tobytes())
        node = _field(1, b"answer") + _field(2, b"output") + _field(4, b"Identity")
        graph = _field(1, node) + _field(2, b"tiny") + _field(5, answer)
        graph += _field(11, _tensor(b"images", input_shape))
        graph += _field(12, _tensor(b"output", output.shape))
        path = tmp_path / "tiny.onnx"
        path.write_bytes(_number(1, 8) + _field(8, _number(2, 13)) + _field(7, graph))
        return path

    return write


def _tensor(name: bytes, shape: Sequence[int]) -> bytes:
    edges = b"".join(_field(1, _number(1, edge)) for edge in shape)
    return _field(1, name) + _field(2, _field(1, _number(1, FLOAT) + _field(2, edges)))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
