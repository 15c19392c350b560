"""Detectors of each family, by what their cards say."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from darkroom.errors import SettingsInvalid
from darkroom.ports import ObjectDetector
from darkroom.rows import Detection
from darkroom.settings import DetectorSettings
from resources.detectors.card_files import card_path
from resources.detectors.choice import detector

WriteAnyModel = Callable[..., Path]

FLOAT, INT64 = 1, 7
NOWHERE = Path("/no/such/model.onnx")
ANY_SIZE: dict[str, tuple[int, Sequence[int | str]]] = {
    "images": (FLOAT, ("N", 3, "H", "W")),
    "orig_target_sizes": (INT64, ("N", 2)),
}
SCORES_CARD = """
family: boxes_scores
input: {width: 64, height: 32}
labels: [car, traffic cone]
"""
LOGITS_CARD = """
family: boxes_logits
labels: [car, traffic cone]
"""


def floats(*rows: object) -> NDArray[np.float32]:
    return np.array([rows], dtype=np.float32)


def two_finished(**changes: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Two boxes of pixels of a canvas of 64 x 32: the second is the surer one."""
    outputs = {
        "labels": np.array([[1, 0]]),
        "boxes": floats([0, 0, 32, 16], [16, 8, 80, 16]),
        "scores": floats(0.5, 0.75),
    }
    return outputs | changes


def with_card(model: Path, card: str, **settings: object) -> ObjectDetector:
    card_path(model).write_text(card)
    found = detector(
        DetectorSettings.model_validate({"model": str(model), "labels": []} | settings),
        default_model=NOWHERE,
    )
    assert found is not None
    return found


def photo(width: int, height: int, level: int = 255) -> NDArray[np.uint8]:
    return np.full((height, width, 3), level, dtype=np.uint8)


def test_finished_boxes_and_scores_are_brought_back_to_the_image(
    write_any_model: WriteAnyModel,
) -> None:
    """Twice as wide and four times as high as the canvas it is stretched over; best score first."""
    found = with_card(write_any_model(ANY_SIZE, two_finished()), SCORES_CARD)

    assert found.input_px == 64
    assert found.detect([photo(128, 128)]) == [
        [
            Detection(label="car", score=0.75, box=[32.0, 32.0, 96.0, 32.0]),
            Detection(label="traffic cone", score=0.5, box=[0.0, 0.0, 64.0, 64.0]),
        ]
    ]


def test_boxes_may_be_shares_around_their_middle(write_any_model: WriteAnyModel) -> None:
    """As the card says."""
    boxes = floats([0.5, 0.5, 0.5, 1.0], [0.25, 0.25, 0.5, 0.5])
    card = f"{SCORES_CARD}box_format: cxcywh\nbox_unit: shares\n"
    found = with_card(write_any_model(ANY_SIZE, two_finished(boxes=boxes)), card)

    assert [each.box for each in found.detect([photo(128, 128)])[0]] == [
        [0.0, 0.0, 64.0, 64.0],
        [32.0, 0.0, 64.0, 128.0],
    ]


def test_outputs_may_have_other_names(write_any_model: WriteAnyModel) -> None:
    """As the card says; outputs that it does not name are left alone."""
    outputs = two_finished(confidence=floats(0.5, 0.75), scores=floats(0.9, 0.9))
    card = f"{SCORES_CARD}outputs: {{scores: confidence}}\n"
    found = with_card(write_any_model(ANY_SIZE, outputs), card)

    assert [each.score for each in found.detect([photo(64, 32)])[0]] == [0.75, 0.5]


