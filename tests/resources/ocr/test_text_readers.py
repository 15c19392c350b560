import os
import pickle
import threading
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytesseract
import pytest
from PIL import Image, ImageDraw, ImageFont

from darkroom.errors import EngineUnavailable, PhotoFailed, SettingsInvalid
from darkroom.ports import GrayImage, Reading, TextReader
from darkroom.settings import OcrSettings
from resources.ocr import pytesseract_reader, rapidocr_reader
from resources.ocr.choice import text_reader
from resources.ocr.pytesseract_reader import PytesseractReader
from resources.ocr.tesserocr_reader import TesserocrReader

LINES = ("Report 2024-0815", "Front left door", "Mileage 48213 km")

NOTHING = Reading(text="", confidence=None, words=[])


def page() -> GrayImage:
    """Three lines in black on white, 900 x 400 pixels, the first at 60, 50."""
    image = Image.new("L", (900, 400), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(LINES):
        draw.text((60, 50 + 100 * number), line, font=ImageFont.load_default(44), fill=0)
    return np.asarray(image)


def inked(image: GrayImage) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of everything dark."""
    rows, columns = np.nonzero(image < 128)
    return columns.min(), rows.min(), columns.max(), rows.max()


def _refuse(*_: object) -> None:
    raise AssertionError("an engine is not to ask the network")


def _not_found(name: str) -> str:
    raise PackageNotFoundError(name)


class TextReaderContract:
    SLACK_PX = 2
    """How far a box may be from its word."""

    def test_a_page_is_read_exactly(self, reader: TextReader) -> None:
        """Line by line, as it was drawn, and the reader is sure of it."""
        reading = reader.read(page())

        assert reading.text == "\n".join(LINES)
        assert [word.text for word in reading.words] == " ".join(LINES).split()
        assert reading.confidence is not None
        assert 0.9 < reading.confidence <= 1
        assert reading.confidence == pytest.approx(
            np.mean([word.confidence for word in reading.words]), abs=1e-3
        )

    def test_a_words_box_contains_the_word(self, reader: TextReader) -> None:
        """Left, top, width and height in pixels of the image, within a pixel or two."""
        image = page()
        words = [word for word in reader.read(image).words if word.text in LINES[0].split()]
        left, top, right, bottom = inked(image[:130])

        boxes = np.array([word.box for word in words])
        assert boxes[:, 0].min() == pytest.approx(left, abs=self.SLACK_PX)
        assert boxes[:, 1].min() == pytest.approx(top, abs=self.SLACK_PX)
        assert (boxes[:, 0] + boxes[:, 2]).max() == pytest.approx(right, abs=self.SLACK_PX)
        assert (boxes[:, 1] + boxes[:, 3]).max() == pytest.approx(bottom, abs=self.SLACK_PX)

    @pytest.mark.parametrize(
        "image",
        [
            np.full((300, 400), 255, dtype=np.uint8),
            np.zeros((300, 400), dtype=np.uint8),
            np.random.default_rng(1).integers(0, 256, (300, 400), dtype=np.uint8),
            np.full((1, 1), 255, dtype=np.uint8),
            np.zeros((1, 1), dtype=np.uint8),
            np.zeros((1, 500), dtype=np.uint8),
            np.zeros((500, 1), dtype=np.uint8),
            np.full((20, 32_767), 255, dtype=np.uint8),
        ],
        ids=["white", "black", "noise", "1x1", "1x1 black", "500x1", "1x500", "32767x20"],
    )
    def test_an_image_without_text_gives_none(self, reader: TextReader, image: GrayImage) -> None:
        """Of any size: no words, and no confidence in them."""
        assert reader.read(image) == NOTHING

    def test_a_page_has_lines_and_a_blank_one_is_left_at_a_glance_if_at_all(
        self, reader: TextReader
    ) -> None:
        """A glance may be wrong in one way only: it never denies text that is there."""
        heights = reader.line_heights(page())
        assert heights is None or heights
        reader.line_heights(np.full((300, 400), 255, dtype=np.uint8))
        assert reader.read(page()).text == "\n".join(LINES)

    def test_too_large_an_image_is_a_failure_and_no_empty_text(self, reader: TextReader) -> None:
        """Who could not look does not say that there is nothing."""
        with pytest.raises(PhotoFailed) as raised:
            reader.read(np.full((20, 32_768), 255, dtype=np.uint8))

        assert raised.value.failure.error_type == "ImageTooLarge"
        assert not raised.value.failure.retryable

    def test_part_of_an_image_is_read_like_the_whole(self, reader: TextReader) -> None:
        """A view with gaps between its rows is as good as an array of its own."""
        framed = np.full((500, 1100), 255, dtype=np.uint8)
        framed[50:450, 100:1000] = page()

        assert reader.read(framed[50:450, 100:1000]) == reader.read(page())

    def test_reading_leaves_nothing_behind(self, reader: TextReader) -> None:
        """The next image's text is its own, and a page reads the same every time."""
        first = reader.read(page())

        assert reader.read(np.full((300, 400), 255, dtype=np.uint8)) == NOTHING
        assert reader.read(page()) == first

    def test_words_below_the_least_confidence_are_left_out(self, settings: OcrSettings) -> None:
        """They are in neither the text nor the list."""
        words = text_reader(settings).read(page()).words
        least = max(word.confidence for word in words)
        sure = [word for word in words if word.confidence >= least]

        choosy = text_reader(settings.model_copy(update={"min_word_confidence": least}))

        assert 0 < len(sure) < len(words)
        assert choosy.read(page()).words == sure
        assert choosy.read(page()).text.split() == [word.text for word in sure]

    def test_a_reader_travels_to_other_processes(self, reader: TextReader) -> None:
        """Pickled it is small, and it reads the same after the engine has run."""
        before = reader.read(page())
        pickled = pickle.dumps(reader)

        assert len(pickled) < 1000
        assert pickle.loads(pickled).read(page()) == before  # noqa: S301 - our own bytes

    def test_the_version_tells_confidences_apart(self, settings: OcrSettings) -> None:
        """Whatever changes a text changes the version."""
        other = settings.model_copy(update={"min_word_confidence": 0.1})

        assert text_reader(settings).version != text_reader(other).version


class TesseractContract(TextReaderContract):
    def test_a_page_is_read_as_well_at_its_page_scale(self, reader: TextReader) -> None:
        """Which is smaller, and read sooner."""
        assert reader.page_scale is not None
        height, width = page().shape
        size = (round(width * reader.page_scale), round(height * reader.page_scale))

        small = np.asarray(Image.fromarray(page()).resize(size))

        assert reader.page_scale < 1
        assert reader.read(small).text == "\n".join(LINES)

    def test_a_missing_language_is_named_with_the_way_to_get_it(
        self, settings: OcrSettings
    ) -> None:
        """Every missing language, and none that is there."""
        reader = text_reader(settings.model_copy(update={"languages": "eng+xyz+abc_de"}))

        with pytest.raises(EngineUnavailable) as raised:
            reader.read(page())

        assert str(raised.value).startswith("Tesseract has no data for xyz, abc_de in /")
        assert "apt-get install tesseract-ocr-xyz tesseract-ocr-abc-de" in str(raised.value)

    def test_the_version_tells_settings_apart(self, settings: OcrSettings) -> None:
        """Whatever changes a text changes the version."""
        changes: list[dict[str, object]] = [
            {},
            {"languages": "eng+deu"},
            {"page_segmentation_mode": 6},
            {"min_word_confidence": 0.1},
        ]
        versions = {text_reader(settings.model_copy(update=each)).version for each in changes}

        assert len(versions) == len(changes)


class TestRapidocrReader(TextReaderContract):
    SLACK_PX = 12  # its lines have a margin, of a quarter of their height

    @pytest.fixture
    def settings(self) -> OcrSettings:
        return OcrSettings(engine="rapidocr")

    @pytest.fixture
    def reader(self, settings: OcrSettings) -> TextReader:
        return text_reader(settings)

    def test_an_image_without_text_is_told_at_a_glance(self, reader: TextReader) -> None:
        """By its detector alone."""
        assert reader.line_heights(np.full((300, 400), 255, dtype=np.uint8)) == []

    def test_a_word_that_fills_its_image_is_found(self, reader: TextReader) -> None:
        """As on the crop of a sign."""
        image = page()
        left, top, right, bottom = inked(image[:130])

        assert reader.read(image[top : bottom + 1, left : right + 1]).text == LINES[0]

    def test_it_needs_no_network_and_takes_one_thread(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its models are inside its package, and other photos keep the other cores busy."""
        rapidocr_reader._engine.cache_clear()
        monkeypatch.setattr("socket.socket.connect", _refuse)
        before = threading.active_count()

        assert text_reader(OcrSettings(engine="rapidocr")).read(page()).text == "\n".join(LINES)
        options = rapidocr_reader._engine().text_det.session.session.get_session_options()
        assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)
        assert threading.active_count() == before

    def test_without_the_extra_it_says_how_to_get_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Both when reading and when asked for its version."""
        rapidocr_reader._engine.cache_clear()
        monkeypatch.setattr("resources.ocr.rapidocr_reader.find_spec", lambda _: None)
        monkeypatch.setattr("resources.ocr.rapidocr_reader.version", _not_found)
        reader = text_reader(OcrSettings(engine="rapidocr"))

        for use in (lambda: reader.read(page()), lambda: reader.version):
            with pytest.raises(EngineUnavailable, match="`make rapidocr` installs it"):
                use()

    def test_words_keep_the_confidence_and_corners_of_their_pieces(self) -> None:
        """A word of several pieces is as sure as the least of them, and stands around all."""
        corners = [[0, 0], [100, 0], [100, 10], [0, 10]]
        pieces = [
            ("No.", 0.9, [[0, 0], [30, 10]]),
            ("4", 0.8, [[40, 0], [50, 10]]),
            ("7", 0.7, [[60, 0], [70, 10]]),
        ]

        assert list(rapidocr_reader._words("No. 47", 0.5, corners, pieces)) == [
            ("No.", 0.9, [[0, 0], [30, 10]]),
            ("47", 0.7, [[40, 0], [50, 10], [60, 0], [70, 10]]),
        ]

    @pytest.mark.parametrize(
        "pieces", [[], [("Mo.", 0.9, [[0, 0]])], [("No.4", 0.9, [[0, 0]]), ("7", 0.9, [[0, 0]])]]
    )
    def test_a_line_whose_pieces_make_no_words_is_divided_by_letters(
        self, pieces: list[tuple[str, float, list[list[float]]]]
    ) -> None:
        """Along its polygon, however that slants, with the confidence of the line."""
        corners = [[0, 0], [60, 6], [60, 16], [0, 10]]

        assert list(rapidocr_reader._words("No. 47", 0.5, corners, pieces)) == [
            ("No.", 0.5, [[0, 0], [30, 3], [30, 13], [0, 10]]),
            ("47", 0.5, [[40, 4], [60, 6], [60, 16], [40, 14]]),
        ]


class TestTesserocrReader(TesseractContract):
    @pytest.fixture
    def settings(self) -> OcrSettings:
        return OcrSettings(engine="tesserocr")

    @pytest.fixture
    def reader(self, settings: OcrSettings) -> TextReader:
        return text_reader(settings)

    def test_it_tells_how_high_lines_are(self, reader: TextReader) -> None:
        """From the lowest to the highest of their letters, also of lines that run upwards."""
        for quarters in (0, 1):
            heights = reader.line_heights(np.rot90(page(), quarters))

            assert heights is not None
            assert len(heights) == len(LINES)
            assert all(30 < height < 50 for height in heights)

    def test_a_blank_image_is_told_at_a_glance(self, reader: TextReader) -> None:
        """By its layout, without reading it."""
        assert reader.line_heights(np.full((300, 400), 255, dtype=np.uint8)) == []

    @pytest.mark.parametrize(
        ("settings", "needs"),
        [
            (OcrSettings(), True),
            (OcrSettings(languages="deu+rus"), True),
            (OcrSettings(languages="eng+ara"), False),
            (OcrSettings(page_segmentation_mode=11), False),
        ],
    )
    def test_its_photos_may_be_judged_by_letters_that_stand_apart(
        self, settings: OcrSettings, needs: bool
    ) -> None:
        """Not where letters hang together, nor where the engine is told to look for any mark."""
        assert text_reader(settings).needs_letters_apart is needs

    def test_language_data_that_is_broken_is_no_engine(self, tmp_path: Path) -> None:
        """The folder is named."""
        (tmp_path / "eng.traineddata").write_bytes(b"broken")
        reader = TesserocrReader("eng", str(tmp_path), 3, 0.5)

        with pytest.raises(EngineUnavailable, match=f"cannot start with eng from {tmp_path}"):
            reader.read(page())


class TestPytesseractReader(TesseractContract):
    @pytest.fixture
    def settings(self) -> OcrSettings:
        return OcrSettings(engine="pytesseract")

    @pytest.fixture
    def reader(self, settings: OcrSettings) -> TextReader:
        return text_reader(settings)

    @pytest.fixture
    def fresh(self) -> Iterator[None]:
        pytesseract_reader._program_version.cache_clear()
        yield
        pytesseract_reader._program_version.cache_clear()

    @pytest.mark.usefixtures("fresh")
    def test_a_missing_program_is_named_with_the_way_to_get_it(
        self, reader: TextReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both when reading and when asked for its version."""
        monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "no-such-program")

        for use in (lambda: reader.read(page()), lambda: reader.version):
            with pytest.raises(EngineUnavailable, match="apt-get install tesseract-ocr"):
                use()

    def test_a_program_that_gives_up_is_a_failure_of_the_photo(self, tmp_path: Path) -> None:
        """Its own message is kept."""
        (tmp_path / "eng.traineddata").write_bytes(b"broken")
        reader = PytesseractReader("eng", str(tmp_path), 3, 0.5)

        with pytest.raises(PhotoFailed) as raised:
            reader.read(page())

        assert raised.value.failure.error_type == "TesseractError"
        assert raised.value.failure.retryable

    def test_the_program_has_one_thread_and_this_process_keeps_its_environment(
        self, reader: TextReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """OMP_THREAD_LIMIT=1 is for the program alone."""
        monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
        program = tmp_path / "tesseract"
        program.write_text(
            f'#!/bin/sh\necho "$OMP_THREAD_LIMIT" > {tmp_path}/limit\n: > "$2.tsv"\n'
        )
        program.chmod(0o755)
        monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", str(program))

        assert reader.read(page()) == NOTHING
        assert (tmp_path / "limit").read_text() == "1\n"
        assert "OMP_THREAD_LIMIT" not in os.environ


@pytest.mark.parametrize("mode", [0, 2])
def test_a_mode_that_reads_no_text_is_refused(mode: int) -> None:
    """Else every photo would be without text."""
    with pytest.raises(SettingsInvalid, match=f"page_segmentation_mode {mode} "):
        text_reader(OcrSettings(page_segmentation_mode=mode))


def test_both_engines_take_the_same_settings() -> None:
    """The engine is chosen by its name alone."""
    settings = OcrSettings(languages="eng+deu", tessdata="/data", min_word_confidence=0.3)
    one = text_reader(settings)
    other = text_reader(settings.model_copy(update={"engine": "pytesseract"}))

    assert one == TesserocrReader("eng+deu", "/data", 3, 0.3)
    assert other == PytesseractReader("eng+deu", "/data", 3, 0.3)
