"""What a person types is asked for; what stands in it is a stranger's word."""

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from darkroom.errors import PhotoFailed, SourceUnreadable
from darkroom.intake.addresses import origin_of
from darkroom.rows import Entry
from darkroom.stages.batch_tables import MANIFESTS
from orchestration.configuration import as_variable, load_settings
from orchestration.home import Home
from orchestration.intake import Sender, take_in
from orchestration.wiring import Adapters


@pytest.fixture
def manifest(tmp_path: Path) -> Iterator[str]:
    """The address of a manifest on a server of this machine; its photo is beside it."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "list.csv").write_text("url\na.jpg\n")
    (folder / "a.jpg").write_bytes(b"photo")
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/list.csv"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        pass


def test_a_manifest_that_was_typed_is_read_and_its_photos_are_not_asked_for(
    home: Home, manifest: str, tmp_path: Path
) -> None:
    """Its own host is allowed while it is read, and no longer."""
    adapters = Adapters(home, load_settings(home))
    with pytest.raises(
        SourceUnreadable, match=r"leads to 127\.0\.0\.1, which is no public address"
    ):
        take_in(adapters, manifest, Sender("me"))

    [batch] = take_in(adapters.asking(origin_of(manifest) or ""), manifest, Sender("me")).batches

    [entry] = adapters.tables.read(MANIFESTS, batch.key, Entry)
    assert asyncio.run(_failure(adapters, entry.uri, tmp_path)) == "AddressRefused"


async def _failure(adapters: Adapters, uri: str, scratch: Path) -> str:
    fetcher = adapters.fetcher
    with pytest.raises(PhotoFailed) as caught:
        await fetcher.fetch(uri, scratch)
    await fetcher.close()
    return caught.value.failure.error_type


def test_a_run_sees_what_its_import_allows(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what the home's settings allow; by its environment, as its steps do."""
    home.settings_file.write_text("downloads: {allow_addresses: [nas.home]}\n")
    adapters = Adapters(home, load_settings(home)).asking("127.0.0.1:8417")
    allowed = adapters.settings.downloads.allow_addresses
    for name, value in as_variable("downloads", "allow_addresses", allowed).items():
        monkeypatch.setenv(name, value)

    assert load_settings(home).downloads.allow_addresses == ["nas.home", "127.0.0.1:8417"]
