"""Photos on their way in: real files, real workers, a real server on loopback."""

import asyncio
import contextlib
import errno
import hashlib
import io
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from darkroom.errors import PhotoFailed, StoreUnavailable, WorldError
from darkroom.imaging.examination import Examination, ExaminationSettings, examine
from darkroom.outcomes import Failure, Reason
from darkroom.ports import Fetched, Fetcher, Place
from darkroom.rows import Entry
from darkroom.settings import DownloadSettings, IntakeSettings, S3Settings, WorkerSettings
from darkroom.stages import ingesting
from darkroom.stages.ingesting import Ingest, Ingested, Task
from darkroom.storage.blobs import blob_name
from darkroom.storage.scratch import Scratch
from darkroom.work.workers import Workers
from resources.fetching.choice import Fetchers
from resources.stores.folder import FolderStore

if TYPE_CHECKING:
    from tests.resources.conftest import Site

PAGE = b"<html><body><p>Please sign in to see this photo.</p></body></html>" * 2
DOWNLOADS = DownloadSettings(
    max_retries=0, read_timeout_s=60, max_bytes=100_000, allow_addresses=["127.0.0.1", "localhost"]
)


def jpeg(seed: int) -> bytes:
    """A sharp, bright, colourful photo of noise."""
    pixels = np.random.default_rng(seed).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    into = io.BytesIO()
    Image.fromarray(pixels).save(into, "JPEG")
    return into.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def entry(uri: str, filename: str = "photo.jpg") -> Entry:
    return Entry(photo_id=uri, uri=uri, filename=filename, identity=uri)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(
        WorkerSettings(max_workers=2), preload=["darkroom.imaging.examination"]
    ) as workers:
        workers.call(int, "1")  # no test's time limit is for the imports of the fork server
        yield workers


@dataclass
class TakingIn:
    """Runs of photos into one store."""

    folder: Path
    workers: Workers
    store: FolderStore = field(init=False)
    fetcher: Fetcher = field(init=False)
    limits: WorkerSettings = field(default_factory=WorkerSettings)

    def __post_init__(self) -> None:
        self.store = FolderStore(self.folder / "store")
        self.fetcher = Fetchers(DOWNLOADS, S3Settings(), IntakeSettings())

    def run(
        self, tasks: Sequence[Task], report: Callable[[Ingested], None] = lambda _: None
    ) -> dict[str, Ingested]:
        """What came of each task; also that each was told once and nothing is left in scratch."""
        reported: list[Ingested] = []

        def note(ingested: Ingested) -> None:
            reported.append(ingested)
            report(ingested)

        scratch = Scratch(self.folder / "scratch")
        try:
            with scratch.folder() as room:
                ingest = Ingest(
                    fetcher=self.fetcher,
                    store=self.store,
                    workers=self.workers,
                    downloads=DOWNLOADS,
                    limits=self.limits,
                    examination=ExaminationSettings(),
                    scratch=room,
                )
                asyncio.run(asyncio.wait_for(ingest.run(tasks, note), 60))
                assert list(room.iterdir()) == []
        finally:
            assert list(scratch.root.iterdir()) == []
        found = {ingested.entry.photo_id: ingested for ingested in reported}
        assert len(found) == len(reported) == len(tasks)
        return found


@pytest.fixture
def taking_in(tmp_path: Path, workers: Workers) -> TakingIn:
    return TakingIn(tmp_path, workers)


@dataclass
class Files:
    """A `Fetcher` of files that lie about; remembers how many were out at once."""

    folder: Path
    out: int = 0
    most_out: int = 0
    closed: bool = False

    async def fetch(self, uri: str, scratch: Path, place: Place) -> Fetched:  # noqa: ARG002 - the port's signature
        async with place():
            self.out += 1
            self.most_out = max(self.most_out, self.out)
            await asyncio.sleep(0)
            return Fetched(self.folder / uri, bytes=1, attempts=1)

    def host_limits(self) -> dict[str, int]:
        return {}

    async def close(self) -> None:
        self.closed = True


