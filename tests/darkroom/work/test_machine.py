"""What this process may use of the machine the tests run on."""

import os
import time

import psutil
import pytest

from darkroom.settings import WorkerSettings
from darkroom.work import machine
from darkroom.work.control_groups import Memory
from darkroom.work.workers import Workers


class Groups:
    """Control groups with these bounds."""

    def __init__(self, *, cores: float | None = None, memory: Memory | None = None) -> None:
        self._cores = cores
        self._memory = memory

    def cores(self) -> float | None:
        return self._cores

    def memory(self) -> Memory | None:
        return self._memory


@pytest.mark.parametrize(
    ("affinity", "allowed", "usable"),
    [(4, None, 4), (4, 1.5, 2), (4, 0.1, 1), (4, 64.0, 4), (1, 3.0, 1)],
)
def test_cores_are_bounded_by_affinity_and_control_groups(
    monkeypatch: pytest.MonkeyPatch, affinity: int, allowed: float | None, usable: int
) -> None:
    """Whichever is less; a part of a core is one worker."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(affinity)), raising=False)
    monkeypatch.setattr(machine, "ControlGroups", lambda: Groups(cores=allowed))

    assert machine.usable_cores() == usable


def test_memory_is_bounded_by_the_machine_and_control_groups(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whichever has less left."""
    tight = Memory(left=1000, total=2000)
    monkeypatch.setattr(machine, "ControlGroups", lambda: Groups(memory=tight))
    assert machine.usable_memory() == tight

    wide = Memory(left=2**60, total=2**61)
    monkeypatch.setattr(machine, "ControlGroups", lambda: Groups(memory=wide))
    assert machine.usable_memory().total == psutil.virtual_memory().total


def test_this_machine_can_be_asked() -> None:
    """Whatever it is."""
    memory = machine.usable_memory()
    assert 1 <= machine.usable_cores() <= (os.cpu_count() or 1)
    assert 0 < memory.left <= memory.total
    assert machine.processes_killed_for_memory() >= 0


def burn(cpu_seconds: float) -> None:
    while time.process_time() < cpu_seconds:
        pass


def test_what_workers_use_counts_as_their_steps() -> None:
    """Also when they are gone."""
    own = psutil.Process()
    before = machine.use_of(own)
    with Workers(WorkerSettings(max_workers=1)) as workers:
        workers.call(burn, 0.5)
        during = machine.use_of(own)
    after = machine.use_of(own)

    assert before.cpu_seconds + 0.4 < during.cpu_seconds <= after.cpu_seconds
    assert during.memory_bytes > own.memory_info().rss - own.memory_info().shared
