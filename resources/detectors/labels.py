"""What the classes of a detector are called."""

from pathlib import Path

from darkroom.errors import SettingsInvalid

# One label a line would be a file of its own.
# fmt: off
COCO = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)
# fmt: on
"""The 80 classes of COCO detection (cocodataset.org, instances_train2017), in the order in which
the published YOLOX models number them (yolox/data/datasets/coco_classes.py)."""


def read_labels(file: str | None) -> tuple[str, ...] | None:
    """One label per line, in the model's order; blank lines at the end do not count.

    None without a file. Raises `SettingsInvalid`.
    """
    if file is None:
        return None
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SettingsInvalid(f"detector.label_file: there is no file {file}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"detector.label_file: {file} cannot be read: {error}") from error
    return tuple(line.strip() for line in text.rstrip().splitlines())


def check_labels_of_interest(wanted: list[str], known: tuple[str, ...]) -> None:
    """Raise `SettingsInvalid` for a label that the model does not have."""
    if unknown := sorted(set(wanted) - set(known)):
        raise SettingsInvalid(
            f"detector.labels: the model does not know {', '.join(unknown)}; its labels are"
            f" {', '.join(known)}"
        )
