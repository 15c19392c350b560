"""Opening and decoding photos: the only place where a stranger's bytes meet a decoder."""

import errno
import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,  # noqa: F401 - this and the next register themselves; with all of ours known,
    GifImagePlugin,  # noqa: F401 - Pillow never loads the others, and no first photo waits for it
    Image,
    ImageFile,
    MpoImagePlugin,  # noqa: F401 - as above
    PngImagePlugin,  # noqa: F401 - as above
    TiffImagePlugin,
    WebPImagePlugin,  # noqa: F401 - as above
)

from darkroom.imaging.colours import flat_gray
from darkroom.imaging.exif import PARSER_ERRORS
from darkroom.imaging.headers import Header, read_header
from darkroom.imaging.integrity import (
    Unreadable,
    check_png,
    check_png_chunks,
    count_gif_frames,
    count_gif_pixels,
    count_webp_pixels,
    is_cut,
)
from darkroom.imaging.jpeg import decode_jpeg, reduction
from darkroom.imaging.jpeg_segments import bare_jpeg, lean_jpeg
from darkroom.imaging.memory import decoding_bytes
from darkroom.imaging.sniffing import DECODABLE, HEAD_BYTES, sniff
from darkroom.outcomes import Reason
from darkroom.ports import GrayImage, RgbImage

