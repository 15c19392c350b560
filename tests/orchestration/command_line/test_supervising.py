"""Programs that are kept up: real ones, that end in every way."""

import subprocess
import sys

import psutil
import pytest

from orchestration.command_line.supervising import KeepsEnding, Supervised
from tests.orchestration.held_runs import until

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
ENDS = [sys.executable, "-c", "raise SystemExit(7)"]

PARENT = """
import sys, time
from orchestration.command_line.supervising import Supervised
print(Supervised("a sleeper", sys.argv[1:]).pid, flush=True)
time.sleep(600)
"""


def test_a_killed_program_is_started_again() -> None:
    """With one line that says how it ended."""
    said: list[str] = []
    program = Supervised("a sleeper", SLEEPS, first_wait_s=0)
    first = program.pid
    psutil.Process(first).kill()

    def started_again() -> bool:
        program.look(said.append)
        return program.pid != first

    until(started_again)
    program.terminate()
    program.wait(10)

    assert said == ["a sleeper ended by itself (SIGKILL): started again in 0 s."]
    assert not psutil.pid_exists(program.pid)


def test_a_program_that_keeps_ending_is_given_up() -> None:
    """After five new starts, with its exit code."""
    said: list[str] = []
    program = Supervised("a failure", ENDS, first_wait_s=0)

    def look() -> bool:
        program.look(said.append)
        return False

    with pytest.raises(KeepsEnding) as caught:
        until(look)
    program.wait(10)

    assert said == ["a failure ended by itself (exit code 7): started again in 0 s."] * 5
    assert str(caught.value) == (
        "a failure ended 6 times in 10 minutes (exit code 7); what it said stands above"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells it of a dead parent")
def test_a_program_does_not_outlive_whoever_keeps_it_up() -> None:
    """Also when that is killed, and can say nothing any more."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *SLEEPS], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout as output:
        program = psutil.Process(int(output.readline()))
        parent.kill()
        parent.wait()

    until(lambda: not program.is_running() or program.status() == psutil.STATUS_ZOMBIE)
