"""Commands that run nothing: what they say, and how they end."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestration.command_line import importing

if TYPE_CHECKING:
    from tests.orchestration.command_line.conftest import Command

COMMANDS = [
    ("import",),
    ("results",),
    ("show",),
    ("status",),
    ("retry",),
    ("accept",),
    ("up",),
    ("prune",),
    ("doctor",),
    ("evaluate",),
    ("config",),
    ("models", "fetch"),
]

ODD_COLUMNS = (
    "{tmp}/odd.csv: has no column named url or uri or path, only: a, b;"
    " set intake.uri_column to the one with the address"
)

NO_PHOTO = (
    "there is no photo nothing/1: `darkroom results BATCH` lists a batch's photos, and BATCH/PHOTO"
    " names one"
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(darkroom: "Command", command: tuple[str, ...]) -> None:
    """With --help or -h, and each takes a home."""
    long, short = darkroom(*command, "--help"), darkroom(*command, "-h")

    assert (long.code, long.said) == (0, short.said)
    assert "--home DIR" in long.said


def test_all_commands_are_listed(darkroom: "Command") -> None:
    """By the name alone."""
    said = darkroom("--help").said

    assert [name for (name, *_) in COMMANDS if f"\n  {name} " not in said] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["import", "{tmp}/nowhere"], "{tmp}/nowhere: No such file or directory"),
        (["import"], "name a folder, ZIP, manifest or URL to import, or use --sample"),
        (["results", "nothing"], "there is no batch nothing: `darkroom status` lists them"),
        (["results", "../../etc"], "there is no batch ../../etc: `darkroom status` lists them"),
        (["show", "nothing/1"], NO_PHOTO),
        (["show", "../../etc/passwd"], NO_PHOTO.replace("nothing/1", "../../etc/passwd")),
        (["show", "a/1", "--out", "a.txt"], "a.txt: a picture's name ends in .jpg or .png"),
        (["status", "nothing"], "there is no batch nothing: `darkroom status` lists them"),
        (
            ["accept", "nothing", "--reason", "x"],
            "there is no batch nothing: `darkroom status` lists them",
        ),
        (["accept", "nothing"], "say why the failure is accepted: --reason TEXT"),
        (["retry", "nothing"], "there is no batch nothing: `darkroom status` lists them"),
        (["import", "s3:///nothing"], "s3:///nothing: not of the form s3://bucket/key"),
        (["import", "{tmp}/odd.csv"], ODD_COLUMNS),
    ],
)
def test_what_a_person_can_mend_is_one_sentence(
    darkroom: "Command",
    tmp_path: Path,
    arguments: list[str],
    sentence: str,
) -> None:
    """On standard error, with exit code 2 and no traceback."""
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    ended = darkroom(*(each.format(tmp=tmp_path) for each in arguments))

    assert (ended.code, ended.complained) == (2, f"darkroom: {sentence.format(tmp=tmp_path)}\n")
    assert ended.said == ""


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5"])
def test_a_batch_size_is_a_number_or_auto(darkroom: "Command", size: str) -> None:
    """Anything else is bad usage."""
    ended = darkroom("import", "x", "--batch-size", size)

    assert ended.code == 2
    assert "a whole number above 0, or auto" in ended.complained


@pytest.mark.parametrize("command", [("status",), ("config",), ("doctor",), ("import", "x")])
def test_wrong_settings_are_one_sentence(
    darkroom: "Command",
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    """Whatever was asked for."""
    monkeypatch.setenv("DARKROOM_OCR__ENGIN", "tesserocr")
    ended = darkroom(*command)

    assert (ended.code, ended.said, ended.complained) == (
        2,
        "",
        "darkroom: DARKROOM_OCR__ENGIN is no setting: `darkroom config` lists them all\n",
    )


@pytest.mark.parametrize(
    "command", [("status",), ("doctor",), ("import", "{tmp}/photos"), ("retry",), ("up",)]
)
def test_a_home_that_is_no_folder_is_one_sentence(
    darkroom: "Command",
    tmp_path: Path,
    command: tuple[str, ...],
) -> None:
    """It names the folder that could not be made."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"a")
    (tmp_path / "file").write_text("")
    arguments = [each.format(tmp=tmp_path) for each in command]
    ended = darkroom(*arguments, "--home", str(tmp_path / "file"))

    assert ended.code in (1, 2)
    assert ended.complained.count("\n") == 1
    assert str(tmp_path / "file") in ended.complained


