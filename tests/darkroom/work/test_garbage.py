"""What a process gives back, in a process of its own."""

import json
import platform
import subprocess
import sys

import pytest

_WORK = """
import json
import psutil
from darkroom.work.garbage import give_back

def resident():
    return psutil.Process().memory_info().rss

idle = resident()
taken = [bytes(1000) for _ in range(100_000)]
kept = taken[::1000]  # some of it everywhere, so that nothing is given back by itself
busy = resident()
circle = [taken]
circle.append(circle)
del taken, circle
give_back()
print(json.dumps([busy - idle, resident() - idle]))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library gives back")
def test_what_work_has_taken_is_given_back() -> None:
    """Also what is left in circles, and what lies between things that are kept."""
    told = subprocess.run([sys.executable, "-c", _WORK], check=True, capture_output=True)

    busy_bytes, left_bytes = json.loads(told.stdout)
    assert busy_bytes > 90_000_000
    assert left_bytes < 10_000_000
