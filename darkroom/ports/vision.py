"""Models that answer questions about photos."""

from contextlib import AbstractContextManager
from typing import Protocol

from darkroom.vision.asking import Answer, Asked


class VisionModel(Protocol):
    """A model that looks at photos and answers in a given shape. Connects on first use."""

    def ask(self, image: bytes, media_type: str) -> Answer:
        """The answer about one image, checked against the schema. May be called from many threads.

        Waits for its turn as the rate limits want it; asks again what failed for the moment, and
        tells the model what is wrong with an answer that breaks the schema. Raises `AnswerMissing`
        for this photo's trouble, `ModelUnavailable` when the service is away, `ModelUnusable` when
        it will answer nobody.
        """


class VisionChoice(Protocol):
    """The vision model that the settings ask for, looked up when it is needed."""

    def asked(self) -> Asked | None:
        """What is asked of which model; None when none is configured. Raises `SettingsInvalid`."""

    def open(self, asked: Asked | None) -> AbstractContextManager[VisionModel | None]:
        """The model while the context is open; leaving it early ends what is under way.

        None where there is nothing to be asked.
        """