def test_config_says_where_each_setting_came_from(
    darkroom: "Command",
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And shows no secret that stands in a URL."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "darkroom.yaml").write_text(
        "database: {url: 'postgresql+psycopg://me:hunter2@db/records'}\n"
        "s3: {endpoint_url: 'http://me:hunter2@127.0.0.1:9'}\n"
        "intake: {feeds: ['https://me:hunter2@example.org/day.csv?key=hunter2']}\n"
        "codes: {unique_ids: [{name: parcel, pattern: 'DR-.'}]}\n"
    )
    monkeypatch.setenv("DARKROOM_WEB__PORT", "4000")
    monkeypatch.setenv("COLUMNS", "500")  # else a long path is folded
    ended = darkroom("config")
    said = ended.said

    assert ended.code == 0
    assert "hunter2" not in said
    assert "postgresql+psycopg://***@db/records" in said
    assert "https://***@example.org/day.csv?key=***" in said
    assert "[{'pattern': 'DR-.', 'name': 'parcel'}]" in said
    assert "DARKROOM_WEB__PORT" in said
    assert str(home / "darkroom.yaml") in said


def test_config_of_an_empty_home_shows_all_defaults(darkroom: "Command") -> None:
    """Every setting by its name, and nothing is written."""
    said = darkroom("config").said

    for name in ("downloads.max_concurrent_downloads", "validation.min_sharpness", "web.port"):
        assert name in said


def test_status_of_an_empty_home_is_empty(darkroom: "Command") -> None:
    """No batch is no trouble."""
    ended = darkroom("status", "--format", "json")

    assert (ended.code, ended.said) == (0, '{\n  "batches": []\n}\n')


def test_doctor_finds_a_sound_installation_well(darkroom: "Command") -> None:
    """And says how to get what is not needed but missing."""
    ended = darkroom("doctor")

    assert (ended.code, "amiss" in ended.said) == (0, False), ended.said
    for what in ("OCR", "store", "database", "pool cpu", "0 of "):
        assert what in ended.said
    assert "darkroom models fetch yolox_nano" in ended.said
    [languages] = [line for line in ended.said.splitlines() if "Tesseract's languages" in line]
    assert re.search(r"\beng\b.* in /", languages)


