"""Measurements held against their thresholds: pure, and free to be judged again."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from darkroom.imaging.headers import Header
from darkroom.imaging.measurements import Measurements
from darkroom.imaging.sniffing import claimed_suffix, name_matches
from darkroom.outcomes import Reason
from darkroom.rows import Check
from darkroom.settings import Action, ValidationSettings

PASS, WARN, REJECT, UNKNOWN = "pass", "warn", "reject", "unknown"
_UNSEEN = Measurements(
    sharpness=math.nan,
    brightest=math.nan,
    darkest=math.nan,
    contrast=math.nan,
    entropy_bits=math.nan,
    chroma=math.nan,
)
"""NaN is what nobody measured: no threshold is crossed by it and its check is unknown."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a photo by the time it is judged; None where it could not be learned."""

    filename: str
    bytes: int
    format: str | None
    header: Header | None = None
    measurements: Measurements | None = None
    unreadable: Reason | None = None
    """Why it cannot be decoded."""
    readable: bool = False
    """Decoded to the last byte. False without `unreadable`: a limit kept it from being tried."""


@dataclass(frozen=True, slots=True)
class Judgement:
    checks: list[Check] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    """Of the checks that reject, in the order of the checks."""
    warnings: list[Reason] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Finding:
    """One check before its action is known; `crossed` is None where nothing was measured."""

    reason: Reason
    crossed: bool | None
    value: float | None = None
    value_text: str | None = None
    threshold: float | None = None
    threshold_text: str | None = None


def judge(findings: Findings, settings: ValidationSettings) -> Judgement:
    """Every check that is not off, with its verdict.

    `readable` and `megapixels` reject whatever the actions say: nothing can be done with a photo
    that has no pixels, and memory must stay bounded. `settings.action` softens the others.
    """
    judgement = Judgement()
    _record(judgement, "readable", _readable(findings), Action.REJECT)
    for found in _findings(findings, settings):
        if found.reason is Reason.MEGAPIXELS:
            action = Action.REJECT
        else:
            action = _softened(getattr(settings, found.reason), settings)
        if action is not Action.OFF:
            _record(judgement, str(found.reason), found, action)
    return judgement


def may_be_decoded(findings: Findings, settings: ValidationSettings) -> bool:
    """Whether the limits known so far allow to spend memory on this file.

    Megapixels always bound it; bytes only where too many of them would reject the photo anyway.
    """
    too_many_bytes = findings.bytes > settings.max_bytes
    if too_many_bytes and _softened(settings.bytes, settings) is Action.REJECT:
        return False
    header = findings.header
    return header is None or header.width * header.height <= settings.max_megapixels * 1e6


def _softened(action: Action, settings: ValidationSettings) -> Action:
    return Action.WARN if action is Action.REJECT and settings.action == "warn" else action


def _record(judgement: Judgement, name: str, found: _Finding, action: Action) -> None:
    verdict = UNKNOWN if found.crossed is None else str(action) if found.crossed else PASS
    judgement.checks.append(
        Check(
            name=name,
            value=None if found.value is None else round(found.value, 4),
            value_text=found.value_text,
            threshold=found.threshold,
            threshold_text=found.threshold_text,
            verdict=verdict,
        )
    )
    if verdict == REJECT:
        judgement.reasons.append(found.reason)
    elif verdict == WARN:
        judgement.warnings.append(found.reason)


def _readable(findings: Findings) -> _Finding:
    if findings.unreadable is not None:
        return _Finding(findings.unreadable, crossed=True, value_text=str(findings.unreadable))
    crossed = False if findings.readable else None
    return _Finding(Reason.DAMAGED, crossed, value_text="readable" if findings.readable else None)


def _findings(findings: Findings, settings: ValidationSettings) -> Iterator[_Finding]:
    """In the order in which they can be learned: name, header, pixels."""
    photo_format = findings.header.format if findings.header else findings.format
    suffix = claimed_suffix(findings.filename)
    known = photo_format is not None
    yield _Finding(
        Reason.FORMAT,
        photo_format not in settings.formats if known else None,
        value_text=photo_format,
        threshold_text=" ".join(settings.formats),
    )
    yield _Finding(
        Reason.EXTENSION,
        not name_matches(findings.filename, photo_format) if photo_format else None,
        value_text=suffix[:16],
        threshold_text=photo_format,
    )
    too_small = findings.bytes < settings.min_bytes
    yield _Finding(
        Reason.BYTES,
        too_small or findings.bytes > settings.max_bytes,
        value=findings.bytes,
        threshold=settings.min_bytes if too_small else settings.max_bytes,
    )
    yield from _size_findings(findings.header, settings)
    yield from _look_findings(findings.measurements, settings)


def _size_findings(header: Header | None, settings: ValidationSettings) -> Iterator[_Finding]:
    width, height = (header.width, header.height) if header else (math.nan, math.nan)
    yield _below(Reason.WIDTH, width, settings.min_width_px)
    yield _below(Reason.HEIGHT, height, settings.min_height_px)
    yield _above(Reason.MEGAPIXELS, width * height / 1e6, settings.max_megapixels)
    yield _below(
        Reason.ASPECT_RATIO, min(width, height) / max(width, height), settings.min_aspect_ratio
    )
    yield _Finding(
        Reason.ANIMATED,
        header.animated if header else None,
        value=header.frames if header else None,
        threshold=1,
    )


def _look_findings(seen: Measurements | None, settings: ValidationSettings) -> Iterator[_Finding]:
    look = seen or _UNSEEN
    yield _below(Reason.BLURRY, look.sharpness, settings.min_sharpness)
    yield _below(Reason.DARK, look.brightest, settings.dark_below)
    yield _above(Reason.BRIGHT, look.darkest, settings.bright_above)
    yield _below(Reason.LOW_CONTRAST, look.contrast, settings.min_contrast)
    yield _below(Reason.LOW_INFORMATION, look.entropy_bits, settings.min_entropy_bits)
    yield _below(Reason.GRAYSCALE, look.chroma, settings.max_gray_chroma)


def _below(reason: Reason, value: float, minimum: float) -> _Finding:
    return _measured(reason, value, minimum, crossed=value < minimum)


def _above(reason: Reason, value: float, maximum: float) -> _Finding:
    return _measured(reason, value, maximum, crossed=value > maximum)


def _measured(reason: Reason, value: float, threshold: float, *, crossed: bool) -> _Finding:
    if math.isnan(value):
        return _Finding(reason, crossed=None, threshold=threshold)
    return _Finding(reason, crossed=crossed, value=value, threshold=threshold)
