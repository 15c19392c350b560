"""Under which names photos are delivered."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from darkroom.results import PhotoResult
from darkroom.storage.object_names import is_control
from darkroom.storage.storable_text import storable

Naming = Literal["content", "name"]

MAX_STEM_BYTES = 150
"""Of a name's part before its extension; leaves room for a photo_id within a file system's 255."""
MAX_PHOTO_ID_BYTES = 60
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}")
_EXTENSIONS = {
    "JPEG": ".jpg",
    "MPO": ".jpg",
    "PNG": ".png",
    "WEBP": ".webp",
    "HEIF": ".heic",
    "AVIF": ".avif",
    "TIFF": ".tif",
    "BMP": ".bmp",
    "GIF": ".gif",
}
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
"""Devices on Windows, with any extension."""
_UNSAFE = frozenset('/\\<>:"|?*')
_UNNAMED = "photo"


@dataclass(frozen=True, slots=True)
class DeliveryNames:
    """Where a photo's files go. None where there is no such file."""

    rendition: str | None
    """Of an accepted photo."""
    original: str | None
    """Of an accepted photo."""
    rejected: str | None
    """The original of a rejected photo."""


def delivery_names(
    batch: str, results: Sequence[PhotoResult], naming: Naming
) -> dict[str, DeliveryNames]:
    """Names by photo_id, all of them different wherever the files may be.

    `results` are all photos of the batch, whatever their outcome: a name does not change when a
    failed photo is redone. By content, equal bytes have one name. By name, photos whose names
    differ in their extension or in upper and lower case alone are told apart by their photo_id.
    """
    if naming == "content":
        return {result.photo_id: _by_content(result) for result in results}
    stems = _stems(results)
    return {result.photo_id: _by_name(batch, result, stems[result.photo_id]) for result in results}


def safe_file_name(filename: str) -> tuple[str, str]:
    """Stem and extension of a stranger's file name, fit for any file system.

    Folders are left out. Control characters, characters that change the direction of writing and
    those that some system reserves become an underscore.
    """
    name = unicodedata.normalize("NFC", storable(filename)).replace("\\", "/")
    name = "".join("_" if _is_unsafe(character) else character for character in _last(name))
    extension = PurePosixPath(name).suffix
    if _EXTENSION.fullmatch(extension) is None:
        extension = ""
    stem = _cut(name.removesuffix(extension), MAX_STEM_BYTES).strip(". ") or _UNNAMED
    return (f"_{stem}" if _RESERVED.match(stem) else stem), extension


def _by_content(result: PhotoResult) -> DeliveryNames:
    rendition, original = None, None
    if result.rendition:
        rendition = result.rendition.sha256 + _extension(result.rendition.format)
    if result.sha256:
        original = result.sha256 + _extension(result.format)
    return _below("", rendition, original)


def _by_name(batch: str, result: PhotoResult, stem: str) -> DeliveryNames:
    rendition, original = None, None
    if result.rendition:
        rendition = stem + _extension(result.rendition.format)
    if result.sha256:
        original = stem + safe_file_name(result.filename)[1]
    return _below(f"{batch}/", rendition, original)


def _below(folder: str, rendition: str | None, original: str | None) -> DeliveryNames:
    return DeliveryNames(
        rendition=rendition and f"accepted/{folder}{rendition}",
        original=original and f"accepted/{folder}originals/{original}",
        rejected=original and f"rejected/{folder}{original}",
    )


def _stems(results: Sequence[PhotoResult]) -> dict[str, str]:
    plain = {result.photo_id: safe_file_name(result.filename)[0] for result in results}
    shared = Counter(stem.casefold() for stem in plain.values())
    given: set[str] = set()
    stems: dict[str, str] = {}
    for photo_id, stem in plain.items():
        if shared[stem.casefold()] > 1:
            free = (
                marked
                for marked in _marked(stem, photo_id)
                if marked.casefold() not in shared and marked.casefold() not in given
            )
            stems[photo_id] = next(free)
        else:
            stems[photo_id] = stem
        given.add(stems[photo_id].casefold())
    return stems


def _marked(stem: str, photo_id: str) -> Iterator[str]:
    """The stem with something of the photo_id that nobody else has."""
    digest = hashlib.sha256(photo_id.encode("utf-8", "surrogatepass")).hexdigest()
    whole, extension = safe_file_name(photo_id)
    if len((whole + extension).encode()) <= MAX_PHOTO_ID_BYTES:
        yield f"{stem}-{whole}{extension}"
    yield f"{stem}-{digest[:16]}"
    yield f"{stem}-{digest}"


def _extension(image_format: str | None) -> str:
    return _EXTENSIONS.get(image_format or "", "")


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _is_unsafe(character: str) -> bool:
    return (
        character in _UNSAFE
        or is_control(character)
        or unicodedata.category(character) in {"Cf", "Zl", "Zp"}
    )


def _cut(text: str, max_bytes: int) -> str:
    return text.encode()[:max_bytes].decode(errors="ignore")
