"""`darkroom evaluate`: how well photos with known answers are read and recognised."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from darkroom.errors import PhotoFailed, UsageError
from darkroom.evaluation.corpus import KnownPhoto, read_corpus
from darkroom.evaluation.subjects.codes import Codes
from darkroom.evaluation.subjects.lookalikes import LookAlikes
from darkroom.evaluation.subjects.subject import AS_SET, PLAIN, Figure, Subject
from darkroom.evaluation.subjects.texts import Texts
from darkroom.evaluation.subjects.vehicles import Vehicles
from darkroom.imaging.decoding import upright_gray
from darkroom.imaging.integrity import Unreadable
from darkroom.recognition.detecting import Tiling
from darkroom.recognition.from_file import read_text
from darkroom.reports.markdown import visible
from darkroom.settings import CodeEffort
from orchestration.command_line.counting import counted
from orchestration.command_line.formats import EvaluatedSubject, StatusFormat
from orchestration.command_line.session import adapters_of
from orchestration.wiring import Adapters
from resources.ocr.choice import text_reader

W = TypeVar("W")
_SETTINGS = ("ocr", "codes", "detector", "duplicates", "renditions")
_NO_MODEL = "there is no detector model: `darkroom models fetch yolox_nano`, or set detector.model"


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    corpus: Path
    only: Sequence[EvaluatedSubject]
    """All when empty."""
    plain: bool
    every: int
    """Take only every so many photos of each kind."""
    format: StatusFormat


@dataclass(frozen=True, slots=True)
class _Evaluated:
    subject: Subject
    unreadable: list[str]


def run_evaluation(request: EvaluationRequest, folder: Path | None) -> int:
    """Look at every photo of the corpus, and print the figures."""
    adapters = adapters_of(folder)
    corpus = read_corpus(request.corpus)
    progress = Console(stderr=True)
    evaluated = []
    for name in request.only or EvaluatedSubject:
        subject = _SUBJECTS[name](adapters, corpus, request.plain)
        if subject is None:
            if request.only:
                raise UsageError(_NO_MODEL)
            _say(progress, f"{name} are left out: {_NO_MODEL}")
            continue
        evaluated.append(_Evaluated(subject, list(_looked_at(subject, request.every, progress))))
    if request.format is StatusFormat.JSON:
        sys.stdout.write(json.dumps(_as_json(request, adapters, evaluated), indent=2) + "\n")
        return 0
    console = Console()
    for each in evaluated:
        _print(console, each)
    return 0


def _looked_at(subject: Subject, every: int, console: Console) -> Iterator[str]:
    """Names of photos that could not be read, with why."""
    photos = [(kind, photo) for kind, all_ in subject.photos.items() for photo in all_[::every]]
    for kind, photo in counted(photos, subject.name, console):
        try:
            subject.look(kind, photo)
        except (Unreadable, PhotoFailed) as error:
            yield f"{photo.name}: {error}"


def _texts(adapters: Adapters, corpus: Sequence[KnownPhoto], plain: bool) -> Subject:
    settings = adapters.settings.ocr
    reader, bare = (
        text_reader(settings),
        text_reader(settings.model_copy(update={"min_word_confidence": 0.0})),
    )
    ways: dict[str, Callable[[Path], str]] = {
        PLAIN: lambda path: bare.read(upright_gray(path)).text,
        AS_SET: lambda path: read_text(path, reader).text,
    }
    return Texts(corpus, _wanted(ways, plain), engine=reader.version)


def _codes(adapters: Adapters, corpus: Sequence[KnownPhoto], plain: bool) -> Subject:
    settings = adapters.settings.codes
    ways: dict[str, CodeEffort] = {PLAIN: "plain", AS_SET: settings.effort}
    return Codes(corpus, _wanted(ways, plain), symbologies=settings.symbologies)


def _vehicles(adapters: Adapters, corpus: Sequence[KnownPhoto], plain: bool) -> Subject | None:
    settings = adapters.settings.detector
    detector = adapters.detector_choice.load()
    if detector is None:
        return None
    ways = {
        PLAIN: Tiling(1, settings.max_overlap),
        AS_SET: Tiling(settings.tiles, settings.max_overlap),
    }
    return Vehicles(
        corpus,
        _wanted(ways, plain),
        detector=detector,
        renditions=adapters.settings.renditions,
    )


def _lookalikes(adapters: Adapters, corpus: Sequence[KnownPhoto], plain: bool) -> Subject:
    return LookAlikes(
        corpus,
        plain=plain,
        settings=adapters.settings.duplicates,
        long_edge_px=adapters.settings.renditions.long_edge_px,
    )


def _wanted(ways: dict[str, W], plain: bool) -> dict[str, W]:
    return ways if plain else {AS_SET: ways[AS_SET]}


def _print(console: Console, evaluated: _Evaluated) -> None:
    """One table, with a column for whatever figure any of its rows has."""
    subject, rows = evaluated.subject, evaluated.subject.rows()
    names = list(dict.fromkeys(name for row in rows for name in row.figures))
    _say(console, f"{subject.name}: {visible(subject.engine)}")
    table = Table(box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("kind", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name in ("photos", *names):
        table.add_column(name, justify="right", min_width=max(map(len, name.split())))
    for row in rows:
        figures = [_shown(row.figures.get(name)) for name in names]
        table.add_row(escape(visible(row.kind)), row.way, str(row.photos), *figures)
    # Wider than a narrow terminal, or a file: a line that wraps can be read, a split word cannot.
    console.print(table, width=max(console.width, console.measure(table).minimum), crop=False)
    for row in rows:
        for remark in row.remarks:
            _say(console, f"{row.way}: {visible(remark)}")
    for said in evaluated.unreadable:
        _say(console, f"not read, and not counted: {visible(said)}")


def _say(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _shown(figure: Figure) -> str:
    return "" if figure is None else str(figure)


def _as_json(
    request: EvaluationRequest, adapters: Adapters, evaluated: Sequence[_Evaluated]
) -> dict[str, object]:
    settings = adapters.settings.model_dump(mode="json", include=set(_SETTINGS))
    return {
        "corpus": str(request.corpus),
        "every": request.every,
        "settings": settings,
        "subjects": {
            each.subject.name: {
                "engine": each.subject.engine,
                "figures": [asdict(row) for row in each.subject.rows()],
                "unreadable": each.unreadable,
            }
            for each in evaluated
        },
    }


_SUBJECTS: dict[
    EvaluatedSubject, Callable[[Adapters, Sequence[KnownPhoto], bool], Subject | None]
] = {
    EvaluatedSubject.TEXTS: _texts,
    EvaluatedSubject.CODES: _codes,
    EvaluatedSubject.VEHICLES: _vehicles,
    EvaluatedSubject.LOOKALIKES: _lookalikes,
}
