"""How much memory a photo takes while it is decoded, told before any of its pixels is."""

from PIL import ImageFile, TiffImagePlugin

from darkroom.imaging.jpeg_segments import coefficient_bytes

BYTES_PER_PIXEL = 4.1
"""Allowed for each pixel of `validation.max_megapixels`, the file itself included: a picture as
Pillow keeps it in colour, and a little more. 200 megapixels may take 820 MB; reading codes, which
needs the picture in gray as well, then stays below 1 GiB."""

_JPEGS = frozenset(("JPEG", "MPO"))
_KEPT_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
"""Bytes that Pillow keeps per pixel; 4 in all other modes, RGB included."""
_DECODER_PER_PIXEL = {"WEBP": 12, "AVIF": 7, "HEIF": 6}
"""Bytes per pixel that these libraries hold beside Pillow's own, measured on large flat pictures:
canvases and planes of their own, and a copy on the way."""
_FILE_COPIES = {"WEBP": 3, "AVIF": 2, "HEIF": 2, "JPEG": 2, "MPO": 2}
_RUN_LENGTH_PER_PIXEL = 4
_BITS_PER_SAMPLE, _PHOTOMETRIC, _SAMPLES_PER_PIXEL, _ROWS_PER_STRIP = 258, 262, 277, 278
_YCBCR = 6
_TILE_WIDTH, _TILE_LENGTH = 322, 323


def decoding_bytes(image: ImageFile.ImageFile, data: bytes, *, reduced_by: int = 1) -> float:
    """An upper estimate for an image that is opened and not loaded.

    `reduced_by` is what the decoder itself shrinks each side of a JPEG by.
    """
    photo_format = image.format or ""
    file_bytes = len(data) * _FILE_COPIES.get(photo_format, 1)
    pixels = image.width * image.height
    kept = _KEPT_PER_PIXEL.get(image.mode, 4)
    if photo_format in _JPEGS:
        inverted = 4 if image.mode == "CMYK" else 0
        decoded = (kept + inverted) / reduced_by**2
        return file_bytes + pixels * (coefficient_bytes(data) + decoded)
    per_pixel = kept + _DECODER_PER_PIXEL.get(photo_format, 0)
    if photo_format == "BMP" and image.tile and image.tile[0].codec_name == "bmp_rle":
        per_pixel += _RUN_LENGTH_PER_PIXEL
    beside = 0
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        beside = _strip_bytes(image)
    return file_bytes + pixels * per_pixel + beside


def _strip_bytes(image: TiffImagePlugin.TiffImageFile) -> int:
    """Of one strip or tile, which libtiff unpacks as a whole."""
    if not image.tile or image.tile[0].codec_name != "libtiff":
        return 0
    width, rows = _number(image, _TILE_WIDTH), _number(image, _TILE_LENGTH)
    if not width or not rows:
        width, rows = (
            image.width,
            min(_number(image, _ROWS_PER_STRIP) or image.height, image.height),
        )
    bits = _number(image, _SAMPLES_PER_PIXEL) * _number(image, _BITS_PER_SAMPLE)
    if _number(image, _PHOTOMETRIC) == _YCBCR:  # of which libtiff makes four channels
        bits = max(bits, 32)
    return width * rows * max(bits, 8) // 8


def _number(image: TiffImagePlugin.TiffImageFile, tag: int) -> int:
    """The tag's value, the largest of several; 0 when it is none, for it may hold anything."""
    value = image.tag_v2.get(tag, 0)
    numbers = value if isinstance(value, tuple) else (value,)
    return max((number for number in numbers if isinstance(number, int)), default=0)
