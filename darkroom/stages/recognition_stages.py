"""Texts, codes and detections of a batch: what each photo needs, and the row that comes of it."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import version

from darkroom.outcomes import Outcome
from darkroom.ports import ObjectDetector, Store, TextReader
from darkroom.recognition.detecting import Tiling, ToSearch, detect_objects
from darkroom.recognition.from_file import find_codes, read_text
from darkroom.rows import CodeRow, DetectionRow, TextRow
from darkroom.settings import CodeSettings
from darkroom.stages.batch_tables import SKIPPED_INPUTS, Accepted
from darkroom.stages.incremental import digest
from darkroom.stages.stage import Need, Stage, Together
from darkroom.stages.unique_id_search import find_unique_id
from darkroom.storage.blobs import blob_name
from darkroom.work.workers import Workers

# Raised when the code makes another row of the same photo and settings.
TEXTS_VERSION = "texts/5"
CODES_VERSION = "codes/3"
DETECTIONS_VERSION = "detections/2"

Photos = Mapping[str, Accepted | None]


def texts_stage(
    photos: Photos, *, reader: TextReader | None, store: Store, workers: Workers
) -> Stage[Accepted, TextRow]:
    """Text of every accepted photo, read from its original; all skipped without a reader."""

    def make(need: Need[Accepted], photo: Accepted) -> TextRow:
        assert reader is not None  # noqa: S101 - nothing is outstanding without one
        with store.local(blob_name(photo.original_sha256)) as path:
            reading = workers.call(read_text, path, reader)
        return TextRow(
            photo_id=need.photo_id,
            outcome=Outcome.DONE,
            inputs=need.inputs,
            text=reading.text,
            confidence=reading.confidence,
            words=reading.words,
        )

    made_by = reader.version if reader else None
    needs = [_need(photo_id, photo, TEXTS_VERSION, made_by) for photo_id, photo in photos.items()]
    return Stage("texts", TextRow, needs, make)


def codes_stage(
    photos: Photos,
    texts: Mapping[str, TextRow],
    *,
    settings: CodeSettings,
    store: Store,
    workers: Workers,
) -> Stage[Accepted, CodeRow]:
    """Codes of every accepted photo, read from its original, and its unique ID."""

    def text_of(photo_id: str) -> TextRow | None:
        """The text counts as an input only when a unique ID is looked for in it."""
        return texts.get(photo_id) if settings.unique_ids else None

    def make(need: Need[Accepted], photo: Accepted) -> CodeRow:
        with store.local(blob_name(photo.original_sha256)) as path:
            codes = workers.call(find_codes, path, settings.symbologies, settings.effort)
        unique_id, found = find_unique_id(
            settings.unique_ids, codes, text_of(need.photo_id), workers
        )
        return CodeRow(
            photo_id=need.photo_id,
            outcome=Outcome.DONE,
            inputs=need.inputs,
            codes=codes,
            unique_id=unique_id,
            unique_id_source=found[0].source if unique_id else None,
            unique_id_candidates=found,
        )

    made_by = [f"zxing-cpp {version('zxing-cpp')}", settings] if settings.enabled else None
    needs = [
        _need(photo_id, photo, CODES_VERSION, made_by, *_written(text_of(photo_id)))
        for photo_id, photo in photos.items()
    ]
    return Stage("codes", CodeRow, needs, make)


def detections_stage(
    photos: Photos,
    *,
    detector: ObjectDetector | None,
    tiling: Tiling,
    store: Store,
    workers: Workers,
) -> Stage[Accepted, DetectionRow]:
    """Objects on every accepted photo: on its rendition, and on tiles of its original if wanted.

    All are skipped without a model.
    """

    def make_all(needs: Sequence[Need[Accepted]]) -> list[DetectionRow]:
        assert detector is not None  # noqa: S101 - nothing is outstanding without one
        with ExitStack() as files:
            given = [_to_search(need, store, files, tiles=tiling.per_side > 1) for need in needs]
            found = workers.call(detect_objects, given, detector, tiling)
        return [
            DetectionRow(
                photo_id=need.photo_id,
                outcome=Outcome.DONE,
                inputs=need.inputs,
                detections=objects,
            )
            for need, objects in zip(needs, found, strict=True)
        ]

    def make(need: Need[Accepted], _: Accepted) -> DetectionRow:
        [row] = make_all([need])
        return row

    made_by = [detector.version, tiling.per_side, tiling.max_overlap] if detector else None
    needs = [
        _need(photo_id, photo, DETECTIONS_VERSION, made_by) for photo_id, photo in photos.items()
    ]
    together = Together(max(detector.batch_size // tiling.views, 1), make_all) if detector else None
    return Stage("detections", DetectionRow, needs, make, together)


def _to_search(need: Need[Accepted], store: Store, files: ExitStack, *, tiles: bool) -> ToSearch:
    photo = need.work
    assert photo is not None  # noqa: S101 - only those are outstanding
    rendition = files.enter_context(store.local(blob_name(photo.rendition_sha256)))
    name = blob_name(photo.original_sha256)
    original = files.enter_context(store.local(name)) if tiles else None
    return ToSearch(rendition, photo.scale, original)


def _written(text: TextRow | None) -> list[object]:
    """A text, and where its words stand."""
    return [text.text, text.words] if text and text.text else []


def _need(
    photo_id: str, photo: Accepted | None, code_version: str, made_by: object, *more: object
) -> Need[Accepted]:
    """Nothing to do for a photo that was not accepted, or when there is nothing to do it with."""
    if photo is None or made_by is None:
        return Need(photo_id, SKIPPED_INPUTS, None)
    inputs = digest(
        code_version, photo.original_sha256, photo.rendition_sha256, photo.scale, made_by, *more
    )
    return Need(photo_id, inputs, photo)
