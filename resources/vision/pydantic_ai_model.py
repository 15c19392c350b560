"""A vision model behind pydantic-ai: Gemini, any OpenAI-compatible server, and others."""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from anyio.from_thread import start_blocking_portal
from pydantic_ai import (
    Agent,
    BinaryContent,
    ModelRetry,
    NativeOutput,
    PromptedOutput,
    StructuredDict,
    ToolOutput,
)
from pydantic_ai.exceptions import (
    ContentFilterError,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.messages import UserContent
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from darkroom.errors import ModelUnusable
from darkroom.settings import VisionSettings
from darkroom.vision.answer_schema import AnswerBroken
from darkroom.vision.asking import Answer, AnswerMissing, Asked
from darkroom.vision.pace import Pace
from resources.vision.attempts import Attempts
from resources.vision.prices import Prices
from resources.vision.providers import client_of

_OUTPUTS: dict[str, Any] = {"native": NativeOutput, "tool": ToolOutput, "prompted": PromptedOutput}


class PydanticAiModel:
    """Open while its context is. Requests are made in a thread of its own, that of an event loop.

    Raises `ModelUnusable` or `EngineUnavailable` when there is no such model.
    """

    def __init__(self, settings: VisionSettings, asked: Asked) -> None:
        self._settings = settings
        self._asked = asked
        self._prices = Prices.of_settings(settings)
        self._client = client_of(asked.model, settings.base_url)
        self._agent = self._agent_for(self._client)
        self._pace = Pace(
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
        )
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self._portal = self._open.enter_context(start_blocking_portal())
        self._open.enter_context(self._portal.wrap_async_context_manager(self._client))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, traceback)

    def ask(self, image: bytes, media_type: str) -> Answer:
        """The answer about one image. For the rest see the port."""
        return self._portal.call(self._ask, image, media_type)

    def _agent_for(self, client: Model) -> Agent[None, Any]:
        schema = self._asked.schema
        try:
            shape = StructuredDict(dict(schema.json_schema), name=schema.name)
            agent: Agent[None, Any] = Agent(
                client,
                output_type=_OUTPUTS[self._settings.answers_by](shape),
                retries={"output": self._settings.max_schema_retries},
                # Retries of the SDK's own could be neither counted nor paced.
                model_settings=ModelSettings(timeout=self._settings.timeout_s, max_retries=0),
            )
        except UserError as error:
            raise ModelUnusable(f"vision.answer_schema {schema.name}: {error}") from error

        @agent.output_validator
        def in_shape(answer: Any) -> Any:  # noqa: ANN401 - JSON
            try:
                schema.checked(answer)
            except AnswerBroken as broken:
                raise ModelRetry(str(broken)) from broken
            return answer

        return agent

    async def _ask(self, image: bytes, media_type: str) -> Answer:
        name = self._asked.model
        attempts = Attempts(
            self._client,
            name=name,
            pace=self._pace,
            prices=self._prices,
            settings=self._settings,
        )
        content: list[UserContent] = [
            self._asked.prompt,
            BinaryContent(image, media_type=media_type),
        ]
        try:
            run = await self._agent.run(content, model=attempts)
        except ContentFilterError as error:
            raise _missing(
                "Refused", f"{name} refuses to look: {error.message}", attempts
            ) from None
        except OutputTokenLimitExceeded as error:
            raise _missing("AnswerTooLong", f"{name}: {error.message}", attempts) from None
        except UnexpectedModelBehavior as error:
            why = error.__cause__ or error
            raise _missing(
                "AnswerBroken", f"{name} keeps breaking the schema: {why}", attempts
            ) from None
        except UserError as error:
            raise ModelUnusable(f"vision.model {name}: {error}") from error
        return Answer(self._asked.schema.checked(run.output), attempts.usage)


def _missing(error_type: str, message: str, attempts: Attempts) -> AnswerMissing:
    return AnswerMissing(error_type, message, usage=attempts.usage, retryable=False)
