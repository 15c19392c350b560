"""Failures of a batch by what went wrong: one line where a thousand photos failed alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from darkroom.reports.markdown import visible
from darkroom.results import PhotoResult, StageFailure

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """All failures of one error type that may, or may not, pass later."""

    error_type: str
    retryable: bool
    photos: int
    """Photos that it happened to, each once."""
    stages: tuple[str, ...]
    """In the order of the stages."""
    message: str
    """Of the first of them."""
    examples: tuple[str, ...]
    """File names of the first few."""


def failure_groups(results: Iterable[PhotoResult]) -> list[FailureGroup]:
    """The failures of these photos by reason, most photos first."""
    groups: dict[tuple[str, bool], list[tuple[PhotoResult, StageFailure]]] = {}
    for result in results:
        for failure in result.failures:
            kind = (failure.error_type, failure.retryable)
            groups.setdefault(kind, []).append((result, failure))
    found = [_group(*kind, members) for kind, members in groups.items()]
    return sorted(found, key=lambda group: (-group.photos, group.error_type, group.retryable))


def group_records(groups: Iterable[FailureGroup]) -> list[dict[str, str | int]]:
    """A table's lines, as plain text that shows what it holds."""
    return [
        {
            "error": group.error_type,
            "photos": group.photos,
            "stages": ", ".join(group.stages),
            "may pass later": "yes" if group.retryable else "no",
            "for example": visible(group.message),
            "of": visible(_names(group)),
        }
        for group in groups
    ]


def _group(
    error_type: str, retryable: bool, members: Sequence[tuple[PhotoResult, StageFailure]]
) -> FailureGroup:
    photos = {result.photo_id: result for result, _ in members}
    return FailureGroup(
        error_type=error_type,
        retryable=retryable,
        photos=len(photos),
        stages=tuple(dict.fromkeys(failure.stage for _, failure in members)),
        message=members[0][1].message,
        examples=tuple(result.filename for result in list(photos.values())[:_EXAMPLES]),
    )


def _names(group: FailureGroup) -> str:
    more = group.photos - len(group.examples)
    return ", ".join(group.examples) + (f" and {more} more" if more else "")
