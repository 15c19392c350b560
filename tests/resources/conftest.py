"""A web server on loopback that answers as each test says."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class Site:
    """`answers` has a list per path; the last one is given again and again."""

    port: int = 0
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    asked: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    """Answers that are to hang wait for it."""
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def says(self, path: str, status: int = 200, body: bytes = b"", **how: Any) -> str:  # noqa: ANN401 - see _Handler
        """One more answer for `path`; its address."""
        self.answers[path].append({"status": status, "body": body, **how})
        return self.url(path)


class _Handler(BaseHTTPRequestHandler):
    """An answer has status, body, headers, length (when it lies), chunked, hang and raw."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        site = self.site
        with site.lock:
            site.asked.append(self.path)
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
            answers = site.answers.get(self.path) or [{"status": 404, "body": b""}]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        try:
            self._answer(answer)
        finally:
            with site.lock:
                site.at_once -= 1

    def _answer(self, answer: dict[str, Any]) -> None:
        if "raw" in answer:
            self.wfile.write(answer["raw"])
            self.close_connection = True
            return
        body = answer["body"]
        self.send_response(answer["status"])
        for name, value in answer.get("headers", {}).items():
            self.send_header(name, value)
        if answer.get("chunked"):
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(answer.get("length", len(body))))
        self.end_headers()
        if answer.get("meet"):
            answer["meet"].wait()
        if answer.get("hang"):
            self.wfile.write(body[: len(body) // 2])
            self.site.release.wait()
            self.close_connection = True
            return
        if answer.get("chunked"):
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        try:
            self.wfile.write(body)
        except ConnectionError:  # the client may stop reading when it has seen enough
            self.close_connection = True
        if "length" in answer:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is part of what is tested."""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    with _Server(("127.0.0.1", 0), handler) as server:
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield site
        site.release.set()
        server.shutdown()
        thread.join()
