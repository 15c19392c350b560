"""What was read on each object: text, codes and unique IDs that belong to its box."""

from collections.abc import Sequence

from darkroom.recognition.belonging import around, owners
from darkroom.results import FoundObject
from darkroom.rows import Code, Detection, UniqueIdCandidate, Word


def with_what_was_read(
    detections: Sequence[Detection],
    words: Sequence[Word],
    codes: Sequence[Code],
    candidates: Sequence[UniqueIdCandidate],
) -> list[FoundObject]:
    """The objects in their order. What was read belongs to one of them at most."""
    boxes = [each.box for each in detections]
    owners_of_words = owners([word.box for word in words], boxes)
    owners_of_codes = owners([around(code.polygon or _NOWHERE) for code in codes], boxes)
    owners_of_ids = owners([_place(each) for each in candidates], boxes)
    found = []
    for place, each in enumerate(detections):
        own_words = _of(place, owners_of_words)
        found.append(
            FoundObject(
                **dict(each),
                text=" ".join(words[one].text for one in own_words) or None,
                words=own_words,
                codes=_of(place, owners_of_codes),
                unique_id_candidates=_of(place, owners_of_ids),
            )
        )
    return found


_NOWHERE = [[-1.0, -1.0]]


def _of(owner: int, owners_of: Sequence[int | None]) -> list[int]:
    return [place for place, owned_by in enumerate(owners_of) if owned_by == owner]


def _place(found: UniqueIdCandidate) -> Sequence[float]:
    """Of the code, or around all of the words."""
    corners = [
        point for x, y, width, height in found.boxes for point in ([x, y], [x + width, y + height])
    ]
    return around(found.polygon or corners or _NOWHERE)
