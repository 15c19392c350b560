"""A folder served on this machine, each answer late by a given time."""

import asyncio
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from aiohttp import web

from benchmarks.serving import running, serve


def served(folder: Path, latency_s: float) -> AbstractContextManager[str]:
    """The folder's address, such as http://127.0.0.1:12345."""
    return running(__name__, str(folder.absolute()), str(latency_s))


def _serve(folder: Path, latency_s: float) -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(latency_s)
        try:
            # aiohttp's own way of sending a file takes three turns of a thread, and all that
            # contenders have left of the cores.
            body = (folder / request.match_info["name"]).read_bytes()
        except FileNotFoundError:
            raise web.HTTPNotFound from None
        return web.Response(body=body, content_type="image/jpeg")

    serve("/{name}", answer)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), float(sys.argv[2]))
