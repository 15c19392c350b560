"""The schema that the settings name: one built in, a pydantic model, or a JSON Schema file."""

import importlib
import json
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel

from darkroom.entities.rules import without_rules
from darkroom.errors import EngineUnavailable, SettingsInvalid
from darkroom.vision.answer_schema import AnswerBroken, AnswerSchema, Json
from darkroom.vision.built_in_schemas import BUILT_IN

_PROMPT = (
    "Answer from this photo what the schema asks for. Say only what can be seen; what the photo"
    " does not show is left out or null."
)


def answer_schema(named: str) -> AnswerSchema:
    """Raises `SettingsInvalid` for what cannot be used as one."""
    if named in BUILT_IN:
        return BUILT_IN[named]
    if named.endswith(".json"):
        return _from_file(Path(named))
    if ":" in named:
        return _from_model(named)
    raise SettingsInvalid(
        f"vision.answer_schema {named!r} is none of {', '.join(BUILT_IN)}, no package.module:Name"
        " and no *.json file"
    )


def _from_model(named: str) -> AnswerSchema:
    module, _, name = named.partition(":")
    try:
        model = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsInvalid(f"vision.answer_schema {named}: {error}") from error
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        raise SettingsInvalid(f"vision.answer_schema {named} is no pydantic model")
    return AnswerSchema.of(name, model, _PROMPT)


def _from_file(path: Path) -> AnswerSchema:
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"vision.answer_schema: {path} cannot be read: {error}") from error
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise SettingsInvalid(f"vision.answer_schema: {path} must describe an object at its top")
    told, entities = without_rules(schema, path.name)
    return AnswerSchema(path.stem, told, _by_json_schema(path, told), _PROMPT, entities)


def _by_json_schema(path: Path, schema: Json) -> Callable[[Json], Json]:
    """By jsonschema, the reference implementation in Python, which knows every draft."""
    try:
        from jsonschema.exceptions import SchemaError, best_match
        from jsonschema.validators import validator_for
        from referencing import Registry
    except ImportError as error:
        raise EngineUnavailable(
            f"vision.answer_schema {path} needs the package jsonschema: {HOW_TO_INSTALL}"
        ) from error
    kind = validator_for(schema)
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        raise SettingsInvalid(
            f"vision.answer_schema: {path} is no JSON Schema: {error.message}"
        ) from error
    validator = kind(schema, registry=Registry())  # nothing is looked up elsewhere

    def validated(answer: Json) -> Json:
        wrong = best_match(validator.iter_errors(answer))
        if wrong is not None:
            raise AnswerBroken(f"{wrong.json_path}: {wrong.message}")
        return answer

    return validated


HOW_TO_INSTALL = "`make vision` installs it, or pip with Darkroom's extra `vision`"
