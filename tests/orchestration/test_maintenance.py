"""What maintenance removes of a home, and what it never touches."""

import os
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from darkroom.storage.blobs import blob_name
from orchestration.definitions import definitions
from orchestration.jobs import MAINTENANCE

if TYPE_CHECKING:
    from orchestration.home import Home

LONG_AGO = 1000.0
LEFT = [
    "scratch/left/photo.jpg",
    f"store/blobs/00/.{'0' * 32}.unfinished",
    f"store/{blob_name('0' * 64)}",
    "sources/unnamed.zip",
    "progress/gone/texts.json",
]
SOMEBODYS = [
    "inbox/mine.jpg",
    "delivered/accepted/mine.jpg",
    f"delivered/accepted/.{'0' * 32}.unfinished",
    "models/mine.onnx",
    "sample/photo.jpg",
    "store/reports/b1/contact_sheet.jpg",
    "mine/photo.jpg",
]


@pytest.fixture
def untidy(home: "Home") -> "Home":
    """A home in which everything is old."""
    for name in (*LEFT, *SOMEBODYS):
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("12345")
    for path in home.root.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    return home


def files(home: "Home", names: list[str]) -> list[str]:
    return [name for name in names if (home.root / name).is_file()]


def maintain() -> dg.ExecuteInProcessResult:
    job = definitions().resolve_job_def(MAINTENANCE)
    with dg.DagsterInstance.ephemeral() as instance:
        return job.execute_in_process(instance=instance)


def test_leftovers_go_and_all_else_stays(untidy: "Home") -> None:
    """One of each kind, told by the run; a person's files are as they were."""
    result = maintain()
    [output] = [event for event in result.all_events if event.is_successful_output]

    assert files(untidy, LEFT) == []
    assert files(untidy, SOMEBODYS) == SOMEBODYS
    told = {name: value.value for name, value in output.step_output_data.metadata.items()}
    assert told == {
        "scratch": "1 removed, 5 bytes",
        "unfinished writes": "1 removed, 5 bytes",
        "checkpoints": "0 removed, 0 bytes",
        "unreferenced blobs": "1 removed, 5 bytes",
        "fetched archives": "1 removed, 5 bytes",
        "progress of batches": "1 removed, 5 bytes",
        "logs of runs": "0 removed, 0 bytes",
    }


def test_a_new_home_needs_no_maintenance(home: "Home") -> None:
    """It ends well, having done nothing."""
    before = sorted(home.root.rglob("*"))

    assert maintain().success
    assert [path for path in before if not path.exists()] == []


def test_it_happens_every_day_without_being_asked() -> None:
    """The schedule runs from the start."""
    schedule = definitions().resolve_schedule_def("maintenance_schedule")

    assert (schedule.job_name, schedule.cron_schedule) == (MAINTENANCE, "30 3 * * *")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
