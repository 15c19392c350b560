"""What a vision model says of each photo of a batch."""

from collections.abc import Iterable, Mapping

from darkroom.imaging.sniffing import sniff
from darkroom.outcomes import Outcome
from darkroom.ports import Store, VisionModel
from darkroom.rows import AnalysisRow
from darkroom.settings import Settings, VisionSettings
from darkroom.stages.batch_tables import SKIPPED_INPUTS, Accepted
from darkroom.stages.incremental import digest
from darkroom.stages.stage import Need, Stage
from darkroom.storage.blobs import blob_name
from darkroom.vision.answer_cache import AnswerCache
from darkroom.vision.asking import NOTHING, Answer, AnswerMissing, Asked, Usage
from darkroom.vision.budget import BUDGET, Budget
from darkroom.vision.single_flight import SingleFlight

# Raised when the code makes another row of the same photo and settings.
ANALYSES_VERSION = "analyses/1"

_Told = Answer | AnswerMissing | None
"""What came of asking about a rendition; None when the budget did not allow it."""


def analyses_stage(
    batch: str,
    photos: Mapping[str, Accepted | None],
    *,
    asked: Asked | None,
    model: VisionModel | None,
    settings: VisionSettings,
    store: Store,
) -> Stage[Accepted, AnalysisRow]:
    """The model's answer about every accepted photo's rendition; all skipped without a model.

    A photo that the budget has nothing left for is skipped too. Its row never stands: the next run
    asks about it if the budget allows it by then.
    """
    if asked is None or model is None:
        needs: list[Need[Accepted]] = [Need(photo_id, SKIPPED_INPUTS, None) for photo_id in photos]
        return Stage("analyses", AnalysisRow, needs, _nothing_to_make)
    analyst = _Analyst(batch, asked, model, settings, store)
    return Stage(
        "analyses",
        AnalysisRow,
        [analyst.need(photo_id, photo) for photo_id, photo in photos.items()],
        analyst.row,
        recall=analyst.recall,
    )


def requests_at_once(settings: Settings) -> int:
    """One where the operator wants one thing after the other.

    The pool `vision` lets one step ask at a time: what that has under way, this home has.
    """
    return 1 if settings.workers.max_workers == 1 else settings.vision.max_concurrent_requests


class _Analyst:
    def __init__(
        self,
        batch: str,
        asked: Asked,
        model: VisionModel,
        settings: VisionSettings,
        store: Store,
    ) -> None:
        self._batch = batch
        self._asked = asked
        self._model = model
        self._store = store
        self._cache = AnswerCache(store, asked)
        self._flights = SingleFlight[_Told]()
        self._budget = Budget(
            max_photos=settings.max_photos_per_batch, max_tokens=settings.max_tokens_per_batch
        )
        self._inputs: set[str] = set()
        self._in_vain: dict[str, Usage] = {}

    def need(self, photo_id: str, photo: Accepted | None) -> Need[Accepted]:
        if photo is None:
            return Need(photo_id, SKIPPED_INPUTS, None)
        inputs = digest(ANALYSES_VERSION, photo.rendition_sha256, self._asked.digest)
        self._inputs |= {inputs, _left(inputs)}
        return Need(photo_id, inputs, photo)

    def recall(self, earlier: Iterable[AnalysisRow]) -> None:
        """Count what earlier runs used: of the same photos, model, prompt and schema."""
        latest = {row.photo_id: row for row in earlier if row.inputs in self._inputs}
        for row in latest.values():
            if row.requests:
                self._budget.used(row.photo_id, row.input_tokens + row.output_tokens)
            if row.outcome is not Outcome.DONE:
                self._in_vain[row.photo_id] = _usage(row)

    def row(self, need: Need[Accepted], photo: Accepted) -> AnalysisRow:
        rendition = photo.rendition_sha256
        told, own = self._flights.get(rendition, lambda: self._told(need.photo_id, rendition))
        blank = AnalysisRow(
            photo_id=need.photo_id,
            outcome=Outcome.DONE,
            inputs=need.inputs,
            schema_name=self._asked.schema.name,
            model=self._asked.model,
        )
        before = self._in_vain.get(need.photo_id, NOTHING)
        if told is None:
            inputs = _left(need.inputs)
            left = {"outcome": Outcome.SKIPPED, "inputs": inputs, "left_out": BUDGET}
            return blank.model_copy(update=left | _columns(before))
        usage = told.usage if own else NOTHING
        columns = _columns(before + usage) | {"seconds": usage.seconds}
        if isinstance(told, AnswerMissing):
            failed = {"outcome": Outcome.FAILED, "failure": told.failure}
            return blank.model_copy(update=columns | failed)
        columns |= {"answer_json": told.json, "from_cache": usage.requests == 0}
        return blank.model_copy(update=columns)

    def _told(self, photo_id: str, rendition: str) -> _Told:
        photo = f"{self._batch}/{photo_id}"
        known = self._cache.find(rendition, photo)
        if known is not None:
            return known
        if not self._budget.allows(photo_id):
            return None
        image = self._store.read(blob_name(rendition))
        try:
            answer = self._model.ask(image, _media_type(image))
        except AnswerMissing as missing:
            self._budget.used(photo_id, missing.usage.tokens)
            return missing
        self._budget.used(photo_id, answer.usage.tokens)
        self._cache.keep(rendition, photo, answer)
        return answer


def _media_type(image: bytes) -> str:
    return f"image/{str(sniff(image)).lower()}"


def _left(inputs: str) -> str:
    """Of a row that does not stand."""
    return digest("left out", inputs)


def _usage(row: AnalysisRow) -> Usage:
    return Usage(
        requests=row.requests,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        cost_usd=row.cost_usd,
    )


def _columns(usage: Usage) -> dict[str, object]:
    return {
        "requests": usage.requests,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": usage.cost_usd,
    }


def _nothing_to_make(need: Need[Accepted], photo: Accepted) -> AnalysisRow:
    raise AssertionError(f"{need.photo_id} was to be skipped: {photo}")
