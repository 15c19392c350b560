from pathlib import Path

import pytest

from darkroom.errors import SettingsInvalid
from darkroom.settings import DetectorSettings
from resources.detectors.labels import COCO, check_labels_of_interest, read_labels


def test_without_a_file_or_a_card_the_labels_are_cocos() -> None:
    """Eighty, in COCO's order, and the default labels of interest are among them."""
    assert read_labels(None) is None
    assert (len(COCO), len(set(COCO))) == (80, 80)
    assert (COCO[0], COCO[2], COCO[5], COCO[7], COCO[79]) == (
        "person",
        "car",
        "bus",
        "truck",
        "toothbrush",
    )
    check_labels_of_interest(DetectorSettings().labels, COCO)


def test_a_label_stands_on_a_line(tmp_path: Path) -> None:
    """Windows line ends, a byte order mark and blank lines at the end do no harm."""
    path = tmp_path / "labels.txt"
    path.write_bytes("\ufeffcar\r\ntraffic cone\r\n\r\n".encode())

    assert read_labels(str(path)) == ("car", "traffic cone")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """It may be the model by mistake."""
    path = tmp_path / "labels.txt"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SettingsInvalid, match=f"label_file: {path} cannot be read"):
        read_labels(str(path))
