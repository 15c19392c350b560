"""Models that their publishers offer for download, each pinned by its digest."""

import asyncio
import fcntl
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import aiohttp

from darkroom.errors import EngineUnavailable, UsageError
from darkroom.file_digests import sha256_of
from darkroom.uris import shown
from resources.detectors.card_files import WHERE, card_path

RELEASE = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0"

TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=20, sock_read=60)

PIECE_BYTES = 64 * 1024

BinaryFile = io.BufferedRandom


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A file, what it must be, and what its card says."""

    url: str
    sha256: str
    bytes: int
    card: str


def _yolox(edge_px: int) -> str:
    return (
        "family: yolox\n"
        f"input: {{width: {edge_px}, height: {edge_px}, channels: bgr, resize: letterbox,"
        " white: 255}\n"
    )


# The publisher gives no digests. These are the ones on which several independent projects that pin
# the same release files agree.
KNOWN_MODELS = {
    "yolox_nano": KnownModel(
        url=f"{RELEASE}/yolox_nano.onnx",
        sha256="c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
        bytes=3_659_407,
        card=_yolox(416),
    ),
    "yolox_tiny": KnownModel(
        url=f"{RELEASE}/yolox_tiny.onnx",
        sha256="427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7",
        bytes=20_219_662,
        card=_yolox(416),
    ),
    "yolox_s": KnownModel(
        url=f"{RELEASE}/yolox_s.onnx",
        sha256="c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063",
        bytes=35_858_002,
        card=_yolox(640),
    ),
}
"""YOLOX models for the 80 COCO labels, Apache-2.0: small and fast first."""


def fetch_model(name: str, target: Path, *, url: str | None = None) -> Path:
    """The model `name` as the file `target`, with its card; fetches nothing that is there already.

    `url` is another place with the same bytes, such as a mirror. The file appears whole or not at
    all: what arrived of it before a download broke off waits beside it, and the next one goes on
    from there. A card that is there stays as it is. Raises `UsageError` for a name that is unknown,
    `EngineUnavailable` when the download fails or is not the file expected.
    """
    if name not in KNOWN_MODELS:
        raise UsageError(f"no model {name} is known; choose from {', '.join(KNOWN_MODELS)}")
    model = KNOWN_MODELS[name]
    try:
        if not (target.is_file() and sha256_of(target) == model.sha256):
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}-{model.sha256[:12]}.part")
            with _alone(part, name) as file:
                _fetch(name, url or model.url, file)
                part.chmod(0o644)
                part.replace(target)
        _write_card(card_path(target), target.name, model)
    except OSError as error:
        raise EngineUnavailable(f"{target} cannot be written: {error}") from error
    return target


@contextmanager
def _alone(part: Path, name: str) -> Iterator[BinaryFile]:
    """The part file, while nobody else is at it; gone afterwards if nothing is in it."""
    with part.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EngineUnavailable(
                f"{name} is being fetched by another process: wait for that one"
            ) from error
        try:
            yield file
        finally:
            if part.is_file() and not part.stat().st_size:
                part.unlink()


def _fetch(name: str, source: str, file: BinaryFile) -> None:
    """Complete the file, from its end if it has a beginning. Raises `EngineUnavailable`."""
    model = KNOWN_MODELS[name]
    resumed = file.seek(0, os.SEEK_END) > 0
    asyncio.run(_download(source, file, model))
    found = _digest(file)
    if found != model.sha256 and resumed:
        # What was there from before may have been of another file.
        file.truncate(0)
        asyncio.run(_download(source, file, model))
        found = _digest(file)
    if found != model.sha256:
        file.truncate(0)
        raise EngineUnavailable(
            f"{shown(source)} is not the {name} that was expected: its SHA-256 is {found}, not"
            f" {model.sha256}; nothing was kept"
        )
    os.fsync(file.fileno())


async def _download(source: str, file: BinaryFile, model: KnownModel) -> None:
    """Append what is missing; all of it where the server does not send parts."""
    # trust_env: through the proxy that the environment names, as other downloads of a person.
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True) as session:
            have = file.seek(0, os.SEEK_END)
            if have >= model.bytes:
                return
            asked = {"Range": f"bytes={have}-"} if have else {}
            async with session.get(source, headers=asked) as response:
                response.raise_for_status()
                if not _goes_on(response, have):
                    file.truncate(0)
                await _receive(response, source, file, model)
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise UsageError(f"{shown(source)} is no http or https address") from error
    except aiohttp.ClientResponseError as error:
        raise EngineUnavailable(
            f"{shown(source)} answers {error.status} {error.message}; {_kept(file, model)}"
        ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise EngineUnavailable(
            f"{shown(source)} cannot be downloaded: {str(error) or 'no answer in time'};"
            f" {_kept(file, model)}"
        ) from error


def _goes_on(response: aiohttp.ClientResponse, have: int) -> bool:
    """Whether the body is what follows the bytes that are there."""
    follows = response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
    return response.status == HTTPStatus.PARTIAL_CONTENT and follows


async def _receive(
    response: aiohttp.ClientResponse, source: str, file: BinaryFile, model: KnownModel
) -> None:
    received = file.seek(0, os.SEEK_END)
    async for piece in response.content.iter_chunked(PIECE_BYTES):
        received += len(piece)
        if received > model.bytes:
            file.truncate(0)
            raise EngineUnavailable(
                f"{shown(source)} is not the model that was expected: it is longer than"
                f" {model.bytes} bytes; nothing was kept"
            )
        file.write(piece)
    file.flush()


def _kept(file: BinaryFile, model: KnownModel) -> str:
    file.flush()
    have = file.seek(0, os.SEEK_END)
    if not have:
        return "nothing was kept"
    return f"{have} of {model.bytes} bytes are kept, and the same command goes on from there"


def _write_card(path: Path, model_name: str, model: KnownModel) -> None:
    if path.exists():
        return
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(
        f"# What {model_name} takes and gives: {WHERE} says what stands here.\n{model.card}",
        encoding="utf-8",
    )
    beside.replace(path)


def _digest(file: BinaryFile) -> str:
    file.flush()
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()
