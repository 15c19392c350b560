"""Processes forked from one that has imported everything already.

A fork server of `multiprocessing` is a new interpreter, which imports all of its modules again, and
a process that comes from one starts another of its own. Command, run and step each have one, and
imports take a second or two at each. Here the server of a process is a fork of it. This sets what
`multiprocessing.forkserver` remembers of its server, for which there is no public way; where it
does not help, or a server was killed, things take their usual course.
"""
# ruff: noqa: SLF001 - as said above

import gc
import importlib
import multiprocessing
import os
import socket
import sys
import threading
from collections.abc import Sequence
from itertools import pairwise
from multiprocessing import connection, forkserver, resource_tracker
from typing import Any, NoReturn

_server: Any = forkserver._forkserver
_forks: dict[int, frozenset[str]] = {}
"""Servers that are forks of this process, with what they import besides."""


def fork_server_here(preload: Sequence[str] = ()) -> None:
    """Make this process's fork server a fork of itself, which then imports `preload`, too.

    Does nothing where that is not safe, because there are threads, or where there is one already.
    """
    if threading.active_count() > 1 or _server._forkserver_pid is not None:
        return
    resource_tracker.ensure_running()
    with socket.socket(socket.AF_UNIX) as listener:
        address = connection.arbitrary_address("AF_UNIX")  # type: ignore[attr-defined]  # untyped
        listener.bind(address)
        listener.listen()
        alive_read, alive_write = os.pipe()
        process_id = os.fork()
        if process_id == 0:
            _serve(listener.detach(), alive_read, preload)
        os.close(alive_read)
    _server._forkserver_address = address
    _server._forkserver_alive_fd = alive_write
    _server._forkserver_pid = process_id
    _forks[process_id] = frozenset(preload)


def fork_server_with(preload: Sequence[str]) -> None:
    """Let this process's server be one that has imported `preload`.

    A fork of this process that has not gives way to a new interpreter, once somebody needs it.
    """
    multiprocessing.set_forkserver_preload(list(preload))
    imported = _forks.get(_server._forkserver_pid)
    if imported is None or all(name in imported or name in sys.modules for name in preload):
        return
    os.close(_server._forkserver_alive_fd)
    _server._forkserver_address = _server._forkserver_alive_fd = _server._forkserver_pid = None


def _serve(listener: int, alive: int, preload: Sequence[str]) -> NoReturn:
    """In the fork: until the last process is gone that knows of this server."""
    code = 1
    try:
        _close_all_but(0, 1, 2, listener, alive, resource_tracker.getfd() or 2)
        for name in preload:
            importlib.import_module(name)
        # Hardly any of it is garbage, and looking at it would copy its pages in each process.
        gc.freeze()
        forkserver.main(listener, alive, [])
    except SystemExit:
        code = 0
    finally:
        os._exit(code)


def _close_all_but(*kept: int) -> None:
    for low, high in pairwise([*sorted(kept), os.sysconf("SC_OPEN_MAX")]):
        os.closerange(low + 1, high)