class NoFetcher:
    """For those who must not fetch."""

    async def fetch(self, uri: str, scratch: Path, place: Place) -> Fetched:  # noqa: ARG002 - the port's signature
        raise AssertionError(f"{uri} was fetched")

    def host_limits(self) -> dict[str, int]:
        return {}

    async def close(self) -> None:
        pass


def test_a_photo_is_worked_on_while_another_downloads(taking_in: TakingIn, site: "Site") -> None:
    """The slow download goes on only after the quick photo is through."""
    quick_is_through = threading.Event()
    slow = entry(site.says("/slow.jpg", body=jpeg(1), meet=quick_is_through))
    quick = entry(site.says("/quick.jpg", body=jpeg(2)))
    order: list[str] = []

    def report(ingested: Ingested) -> None:
        order.append(ingested.entry.uri)
        assert ingested.examination is not None
        quick_is_through.set()

    taking_in.run([Task(slow), Task(quick)], report)

    assert order == [quick.uri, slow.uri]


def test_every_photo_is_reported_whatever_comes_of_it(
    taking_in: TakingIn, site: "Site", tmp_path: Path
) -> None:
    """Sound, missing, no image, too large, on disk, not on disk, kept: each is told once."""
    local = tmp_path / "local.jpg"
    local.write_bytes(jpeg(3))
    kept = jpeg(4)
    (tmp_path / "kept.jpg").write_bytes(kept)
    taking_in.store.add(blob_name(sha256(kept)), tmp_path / "kept.jpg")
    tasks = {
        "sound": Task(entry(site.says("/sound.jpg", body=jpeg(2)))),
        "missing": Task(entry(site.url("/missing.jpg"))),
        "no image": Task(entry(site.says("/page.jpg", body=PAGE))),
        "too large": Task(entry(site.says("/large.jpg", body=bytes(100_001)))),
        "on disk": Task(entry(local.as_uri())),
        "not on disk": Task(entry((tmp_path / "gone.jpg").as_uri())),
        "kept": Task(entry("http://127.0.0.1:1/kept.jpg"), kept_sha256=sha256(kept)),
    }

    found = taking_in.run(list(tasks.values()))

    def told(name: str) -> tuple[str | None, str | None, bool | None, int]:
        ingested = found[tasks[name].entry.photo_id]
        readable = ingested.examination.readable if ingested.examination else None
        failure = ingested.failure.error_type if ingested.failure else None
        return ingested.sha256, failure, readable, ingested.attempts

    assert {name: told(name) for name in tasks} == {
        "sound": (sha256(jpeg(2)), None, True, 1),
        "missing": (None, "NotFound", None, 1),
        "no image": (sha256(PAGE), None, False, 1),
        "too large": (None, "BodyTooLarge", None, 1),
        "on disk": (sha256(jpeg(3)), None, True, 1),
        "not on disk": (None, "NotFound", None, 1),
        "kept": (sha256(jpeg(4)), None, True, 0),
    }
    page = found[tasks["no image"].entry.photo_id].examination
    assert page is not None
    assert page.reasons == [Reason.NOT_AN_IMAGE]


def test_bytes_are_in_the_store_before_a_photo_is_reported(
    taking_in: TakingIn, site: "Site"
) -> None:
    """Original and rendition: whoever reads the report finds them."""
    data = jpeg(5)
    kept: list[bool] = []

    def report(ingested: Ingested) -> None:
        assert ingested.examination is not None
        assert ingested.examination.rendition is not None
        rendition = ingested.examination.rendition
        kept.append(taking_in.store.read(blob_name(sha256(data))) == data)
        kept.append(sha256(taking_in.store.read(blob_name(rendition.sha256))) == rendition.sha256)

    taking_in.run([Task(entry(site.says("/a.jpg", body=data)))], report)

    assert kept == [True, True]


