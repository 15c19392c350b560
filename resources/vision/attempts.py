"""One photo's requests: each in its turn, again where that may help, and all of them counted."""

import asyncio
import random
import time
from dataclasses import replace

from pydantic import ValidationError
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
)
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from darkroom.errors import DarkroomError, ModelUnavailable
from darkroom.settings import VisionSettings
from darkroom.vision.asking import AnswerMissing, Usage
from darkroom.vision.pace import Pace
from resources.vision.prices import Prices
from resources.vision.troubles import Passing, trouble_of

_FIRST_WAIT_S = 1.0


class Attempts(WrapperModel):
    """The model as one photo meets it. `usage` is what its requests took so far."""

    def __init__(
        self, client: Model, *, name: str, pace: Pace, prices: Prices, settings: VisionSettings
    ) -> None:
        super().__init__(client)
        self.usage = Usage()
        self._shown = name
        self._pace = pace
        self._prices = prices
        self._limits = settings
        self._retries = 0

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """A response of the model. Raises errors of Darkroom when there is none to be had."""
        while True:
            expected = await self._pace.turn()
            told = await self._told(messages, model_settings, model_request_parameters)
            if isinstance(told, ModelResponse):
                self._count(told, expected)
                return told
            self._pace.used(0, expected=expected)
            if isinstance(told, DarkroomError):
                raise told
            await self._wait(told)

    async def _told(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse | Passing | DarkroomError:
        left_s = self._limits.timeout_s - self.usage.seconds
        if left_s <= 0:
            return none_in_time(self._shown, self._limits.timeout_s, self.usage)
        started = time.monotonic()
        try:
            async with asyncio.timeout(left_s):
                return await super().request(messages, model_settings, model_request_parameters)
        except TimeoutError:
            return none_in_time(self._shown, self._limits.timeout_s, self._spent(started))
        except (ContentFilterError, OutputTokenLimitExceeded):
            raise
        except (ModelAPIError, UnexpectedModelBehavior, ValidationError) as error:
            return trouble_of(error, self._shown, self._spent(started))
        finally:
            self.usage = self._spent(started)

    def _spent(self, started: float) -> Usage:
        return replace(
            self.usage,
            requests=self.usage.requests + 1,
            seconds=self.usage.seconds + time.monotonic() - started,
        )

    def _count(self, response: ModelResponse, expected: int) -> None:
        used = response.usage
        self._pace.used(used.input_tokens + used.output_tokens, expected=expected)
        self.usage += Usage(
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            cost_usd=self._prices.of(response),
        )

    async def _wait(self, passing: Passing) -> None:
        longest = self._limits.max_retry_wait_s
        if passing.service and (passing.wait_s or 0) > longest:
            raise ModelUnavailable(
                f"{self._shown} asks to be left alone for {passing.wait_s:.0f} s, longer than"
                f" vision.max_retry_wait_s: {passing.said}"
            )
        if self._retries >= self._limits.max_retries:
            raise passing.final(self._shown, self.usage)
        self._retries += 1
        wait_s = passing.wait_s
        if wait_s is None:
            wait_s = min(longest, _FIRST_WAIT_S * 2**self._retries) * random.uniform(0.5, 1)  # noqa: S311 - no secret
        if passing.service:
            self._pace.hold(wait_s)
        else:
            await asyncio.sleep(min(wait_s, longest))


def none_in_time(name: str, timeout_s: float, usage: Usage) -> AnswerMissing:
    return AnswerMissing(
        "TimedOut", f"{name} gave no answer within {timeout_s:g} s", usage=usage, retryable=True
    )
