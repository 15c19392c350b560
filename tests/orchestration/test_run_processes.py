"""The process that a run is in."""

import signal
import subprocess
import sys

import psutil
import pytest

from orchestration.run_processes import RunProcess

WAITING = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
print("ready", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize(
    ("leads_session", "ended_by"),
    [
        pytest.param(True, signal.SIGINT, id="a run's own"),
        pytest.param(False, signal.SIGTERM, id="its launcher's"),
    ],
)
def test_only_a_process_of_its_own_is_interrupted(
    *, leads_session: bool, ended_by: signal.Signals
) -> None:
    """A run that is cancelled while it is being launched does not take the daemon along."""
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], stdout=subprocess.PIPE, start_new_session=leads_session
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()

        RunProcess.of(process.pid).interrupt()
        process.terminate()

        assert process.wait() == -ended_by


COUNTING = """
import multiprocessing, subprocess, sys
counted = multiprocessing.get_context("spawn").Semaphore()
step = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
print("ready", flush=True)
step.wait()
input()
"""


def test_a_process_whose_steps_are_killed_ends_without_complaint() -> None:
    """What Python started to count its semaphores is still there when it lets go of them."""
    with subprocess.Popen(
        [sys.executable, "-c", COUNTING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        tracker, step = psutil.Process(process.pid).children()

        RunProcess.of(process.pid).kill_all_below()
        step.wait()
        assert tracker.is_running()
        _, complaint = process.communicate(b"\n")

    assert (complaint, process.returncode) == (b"", 0)
