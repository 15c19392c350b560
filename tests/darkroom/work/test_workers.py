"""What a photo may do to the process that works on it."""

import asyncio
import ctypes
import itertools
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from darkroom.errors import EngineUnavailable, PhotoFailed, TableUnreadable, WorldError
from darkroom.outcomes import Failure
from darkroom.settings import WorkerSettings
from darkroom.work import worker
from darkroom.work.control_groups import Memory
from darkroom.work.pressure import Pressure
from darkroom.work.workers import Workers


def failure(error_type: str, message: str, *, attempts: int = 2) -> Failure:
    return Failure(error_type=error_type, message=message, attempts=attempts, retryable=False)


def crashed(how: str, *, attempts: int = 2) -> Failure:
    return failure("Crashed", f"its worker process ended ({how})", attempts=attempts)


KILLED = crashed("SIGKILL", attempts=4)
TIMED_OUT = failure("TimedOut", "no result after 1 s")
OUT_OF_MEMORY = failure("OutOfMemory", "the photo needs too much memory")


SLEEP = [shutil.which("sleep") or "sleep", "1000"]


def hold_the_lock_and_hang() -> None:
    """As a decoder in C would: no thread of the process ever runs again."""
    ctypes.PyDLL(None).pause()


CULPRITS = pytest.mark.parametrize(
    ("function", "arguments", "failure"),
    [
        pytest.param(signal.raise_signal, (signal.SIGKILL,), KILLED, id="killed"),
        pytest.param(signal.raise_signal, (signal.SIGSEGV,), crashed("SIGSEGV"), id="segfault"),
        pytest.param(os._exit, (0,), crashed("exit code 0"), id="gone without a word"),
        pytest.param(signal.raise_signal, (signal.SIGSTOP,), TIMED_OUT, id="stopped"),
        pytest.param(hold_the_lock_and_hang, (), TIMED_OUT, id="hangs"),
        pytest.param(bytearray, (1 << 62,), OUT_OF_MEMORY, id="needs too much memory"),
    ],
)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(WorkerSettings(max_workers=2, timeout_per_image_s=1)) as workers:
        yield workers


def raise_it(error: Exception) -> None:
    raise error


