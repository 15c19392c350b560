"""Machines that must not be asked are not even connected to."""

import asyncio
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp.resolver
import pytest

from darkroom.errors import PhotoFailed
from darkroom.outcomes import Failure
from darkroom.settings import DownloadSettings
from resources.fetching.http import HttpFetcher

if TYPE_CHECKING:
    from tests.resources.conftest import Site

BODY = b"photo"


def _fetched(url: str, scratch: Path, *allowed: str) -> bytes:
    async def fetch() -> bytes:
        fetcher = HttpFetcher(DownloadSettings(allow_addresses=list(allowed)))
        try:
            return (await fetcher.fetch(url, scratch)).path.read_bytes()
        finally:
            await fetcher.close()

    return asyncio.run(fetch())


def _failure(url: str, scratch: Path, *allowed: str) -> Failure:
    with pytest.raises(PhotoFailed) as caught:
        _fetched(url, scratch, *allowed)
    return caught.value.failure


def _refused(url: str, host: str) -> Failure:
    return Failure(
        error_type="AddressRefused",
        message=f"{url} leads to {host}, which is no public address;"
        " downloads.allow_addresses can allow it",
        attempts=1,
        retryable=False,
    )


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that a connection was tried to. None gets through."""
    tried: list[object] = []

    async def sock_connect(_: object, __: socket.socket, address: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError(111, "nobody there")

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
    return tried


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "0.0.0.0", "10.0.0.1", "192.168.1.5", "169.254.169.254", "100.64.0.1"),  # noqa: S104 - nothing is bound to it
        *("[::1]", "[::]", "[::ffff:127.0.0.1]", "[fd00:ec2::254]", "[fe80::1]", "[::127.0.0.1]"),
        *(
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "localhost",
            "0x7f.1",
            "0x7f000001",
        ),
    ],
)
def test_a_host_that_is_not_public_is_not_connected_to(
    connections: list[object], tmp_path: Path, host: str
) -> None:
    """As an address or a name, in any spelling that the system would understand."""
    url = f"http://{host}/a.jpg"

    assert _failure(url, tmp_path) == _refused(url, host.strip("[]").lower())
    assert connections == []


@pytest.mark.parametrize(
    "host", ["2130706433", "127.1", "017700000001", "0177.0.0.1", "127.0.0.1."]
)
def test_numbers_are_no_hosts_unless_in_the_usual_form(
    connections: list[object], tmp_path: Path, host: str
) -> None:
    """What a library would quietly read as 127.0.0.1 is no web address here."""
    failure = _failure(f"http://{host}/a.jpg", tmp_path)

    assert (failure.error_type, failure.attempts, failure.retryable) == ("InvalidUrl", 1, False)
    assert connections == []


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]"])
def test_no_redirect_leads_there(site: "Site", tmp_path: Path, host: str) -> None:
    """Each hop is judged by itself: the first host's permission is for its own port alone."""
    location = f"http://{host}:1/latest/meta-data"
    url = site.says("/a.jpg", 302, headers={"Location": location})

    assert _failure(url, tmp_path, f"127.0.0.1:{site.port}") == _refused(url, host.strip("[]"))
    assert site.asked == ["/a.jpg"]


class _Names:
    """A name service in the hands of a stranger: the answers of each name come in turn."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self._answers = answers

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.resolver.ResolveResult]:
        answers = self._answers[host.partition(".")[0]]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            aiohttp.resolver.ResolveResult(
                hostname=host, host=address, port=port, family=family, proto=0, flags=0
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


def test_the_address_that_was_judged_is_the_one_connected_to(
    connections: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that means a public machine once and this one at the next question gains nothing."""
    names = _Names(rebinding=[["1.1.1.1"], ["127.0.0.1"]])
    monkeypatch.setattr("aiohttp.connector.DefaultResolver", lambda **_: names)
    url = "http://rebinding.example/a.jpg"

    async def fetch_twice() -> list[Failure]:
        failures = []
        for _ in range(2):
            fetcher = HttpFetcher(DownloadSettings(max_retries=0))
            with pytest.raises(PhotoFailed) as caught:
                await fetcher.fetch(url, tmp_path)
            await fetcher.close()
            failures.append(caught.value.failure)
        return failures

    first, second = asyncio.run(fetch_twice())

    assert first.error_type == "ConnectionFailed"
    assert second == _refused(url, "rebinding.example")
    assert connections == [("1.1.1.1", 80)]


def test_of_several_addresses_only_the_public_ones_are_tried(
    connections: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public address beside it makes a private one no better."""
    names = _Names(mixed=[["10.0.0.1", "1.1.1.1", "::1"]])
    monkeypatch.setattr("aiohttp.connector.DefaultResolver", lambda **_: names)

    failure = _failure("http://mixed.example/a.jpg", tmp_path)

    assert (failure.error_type, failure.attempts) == ("ConnectionFailed", 4)
    assert connections == [("1.1.1.1", 80)] * 4


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "localhost", "localhost:{port}"])
def test_what_the_operator_allows_is_fetched(site: "Site", tmp_path: Path, allowed: str) -> None:
    """A network, an address, a name, one port of it."""
    site.says("/a.jpg", body=BODY)
    url = f"http://localhost:{site.port}/a.jpg"

    assert _fetched(url, tmp_path, allowed.format(port=site.port)) == BODY


def test_no_proxy_is_asked(site: "Site", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would connect to whatever it likes, on our behalf."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert _fetched(site.says("/a.jpg", body=BODY), tmp_path, "127.0.0.1") == BODY


def test_a_name_server_that_is_silent_meets_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking up a name is part of connecting."""

    class Silent(_Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[aiohttp.resolver.ResolveResult]:
            await asyncio.Event().wait()
            return await super().resolve(host, port, family)

    monkeypatch.setattr("aiohttp.connector.DefaultResolver", lambda **_: Silent())
    url = "http://silent.example/a.jpg"

    async def fetch() -> None:
        fetcher = HttpFetcher(DownloadSettings(max_retries=0, connect_timeout_s=0.05))
        try:
            await fetcher.fetch(url, tmp_path)
        finally:
            await fetcher.close()

    with pytest.raises(PhotoFailed) as caught:
        asyncio.run(fetch())

    assert caught.value.failure == Failure(
        error_type="Timeout",
        message=f"{url} took no connection within downloads.connect_timeout_s",
        attempts=1,
        retryable=True,
    )
