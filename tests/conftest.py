"""Real services on loopback, and the folder of real sample files where there is one."""

import gc
import io
import os
import secrets
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from darkroom.settings import S3Settings
from darkroom.work.machine import usable_cores
from tests.fault_server import FaultServer
from tests.postgres import NotInstalled, PostgresServer, postgres

CHECKOUT = Path(__file__).parent.parent


def pytest_xdist_auto_num_workers() -> int:
    """One for each core that we may use: a container on a large machine may have few."""
    return usable_cores()


def pytest_sessionfinish() -> None:
    """Commands that ran in this process froze what was there: libraries would call it leaked."""
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> Iterator[None]:
    """Interrupts work here and in what tests start: shells have background jobs ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real photos, sound and damaged, described in its MANIFEST.csv. Read only."""
    folder = CHECKOUT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip("the sample corpus is not beside the checkout")
    return folder


@dataclass(frozen=True)
class S3Server:
    """An S3 service on loopback. Every bucket is new."""

    endpoint_url: str

    def make_bucket(self) -> str:
        import boto3

        bucket = f"darkroom-{secrets.token_hex(6)}"
        client = boto3.session.Session().client("s3", endpoint_url=self.endpoint_url)
        client.create_bucket(Bucket=bucket)
        client.close()
        return bucket


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """The server of moto, and credentials that no real service knows."""
    from moto.server import ThreadedMotoServer

    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            environment.delenv(name)
        environment.setenv("AWS_ACCESS_KEY_ID", "loopback")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "loopback-secret")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        environment.setenv("AWS_CONFIG_FILE", os.devnull)
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        server.start()
        host, port = server.get_host_and_port()
        yield S3Server(f"http://{host}:{port}")
        server.stop()


@pytest.fixture
def s3_settings(s3_server: S3Server) -> S3Settings:
    """How to reach it."""
    return S3Settings(endpoint_url=s3_server.endpoint_url)


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> str:
    """A new bucket for each test."""
    return s3_server.make_bucket()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Started once in a folder of its own; gone with the session."""
    try:
        with postgres() as server:
            yield server
    except NotInstalled as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A new database for each test."""
    database = f"test_{secrets.token_hex(6)}"
    postgres_server.run(f"CREATE DATABASE {database}")
    yield postgres_server.url(database)
    postgres_server.run(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture
def fault_server() -> Iterator[FaultServer]:
    """A web server that misbehaves; its sound photo is a sharp, bright, colourful one of noise."""
    into = io.BytesIO()
    pixels = np.random.default_rng(5).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(into, "JPEG")
    with FaultServer(into.getvalue()) as server:
        yield server
