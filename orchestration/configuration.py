"""Settings from `darkroom.yaml` and the environment, and where each came from."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from darkroom.errors import SettingsInvalid
from darkroom.recognition.unique_ids import check_patterns
from darkroom.settings import Section, Settings
from orchestration.home import HOME_VARIABLE, Home

PREFIX = "DARKROOM_"
DELIMITER = "__"


class _Environment(Settings, BaseSettings):
    """Reads what the environment says; `darkroom.yaml` is given to it as initial values."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, extra="forbid", frozen=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the hook's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the hook's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the hook's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings


def settings_file(home: Home) -> Path | None:
    """`darkroom.yaml` in the home or, failing that, where we stand."""
    for path in (home.settings_file, Path.cwd() / home.settings_file.name):
        if path.is_file():
            return path
    return None


def load_settings(home: Home) -> Settings:
    """The effective settings. Raises `SettingsInvalid` with what to change."""
    variables = list(_variables())
    _refuse_unknown(variables)
    path = settings_file(home)
    values = _read(path) if path else {}
    try:
        loaded = _Environment(**values)
    except ValidationError as error:
        raise SettingsInvalid(_sentence(error, variables, path)) from error
    settings = Settings.model_validate(loaded.model_dump())
    check_patterns(settings.codes.unique_ids)
    _check_cron("intake.feed_cron", settings.intake.feed_cron, "*/10 * * * *")
    _check_cron("maintenance.cron", settings.maintenance.cron, "30 3 * * *")
    return settings


def as_variable(section: str, key: str, value: object) -> dict[str, str]:
    """A setting as the environment gives it to another process."""
    return {f"{PREFIX}{section}{DELIMITER}{key}".upper(): json.dumps(value)}


def _check_cron(name: str, value: str, example: str) -> None:
    if value == example:  # the default; a command that needs nothing else of Dagster is quicker
        return
    from dagster._utils.schedules import is_valid_cron_string

    if not is_valid_cron_string(value):
        raise SettingsInvalid(
            f"{name} {value!r} is no cron schedule of five fields, such as {example}"
        )


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """One setting as it is in force."""

    name: str
    value: Any
    source: str
    description: str


def effective_settings(home: Home, settings: Settings) -> Iterator[EffectiveSetting]:
    """Every setting with its value and where that came from."""
    path = settings_file(home)
    written = _read(path) if path else {}
    variables = list(_variables())
    for section, value in settings:
        for key, field in type(value).model_fields.items():
            source = "default"
            if _has(written.get(section), key):
                source = str(path)
            for variable in variables:
                if variable.gives(section, key):
                    source = variable.shown
            yield EffectiveSetting(
                f"{section}.{key}", getattr(value, key), source, field.description or ""
            )


@dataclass(frozen=True, slots=True, order=True)
class _Variable:
    """One of our names in the environment: a section as JSON, or one key of it."""

    section: str
    key: str
    """Empty for a whole section. Sorts first: the key's own variable wins."""
    name: str

    @property
    def shown(self) -> str:
        return self.name.upper()

    def gives(self, section: str, key: str) -> bool:
        if self.section != section:
            return False
        return self.key == key or (not self.key and _has(self.parsed(), key))

    def parsed(self) -> object:
        """Raises `SettingsInvalid` for what is not JSON."""
        try:
            return json.loads(os.environ[self.name])
        except ValueError as error:
            raise SettingsInvalid(
                f'{self.shown} is not JSON; a list is written such as ["car", "bus"]'
            ) from error


def _variables() -> Iterator[_Variable]:
    for name in sorted(os.environ):
        upper = name.upper()
        if upper.startswith(PREFIX) and upper != HOME_VARIABLE:
            section, _, key = upper.removeprefix(PREFIX).lower().partition(DELIMITER)
            yield _Variable(section, key, name)


def _refuse_unknown(variables: Iterable[_Variable]) -> None:
    """The settings library ignores unknown sections, and names no variable that is not JSON."""
    defaults = Settings()
    for variable in variables:
        section = getattr(defaults, variable.section, None)
        keys = {"", *type(section).model_fields} if isinstance(section, Section) else set[str]()
        if variable.key not in keys:
            raise SettingsInvalid(
                f"{variable.name} is no setting: `darkroom config` lists them all"
            )
        if not variable.key or isinstance(getattr(section, variable.key), list):
            variable.parsed()


def _has(values: object, key: str) -> bool:
    return isinstance(values, Mapping) and key in values


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.MarkedYAMLError as error:
        # All that it says would quote the line, which may hold a password.
        mark = error.problem_mark
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SettingsInvalid(f"{path} cannot be read: {error.problem}{where}") from None
    except (OSError, ValueError, yaml.YAMLError) as error:  # ValueError: no UTF-8, or no such day
        raise SettingsInvalid(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise SettingsInvalid(f"{path} must hold sections, such as `downloads:`")
    # A section whose keys are all commented out.
    return {section: value for section, value in values.items() if value is not None}


def _sentence(error: ValidationError, variables: Sequence[_Variable], path: Path | None) -> str:
    """Each problem under the name of what has to be changed."""
    problems: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_input=False):
        section, key = (*map(str, problem["loc"]), "")[:2]
        place = f"{path}: {section}.{key}{_inside(problem['loc'][2:])}".rstrip(".")
        for variable in variables:
            if variable.gives(section, key) or (variable.section == section and not key):
                place = variable.shown
        problems.setdefault(place, []).append(problem["msg"])
    return "; ".join(f"{place}: {' or '.join(said)}" for place, said in problems.items())


def _inside(place: tuple[int | str, ...]) -> str:
    """Which key of which item of a list of sections, counted from 1."""
    match place:
        case (int(position), str(key), *_):
            return f"[{position + 1}].{key}"
    return ""