@pytest.mark.parametrize(
    ("extra", "logits", "scores"),
    [
        ("", floats([2.0, -2.0], [-9.0, 0.0], [-9.0, -9.0]), [0.8808, 0.5]),
        (
            "scores: softmax\n",
            floats([2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]),
            [0.787] * 2,
        ),
    ],
)
def test_logits_become_scores(
    write_any_model: WriteAnyModel, extra: str, logits: NDArray[np.float32], scores: list[float]
) -> None:
    """By sigmoid, or by softmax with a last class for no object; boxes are shares of the image."""
    boxes = floats([0.5, 0.5, 0.5, 0.5], [0.25, 0.5, 0.5, 1.0], [0.5, 0.5, 1.0, 1.0])
    model = write_any_model(
        {"pixel_values": (FLOAT, (1, 3, 64, 64))},
        {"logits": logits, "pred_boxes": boxes},
    )
    found = with_card(model, f"{LOGITS_CARD}{extra}")

    assert found.detect([photo(128, 32)]) == [
        [
            Detection(label="car", score=scores[0], box=[32.0, 8.0, 64.0, 16.0]),
            Detection(label="traffic cone", score=scores[1], box=[0.0, 0.0, 64.0, 32.0]),
        ]
    ]


def test_boxes_that_are_no_numbers_are_left_out(write_any_model: WriteAnyModel) -> None:
    """One that a network got wrong costs no other."""
    boxes = floats([np.nan, 0, 1, 1], [0, 0, 32, 32])
    found = with_card(write_any_model(ANY_SIZE, two_finished(boxes=boxes)), SCORES_CARD)

    assert [each.label for each in found.detect([photo(64, 32)])[0]] == ["car"]


@pytest.mark.parametrize("batch", ["N", 1, 2])
@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_each_image_has_its_own_answer_however_many_are_looked_at_at_once(
    write_any_model: WriteAnyModel, batch: int | str, batch_size: int
) -> None:
    """A model made for one or two images at once takes that many, and the last are fewer."""
    outputs = two_finished(scores=floats(1.0, 0.1))
    for name in ("labels", "boxes"):
        outputs[name] = np.repeat(np.zeros_like(outputs[name]), 8, axis=0)
    inputs = {"images": (FLOAT, (batch, 3, 32, 64))}
    model = write_any_model(inputs, outputs, times_mean=["scores"])
    found = with_card(model, SCORES_CARD, batch_size=batch_size)

    answers = found.detect([photo(64, 32, level) for level in (255, 102, 0, 204, 153)])

    assert [[each.score for each in answer] for answer in answers] == [
        [1.0],
        [0.4],
        [],
        [0.8],
        [0.6],
    ]


def test_a_label_that_nobody_named_is_said(write_any_model: WriteAnyModel) -> None:
    """It is not reported under another's name."""
    labels = np.array([[0, 2]])
    model = write_any_model(ANY_SIZE, two_finished(labels=labels))
    found = with_card(model, SCORES_CARD)

    with pytest.raises(SettingsInvalid) as raised:
        found.detect([photo(64, 32)])

    assert str(raised.value) == (
        f"detector.model: {model} gives a label of number 2 and 2 labels are known, the first is 0:"
        " name them all in its card"
    )


@pytest.mark.parametrize(
    ("card", "complaint"),
    [
        (
            "family: boxes_scores\nlabels: [car, traffic cone]\n",
            "takes images of any width, so its card has to say one as input.width",
        ),
        (
            f"{SCORES_CARD}outputs: {{boxes: bbox}}\n",
            (
                "gives labels: tensor(int64) 1 x 2 and boxes: tensor(float) 1 x 2 x 4 and scores:"
                " tensor(float) 1 x 2; its family, labels and size ask for labels:"
                " tensor(int64) batch x queries and bbox: tensor(float) batch x queries x 4 and"
                " scores: tensor(float) batch x queries"
            ),
        ),
        (
            f"{LOGITS_CARD}input: {{width: 64, height: 64}}\n",
            (
                "gives labels: tensor(int64) 1 x 2 and boxes: tensor(float) 1 x 2 x 4 and scores:"
                " tensor(float) 1 x 2; its family, labels and size ask for logits:"
                " tensor(float) batch x queries x 2 and pred_boxes: tensor(float) batch x queries"
                " x 4"
            ),
        ),
    ],
)
def test_a_card_that_does_not_fit_its_model_is_refused(
    write_any_model: WriteAnyModel, card: str, complaint: str
) -> None:
    """With what the model is, what the card asks for, and what to correct."""
    model = write_any_model(ANY_SIZE, two_finished())

    with pytest.raises(SettingsInvalid) as raised:
        with_card(model, card)

    assert str(raised.value) == (
        f'detector.model: {model} {complaint}; correct {card_path(model)}, see "Model cards" in'
        " docs/recognition.md"
    )


