"""What an error of pydantic-ai says: whose trouble it is, and whether it passes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
    ModelUnavailableError,
)

from darkroom.errors import DarkroomError, ModelUnavailable, ModelUnusable
from darkroom.vision.asking import AnswerMissing, Usage

_UNSENT = ("pool", "connect")
_MAX_SAID = 300


@dataclass(frozen=True, slots=True)
class Passing:
    """Trouble that may be over when the request is sent again."""

    kind: str
    said: str
    service: bool
    """It is the service that has it, not the photo: others had better wait, too."""
    wait_s: float | None = None
    """What the service asked for."""

    def final(self, model: str, usage: Usage) -> DarkroomError:
        """What it is once there are no attempts left."""
        if self.service:
            return ModelUnavailable(f"{model}: {self.said}")
        return AnswerMissing(self.kind, f"{model}: {self.said}", usage=usage, retryable=True)


def trouble_of(
    error: AgentRunError | ValidationError, model: str, usage: Usage
) -> Passing | DarkroomError:
    """An error of one request."""
    said = _said(error)
    return (
        _of_the_operator(error, model, said)
        or _passing(error, said)
        or AnswerMissing("RequestRejected", f"{model}: {said}", usage=usage, retryable=False)
    )


def _of_the_operator(error: Exception, model: str, said: str) -> ModelUnusable | None:
    if isinstance(error, ModelQuotaExceededError):
        return ModelUnusable(f"{model} has no quota left for this key: {said}")
    # Gemini calls a wrong key an invalid argument.
    if isinstance(error, ModelAuthenticationError) or "API_KEY_INVALID" in str(error):
        return ModelUnusable(
            f"{model} refuses the key that the environment has, or has none: set the right one"
        )
    if isinstance(error, ModelNotFoundError):
        return ModelUnusable(
            f"{model} is not known there: check vision.model and vision.base_url ({said})"
        )
    return None


def _passing(error: Exception, said: str) -> Passing | None:
    if isinstance(error, ModelRateLimitError):
        return Passing("RateLimited", said, service=True, wait_s=error.retry_after)
    if isinstance(error, ModelUnavailableError):
        return Passing("Overloaded", said, service=True, wait_s=error.retry_after)
    if isinstance(error, ModelConnectionError):
        return Passing("ConnectionLost", said, service=error.phase in _UNSENT)
    if isinstance(error, ModelServerError):
        return Passing("ServerError", said, service=False, wait_s=error.retry_after)
    if isinstance(error, ModelHTTPError | ModelRequestRejectedError):
        return None
    # A body that is no answer at all.
    return Passing("AnswerUnreadable", said, service=False)


def _said(error: Exception) -> str:
    """What the service says, without any key that it may quote."""
    text = str(error)
    if isinstance(error, ModelHTTPError):
        text = f"{error.status_code} {_quoted(error.body) or text}"
    for name, value in os.environ.items():
        if value and name.upper().endswith(("_KEY", "_TOKEN", "_SECRET")):
            text = text.replace(value, "…")
    return " ".join(text.split())[:_MAX_SAID]


def _quoted(body: object) -> str | None:
    """`{"error": {"message": …}}`, which some clients unwrap."""
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    message = inner.get("message") if isinstance(inner, Mapping) else None
    return message if isinstance(message, str) else None
