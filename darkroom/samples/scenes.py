"""Scenes drawn by code, with enough light, colour and texture to pass for photos.

All are 8-bit RGB and depend on nothing but their size and the seed.
"""

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Field = NDArray[np.float32]
"""Height x width, or height x width x 3, mostly 0 to 1."""

Colour = tuple[float, float, float]

_OCTAVES = 7


def lake(size: tuple[int, int], seed: int = 1) -> Image.Image:
    """Mountains at dawn and their reflection."""
    width, height = size
    rng = np.random.default_rng(seed)
    shore = int(height * 0.58)
    land = _sky(rng, shore, width, top=(0.27, 0.38, 0.62), bottom=(0.99, 0.77, 0.58))
    _sun(land, x=0.3, y=0.34, radius=0.04)
    for depth, (base, rise) in enumerate([(0.62, 0.3), (0.74, 0.26), (0.9, 0.2)]):
        haze = 0.62 - 0.26 * depth
        rock = (0.13 + haze * 0.5, 0.17 + haze * 0.48, 0.25 + haze * 0.5)
        _ridge(land, rng, base=base, rise=rise, colour=rock, contrast=0.12 + 0.1 * depth)
    water = land[::-1][: height - shore]
    drift = (_noise(rng, *water.shape[:2], stretch=14) - 0.5) * 26
    rows = np.clip(np.arange(len(water))[:, None] + drift, 0, len(water) - 1).astype(int)
    water = water[rows, np.arange(width)] * np.float32(0.78)
    water += (_noise(rng, *water.shape[:2], stretch=20)[..., None] - 0.5) * 0.16
    return _photo(rng, np.concatenate([land, water]))


def dunes(size: tuple[int, int], seed: int = 2) -> Image.Image:
    """Sand hills with wind ripples."""
    width, height = size
    rng = np.random.default_rng(seed)
    picture = _sky(rng, height, width, top=(0.2, 0.45, 0.78), bottom=(0.82, 0.88, 0.93))
    for base, rise, light in [(0.5, 0.12, 0.92), (0.64, 0.18, 0.8), (0.86, 0.24, 0.96)]:
        crest = _crest(rng, width, base=base, rise=rise, octaves=3) * height
        depth = np.arange(height, dtype=np.float32)[:, None] - crest
        warp = _noise(rng, height, width, stretch=3) * 40
        ripple = 0.06 * np.sin((depth + warp) * 0.28) * np.clip(depth / 200, 0, 1)
        shade = light - 0.3 * np.exp(-np.clip(depth, 0, None) / 120) + ripple
        sand = shade[..., None] * np.array([0.87, 0.66, 0.42], np.float32)
        picture = np.where((depth > 0)[..., None], sand, picture)
    return _photo(rng, picture)


def meadow(size: tuple[int, int], seed: int = 3) -> Image.Image:
    """Grass, flowers and a cloudy sky."""
    width, height = size
    rng = np.random.default_rng(seed)
    picture = _sky(rng, height, width, top=(0.25, 0.5, 0.85), bottom=(0.86, 0.92, 0.97))
    _ridge(picture, rng, base=0.5, rise=0.1, colour=(0.35, 0.5, 0.42), contrast=0.2)
    horizon = int(height * 0.52)
    blades = _noise(rng, height - horizon, width, stretch=0.2)[..., None]
    near = np.linspace(0, 1, height - horizon, dtype=np.float32)[:, None, None]
    green = np.array([0.3, 0.55, 0.16], np.float32) * (1.05 - 0.4 * near)
    picture[horizon:] = green + (blades - 0.5) * (0.35 + 0.55 * near)
    photo = _photo(rng, picture)
    draw = ImageDraw.Draw(photo)
    for _ in range(500):
        distance = rng.random() ** 1.6
        x, y = rng.random() * width, horizon + 12 + (height - horizon) * distance
        radius = 2 + 11 * distance
        colour = ["#f4f1e4", "#e8c33a", "#d6493f", "#b98ad6"][int(rng.integers(4))]
        draw.ellipse((x - radius, y - radius * 0.7, x + radius, y + radius * 0.7), colour)
        draw.ellipse((x - radius / 3, y - radius / 4, x + radius / 3, y + radius / 4), "#8a5a14")
    return photo


