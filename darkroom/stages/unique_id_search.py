"""A photo's unique ID, looked for under the deadline of a photo."""

from collections.abc import Sequence

from darkroom.errors import PhotoFailed
from darkroom.recognition.unique_ids import agreed, candidates
from darkroom.rows import Code, TextRow, UniqueIdCandidate
from darkroom.settings import UniqueIdPattern
from darkroom.work.workers import Workers


def find_unique_id(
    patterns: Sequence[UniqueIdPattern],
    codes: Sequence[Code],
    text: TextRow | None,
    workers: Workers,
) -> tuple[str | None, list[UniqueIdCandidate]]:
    """The ID, if all candidates agree, and the candidates, of the first pattern that finds any.

    Strangers write what is searched, and some patterns take for ever on some texts. So workers
    search, who are stopped in time; then it is `PhotoFailed`.
    """
    written = (text and text.text) or ""
    words = text.words if text else []
    if not codes and not written:
        return None, []
    for pattern in patterns:
        try:
            found = workers.call(candidates, pattern, codes, written, words)
        except PhotoFailed as failed:
            if failed.failure.error_type != "TimedOut":
                raise
            raise _named(failed, pattern) from failed
        if found:
            return agreed(found, pattern.checksum), found
    return None, []


def _named(failed: PhotoFailed, pattern: UniqueIdPattern) -> PhotoFailed:
    """The pattern is to blame where the time ran out, not the photo."""
    failure = failed.failure
    return PhotoFailed(
        failure.error_type,
        f"{failure.message} of looking for codes.unique_ids {pattern.name or pattern.pattern!r} in"
        " its codes and text: make that pattern simpler, without repeats inside of repeats",
        attempts=failure.attempts,
        retryable=failure.retryable,
    )
