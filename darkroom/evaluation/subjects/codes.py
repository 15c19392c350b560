"""Evaluation of reading codes."""

from collections.abc import Mapping, Sequence

from darkroom.evaluation.codes import ReadCodes, expected_code, score_codes
from darkroom.evaluation.corpus import KnownPhoto
from darkroom.evaluation.subjects.subject import Costs, Row, by_kind
from darkroom.imaging.decoding import upright_gray
from darkroom.recognition.code_ladder import look_for_codes
from darkroom.settings import CodeEffort

_CODES, _PHOTOS = "qr", "photos"
ALL = "all"


class Codes:
    """In `qr/` codes are known, or known to be none; in `photos/` there are none."""

    name = "codes"

    def __init__(
        self,
        corpus: Sequence[KnownPhoto],
        ways: Mapping[str, CodeEffort],
        *,
        symbologies: Sequence[str],
    ) -> None:
        self.engine = f"zxing-cpp, {', '.join(symbologies) or 'all symbologies'}, " + ", ".join(
            f"{way}: effort {effort}" for way, effort in ways.items()
        )
        self._ways = ways
        self._symbologies = symbologies
        self._costs = Costs()
        self.photos = by_kind(corpus, _kind)
        self._read: dict[str, dict[str, ReadCodes]] = {way: {} for way in ways}

    def look(self, kind: str, photo: KnownPhoto) -> None:
        gray = upright_gray(photo.file)
        for way, effort in self._ways.items():
            with self._costs.of(kind, way):
                codes = look_for_codes(gray, self._symbologies, effort)
            self._read[way][photo.name] = ReadCodes(
                photo.name, expected_code(photo.answers), [code.text for code in codes]
            )

    def rows(self) -> list[Row]:
        kinds = {**self.photos, ALL: [photo for each in self.photos.values() for photo in each]}
        return [
            self._row(kind, way, [read[photo.name] for photo in photos if photo.name in read])
            for kind, photos in kinds.items()
            for way, read in self._read.items()
        ]

    def _row(self, kind: str, way: str, photos: Sequence[ReadCodes]) -> Row:
        score = score_codes(photos)
        figures = {
            "known": score.readable,
            "right": score.right,
            "missed": len(score.missed),
            "wrong": len(score.wrong),
            "without code": score.empty,
            "false": len(score.false),
        }
        remarks = [f"{photo}: {text!r}" for photo, text in score.wrong + score.false]
        costs = {} if kind == ALL else self._costs.figures(kind, way)
        return Row(kind, way, len(photos), figures | costs, () if kind == ALL else remarks)


def _kind(photo: KnownPhoto) -> str | None:
    """None for a photo that says nothing about reading codes."""
    answers = photo.answers
    if photo.folder not in (_CODES, _PHOTOS):
        return None
    if photo.folder == _PHOTOS:
        return "photo"
    if said := answers.get("kind") or answers.get("symbology_set"):
        return str(said)
    return next((name for name in ("qr", "barcode") if answers.get(name) is not None), "no code")
