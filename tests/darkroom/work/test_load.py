import subprocess
import sys
import time

import psutil

from darkroom.work.load import Load, LoadSampler
from darkroom.work.machine import use_of


def test_a_load_is_that_of_the_whole_tree_of_processes() -> None:
    """Memory of children counts; workers and hosts are whatever those in charge say."""
    alone = LoadSampler(workers=lambda: 3, hosts=lambda: {"slow.example": 2})()
    with subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        childs = use_of(psutil.Process(child.pid)).memory_bytes
        both = LoadSampler(workers=lambda: 3)()
        child.communicate(b"\n")

    assert (alone.workers, alone.hosts) == (3, {"slow.example": 2})
    assert (both.workers, both.hosts) == (3, {})
    assert both.memory_bytes > childs > 0
    assert alone.memory_bytes > 0


def test_cores_are_counted_from_look_to_look() -> None:
    """Time that was spent before the first look is not counted."""
    sampler = LoadSampler(workers=lambda: 1)
    before = time.process_time()
    while time.process_time() - before < 0.05:
        pass

    assert sampler().cores > 0


def test_loads_of_several_steps_add_up() -> None:
    """A host that several hold back has the lowest of their limits."""
    one = Load(workers=2, cores=1.5, memory_bytes=10, hosts={"a": 3, "b": 1})
    other = Load(workers=1, cores=0.25, memory_bytes=5, hosts={"a": 2})

    assert Load.sum([one, other]) == Load(
        workers=3, cores=1.75, memory_bytes=15, hosts={"a": 2, "b": 1}
    )
    assert str(Load.sum([])) == "0.0 cores, 0 MiB, 0 workers"
