"""What a response costs, as far as anybody knows."""

from dataclasses import dataclass
from typing import Self

from pydantic_ai.messages import ModelResponse

from darkroom.settings import VisionSettings

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens; None: those of the list that comes with pydantic-ai."""

    input_usd: float | None
    output_usd: float | None
    listed: bool
    """Whether that list speaks of this service: of another server than the provider's it does not.
    """

    @classmethod
    def of_settings(cls, settings: VisionSettings) -> Self:
        return cls(
            settings.input_usd_per_million_tokens,
            settings.output_usd_per_million_tokens,
            listed=settings.base_url is None,
        )

    def of(self, response: ModelResponse) -> float | None:
        """None for a model whose prices nobody knows."""
        if response.usage.unmeasured_requests:
            return None
        if self.input_usd is not None or self.output_usd is not None:
            used = response.usage
            read, written = self.input_usd or 0.0, self.output_usd or 0.0
            return (used.input_tokens * read + used.output_tokens * written) / _MILLION
        if not self.listed:
            return None
        try:
            return float(response.cost().total_price)
        except (LookupError, ValueError):
            return None
