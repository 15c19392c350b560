import pickle
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from darkroom.errors import SettingsInvalid
from darkroom.imaging.decoding import load_rgb
from darkroom.ports import ObjectDetector, RgbImage
from darkroom.recognition.model_card import DEFAULT_CARD
from darkroom.rows import Detection
from darkroom.settings import DetectorSettings
from resources.detectors.choice import detector

WriteModel = Callable[[Sequence[int], NDArray[np.float32]], Path]

INPUT = (1, 3, 64, 64)

ANCHORS = 84

NOWHERE = Path("/no/such/model.onnx")


@pytest.fixture
def label_file(tmp_path: Path) -> Path:
    path = tmp_path / "labels.txt"
    path.write_text("car\ntraffic cone\n\n")
    return path


@pytest.fixture
def settings(write_model: WriteModel, label_file: Path) -> DetectorSettings:
    """A model of two labels that always sees the same three things.

    A car of 16 x 16 pixels of the canvas in its middle, the same car once more a little to the
    right, and a traffic cone that reaches far over the left and the upper edge.
    """
    output = np.zeros((1, ANCHORS, 7), dtype=np.float32)
    output[0, 4 * 8 + 4] = [0, 0, np.log(2), np.log(2), 0.9, 1.0, 0.1]
    output[0, 4 * 8 + 5] = [-0.75, 0, np.log(2), np.log(2), 0.8, 1.0, 0.1]
    output[0, 64] = [0, 0, np.log(2), np.log(2), 1.0, 0.1, 0.75]
    return DetectorSettings(
        model=str(write_model(INPUT, output)), label_file=str(label_file), labels=[]
    )


def photo(width: int, height: int, level: int = 0) -> NDArray[np.uint8]:
    return np.full((height, width, 3), level, dtype=np.uint8)


def only(detector: ObjectDetector, image: RgbImage) -> list[Detection]:
    [found] = detector.detect([image])
    return found


def test_objects_are_found_in_pixels_of_the_image(settings: DetectorSettings) -> None:
    """Best score first, one of two that overlap, cut off at the image's edges.

    The image is twice as wide as the canvas, and half as high as it is wide.
    """
    found = detector(settings, default_model=NOWHERE)

    assert found is not None
    assert only(found, photo(128, 64)) == [
        Detection(label="car", score=0.9, box=[48.0, 48.0, 32.0, 16.0]),
        Detection(label="traffic cone", score=0.75, box=[0.0, 0.0, 32.0, 32.0]),
    ]


def test_only_labels_of_interest_are_reported(settings: DetectorSettings) -> None:
    """Others may be found, and are not told."""
    cones = settings.model_copy(update={"labels": ["traffic cone"]})
    found = detector(cones, default_model=NOWHERE)

    assert found is not None
    assert [each.label for each in only(found, photo(64, 64))] == ["traffic cone"]


def test_scores_below_the_least_are_left_out(settings: DetectorSettings) -> None:
    """The threshold comes from the settings."""
    sure = settings.model_copy(update={"min_score": 0.85})
    found = detector(sure, default_model=NOWHERE)

    assert found is not None
    assert [each.score for each in only(found, photo(64, 64))] == [0.9]


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_an_image_of_any_shape_is_looked_at(
    settings: DetectorSettings, size: tuple[int, int]
) -> None:
    """Boxes stay inside it."""
    found = detector(settings, default_model=NOWHERE)

    assert found is not None
    for each in only(found, photo(*size)):
        left, top, width, height = each.box
        assert 0 <= left <= left + width <= size[0]
        assert 0 <= top <= top + height <= size[1]


def test_a_detector_travels_to_other_processes(settings: DetectorSettings) -> None:
    """Pickled it is small, for the model stays behind, and it finds the same."""
    found = detector(settings, default_model=NOWHERE)
    assert found is not None
    before = found.detect([photo(64, 64)])
    pickled = pickle.dumps(found)

    assert len(pickled) < 2000
    assert pickle.loads(pickled).detect([photo(64, 64)]) == before  # noqa: S301 - our own bytes


def test_the_version_names_the_models_digest_and_the_thresholds(
    settings: DetectorSettings,
) -> None:
    """Whatever changes a detection changes the version."""
    found = detector(settings, default_model=NOWHERE)

    assert found is not None
    digest = sha256(Path(str(settings.model)).read_bytes()).hexdigest()
    card = sha256(DEFAULT_CARD.model_dump_json().encode()).hexdigest()[:12]
    assert found.version == (
        f"yolox {digest} card {card} score 0.3 overlap 0.45 all labels of car,traffic cone"
    )


def test_another_model_in_the_same_place_is_loaded(
    settings: DetectorSettings, write_model: WriteModel
) -> None:
    """A process that has run the old one does not keep it."""
    old = detector(settings, default_model=NOWHERE)
    assert old is not None
    assert only(old, photo(64, 64))

    write_model(INPUT, np.zeros((1, ANCHORS, 7), dtype=np.float32))
    new = detector(settings, default_model=NOWHERE)

    assert new is not None
    assert only(new, photo(64, 64)) == []


