"""What a schema says of its entities: where its items are, and what makes two of them one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from darkroom.errors import SettingsInvalid

KEYWORD = "x-entities"
"""The member of a JSON Schema that holds the rules."""


class Kind(StrEnum):
    """What a field's text means."""

    TEXT = "text"
    TIME = "time"
    WEEKDAY = "weekday"


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spelling(_Rule):
    """Names: spelled alike, or one a shorter form of the other."""

    compare: Literal["text"] = "text"
    min_similarity: Annotated[float, Field(gt=50, le=100)] = 80
    """Of 100, by edits; two that are no more than twice as far apart do not contradict."""


class Exactly(_Rule):
    """The same but for case, accents and punctuation."""

    compare: Literal["exact"] = "exact"


class Nearly(_Rule):
    """Times of day; two that are no more than twice as far apart do not contradict."""

    compare: Literal["time"] = "time"
    within_minutes: Annotated[int, Field(ge=0, le=360)] = 15


Comparison = Annotated[Spelling | Exactly | Nearly, Field(discriminator="compare")]


class EntityRules(_Rule):
    """How items read from many photos become entities."""

    items: str | None = None
    """The member of the answer that lists them; None where the answer itself is the one item."""
    fields: dict[str, Kind] = Field(min_length=1)
    """All that an entity has, in the order in which it is shown. Other members are left alone."""
    keys: dict[str, Comparison] = Field(min_length=1)
    """Fields that say which entity an item is of."""
    required: list[str] = []
    """An item without one of these is dropped."""
    min_keys: PositiveInt = 2
    """An item that has fewer of its keys is joined only with those that say just the same."""
    ranges: dict[str, str] = {}
    """Times that may be ranges, such as 8-11pm, with the field that the end goes to."""
    confidence: str | None = None
    """The member of an item that says how sure the model is, 0 to 1."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        named = {*self.keys, *self.required, *self.ranges, *self.ranges.values()}
        if unknown := named - self.fields.keys():
            raise ValueError(f"{', '.join(sorted(unknown))}: not among the fields")
        times = {name for name, rule in self.keys.items() if isinstance(rule, Nearly)}
        times |= {*self.ranges, *self.ranges.values()}
        if wrong := sorted(name for name in times if self.fields[name] is not Kind.TIME):
            raise ValueError(f"{', '.join(wrong)}: compared as a time, and not one")
        return self


def without_rules(
    schema: Mapping[str, Any], name: str
) -> tuple[dict[str, Any], EntityRules | None]:
    """A JSON Schema as a model is told of it, and the rules that it brings under `KEYWORD`.

    None for one whose answers have no entities. Raises `SettingsInvalid` for rules that contradict
    themselves.
    """
    told = {key: value for key, value in schema.items() if key != KEYWORD}
    if KEYWORD not in schema:
        return told, None
    try:
        return told, EntityRules.model_validate(schema[KEYWORD])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, (KEYWORD, *first["loc"])))
        raise SettingsInvalid(f"the schema {name}: {where}: {first['msg']}") from error