def test_doctor_says_how_to_mend_what_is_amiss(
    darkroom: "Command",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A language that is not installed, a database and a store that are away: all in one go."""
    monkeypatch.setenv("DARKROOM_OCR__LANGUAGES", "tlh")
    monkeypatch.setenv("DARKROOM_DATABASE__URL", "postgresql://me:hunter2@127.0.0.1:1/records")
    monkeypatch.setenv("DARKROOM_STORE__URL", "/dev/null/store")
    monkeypatch.setenv("DARKROOM_DETECTOR__MODEL", "/nowhere/model.onnx")
    ended = darkroom("doctor")

    assert ended.code == 1
    assert ended.said.count("amiss") == 4
    assert "hunter2" not in ended.said
    assert "Tesseract has no data for tlh in /" in " ".join(ended.said.replace("│", " ").split())


@pytest.mark.usefixtures("s3_server")  # for its credentials
def test_doctor_names_an_address_of_s3_that_cannot_be(
    darkroom: "Command", monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its setting, as what is amiss with the store."""
    monkeypatch.setenv("DARKROOM_STORE__URL", "s3://bucket/darkroom")
    monkeypatch.setenv("DARKROOM_S3__ENDPOINT_URL", "http://me:hunter2@foo bar")
    ended = darkroom("doctor")

    assert (ended.code, ended.complained) == (1, "")
    assert "s3.endpoint_url" in ended.said
    assert "hunter2" not in ended.said


def test_doctor_looks_for_a_models_key_and_asks_nothing(
    darkroom: "Command", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which variable holds it is said, what is in it never."""
    monkeypatch.setenv("DARKROOM_VISION__MODEL", "google:gemini-of-the-test")
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    without = darkroom("doctor")
    monkeypatch.setenv("GEMINI_API_KEY", "hunter2")
    found = darkroom("doctor")

    assert (without.code, without.said.count("amiss")) == (1, 1)
    assert "GOOGLE_API_KEY" in without.said
    assert found.code == 0, found.said
    assert "GEMINI_API_KEY" in found.said
    assert "hunter2" not in found.said


def test_an_import_of_nothing_new_needs_no_run(darkroom: "Command", tmp_path: Path) -> None:
    """An empty folder holds no photos, and that is no trouble."""
    (tmp_path / "empty").mkdir()
    ended = darkroom("import", str(tmp_path / "empty"))

    assert (ended.code, ended.said) == (
        0,
        f"{tmp_path / 'empty'}: 0 new photos in 0 batches\n",
    )


def test_a_source_that_is_named_twice_is_run_once(
    darkroom: "Command", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second mention finds the first one's batch waiting; the batch is still one."""
    ran: list[list[str]] = []
    monkeypatch.setattr(
        importing,
        "run_batches",
        lambda _console, _adapters, batches: ran.append([each.key for each in batches]) or 0,
    )
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"never looked at here")

    ended = darkroom("import", str(tmp_path / "photos"), str(tmp_path / "photos"))

    assert ended.code == 0
    assert [len(keys) for keys in ran] == [1]


def test_a_source_that_cannot_be_read_does_not_hold_up_the_others(
    darkroom: "Command", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is said once, what was opened is run, and the exit code tells."""
    ran: list[int] = []
    monkeypatch.setattr(
        importing, "run_batches", lambda _console, _adapters, batches: ran.append(len(batches)) or 0
    )
    for name in ("first", "last"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.jpg").write_bytes(b"never looked at here")
    ended = darkroom("import", "first", "missing.zip", "", "last")

    assert (ended.code, ran) == (2, [2])
    assert ended.complained == (
        "darkroom: missing.zip: No such file or directory\n"
        "darkroom: '': is blank; name a folder, file or URL\n"
    )


def test_an_interrupted_import_ends_as_one(
    darkroom: "Command", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when one of its sources could not be read."""
    monkeypatch.setattr(importing, "run_batches", lambda *_: importing.INTERRUPTED)
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"never looked at here")

    assert darkroom("import", "missing.zip", "photos").code == importing.INTERRUPTED


@pytest.mark.parametrize(
    ("arguments", "limit"),
    [
        (["up", "--port", "70000"], "less than or equal to 65535"),
        (["up", "--port", "-1"], "greater than or equal to 0"),
        (["import", "x", "--priority", "2147483648"], "less than or equal to 2147483647"),
        (["import", "x", "--priority", "-9999999999"], "greater than or equal to -2147483648"),
    ],
)
def test_a_number_out_of_range_is_bad_usage(
    darkroom: "Command", arguments: list[str], limit: str
) -> None:
    """It says what would do, before anything is read or made."""
    ended = darkroom(*arguments)

    assert (ended.code, ended.said) == (2, "")
    assert limit in ended.complained


def test_a_wrong_parameter_of_the_database_is_one_sentence(
    darkroom: "Command", monkeypatch: pytest.MonkeyPatch
) -> None:
    """The setting is named, and the password is not."""
    url = "postgresql://me:hunter2@127.0.0.1/x?connect_timeout=abc"
    monkeypatch.setenv("DARKROOM_DATABASE__URL", url)
    ended = darkroom("status")

    assert (ended.code, ended.said, ended.complained) == (
        2,
        "",
        "darkroom: database.url: bad value for connect_timeout: 'abc'\n",
    )


@pytest.mark.parametrize("damaged", ["runs/index.db", "runs.db"])
@pytest.mark.parametrize("command", ["status", "retry"])
def test_a_damaged_history_is_one_sentence(
    darkroom: "Command", tmp_path: Path, damaged: str, command: str
) -> None:
    """Nothing is written over it."""
    darkroom("retry")
    file = tmp_path / "home" / "history" / damaged
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.unlink()
    file.write_bytes(b"these are my notes, not a database " * 100)
    ended = darkroom(command)

    assert (ended.code, ended.said, ended.complained.count("\n")) == (2, "", 1)
    assert f"a database of Dagster in {tmp_path / 'home'} cannot be read (file is not a" in (
        ended.complained
    )
    assert file.read_bytes() == b"these are my notes, not a database " * 100


def test_a_dagster_yaml_that_is_not_utf8_is_one_sentence(
    darkroom: "Command", tmp_path: Path
) -> None:
    """Dagster could not read it, and it is not ours to write over."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dagster.yaml").write_bytes(b"# caf\xe9\n")
    ended = darkroom("status")

    file = tmp_path / "home" / "dagster.yaml"
    sentence = f"darkroom: {file} is not UTF-8: write it anew or remove it\n"
    assert (ended.code, ended.complained) == (2, sentence)
