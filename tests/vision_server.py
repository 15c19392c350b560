"""A vision model's service on loopback, which speaks as Gemini and as OpenAI do.

    with VisionServer(moves) as server:
        server.base_url("gemini")

`moves` says what to do for each image each time it is asked about; every call is kept.
"""

import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

Json = Any
Wire = Literal["gemini", "openai"]
KEY = "a-key-of-the-test"


@dataclass(frozen=True)
class Say:
    """Answer with this, in the place where the API has its answers."""

    answer: Any
    input_tokens: int = 300
    output_tokens: int = 20


@dataclass(frozen=True)
class Fail:
    """Answer with an error status."""

    status: int
    retry_after: str | None = None
    body: bytes | None = None


@dataclass(frozen=True)
class Refuse:
    """Answer that it does not look at such pictures."""


@dataclass(frozen=True)
class Block:
    """Answer that the picture was stopped by a filter."""


@dataclass(frozen=True)
class CutOff:
    """Answer that there were too many tokens to say."""


@dataclass(frozen=True)
class Stall:
    """Say nothing until the server closes."""


@dataclass(frozen=True)
class Reset:
    """Close the connection without a word."""


@dataclass(frozen=True)
class Junk:
    """Answer 200 with a page that is no answer."""


Move = Say | Fail | Refuse | Block | CutOff | Stall | Reset | Junk


@dataclass(frozen=True)
class Call:
    """One request, as it arrived."""

    wire: Wire
    image: str
    """SHA-256."""
    media_type: str
    prompt: str
    body: Any
    key: str | None
    at: float


@dataclass
class VisionServer:
    """What it heard, and how many it worked on at once."""

    moves: Callable[[str, int], Move]
    """By the image's SHA-256, and which request about it this is, from 1."""
    takes_s: float = 0.0
    calls: list[Call] = field(default_factory=list)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._asked = Counter[str]()
        self._now = 0
        self._lock = threading.Lock()
        self.closed = threading.Event()
        self.called = threading.Semaphore(0)
        """Released by every call."""
        self._server = _Server(self)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()

    def base_url(self, wire: Wire) -> str:
        origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        return origin if wire == "gemini" else f"{origin}/v1"

    @property
    def asked(self) -> Counter[str]:
        """Requests by image."""
        return Counter(call.image for call in self.calls)

    def take(self, call: Call) -> Move:
        with self._lock:
            self.calls.append(call)
            self._asked[call.image] += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            nth = self._asked[call.image]
        self.called.release()
        try:
            self.closed.wait(self.takes_s)
            return self.moves(call.image, nth)
        finally:
            with self._lock:
                self._now -= 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, service: VisionServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        wire: Wire = "gemini" if self.path.endswith(":generateContent") else "openai"
        call = _heard_gemini(body) if wire == "gemini" else _heard_openai(body)
        key = self.headers.get("x-goog-api-key") or self.headers.get("Authorization")
        move = self.server.service.take(Call(wire, *call, body, key, time.monotonic()))
        if isinstance(move, Stall):
            self.server.service.closed.wait()
            self.close_connection = True
        elif isinstance(move, Reset):
            self.close_connection = True
        elif isinstance(move, Fail):
            self._send(move.status, move.body or _error(move.status), move.retry_after)
        elif isinstance(move, Junk):
            self._send(200, b"<html>Please sign in</html>")
        else:
            said = _said_gemini(move, body) if wire == "gemini" else _said_openai(move, body)
            self._send(200, json.dumps(said).encode())

    def _send(self, status: int, body: bytes, retry_after: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing on the terminal."""


def _heard_gemini(body: Json) -> tuple[str, str, str]:
    parts = body["contents"][0]["parts"]  # the first turn; corrections follow
    [image] = [part["inlineData"] for part in parts if "inlineData" in part]
    [prompt] = [part["text"] for part in parts if "text" in part]
    return _digest(image["data"]), image.get("mimeType") or image["mime_type"], prompt


def _heard_openai(body: Json) -> tuple[str, str, str]:
    content = next(each["content"] for each in body["messages"] if each["role"] == "user")
    [image] = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    [prompt] = [part["text"] for part in content if part["type"] == "text"]
    media_type, _, data = image.removeprefix("data:").partition(";base64,")
    return _digest(data), media_type, prompt


def _digest(data: str) -> str:
    return sha256(base64.urlsafe_b64decode(data.replace("+", "-").replace("/", "_"))).hexdigest()


def _error(status: int) -> bytes:
    said = {"message": f"no, {status}", "code": status, "status": "NO", "type": "no"}
    return json.dumps({"error": said}).encode()


def _said_gemini(move: Move, body: Json) -> Json:
    usage = {"promptTokenCount": 300, "candidatesTokenCount": 20, "totalTokenCount": 320}
    if isinstance(move, Block):
        return {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": usage}
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": []}}
    match move:
        case Refuse():
            candidate["finishReason"] = "SAFETY"
        case CutOff():
            candidate["finishReason"] = "MAX_TOKENS"
        case Say(answer):
            usage["promptTokenCount"] = move.input_tokens
            usage["candidatesTokenCount"] = move.output_tokens
            candidate["finishReason"] = "STOP"
            tools = [
                each for tool in body.get("tools", []) for each in tool["functionDeclarations"]
            ]
            if tools:
                part = {"functionCall": {"name": tools[0]["name"], "args": answer}}
            else:
                part = {"text": _text(answer)}
            candidate["content"]["parts"] = [part]
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "a-model"}


def _said_openai(move: Move, body: Json) -> Json:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    finish, usage = "stop", (300, 20)
    match move:
        case Refuse():
            message["refusal"] = "I cannot look at this."
        case Block():
            finish = "content_filter"
        case CutOff():
            finish = "length"
        case Say(answer):
            usage = (move.input_tokens, move.output_tokens)
            if body.get("tools"):
                finish = "tool_calls"
                function = {
                    "name": body["tools"][0]["function"]["name"],
                    "arguments": _text(answer),
                }
                message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
            else:
                message["content"] = _text(answer)
    return {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": usage[0],
            "completion_tokens": usage[1],
            "total_tokens": sum(usage),
        },
    }


def _text(answer: Json) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer)
