"""What the processes of a command use while it runs, told apart by what they are there for."""

import subprocess
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

_KINDS = (
    "command",
    "fork server of runs",
    "runs",
    "fork servers of steps",
    "steps",
    "fork servers of photo workers",
    "photo workers",
)
"""What the command is, its children, and so on."""


@dataclass(slots=True)
class Use:
    """What was seen of a command's processes, looked at every so often."""

    cpu_s: dict[int, float] = field(default_factory=dict)
    """By process id, as last seen; what a process used after that look is missing."""
    parents: dict[int, int] = field(default_factory=dict)
    peak_bytes: int = 0
    """The largest sum of PSS: a page that n processes share counts as 1/n in each."""
    peak_by_kind: Counter[str] = field(default_factory=Counter)
    """Bytes of each kind of process at that moment."""

    def cpu_below(self, pid: int) -> float:
        """Of a process and all that it started."""
        mine = {child for child, parent in self.parents.items() if parent == pid}
        return self.cpu_s.get(pid, 0.0) + sum(map(self.cpu_below, mine))


def watched(command: Sequence[str], *, every_s: float, memory: bool = True) -> tuple[int, Use]:
    """Run a command, silently; its exit code and what was seen."""
    use, ended = Use(), threading.Event()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        root = psutil.Process(process.pid)

        def look() -> None:
            while not ended.wait(every_s):
                _look(root, use, memory=memory)

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            code = process.wait()
        finally:
            ended.set()
            looking.join()
    return code, use


def _look(root: psutil.Process, use: Use, *, memory: bool) -> None:
    now: Counter[str] = Counter()
    generations = {root.pid: 0}
    try:
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for process in tree:
        try:
            with process.oneshot():
                parent, times = process.ppid(), process.cpu_times()
            generation = generations.setdefault(process.pid, generations.get(parent, 0) + 1)
            if memory:
                kind = _KINDS[min(generation, len(_KINDS) - 1)]
                now[kind] += int(process.memory_full_info().pss)
        except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
            continue
        use.parents[process.pid] = parent
        use.cpu_s[process.pid] = times.user + times.system
    if now.total() > use.peak_bytes:
        use.peak_bytes, use.peak_by_kind = now.total(), now
