"""What a photo may do to the process that works on it."""

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import psutil
import pytest

from darkroom.errors import EngineUnavailable, PhotoFailed, TableUnreadable, WorldError
from darkroom.outcomes import Failure
from darkroom.settings import WorkerSettings
from darkroom.work.workers import Workers, usable_cores

CRASHED = Failure(error_type="Crashed", message="its worker process ended", retryable=False)
TIMED_OUT = Failure(error_type="TimedOut", message="no result after 1 s", retryable=False)
OUT_OF_MEMORY = Failure(
    error_type="OutOfMemory", message="the photo needs too much memory", retryable=False
)
CULPRITS = pytest.mark.parametrize(
    ("function", "arguments", "failure"),
    [
        pytest.param(signal.raise_signal, (signal.SIGKILL,), CRASHED, id="killed"),
        pytest.param(signal.raise_signal, (signal.SIGSEGV,), CRASHED, id="segfault"),
        pytest.param(os._exit, (0,), TIMED_OUT, id="gone without a word"),
        pytest.param(signal.pause, (), TIMED_OUT, id="hangs"),
        pytest.param(bytearray, (1 << 62,), OUT_OF_MEMORY, id="needs too much memory"),
    ],
)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(WorkerSettings(max_workers=2, timeout_per_image_s=1)) as workers:
        yield workers


def raise_it(error: Exception) -> None:
    raise error


def announce_and_hang(fifo: Path) -> None:
    with fifo.open("w"):
        signal.pause()


def worker_processes() -> set[int]:
    children = multiprocessing.active_children()
    return {child.pid or 0 for child in children if child.name == "pebble_pool_worker"}


def failure_of(call: Callable[[], object]) -> Failure:
    with pytest.raises(PhotoFailed) as caught:
        call()
    return caught.value.failure


def test_work_is_done_in_another_process(workers: Workers) -> None:
    """Arguments go there, and the answer comes back."""
    assert workers.call(int, "ff", base=16) == 255
    assert workers.call(os.getpid) in worker_processes()
    assert asyncio.run(workers.run(int, "ff", base=16)) == 255


@CULPRITS
def test_only_the_culprit_fails(
    workers: Workers, function: Callable[..., object], arguments: tuple[Any, ...], failure: Failure
) -> None:
    """Photos beside it and behind it get their results from the same pool."""
    with ThreadPoolExecutor(9) as threads:
        before = [threads.submit(workers.call, int, str(number)) for number in range(4)]
        culprit = threads.submit(failure_of, lambda: workers.call(function, *arguments))
        behind = [threads.submit(workers.call, int, str(number)) for number in range(4, 8)]

        assert [future.result() for future in before + behind] == list(range(8))
        assert culprit.result() == failure
    assert workers.call(int, "8") == 8


@CULPRITS
def test_only_the_culprit_fails_in_an_event_loop(
    workers: Workers, function: Callable[..., object], arguments: tuple[Any, ...], failure: Failure
) -> None:
    """The same for those who do not wait in threads."""

    async def all_at_once() -> tuple[object, ...]:
        return await asyncio.gather(
            workers.run(int, "1"),
            workers.run(function, *arguments),
            workers.run(int, "2"),
            return_exceptions=True,
        )

    first, error, second = asyncio.run(all_at_once())

    assert isinstance(error, PhotoFailed)
    assert (first, error.failure, second) == (1, failure, 2)


@pytest.mark.parametrize(
    "error",
    [
        PhotoFailed("TooDense", "more than it can read", attempts=2, retryable=True),
        EngineUnavailable("install Tesseract"),
        TableUnreadable("file:///tables/texts/b1.parquet", "texts", "it is cut off"),
        ValueError("our own mistake"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_come_back_as_they_were_raised(workers: Workers, error: Exception) -> None:
    """Type, sentence and contents."""
    with pytest.raises(type(error)) as caught:
        workers.call(raise_it, error)

    again = caught.value
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert getattr(again, "failure", None) == getattr(error, "failure", None)


def test_waiting_for_a_worker_does_not_count() -> None:
    """The deadline is for the work on a photo, not for those before it."""
    with (
        Workers(WorkerSettings(max_workers=1, timeout_per_image_s=1)) as workers,
        ThreadPoolExecutor(4) as threads,
    ):
        work = [threads.submit(workers.call, time.sleep, 0.4) for _ in range(4)]
        assert [future.result() for future in work] == [None] * 4


def test_workers_that_are_killed_while_they_wait_are_replaced() -> None:
    """Somebody who ends all processes of the pool ends no photo."""
    with Workers(WorkerSettings(max_workers=2)) as workers:
        assert workers.call(int, "1") == 1
        broken = workers._pool
        for process in worker_processes():
            os.kill(process, signal.SIGKILL)
        while broken.active:
            pass

        assert workers.call(int, "2") == 2
        assert asyncio.run(workers.run(int, "3")) == 3


def test_a_photo_that_breaks_every_pool_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few pools it is the photo's own trouble."""
    pools = []

    def broken_pool(*_: object) -> Future[None]:
        pools.append("broken")
        future: Future[None] = Future()
        future.set_exception(BrokenProcessPool("All workers expired"))
        return future

    with Workers(WorkerSettings(max_workers=1)) as workers:
        monkeypatch.setattr(workers, "_schedule", broken_pool)

        assert failure_of(lambda: workers.call(int, "1")) == CRASHED
        assert failure_of(lambda: asyncio.run(workers.run(int, "1"))) == CRASHED
    assert len(pools) == 6


def test_leaving_with_an_error_stops_the_work(tmp_path: Path) -> None:
    """Nobody waits for a photo that nobody wants any more, and no process is left."""
    fifo = tmp_path / "begun"
    os.mkfifo(fifo)
    processes: set[int] = set()

    async def interrupted(workers: Workers) -> None:
        work = asyncio.create_task(workers.run(announce_and_hang, fifo))
        with await asyncio.to_thread(fifo.open):
            processes.update(worker_processes())
            work.cancel()
            raise WorldError("the store is away")

    with (
        pytest.raises(WorldError, match="the store is away"),
        Workers(WorkerSettings(max_workers=2, timeout_per_image_s=60)) as workers,
    ):
        asyncio.run(interrupted(workers))

    assert len(processes) >= 2
    assert [process for process in processes if psutil.pid_exists(process)] == []


def test_leaving_in_peace_leaves_no_process() -> None:
    """Workers live as long as their pool."""
    with Workers(WorkerSettings(max_workers=2)) as workers:
        process = workers.call(os.getpid)
        assert psutil.pid_exists(process)

    assert not psutil.pid_exists(process)


def test_without_work_no_process_is_started() -> None:
    """A stage whose rows all stand costs nothing."""
    before = worker_processes()
    with Workers(WorkerSettings(max_workers=2)):
        assert worker_processes() == before


def test_what_decoders_print_is_not_shown(
    workers: Workers, capfd: pytest.CaptureFixture[str]
) -> None:
    """Beside a thousand other photos it would tell nobody anything."""
    assert workers.call(os.write, 1, b"stray") == 5
    assert workers.call(os.write, 2, b"bytes") == 5
    assert capfd.readouterr() == ("", "")


def test_there_is_a_worker_for_each_usable_core() -> None:
    """Unless a number is set."""
    with Workers(WorkerSettings()) as workers, Workers(WorkerSettings(max_workers=7)) as seven:
        assert (workers.count, seven.count) == (usable_cores(), 7)
