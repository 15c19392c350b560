"""What control groups, of version 1 or 2, leave to a process: processor time and memory.

The tightest of all groups around a process counts. A file that is missing or says nothing bounds
nothing.
https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_UNBOUNDED = 2**60
"""Version 1 writes the largest number of pages there is where version 2 writes `max`."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is left of how much, in bytes."""

    left: int
    total: int


@dataclass(frozen=True, slots=True)
class ControlGroups:
    """The groups that one process is in."""

    membership: Path = Path("/proc/self/cgroup")
    mounted: Path = Path("/sys/fs/cgroup")

    def cores(self) -> float | None:
        """Processor time per time; None where it is not bounded."""
        shares = [
            *(_share(*_words(folder / "cpu.max", 2)) for folder in self._version_2()),
            *(
                _share(
                    *_words(folder / "cpu.cfs_quota_us", 1),
                    *_words(folder / "cpu.cfs_period_us", 1),
                )
                for folder in self._version_1("cpu")
            ),
        ]
        return min((share for share in shares if share is not None), default=None)

    def memory(self) -> Memory | None:
        """Of the group that has least left; None where it is not bounded.

        Pages of files count as left: the kernel takes them back first.
        """
        found = [
            *(
                _memory(folder, limit, "memory.current", "")
                for folder in self._version_2()
                for limit in ("memory.max", "memory.high")
            ),
            *(
                _memory(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
                for folder in self._version_1("memory")
            ),
        ]
        bounds = [memory for memory in found if memory is not None]
        return min(bounds, key=lambda memory: memory.left, default=None)

    def processes_killed(self) -> int | None:
        """By the kernel because memory ran out, in the innermost group; None if it does not count.

        It counts those too that were killed because a group around it, or the machine, had no more.
        """
        for folder, name in (
            *((folder, "memory.events") for folder in self._version_2()),
            *((folder, "memory.oom_control") for folder in self._version_1("memory")),
        ):
            killed = _figures(folder / name).get("oom_kill")
            if killed is not None:
                return killed
        return None

    def _version_2(self) -> Iterator[Path]:
        return self._folders("", self.mounted)

    def _version_1(self, controller: str) -> Iterator[Path]:
        return self._folders(controller, self.mounted / controller)

    def _folders(self, controller: str, top: Path) -> Iterator[Path]:
        """From the innermost group outwards, as far as they can be seen from here.

        In a container the path may be that outside of it: then only the top is found.
        """
        for line in _text(self.membership).splitlines():
            _, controllers, path = line.split(":", 2)
            if controller in controllers.split(","):
                inner = PurePosixPath(path.lstrip("/"))
                yield from (
                    top / group for group in (inner, *inner.parents) if ".." not in group.parts
                )
                return


def _share(quota: str = "max", period: str = "") -> float | None:
    return int(quota) / int(period) if quota.isdecimal() and period.isdecimal() else None


def _memory(folder: Path, limit: str, usage: str, prefix: str) -> Memory | None:
    total, used = ("".join(_words(folder / name, 1)) for name in (limit, usage))
    if not total.isdecimal() or not used.isdecimal() or int(total) >= _UNBOUNDED:
        return None
    figures = _figures(folder / "memory.stat")
    files = figures.get(f"{prefix}inactive_file", 0) + figures.get(f"{prefix}active_file", 0)
    return Memory(left=max(0, int(total) - max(0, int(used) - files)), total=int(total))


def _figures(file: Path) -> dict[str, int]:
    pairs = (line.split() for line in _text(file).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdecimal()}  # noqa: PLR2004 - a name and its figure


def _words(file: Path, count: int) -> list[str]:
    words = _text(file).split()
    return words if len(words) == count else []


def _text(file: Path) -> str:
    try:
        return file.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
