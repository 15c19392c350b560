"""Evaluation of reading text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from darkroom.evaluation.corpus import KnownPhoto
from darkroom.evaluation.subjects.subject import Costs, Figure, Row, by_kind
from darkroom.evaluation.texts import (
    ReadText,
    expected_plates,
    expected_text,
    plates_found,
    score_texts,
)

PLATE, PHOTO, SIGN, PAGE, NO_TEXT = "plate", "photo", "sign", "page", "no text"
_TEXTS, _VEHICLES, _PHOTOS = "ocr", "vehicles", "photos"


class Texts:
    """In `ocr/` text is known, in `vehicles/` plates; in `photos/` there is seldom any."""

    name = "texts"

    def __init__(
        self,
        corpus: Sequence[KnownPhoto],
        ways: Mapping[str, Callable[[Path], str]],
        *,
        engine: str,
    ) -> None:
        self.engine = engine
        self._ways = ways
        self._costs = Costs()
        self.photos = by_kind(corpus, _kind)
        self._read: dict[str, dict[str, str]] = {way: {} for way in ways}

    def look(self, kind: str, photo: KnownPhoto) -> None:
        texts = {}
        for way, read in self._ways.items():
            with self._costs.of(kind, way):
                texts[way] = read(photo.file)
        for way, text in texts.items():
            self._read[way][photo.name] = text

    def rows(self) -> list[Row]:
        return [row for kind, photos in self.photos.items() for row in self._of_kind(kind, photos)]

    def _of_kind(self, kind: str, photos: Sequence[KnownPhoto]) -> Iterator[Row]:
        for way, texts in self._read.items():
            read = [photo for photo in photos if photo.name in texts]
            figures, remarks = _plates(read, texts) if kind == PLATE else _words(read, texts)
            costs = self._costs.figures(kind, way)
            yield Row(kind, way, len(read), figures | costs, remarks)


def _kind(photo: KnownPhoto) -> str | None:
    """None for a photo that says nothing about reading text."""
    answers = photo.answers
    if photo.folder == _VEHICLES and expected_plates(answers):
        return PLATE
    if photo.folder == _PHOTOS and expected_text(answers) is None:
        return PHOTO
    if photo.folder not in (_TEXTS, _PHOTOS) or expected_text(answers) is None:
        return None
    if not expected_text(answers):
        return NO_TEXT
    return str(answers.get("kind") or (SIGN if "word" in answers else PAGE))


def _plates(
    photos: Sequence[KnownPhoto], texts: Mapping[str, str]
) -> tuple[dict[str, Figure], list[str]]:
    plates = [(photo.name, expected_plates(photo.answers)) for photo in photos]
    known = sum(len(shown) for _, shown in plates)
    found = sum(plates_found(shown, texts[name]) for name, shown in plates)
    return {"expected": known, "found": found, "recall": _share(found, known)}, []


def _words(
    photos: Sequence[KnownPhoto], texts: Mapping[str, str]
) -> tuple[dict[str, Figure], list[str]]:
    score = score_texts(
        [ReadText(photo.name, expected_text(photo.answers), texts[photo.name]) for photo in photos]
    )
    if score.unknown:
        said = {"photos with text": len(score.texts), "characters": score.characters}
        return dict(said), [f"{photo}: {text!r}" for photo, text in score.texts]
    return {
        "expected": score.words,
        "found": score.found,
        "recall": _rounded(score.recall),
        "precision": _rounded(score.precision),
        "invented": score.read if not score.words else None,
    }, []


def _share(part: int, whole: int) -> float | None:
    return _rounded(part / whole) if whole else None


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)
