"""Answers that were paid for, kept so that none is ever paid for twice."""

import json
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, ValidationError

from darkroom.errors import ObjectMissing
from darkroom.ports import Store
from darkroom.vision.answer_schema import AnswerBroken, Json, canonical
from darkroom.vision.asking import Answer, Asked, Usage


class Kept(BaseModel):
    """One answer, as the store has it."""

    model_config = ConfigDict(frozen=True)

    rendition: str
    """SHA-256 of what was looked at."""
    model: str
    schema_name: str
    paid_for: str
    """batch/photo_id of the photo that it was asked for."""
    answer: Json
    requests: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class AnswerCache:
    """Answers by rendition, model, prompt and schema: across photos, batches and owners."""

    def __init__(self, store: Store, asked: Asked) -> None:
        self._store = store
        self._asked = asked

    def name(self, rendition: str) -> str:
        """`answers/ab/cdef….json`, where the answer about a rendition is kept."""
        key = sha256(canonical([rendition, self._asked.digest]).encode()).hexdigest()
        return f"answers/{key[:2]}/{key[2:]}.json"

    def find(self, rendition: str, photo: str) -> Answer | None:
        """The answer, if there is one that still has the schema's shape.

        It costs nothing, unless it was this very photo that it was paid for: then a step was
        killed before it could say so.
        """
        try:
            kept = Kept.model_validate_json(self._store.read(self.name(rendition)))
            answer = self._asked.schema.checked(kept.answer)
        except (ObjectMissing, ValidationError, AnswerBroken):
            return None
        usage = Usage(**kept.model_dump(include=_USAGE)) if kept.paid_for == photo else Usage()
        return Answer(answer, usage)

    def keep(self, rendition: str, photo: str, answer: Answer) -> None:
        """Keep an answer that was just paid for."""
        kept = Kept(
            rendition=rendition,
            model=self._asked.model,
            schema_name=self._asked.schema.name,
            paid_for=photo,
            answer=json.loads(answer.json),
            **{name: getattr(answer.usage, name) for name in _USAGE},
        )
        self._store.put(self.name(rendition), canonical(kept.model_dump(mode="json")).encode())


_USAGE = {"requests", "input_tokens", "output_tokens", "cost_usd"}
