"""What is asked about photos, and what asking costs."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

from darkroom.errors import PhotoFailed
from darkroom.vision.answer_schema import AnswerSchema, canonical


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about every photo, and of whom."""

    model: str
    prompt: str
    schema: AnswerSchema

    @property
    def digest(self) -> str:
        """Changes with the model, the prompt or the schema."""
        said = [self.model, self.prompt, self.schema.name, self.schema.digest]
        return sha256(canonical(said).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a photo's requests took, those that failed included."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    """An estimate; None when nobody knows the model's prices."""
    seconds: float = 0.0
    """Spent on requests, without waiting for a turn."""

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Self) -> Self:
        costs = (self.cost_usd, other.cost_usd)
        return replace(
            self,
            requests=self.requests + other.requests,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=None if None in costs else sum(filter(None, costs)),
            seconds=self.seconds + other.seconds,
        )


NOTHING = Usage()


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's answer in its one spelling, and what it took."""

    json: str
    usage: Usage


class AnswerMissing(PhotoFailed):
    """A photo that has no answer; its requests may have cost something all the same."""

    def __init__(
        self, error_type: str, message: str, *, usage: Usage = NOTHING, retryable: bool
    ) -> None:
        super().__init__(error_type, message, attempts=usage.requests, retryable=retryable)
        self.usage = usage
