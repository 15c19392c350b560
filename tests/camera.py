"""A web server of this machine with photos, which says when one is asked for."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from darkroom.samples import scenes


def nothing(_: int) -> None:
    """What happens at a request as a rule."""


@dataclass
class Camera:
    """Photos by path. `at_request` gets the port that asks, before it is answered."""

    photos: dict[str, bytes]
    asked: list[str] = field(default_factory=list)
    at_request: Callable[[int], None] = nothing
    port: int = 0

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{self.port}{path}" for path in self.photos]


@contextmanager
def camera_with(photos: int) -> Iterator[Camera]:
    """Small sound photos, each of its own."""
    camera = Camera({f"/{number:02}.jpg": _drawn(number) for number in range(photos)})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            camera.asked.append(self.path)
            camera.at_request(self.client_address[1])
            body = camera.photos[self.path]
            try:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:  # who asked is gone
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        camera.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield camera
        server.shutdown()
        thread.join()


def _drawn(seed: int) -> bytes:
    into = BytesIO()
    scenes.meadow((320, 240), seed=seed).save(into, "JPEG")
    return into.getvalue()
