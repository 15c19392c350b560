"""A web server of this machine that counts what it is asked for, refuses or keeps waiting."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Counting(ThreadingHTTPServer):
    """Serves a folder.

    `asked` counts requests by path. What `refused` names is answered with that status.
    """

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.asked: Counter[str] = Counter()
        self.refused: dict[str, int] = {}
        self.keeps_waiting = threading.Event()
        """Set once somebody waits for an answer."""
        self._answers = threading.Event()
        self._answers.set()
        self._left = 0
        self._lock = threading.Lock()

    def hold_after(self, requests: int) -> None:
        """Answer so many more, and keep all others waiting until `let_go`."""
        with self._lock:
            self._left = requests
            self.keeps_waiting.clear()
            self._answers.clear()

    def let_go(self) -> None:
        """Answer everybody."""
        self._answers.set()

    def wait_for_turn(self) -> None:
        """Return when this request may be answered."""
        with self._lock:
            self._left -= 1
            if self._left >= 0 or self._answers.is_set():
                return
        self.keeps_waiting.set()
        self._answers.wait()

    @property
    def address(self) -> str:
        """Such as 127.0.0.1:12345."""
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet: clients are killed here on purpose."""


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        self.server.wait_for_turn()
        if status := self.server.refused.get(self.path):
            self.send_error(status)
        else:
            super().do_GET()

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def served(folder: Path) -> Iterator[Counting]:
    """While the context is open."""
    server = Counting(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