_JPEGS = frozenset(("JPEG", "MPO"))
_WITH_PALETTE = frozenset(("P", "PA"))
_TURNED_BY_DECODER = frozenset(("TIFF", "HEIF"))
_MAX_DETAIL_CHARACTERS = 200
_NEW_SUBFILE_TYPE, _REDUCED_RESOLUTION, _DNG_VERSION = 254, 1, 50706
_DECODER_ERRORS = (*PARSER_ERRORS, RuntimeError)
"""What decoders raise for bad content, seen over fuzzed files; RuntimeError is libavif's."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class OpenedPhoto:
    """A photo whose header is read and whose pixels are not."""

    image: ImageFile.ImageFile
    header: Header
    data: bytes


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    image: Image.Image
    """In the mode of the file, not yet upright."""
    orientation: int
    """EXIF orientation that is still to be applied to the image."""
    icc_profile: bytes | None
    quirk: str | None
    """What the decoder warned about although the picture is whole."""


def identify(head: bytes) -> str:
    """The format that the first `HEAD_BYTES` bytes announce. Raises `Unreadable` if not ours."""
    photo_format = sniff(head)
    if not head:
        raise Unreadable(Reason.EMPTY, "the file has no content")
    if photo_format is None:
        raise Unreadable(Reason.NOT_AN_IMAGE, "the file does not begin like any image format")
    if photo_format not in DECODABLE:
        raise Unreadable(Reason.UNSUPPORTED, f"{photo_format} files are not decoded")
    return photo_format


def open_photo(data: bytes, *, max_pixels: float = math.inf) -> OpenedPhoto:
    """Read the header of a whole file. Raises `Unreadable`.

    Only the decoder of the format that the first bytes announce is tried. `max_pixels` bounds the
    decoders that make a canvas in opening a file; for all others the header is to be judged.
    """
    _prepare_pillow()
    photo_format = identify(data[:HEAD_BYTES])
    if (pixels := _canvas_pixels(data, photo_format)) > max_pixels:
        raise Unreadable(Reason.MEGAPIXELS, f"its canvas has {pixels} pixels")
    if photo_format == "PNG":
        check_png_chunks(data)
    with _trouble_of_the_file(data, photo_format):
        try:
            image = _open(lean_jpeg(data) if photo_format == "JPEG" else data, photo_format)
        except _DECODER_ERRORS:
            if photo_format != "JPEG":
                raise
            # A camera's broken metadata must not cost the picture.
            image = _open(bare_jpeg(data), photo_format)
        if isinstance(image, TiffImagePlugin.TiffImageFile) and _is_preview(image):
            raise Unreadable(Reason.UNSUPPORTED, "camera raw files are not decoded")
        return OpenedPhoto(image, read_header(image, data), data)


def decode(
    photo: OpenedPhoto,
    *,
    at_least_px: int | None = None,
    gray: bool = False,
    max_bytes: float = math.inf,
) -> DecodedPhoto:
    """Decode every pixel, to the file's last byte. Raises `Unreadable`.

    A JPEG may come at 1/2, 1/4 or 1/8 of its size as long as its long edge has `at_least_px`
    pixels; with `gray` a colour JPEG comes without its colours, which is faster. Of an animation
    the first frame is decoded. Nothing is, where it would take more than `max_bytes` of memory.
    """
    image: Image.Image
    image, header = photo.image, photo.header
    factor = reduction(image.size, at_least_px)
    if (needed := decoding_bytes(image, photo.data, reduced_by=factor)) > max_bytes:
        raise Unreadable(Reason.MEGAPIXELS, _too_much(header.format, needed, max_bytes))
    quirk = None
    icc_profile = image.info.get("icc_profile")
    with _trouble_of_the_file(photo.data, header.format):
        if header.format in _JPEGS:
            mode = "L" if gray and image.mode == "RGB" else image.mode
            found = decode_jpeg(photo.data, mode=mode, size=image.size, at_least_px=at_least_px)
            image, quirk = found.image, found.quirk
        else:
            if header.format == "PNG":
                check_png(photo.data)
            elif header.format == "GIF":
                count_gif_frames(photo.data)
            image.load()
            if image.mode in _WITH_PALETTE and image.palette is None:
                raise Unreadable(Reason.DAMAGED, "its palette is missing")
    return DecodedPhoto(
        image=image,
        orientation=1 if header.format in _TURNED_BY_DECODER else header.orientation,
        icc_profile=icc_profile if isinstance(icc_profile, bytes) else None,
        quirk=quirk,
    )


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image turned by its EXIF orientation; the same object when there is nothing to turn."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def upright_gray(path: Path) -> GrayImage:
    """An original at full resolution in 8-bit gray, its orientation applied.

    Raises `Unreadable`, which a photo that passed `readable` does not.
    """
    return np.asarray(_upright_gray(decode(open_photo(path.read_bytes()), gray=True)))


def reduced_gray(path: Path, *, at_least_px: int) -> tuple[GrayImage, float]:
    """An upright original in 8-bit gray, and pixels of the original per pixel of that.

    A JPEG comes at 1/2, 1/4 or 1/8 of its size as long as its long edge has `at_least_px` pixels.
    Raises `Unreadable`, which a photo that passed `readable` does not.
    """
    photo = open_photo(path.read_bytes())
    gray = np.asarray(_upright_gray(decode(photo, at_least_px=at_least_px, gray=True)))
    return gray, max(photo.header.width, photo.header.height) / max(gray.shape)


def _upright_gray(found: DecodedPhoto) -> Image.Image:
    """The picture in colour is gone when this returns: it and an array need not both be held."""
    return upright(flat_gray(found.image), found.orientation)


def load_rgb(path: Path) -> RgbImage:
    """The pixels of a stored rendition: height x width x 3, sRGB, upright."""
    with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
        return np.asarray(image.convert("RGB"))


def _canvas_pixels(data: bytes, photo_format: str) -> int:
    """Of the canvas that a decoder makes before the header can be judged; 0 if it makes none."""
    if photo_format == "GIF":
        return count_gif_pixels(data)
    return count_webp_pixels(data) if photo_format == "WEBP" else 0


def _too_much(photo_format: str, needed: float, allowed: float) -> str:
    return (
        f"decoding this {photo_format} takes {needed / 1e6:.0f} MB; {allowed / 1e6:.0f} MB go with"
        " validation.max_megapixels"
    )


def _open(data: bytes, photo_format: str) -> ImageFile.ImageFile:
    return Image.open(io.BytesIO(data), formats=(photo_format,))


def _is_preview(image: TiffImagePlugin.TiffImageFile) -> bool:
    """Whether a TIFF begins with a small stand-in for the photo, as DNG, NEF and ARW do."""
    subfile_type = image.tag_v2.get(_NEW_SUBFILE_TYPE, 0)
    reduced = isinstance(subfile_type, int) and bool(subfile_type & _REDUCED_RESOLUTION)
    return reduced or _DNG_VERSION in image.tag_v2


@cache
def _prepare_pillow() -> None:
    """Once per process: HEIC is known, and size limits are ours, judged from the header."""
    pillow_heif.register_heif_opener(
        decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
    )
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # other photos keep the other cores busy
    Image.MAX_IMAGE_PIXELS = None


@contextmanager
def _trouble_of_the_file(data: bytes, photo_format: str) -> Iterator[None]:
    """Turn what decoders raise for bad content into `Unreadable`, and hear none of their warnings.

    They warn of odd metadata; what matters of it, the header and the checks say.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except _DECODER_ERRORS as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the machine's trouble, not the file's
        if photo_format == "PNG":
            check_png(data)
        cut = is_cut(data, photo_format) or "truncated" in str(error).lower()
        reason = Reason.TRUNCATED if cut else Reason.DAMAGED
        raise Unreadable(reason, _one_line(error)) from error


def _one_line(error: BaseException) -> str:
    said = str(error)
    if said.startswith("cannot identify image file"):
        said = "its header cannot be understood"
    text = "".join(c if c.isprintable() else " " for c in said) or type(error).__name__
    return text[:_MAX_DETAIL_CHARACTERS]
