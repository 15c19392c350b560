"""What this process may really use of the machine, and what it uses."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from darkroom.work.control_groups import ControlGroups, Memory


@dataclass(frozen=True, slots=True)
class Use:
    """What a process and all below it have used of processors so far, and use of memory now."""

    cpu_seconds: float
    memory_bytes: int


def usable_cores() -> int:
    """Cores by affinity and control groups, a part of one counted as one; not what there are."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    allowed = ControlGroups().cores()
    return cores if allowed is None else max(1, min(cores, math.ceil(allowed)))


def usable_memory() -> Memory:
    """Of the machine or of a control group around this process: whichever has less left."""
    machine = psutil.virtual_memory()
    whole = Memory(left=machine.available, total=machine.total)
    allowed = ControlGroups().memory()
    return whole if allowed is None else min(whole, allowed, key=lambda memory: memory.left)


def processes_killed_for_memory() -> int:
    """By the kernel, so far, among those of our control group or, uncounted there, anywhere."""
    killed = ControlGroups().processes_killed()
    if killed is not None:
        return killed
    try:
        for line in Path("/proc/vmstat").read_text("ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    except OSError:  # only Linux has it
        pass
    return 0


def use_of(process: psutil.Process) -> Use:
    """Of it and what it started, ended ones included: workers are below their step.

    The difference of two readings over the time between them is the number of cores in use. Memory
    is without pages of files and libraries, which several share.
    """
    cpu_seconds, memory_bytes = 0.0, 0
    for each in (process, *process.children(recursive=True)):
        try:
            with each.oneshot():
                times, memory = each.cpu_times(), each.memory_info()
        except psutil.NoSuchProcess:
            continue
        cpu_seconds += times.user + times.system + times.children_user + times.children_system
        memory_bytes += memory.rss - getattr(memory, "shared", 0)
    # The kernel counts hundredths; sums of the same ones in another order differ in their last bit.
    return Use(round(cpu_seconds, 2), memory_bytes)
