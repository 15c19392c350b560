"""The sample photos on a web server of this machine, so that they arrive as strangers' do."""

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PORT = 8417
"""Preferred, so that the samples keep their URLs and a second import finds nothing new."""


@contextmanager
def serve(folder: Path, *, port: int = PORT) -> Iterator[str]:
    """Serve the files of `folder` on loopback while the context is open; yields the address.

    Takes a free port when `port` is in use. What is not there is answered with 404.
    """
    with _server(folder, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _server(folder: Path, port: int) -> ThreadingHTTPServer:
    handler = partial(_Files, directory=str(folder))
    try:
        return ThreadingHTTPServer((HOST, port), handler)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return ThreadingHTTPServer((HOST, 0), handler)


class _Files(SimpleHTTPRequestHandler):
    """Plain files, quietly; no listings."""

    protocol_version = "HTTP/1.1"

    def list_directory(self, path: Any) -> None:  # noqa: ANN401 - as the standard library types it
        del path
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - inherited names
        pass
