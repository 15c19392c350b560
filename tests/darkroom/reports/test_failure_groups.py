from darkroom.reports.failure_groups import FailureGroup, failure_groups, group_records
from darkroom.results import PhotoResult, StageFailure

TIMEOUT = StageFailure(
    stage="photos", error_type="Timeout", message="no answer", attempts=4, retryable=True
)
GONE = StageFailure(
    stage="photos", error_type="NotFound", message="it is not there", attempts=1, retryable=False
)
CRASH = StageFailure(
    stage="texts", error_type="Crashed", message="line\nbreak \u202e", attempts=1, retryable=False
)


def result(photo_id: str, *failures: StageFailure) -> PhotoResult:
    return PhotoResult(
        batch="b1",
        photo_id=photo_id,
        filename=f"{photo_id}.jpg",
        uri="u",
        outcome="failed" if failures else "done",
        failures=list(failures),
    )


def test_failures_of_one_kind_are_one_group() -> None:
    """The kind that hit most photos comes first; a few of its photos stand for all."""
    timeouts = [result(f"t{number}", TIMEOUT) for number in range(5)]
    results = [result("fine"), result("g", GONE), *timeouts, result("x", CRASH)]

    assert failure_groups(results) == [
        FailureGroup(
            "Timeout", True, False, 5, ("photos",), "no answer", ("t0.jpg", "t1.jpg", "t2.jpg")
        ),
        FailureGroup("Crashed", False, False, 1, ("texts",), "line\nbreak \u202e", ("x.jpg",)),
        FailureGroup("NotFound", False, False, 1, ("photos",), "it is not there", ("g.jpg",)),
    ]


def test_a_photo_that_failed_in_several_stages_counts_once() -> None:
    """Its stages are all named."""
    codes = CRASH.model_copy(update={"stage": "codes", "message": "another"})

    assert failure_groups([result("x", CRASH, codes)]) == [
        FailureGroup(
            "Crashed", False, False, 1, ("texts", "codes"), "line\nbreak \u202e", ("x.jpg",)
        )
    ]


def test_what_may_pass_later_is_apart_from_what_will_not() -> None:
    """An error type can be both: they call for different things."""
    final = TIMEOUT.model_copy(update={"retryable": False})

    assert [
        (group.error_type, group.retryable, group.photos)
        for group in failure_groups([result("a", TIMEOUT), result("b", final), result("c", final)])
    ] == [("Timeout", False, 2), ("Timeout", True, 1)]


def test_what_was_accepted_is_apart_and_comes_last() -> None:
    """However many photos it is: nobody has to do anything about it."""
    accepted = [
        result(name, GONE).model_copy(update={"outcome": "failure_accepted"}) for name in "ab"
    ]
    groups = failure_groups([*accepted, result("c", GONE)])

    assert [(group.accepted, group.photos) for group in groups] == [(False, 1), (True, 2)]
    assert [record["may pass later"] for record in group_records(groups)] == ["no", "accepted"]


def test_a_table_shows_strangers_text_as_it_is() -> None:
    """On one line, with what cannot be seen spelt out, and the rest counted."""
    results = [result(f"x{number}", CRASH) for number in range(4)]

    assert group_records(failure_groups(results)) == [
        {
            "error": "Crashed",
            "photos": 4,
            "stages": "texts",
            "may pass later": "no",
            "for example": "line break ⟨202E⟩",
            "of": "x0.jpg, x1.jpg, x2.jpg and 1 more",
        }
    ]


def test_a_batch_without_failures_has_no_groups() -> None:
    """Nothing to show."""
    assert failure_groups([result("fine")]) == []