class CannotBeReceived(Exception):
    """Its copy would be made without arguments."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def raise_what_cannot_be_received() -> None:
    raise CannotBeReceived("one", "two")


def announce_and_hang(fifo: Path) -> None:
    with fifo.open("w"):
        signal.pause()


def start_a_program_and_hang(note: Path) -> None:
    """As pytesseract does for each photo."""
    program = subprocess.Popen(SLEEP)
    note.write_text(str(program.pid))
    signal.pause()


def start_a_program_and_crash(note: Path) -> None:
    note.write_text(str(subprocess.Popen(SLEEP).pid))
    signal.raise_signal(signal.SIGKILL)


def crash_once_then_look_around(folder: Path) -> list[str]:
    """At the second attempt: who is at work."""
    mark = folder.with_name("crashed")
    if not mark.exists():
        mark.touch()
        signal.raise_signal(signal.SIGKILL)
    return [other.name for other in folder.iterdir()]


def be_killed_three_times(folder: Path) -> str:
    attempts = len(list(folder.iterdir()))
    if attempts < 3:
        (folder / str(attempts)).touch()
        signal.raise_signal(signal.SIGKILL)
    return "done"


def be_at_work(folder: Path, number: int) -> int:
    mark = folder / str(number)
    mark.touch()
    sum(range(100_000))
    mark.unlink()
    return number


def look_around(folder: Path, number: int) -> int:
    """How many are at work now."""
    mark = folder / str(number)
    mark.touch()
    sum(range(100_000))
    beside = len(list(folder.iterdir()))
    mark.unlink()
    return beside


def square(number: int) -> int:
    sum(range(20_000))
    return number * number


def a_step_that_hangs(fifo: Path) -> None:
    with Workers(WorkerSettings(max_workers=1, timeout_per_image_s=600)) as workers:
        with fifo.open("w"):
            workers.call(os.getpid)
        workers.call(hold_the_lock_and_hang)


def take_memory(mib: int) -> None:
    """So much and no more: the machine is not what is tested."""
    taken = [b"x" * 2**20 for _ in range(mib)]
    signal.pause()
    taken.clear()


def over(process: int) -> bool:
    """Gone, or nothing but an entry that its parent has not read yet."""
    try:
        return psutil.Process(process).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for(condition: Callable[[], bool]) -> None:
    """As long as it takes: a test has a time limit of its own."""
    while not condition():
        pass


def failure_of(call: Callable[[], object]) -> Failure:
    with pytest.raises(PhotoFailed) as caught:
        call()
    return caught.value.failure


def test_work_is_done_in_another_process(workers: Workers) -> None:
    """Arguments go there, and the answer comes back."""
    assert workers.call(int, "ff", base=16) == 255
    assert workers.call(os.getpid) in workers.processes()
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


def test_the_deadline_also_holds_for_what_a_worker_did_before() -> None:
    """A worker says READY only for other functions, because only those may need imports."""
    with Workers(WorkerSettings(max_workers=1, timeout_per_image_s=1)) as one:
        one.call(time.sleep, 0)

        assert failure_of(lambda: one.call(time.sleep, 60)) == TIMED_OUT


def test_what_no_worker_has_begun_is_counted(tmp_path: Path) -> None:
    """Here two pieces, behind one that waits for a word from outside."""
    fifo = tmp_path / "word"
    os.mkfifo(fifo)
    with Workers(WorkerSettings(max_workers=1)) as one, ThreadPoolExecutor(3) as threads:
        first = threads.submit(one.call, Path.read_bytes, fifo)
        with fifo.open("wb") as word:
            others = threads.map(lambda number: one.call(square, number), range(2))
            wait_for(lambda: one.waiting == 2)
            word.write(b"go")

        assert (first.result(), list(others), one.waiting) == (b"go", [0, 1], 0)


def test_a_photo_that_crashed_is_tried_again_alone(workers: Workers, tmp_path: Path) -> None:
    """The machine may have ended it for what another photo did."""
    folder = tmp_path / "at work"
    folder.mkdir()
    with ThreadPoolExecutor(9) as threads:
        others = [threads.submit(workers.call, be_at_work, folder, number) for number in range(20)]
        again = threads.submit(workers.call, crash_once_then_look_around, folder)
        more = [
            threads.submit(workers.call, be_at_work, folder, number) for number in range(20, 60)
        ]

        assert again.result() == []
        assert [future.result() for future in others + more] == list(range(60))


def test_a_photo_whose_worker_is_killed_again_and_again_gets_its_turn(
    workers: Workers, tmp_path: Path
) -> None:
    """Somebody who kills workers says nothing of the photos."""
    assert workers.call(be_killed_three_times, tmp_path) == "done"


def test_workers_that_are_killed_at_work_cost_no_photo() -> None:
    """Several at once, and again and again: each photo has its result."""
    settings = WorkerSettings(max_workers=2)
    killed, done, lock = set[int](), 0, threading.Lock()

    def photo(workers: Workers, number: int) -> int:
        nonlocal done
        result = workers.call(square, number)
        with lock:
            done += 1
            if done % 50 == 0:
                killed.update(workers.processes())
                for process in workers.processes():
                    os.kill(process, signal.SIGKILL)
        return result

    with Workers(settings) as workers, ThreadPoolExecutor(6) as threads:
        results = list(threads.map(lambda number: photo(workers, number), range(200)))

    assert results == [number * number for number in range(200)]
    assert len(killed) >= 4


def test_workers_that_are_killed_while_they_wait_are_replaced() -> None:
    """Nobody works there, and nobody is blamed."""
    said: list[str] = []
    with Workers(WorkerSettings(max_workers=1), say=said.append) as workers:
        for number in range(3):
            process = workers.call(os.getpid)
            os.kill(process, signal.SIGKILL)
            wait_for(lambda process=process: over(process))
            assert asyncio.run(workers.run(square, number)) == number**2
        assert (workers.count, said) == (1, [])


def test_a_fork_server_that_is_killed_is_replaced() -> None:
    """Workers that are there go on, and new ones come from a new server."""
    with Workers(WorkerSettings(max_workers=1)) as workers:
        process = workers.call(os.getpid)
        server = psutil.Process(process).ppid()
        os.kill(server, signal.SIGKILL)
        wait_for(lambda: over(server))

        assert workers.call(os.getpid) == process
        os.kill(process, signal.SIGKILL)
        wait_for(lambda: over(process))
        assert workers.call(os.getpid) != process


def test_after_repeated_crashes_the_work_goes_on_with_fewer() -> None:
    """Down to one, and it is said each time."""
    said: list[str] = []
    with Workers(WorkerSettings(max_workers=3), say=said.append) as workers:
        counts = []
        for _ in range(9):
            failure_of(lambda: workers.call(signal.raise_signal, signal.SIGABRT))
            counts.append(workers.count)
        assert workers.call(square, 3) == 9

    assert counts == [3, 3, 2, 2, 2, 1, 1, 1, 1]
    cause = (
        "3 photos crashed their worker process or ran out of memory (the last: its worker process"
        " ended (SIGABRT))"
    )
    assert said == [f"{cause}: going on with {count} at once." for count in (2, 1)]


def test_crashes_among_many_sound_photos_are_forgotten() -> None:
    """What is rare is the photo's own trouble, not the machine's."""
    said: list[str] = []
    with Workers(WorkerSettings(max_workers=2), say=said.append) as workers:
        for crashes in (2, 2, 3, 0):
            for _ in range(crashes):
                failure_of(lambda: workers.call(signal.raise_signal, signal.SIGABRT))
            said.append(f"{workers.count} workers")
            for number in range(100):
                workers.call(int, str(number))

    assert [line for line in said if "crashed" not in line] == [
        "2 workers",
        "2 workers",
        "1 workers",
        "100 photos without a crash: going on with 2 at once.",
        "2 workers",
    ]


def test_a_photo_that_needs_too_much_memory_is_ended_before_it_has_all() -> None:
    """The bound is for each worker; what stays below it is left in peace."""
    settings = WorkerSettings(
        max_workers=2, timeout_per_image_s=600, max_memory_per_worker_bytes=200 * 2**20
    )
    with Workers(settings) as workers, ThreadPoolExecutor(4) as threads:
        culprit = threads.submit(failure_of, lambda: workers.call(take_memory, 300))
        others = list(threads.map(lambda number: workers.call(square, number), range(50)))

        assert culprit.result() == failure("OutOfMemory", "the photo needs more than 200 MiB")
        assert others == [number * number for number in range(50)]


def test_a_worker_that_the_kernel_ended_for_memory_is_told_from_a_crash(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both end by SIGKILL; the kernel counts its own."""
    counted = itertools.count()
    monkeypatch.setattr(worker, "processes_killed_for_memory", lambda: next(counted))

    assert failure_of(lambda: workers.call(signal.raise_signal, signal.SIGKILL)) == failure(
        "OutOfMemory", "the machine had no memory left for its worker process"
    )
    assert failure_of(lambda: workers.call(signal.raise_signal, signal.SIGSEGV)) == crashed(
        "SIGSEGV"
    )


