"""What this process may really use of the machine."""

import math
import os
from pathlib import Path

import psutil

from darkroom.work.control_groups import ControlGroups, Memory


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
