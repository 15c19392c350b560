import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.main import get_command

from darkroom.outcomes import Outcome
from darkroom.results import PhotoResult
from darkroom.settings import Settings
from orchestration.command_line.main import app

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def missing(names: Iterable[str], text: str) -> list[str]:
    """Names that the text never mentions as code."""
    code = "\n".join(re.findall(r"`([^`\n]+)`", text))
    return [name for name in names if not re.search(rf"\b{re.escape(name)}\b", code)]


def test_the_readme_names_every_command() -> None:
    """Nobody has to guess what the program can do."""
    commands = getattr(get_command(app), "commands")  # noqa: B009 - only groups have commands

    assert missing((f"darkroom {name}" for name in commands), README) == []


def test_the_readme_names_every_key_of_a_result() -> None:
    """The contract of `darkroom results` is written down whole."""
    assert missing(PhotoResult.model_fields, README) == []


def test_the_readme_explains_every_outcome_of_a_photo() -> None:
    """`skipped` is an outcome of a stage, and stands in the architecture."""
    assert missing(sorted(set(Outcome) - {Outcome.SKIPPED}), README) == []
    assert missing(Outcome, ARCHITECTURE) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_settings_that_are_mentioned_exist(page: Path) -> None:
    """A setting that was renamed is renamed in the pages too."""
    known = {
        f"{section}.{key}" for section, value in Settings() for key in type(value).model_fields
    }
    sections = "|".join(Settings.model_fields)
    mentioned = set(re.findall(rf"`(?:({sections})\.(\w+))", page.read_text("utf-8")))
    files = {"yaml", "py", "md", "db"}

    assert {f"{section}.{key}" for section, key in mentioned if key not in files} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    """Every page and picture that a page points to is there."""
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_make_knows_the_commands_that_are_promised() -> None:
    """`make run` and `make test` are the two commands of the first screen."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    promised = set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE))

    assert {"run", "test"} <= promised <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
