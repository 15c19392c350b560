"""A PostgreSQL of its own on loopback, in a folder that goes with it."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg


class NotInstalled(Exception):
    """There are no programs of PostgreSQL on this machine."""


@dataclass(frozen=True)
class PostgresServer:
    """Keeps its port and data over a stop."""

    port: int
    password: str
    home: Path
    control: tuple[str, ...]

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> None:
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        with psycopg.connect(address, password=self.password, autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -F"
        log = str(self.home / "log")
        _run([*self.control, "-l", log, "-w", "-o", options, "start"], self.home)

    def stop(self) -> None:
        """At once, as after a crash: connections end, transactions under way are lost."""
        _run([*self.control, "-m", "immediate", "stop"], self.home)


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Started in a new folder; gone with the context. Raises `NotInstalled`."""
    programs = _programs()
    # Not pytest's own folder: PostgreSQL does not run as root, and its user may not enter there.
    home = Path(tempfile.mkdtemp(prefix="darkroom-postgres-"))
    as_user: list[str] = []
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(home, "postgres")
    control = (*as_user, str(programs / "pg_ctl"), "-D", str(home / "data"))
    server = PostgresServer(_free_port(), secrets.token_hex(8), home, control)
    password_file = home / "password"
    password_file.write_text(server.password)
    if as_user:
        shutil.chown(password_file, "postgres")
    try:
        _run(
            [
                *(*as_user, str(programs / "initdb"), "-D", str(home / "data"), "-U", "postgres"),
                *("-A", "scram-sha-256", f"--pwfile={password_file}"),
                *("-E", "UTF8", "--no-locale", "--no-sync"),
            ],
            home,
        )
        server.start()
        yield server
        server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path:
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += sorted(Path("/opt/homebrew/opt").glob("postgresql*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise NotInstalled("PostgreSQL is not installed; `make setup-test` installs it")


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
        raise RuntimeError(f"{' '.join(command)}: {output.read_text()}")
