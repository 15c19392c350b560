"""Photos of 12 megapixels, any number, each of its own, served on this machine.

`/<number>.jpg` is put together from the rows of a few drawn scenes: in a JPEG with a restart marker
after each row of blocks, rows can change places, even between photos. That costs next to nothing,
and both the bytes and the look of each photo are its own.
"""

import io
import random
import re
from contextlib import AbstractContextManager

from aiohttp import web
from PIL import Image

from benchmarks.serving import running, serve
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


def served() -> AbstractContextManager[str]:
    """The address, such as http://127.0.0.1:12345."""
    return running(__name__)


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


def _serve() -> None:
    photos = Photos()

    async def answer(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        return web.Response(body=photos.photo(number), content_type="image/jpeg")

    serve(r"/{number:\d+}.jpg", answer)


if __name__ == "__main__":
    _serve()
