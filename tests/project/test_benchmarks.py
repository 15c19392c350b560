import re
from pathlib import Path

import pytest

from benchmarks.side_by_side.figures import Line, Run, Spread, ingest_against_engine, lines
from benchmarks.side_by_side.options import Options
from benchmarks.side_by_side.report import table, what_they_do
from benchmarks.side_by_side.roster import FOLDER, ORDER, contenders

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"
PAGE = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")


def run(contender: str, number: int, wall_s: float, ingest_s: float | None = None) -> Run:
    return Run(
        photos="web",
        round=number,
        contender=contender,
        count=100,
        made=100,
        sizes={"1024x768": 100},
        wall_s=wall_s,
        cpu_s=2 * wall_s,
        peak_bytes=2**20,
        ingest_s=ingest_s,
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
            complete=True,
        ),
        Line(
            contender="a",
            rounds=2,
            rate=Spread(6.25, 2.5, 10),
            wall_s=Spread(25, 10, 40),
            cpu_s=Spread(50, 20, 80),
            peak_bytes=Spread(2**20, 2**20, 2**20),
            against={"a": Spread(1, 1, 1)},
            complete=True,
        ),
    ]


def test_the_ingest_step_is_compared_with_the_engine_of_its_round() -> None:
    """A round in which one of them is missing says nothing."""
    runs = [run("engine", 1, 10, 8), run("imported", 1, 20, 10), run("imported", 2, 20, 9)]

    assert ingest_against_engine(runs, engine="engine", imported="imported") == Spread(
        0.8, 0.8, 0.8
    )


def test_the_table_has_a_row_for_each_contender() -> None:
    """Medians come with the least and the most."""
    of = lines([run("a", 1, 5), run("b", 1, 2.5)], order=["a", "b"], against=["a"])

    assert table(of, {"a": "A", "b": "B"}, ["a"]) == (
        "|  | photos/s | wall s | × A | CPU s | peak MiB |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: |\n"
        "| A | 20.0 (20.0–20.0) | 5.0 (5.0–5.0) | 1.00 (1.00–1.00) | 10.0 (10.0–10.0) | 1 (1–1) |\n"
        "| B | 40.0 (40.0–40.0) | 2.5 (2.5–2.5) | 2.00 (2.00–2.00) | 5.0 (5.0–5.0) | 1 (1–1) |"
    )


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
