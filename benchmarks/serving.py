"""Servers of this machine, each a process of its own: what it costs is nobody's CPU time."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

_CHECKOUT = Path(__file__).parents[1]


@contextmanager
def running(module: str, *arguments: str) -> Iterator[str]:
    """The address of a module that ends in `serve`, such as http://127.0.0.1:12345."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, cwd=_CHECKOUT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


def serve(path: str, answer: Handler) -> None:
    """Answer whoever asks for such a path, until the process is ended. Prints the port first."""
    asyncio.run(_serve(path, answer))


async def _serve(path: str, answer: Handler) -> None:
    app = web.Application()
    app.router.add_get(path, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
