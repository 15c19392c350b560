import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.side_by_side.figures import Failed, Line, Run, Spread, lines, work_against
from benchmarks.side_by_side.options import Options
from benchmarks.side_by_side.outputs import Renditions, renditions
from benchmarks.side_by_side.race import Race
from benchmarks.side_by_side.report import failures, table, what_they_do
from benchmarks.side_by_side.results import Photos, Results
from benchmarks.side_by_side.roster import FOLDER, ORDER, Contender, contenders
from benchmarks.side_by_side.serving import served
from darkroom.samples import scenes

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"
PAGE = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")


def run(contender: str, number: int, wall_s: float, work_s: float | None = None) -> Run:
    return Run(
        photos="web",
        round=number,
        contender=contender,
        count=100,
        made=100,
        unfit=0,
        sizes={"1024x768": 100},
        wall_s=wall_s,
        cpu_s=2 * wall_s,
        peak_bytes=2**20,
        work_s=work_s,
    )


def test_contenders_are_compared_within_a_round() -> None:
    """A machine that is slow for one round is slow for both, and no ratio says otherwise."""
    runs = [run("a", 1, 10), run("b", 1, 5), run("a", 2, 40), run("b", 2, 20)]

    assert lines(runs, order=["b", "a"], against=["a"]) == [
        Line(
            contender="b",
            rounds=2,
            rate=Spread(12.5, 5, 20),
            wall_s=Spread(12.5, 5, 20),
            cpu_s=Spread(25, 10, 40),
            peak_bytes=Spread(2**20, 2**20, 2**20),
            against={"a": Spread(2, 2, 2)},
            count=100,
            made=100,
            unfit=0,
        ),
        Line(
            contender="a",
            rounds=2,
            rate=Spread(6.25, 2.5, 10),
            wall_s=Spread(25, 10, 40),
            cpu_s=Spread(50, 20, 80),
            peak_bytes=Spread(2**20, 2**20, 2**20),
            against={"a": Spread(1, 1, 1)},
            count=100,
            made=100,
            unfit=0,
        ),
    ]


def test_the_ingest_step_is_compared_with_the_engine_of_its_round() -> None:
    """A round in which one of them is missing says nothing."""
    runs = [run("engine", 1, 10, 8), run("imported", 1, 20, 10), run("imported", 2, 20, 9)]

    assert work_against(runs, of="imported", to="engine") == Spread(0.8, 0.8, 0.8)
    assert work_against(runs, of="engine", to="the_pass") is None


def test_the_engine_is_compared_with_as_many_passes_as_there_are_cores() -> None:
    """Twice as fast as one pass on two cores is all that there is to be had."""
    runs = [run("engine", 1, 10, 5), run("the_pass", 1, 20, 9)]

    assert work_against(runs, of="engine", to="the_pass", processes=2) == Spread(0.9, 0.9, 0.9)


def test_the_table_has_a_row_for_each_contender() -> None:
    """Medians come with the least and the most."""
    of = lines([run("a", 1, 5), run("b", 1, 2.5)], order=["a", "b"], against=["a"])

    assert table(of, {"a": "A", "b": "B"}, ["a"]) == (
        "|  | photos/s | wall s | × A | CPU s | peak MiB | renditions | unfit |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        "| A | 20.0 (20.0–20.0) | 5.0 (5.0–5.0) | 1.00 (1.00–1.00) | 10.0 (10.0–10.0) | 1 (1–1) |"
        " 100 of 100 | 0 |\n"
        "| B | 40.0 (40.0–40.0) | 2.5 (2.5–2.5) | 2.00 (2.00–2.00) | 5.0 (5.0–5.0) | 1 (1–1) |"
        " 100 of 100 | 0 |"
    )


def test_a_rendition_counts_where_it_is_sound_and_fits(tmp_path: Path) -> None:
    """One that is too large, cut off, or of another format by content is unfit."""
    scenes.lake((1024, 768)).save(tmp_path / "sound.jpg")
    scenes.lake((1025, 768)).save(tmp_path / "large.jpg")
    scenes.lake((64, 48)).save(tmp_path / "other.jpg", "PNG")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "sound.jpg").read_bytes()[:4000])
    (tmp_path / "empty.jpg").touch()

    assert renditions(tmp_path) == Renditions(Counter({(1024, 768): 1}), unfit=4)


