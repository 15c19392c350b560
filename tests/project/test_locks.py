import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PIN = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w, -]+\])?==(?P<version>\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, Version]:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    return {
        canonicalize_name(found["name"]): Version(found["version"]) for found in PIN.finditer(text)
    }


@pytest.mark.parametrize("lock", ["run.lock", "vision.lock", "rapidocr.lock", "dev.lock"])
def test_every_locked_package_has_a_hash(lock: str) -> None:
    """Nothing is installed but the very files that were locked."""
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    entries = re.split(r"\n(?=[\w])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())

    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("lock", "groups", "extras"),
    [
        ("run.lock", ["build"], []),
        ("vision.lock", ["build"], ["vision"]),
        ("rapidocr.lock", ["build"], ["rapidocr"]),
        ("dev.lock", ["build", "dev"], ["vision", "rapidocr"]),
    ],
)
def test_the_lock_meets_what_the_project_asks_for(
    lock: str, groups: list[str], extras: list[str]
) -> None:
    """A dependency that was added or raised is in the lock too."""
    wanted = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    for extra in extras:
        wanted += [Requirement(text) for text in PROJECT["project"]["optional-dependencies"][extra]]
    for group in groups:
        wanted += [Requirement(text) for text in PROJECT["dependency-groups"][group]]
    locked = pins(lock)

    assert [
        str(need)
        for need in wanted
        if canonicalize_name(need.name) not in locked
        or locked[canonicalize_name(need.name)] not in need.specifier
    ] == []


def test_tools_and_program_agree_on_versions() -> None:
    """What is tested is what runs."""
    dev = pins("dev.lock")

    for lock in ("run.lock", "vision.lock", "rapidocr.lock"):
        run = pins(lock)
        assert {name: dev.get(name) for name in run} == run
