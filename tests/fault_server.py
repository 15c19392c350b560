"""A web server on loopback that misbehaves in every way we could think of, one way per path.

    with FaultServer(photo=data) as server:
        server.url("drip")

Each way stands in `FAULTS`, named for what it does. What is endless ends when the server is closed.
"""

import socket
import struct
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from itertools import repeat
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Any, Self

PAGE = b"<!doctype html><html><body>Please sign in to see this photo.</body></html>\n" * 4
BOMB_BYTES = 64 * 2**20
_DRIP_S = 0.005


@dataclass
class Exchange:
    """One request, and the connection that its answer goes to."""

    nth: int
    """From 1, of this path."""
    photo: bytes
    origin: str
    connection: socket.socket
    closed: threading.Event

    def send(self, *pieces: bytes) -> None:
        """All at once, so that they arrive together."""
        self.connection.sendall(b"".join(pieces))

    def answer(self, status: str = "200 OK", body: bytes = b"", **headers: str) -> None:
        """A whole answer, as it should be unless `headers` say otherwise."""
        headers = {"Content-Length": str(len(body)), "Connection": "close"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        self.send(f"HTTP/1.1 {status}\r\n{''.join(lines)}\r\n".encode() + body)

    def drip(self, pieces: Iterable[bytes]) -> None:
        """Piece by piece, never silent for long."""
        for piece in pieces:
            if self.closed.wait(_DRIP_S):
                return
            self.send(piece)

    def flood(self, piece: bytes) -> None:
        """The same again and again, as fast as it is taken."""
        while not self.closed.is_set():
            self.send(piece)

    def reset(self) -> None:
        """Tear the connection down."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Fault = Callable[[Exchange], None]


def _busy_twice(status: str, **headers: str) -> Fault:
    def fault(to: Exchange) -> None:
        if to.nth <= 2:
            to.answer(status, **headers)
        else:
            to.answer(body=to.photo)

    return fault


def _redirect(location: str) -> Fault:
    return lambda to: to.answer("302 Found", Location=location.format(origin=to.origin))


def _head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


@cache
def _bomb() -> bytes:
    """Takes seconds to pack: a server's constructor has it done before anybody waits."""
    pack = zlib.compressobj(9, wbits=31)
    zeros = bytes(2**20)
    return b"".join([*(pack.compress(zeros) for _ in range(BOMB_BYTES // 2**20)), pack.flush()])


def _gone_midway(to: Exchange) -> None:
    to.send(_head(f"Content-Length: {len(to.photo)}"), to.photo[: len(to.photo) // 2])


def _reset_midway(to: Exchange) -> None:
    _gone_midway(to)
    to.reset()


def _endless_body(to: Exchange) -> None:
    to.send(_head("Transfer-Encoding: chunked"))
    to.drip(repeat(b"1\r\nx\r\n"))


def _flood_of_body(to: Exchange) -> None:
    to.send(_head("Transfer-Encoding: chunked"))
    to.flood(b"10000\r\n" + bytes(0x10000) + b"\r\n")


def _silent_midway(to: Exchange) -> None:
    _gone_midway(to)
    to.closed.wait()


def _silence(to: Exchange) -> None:
    to.closed.wait()


def _dripping_header(to: Exchange) -> None:
    to.send(b"HTTP/1.1 200 OK\r\nX-Endless: ")
    to.drip(repeat(b"x"))


def _flood_of_headers(to: Exchange) -> None:
    to.send(b"HTTP/1.1 200 OK\r\n")
    to.flood(b"X-More: and more\r\n" * 1000)


FAULTS: dict[str, Fault] = {
    # Nothing is wrong with these.
    "sound": lambda to: to.answer(body=to.photo, Content_Type="image/jpeg"),
    "redirected-once": _redirect("{origin}/sound"),
    # They pass.
    "429-seconds": _busy_twice("429 Too Many Requests", Retry_After="0"),
    "429-date": _busy_twice(
        "429 Too Many Requests", Retry_After=format_datetime(datetime(2020, 1, 1, tzinfo=UTC))
    ),
    "503-burst": _busy_twice("503 Service Unavailable"),
    "408-burst": _busy_twice("408 Request Timeout"),
    "425-burst": _busy_twice("425 Too Early"),
    # They do not, but might another time.
    "500": lambda to: to.answer("500 Internal Server Error"),
    "503": lambda to: to.answer("503 Service Unavailable", Retry_After="86400"),
    "truncated": _gone_midway,
    "reset-midway": _reset_midway,
    "drip": _endless_body,
    "silent": _silence,
    "silent-midway": _silent_midway,
    "dripping-header": _dripping_header,
    "early-hints": lambda to: to.drip(repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    "hang-up": lambda to: to.send(b""),
    "reset": Exchange.reset,
    "not-http": lambda to: to.send(b"220 mail ready\r\n\r\n"),
    "flood-of-headers": _flood_of_headers,
    "huge-header": lambda to: to.send(_head(f"X-Huge: {'x' * 2**20}", "Content-Length: 0")),
    "two-lengths": lambda to: to.send(_head("Content-Length: 5", "Content-Length: 6"), b"photo!"),
    "negative-length": lambda to: to.send(_head("Content-Length: -1"), b"photo"),
    "nonsense-chunk": lambda to: to.send(_head("Transfer-Encoding: chunked"), b"zz\r\nphoto\r\n"),
    "packed-badly": lambda to: to.answer(body=to.photo, Content_Encoding="gzip"),
    # They never will.
    "401": lambda to: to.answer("401 Unauthorized"),
    "403": lambda to: to.answer("403 Forbidden"),
    "404": lambda to: to.answer("404 Not Found", body=PAGE),
    "410": lambda to: to.answer("410 Gone"),
    "redirect-loop": _redirect("{origin}/redirect-loop"),
    "redirect-ping": _redirect("{origin}/redirect-pong"),
    "redirect-pong": _redirect("{origin}/redirect-ping"),
    "redirect-to-loopback": _redirect("http://127.0.0.1:1/admin"),
    "redirect-to-metadata": _redirect("http://169.254.169.254/latest/meta-data/"),
    "redirect-to-mapped": _redirect("http://[::ffff:169.254.169.254]/latest/meta-data/"),
    "redirect-to-file": _redirect("file:///etc/passwd"),
    "unpackable": lambda to: to.answer(body=to.photo, Content_Encoding="br"),
    # Verdicts about what came.
    "declared-huge": lambda to: to.send(_head(f"Content-Length: {2**40}"), to.photo),
    "flood": _flood_of_body,
    "gzip-bomb": lambda to: to.answer(body=_bomb(), Content_Encoding="gzip"),
    "page": lambda to: to.answer(body=PAGE, Content_Type="image/jpeg"),
    "empty": lambda to: to.answer("204 No Content"),
    "length-too-small": lambda to: to.answer(
        body=to.photo, Content_Length=str(len(to.photo) * 3 // 4)
    ),
}


class FaultServer:
    """Serves `FAULTS` on a free port of loopback while the context is open."""

    def __init__(self, photo: bytes) -> None:
        self.photo = photo
        self.asked: Counter[str] = Counter()
        self._closed = threading.Event()
        _bomb()
        lock = threading.Lock()
        faults = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                path = self.rfile.readline().split()[1].decode().lstrip("/")
                while self.rfile.readline().strip():
                    pass
                with lock:
                    faults.asked[path] += 1
                    nth = faults.asked[path]
                FAULTS[path](Exchange(nth, photo, faults.origin, self.connection, faults._closed))

            def finish(self) -> None:
                """What is left unsent does not matter."""

        class Server(ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - inherited types
                """A client that goes away is what most faults lead to."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def origin(self) -> str:
        return f"http://{self.authority}"

    def url(self, fault: str) -> str:
        assert fault in FAULTS, fault
        return f"{self.origin}/{fault}"

    def urls(self) -> Iterator[str]:
        """Of every fault, in the order of `FAULTS`."""
        return map(self.url, FAULTS)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
