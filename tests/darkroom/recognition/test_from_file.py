from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image

from darkroom.ports import GrayImage, Reading
from darkroom.recognition.from_file import find_codes, read_text
from darkroom.rows import Code, Word


class RememberingReader:
    """A `TextReader` that reads one word, and remembers what it was shown."""

    version = "remembering"
    enough_words = 3
    page_scale = None
    needs_letters_apart = False

    def __init__(self) -> None:
        self.seen: list[GrayImage] = []

    def line_heights(self, image: GrayImage) -> None:
        pass

    def read(self, image: GrayImage) -> Reading:
        self.seen.append(image)
        return Reading(
            text="word", confidence=0.9, words=[Word(text="word", confidence=0.9, box=[1, 2, 3, 4])]
        )


def test_words_stand_in_pixels_of_the_upright_original(tmp_path: Path) -> None:
    """The reader sees the original in gray and upright, here at twice its size."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30), (255, 0, 0)).save(tmp_path / "original.png", exif=exif)
    reader = RememberingReader()

    assert read_text(tmp_path / "original.png", reader) == Reading(
        text="word",
        confidence=0.9,
        words=[Word(text="word", confidence=0.9, box=[0.5, 1, 1.5, 2])],
    )
    np.testing.assert_array_equal(reader.seen[0], np.full((80, 60), 76, dtype=np.uint8))


def test_a_large_photo_is_read_reduced_and_its_words_stand_in_the_original(tmp_path: Path) -> None:
    """A JPEG of twice the size that is read is decoded at half of it."""
    Image.new("L", (6000, 400), 200).save(tmp_path / "original.jpg")
    reader = RememberingReader()

    reading = read_text(tmp_path / "original.jpg", reader)

    assert [word.box for word in reading.words] == [[2, 4, 6, 8]]
    assert reader.seen[0].shape == (200, 3000)


def test_codes_stand_in_pixels_of_the_upright_original(tmp_path: Path) -> None:
    """A camera held on its side does not move them."""
    barcode = zxingcpp.create_barcode("REPORT-0042", zxingcpp.BarcodeFormat.QRCode)
    upright = Image.new("L", (300, 200), 255)
    code = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(barcode, scale=4)))
    upright.paste(code, (150, 20))
    turned = upright.transpose(Image.Transpose.ROTATE_90)  # EXIF orientation 6 turns it back
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "original.jpg", quality=95, exif=exif)

    (found,) = find_codes(tmp_path / "original.jpg", [], "quick")

    assert found.text == "REPORT-0042"
    np.testing.assert_allclose(
        found.polygon, [[166, 36], [250, 36], [251, 121], [166, 120]], atol=1.5
    )
    assert find_codes(tmp_path / "original.jpg", ["EAN13"], "quick") == []
    assert isinstance(found, Code)
