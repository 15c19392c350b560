"""The client of a configured model, by pydantic-ai."""

from typing import Any

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider, infer_provider_class

from darkroom.errors import EngineUnavailable, ModelUnusable

_OPENAI = {"openai": "openai-chat"}
"""Chat completions, which every compatible server speaks; the responses API few do."""


def client_of(model: str, base_url: str | None) -> Model:
    """Keys are taken from the environment, by the name that each provider gives them.

    Raises `ModelUnusable` for a model or key that is not there, `EngineUnavailable` for a provider
    whose own package is not installed.
    """

    def provider(name: str) -> Provider[Any]:
        if base_url is None:
            return infer_provider(name)
        elsewhere: Any = infer_provider_class(name)
        chosen: Provider[Any] = elsewhere(base_url=base_url)
        return chosen

    kind, _, name = model.partition(":")
    try:
        return infer_model(f"{_OPENAI.get(kind, kind)}:{name}", provider)
    except ImportError as error:
        raise EngineUnavailable(f"vision.model {model}: {error}") from error
    except (UserError, ValueError, TypeError) as error:
        raise ModelUnusable(f"vision.model {model}: {error}") from None
