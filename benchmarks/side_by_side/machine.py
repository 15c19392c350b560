"""What the machine is, as a reader of figures needs it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

_LIBRARIES = ("dagster", "pillow", "simplejpeg", "numpy", "aiohttp", "pyarrow", "sqlalchemy")


def cores() -> int:
    """That this process may use, as its children."""
    return len(os.sched_getaffinity(0))


def description() -> list[str]:
    """A line each."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return [
        f"processor: {names[0] if names else platform.machine()}, {cores()} cores",
        f"memory: {psutil.virtual_memory().total / 2**30:.0f} GiB",
        f"system: {platform.system()} {platform.release()}, Python {platform.python_version()}",
        "libraries: " + ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    ]