def test_a_source_file_stays_as_it_is(taking_in: TakingIn, tmp_path: Path) -> None:
    """Same bytes, times and rights, and nothing else in its folder; the store has its own copy."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    source = inbox / "photo.jpg"
    source.write_bytes(jpeg(6))
    source.chmod(0o440)
    os.utime(source, (1_000_000_000, 1_000_000_000))
    before = source.stat()

    taking_in.run([Task(entry(source.as_uri()))])

    after = source.stat()
    assert source.read_bytes() == jpeg(6)
    assert (after.st_mode, after.st_mtime_ns, after.st_ino, after.st_nlink) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_ino,
        1,
    )
    assert list(inbox.iterdir()) == [source]


def test_a_kept_photo_is_not_fetched(taking_in: TakingIn, tmp_path: Path) -> None:
    """Its bytes come from the store, where they stay."""
    (tmp_path / "photo.jpg").write_bytes(jpeg(7))
    name = blob_name(sha256(jpeg(7)))
    taking_in.store.add(name, tmp_path / "photo.jpg")
    taking_in.fetcher = NoFetcher()

    found = taking_in.run([Task(entry("http://gone.test/a.jpg"), kept_sha256=sha256(jpeg(7)))])

    assert found["http://gone.test/a.jpg"].sha256 == sha256(jpeg(7))
    assert taking_in.store.read(name) == jpeg(7)


def test_a_lost_original_concerns_its_photo_alone(taking_in: TakingIn, site: "Site") -> None:
    """It is not fetched unasked, because its source may have changed; the next run may."""
    lost = Task(entry("http://127.0.0.1:1/lost.jpg"), kept_sha256=sha256(b"lost"))
    sound = Task(entry(site.says("/sound.jpg", body=jpeg(8))))

    found = taking_in.run([lost, sound])

    told = found[lost.entry.photo_id]
    assert told.failure == Failure(
        error_type="OriginalMissing",
        message=f"the store has no object named {blob_name(sha256(b'lost'))}",
        attempts=0,
        retryable=True,
    )
    assert (told.sha256, told.examination) == (None, None)
    assert found[sound.entry.photo_id].sha256 == sha256(jpeg(8))


def test_a_source_that_goes_away_concerns_its_photo_alone(
    taking_in: TakingIn, tmp_path: Path
) -> None:
    """A file that was there when it was looked at may be gone when it is copied."""
    (tmp_path / "sound.jpg").write_bytes(jpeg(9))
    taking_in.fetcher = Files(tmp_path)

    found = taking_in.run([Task(entry("gone.jpg")), Task(entry("sound.jpg"))])

    failure = found["gone.jpg"].failure
    assert failure is not None
    assert (failure.error_type, failure.retryable) == ("FileUnreadable", True)
    assert found["sound.jpg"].sha256 == sha256(jpeg(9))


def examine_or_crash(
    path: Path,
    *,
    filename: str,
    settings: ExaminationSettings,
    scratch: Path,
    sha256: str | None,
) -> Examination:
    if filename == "crash.jpg":
        signal.raise_signal(signal.SIGSEGV)
    if filename == "full.jpg":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return examine(path, filename=filename, settings=settings, scratch=scratch, sha256=sha256)


def test_a_photo_that_ends_its_worker_is_kept(
    taking_in: TakingIn, site: "Site", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bytes are in the store, so that the next run need not fetch them."""
    monkeypatch.setattr(ingesting, "examine", examine_or_crash)
    crash = entry(site.says("/crash.jpg", body=jpeg(10)), "crash.jpg")
    sound = entry(site.says("/sound.jpg", body=jpeg(11)))

    found = taking_in.run([Task(crash), Task(sound)])

    told = found[crash.photo_id]
    assert told == Ingested(
        entry=crash,
        sha256=sha256(jpeg(10)),
        bytes=len(jpeg(10)),
        attempts=1,
        failure=Failure(
            error_type="Crashed",
            message="its worker process ended (SIGSEGV)",
            attempts=2,
            retryable=False,
        ),
        fetch_seconds=told.fetch_seconds,
        work_seconds=told.work_seconds,
    )
    assert taking_in.store.read(blob_name(sha256(jpeg(10)))) == jpeg(10)
    assert found[sound.photo_id].failure is None