def test_while_memory_is_short_fewer_are_at_work(tmp_path: Path) -> None:
    """Here one, of three; and all get through."""
    with Workers(WorkerSettings(max_workers=3)) as workers, ThreadPoolExecutor(6) as threads:
        workers.pressure = Pressure(read=lambda: Memory(left=0, total=100), say=lambda _: None)
        beside = threads.map(lambda number: workers.call(look_around, tmp_path, number), range(30))
        assert list(beside) == [1] * 30


@pytest.mark.parametrize(
    ("culprit", "outcome"),
    [(start_a_program_and_hang, TIMED_OUT), (start_a_program_and_crash, KILLED)],
)
def test_programs_that_a_worker_started_end_with_it(
    workers: Workers, tmp_path: Path, culprit: Callable[[Path], None], outcome: Failure
) -> None:
    """Tesseract, for one, would go on with a photo that nobody waits for."""
    note = tmp_path / "program"
    assert failure_of(lambda: workers.call(culprit, note)) == outcome
    wait_for(lambda: over(int(note.read_text())))


def test_when_the_step_is_killed_its_workers_end_too(tmp_path: Path) -> None:
    """Even one that hangs without letting any thread run."""
    fifo = tmp_path / "begun"
    os.mkfifo(fifo)
    step = multiprocessing.get_context("spawn").Process(target=a_step_that_hangs, args=(fifo,))
    step.start()
    with fifo.open() as begun:
        begun.read()
    below = [child.pid for child in psutil.Process(step.pid).children(recursive=True)]
    step.kill()
    step.join()

    assert len(below) >= 2, "a fork server and a worker"
    wait_for(lambda: all(over(process) for process in below))


