"""Settings from `darkroom.yaml` and the environment, and where each came from."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from darkroom.errors import SettingsInvalid
from darkroom.settings import Settings
from darkroom.unique_ids import check_pattern
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
    _refuse_unknown_names()
    path = settings_file(home)
    values = _read(path) if path else {}
    try:
        loaded = _Environment(**values)
    except ValidationError as error:
        raise SettingsInvalid(_sentence(error, path)) from error
    except ValueError as error:  # an environment value that is not the JSON it should be
        raise SettingsInvalid(f'{error}: lists are written as JSON, such as ["car"]') from error
    settings = Settings.model_validate(loaded.model_dump())
    check_pattern(settings.codes.unique_id_pattern)
    return settings


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
    for section, value in settings:
        for key, field in type(value).model_fields.items():
            variable = f"{PREFIX}{section}{DELIMITER}{key}".upper()
            source = "default"
            if _has(written, section, key):
                source = str(path)
            if variable in {name.upper() for name in os.environ}:
                source = variable
            yield EffectiveSetting(
                f"{section}.{key}", getattr(value, key), source, field.description or ""
            )


def _has(written: Mapping[str, Any], section: str, key: str) -> bool:
    values = written.get(section)
    return isinstance(values, Mapping) and key in values


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsInvalid(f"{path} cannot be read: {error}") from error
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise SettingsInvalid(f"{path} must hold sections, such as `downloads:`")
    return values


def _refuse_unknown_names() -> None:
    """The settings library ignores variables of unknown sections: a misspelling would pass."""
    sections = {section.upper() for section in Settings.model_fields}
    for name in os.environ:
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper == HOME_VARIABLE:
            continue
        if upper.removeprefix(PREFIX).partition(DELIMITER)[0] not in sections:
            raise SettingsInvalid(f"{name} is no setting: `darkroom config` lists them all")


def _sentence(error: ValidationError, path: Path | None) -> str:
    problems = "; ".join(
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
    )
    return f"settings from {path or 'the environment'} are invalid: {problems}"
