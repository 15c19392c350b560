"""Settings from defaults, `darkroom.yaml` and the environment."""

from pathlib import Path

import pytest

from darkroom.errors import SettingsInvalid
from darkroom.settings import Settings
from orchestration.configuration import effective_settings, load_settings
from orchestration.home import HOME_VARIABLE, Home


def sources(home: Home, *names: str) -> dict[str, tuple[object, str]]:
    return {
        setting.name: (setting.value, setting.source)
        for setting in effective_settings(home, load_settings(home))
        if setting.name in names
    }


def test_without_a_word_the_defaults_hold(home: Home) -> None:
    """An empty home is a complete one."""
    assert load_settings(home) == Settings()


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each setting comes from the nearest place that names it, and says which."""
    home.settings_file.write_text("ocr: {engine: pytesseract, languages: deu}\n")
    monkeypatch.setenv("DARKROOM_OCR__LANGUAGES", "eng+deu")

    assert sources(home, "ocr.engine", "ocr.languages", "ocr.enabled") == {
        "ocr.engine": ("pytesseract", str(home.settings_file)),
        "ocr.languages": ("eng+deu", "DARKROOM_OCR__LANGUAGES"),
        "ocr.enabled": (True, "default"),
    }


def test_a_whole_section_from_the_environment_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One JSON value may set several at once; others of the section keep their place."""
    home.settings_file.write_text("runs: {max_import_runs: 7}\n")
    monkeypatch.setenv("DARKROOM_RUNS", '{"max_concurrent_runs": 3}')

    names = ("runs.max_concurrent_runs", "runs.max_import_runs", "runs.max_steps_per_run")
    assert sources(home, *names) == {
        "runs.max_concurrent_runs": (3, "DARKROOM_RUNS"),
        "runs.max_import_runs": (7, str(home.settings_file)),
        "runs.max_steps_per_run": (3, "default"),
    }


def test_names_in_the_environment_may_be_lower_case(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And are told as they are written everywhere else."""
    monkeypatch.setenv("darkroom_downloads__max_retries", "0")

    assert sources(home, "downloads.max_retries") == {
        "downloads.max_retries": (0, "DARKROOM_DOWNLOADS__MAX_RETRIES")
    }


def test_the_file_in_the_home_comes_before_the_one_where_we_stand(home: Home) -> None:
    """Only one of them is read."""
    (Path.cwd() / "darkroom.yaml").write_text("web: {port: 1}\nruns: {max_import_runs: 9}\n")
    assert load_settings(home).web.port == 1

    home.settings_file.write_text("web: {port: 2}\n")
    assert load_settings(home).web.port == 2
    assert load_settings(home).runs.max_import_runs == Settings().runs.max_import_runs


def test_lists_are_written_as_json_in_the_environment(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the message says when they are not."""
    monkeypatch.setenv("DARKROOM_DETECTOR__LABELS", '["car", "bus"]')
    assert load_settings(home).detector.labels == ["car", "bus"]

    monkeypatch.setenv("DARKROOM_DETECTOR__LABELS", "car,bus")
    with pytest.raises(
        SettingsInvalid, match=r'^DARKROOM_DETECTOR__LABELS is not JSON; .*\["car", "bus"\]'
    ):
        load_settings(home)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "DARKROOM_OCR__ENGIN",
            "tesserocr",
            "DARKROOM_OCR__ENGIN is no setting: `darkroom config` lists them all",
        ),
        (
            "DARKROOM_OCRR__ENGINE",
            "tesserocr",
            "DARKROOM_OCRR__ENGINE is no setting: `darkroom config` lists them all",
        ),
        (
            "DARKROOM_WEB__PORT",
            "70000",
            "DARKROOM_WEB__PORT: Input should be less than or equal to 65535",
        ),
        (
            "DARKROOM_OCR__ENGINE",
            "magic",
            "DARKROOM_OCR__ENGINE: Input should be 'tesserocr', 'pytesseract' or 'rapidocr'",
        ),
        (
            "DARKROOM_VALIDATION__DARK",
            "perhaps",
            "DARKROOM_VALIDATION__DARK: Input should be 'reject', 'warn' or 'off'",
        ),
        (
            "DARKROOM_INTAKE__BATCH_SIZE",
            "0",
            "DARKROOM_INTAKE__BATCH_SIZE: Input should be 'auto' or Input should be greater than 0",
        ),
    ],
)
def test_what_is_wrong_in_the_environment_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    """By the variable that holds it, not by the file that does not."""
    home.settings_file.write_text("web: {host: 127.0.0.1}\n")
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsInvalid) as refused:
        load_settings(home)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ocr: {engin: tesserocr}", "ocr.engin: Extra inputs are not permitted"),
        ("orc: {engine: tesserocr}", "orc: Extra inputs are not permitted"),
        (
            "web: {port: -1}",
            "web.port: Input should be greater than or equal to 0",
        ),
        ("- web", "must hold sections, such as `downloads:`"),
        ("just text", "must hold sections, such as `downloads:`"),
        ("1: {}", "must hold sections, such as `downloads:`"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(home: Home, text: str, problem: str) -> None:
    """By file and key: a misspelt setting is not silently ignored."""
    home.settings_file.write_text(text)

    with pytest.raises(SettingsInvalid) as refused:
        load_settings(home)
    assert str(refused.value) in (
        f"{home.settings_file}: {problem}",
        f"{home.settings_file} {problem}",
    )


def test_a_key_in_the_file_is_refused_and_not_repeated(home: Home) -> None:
    """What holds a secret comes from the environment, by the name that the provider gives it."""
    home.settings_file.write_text("vision: {model: 'google:gemini', api_key: hunter2}\n")

    with pytest.raises(SettingsInvalid) as refused:
        load_settings(home)
    assert "taken from the environment only, such as GOOGLE_API_KEY" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model", "gemini"),
        ("model", "google:"),
        ("base_url", "127.0.0.1:8000"),
        ("base_url", "ftp://127.0.0.1/v1"),
        ("base_url", "http://user:hunter2@127.0.0.1/v1"),
        ("base_url", "http://127.0.0.1/v1?key=hunter2"),
        ("max_concurrent_requests", "6"),
        ("api_key", "hunter2"),
    ],
)
def test_what_a_vision_model_is_not_named_by(
    home: Home, monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    """One sentence that does not repeat a secret."""
    monkeypatch.setenv(f"DARKROOM_VISION__{key.upper()}", value)

    with pytest.raises(SettingsInvalid, match=f"DARKROOM_VISION__{key.upper()}") as refused:
        load_settings(home)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        b"web: [unclosed",
        b"\xff\xfe\x00",
        b"a: b: c",
        b"!!python/object:os.system {}",
        b"a: 2020-13-45",
    ],
)
def test_a_file_that_is_no_yaml_is_one_sentence(home: Home, content: bytes) -> None:
    """It names the file, in one line."""
    home.settings_file.write_bytes(content)

    with pytest.raises(SettingsInvalid) as refused:
        load_settings(home)
    assert str(refused.value).startswith(f"{home.settings_file} cannot be read: ")
    assert "\n" not in str(refused.value)


