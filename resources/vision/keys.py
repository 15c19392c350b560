"""Where the key of a model's provider is looked for. What it is, nobody here knows."""

import os
from dataclasses import dataclass
from importlib.util import find_spec

from darkroom.settings import VisionSettings

_KEYS = {
    "google": ("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "ollama": ("OLLAMA_API_KEY",),
    "vllm": ("VLLM_API_KEY",),
}
_MAY_GO_WITHOUT = ("ollama", "vllm")


@dataclass(frozen=True, slots=True)
class KeyFound:
    """What can be said of a key."""

    said: str
    mend: str = ""

    @property
    def missing(self) -> bool:
        return bool(self.mend)


def key_found(settings: VisionSettings) -> KeyFound:
    """For the provider that `vision.model` names."""
    provider = (settings.model or "").partition(":")[0]
    names = _KEYS.get(provider)
    if names is None:
        return KeyFound(f"key as {provider} has it")
    found = next((name for name in names if os.environ.get(name)), None)
    if found is not None:
        return KeyFound(f"key from {found}")
    if provider in _MAY_GO_WITHOUT or (provider == "openai" and settings.base_url is not None):
        return KeyFound("no key")
    return KeyFound("no key", f"set {names[0]} in the environment that darkroom is started in")


def is_installed() -> bool:
    """Whether the extra is there; looked up without loading it."""
    return find_spec("pydantic_ai") is not None
