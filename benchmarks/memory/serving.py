"""Photos of 12 megapixels, any number, each of its own: `serving.py` prints its port and serves.

`/<number>.jpg` is put together from the rows of a few drawn scenes: in a JPEG with a restart marker
after each row of blocks, rows can change places, even between photos. That costs next to nothing,
and both the bytes and the look of each photo are its own.
"""

import asyncio
import io
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from PIL import Image

from darkroom.samples import scenes

_SIZE = (4000, 3000)
_DRAWN = (1600, 1200)
"""Drawing takes its time; enlarged, a scene is as much work to decode."""
_SCENES = (scenes.lake, scenes.meadow, scenes.forest, scenes.sea, scenes.dunes)
_QUALITY = 75
_ROWS_TOGETHER = 8
_START_OF_SCAN = b"\xff\xda"
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_END = b"\xff\xd9"


@contextmanager
def served() -> Iterator[str]:
    """The address, such as http://127.0.0.1:12345."""
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


class Photos:
    """Photos by their number."""

    def __init__(self) -> None:
        drawn = [_in_rows(scene(_DRAWN)) for scene in _SCENES]
        self._head = drawn[0][0]
        self._rows = [rows for _, rows in drawn]

    def photo(self, number: int) -> bytes:
        """The same for the same number."""
        chance = random.Random(number)  # noqa: S311 - no secret
        count = len(self._rows[0])
        picked: list[bytes] = []
        while len(picked) < count - 1:
            rows = chance.choice(self._rows)
            start = chance.randrange(count - _ROWS_TOGETHER)
            picked += rows[start : start + _ROWS_TOGETHER]
        # The last row may hold fewer lines than the others.
        picked[count - 1 :] = [chance.choice(self._rows)[-1]]
        marked = [b"%b\xff%c" % (row, 0xD0 + n % 8) for n, row in enumerate(picked[:-1])]
        return b"".join([self._head, *marked, picked[-1], _END])


def _in_rows(scene: Image.Image) -> tuple[bytes, list[bytes]]:
    """All up to the first row of blocks, and the rows."""
    into = io.BytesIO()
    scene.resize(_SIZE).save(into, "JPEG", quality=_QUALITY, restart_marker_rows=1)
    data = into.getvalue()
    scan = data.index(_START_OF_SCAN) + 2
    first = scan + int.from_bytes(data[scan : scan + 2])
    return data[:first], _RESTART.split(data[first:].removesuffix(_END))


async def _serve() -> None:
    photos = Photos()

    async def answer(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        return web.Response(body=photos.photo(number), content_type="image/jpeg")

    app = web.Application()
    app.router.add_get(r"/{number:\d+}.jpg", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
