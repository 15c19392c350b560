"""Whether photos are told to show letters."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from darkroom.imaging.decoding import reduced_gray
from darkroom.ports import GrayImage
from darkroom.recognition.letters import may_show_letters
from darkroom.samples import scenes

WEB = (1600, 1200)
SCENES = (scenes.lake, scenes.dunes, scenes.meadow, scenes.sea, scenes.forest)
Scene = Callable[[tuple[int, int]], Image.Image]


@cache
def landscape() -> Image.Image:
    """In gray; it shows no letters."""
    return scenes.lake(WEB).convert("L")


def written(word: str, *, letter_px: int, ink: int, ground: int) -> Image.Image:
    """On a plain card in the middle of a photo that shows letters nowhere else."""
    photo = landscape().copy()
    draw, font = ImageDraw.Draw(photo), ImageFont.load_default(letter_px)
    left, top, right, bottom = draw.textbbox((800, 600), word, font=font, anchor="mm")
    margin = letter_px // 2
    draw.rectangle((left - margin, top - margin, right + margin, bottom + margin), fill=ground)
    draw.text((800, 600), word, font=font, anchor="mm", fill=ink)
    return photo


@pytest.mark.parametrize("scene", SCENES)
def test_landscapes_show_no_letters(scene: Scene) -> None:
    """Neither do ripples, grass and trees, where shapes stand beside each other too."""
    assert not may_show_letters(np.asarray(scene(WEB).convert("L")))


def test_noise_makes_no_letters() -> None:
    """Where a plain surface is about as bright as what parts light from dark."""
    slope = np.linspace(60, 190, 1200)[:, None]
    noise = np.random.default_rng(7).normal(0, 4, (1200, 1600))

    assert not may_show_letters(np.clip(slope + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("letter_px", [40, 60, 300])
@pytest.mark.parametrize(("ink", "ground"), [(20, 240), (245, 30)])
@pytest.mark.parametrize("word", ["BUS", "any", "Map"])
def test_a_word_of_three_letters_is_seen(word: str, ink: int, ground: int, letter_px: int) -> None:
    """Dark on light and light on dark, large and small."""
    photo = written(word, letter_px=letter_px, ink=ink, ground=ground)

    assert may_show_letters(np.asarray(photo))


@pytest.mark.parametrize("degrees", [-10, -5, 5, 10, 90, 180, 270])
def test_a_line_is_seen_whichever_way_up_it_is(degrees: float) -> None:
    """And when it slants."""
    photo = written("Front left door", letter_px=40, ink=20, ground=240)

    turned = photo.rotate(degrees, Image.Resampling.BILINEAR, expand=True)
    assert may_show_letters(np.asarray(turned))


def test_two_letters_are_no_word() -> None:
    """Nothing shorter than three letters is believed when it is read."""
    photo = written("HN", letter_px=60, ink=20, ground=240)

    assert not may_show_letters(np.asarray(photo))


def test_two_levels_are_told_apart() -> None:
    """Scans of black and white have none in between."""
    page = Image.new("1", (1200, 800), 1)
    ImageDraw.Draw(page).text((100, 100), "Invoice", font=ImageFont.load_default(60), fill=0)

    assert may_show_letters(np.asarray(page.convert("L")))
    assert not may_show_letters(np.zeros((800, 1200), np.uint8))


def test_small_photos_are_not_judged() -> None:
    """The crop of a word may be one shape."""
    assert may_show_letters(np.full((60, 200), 128, np.uint8))


def test_a_mesh_is_left_to_the_engine() -> None:
    """Its shapes make more pairs than memory has room for."""
    mesh = np.zeros((1500, 1500), np.uint8)
    for row in range(6):
        mesh[row::8, ::2] = 255

    assert may_show_letters(mesh)


def test_single_pixels_are_no_letters() -> None:
    """However many there are."""
    board = np.indices((1500, 1500)).sum(axis=0) % 2 * 255

    assert not may_show_letters(board.astype(np.uint8))


READ = (
    "neardup/imagededup__tests_data_base_images_ukbench09348.jpg",
    "neardup/imagededup__tests_data_base_images_ukbench09380.jpg",
    "photos/coco128_yolo__images_train2017_000000000109.jpg",
    "photos/coco128_yolo__images_train2017_000000000400.jpg",
    "photos/coco128_yolo__images_train2017_000000000415.jpg",
    "photos/metadata-extractor-i__jpg_FLIR.jpg",
    "photos/metadata-extractor-i__jpg_Issue_211.jpg",
    "photos/sigal__tests_sample_pictures_dir1_test1_CMB_Timeline300_no_WMAP.jpg",
    "qr/BarcodeTestDataset__05102009148.jpg",
    "qr/BarcodeTestDataset__05102009176.jpg",
    "qr/BarcodeTestDataset__05102009178.jpg",
    "qr/BarcodeTestDataset__05102009179.jpg",
    "qr/BarcodeTestDataset__05102009218.jpg",
    "qr/BarcodeTestDataset__06102009249.jpg",
    "qr/BarcodeTestDataset__06102009250.jpg",
    "qr/BarcodeTestDataset__06102009251.jpg",
    "qr/BarcodeTestDataset__sample1.jpg",
    "qr/zxing__core_src_test_resources_blackbox_qrcode-1_13.png",
    "qr/zxing__core_src_test_resources_blackbox_qrcode-1_14.png",
    "vehicles/benchmarks__endtoend_us_car2.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000021.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000022.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000032.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000039.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000041.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000044.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000056.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000088.jpg",
    "vehicles/benchmarks__endtoend_us_wts-lg-000129.jpg",
)
"""Photos that are not of paper, on which Tesseract finds text."""


@pytest.mark.corpus
@pytest.mark.parametrize("name", READ)
def test_every_photo_with_text_is_let_through(name: str, corpus: Path) -> None:
    """Stamps of dates, signs, labels, plates, and the name of a boat."""
    assert may_show_letters(gray(corpus / name))


@pytest.mark.corpus
def test_photos_without_text_need_no_engine(corpus: Path) -> None:
    """One in five at least of those of some size; landscapes and portraits above all."""
    photos = [gray(path) for path in sorted((corpus / "photos").iterdir())[::3]]
    large = [photo for photo in photos if max(photo.shape) >= 512]

    without = [photo for photo in large if not may_show_letters(photo)]
    assert len(without) >= len(large) // 5


def gray(path: Path) -> GrayImage:
    return reduced_gray(path, at_least_px=3000)[0]
