"""Models that their publishers offer for download, each pinned by its digest."""

import asyncio
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import aiohttp

from darkroom.errors import EngineUnavailable, UsageError
from darkroom.uris import shown

RELEASE = "https://github.com/Megvii-BaseDetection/YOLOX/releases/download/0.1.1rc0"

TIMEOUT = aiohttp.ClientTimeout(total=600, sock_connect=20, sock_read=60)

PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A file and what it must be."""

    url: str
    sha256: str
    bytes: int


# The publisher gives no digests. These are the ones on which several independent projects that pin
# the same release files agree.
KNOWN_MODELS = {
    "yolox_nano": KnownModel(
        url=f"{RELEASE}/yolox_nano.onnx",
        sha256="c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
        bytes=3_659_407,
    ),
    "yolox_tiny": KnownModel(
        url=f"{RELEASE}/yolox_tiny.onnx",
        sha256="427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7",
        bytes=20_219_662,
    ),
    "yolox_s": KnownModel(
        url=f"{RELEASE}/yolox_s.onnx",
        sha256="c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063",
        bytes=35_858_002,
    ),
}
"""YOLOX models for the 80 COCO labels, Apache-2.0: small and fast first."""


def fetch_model(name: str, target: Path, *, url: str | None = None) -> Path:
    """The model `name` as the file `target`; does nothing when it is there already.

    `url` is another place with the same bytes, such as a mirror. The file appears whole or not at
    all. Raises `UsageError` for a name that is unknown, `EngineUnavailable` when the download fails
    or is not the file expected.
    """
    if name not in KNOWN_MODELS:
        raise UsageError(f"no model {name} is known; choose from {', '.join(KNOWN_MODELS)}")
    model = KNOWN_MODELS[name]
    source = url or model.url
    if target.is_file() and _sha256(target) == model.sha256:
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        try:
            with os.fdopen(number, "wb") as file:
                asyncio.run(_download(source, file, max_bytes=model.bytes))
                file.flush()
                os.fsync(file.fileno())
            _refuse_another(Path(beside), name=name, source=source)
            Path(beside).chmod(0o644)
            Path(beside).replace(target)
        finally:
            Path(beside).unlink(missing_ok=True)
    except OSError as error:
        raise EngineUnavailable(f"{target} cannot be written: {error}") from error
    return target


async def _download(source: str, file: IO[bytes], *, max_bytes: int) -> None:
    # trust_env: through the proxy that the environment names, as other downloads of a person.
    try:
        async with (
            aiohttp.ClientSession(
                timeout=TIMEOUT, trust_env=True, raise_for_status=True
            ) as session,
            session.get(source) as response,
        ):
            received = 0
            async for piece in response.content.iter_chunked(PIECE_BYTES):
                received += len(piece)
                if received > max_bytes:
                    raise EngineUnavailable(
                        f"{shown(source)} is not the model that was expected: it is longer than"
                        f" {max_bytes} bytes; nothing was kept"
                    )
                file.write(piece)
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise UsageError(f"{shown(source)} is no http or https address") from error
    except aiohttp.ClientResponseError as error:
        raise EngineUnavailable(
            f"{shown(source)} answers {error.status} {error.message}; nothing was kept"
        ) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise EngineUnavailable(
            f"{shown(source)} cannot be downloaded: {str(error) or 'no answer in time'};"
            " nothing was kept"
        ) from error


def _refuse_another(file: Path, *, name: str, source: str) -> None:
    found, expected = _sha256(file), KNOWN_MODELS[name].sha256
    if found != expected:
        raise EngineUnavailable(
            f"{shown(source)} is not the {name} that was expected: its SHA-256 is {found}, not"
            f" {expected}; nothing was kept"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