def sea(size: tuple[int, int], seed: int = 4) -> Image.Image:
    """Open water and a sailing boat."""
    width, height = size
    rng = np.random.default_rng(seed)
    picture = _sky(rng, height, width, top=(0.33, 0.58, 0.86), bottom=(0.9, 0.94, 0.96))
    horizon = int(height * 0.45)
    near = np.linspace(0, 1, height - horizon, dtype=np.float32)[:, None, None]
    blue = np.array([0.1, 0.36, 0.5], np.float32) * (1.3 - 0.5 * near)
    waves = _noise(rng, height - horizon, width, stretch=6)[..., None] - 0.5
    foam = np.clip(waves - 0.16, 0, None) * 3 * near
    picture[horizon:] = blue + waves * (0.15 + 0.5 * near) + foam
    photo = _photo(rng, picture)
    draw = ImageDraw.Draw(photo)
    x, y, unit = width * 0.4, horizon + height * 0.06, height * 0.02
    draw.polygon(
        [
            (x - 5 * unit, y),
            (x + 5 * unit, y),
            (x + 3 * unit, y + 2 * unit),
            (x - 4 * unit, y + 2 * unit),
        ],
        "#7a2f27",
    )
    draw.polygon([(x, y - unit), (x, y - 14 * unit), (x + 5 * unit, y - unit)], "#f3efe6")
    draw.polygon(
        [(x - unit, y - unit), (x - unit, y - 12 * unit), (x - 5 * unit, y - unit)], "#e2d8c6"
    )
    return photo


def forest(size: tuple[int, int], seed: int = 5) -> Image.Image:
    """Conifers in layers of mist."""
    width, height = size
    rng = np.random.default_rng(seed)
    picture = _sky(rng, height, width, top=(0.72, 0.79, 0.83), bottom=(0.93, 0.92, 0.87))
    for layer in range(5):
        crest = _crest(rng, width, base=0.42 + 0.13 * layer, rise=0.12, octaves=4) * height
        spires = np.zeros(width, np.float32)
        columns = np.arange(width, dtype=np.float32)
        for x in rng.random(26 + 10 * (4 - layer)) * width:
            tall = height * (0.05 + 0.035 * layer) * (0.6 + 0.8 * rng.random())
            jag = 1 - 0.25 * np.abs(np.sin(columns * 0.4))
            spires = np.maximum(spires, (tall - np.abs(columns - x) * 3.4) * jag)
        depth = np.arange(height, dtype=np.float32)[:, None] - (crest - spires)
        clear = layer / 4
        mist = np.clip(depth / (height * 0.45), 0, 1)[..., None] * 0.35 * (1 - clear * 0.7)
        needle = np.array([0.62, 0.7, 0.68]) * (1 - clear) + np.array([0.1, 0.2, 0.13]) * clear
        grain = (_noise(rng, height, width, stretch=0.5)[..., None] - 0.5) * (0.08 + 0.3 * clear)
        picture = np.where((depth > 0)[..., None], needle + mist + grain, picture)
    return _photo(rng, picture.astype(np.float32))


def letter(lines: list[str], size: tuple[int, int], seed: int = 6) -> Image.Image:
    """A printed page on a table."""
    width, height = size
    rng = np.random.default_rng(seed)
    photo = _photo(rng, _table(rng, height, width))
    page = (int(width * 0.09), int(height * 0.06), int(width * 0.91), int(height * 0.94))
    shadow = Image.new("L", size, 0)
    ImageDraw.Draw(shadow).rectangle((page[0] + 8, page[1] + 10, page[2] + 14, page[3] + 16), 150)
    photo.paste("#20160d", mask=shadow.filter(ImageFilter.GaussianBlur(12)))
    draw = ImageDraw.Draw(photo)
    draw.rectangle(page, "#f1eee4")
    line_px = (page[3] - page[1]) // (len(lines) + 4)
    font = ImageFont.load_default(int(line_px * 0.48))
    for number, line in enumerate(lines, start=2):
        draw.text((page[0] + line_px, page[1] + number * line_px), line, "#23211d", font)
    return photo


