"""The photos: drawn, always the same for the same count, and kept for the next time."""

import os
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from darkroom.samples import scenes

_SCENES = (scenes.lake, scenes.meadow, scenes.forest, scenes.sea, scenes.dunes)
_MARGIN = 1.12
"""How much wider and taller than a photo the scene is that it is cut from."""
_WORDS = (  # noqa: SIM905 - easier to read
    "harbour office notice all skippers north quay closed repairs from Monday third June please"
    " moor east report your arrival channel twelve cargo manifest weight pallets received signed"
).split()


@dataclass(frozen=True, slots=True)
class Kind:
    size: tuple[int, int]
    quality: int
    """Of JPEG: such that files are as large as those of cameras and of the web."""
    scenes: int
    """Drawn once; each photo is a cut of one of them with grain of its own."""


WEB = Kind((1600, 1200), 83, 20)
CAMERA = Kind((4000, 3000), 90, 5)
_PAGE_SIZE, _PAGE_QUALITY, _PAGE_LINES = (1200, 1600), 88, 28
_MIXTURE = ("web", "web", "pages", "web", "camera", "web", "pages", "web", "web", "pages")


def draw(kind: str, count: int, folder: Path) -> None:
    """Fill `folder` with `count` photos; what is there already stays."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = [kind if kind != "mixed" else _MIXTURE[n % len(_MIXTURE)] for n in range(count)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, drawn in (("web", WEB), ("camera", CAMERA)):
            cut = partial(_cut, drawn, folder, [n for n in range(count) if kinds[n] == name])
            list(pool.map(cut, range(drawn.scenes)))
        list(pool.map(partial(_page, folder), [n for n in range(count) if kinds[n] == "pages"]))


def page_lines(number: int) -> list[str]:
    """What stands on the page of this number."""
    chance = random.Random(number)  # noqa: S311 - no secret
    return [" ".join(chance.choices(_WORDS, k=6)) for _ in range(_PAGE_LINES)]


def _cut(kind: Kind, folder: Path, numbers: list[int], seed: int) -> None:
    """Those of the photos that are cut from the scene of this seed."""
    missing = [n for n in numbers[seed :: kind.scenes] if not _path(folder, n).exists()]
    if not missing:
        return
    width, height = kind.size
    large = (int(width * _MARGIN), int(height * _MARGIN))
    scene = _SCENES[seed % len(_SCENES)](large, seed=seed)
    for number in missing:
        chance = np.random.default_rng(number)
        left, top = (int(chance.integers(0, large[i] - kind.size[i] + 1)) for i in (0, 1))
        pixels = np.asarray(scene.crop((left, top, left + width, top + height)), np.int16)
        if chance.random() < 0.5:  # noqa: PLR2004 - one in two is mirrored
            pixels = pixels[:, ::-1]
        light = chance.integers(-12, 13) + chance.integers(-3, 4, (height, width, 1), np.int16)
        photo = Image.fromarray(np.clip(pixels + light, 0, 255).astype(np.uint8))
        _save(photo, folder, number, kind.quality)


def _page(folder: Path, number: int) -> None:
    if _path(folder, number).exists():
        return
    page = scenes.letter(page_lines(number), _PAGE_SIZE, seed=number)
    _save(page, folder, number, _PAGE_QUALITY)


def _save(photo: Image.Image, folder: Path, number: int, quality: int) -> None:
    unfinished = folder / f".{number:06}"
    photo.save(unfinished, "JPEG", quality=quality)
    unfinished.replace(_path(folder, number))


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:06}.jpg"