COPIES = """
import pathlib, sys, urllib.request
for number, url in enumerate(pathlib.Path(sys.argv[1]).read_text().split()):
    photo = urllib.request.urlopen(url).read()
    pathlib.Path(sys.argv[2], str(number) + ".jpg").write_bytes(photo)
"""
FAILS_IN_EARNEST = """
import pathlib, sys
sys.exit("no more than ten" if len(pathlib.Path(sys.argv[1]).read_text().split()) > 10 else 0)
"""


def test_who_fails_is_noted_and_the_others_go_on(tmp_path: Path) -> None:
    """Whoever cannot do a few photos is out of it; the rest is tried in each round."""
    photos, logs = tmp_path / "holiday photos", tmp_path / "results"
    photos.mkdir()
    logs.mkdir()
    for name in ("a lake.jpg", "50% of #1?.jpg", "Zürich.jpg", *(f"{n}.jpg" for n in range(8))):
        scenes.lake((64, 48)).save(photos / name)
    found = sorted(photos.iterdir())
    copies, fails, breaks = (
        Contender("sequential", "copies", ["-c", COPIES, "{urls}", "{out}"], {}),
        Contender("threads", "fails", ["-c", FAILS_IN_EARNEST, "{urls}"], {}),
        Contender("processes", "breaks", ["-c", "raise SystemExit(2)"], {}),
    )
    results = Results(logs, Options(), [copies, fails, breaks], [Photos("given", 11, 1000)])
    pythons = dict.fromkeys(results.contenders, Path(sys.executable))
    with served(photos, 0) as address:
        race = Race("given", found, address=address, pythons=pythons, cache=tmp_path, logs=logs)
        for ended in [*race.warm_up(), *race.rounds(2)]:
            results.add(ended)

    assert [(each.contender, each.round, each.made, each.unfit) for each in results.runs] == [
        ("sequential", 1, 11, 0),
        ("sequential", 2, 11, 0),
    ]
    said = "; what it printed is in "
    assert results.failed == [
        Failed("given", 0, "processes", f"ended with exit code 2{said}given-0-processes.log"),
        Failed("given", 1, "threads", f"ended with exit code 1{said}given-1-threads.log"),
        Failed("given", 2, "threads", f"ended with exit code 1{said}given-2-threads.log"),
    ]
    assert (logs / "given-1-threads.log").read_text("utf-8") == "no more than ten\n"
    titles = {each.name: each.title for each in contenders(list(ORDER))}
    assert failures(results.failed, titles) in (logs / "report.md").read_text("utf-8")


def test_every_contender_says_the_same_things_of_itself() -> None:
    """Nobody is compared without what it does and does not do, and the page repeats it."""
    everybody = contenders(list(ORDER))

    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(ORDER)
    assert {tuple(each.does) for each in everybody} == {tuple(everybody[0].does)}
    assert what_they_do(everybody) in PAGE


def test_every_peer_has_a_lock_with_hashes_and_no_address() -> None:
    """Peers are installed as they were locked, from wherever this machine gets its packages."""
    environments = {each.environment for each in contenders(list(ORDER))} - {None}

    assert {path.parent.name for path in PEERS.glob("*/requirements.lock")} == environments
    for lock in PEERS.glob("*/requirements.lock"):
        entries = re.split(r"\n(?=\w)", lock.read_text("utf-8").partition("\n\n")[0])[1:]
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert "://" not in lock.read_text("utf-8")


def test_what_is_asked_for_comes_from_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """`make` passes on what stands behind it; what is empty was not said."""
    for name, value in {
        "ROUNDS": "2",
        "CAMERA": "0",
        "PHOTOS": "",
        "CONTENDERS": "engine,threads",
    }.items():
        monkeypatch.setenv(name, value)
    options = Options()

    assert (options.rounds, options.photos, options.contenders) == (2, None, ["engine", "threads"])
    assert options.drawn == {"web": 1200, "pages": 200, "mixed": 300}


def test_the_page_names_every_program() -> None:
    """Those that are started by themselves; `make bench` starts the rest."""
    folder = ROOT / "benchmarks"
    programs = {
        path.stem if path.parent == folder else path.parent.name
        for path in (*folder.glob("*.py"), *folder.glob("*/__main__.py"))
        if "ArgumentParser(" in path.read_text("utf-8")
    }

    assert programs - {"side_by_side"} == set(
        re.findall(r"^\| `python -m benchmarks\.(\w+)` \|", PAGE, re.MULTILINE)
    )
