"""What memory lets be at work at once, with a clock and readings made up."""

import random
from dataclasses import dataclass, field

import pytest

from darkroom.work.control_groups import Memory
from darkroom.work.pressure import Pressure

MIB = 2**20


@dataclass
class Machine:
    """A clock and a memory that the test sets."""

    total: int = 8000 * MIB
    left: int = 8000 * MIB
    now: float = 0.0
    looks: int = 0
    said: list[str] = field(default_factory=list)

    def pressure(self) -> Pressure:
        return Pressure(say=self.said.append, read=self._read, clock=lambda: self.now)

    def _read(self) -> Memory:
        self.looks += 1
        return Memory(left=self.left, total=self.total)


def after(machine: Machine, pressure: Pressure, *, seconds: int, most: int = 64) -> list[int]:
    """What is allowed each second from now on."""
    allowed = []
    for _ in range(seconds):
        allowed.append(pressure.allowed(most))
        machine.now += 1
    return allowed


def test_all_is_allowed_while_there_is_memory() -> None:
    """And nothing is said."""
    machine = Machine()
    assert after(machine, machine.pressure(), seconds=30) == [64] * 30
    assert machine.said == []


def test_it_shrinks_while_memory_is_short_and_grows_back_slowly() -> None:
    """Between short and there again it stays as it is, so that it does not swing."""
    machine = Machine()
    pressure = machine.pressure()

    machine.left = 799 * MIB
    assert after(machine, pressure, seconds=9) == [32, 16, 8, 4, 2, 1, 1, 1, 1]
    machine.left = 1500 * MIB
    assert after(machine, pressure, seconds=20) == [1] * 20
    machine.left = 1600 * MIB
    grown = after(machine, pressure, seconds=100)
    assert grown[::10] == [9, 17, 25, 33, 41, 49, 57, 64, 64, 64]
    assert grown == sorted(grown)


def test_changes_are_said_with_their_figures_but_not_every_second() -> None:
    """What is said last is what is in force."""
    machine = Machine()
    pressure = machine.pressure()
    machine.left = 700 * MIB
    after(machine, pressure, seconds=12)
    machine.left = 4000 * MIB
    after(machine, pressure, seconds=120)

    assert machine.said[:3] == [
        "Memory is short, 700 of 8000 MiB left: going on with 50% of the photos at once.",
        "Memory is short, 700 of 8000 MiB left: going on with 2% of the photos at once.",
        "Memory is there again, 4000 of 8000 MiB left: going on with 14% of the photos at once.",
    ]
    assert machine.said[-1].endswith("going on with 100% of the photos at once.")
    assert len(machine.said) <= 12


def test_a_large_machine_is_not_short_at_a_tenth() -> None:
    """A gibibyte that is left is enough."""
    machine = Machine(total=512 * 1024 * MIB, left=2048 * MIB)
    assert machine.pressure().allowed(8) == 8


def test_memory_is_looked_at_once_a_second() -> None:
    """However many photos ask."""
    machine = Machine()
    pressure = machine.pressure()
    for _ in range(1000):
        pressure.allowed(8)
    assert machine.looks == 1


@pytest.mark.parametrize("seed", range(20))
def test_something_is_always_allowed_and_never_more_than_all(seed: int) -> None:
    """Whatever memory does; and once it is there for good, all is allowed again."""
    chance = random.Random(seed)
    machine = Machine()
    pressure = machine.pressure()
    most = chance.choice([1, 2, 3, 64])
    for _ in range(300):
        machine.left = chance.randrange(machine.total)
        machine.now += chance.random() * 5
        assert 1 <= pressure.allowed(most) <= most
    machine.left = machine.total
    after(machine, pressure, seconds=90)
    assert pressure.allowed(most) == most
