"""The one pass over a photo: read, judge, decode once, measure, hash, encode.

Runs in a worker process, so that a decoder that crashes or hangs takes nothing else with it.
"""

import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from darkroom.file_digests import sha256_of
from darkroom.imaging.checks import Findings, judge, may_be_decoded
from darkroom.imaging.colours import flatten, to_srgb
from darkroom.imaging.decoding import OpenedPhoto, decode, identify, open_photo, upright
from darkroom.imaging.fitting import flat_and_fitted
from darkroom.imaging.headers import Header
from darkroom.imaging.integrity import Unreadable
from darkroom.imaging.measurements import Measurements, measure
from darkroom.imaging.memory import BYTES_PER_PIXEL
from darkroom.imaging.perceptual_hashes import PerceptualHashes, perceptual_hashes
from darkroom.imaging.renditions import EncodedRendition, encode
from darkroom.imaging.sniffing import HEAD_BYTES, sniff
from darkroom.outcomes import Reason
from darkroom.rows import Check
from darkroom.settings import HashSettings, RenditionSettings, ValidationSettings


class ExaminationSettings(BaseModel):
    """Every setting that an examination depends on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    validation: ValidationSettings = ValidationSettings()
    hashes: HashSettings = HashSettings()
    renditions: RenditionSettings = RenditionSettings()


@dataclass(frozen=True, slots=True)
class Examination:
    """All that one pass over a photo learned."""

    sha256: str
    """Of the file, as it is."""
    bytes: int
    seconds: float
    header: Header | None = None
    """None when the file is no image, or its header cannot be understood."""
    readable: bool = False
    """Decoded to its last byte. False too where a size limit kept it from being decoded."""
    checks: list[Check] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    """Of the checks that reject; empty for an accepted photo."""
    warnings: list[Reason] = field(default_factory=list)
    detail: str | None = None
    """What the decoder said of an unreadable photo, or warned about in a readable one."""
    hashes: PerceptualHashes | None = None
    """None when unreadable, like the rendition."""
    rendition: EncodedRendition | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    """What the pixels gave."""

    measurements: Measurements
    hashes: PerceptualHashes
    rendition: EncodedRendition
    quirk: str | None


def examine(
    path: Path,
    *,
    filename: str,
    settings: ExaminationSettings,
    scratch: Path,
    sha256: str | None = None,
) -> Examination:
    """Everything about the file at `path`, which is only read.

    `filename` is the name the photo came with; `path` may be called anything. `sha256` is the
    file's, for whoever has it already. The rendition is a new file in the folder `scratch`. Nothing
    that a file can contain makes this raise; a file or folder that cannot be read or written raises
    OSError, and exhausted memory MemoryError.
    """
    started = time.perf_counter()
    memory_bytes = settings.validation.max_megapixels * 1e6 * BYTES_PER_PIXEL
    size_bytes, head = path.stat().st_size, _head(path)
    findings = Findings(filename=filename, bytes=size_bytes, format=sniff(head))
    look: _Look | None = None
    detail: str | None = None
    try:
        identify(head)
        if may_be_decoded(findings, settings.validation):
            max_pixels = settings.validation.max_megapixels * 1e6
            photo = open_photo(_read(path, max_bytes=memory_bytes), max_pixels=max_pixels)
            findings = replace(findings, header=photo.header)
        if findings.header and may_be_decoded(findings, settings.validation):
            look = _look(photo, settings, scratch, memory_bytes)
            detail = look.quirk
            findings = replace(findings, readable=True, measurements=look.measurements)
    except Unreadable as error:
        detail = error.detail
        findings = replace(findings, unreadable=error.reason)
    judgement = judge(findings, settings.validation)
    return Examination(
        sha256=sha256 or sha256_of(path),
        bytes=size_bytes,
        seconds=time.perf_counter() - started,
        header=findings.header,
        readable=findings.readable,
        checks=judgement.checks,
        reasons=judgement.reasons,
        warnings=[*judgement.warnings, *([Reason.DAMAGED] if look and look.quirk else [])],
        detail=detail,
        hashes=look.hashes if look else None,
        rendition=look.rendition if look else None,
    )


def _look(
    photo: OpenedPhoto, settings: ExaminationSettings, scratch: Path, max_bytes: float
) -> _Look:
    """Decode once, at the smallest size that serves the rendition and all that is taken of it."""
    long_edge_px = settings.renditions.long_edge_px
    decoded = decode(photo, at_least_px=long_edge_px, max_bytes=max_bytes)
    fitted = flat_and_fitted(decoded, long_edge_px)
    standard = upright(to_srgb(fitted, decoded.icc_profile), decoded.orientation)
    gray = hashed = standard.convert("L")
    if settings.hashes.hash_source == "original":
        # A JPEG again: whatever is hashed, rendition and measurements are to stay the same.
        reduced = decoded.image.size != photo.image.size
        image = decode(photo, max_bytes=max_bytes).image if reduced else decoded.image
        # imagehash on the file itself knows nothing of profiles and white grounds, nor of LAB.
        original = flatten(image) if image.mode == "LAB" else image
        hashed = upright(original.convert("L"), decoded.orientation)
    return _Look(
        measurements=measure(standard, gray),
        hashes=perceptual_hashes(hashed),
        rendition=encode(standard, settings.renditions, scratch),
        quirk=decoded.quirk,
    )


def _read(path: Path, *, max_bytes: float) -> bytes:
    if (size_bytes := path.stat().st_size) > max_bytes:
        raise Unreadable(
            Reason.BYTES,
            f"{size_bytes} bytes are not read into memory;"
            f" {max_bytes:.0f} go with validation.max_megapixels",
        )
    return path.read_bytes()


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
