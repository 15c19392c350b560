"""The shapes of answers that come with Darkroom."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from darkroom.entities.rules import KEYWORD, EntityRules, Exactly, Kind, Nearly, Spelling
from darkroom.vision.answer_schema import AnswerSchema


class PhotoAnswer(BaseModel):
    """What is to be seen on a photo."""

    model_config = ConfigDict(extra="forbid")

    caption: str = Field(description="One sentence that says what the photo shows.")
    tags: list[str] = Field(description="Five to ten single words in lower case.")
    visible_text: str = Field(description="All text that can be read, line by line; else empty.")
    people_count: Annotated[int, Field(ge=0)] = Field(description="How many people can be seen.")
    quality_notes: list[str] = Field(
        description="What is wrong with the photo, such as blur, glare or a cut-off subject."
    )


class Show(BaseModel):
    """One event. What the picture does not say is null."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(description="The name of the event, as written.")
    venue: str | None = Field(None, description="The place it is held at.")
    weekday: str | None = Field(None, description="The day of the week, such as Friday.")
    start: str | None = Field(None, description="When it begins, such as 20:00.")
    end: str | None = Field(None, description="When it ends.")
    address: str | None = Field(None, description="Street and number, as written.")
    host: str | None = Field(None, description="Who presents or moderates it.")
    confidence: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None, description="How sure you are of having read this event right, 0 to 1."
    )


_SHOWS = EntityRules(
    items="events",
    fields={
        "title": Kind.TEXT,
        "venue": Kind.TEXT,
        "weekday": Kind.WEEKDAY,
        "start": Kind.TIME,
        "end": Kind.TIME,
        "address": Kind.TEXT,
        "host": Kind.TEXT,
    },
    keys={"title": Spelling(), "venue": Spelling(), "weekday": Exactly(), "start": Nearly()},
    required=["title"],
    ranges={"start": "end"},
    confidence="confidence",
)


class ShowsAnswer(BaseModel):
    """The events that a screenshot lists."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={KEYWORD: _SHOWS.model_dump(mode="json")}
    )

    events: list[Show] = Field(description="Every event, in the order of the picture.")


BUILT_IN = {
    schema.name: schema
    for schema in (
        AnswerSchema.of(
            "photo",
            PhotoAnswer,
            "Describe this photo. Say only what can be seen; invent nothing, and transcribe text"
            " exactly as it is written.",
        ),
        AnswerSchema.of(
            "shows",
            ShowsAnswer,
            "This is a screenshot that lists events. Read every event from it, each field exactly"
            " as it is written. Leave out what is not there; invent nothing.",
        ),
    )
}
"""By the name that `vision.answer_schema` gives."""
