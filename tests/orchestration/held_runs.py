"""A batch whose ingest is held up for as long as a test wants, and runs of it by the launcher."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import psutil

from darkroom.samples import scenes
from orchestration.announcing import announce
from orchestration.command_line.session import adapters_of
from orchestration.definitions import process_batch_job
from orchestration.intake import Sender, take_in
from orchestration.run_processes import RunProcess
from orchestration.tags import PARTITION_TAG
from orchestration.wiring import Adapters

PATIENCE_S = 240.0


@dataclass
class Holding:
    """A photo on a web server that answers when it is let go."""

    port: int = 0
    photo: bytes = b""
    asked: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/held.png"


@contextmanager
def holding(folder: Path) -> Iterator[Holding]:
    """The server, until the context ends."""
    path = folder / "held.png"
    scenes.sea((160, 120)).save(path)
    held = Holding(photo=path.read_bytes())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held.asked.set()
            held.let_go.wait()
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(held.photo)))
            self.end_headers()
            self.wfile.write(held.photo)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked was killed meanwhile
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    held.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield held
    finally:
        held.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def opened(adapters: Adapters, instance: dg.DagsterInstance, held: Holding, folder: Path) -> str:
    """A batch of one photo at once to be had and one that is held; its key."""
    scenes.lake((160, 120)).save(folder / "lake.png")
    manifest = folder / "held.csv"
    manifest.write_text(f"path\nlake.png\n{held.url}\n")
    [batch] = take_in(adapters, str(manifest), Sender("anna")).batches
    announce(instance, [batch])
    return batch.key


def launched(instance: dg.DagsterInstance, batch: str) -> str:
    """A run of the batch, launched as the daemon would; its id."""
    job = dg.reconstructable(process_batch_job)
    run = instance.create_run_for_job(
        job.get_definition(),
        status=dg.DagsterRunStatus.STARTING,
        tags={PARTITION_TAG: batch},
        job_code_origin=job.get_python_origin(),
    )
    instance.launch_run(run.run_id, workspace=None)  # type: ignore[arg-type]  # ours needs none
    return run.run_id


def until(what: Callable[[], bool], *, poll_s: float = 0.05) -> None:
    """Wait for something that comes within seconds; a test fails where it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(poll_s)


def processes_of(instance: dg.DagsterInstance, run_id: str) -> list[psutil.Process]:
    """The run's process and all that it started, oldest first."""
    run = instance.get_run_by_id(run_id)
    assert run is not None
    process = RunProcess.named_by(run.tags)
    assert process is not None
    return sorted(process.session(), key=lambda each: each.create_time())


def steps_among(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Of a run's processes: those below its fork server that have photo workers of their own."""
    worker, *others = processes
    return [each for each in others if _is_step(each, worker.pid)]


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def adapters() -> Adapters:
    """Of the home that the environment names."""
    return adapters_of(None)


def _is_step(process: psutil.Process, worker: int) -> bool:
    server = process.parent()
    return server is not None and server.ppid() == worker and bool(process.children())
