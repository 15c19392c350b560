"""Photos for soak runs, drawn by code: same seed, same bytes."""

import io
import random
from pathlib import Path

from PIL import Image, ImageFilter

from darkroom.samples import scenes

_SIZES = [(1024, 768), (800, 600), (1280, 720), (640, 960)]
_SCENES = [scenes.lake, scenes.dunes, scenes.meadow, scenes.sea, scenes.forest]


def draw(folder: Path, count: int, *, seed: int) -> list[str]:
    """`count` files in `folder`, by name: mostly sound photos, each of its own; some with text or a
    code, some blurred, cut off, empty or no image, and some twice.
    """
    rng = random.Random(seed)
    names: list[str] = []
    for number in range(count):
        kind = rng.choices(
            ["scene", "letter", "parcel", "blurred", "cut", "empty", "text", "copy"],
            weights=[70, 6, 6, 4, 4, 2, 2, 6],
        )[0]
        name = f"{number:04}-{kind}.jpg"
        (folder / name).write_bytes(_bytes(kind, number, rng, folder, names))
        names.append(name)
    return names


def _bytes(kind: str, number: int, rng: random.Random, folder: Path, before: list[str]) -> bytes:
    if kind == "empty":
        return b""
    if kind == "text":
        return f"photo {number} is not here\n".encode() * 20
    if kind == "copy" and before and before[-1].endswith("-scene.jpg"):
        # Of one that no other copies: whichever of two arrives first, the pair is the same.
        return (folder / before[-1]).read_bytes()
    size = rng.choice(_SIZES)
    if kind == "letter":
        image = scenes.letter([f"Notice {number}", "Please moor at the east quay."], size, number)
    elif kind == "parcel":
        image = scenes.parcel(f"DR-{number:06}", f"Parcel {number}", size, number)
    else:
        image = rng.choice(_SCENES)(size, number)
    if kind == "blurred":
        image = image.filter(ImageFilter.GaussianBlur(12))
    data = _jpeg(image)
    return data[: len(data) // 2] if kind == "cut" else data


def _jpeg(image: Image.Image) -> bytes:
    into = io.BytesIO()
    image.save(into, "JPEG", quality=88)
    return into.getvalue()