def test_the_default_model_is_used_when_it_is_there(settings: DetectorSettings) -> None:
    """Without one, or switched off, there is no detector."""
    unset = settings.model_copy(update={"model": None})
    there = Path(str(settings.model))
    off = unset.model_copy(update={"enabled": False})

    assert detector(unset, default_model=there) == detector(settings, default_model=NOWHERE)
    assert detector(unset, default_model=NOWHERE) is None
    assert detector(off, default_model=there) is None


def test_a_configured_model_that_is_not_there_is_said_to_be_missing() -> None:
    """It is not silently left out."""
    with pytest.raises(SettingsInvalid) as raised:
        detector(DetectorSettings(model=str(NOWHERE)), default_model=NOWHERE)

    assert str(raised.value) == (
        "detector.model: there is no file /no/such/model.onnx; `darkroom models fetch` gets one"
    )


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """With onnxruntime's own reason."""
    path = tmp_path / "model.onnx"
    path.write_bytes(b"<html>404</html>")

    with pytest.raises(SettingsInvalid, match="is no usable ONNX file"):
        detector(DetectorSettings(model=str(path)), default_model=NOWHERE)


@pytest.mark.parametrize(
    ("input_shape", "output_shape", "complaint"),
    [
        (
            (1, 3, 64, 64),
            (1, ANCHORS, 6),
            (
                "gives output: tensor(float) 1 x 84 x 6; its family, labels and size ask for"
                " output: tensor(float) batch x 84 x 7"
            ),
        ),
        (
            (1, 3, 96, 64),
            (1, ANCHORS, 7),
            (
                "gives output: tensor(float) 1 x 84 x 7; its family, labels and size ask for"
                " output: tensor(float) batch x 126 x 7"
            ),
        ),
        (
            (1, 3, 60, 64),
            (1, ANCHORS, 7),
            (
                "takes images: tensor(float) 1 x 3 x 60 x 64; a YOLOX model takes multiples of 32"
                " as height and width"
            ),
        ),
        (
            (1, 64, 64, 3),
            (1, ANCHORS, 7),
            (
                "takes images: tensor(float) 1 x 64 x 64 x 3; a detector takes one tensor(float)"
                " batch x 3 x height x width"
            ),
        ),
        (
            (1, 64 * 64),
            (1, ANCHORS, 7),
            (
                "takes images: tensor(float) 1 x 4096; a detector takes one tensor(float)"
                " batch x 3 x height x width, and at most one tensor(int64) batch x 2 for its size"
            ),
        ),
    ],
)
def test_a_model_of_another_shape_is_refused_with_both_shapes(
    settings: DetectorSettings,
    write_model: WriteModel,
    input_shape: Sequence[int],
    output_shape: Sequence[int],
    complaint: str,
) -> None:
    """What was found, what was expected, and where to say what the model is."""
    path = write_model(input_shape, np.zeros(output_shape, dtype=np.float32))

    with pytest.raises(SettingsInvalid) as raised:
        detector(settings, default_model=NOWHERE)

    assert str(raised.value) == (
        f"detector.model: {path} {complaint}; say what it is in {path.with_suffix('.card.yaml')},"
        ' see "Model cards" in docs/recognition.md'
    )


def test_a_label_that_the_model_does_not_have_is_named(settings: DetectorSettings) -> None:
    """With those that it has."""
    with pytest.raises(SettingsInvalid) as raised:
        detector(settings.model_copy(update={"labels": ["car", "lorry"]}), default_model=NOWHERE)

    assert str(raised.value) == (
        "detector.labels: the model does not know lorry; its labels are car, traffic cone"
    )


def test_a_label_file_that_is_not_there_is_named(settings: DetectorSettings) -> None:
    """By its path."""
    with pytest.raises(SettingsInvalid) as raised:
        detector(settings.model_copy(update={"label_file": "/no/labels"}), default_model=NOWHERE)

    assert str(raised.value) == "detector.label_file: there is no file /no/labels"


@pytest.mark.corpus
def test_a_real_model_finds_the_bus(corpus: Path) -> None:
    """YOLOX-Nano on a photo of a bus: within a pixel of what its publisher's code finds."""
    settings = DetectorSettings(model=str(corpus / "models" / "yolox_nano.onnx"))
    found = detector(settings, default_model=NOWHERE)

    assert found is not None
    (bus,) = only(found, load_rgb(corpus / "vehicles" / "yolov5__data_images_bus.jpg"))
    assert bus.label == "bus"
    assert bus.score == pytest.approx(0.9, abs=0.01)
    assert bus.box == pytest.approx([13.7, 231.1, 787.5, 501.5], abs=1)
