"""Rows, and what they are made of."""

import pickle

import pytest

from darkroom.results import Verdict
from darkroom.rows import Check, Word
from darkroom.stages.incremental import digest


@pytest.mark.parametrize(
    "part",
    [
        Check(name="dark", value=0.25, threshold=0.32, verdict="reject"),
        Word(text="quay", confidence=0.9, box=[1, 2, 3, 4]),
        Verdict(value="JPEG", threshold=None, verdict="pass"),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_a_photo_has_many_of_is_small(part: object) -> None:
    """A batch of pages has hundreds of thousands of words: no dictionary each, and they travel."""
    assert not hasattr(part, "__dict__")
    assert pickle.loads(pickle.dumps(part)) == part  # noqa: S301 - our own


def test_a_part_of_a_row_is_digested_as_what_it_says() -> None:
    """So that rows made from words stand, whatever words are kept as."""
    word = Word(text="quay", confidence=0.9, box=[1, 2, 3, 4])

    assert digest(["quay", [word]]) == digest(
        ["quay", [{"text": "quay", "confidence": 0.9, "box": [1.0, 2.0, 3.0, 4.0]}]]
    )