def test_a_line_that_is_no_yaml_is_not_repeated(home: Home) -> None:
    """It may hold a password; where it is and what is wrong with it are said."""
    home.settings_file.write_text(
        "database:\n  url: postgresql://bob:hunter2@db: 5432/x\n", encoding="utf-8"
    )

    with pytest.raises(SettingsInvalid) as refused:
        load_settings(home)
    assert str(refused.value) == (
        f"{home.settings_file} cannot be read: mapping values are not allowed here"
        " in line 2, column 35"
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "web:\nocr:\n"])
def test_an_empty_file_or_section_says_nothing(home: Home, text: str) -> None:
    """A section whose keys are all commented out keeps its defaults."""
    home.settings_file.write_text(text)

    assert load_settings(home) == Settings()


def test_a_wrong_pattern_is_a_wrong_setting(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before any photo is looked at."""
    monkeypatch.setenv("DARKROOM_CODES__UNIQUE_IDS", '[{"pattern": "a"}, {"pattern": "ID-("}]')

    with pytest.raises(SettingsInvalid) as refused:
        load_settings(home)
    assert str(refused.value) == (
        "codes.unique_ids: pattern 2 is not a regular expression:"
        " missing ), unterminated subpattern at position 3"
    )


def test_a_wrong_key_of_an_item_is_named(home: Home) -> None:
    """Which item of the list, and which of its keys."""
    home.settings_file.write_text("codes:\n  unique_ids:\n  - {pattern: a}\n  - {patern: b}\n")

    with pytest.raises(SettingsInvalid) as refused:
        load_settings(home)
    assert str(refused.value) == (
        f"{home.settings_file}: codes.unique_ids[2].pattern: Field required;"
        f" {home.settings_file}: codes.unique_ids[2].patern: Extra inputs are not permitted"
    )


def test_a_wrong_schedule_is_a_wrong_setting(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster would refuse it only when everything else is in place."""
    monkeypatch.setenv("DARKROOM_INTAKE__FEED_CRON", "daily, please")

    with pytest.raises(SettingsInvalid, match=r"intake\.feed_cron 'daily, please' is no cron"):
        load_settings(home)


def test_the_home_is_the_one_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By option, else by environment, else `.darkroom` where we stand; always absolute."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(HOME_VARIABLE, "elsewhere")
    assert Home.named(Path("given")).root == tmp_path / "given"
    assert Home.named().root == tmp_path / "elsewhere"

    monkeypatch.setenv(HOME_VARIABLE, "")
    assert Home.named().root == tmp_path / ".darkroom"
    assert Home.named(Path("~/photos")).root == Path.home() / "photos"


@pytest.mark.parametrize(
    ("taken", "why"), [("home", "Not a directory"), ("home/inbox", "File exists")]
)
def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path, taken: str, why: str) -> None:
    """A file where a folder should be."""
    path = tmp_path / taken
    path.parent.mkdir(exist_ok=True)
    path.write_text("")

    with pytest.raises(SettingsInvalid) as refused:
        Home(tmp_path / "home").make()
    assert str(refused.value) == (
        f"{tmp_path / 'home' / 'inbox'} cannot be made ({why}): choose another --home"
    )
