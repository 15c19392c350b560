"""PostgreSQL and S3 go away in the middle of an import, for a while, and come back.

    .venv/bin/python -m tests.soak.outages [--photos 300] [--seconds 20] [--seed 1]

The same photos are imported twice: once undisturbed, and once with both services stopped when a
share of the photos has been taken in, and again while records are written. PostgreSQL is really
stopped and started on its port; S3 is moto behind a gate that refuses connections. Passes when the
second import ends by itself and leaves the same database and store, row for row.
"""

import argparse
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import boto3
import dagster as dg

from orchestration.configuration import load_settings
from orchestration.home import HOME_VARIABLE, Home
from orchestration.wiring import Adapters
from tests.gate import Gate
from tests.postgres import PostgresServer, postgres
from tests.soak.photos import draw
from tests.soak.snapshots import Snapshot, differences, snapshot

BUCKET = "soak"
BATCH = 75
_LOOK_S = 0.2


@dataclass
class Services:
    """Both, and how they are stopped."""

    database: PostgresServer
    store: Gate
    store_url: str
    """Past the gate."""
    stopped: list[str] = field(default_factory=list)

    def stop_for(self, seconds: float, when: str) -> None:
        print(f"  both stopped for {seconds:.0f} s: {when}", flush=True)
        self.stopped.append(when)
        self.store.close()
        self.database.stop()
        time.sleep(seconds)
        self.database.start()
        self.store.open()
        print("  both are back", flush=True)

    def objects(self, prefix: str) -> list[str]:
        client = boto3.client("s3", endpoint_url=self.store_url)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def new_bucket(self) -> None:
        client = boto3.client("s3", endpoint_url=self.store_url)
        if BUCKET in [each["Name"] for each in client.list_buckets()["Buckets"]]:
            for key in self.objects(""):
                client.delete_object(Bucket=BUCKET, Key=key)
        else:
            client.create_bucket(Bucket=BUCKET)


@dataclass(frozen=True)
class Import:
    """One import into a home, bucket and database of its own."""

    home: Path
    source: Path
    database_url: str
    services: Services

    @property
    def settings(self) -> dict[str, str]:
        return {
            HOME_VARIABLE: str(self.home),
            "DAGSTER_HOME": str(self.home),
            "DARKROOM_DATABASE__URL": self.database_url,
            "DARKROOM_STORE__URL": f"s3://{BUCKET}/kept",
            "DARKROOM_DELIVERIES__URL": f"s3://{BUCKET}/delivered",
            "DARKROOM_S3__ENDPOINT_URL": f"http://127.0.0.1:{self.services.store.port}",
        }

    def run(self, meanwhile: Callable[[subprocess.Popen[bytes]], None]) -> int:
        """As a person would; the exit code."""
        command = "from orchestration.command_line.main import app; app()"
        arguments = ["import", str(self.source), "--batch-size", str(BATCH)]
        with (self.home.parent / f"{self.home.name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", command, *arguments],
                env=os.environ | self.settings,
                stdout=log,
                stderr=log,
            )
            watching = threading.Thread(target=meanwhile, args=(process,))
            watching.start()
            code = process.wait()
            watching.join()
            return code

    def retries(self) -> Counter[str]:
        """Steps that asked for another attempt, by name."""
        os.environ |= self.settings
        found: Counter[str] = Counter()
        with dg.DagsterInstance.get() as instance:
            for run in instance.get_runs():
                for entry in instance.all_logs(run.run_id):
                    event = entry.dagster_event
                    if event and event.event_type is dg.DagsterEventType.STEP_UP_FOR_RETRY:
                        found[event.step_key or ""] += 1
        return found

    def snapshot(self) -> Snapshot:
        os.environ |= self.settings
        home = Home(self.home)
        return snapshot(Adapters(home, load_settings(home)), self.database_url)


def disturb(
    services: Services, photos: int, seconds: float
) -> Callable[[subprocess.Popen[bytes]], None]:
    """Stop both when about a third of the photos is taken in, and when a batch is delivered."""

    def meanwhile(process: subprocess.Popen[bytes]) -> None:
        moments: list[tuple[str, Callable[[], bool]]] = [
            ("photos are taken in", lambda: len(services.objects("kept/blobs/")) > photos * 2 // 3),
            ("a batch is delivered", lambda: bool(services.objects("kept/tables/deliveries/"))),
        ]
        for when, has_come in moments:
            while process.poll() is None and not has_come():
                time.sleep(_LOOK_S)
            if process.poll() is None:
                services.stop_for(seconds, when)

    return meanwhile


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20, help="how long both are away")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("DARKROOM_", "AWS_"))]:
        del os.environ[name]
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "loopback",
        "AWS_SECRET_ACCESS_KEY": "loopback-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    with (
        tempfile.TemporaryDirectory(prefix="darkroom-outages-") as name,
        postgres() as database,
        Gate(port) as gate,
    ):
        services = Services(database, gate, f"http://{host}:{port}")
        folder = Path(name)
        source = folder / "photos"
        source.mkdir()
        print(f"drawing {options.photos} photos, seed {options.seed}", flush=True)
        draw(source, options.photos, seed=options.seed)
        found: dict[str, Snapshot] = {}
        codes: dict[str, int] = {}
        for kind in ("undisturbed", "disturbed"):
            services.new_bucket()
            database.run(f"CREATE DATABASE {kind}")
            one = Import(folder / kind, source, database.url(kind), services)
            watch = disturb(services, options.photos, options.seconds)
            started = time.monotonic()
            print(f"{kind} import", flush=True)
            codes[kind] = one.run(watch if kind == "disturbed" else lambda _: None)
            print(f"  {time.monotonic() - started:.0f} s, exit code {codes[kind]}", flush=True)
            print(f"  steps tried again: {dict(one.retries()) or 'none'}", flush=True)
            if codes[kind] != codes["undisturbed"]:
                print((folder / f"{kind}.log").read_text()[-3000:])
            found[kind] = one.snapshot()
            left = services.objects("kept/checkpoints/")
            print(f"  rows and objects: {sum(map(len, found[kind].values()))}, left: {left}")
        moto.stop()
    said = differences(found["undisturbed"], found["disturbed"])
    print("\n".join(said) or "database and store are the same, row for row")
    passed = not said and codes["undisturbed"] == codes["disturbed"] and len(services.stopped) == 2
    print("passed" if passed else "FAILED")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
