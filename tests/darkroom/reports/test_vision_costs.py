"""What asking took."""

from typing import Any

from darkroom.reports.reporting import StageSpeed
from darkroom.reports.vision_costs import VisionCosts, vision_table
from darkroom.results import AnalysisResult, PhotoResult


def photo(photo_id: str, **analysis: Any) -> PhotoResult:  # noqa: ANN401 - fields of a result
    blank = {"schema_name": "photo", "model": "m:one", "answer": None, "left_out": None}
    nothing = {"requests": 0, "input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0}
    said = {**blank, **nothing, "from_cache": False, **analysis}
    return PhotoResult(
        batch="b",
        photo_id=photo_id,
        filename="f",
        uri="u",
        outcome="done",
        analysis=AnalysisResult.model_validate(said) if analysis else None,
    )


ASKED = {"requests": 2, "input_tokens": 300, "output_tokens": 20, "cost_usd": 0.25}
RESULTS = [
    photo("1", answer={"caption": "a"}, **ASKED),
    photo("2", answer={"caption": "b"}, from_cache=True),
    photo("3", **ASKED),
    photo("4", left_out="budget"),
    photo("5"),
]
COSTS = VisionCosts(
    answered=2,
    from_cache=1,
    without_answer=1,
    left_out=1,
    requests=4,
    input_tokens=600,
    output_tokens=40,
    cost_usd=0.5,
)


def test_every_photo_that_could_be_asked_about_is_counted() -> None:
    """What was spent in vain counts as well."""
    assert VisionCosts.of(RESULTS) == COSTS


def test_a_batch_that_no_model_was_asked_about_has_no_costs() -> None:
    """Rather than costs of nothing."""
    assert VisionCosts.of([photo("5")]) is None


def test_a_cost_with_an_unknown_part_is_unknown() -> None:
    """Half a sum would be believed."""
    unknown = photo("6", answer={}, **{**ASKED, "cost_usd": None})

    costs = VisionCosts.of([*RESULTS, unknown])

    assert costs is not None
    assert costs.cost_usd is None
    assert "estimated cost, USD | unknown" in vision_table(costs, [])


def test_the_report_says_what_asking_in_parallel_saved() -> None:
    """The requests one after the other, against what the step took."""
    speeds = [
        StageSpeed("texts", worked_on=5, seconds=9.0, work_seconds=9.0),
        StageSpeed("analyses", worked_on=3, seconds=10.0, work_seconds=36.0),
    ]

    said = vision_table(COSTS, speeds).splitlines()

    assert said[-3:] == [
        "| one request at a time, s | 36.00 |",
        "| took, s | 10.00 |",
        "| saved by asking in parallel, s | 26.00 |",
    ]
