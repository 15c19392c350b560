import pytest

from darkroom.outcomes import Failure, Outcome
from darkroom.rows import Row
from darkroom.settings import HashSettings
from darkroom.stages.incremental import digest, earlier, standing

FAILURE = Failure(error_type="Timeout", message="no answer", retryable=True)


def row(outcome: Outcome) -> Row:
    failure = FAILURE if outcome is Outcome.FAILED else None
    return Row(photo_id="a", outcome=outcome, inputs="i", failure=failure)


def test_a_digest_stays_the_same() -> None:
    """Tables written today are compared with those of later versions."""
    assert digest("texts/1", "ab", 1.5, None, ["x", 1]) == "a29ec1b47eb5cdad"


def test_every_part_counts() -> None:
    """Value, place and type; where one part ends is never in doubt."""
    parts = [
        ("ab", "c"),
        ("a", "bc"),
        ("abc",),
        ("c", "ab"),
        ("1",),
        (1,),
        (None,),
        ("",),
        (),
        (HashSettings(),),
        (HashSettings(hash_source="original"),),
        ([HashSettings()],),
    ]
    assert len({digest(*each) for each in parts}) == len(parts)


def test_settings_count_by_value() -> None:
    """Another object with the same values is the same, wherever it stands."""
    again = HashSettings.model_validate({"hash_source": "rendition"})

    assert digest(HashSettings()) == digest(again)
    assert digest(["x", HashSettings()]) == digest(("x", again))


def test_names_of_any_bytes_have_a_digest() -> None:
    """File names that are no UTF-8 are spelt with lone surrogates."""
    assert digest("\udce9t\udce9.jpg") != digest("t.jpg")


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.REJECTED, Outcome.SKIPPED])
def test_a_final_row_stands_while_its_inputs_are_the_same(outcome: Outcome) -> None:
    """And not a moment longer."""
    made = row(outcome)
    previous = earlier([made])

    assert standing(previous, "a", "i") is made
    assert standing(previous, "a", "other") is None
    assert standing(previous, "b", "i") is None


def test_a_failure_never_stands() -> None:
    """Whoever runs the stage again wants it tried again."""
    assert standing(earlier([row(Outcome.FAILED)]), "a", "i") is None


def test_a_failure_does_not_hide_a_row_that_stands() -> None:
    """Nor does a row of other inputs, whichever was made last."""
    made = row(Outcome.DONE)
    other = made.model_copy(update={"inputs": "other"})
    previous = earlier([made], [row(Outcome.FAILED), other])

    assert standing(previous, "a", "i") is made
    assert standing(previous, "a", "other") is other
