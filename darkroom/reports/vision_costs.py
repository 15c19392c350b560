"""What asking a vision model about a batch took, and what asking in parallel saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from darkroom.reports.markdown import table
from darkroom.reports.reporting import StageSpeed
from darkroom.results import PhotoResult


@dataclass(frozen=True, slots=True)
class VisionCosts:
    """Of all photos of a batch, in all its runs."""

    answered: int
    from_cache: int
    """Answers that had been paid for before."""
    without_answer: int
    left_out: int
    """Not asked about, because the budget was used up."""
    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """An estimate; None when the price of any answer is unknown."""

    @classmethod
    def of(cls, results: Sequence[PhotoResult]) -> Self | None:
        """None for a batch that no model was asked about."""
        found = [result.analysis for result in results if result.analysis is not None]
        if not found:
            return None
        costs = [each.cost_usd for each in found]
        return cls(
            answered=sum(each.answer is not None for each in found),
            from_cache=sum(each.from_cache for each in found),
            without_answer=sum(each.answer is None and not each.left_out for each in found),
            left_out=sum(each.left_out is not None for each in found),
            requests=sum(each.requests for each in found),
            input_tokens=sum(each.input_tokens for each in found),
            output_tokens=sum(each.output_tokens for each in found),
            cost_usd=None if None in costs else sum(filter(None, costs)),
        )


def vision_table(costs: VisionCosts, speeds: Sequence[StageSpeed]) -> str:
    """Markdown. The seconds are those of the latest run; blank when it asked nothing."""
    speed = next((each for each in speeds if each.stage == "analyses"), None)
    alone = None if speed is None else speed.work_seconds
    took = None if speed is None or alone is None else speed.seconds
    rows = [
        ("answered", costs.answered),
        ("of these known before", costs.from_cache),
        ("without an answer", costs.without_answer),
        ("left out by the budget", costs.left_out),
        ("requests", costs.requests),
        ("input tokens", costs.input_tokens),
        ("output tokens", costs.output_tokens),
        ("estimated cost, USD", "unknown" if costs.cost_usd is None else f"{costs.cost_usd:.4f}"),
        ("one request at a time, s", alone),
        ("took, s", took),
        ("saved by asking in parallel, s", _saved(alone, took)),
    ]
    return table(["analyses", ""], rows)


def _saved(alone: float | None, took: float | None) -> float | None:
    return None if alone is None or took is None else max(0.0, alone - took)
