"""What Dagster is told of the world's trouble."""

import dagster as dg
import pytest

from assets.patience import Patience
from darkroom.errors import (
    DarkroomError,
    EngineUnavailable,
    ObjectMissing,
    RecordsUnavailable,
    SettingsInvalid,
    StoreUnavailable,
    TableUnreadable,
    WorldError,
)

LOG = dg.build_op_context().log


def told(error: Exception, *, attempt: int, draw: float = 0.0) -> BaseException:
    patience = Patience(retries=3, first_wait_s=2, draw=lambda: draw)
    with pytest.raises(BaseException) as caught, patience.around(attempt=lambda: attempt, log=LOG):  # noqa: PT011 - any
        raise error
    return caught.value


@pytest.mark.parametrize("error", [StoreUnavailable, RecordsUnavailable, WorldError])
def test_each_wait_is_twice_as_long_as_the_one_before(error: type[DarkroomError]) -> None:
    """Less up to a half, so that steps that fail together do not come back together."""
    waits = [told(error("away"), attempt=attempt) for attempt in range(3)]
    shorter = told(error("away"), attempt=2, draw=1.0)

    assert [type(wait) for wait in waits] == [dg.RetryRequested] * 3
    assert [(wait.seconds_to_wait, wait.max_retries) for wait in waits] == [(2, 3), (4, 3), (8, 3)]  # type: ignore[attr-defined]
    assert shorter.seconds_to_wait == 4  # type: ignore[attr-defined]


def test_patience_ends() -> None:
    """With the one sentence that the error has."""
    failure = told(StoreUnavailable("the store is away"), attempt=3)

    assert isinstance(failure, dg.Failure)
    assert (failure.description, failure.allow_retries) == ("the store is away", False)


@pytest.mark.parametrize(
    "error",
    [
        SettingsInvalid("change it"),
        TableUnreadable("s3://b/t", "texts", "cut off"),
        EngineUnavailable("install Tesseract"),
        ObjectMissing("blobs/ab"),
    ],
)
def test_what_waiting_does_not_mend_fails_at_once(error: DarkroomError) -> None:
    """A person has to change something first."""
    failure = told(error, attempt=0)

    assert isinstance(failure, dg.Failure)
    assert (failure.description, failure.allow_retries) == (str(error), False)


@pytest.mark.parametrize("error", [ValueError("a mistake"), dg.Failure("of an asset")])
def test_everything_else_is_left_as_it_is(error: Exception) -> None:
    """Our own mistakes crash."""
    assert told(error, attempt=0) is error
