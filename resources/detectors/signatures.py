"""What a model takes and gives, held against what its card says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from darkroom.errors import SettingsInvalid
from darkroom.recognition import yolox
from darkroom.recognition.model_card import Card, LogitsCard, YoloxCard
from resources.detectors.card_files import WHERE, card_path

Edges = Sequence[int | str | None]
"""A number where the model is made for it, a name or nothing where it takes any."""

STEP_PX = 32
"""Input sizes of YOLOX are multiples of the coarsest stride."""
_FLOAT, _INT64 = "tensor(float)", "tensor(int64)"
_IMAGES, _SIZES = 4, 2


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or output, in onnxruntime's own words."""

    name: str
    type: str
    shape: Edges

    def __str__(self) -> str:
        return f"{self.name}: {self.type} {' x '.join(map(_shown, self.shape))}"


@dataclass(frozen=True, slots=True)
class Signature:
    """How to call a model."""

    image_input: str
    size_input: str | None
    """Takes width and height of what boxes are to be pixels of; batch x 2."""
    outputs: tuple[str, ...]
    """In the order of the family's roles."""
    width: int
    height: int
    batch: int | None
    """None: any number of images at once."""


def signature(
    model: Path, card: Card, inputs: Sequence[Tensor], outputs: Sequence[Tensor], *, labels: int
) -> Signature:
    """Raises `SettingsInvalid` when the model is not what its card says."""
    image, sizes = _inputs(model, inputs)
    width = _edge(model, card.input.width, image.shape[3], "width")
    height = _edge(model, card.input.height, image.shape[2], "height")
    if isinstance(card, YoloxCard) and (width % STEP_PX or height % STEP_PX):
        raise _refused(
            model, f"takes {image}; a YOLOX model takes multiples of {STEP_PX} as height and width"
        )
    names = _outputs(model, _expected(card, outputs, (width, height), labels), outputs)
    batch = image.shape[0] if isinstance(image.shape[0], int) else None
    return Signature(image.name, sizes, names, width, height, batch)


def _inputs(model: Path, inputs: Sequence[Tensor]) -> tuple[Tensor, str | None]:
    """The image, and where its size goes if that is asked for."""
    images = [each for each in inputs if each.type == _FLOAT and len(each.shape) == _IMAGES]
    sizes = [
        each
        for each in inputs
        if each.type == _INT64 and len(each.shape) == _SIZES and _may_be(each.shape[1], 2)
    ]
    if len(images) != 1 or len(sizes) > 1 or len(inputs) != 1 + len(sizes):
        raise _refused(
            model,
            f"takes {_all(inputs)}; a detector takes one {_FLOAT} batch x 3 x height x width, and"
            f" at most one {_INT64} batch x 2 for its size",
        )
    [image] = images
    if not _may_be(image.shape[1], 3):
        raise _refused(
            model, f"takes {image}; a detector takes one {_FLOAT} batch x 3 x height x width"
        )
    return image, next((each.name for each in sizes), None)


def _edge(model: Path, said: int | None, made_for: int | str | None, name: str) -> int:
    if not isinstance(made_for, int):
        if said is None:
            raise _refused(
                model, f"takes images of any {name}, so its card has to say one as input.{name}"
            )
        return said
    if said not in (None, made_for):
        raise _refused(
            model, f"takes a {name} of {made_for}, and its card says {said} as input.{name}"
        )
    return made_for


def _expected(
    card: Card, outputs: Sequence[Tensor], size: tuple[int, int], labels: int
) -> list[Tensor]:
    """The outputs that the card promises, in the order of the family's roles."""
    if isinstance(card, YoloxCard):
        name = outputs[0].name if len(outputs) == 1 else "output"
        return [_float(name, yolox.anchors(*size), yolox.NOT_CLASSES + labels)]
    boxes = _float(card.outputs.boxes, "queries", 4)
    if isinstance(card, LogitsCard):
        columns = labels + (card.scores == "softmax")
        return [_float(card.outputs.logits, "queries", columns), boxes]
    numbers = Tensor(card.outputs.labels, _INT64, ["batch", "queries"])
    return [numbers, boxes, _float(card.outputs.scores, "queries")]


def _outputs(model: Path, expected: Sequence[Tensor], outputs: Sequence[Tensor]) -> tuple[str, ...]:
    """Further outputs than the expected ones are left alone."""
    by_name = {each.name: each for each in outputs}
    if not all(each.name in by_name and _fits(by_name[each.name], each) for each in expected):
        raise _refused(
            model, f"gives {_all(outputs)}; its family, labels and size ask for {_all(expected)}"
        )
    return tuple(each.name for each in expected)


def _float(name: str, *edges: int | str) -> Tensor:
    return Tensor(name, _FLOAT, ["batch", *edges])


def _fits(given: Tensor, wanted: Tensor) -> bool:
    return (
        given.type == wanted.type
        and len(given.shape) == len(wanted.shape)
        and all(map(_may_be, given.shape, wanted.shape))
    )


def _may_be(given: int | str | None, wanted: int | str | None) -> bool:
    return not (isinstance(given, int) and isinstance(wanted, int)) or given == wanted


def _all(tensors: Sequence[Tensor]) -> str:
    return " and ".join(map(str, tensors))


def _shown(edge: int | str | None) -> str:
    return "any" if edge is None else str(edge)


def _refused(model: Path, why: str) -> SettingsInvalid:
    card = card_path(model)
    mend = f"correct {card}" if card.is_file() else f"say what it is in {card}"
    return SettingsInvalid(f"detector.model: {model} {why}; {mend}, see {WHERE}")