def test_an_error_that_cannot_be_received_is_told_all_the_same(workers: Workers) -> None:
    """With where it came from: it is our own mistake."""
    with pytest.raises(RuntimeError, match="CannotBeReceived: onetwo"):
        workers.call(raise_what_cannot_be_received)


def test_errors_tell_where_they_were_raised(workers: Workers) -> None:
    """A traceback ends at the border of a process; a note goes with the error."""
    with pytest.raises(ValueError, match="our own mistake") as caught:
        workers.call(raise_it, ValueError("our own mistake"))
    assert "in raise_it" in caught.value.__notes__[0]


def test_leaving_with_an_error_stops_the_work(tmp_path: Path) -> None:
    """Nobody waits for a photo that nobody wants any more, and no process is left."""
    fifo = tmp_path / "begun"
    os.mkfifo(fifo)
    processes: set[int] = set()

    async def interrupted(workers: Workers) -> None:
        work = asyncio.create_task(workers.run(announce_and_hang, fifo))
        with await asyncio.to_thread(fifo.open):
            processes.update(workers.processes())
            work.cancel()
            raise WorldError("the store is away")

    with (
        pytest.raises(WorldError, match="the store is away"),
        Workers(WorkerSettings(max_workers=2, timeout_per_image_s=60)) as workers,
    ):
        asyncio.run(interrupted(workers))

    assert len(processes) == 1
    assert [process for process in processes if psutil.pid_exists(process)] == []


def test_leaving_in_peace_leaves_no_process() -> None:
    """Workers live as long as their pool."""
    with Workers(WorkerSettings(max_workers=2)) as workers:
        process = workers.call(os.getpid)
        assert psutil.pid_exists(process)

    assert not psutil.pid_exists(process)


def test_without_work_no_process_is_started() -> None:
    """A stage whose rows all stand costs nothing."""
    with Workers(WorkerSettings(max_workers=2)) as workers:
        assert workers.processes() == []


def test_what_decoders_print_is_not_shown(
    workers: Workers, capfd: pytest.CaptureFixture[str]
) -> None:
    """Beside a thousand other photos it would tell nobody anything."""
    assert workers.call(os.write, 1, b"stray") == 5
    assert workers.call(os.write, 2, b"bytes") == 5
    assert capfd.readouterr() == ("", "")


def test_workers_do_not_import_what_the_program_was_started_as(tmp_path: Path) -> None:
    """A command line, with all that it imports, would be loaded once more for each worker."""
    program = tmp_path / "program.py"
    program.write_text(
        "import os\n"
        "from darkroom.settings import WorkerSettings\n"
        "from darkroom.work.workers import Workers\n"
        "print('loaded', flush=True)\n"
        "with Workers(WorkerSettings(max_workers=1)) as workers:\n"
        "    print(workers.call(os.getpid) != os.getpid())\n"
    )

    done = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.stdout, done.returncode) == ("loaded\nTrue\n", 0)
