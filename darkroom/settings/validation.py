"""The section `validation`, and what a check may do."""

from enum import StrEnum
from typing import Literal, get_args

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from darkroom.settings.section import Section, Share


class Action(StrEnum):
    """What a check does when its threshold is crossed."""

    REJECT = "reject"
    WARN = "warn"
    OFF = "off"


PhotoFormat = Literal["JPEG", "MPO", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF"]


class ValidationSettings(Section):
    """What makes a photo acceptable. Blur to gray are measured on the upright fitted image."""

    action: Literal["warn"] | None = Field(
        None,
        description="warn: every check but `readable` and `megapixels` warns instead of rejecting.",
    )
    formats: list[PhotoFormat] = Field(
        list(get_args(PhotoFormat)),
        description="Formats allowed, as Pillow names them. No other is ever decoded.",
    )
    format: Action = Field(Action.REJECT, description="Format is not among `formats`.")
    extension: Action = Field(Action.WARN, description="The name claims another format.")
    bytes: Action = Field(Action.REJECT, description="Size outside min_bytes..max_bytes.")
    min_bytes: NonNegativeInt = Field(100, description="Bytes.")
    max_bytes: PositiveInt = Field(256 * 2**20, description="Bytes.")
    width: Action = Field(Action.REJECT, description="Upright width below min_width_px.")
    min_width_px: PositiveInt = Field(64, description="Pixels.")
    height: Action = Field(Action.REJECT, description="Upright height below min_height_px.")
    min_height_px: PositiveInt = Field(64, description="Pixels.")
    max_megapixels: PositiveFloat = Field(
        200,
        description="From the header, before decoding; larger is rejected whatever the actions say,"
        " because memory must stay bounded: by 4.1 bytes for each. WebP, HEIF and AVIF, whose"
        " decoders keep further copies, and progressive JPEGs reach that with fewer.",
    )
    aspect_ratio: Action = Field(
        Action.WARN, description="Short edge / long edge below the minimum."
    )
    min_aspect_ratio: Share = Field(0.2, description="Short edge / long edge.")
    animated: Action = Field(Action.REJECT, description="More than one frame of animation.")
    blurry: Action = Field(Action.REJECT, description="Sharpness below min_sharpness.")
    min_sharpness: float = Field(
        12.0,
        description="Variance of the Laplacian in the sharpest 5 % of the gray tiles: a plain"
        " background is no blur. Every one of 171 real photos lies above, 99 of 100 blurred by 3 px"
        " below.",
    )
    dark: Action = Field(Action.REJECT, description="Brightest spots below dark_below.")
    dark_below: Share = Field(
        0.32,
        description="Perceived brightness, 0 to 1, of the brightest 1 in 10,000 pixels: lamps and"
        " stars make a night photo, not a dark one.",
    )
    bright: Action = Field(Action.REJECT, description="Darkest parts above bright_above.")
    bright_above: Share = Field(
        0.95,
        description="Perceived brightness, 0 to 1, of the darkest 5 in 1,000 pixels: ink makes a"
        " page, not a photo burnt out.",
    )
    low_contrast: Action = Field(
        Action.WARN, description="Spread of gray levels below the minimum."
    )
    min_contrast: Share = Field(
        0.1, description="Gray levels between 1st and 99th percentile / 255."
    )
    low_information: Action = Field(
        Action.WARN, description="Entropy of gray levels below minimum."
    )
    min_entropy_bits: float = Field(3.0, description="Bits per pixel; CleanVision's value.")
    grayscale: Action = Field(Action.WARN, description="No colour in any channel.")
    max_gray_chroma: float = Field(
        2.0, description="Largest mean difference between channels (0-255) still called gray."
    )
