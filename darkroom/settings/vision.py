"""The section `vision`."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from darkroom.settings.section import Section


class VisionSettings(Section):
    """Asking a vision model about photos. Its key comes from the environment and nowhere else."""

    model: str | None = Field(
        None,
        description="provider:model as pydantic-ai has them, such as google:gemini-3.5-flash-lite,"
        " openai:…, ollama:… or vllm:…. Unset: no photo is asked about.",
    )
    base_url: str | None = Field(
        None,
        description="Where the provider's API is, such as http://127.0.0.1:11434/v1 for Ollama."
        " Unset: the provider's own.",
    )
    answer_schema: str = Field(
        "photo",
        description="Shape of the answers: photo, shows, a pydantic model as package.module:Name,"
        " or the path of a JSON Schema file (*.json).",
    )
    prompt: str | None = Field(None, description="What is asked. Unset: the schema's own prompt.")
    answers_by: Literal["native", "tool", "prompted"] = Field(
        "native",
        description="How the shape is asked for: native, the API's structured output; tool, a call"
        " with arguments; prompted, in words, for servers that can do neither.",
    )
    max_concurrent_requests: Annotated[int, Field(ge=1, le=5)] = Field(
        4,
        description="Requests under way at once in this home (pool `vision` lets one step ask)."
        " workers.max_workers 1: one.",
    )
    requests_per_minute: PositiveInt | None = Field(
        None, description="Requests, evenly spread. Unset: no limit of our own."
    )
    tokens_per_minute: PositiveInt | None = Field(
        None, description="Tokens, input and output together. Unset: no limit of our own."
    )
    timeout_s: PositiveFloat = Field(
        30,
        description="Seconds that the model may take for one photo, all its requests together;"
        " waiting for a turn or before another attempt does not count.",
    )
    max_retries: NonNegativeInt = Field(
        3,
        description="Further requests for a photo after a 429, a 5xx or a broken connection; after"
        " as long as `Retry-After` says, when it does.",
    )
    max_retry_wait_s: PositiveFloat = Field(
        60, description="Longest wait before one; a service that asks for more is away."
    )
    max_schema_retries: NonNegativeInt = Field(
        2,
        description="Further requests for a photo whose answer breaks the schema, with what is"
        " wrong; counted apart from max_retries.",
    )
    max_photos_per_batch: PositiveInt | None = Field(
        None, description="Photos of a batch asked about, in all its runs. The rest is left out."
    )
    max_tokens_per_batch: PositiveInt | None = Field(
        None,
        description="Tokens for a batch, in all its runs, after which the rest is left out; what is"
        " under way then ends.",
    )
    input_usd_per_million_tokens: NonNegativeFloat | None = Field(
        None,
        description="For the estimate of costs. Unset: the list of prices that comes with"
        " pydantic-ai, or none for a model that is not on it.",
    )
    output_usd_per_million_tokens: NonNegativeFloat | None = Field(
        None, description="The same, of what the model writes."
    )

    @model_validator(mode="before")
    @classmethod
    def _no_key(cls, given: object) -> object:
        """What holds a secret is not taken from where secrets are found later."""
        if isinstance(given, dict) and {"api_key", "key", "token"} & {*map(str, given)}:
            raise ValueError(
                "the model's key is taken from the environment only, such as GOOGLE_API_KEY or"
                " OPENAI_API_KEY: remove it here"
            )
        return given

    @field_validator("model")
    @classmethod
    def _with_provider(cls, model: str | None) -> str | None:
        if model is not None and not all(model.partition(":")):
            raise ValueError(
                "a model is named provider:model, such as google:gemini-3.5-flash-lite"
            )
        return model

    @field_validator("base_url")
    @classmethod
    def _without_secrets(cls, url: str | None) -> str | None:
        if url is not None:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("an address is written such as http://127.0.0.1:11434/v1")
            if parts.username or parts.password or parts.query:
                raise ValueError("an address has no user, password or query in it")
        return url
