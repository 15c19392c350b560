"""The shape that a vision model's answers have, and how an answer is held against it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from pydantic import BaseModel, ValidationError

from darkroom.entities.rules import KEYWORD, EntityRules, without_rules

Json = Any
"""What `json.loads` returns."""

_MAX_PROBLEMS = 5


class AnswerBroken(Exception):
    """An answer that does not have the shape. What it says is told to the model."""


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """A named shape of answers."""

    name: str
    json_schema: Mapping[str, Json]
    """Of an object, as the model is told of it."""
    validated: Callable[[Json], Json]
    """The answer as it is kept. Raises `AnswerBroken`."""
    prompt: str
    """What to ask for, unless the settings say something else."""
    entities: EntityRules | None = None
    """How what is read from many photos becomes entities; None where it does not."""

    @classmethod
    def of(cls, name: str, model: type[BaseModel], prompt: str) -> Self:
        """The shape that a pydantic model describes."""
        schema = model.model_json_schema()
        extra = model.model_config.get("json_schema_extra")
        if KEYWORD in schema and isinstance(extra, dict):
            schema[KEYWORD] = extra[KEYWORD]  # pydantic sorts it, and the order of fields is meant
        told, entities = without_rules(schema, name)
        return cls(name, told, _by_model(model), prompt, entities)

    @property
    def digest(self) -> str:
        """Changes with anything that the model is told of the shape."""
        return sha256(canonical(self.json_schema).encode()).hexdigest()

    def checked(self, answer: Json) -> str:
        """The answer in its one spelling. Raises `AnswerBroken`."""
        return canonical(self.validated(answer))


def canonical(value: Json) -> str:
    """JSON with sorted keys and no spaces: equal values are equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _by_model(model: type[BaseModel]) -> Callable[[Json], Json]:
    def validated(answer: Json) -> Json:
        try:
            return model.model_validate(answer).model_dump(mode="json")
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False, include_context=False)
            raise AnswerBroken(
                "; ".join(
                    f"{'.'.join(map(str, each['loc'])) or 'the answer'}: {each['msg']}"
                    for each in wrong[:_MAX_PROBLEMS]
                )
            ) from error

    return validated
