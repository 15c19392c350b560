import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(900)  # an import starts a dozen processes

DARKROOM = Path(sys.executable).with_name("darkroom")


def darkroom(*arguments: str, home: Path) -> tuple[int, str]:
    ended = subprocess.run(
        [str(DARKROOM), *arguments, "--home", str(home)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the sample was imported."""
    folder = tmp_path_factory.mktemp("home")
    code, said = darkroom("import", "--sample", home=folder)
    assert code == 0, said
    return folder


@pytest.fixture(scope="module")
def results(home: Path) -> dict[str, dict[str, Any]]:
    code, said = darkroom("status", "--format", "json", home=home)
    [batch] = json.loads(said)["batches"]
    assert (code, batch["state"], batch["photos"]) == (0, "failed", 14)
    _, lines = darkroom("results", batch["batch"], "--format", "jsonl", home=home)
    return {photo["filename"]: photo for photo in map(json.loads, lines.splitlines())}


def test_every_sample_comes_out_as_its_line_says(results: dict[str, dict[str, Any]]) -> None:
    """What `make run` shows a person on the first day is what it says it shows."""
    outcomes = {name: photo["outcome"] for name, photo in results.items()}
    expected = {name: photo["extra"]["expected"] for name, photo in results.items()}

    assert outcomes == expected


def test_the_sample_shows_text_a_code_and_duplicates(
    results: dict[str, dict[str, Any]],
) -> None:
    """The recognisers and the comparison with earlier photos have something to find."""
    lake = f"{results['lake.jpg']['batch']}/{results['lake.jpg']['photo_id']}"

    assert "The north quay is closed for repairs" in str(results["letter.jpg"]["text"])
    assert [code["text"] for code in results["parcel.jpg"]["codes"]] == ["DR-2024-000417"]
    assert results["lake-copy.jpg"]["duplicate_of"] == lake
    assert lake in [near["photo"] for near in results["lake-small.jpg"]["near_duplicates"]]


def test_the_missing_sample_is_told_as_the_failure_it_is(
    results: dict[str, dict[str, Any]],
) -> None:
    """Stage, kind and address of the failure stand in its result."""
    [failure] = results["gone.jpg"]["failures"]

    assert (failure["stage"], failure["error_type"], failure["retryable"]) == (
        "photos",
        "NotFound",
        False,
    )
