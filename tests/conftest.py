"""Real services on loopback, and the folder of real sample files where there is one."""

import io
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
import pytest
from PIL import Image

from darkroom.settings import S3Settings
from tests.fault_server import FaultServer

CHECKOUT = Path(__file__).parent.parent


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


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL of this test session alone."""

    port: int
    password: str

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> None:
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        with psycopg.connect(address, password=self.password, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Started once in a folder of its own; gone with the session."""
    programs = _postgres_programs()
    # Not pytest's own folder: PostgreSQL does not run as root, and its user may not enter there.
    home = Path(tempfile.mkdtemp(prefix="darkroom-postgres-"))
    server = PostgresServer(port=_free_port(), password=secrets.token_hex(8))
    data, log, password_file = home / "data", home / "log", home / "password"
    password_file.write_text(server.password)
    as_user: list[str] = []
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(home, "postgres")
        shutil.chown(password_file, "postgres")
    control = [*as_user, str(programs / "pg_ctl"), "-D", str(data)]
    options = f"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -F"
    try:
        _run(
            [
                *(*as_user, str(programs / "initdb"), "-D", str(data), "-U", "postgres"),
                *("-A", "scram-sha-256", f"--pwfile={password_file}"),
                *("-E", "UTF8", "--no-locale", "--no-sync"),
            ],
            home,
        )
        _run([*control, "-l", str(log), "-w", "-o", options, "start"], home)
        yield server
        _run([*control, "-m", "immediate", "stop"], home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A new database for each test."""
    database = f"test_{secrets.token_hex(6)}"
    postgres_server.run(f"CREATE DATABASE {database}")
    yield postgres_server.url(database)
    postgres_server.run(f"DROP DATABASE {database} WITH (FORCE)")


def _postgres_programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += sorted(Path("/opt/homebrew/opt").glob("postgresql*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.fail("PostgreSQL is not installed; `make setup-test` installs it", pytrace=False)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _run(command: list[str], folder: Path) -> None:
    # To a file: a server that inherits a pipe would keep it open for ever.
    output = folder / "output"
    with output.open("wb") as into:
        done = subprocess.run(command, cwd=folder, stdout=into, stderr=into, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}: {output.read_text()}", pytrace=False)


@pytest.fixture
def fault_server() -> Iterator[FaultServer]:
    """A web server that misbehaves; its sound photo is a sharp, bright, colourful one of noise."""
    into = io.BytesIO()
    pixels = np.random.default_rng(5).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(into, "JPEG")
    with FaultServer(into.getvalue()) as server:
        yield server
