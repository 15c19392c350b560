"""Failures of a batch by what went wrong: one line where a thousand photos failed alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from darkroom.outcomes import Outcome
from darkroom.reports.markdown import visible
from darkroom.results import PhotoResult, StageFailure

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """All failures of one error type that may, or may not, pass later, or that were accepted."""

    error_type: str
    retryable: bool
    accepted: bool
    """A person accepted them: nobody has to do anything about them."""
    photos: int
    """Photos that it happened to, each once."""
    stages: tuple[str, ...]
    """In the order of the stages."""
    message: str
    """Of the first of them."""
    examples: tuple[str, ...]
    """File names of the first few."""


def failure_groups(results: Iterable[PhotoResult]) -> list[FailureGroup]:
    """The failures of these photos by reason, most photos first; accepted ones at the end."""
    groups: dict[tuple[str, bool, bool], list[tuple[PhotoResult, StageFailure]]] = {}
    for result in results:
        accepted = result.outcome == Outcome.FAILURE_ACCEPTED
        for failure in result.failures:
            kind = (failure.error_type, failure.retryable, accepted)
            groups.setdefault(kind, []).append((result, failure))
    found = [_group(*kind, members) for kind, members in groups.items()]
    return sorted(
        found,
        key=lambda group: (group.accepted, -group.photos, group.error_type, group.retryable),
    )


def group_records(groups: Iterable[FailureGroup]) -> list[dict[str, str | int]]:
    """A table's lines, as plain text that shows what it holds."""
    return [
        {
            "error": group.error_type,
            "photos": group.photos,
            "stages": ", ".join(group.stages),
            "may pass later": _hope(group),
            "for example": visible(group.message),
            "of": visible(_names(group)),
        }
        for group in groups
    ]


def _group(
    error_type: str,
    retryable: bool,
    accepted: bool,
    members: Sequence[tuple[PhotoResult, StageFailure]],
) -> FailureGroup:
    photos = {result.photo_id: result for result, _ in members}
    return FailureGroup(
        error_type=error_type,
        retryable=retryable,
        accepted=accepted,
        photos=len(photos),
        stages=tuple(dict.fromkeys(failure.stage for _, failure in members)),
        message=members[0][1].message,
        examples=tuple(result.filename for result in list(photos.values())[:_EXAMPLES]),
    )


def _hope(group: FailureGroup) -> str:
    if group.accepted:
        return "accepted"
    return "yes" if group.retryable else "no"


def _names(group: FailureGroup) -> str:
    more = group.photos - len(group.examples)
    return ", ".join(group.examples) + (f" and {more} more" if more else "")
