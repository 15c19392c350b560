"""The world's trouble, as Dagster is to hear of it: try again later, or fail with one sentence.

A step that has to wait ends and is run again by its executor: it holds no pool slot meanwhile, and
has kept its finished photos. Not a `RetryPolicy`, which would repeat our own mistakes and
interrupts, too.
"""

import functools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

import dagster as dg

from darkroom.errors import EngineUnavailable, ObjectMissing, UsageError, WorldError
from darkroom.settings import RunSettings, Settings

E = TypeVar("E")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a step waits for a store, database or disk to come back."""

    retries: int
    first_wait_s: float
    draw: Callable[[], float] = random.random
    """0 to 1: what of the shorter half of a wait is left out."""

    @classmethod
    def of(cls, settings: RunSettings) -> "Patience":
        return cls(settings.step_retries, settings.step_retry_wait_s)

    @contextmanager
    def around(self, *, attempt: Callable[[], int], log: dg.DagsterLogManager) -> Iterator[None]:
        """Turns errors of Darkroom into Dagster's; `attempt` counts from 0.

        Steps that fail by the same outage are spread over half of each wait.
        """
        try:
            yield
        except (UsageError, EngineUnavailable, ObjectMissing) as error:
            # Nothing that waiting mends.
            raise dg.Failure(str(error), allow_retries=False) from error
        except WorldError as error:
            done = attempt()
            if done >= self.retries:
                raise dg.Failure(str(error), allow_retries=False) from error
            wait_s = self.first_wait_s * 2**done * (1 - self.draw() / 2)
            log.warning(
                "%s. Attempt %d of %d in %.1f s.", error, done + 2, self.retries + 1, wait_s
            )
            raise dg.RetryRequested(max_retries=self.retries, seconds_to_wait=wait_s) from error


def patient(
    step: Callable[Concatenate[dg.AssetExecutionContext, P], Iterator[E]],
) -> Callable[Concatenate[dg.AssetExecutionContext, P], Iterator[E]]:
    """The function of an asset, patient as its `settings` say."""

    @functools.wraps(step)
    def patiently(
        context: dg.AssetExecutionContext, /, *args: P.args, **inputs: P.kwargs
    ) -> Iterator[E]:
        settings = inputs["settings"]
        assert isinstance(settings, Settings)  # noqa: S101 - every asset has them
        patience = Patience.of(settings.runs)
        with patience.around(attempt=lambda: context.retry_number, log=context.log):
            yield from step(context, *args, **inputs)

    return patiently
