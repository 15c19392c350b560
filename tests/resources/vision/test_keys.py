"""What `darkroom doctor` says of a key."""

import pytest

from darkroom.settings import VisionSettings
from resources.vision.keys import KeyFound, key_found


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY", "VLLM_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_a_key_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never by what it is."""
    monkeypatch.setenv("GEMINI_API_KEY", "secret")

    assert key_found(VisionSettings(model="google:gemini")) == KeyFound("key from GEMINI_API_KEY")


def test_a_missing_key_says_where_it_is_looked_for() -> None:
    """And is amiss."""
    found = key_found(VisionSettings(model="openai:gpt"))

    assert found.missing
    assert "OPENAI_API_KEY" in found.mend


@pytest.mark.parametrize(
    ("model", "base_url"),
    [("ollama:gemma", None), ("vllm:qwen", None), ("openai:x", "http://127.0.0.1:1/v1")],
)
def test_servers_of_ones_own_may_go_without(model: str, base_url: str | None) -> None:
    """Nothing is amiss."""
    assert not key_found(VisionSettings(model=model, base_url=base_url)).missing
