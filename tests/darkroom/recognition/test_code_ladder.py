"""Codes that the plain look does not read, drawn and damaged here."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from darkroom.ports import GrayImage
from darkroom.recognition import code_ladder
from darkroom.recognition.code_ladder import LADDERS, MAX_VIEW_PIXELS, Look, look_for_codes
from darkroom.recognition.codes import read_codes
from darkroom.recognition.views import View


@dataclass(frozen=True)
class Paper:
    """A code on white paper, and the place that it takes."""

    image: Image.Image
    place: Image.Image
    """White where the code is."""


def paper(text: str, symbology: str, width: int) -> Paper:
    barcode = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology))
    drawn = np.array(zxingcpp.write_barcode_to_image(barcode, scale=8))
    code = Image.fromarray(np.pad(drawn, 32, constant_values=255))
    code = code.resize((width, round(code.height * width / code.width)), Image.Resampling.LANCZOS)
    image, place = Image.new("L", (400, 300), 255), Image.new("L", (400, 300), 0)
    image.paste(code, (120, 60))
    ImageDraw.Draw(place).rectangle((120, 60, 120 + code.width, 60 + code.height), fill=255)
    return Paper(image, place)


QR = paper("REPORT-0042", "QRCode", 150)
EAN = paper("9780804816632", "EAN13", 230)
CODE128 = paper("DR-0042", "Code128", 230)

Damage = Callable[[Paper], Paper]


def noisy(levels: np.ndarray[tuple[int, ...], np.dtype[np.float64]], amount: float) -> Image.Image:
    noise = np.random.default_rng(1).normal(0, amount, levels.shape)
    return Image.fromarray(np.clip(levels + noise, 0, 255).astype(np.uint8))


def blurred(of: Paper) -> Paper:
    return Paper(
        noisy(np.asarray(of.image.filter(ImageFilter.GaussianBlur(2)), float), 1), of.place
    )


def grainy(amount: float) -> Damage:
    return lambda of: Paper(noisy(np.asarray(of.image) * 0.6 + 50, amount), of.place)


def faint(levels: float) -> Damage:
    return lambda of: Paper(noisy(170 + np.asarray(of.image) / 255 * levels, 3), of.place)


def shaded(of: Paper) -> Paper:
    light = np.linspace(0.1, 1, of.image.width)[None, :] ** 2
    return Paper(noisy(np.asarray(of.image) * light, 2), of.place)


def tilted(degrees: float) -> Damage:
    def tilt(of: Paper) -> Paper:
        how = Image.Resampling.BICUBIC
        return Paper(
            of.image.rotate(degrees, how, expand=True, fillcolor=255),
            of.place.rotate(degrees, how, expand=True),
        )

    return tilt


@pytest.mark.parametrize(
    ("of", "damage", "effort", "text"),
    [
        (QR, blurred, "quick", "REPORT-0042"),
        (QR, grainy(50), "quick", "REPORT-0042"),
        (QR, grainy(80), "thorough", "REPORT-0042"),
        (QR, faint(8), "quick", "REPORT-0042"),
        (EAN, shaded, "quick", "9780804816632"),
        (EAN, grainy(30), "thorough", "9780804816632"),
        (EAN, faint(20), "thorough", "9780804816632"),
        (EAN, tilted(30), "thorough", "9780804816632"),
        (EAN, tilted(40), "thorough", "9780804816632"),
        (CODE128, shaded, "quick", "DR-0042"),
        (CODE128, grainy(40), "thorough", "DR-0042"),
        (CODE128, tilted(45), "thorough", "DR-0042"),
    ],
)
def test_a_damaged_code_is_read_by_a_further_look(
    of: Paper, damage: Damage, effort: code_ladder.CodeEffort, text: str
) -> None:
    """Its corners lie where it is on the photo, however that look turned and scaled it."""
    damaged = damage(of)
    image = np.asarray(damaged.image)
    place = np.asarray(damaged.place.filter(ImageFilter.MaxFilter(7)))

    assert look_for_codes(image, [], "plain") == []
    (code,) = look_for_codes(image, [], effort)

    assert code.text == text
    assert code.look in {look.name for look in LADDERS[effort]}
    assert [place[round(y), round(x)] for x, y in code.polygon] == [255] * 4


def test_what_a_look_hardly_ever_finds_is_sought_only_by_a_thorough_one() -> None:
    """Aztec and Data Matrix would make the second look of `quick` much dearer."""
    image = np.asarray(faint(30)(paper("REPORT-0042", "Aztec", 60)).image)

    assert look_for_codes(image, [], "quick") == []
    (code,) = look_for_codes(image, [], "thorough")

    assert (code.text, code.look) == ("REPORT-0042", "evened")


def test_a_code_that_the_plain_look_reads_costs_no_further_look() -> None:
    """And its row says so."""
    (code,) = look_for_codes(np.asarray(QR.image), [], "thorough")

    assert code.look == "plain"
    assert [code] == read_codes(np.asarray(QR.image), [])


@pytest.mark.parametrize("symbologies", [["EAN13"], ["Code39"]])
def test_further_looks_read_only_what_is_asked_for(symbologies: list[str]) -> None:
    """Other symbologies, and those that noise is easily taken for, are not looked for."""
    assert look_for_codes(np.asarray(blurred(QR).image), symbologies, "thorough") == []


def test_bars_are_believed_only_where_another_look_reads_the_same() -> None:
    """One check digit lets misreadings pass, and those differ from look to look."""
    view = View.whole(np.asarray(EAN.image))
    (read,) = read_codes(view.image, ["EAN13"])
    misread = read.model_copy(update={"text": "9780804816694"})

    assert code_ladder._read_again(read, view, ["EAN13"])
    assert not code_ladder._read_again(misread, view, ["EAN13"])


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_read_in_noise(seed: int) -> None:
    """Stripes of any widths hold no code, whichever way they are looked at."""
    random = np.random.default_rng(seed)
    stripes = np.repeat(random.integers(0, 2, 200) * 200, random.integers(1, 4, 200))
    image: GrayImage = np.tile(stripes.astype(np.uint8), (120, 1))

    assert look_for_codes(image, [], "thorough") == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (3000, 2), (4000, 5000)])
def test_any_image_can_be_looked_at(shape: tuple[int, int]) -> None:
    """However small, narrow or large it is, a look is bounded."""
    image = np.full(shape, 200, np.uint8)

    for look in LADDERS["thorough"]:
        upright = Look(look.name, scale=look.scale).at(image).image
        assert 0 < upright.size <= MAX_VIEW_PIXELS + max(upright.shape)
    assert look_for_codes(image[:1000, :1000], [], "thorough") == []
