"""Where unique IDs were found on a photo, in words, and photos on which they disagree."""

from collections.abc import Sequence

from darkroom.reports.markdown import visible
from darkroom.results import PhotoResult
from darkroom.rows import UniqueIdCandidate

_MAX_CHARS = 200


def found_where(candidate: UniqueIdCandidate) -> str:
    """The ID, where it was found and by which pattern."""
    where = f"the {candidate.symbology}" if candidate.source == "code" else "the text"
    return visible(f"{candidate.id} in {where}, by {candidate.pattern}", max_chars=_MAX_CHARS)


def undecided(result: PhotoResult) -> list[str]:
    """The IDs that disagree, each once; none when one is known or there is none at all."""
    if result.unique_id is not None:
        return []
    return list(dict.fromkeys(each.id for each in result.unique_id_candidates))


def disagreement_records(results: Sequence[PhotoResult]) -> list[dict[str, str]]:
    """Each place where an ID was found, of the photos on which they disagree."""
    return [
        {
            "photo": result.photo_id,
            "file": visible(result.filename),
            "found": found_where(candidate),
        }
        for result in results
        if undecided(result)
        for candidate in result.unique_id_candidates
    ]