def test_a_card_of_another_size_is_refused(write_any_model: WriteAnyModel) -> None:
    """A model that is made for one size is given no other."""
    model = write_any_model({"images": (FLOAT, (1, 3, 32, 96))}, two_finished())

    with pytest.raises(SettingsInvalid) as raised:
        with_card(model, SCORES_CARD)

    assert str(raised.value) == (
        f"detector.model: {model} takes a width of 96, and its card says 64 as input.width;"
        f' correct {card_path(model)}, see "Model cards" in docs/recognition.md'
    )


@pytest.mark.parametrize(
    ("card", "complaint"),
    [
        (
            "family: ssd\n",
            "input tag 'ssd' found using 'family' does not match any of the expected",
        ),
        ("labels: [car]\n", "unable to extract tag using discriminator 'family'"),
        (
            "family: yolox\ninput: {channels: gbr}\n",
            "input.channels: input should be 'rgb' or 'bgr'",
        ),
        ("family: yolox\nbox_unit: pixels\n", "box_unit: extra inputs are not permitted"),
        ("just text\n", "input should be a valid dictionary or object to extract fields from"),
    ],
)
def test_a_card_that_is_none_is_refused(
    write_any_model: WriteAnyModel, card: str, complaint: str
) -> None:
    """With what is wrong in it, and where it stands written what may be said."""
    model = write_any_model(ANY_SIZE, two_finished())

    with pytest.raises(SettingsInvalid) as raised:
        with_card(model, card)

    assert str(raised.value).startswith(
        f'detector.model: correct the card {card_path(model)}, see "Model cards" in'
        f" docs/recognition.md: {complaint}"
    )


def test_a_card_that_is_no_yaml_is_refused(write_any_model: WriteAnyModel) -> None:
    """It may be another file by mistake."""
    model = write_any_model(ANY_SIZE, two_finished())

    with pytest.raises(SettingsInvalid, match="is no YAML"):
        with_card(model, "{")


def test_a_label_file_comes_before_the_card(write_any_model: WriteAnyModel, tmp_path: Path) -> None:
    """A setting is nearer to the operator than what came with the model."""
    (tmp_path / "labels.txt").write_text("van\npole\n")
    model = write_any_model(ANY_SIZE, two_finished())
    found = with_card(model, SCORES_CARD, label_file=str(tmp_path / "labels.txt"))

    assert [each.label for each in found.detect([photo(64, 32)])[0]] == ["van", "pole"]


def test_a_provider_that_is_not_there_is_said_with_those_that_are(
    write_any_model: WriteAnyModel,
) -> None:
    """Nothing runs on the processor in silence where a GPU was asked for."""
    model = write_any_model(ANY_SIZE, two_finished())

    with pytest.raises(SettingsInvalid) as raised:
        with_card(model, SCORES_CARD, provider="NoSuchExecutionProvider")

    said = str(raised.value)
    assert said.startswith(
        "detector.provider: onnxruntime has no NoSuchExecutionProvider here, only "
    )
    assert "CPUExecutionProvider" in said
    assert said.endswith("; choose one of these, or install the build of onnxruntime that has it")


def test_what_changes_the_answer_changes_the_version(write_any_model: WriteAnyModel) -> None:
    """The card does; how many images are looked at at once does not."""
    model = write_any_model(ANY_SIZE, two_finished())
    first = with_card(model, SCORES_CARD).version

    assert with_card(model, SCORES_CARD, batch_size=4).version == first
    assert with_card(model, f"{SCORES_CARD}box_unit: shares\n").version != first
