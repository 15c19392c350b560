"""The vision model that the settings ask for."""

import threading
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from darkroom.errors import EngineUnavailable
from darkroom.ports import VisionModel
from darkroom.settings import VisionSettings
from darkroom.vision.asking import Answer, Asked
from resources.vision.keys import KeyFound, is_installed, key_found
from resources.vision.schemas import HOW_TO_INSTALL, answer_schema


@dataclass(frozen=True, slots=True)
class VisionOnDemand:
    """Nothing is imported or connected to before a photo is to be asked about."""

    settings: VisionSettings

    def asked(self) -> Asked | None:
        """None when no model is configured. Raises `SettingsInvalid`."""
        if self.settings.model is None:
            return None
        schema = answer_schema(self.settings.answer_schema)
        return Asked(self.settings.model, self.settings.prompt or schema.prompt, schema)

    def open(self, asked: Asked | None) -> AbstractContextManager[VisionModel | None]:
        """The model, once it is asked."""
        return nullcontext() if asked is None else OnFirstUse(self.settings, asked)

    def key(self) -> KeyFound:
        """What can be said of its key. Raises `EngineUnavailable` when the extra is missing."""
        if self.settings.model is not None and not is_installed():
            raise EngineUnavailable(f"vision.model needs pydantic-ai: {HOW_TO_INSTALL}")
        return key_found(self.settings)


class OnFirstUse:
    """The model that is loaded when the first photo is to be asked about: that takes seconds."""

    def __init__(self, settings: VisionSettings, asked: Asked) -> None:
        self._settings = settings
        self._asked = asked
        self._loading = threading.Lock()
        self._model: VisionModel | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, traceback)

    def ask(self, image: bytes, media_type: str) -> Answer:
        """For the rest see the port. Raises `EngineUnavailable` when its packages are missing."""
        with self._loading:
            if self._model is None:
                self._model = self._load()
        return self._model.ask(image, media_type)

    def _load(self) -> VisionModel:
        try:
            from resources.vision.pydantic_ai_model import PydanticAiModel
        except ImportError as error:
            raise EngineUnavailable(
                f"vision.model needs pydantic-ai ({error}): {HOW_TO_INSTALL}"
            ) from error
        return self._open.enter_context(PydanticAiModel(self._settings, self._asked))