def parcel(code: str, caption: str, size: tuple[int, int], seed: int = 7) -> Image.Image:
    """A cardboard box with a QR label."""
    width, height = size
    rng = np.random.default_rng(seed)
    board = np.array([0.72, 0.55, 0.37], np.float32) + np.zeros((height, width, 1), np.float32)
    board += (_noise(rng, height, width, stretch=9)[..., None] - 0.5) * 0.24
    board *= np.linspace(1.1, 0.82, width, dtype=np.float32)[None, :, None]
    photo = _photo(rng, board)
    barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode)
    symbol = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=1)))
    edge = int(height * 0.46)
    label = Image.new("RGB", (int(edge * 1.2), int(edge * 1.42)), "#f4f2ec")
    label.paste(
        symbol.convert("RGB").resize((edge, edge), Image.Resampling.NEAREST),
        (int(edge * 0.1), int(edge * 0.1)),
    )
    font = ImageFont.load_default(int(edge * 0.1))
    middle = (label.width / 2, edge * 1.25)
    ImageDraw.Draw(label).text(middle, caption, "#23211d", font, anchor="mm")
    turned = label.convert("RGBA").rotate(4, Image.Resampling.BICUBIC, expand=True)
    photo.paste(turned, ((width - turned.width) // 2, (height - turned.height) // 2), turned)
    return photo


def _noise(rng: np.random.Generator, height: int, width: int, *, stretch: float = 1.0) -> Field:
    """Fractal noise, 0 to 1; `stretch` is how much wider than tall its patches are."""
    total = np.zeros((height, width), np.float32)
    for octave in range(1, _OCTAVES + 1):
        rows = max(2, min(height, int(2**octave * max(1.0, stretch) ** 0.5)))
        columns = max(2, min(width, int(2**octave * 1.4 / stretch**0.5)))
        grid = Image.fromarray(rng.random((rows, columns), np.float32))
        smooth = grid.resize((width, height), Image.Resampling.BICUBIC)
        total += np.asarray(smooth) * np.float32(0.62**octave)
    low, high = float(total.min()), float(total.max())
    return ((total - low) / (high - low)).astype(np.float32)


def _crest(
    rng: np.random.Generator, width: int, *, base: float, rise: float, octaves: int = 7
) -> Field:
    """Height of a skyline in shares of the picture, one value per column."""
    line = np.zeros(width, np.float32)
    places = np.linspace(0, 1, width)
    for octave in range(octaves):
        knots = 3 * 2**octave + 1
        line += np.interp(places, np.linspace(0, 1, knots), rng.random(knots)) * 0.5**octave
    share = (line - line.min()) / (line.max() - line.min())
    return np.asarray(base - rise * share, np.float32)


def _ridge(
    picture: Field,
    rng: np.random.Generator,
    *,
    base: float,
    rise: float,
    colour: Colour,
    contrast: float,
) -> None:
    height, width = picture.shape[:2]
    crest = _crest(rng, width, base=base, rise=rise) * height
    below = np.arange(height, dtype=np.float32)[:, None] > crest
    grain = (_noise(rng, height, width) - 0.5) * contrast
    rock = np.asarray(colour, np.float32) + grain[..., None]
    picture[below] = rock[below]


def _sky(
    rng: np.random.Generator, height: int, width: int, *, top: Colour, bottom: Colour
) -> Field:
    fade = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = np.asarray(top, np.float32) * (1 - fade) + np.asarray(bottom, np.float32) * fade
    clouds = np.clip(_noise(rng, height, width, stretch=3) - 0.52, 0, 1)[..., None] * 1.1
    return np.asarray(sky * (1 - clouds) + clouds, np.float32)


def _sun(picture: Field, *, x: float, y: float, radius: float) -> None:
    height, width = picture.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot(columns - x * width, rows - y * height) / (radius * width)
    glow = np.clip(np.exp(1 - distance), 0, 1)[..., None]
    picture += glow * (np.array([1.0, 0.93, 0.75], np.float32) - picture)


def _table(rng: np.random.Generator, height: int, width: int) -> Field:
    grain = _noise(rng, height, width, stretch=30)[..., None]
    return np.array([0.42, 0.28, 0.17], np.float32) * (0.6 + 0.8 * grain)


def _photo(rng: np.random.Generator, picture: Field) -> Image.Image:
    """Sensor grain, then 8 bits."""
    grain = rng.standard_normal(picture.shape[:2], np.float32)[..., None] * np.float32(0.018)
    return Image.fromarray((np.clip(picture + grain, 0, 1) * 255).astype(np.uint8), "RGB")
