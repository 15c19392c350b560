"""All that is known of one photo, line by line."""

import json
from collections.abc import Iterator
from datetime import datetime

from darkroom.reports.look_alikes import distances, named
from darkroom.reports.markdown import visible
from darkroom.reports.unique_ids import found_where, undecided
from darkroom.results import AnalysisResult, FoundObject, PhotoResult

Fact = tuple[str, str]
_MAX_CHARS = 2_000
_IN_TABLES = frozenset(("checks", "failures", "words"))
_IN_WORDS = frozenset(("reasons", "warnings", "near_duplicates", "rendition"))
_FOUND = frozenset(("codes", "detections", "analysis", "extra", "unique_id_candidates"))
_PLAIN = [name for name in PhotoResult.model_fields if name not in _IN_TABLES | _IN_WORDS | _FOUND]
"""What is known in one word or sentence, in the order of results."""


def photo_facts(result: PhotoResult) -> list[Fact]:
    """What it is and what was found, in words that obey nobody; what is not known is left out."""
    plain = [(name, getattr(result, name)) for name in _PLAIN]
    return [
        *((name, _text(value)) for name, value in plain if value not in {None, ""}),
        *(("reason", reason) for reason in result.reasons),
        *(("warning", warning) for warning in result.warnings),
        *_findings(result),
        *((f"extra: {visible(name)}", _text(value)) for name, value in result.extra.items()),
    ]


def check_rows(result: PhotoResult) -> list[tuple[str, str, str, str]]:
    """Each check: name, value, threshold, verdict."""
    return [
        (name, _measure(check.value), _measure(check.threshold), check.verdict)
        for name, check in result.checks.items()
    ]


def failure_rows(result: PhotoResult) -> list[tuple[str, str, str, str]]:
    """Each failure: stage, error type, message, attempts."""
    return [
        (failure.stage, failure.error_type, _text(failure.message), str(failure.attempts))
        for failure in result.failures
    ]


def _findings(result: PhotoResult) -> Iterator[Fact]:
    for near in result.near_duplicates:
        yield "looks like", f"{named(near)}: {distances(near)}"
    for code in result.codes:
        yield "code", f"{code.symbology}: {_text(code.text)}"
    if ids := undecided(result):
        yield "unique IDs", f"these disagree: {_text(', '.join(ids))}"
    for candidate in result.unique_id_candidates:
        yield "ID found", found_where(candidate)
    for found in result.detections:
        yield "object", _object(found, result)
    if result.analysis is not None:
        yield from _analysis(result.analysis)
    if result.rendition is not None:
        made = result.rendition
        yield "rendition", f"{made.width}x{made.height} {made.format}, {made.bytes} bytes"


def _analysis(analysis: AnalysisResult) -> Iterator[Fact]:
    """Each field of the answer on a line of its own, and what it took."""
    answer = analysis.answer if isinstance(analysis.answer, dict) else {}
    for name, value in answer.items():
        if value not in (None, "", []):
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f"analysis: {visible(name)}", _text(said)
    if analysis.left_out is not None:
        yield "analysis", f"not asked for: {analysis.left_out}"
    cost = "" if analysis.cost_usd is None else f", {analysis.cost_usd:.4f} USD"
    known = ", known before" if analysis.from_cache else ""
    tokens = f"{analysis.input_tokens} + {analysis.output_tokens} tokens"
    yield "asked", f"{_text(analysis.model)}, {tokens}{cost}{known}"


def _object(found: FoundObject, result: PhotoResult) -> str:
    """What it is, how sharp, and what stands on it."""
    said = f"{_text(found.label)} {found.score:.2f}"
    if found.quality is not None:
        said += f", sharpness {found.quality.sharpness:,.0f}"
    read = [*filter(None, [found.text]), *(result.codes[code].text for code in found.codes)]
    return f"{said}: {', '.join(map(_text, read))}" if read else said


def _text(value: object) -> str:
    plain = value.isoformat() if isinstance(value, datetime) else str(value)
    return visible(plain, max_chars=_MAX_CHARS)


def _measure(value: float | str | None) -> str:
    if isinstance(value, str) or value is None:
        return _text(value or "")
    return f"{value:,.0f}" if value == round(value) else f"{value:,.4g}"
