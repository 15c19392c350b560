"""What the processes of a step use of the machine."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import psutil
from pydantic import BaseModel, ConfigDict

from darkroom.reports.markdown import visible
from darkroom.work.machine import use_of


class Load(BaseModel):
    """One step at one moment."""

    model_config = ConfigDict(frozen=True)

    workers: int = 0
    """Photos that may be worked on at once."""
    cores: float = 0.0
    """CPU seconds per second since the look before."""
    memory_bytes: int = 0
    """Of the step's process and all below it, without pages that several share."""
    hosts: dict[str, int] = {}
    """Requests that may be in flight to each host that is being held back now."""

    @classmethod
    def sum(cls, loads: Sequence[Self]) -> Self:
        """Several steps at once; a host has the lowest of the limits that they give it."""
        return cls(
            workers=sum(each.workers for each in loads),
            cores=round(sum(each.cores for each in loads), 2),
            memory_bytes=sum(each.memory_bytes for each in loads),
            hosts={
                host: min(each.hosts[host] for each in loads if host in each.hosts)
                for host in sorted({host for each in loads for host in each.hosts})
            },
        )

    def __str__(self) -> str:
        hosts = sorted(self.hosts.items())
        held = ", ".join(f"{visible(host)} at {limit}" for host, limit in hosts)
        return (
            f"{self.cores:.1f} cores, {self.memory_bytes / 2**20:.0f} MiB, {self.workers} workers"
            + (f", held back: {held}" if held else "")
        )


def no_load() -> Load:
    """For work that nobody measures."""
    return Load()


class LoadSampler:
    """Looks at this process and all below it; a look costs some milliseconds."""

    def __init__(
        self, *, workers: Callable[[], int], hosts: Callable[[], Mapping[str, int]] = dict
    ) -> None:
        self._workers = workers
        self._hosts = hosts
        self._process = psutil.Process()
        self._looked = time.monotonic()
        self._cpu_seconds = use_of(self._process).cpu_seconds

    def __call__(self) -> Load:
        """The load of this moment. To be called by one thread at a time."""
        moment, use = time.monotonic(), use_of(self._process)
        spent, passed = use.cpu_seconds - self._cpu_seconds, moment - self._looked
        self._cpu_seconds, self._looked = use.cpu_seconds, moment
        return Load(
            workers=self._workers(),
            # A process that is gone takes back what it used before its parent heard of its end.
            cores=round(max(0.0, spent) / passed, 2) if passed > 0 else 0.0,
            memory_bytes=use.memory_bytes,
            hosts=dict(self._hosts()),
        )
