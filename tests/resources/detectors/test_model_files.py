import fcntl
import re
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from darkroom.errors import EngineUnavailable, UsageError
from darkroom.recognition.model_card import YoloxCard, YoloxInput
from resources.detectors.card_files import card_path, read_card
from resources.detectors.model_files import KNOWN_MODELS, KnownModel, fetch_model

CONTENT = bytes(range(256)) * 1000
CARD = "family: yolox\nlabels: [car]\n"
PART = f".tiny.onnx-{sha256(CONTENT).hexdigest()[:12]}.part"


class Publisher(BaseHTTPRequestHandler):
    requests = 0
    ranges: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        type(self).requests += 1
        self.ranges.append(self.headers["Range"])
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        body = {"/longer": CONTENT + b"more", "/other": bytes(len(CONTENT))}.get(self.path, CONTENT)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        if asked and self.path != "/whole":
            start = int(asked[1])
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            body = body[start:]
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:1000] if self.path == "/cut" else body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def publisher() -> Iterator[str]:
    """The address of a server on loopback."""
    Publisher.requests = 0
    Publisher.ranges.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Publisher) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def known(publisher: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more model, at that server."""
    model = KnownModel(
        url=f"{publisher}/good", sha256=sha256(CONTENT).hexdigest(), bytes=len(CONTENT), card=CARD
    )
    monkeypatch.setitem(KNOWN_MODELS, "tiny", model)


def test_a_model_is_fetched_once(tmp_path: Path) -> None:
    """Into a folder that need not exist yet; a second time asks nobody."""
    target = tmp_path / "models" / "tiny.onnx"

    assert fetch_model("tiny", target) == target
    assert fetch_model("tiny", target) == target
    assert target.read_bytes() == CONTENT
    assert set(target.parent.iterdir()) == {target, card_path(target)}
    assert Publisher.requests == 1


def test_a_damaged_model_is_replaced(tmp_path: Path) -> None:
    """What stands there must be the very file."""
    target = tmp_path / "tiny.onnx"
    target.write_bytes(b"damaged")

    fetch_model("tiny", target)

    assert target.read_bytes() == CONTENT


def test_a_mirror_may_forward(tmp_path: Path, publisher: str) -> None:
    """Any address will do, for the digest decides."""
    target = fetch_model("tiny", tmp_path / "tiny.onnx", url=f"{publisher}/moved")

    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        (
            "/other",
            (
                "is not the tiny that was expected: its SHA-256 is"
                f" {sha256(bytes(len(CONTENT))).hexdigest()}, not {sha256(CONTENT).hexdigest()};"
                " nothing was kept"
            ),
        ),
        (
            "/longer",
            "is not the model that was expected: it is longer than 256000 bytes; nothing was kept",
        ),
        ("/missing", "answers 404 Not Found; nothing was kept"),
    ],
)
def test_what_is_not_the_model_is_not_kept(
    tmp_path: Path, publisher: str, path: str, complaint: str
) -> None:
    """The old file stays, no temporary one is left, and the sentence says why."""
    target = tmp_path / "tiny.onnx"
    target.write_bytes(b"old")

    with pytest.raises(EngineUnavailable) as raised:
        fetch_model("tiny", target, url=f"{publisher}{path}")

    assert str(raised.value).startswith(f"{publisher}{path} {complaint}")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_download_that_broke_off_goes_on(tmp_path: Path, publisher: str) -> None:
    """What arrived waits beside the model, and only the rest is asked for."""
    target = tmp_path / "tiny.onnx"
    with pytest.raises(EngineUnavailable) as raised:
        fetch_model("tiny", target, url=f"{publisher}/cut")
    kept = [(path.name, path.stat().st_size) for path in tmp_path.iterdir()]

    fetch_model("tiny", target)

    assert str(raised.value).endswith(
        "; 1000 of 256000 bytes are kept, and the same command goes on from there"
    )
    assert kept == [(PART, 1000)]
    assert Publisher.ranges == [None, "bytes=1000-"]
    assert target.read_bytes() == CONTENT
    assert set(tmp_path.iterdir()) == {target, card_path(target)}


def test_a_server_without_parts_is_asked_for_the_whole(tmp_path: Path, publisher: str) -> None:
    """It sends the file from its beginning, and so it is written."""
    (tmp_path / PART).write_bytes(CONTENT[:1000])

    target = fetch_model("tiny", tmp_path / "tiny.onnx", url=f"{publisher}/whole")

    assert target.read_bytes() == CONTENT
    assert Publisher.requests == 1


@pytest.mark.parametrize("beginning", [b"of another file", CONTENT[::-1]])
def test_a_beginning_of_another_file_is_dropped(tmp_path: Path, beginning: bytes) -> None:
    """The digest tells, and all of it is fetched anew."""
    (tmp_path / PART).write_bytes(beginning)

    target = fetch_model("tiny", tmp_path / "tiny.onnx")

    assert target.read_bytes() == CONTENT
    assert Publisher.ranges[-1] is None


def test_two_do_not_fetch_the_same_at_once(tmp_path: Path) -> None:
    """The second is told, and takes nothing from the first."""
    with (tmp_path / PART).open("wb") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        with pytest.raises(EngineUnavailable) as raised:
            fetch_model("tiny", tmp_path / "tiny.onnx")

    assert str(raised.value) == ("tiny is being fetched by another process: wait for that one")
    assert Publisher.requests == 0


def test_a_model_comes_with_its_card(tmp_path: Path) -> None:
    """One that somebody has changed is left as it is."""
    target = fetch_model("tiny", tmp_path / "tiny.onnx")
    written = read_card(target)
    card_path(target).write_text("family: yolox\nlabels: [van]\n")

    fetch_model("tiny", target)

    assert written.labels == ("car",)
    assert read_card(target).labels == ("van",)


def test_a_server_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    """And the secrets of an address are not told."""
    with pytest.raises(EngineUnavailable) as raised:
        fetch_model("tiny", tmp_path / "tiny.onnx", url="http://me:secret@127.0.0.1:1/tiny")

    assert str(raised.value).startswith("http://***@127.0.0.1:1/tiny cannot be downloaded: ")
    assert "secret" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["file:///etc/hostname", "nonsense"])
def test_only_web_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    """A file is no download."""
    with pytest.raises(UsageError) as raised:
        fetch_model("tiny", tmp_path / "tiny.onnx", url=url)

    assert str(raised.value) == f"{url} is no http or https address"


def test_an_unknown_model_is_named_with_those_known(tmp_path: Path) -> None:
    """Before anything is downloaded."""
    with pytest.raises(UsageError) as raised:
        fetch_model("huge", tmp_path / "huge.onnx")

    assert str(raised.value) == (
        "no model huge is known; choose from yolox_nano, yolox_tiny, yolox_s, tiny"
    )
    assert Publisher.requests == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The trouble is here, not at the publisher."""
    (tmp_path / "models").write_bytes(b"a file where the folder should be")
    target = tmp_path / "models" / "tiny.onnx"

    with pytest.raises(EngineUnavailable, match=f"{target} cannot be written"):
        fetch_model("tiny", target)


@pytest.mark.parametrize("name", ["yolox_nano", "yolox_tiny", "yolox_s"])
def test_known_models_are_pinned_and_come_from_their_publisher(name: str) -> None:
    """Over TLS, with a whole SHA-256."""
    model = KNOWN_MODELS[name]

    assert model.url == (
        f"https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0/{name}.onnx"
    )
    assert len(bytes.fromhex(model.sha256)) == 32


@pytest.mark.parametrize(
    ("name", "edge"), [("yolox_nano", 416), ("yolox_tiny", 416), ("yolox_s", 640)]
)
def test_cards_of_known_models_say_what_is_taken_for_granted_and_the_size(
    tmp_path: Path, name: str, edge: int
) -> None:
    """As their publisher's demo feeds them."""
    card_path(tmp_path / "known.onnx").write_text(KNOWN_MODELS[name].card)

    assert read_card(tmp_path / "known.onnx") == YoloxCard(
        input=YoloxInput(width=edge, height=edge)
    )
