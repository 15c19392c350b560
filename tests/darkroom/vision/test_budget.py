"""How much may be asked."""

from darkroom.vision.budget import Budget


def test_without_limits_everything_is_allowed() -> None:
    """However much was used."""
    budget = Budget(max_photos=None, max_tokens=None)
    budget.used("1", 10**9)

    assert budget.allows("2")


def test_photos_are_counted_once() -> None:
    """The same photo may be asked about again, also after others were refused."""
    budget = Budget(max_photos=2, max_tokens=None)

    allowed = [budget.allows(photo) for photo in ("1", "2", "3", "1")]

    assert allowed == [True, True, False, True]


def test_photos_of_earlier_runs_count() -> None:
    """The limit is the batch's."""
    budget = Budget(max_photos=1, max_tokens=None)
    budget.used("1", 0)

    assert [budget.allows("1"), budget.allows("2")] == [True, False]


def test_tokens_end_it_once_they_are_used() -> None:
    """What is under way then may exceed the limit."""
    budget = Budget(max_photos=None, max_tokens=100)
    budget.used("1", 99)
    before = budget.allows("2")
    budget.used("2", 50)

    assert (before, budget.allows("3"), budget.allows("1")) == (True, False, False)
