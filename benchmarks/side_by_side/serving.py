"""A folder served on this machine, each answer late by a given time: `serving.py FOLDER SECONDS`.

A process of its own: what it costs is nobody's CPU time. It prints its port once it listens.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web


@contextmanager
def served(folder: Path, latency_s: float) -> Iterator[str]:
    """The folder's address, such as http://127.0.0.1:12345."""
    command = [sys.executable, __file__, str(folder), str(latency_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


async def _serve(folder: Path, latency_s: float) -> None:
    async def answer(request: web.Request) -> web.FileResponse:
        await asyncio.sleep(latency_s)
        return web.FileResponse(folder / request.match_info["name"])

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), float(sys.argv[2])))
