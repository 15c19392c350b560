"""Pages as a browser shows them: how long until one stands, and what it asked the server."""

import asyncio
import base64
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

_PATIENCE_S = 60.0
_QUIET_S = 2.5
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Query:
    """One question to GraphQL."""

    name: str
    seconds: float
    size_bytes: int


@dataclass(slots=True)
class Visit:
    """What was seen of a page."""

    shown_s: float = 0.0
    """Until the last answer was there before the page kept quiet."""
    queries: list[Query] = field(default_factory=list)


class Page:
    """A tab of a browser without a window, by the DevTools protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._asked = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._going: dict[str, tuple[str, float]] = {}
        self._visit = Visit()
        self._last = 0.0

    async def listen(self) -> None:
        """Until the tab is closed."""
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                self._answers.pop(said["id"]).set_result(said.get("result", {}))
            else:
                self._note(said["method"], said["params"])

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._asked += 1
        answer = asyncio.get_running_loop().create_future()
        self._answers[self._asked] = answer
        await self._socket.send_json({"id": self._asked, "method": method, "params": parameters})
        found: dict[str, Any] = await answer
        return found

    async def visit(self, url: str) -> Visit:
        """Open a page, and wait until it asks nothing more than it does every few seconds."""
        self._visit, self._going = Visit(), {}
        started = self._last = time.monotonic()
        await self.call("Page.navigate", url=url)
        while time.monotonic() < started + _PATIENCE_S:
            quiet = not self._going and time.monotonic() - self._last > _QUIET_S
            if quiet and self._visit.queries:
                break
            await asyncio.sleep(_POLL_S)
        self._visit.shown_s = self._last - started
        return self._visit

    async def picture(self) -> bytes:
        """What it shows, as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    def _note(self, method: str, said: dict[str, Any]) -> None:
        request = str(said.get("requestId"))
        if method == "Network.requestWillBeSent" and "/graphql" in said["request"]["url"]:
            body = said["request"].get("postData", "")
            name = body.partition('"operationName":"')[2].partition('"')[0]
            self._going[request] = (name, time.monotonic())
            self._last = time.monotonic()
        elif method == "Network.loadingFinished" and request in self._going:
            name, began = self._going.pop(request)
            self._last = time.monotonic()
            size = int(said["encodedDataLength"])
            self._visit.queries.append(Query(name, self._last - began, size))


@contextmanager
def started_browser() -> Iterator[int]:
    """A Chromium without a window; the port of its DevTools."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("there is no chromium on this machine: leave --pages out")
    # It may still write while it ends.
    with tempfile.TemporaryDirectory(prefix="darkroom-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                program,
                *("--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"),
                *("--disable-background-networking", "--no-first-run", "--disable-sync"),
                *("--window-size=1600,1000", f"--user-data-dir={profile}", "about:blank"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _port(Path(profile, "DevToolsActivePort"))
        finally:
            process.terminate()
            process.wait()


@asynccontextmanager
async def opened_tab(port: int) -> AsyncIterator[Page]:
    """The browser's own tab."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            tabs = await answer.json()
        [address] = [tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"]
        async with session.ws_connect(address, max_msg_size=0) as socket:
            page = Page(socket)
            listening = asyncio.create_task(page.listen())
            for domain in ("Network", "Page"):
                await page.call(f"{domain}.enable")
            yield page
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


def _port(file: Path) -> int:
    deadline = time.monotonic() + _PATIENCE_S
    while not (file.is_file() and file.read_text()):
        if time.monotonic() > deadline:
            raise SystemExit("the browser did not start")
        time.sleep(_POLL_S)
    return int(file.read_text().split()[0])
