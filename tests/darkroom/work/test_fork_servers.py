import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver

import psutil

from darkroom.settings import WorkerSettings
from darkroom.work.fork_servers import fork_server_here
from darkroom.work.workers import Workers

WORKERS = WorkerSettings(max_workers=1)
here: list[int] = []
"""What a process says of itself: one forked from it knows it, one that starts anew does not."""


def in_a_new_process(work: Callable[[], object]) -> object:
    """As a run or a step: its own process, without threads."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(work).result()


def told() -> list[int]:
    return here


def parents() -> list[int]:
    return [each.pid for each in psutil.Process().parents()]


def asked(workers: Workers) -> bool:
    """Whether a worker has what this process has, and is below it."""
    return workers.call(told) == here and os.getpid() in workers.call(parents)


def after_a_fork() -> bool:
    here.append(os.getpid())
    fork_server_here()
    with Workers(WORKERS, preload=["darkroom.work.workers"]) as workers:
        return asked(workers)


def beside_a_thread() -> bool:
    here.append(os.getpid())
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    fork_server_here()
    with Workers(WORKERS) as workers:
        known = asked(workers)
    over.set()
    thread.join()
    return known


def without_a_module() -> bool:
    here.append(os.getpid())
    fork_server_here()
    with Workers(WORKERS, preload=["colorsys"]) as workers:
        return asked(workers)


def with_a_module() -> bool:
    here.append(os.getpid())
    fork_server_here(["colorsys"])
    with Workers(WORKERS, preload=["colorsys"]) as workers:
        return asked(workers)


def once_it_was_killed() -> list[bool]:
    here.append(os.getpid())
    fork_server_here()
    with Workers(WORKERS) as workers:
        known = [asked(workers)]
    server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    os.kill(server, signal.SIGKILL)
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    with Workers(WORKERS) as workers:
        known.append(asked(workers))
    return known


def in_a_worker_of_its_own() -> list[bool]:
    """A process from a forked server forks one itself, as a step of a run does."""
    here.append(os.getpid())
    fork_server_here()
    with ProcessPoolExecutor(1, multiprocessing.get_context("forkserver")) as process:
        return [process.submit(told).result() == here, process.submit(after_a_fork).result()]


def test_workers_have_what_their_step_has_imported() -> None:
    """They are forked from a fork of it, and below it as always."""
    assert in_a_new_process(after_a_fork) is True


def test_a_process_with_threads_is_not_forked() -> None:
    """Its workers come from an interpreter of their own."""
    assert in_a_new_process(beside_a_thread) is False


def test_modules_that_were_not_imported_take_a_server_of_their_own() -> None:
    """Else each worker would import them by itself."""
    assert in_a_new_process(without_a_module) is False


def test_modules_that_only_the_fork_imports_are_there() -> None:
    """The process itself never needs them."""
    assert in_a_new_process(with_a_module) is True


def test_a_fork_server_that_was_killed_is_replaced() -> None:
    """By an interpreter of its own: by then there are threads."""
    assert in_a_new_process(once_it_was_killed) == [True, False]


def test_what_comes_from_a_fork_can_fork_again() -> None:
    """Command, run and step: each is forked from the one before."""
    assert in_a_new_process(in_a_worker_of_its_own) == [True, True]
