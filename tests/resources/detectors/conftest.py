"""Models small enough to be written by hand.

An ONNX file is one protobuf message; https://github.com/onnx/onnx/blob/main/onnx/onnx.proto numbers
its fields.
"""

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7

Array = NDArray[Any]
WriteModel = Callable[[Sequence[int], NDArray[np.float32]], Path]


WriteAnyModel = Callable[..., Path]


@pytest.fixture
def write_model(write_any_model: WriteAnyModel) -> WriteModel:
    """A model file with this input shape, which gives the same output whatever it sees."""

    def write(input_shape: Sequence[int], output: NDArray[np.float32]) -> Path:
        return write_any_model({"images": (FLOAT, input_shape)}, {"output": output})

    return write


@pytest.fixture
def write_any_model(tmp_path: Path) -> WriteAnyModel:
    """A model file with these inputs, of which the first is the images, and outputs.

    An output is the same whatever the model sees, or that times the mean value of each image.
    """

    def write(
        inputs: Mapping[str, tuple[int, Sequence[int | str]]],
        outputs: Mapping[str, Array],
        *,
        times_mean: Collection[str] = (),
    ) -> Path:
        images = next(iter(inputs))
        graph = _field(2, b"tiny")
        for name, value in outputs.items():
            graph += _field(5, _constant(f"{name}-value", value))
            graph += _means(images, name, value.ndim) if name in times_mean else _same(name)
            graph += _field(12, _tensor(name, _kind(value)))
        for name, (kind, shape) in inputs.items():
            graph += _field(11, _tensor(name, kind, shape))
        path = tmp_path / "tiny.onnx"
        path.write_bytes(_number(1, 8) + _field(8, _number(2, 13)) + _field(7, graph))
        return path

    return write


def _same(output: str) -> bytes:
    return _node("Identity", [f"{output}-value"], output)


def _means(images: str, output: str, dimensions: int) -> bytes:
    """Batch x 3 x height x width becomes batch x 1 or batch x 1 x 1, and the value's factor."""
    names = [images, *(f"{output}-{step}" for step in range(4 - dimensions))]
    nodes = b"".join(
        _node("ReduceMean", [before], after, axes=[1])
        for before, after in itertools.pairwise(names)
    )
    mean = f"{output}-mean"
    nodes += _node("ReduceMean", [names[-1]], mean, axes=range(1, dimensions), keep=True)
    return nodes + _node("Mul", [f"{output}-value", mean], output)


def _node(
    kind: str, inputs: Sequence[str], output: str, *, axes: Sequence[int] = (), keep: bool = False
) -> bytes:
    content = b"".join(_field(1, name.encode()) for name in inputs)
    content += _field(2, output.encode()) + _field(4, kind.encode())
    if axes:
        numbers = b"".join(_number(8, axis) for axis in axes)
        content += _field(5, _field(1, b"axes") + numbers + _number(20, 7))
        content += _field(5, _field(1, b"keepdims") + _number(3, int(keep)) + _number(20, 2))
    return _field(1, content)


def _constant(name: str, value: Array) -> bytes:
    edges = b"".join(_number(1, edge) for edge in value.shape)
    content = _field(8, name.encode()) + _field(9, value.tobytes())
    return edges + _number(2, _kind(value)) + content


def _kind(value: Array) -> int:
    return {"float32": FLOAT, "int64": INT64}[value.dtype.name]


def _tensor(name: str, kind: int, shape: Sequence[int | str] | None = None) -> bytes:
    content = _number(1, kind)
    if shape is not None:
        edges = (
            _number(1, edge) if isinstance(edge, int) else _field(2, edge.encode())
            for edge in shape
        )
        content += _field(2, b"".join(_field(1, edge) for edge in edges))
    return _field(1, name.encode()) + _field(2, _field(1, content))


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