def test_a_full_scratch_stops_the_run(
    taking_in: TakingIn, site: "Site", monkeypatch: pytest.MonkeyPatch
) -> None:
    """It concerns every photo, so it is no photo's failure."""
    monkeypatch.setattr(ingesting, "examine", examine_or_crash)
    full = entry(site.says("/full.jpg", body=jpeg(12)), "full.jpg")

    with pytest.raises(WorldError, match=r"scratch cannot be used: .*No space left"):
        taking_in.run([Task(full)])


class RefusingStore(FolderStore):
    """A disk that takes nothing."""

    def add(self, name: str, source: Path, *, given: bool = False) -> bool:  # noqa: ARG002 - the port's signature
        raise StoreUnavailable("the disk refuses") from OSError("its reason")


def test_a_store_that_is_away_stops_the_run(taking_in: TakingIn, site: "Site") -> None:
    """Its error surfaces as itself, with its cause; downloads under way are given up."""
    taking_in.store = RefusingStore(taking_in.store.root)
    reported: list[Ingested] = []
    hangs = entry(site.says("/hangs.jpg", body=jpeg(13), hang=True))
    sound = entry(site.says("/sound.jpg", body=jpeg(14)))
    others = [entry(site.says(f"/{number}.jpg", body=jpeg(14))) for number in range(100)]

    with pytest.raises(StoreUnavailable, match="the disk refuses") as caught:
        taking_in.run([Task(each) for each in (hangs, sound, *others)], reported.append)

    assert str(caught.value.__cause__) == "its reason"
    assert reported == []


def test_the_fetcher_is_closed_whatever_happens(taking_in: TakingIn, tmp_path: Path) -> None:
    """Also when the run is stopped."""
    (tmp_path / "a.jpg").write_bytes(jpeg(15))
    taking_in.fetcher = files = Files(tmp_path)
    taking_in.store = RefusingStore(taking_in.store.root)

    with pytest.raises(StoreUnavailable):
        taking_in.run([Task(entry("a.jpg"))])

    assert files.closed


def test_no_more_photos_are_under_way_than_the_window_holds(
    taking_in: TakingIn, tmp_path: Path
) -> None:
    """However many there are, and however quick they are fetched."""
    tasks = [Task(entry(f"{number}.jpg")) for number in range(12)]
    for number, task in enumerate(tasks):
        (tmp_path / task.entry.uri).write_bytes(jpeg(number))
    taking_in.fetcher = files = Files(tmp_path)
    taking_in.limits = WorkerSettings(photos_in_flight=3)

    def report(_: Ingested) -> None:
        files.out -= 1

    taking_in.run(tasks, report)

    assert files.most_out == 3


def test_a_report_that_breaks_stops_the_run(taking_in: TakingIn, site: "Site") -> None:
    """Our own mistake is not hidden in a group of errors."""

    def report(_: Ingested) -> None:
        raise KeyError("our own mistake")

    with pytest.raises(KeyError, match="our own mistake"):
        taking_in.run([Task(entry(site.says("/a.jpg", body=jpeg(16))))], report)


def test_nothing_to_do_starts_nothing(taking_in: TakingIn) -> None:
    """An empty run is a run."""
    assert taking_in.run([]) == {}


def test_a_failed_fetch_says_how_often_it_was_tried(taking_in: TakingIn) -> None:
    """As the fetcher counted."""

    class Patient(NoFetcher):
        async def fetch(self, uri: str, scratch: Path, place: Place) -> Fetched:  # noqa: ARG002 - the port's signature
            raise PhotoFailed("Timeout", f"{uri} is silent", attempts=4, retryable=True)

    taking_in.fetcher = Patient()

    told = taking_in.run([Task(entry("http://silent.test/a.jpg"))])["http://silent.test/a.jpg"]

    assert told == Ingested(
        entry=told.entry,
        attempts=4,
        failure=Failure(
            error_type="Timeout",
            message="http://silent.test/a.jpg is silent",
            attempts=4,
            retryable=True,
        ),
        fetch_seconds=told.fetch_seconds,
    )


def test_a_fetch_takes_as_long_as_the_fetcher_says(taking_in: TakingIn, tmp_path: Path) -> None:
    """It knows what was waiting and what was work; our own copy comes on top."""
    (tmp_path / "a.jpg").write_bytes(jpeg(17))

    class Timed(NoFetcher):
        async def fetch(self, uri: str, scratch: Path, place: Place) -> Fetched:  # noqa: ARG002 - the port's signature
            async with place():
                return Fetched(tmp_path / uri, bytes=1, attempts=1, seconds=1000.0)

    taking_in.fetcher = Timed()

    told = taking_in.run([Task(entry("a.jpg"))])["a.jpg"]

    assert 1000.0 < told.fetch_seconds < 1060.0
    assert 0.0 < told.work_seconds < 60.0


def test_a_dead_host_holds_back_no_other(taking_in: TakingIn, site: "Site") -> None:
    """It answers only after all photos of another host are through, and its own came first."""
    alive = {
        uri.replace("127.0.0.1", "localhost"): uri
        for uri in (site.says(f"/alive-{n}.jpg", body=jpeg(40 + n)) for n in range(20))
    }
    through: set[str] = set()
    others_are_through = threading.Event()
    dead = [
        site.says(f"/dead-{n}.jpg", body=jpeg(60 + n % 3), meet=others_are_through)
        for n in range(40)
    ]

    def report(ingested: Ingested) -> None:
        through.add(ingested.entry.uri)
        if through >= set(alive):
            others_are_through.set()

    found = taking_in.run([Task(entry(uri)) for uri in (*dead, *alive)], report)

    assert {uri for uri, told in found.items() if told.examination is None} == set()
    assert [uri in alive for uri in found][:20] == [True] * 20


def test_a_photo_that_waits_gives_its_place_to_others(taking_in: TakingIn, site: "Site") -> None:
    """More photos wait for another attempt than there are places; the others pass them."""
    others = [site.says(f"/other-{n}.jpg", body=jpeg(70 + n)) for n in range(3)]
    others = [uri.replace("127.0.0.1", "localhost") for uri in others]
    through: set[str] = set()

    class Waiting(NoFetcher):
        """Every first attempt fails; the second one comes after all others are through."""

        others_are_through = asyncio.Event()

        async def fetch(self, uri: str, scratch: Path, place: Place) -> Fetched:
            if uri not in others:
                with contextlib.suppress(PhotoFailed):
                    async with place():
                        raise PhotoFailed("Timeout", "first", retryable=True)
                await self.others_are_through.wait()
            async with place():
                (scratch / "photo").write_bytes(jpeg(80))
                return Fetched(scratch / "photo", bytes=1, attempts=1)

    fetcher = taking_in.fetcher = Waiting()
    taking_in.limits = WorkerSettings(photos_in_flight=2)

    def report(ingested: Ingested) -> None:
        through.add(ingested.entry.uri)
        if through >= set(others):
            fetcher.others_are_through.set()

    waiting = [f"http://waiting.test/{n}.jpg" for n in range(10)]
    found = taking_in.run([Task(entry(uri)) for uri in (*waiting, *others)], report)

    assert set(list(found)[:3]) == set(others)
    assert set(found) == {*waiting, *others}


def test_photos_at_work_hold_back_no_download_of_their_host(
    taking_in: TakingIn, site: "Site", monkeypatch: pytest.MonkeyPatch
) -> None:
    """One host's photos fill the window, however few of them it is asked for at once."""
    all_are_here = asyncio.Event()
    arrived: set[str] = set()
    urls = [site.says(f"/{n}.jpg", body=jpeg(90 + n % 3)) for n in range(40)]
    examine = taking_in.workers.run

    async def patient(*what: Any, **how: Any) -> Any:  # noqa: ANN401 - as workers take them
        arrived.add(str(what[1]))
        if len(arrived) == len(urls):
            all_are_here.set()
        await all_are_here.wait()
        return await examine(*what, **how)

    monkeypatch.setattr(taking_in.workers, "run", patient)

    found = taking_in.run([Task(entry(url)) for url in urls])

    assert {told.examination is not None for told in found.values()} == {True}
