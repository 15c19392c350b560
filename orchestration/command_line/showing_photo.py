"""What `darkroom show` prints and draws of one photo."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from darkroom.batches import is_batch_key
from darkroom.errors import UsageError
from darkroom.imaging.transforms import Transform
from darkroom.ports import PhotoEntity, Store
from darkroom.reports.delivery_names import safe_file_name
from darkroom.reports.entity_report import in_words
from darkroom.reports.findings_picture import Marked, findings_picture, stacked
from darkroom.reports.look_alikes import distances, named
from darkroom.reports.marks import Marks
from darkroom.reports.photo_facts import check_rows, failure_rows, photo_facts
from darkroom.reports.reporting import rendition_of
from darkroom.reports.side_by_side import Shown, side_by_side
from darkroom.results import PhotoResult
from darkroom.stages.batch_tables import read_results
from darkroom.storage.tables import Tables
from orchestration.command_line.session import adapters_of
from orchestration.home import Home

_MAX_MATCHES = 5
_FINDINGS_EDGE_PX = 1024
_SUFFIXES = (".jpg", ".jpeg", ".png")


def show_photo(photo: str, out: Path | None, folder: Path | None) -> int:
    """All that is known of a photo, and a picture of what was found on it and of its matches."""
    if out is not None and out.suffix.lower() not in _SUFFIXES:
        raise UsageError(f"{out}: a picture's name ends in .jpg or .png")
    adapters = adapters_of(folder)
    result = _found(adapters.tables, photo)
    console = Console()
    _print(console, result)
    _print_entities(console, adapters.records.of_photo(result.batch, result.photo_id))
    picture = _picture(result, adapters.tables, adapters.store)
    if picture is not None:
        path = out or _place(adapters.home, result)
        _write(picture, path)
        console.print(f"picture: {path}", markup=False, highlight=False, soft_wrap=True)
    return 0


def _found(tables: Tables, photo: str) -> PhotoResult:
    result = _known(tables, photo)
    if result is None:
        raise UsageError(
            f"there is no photo {photo}: `darkroom results BATCH` lists a batch's photos, and"
            " BATCH/PHOTO names one"
        )
    return result


def _known(tables: Tables, photo: str) -> PhotoResult | None:
    batch, _, photo_id = photo.partition("/")
    results = read_results(tables, batch) if is_batch_key(batch) else []
    return next((each for each in results if each.photo_id == photo_id), None)


def _print(console: Console, result: PhotoResult) -> None:
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(no_wrap=True, style="dim")
    facts.add_column(overflow="fold")
    for name, text in photo_facts(result):
        facts.add_row(escape(name), escape(text))
    console.print(facts)
    _print_rows(console, "failures", ("stage", "error", "message", "tries"), failure_rows(result))
    _print_rows(console, "checks", ("check", "value", "threshold", "verdict"), check_rows(result))


def _print_entities(console: Console, found: Sequence[PhotoEntity]) -> None:
    rows = [(each.id, in_words(each), str(each.photos)) for each in found]
    _print_rows(console, "entities", ("entity", "as all photos show it", "photos"), rows)


def _print_rows(
    console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    if not rows:
        return
    table = Table(title=title, title_justify="left", box=SIMPLE)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def _picture(result: PhotoResult, tables: Tables, store: Store) -> Image.Image | None:
    """None for a photo with nothing to be drawn."""
    matches, marks = list(_matches(result, tables, store)), Marks.of(result)
    name, image = f"{result.batch}/{result.photo_id}", rendition_of(result, store)
    pictures = []
    if marks is not None:
        pictures.append(findings_picture([Marked(name, marks, image)], edge_px=_FINDINGS_EDGE_PX))
    if matches:
        pictures.append(side_by_side(Shown(name, result.filename, image), matches))
    return stacked(pictures) if pictures else None


def _matches(result: PhotoResult, tables: Tables, store: Store) -> Iterator[Shown]:
    if result.duplicate_of is not None:
        image = _image(result.duplicate_of, tables, store)
        yield Shown(result.duplicate_of, "the same bytes", image)
    for near in result.near_duplicates[:_MAX_MATCHES]:
        note, transform = distances(near), Transform.parse(near.transform)
        yield Shown(named(near), note, _image(near.photo, tables, store), transform)


def _image(photo: str, tables: Tables, store: Store) -> bytes | None:
    match = _known(tables, photo)
    return None if match is None else rendition_of(match, store)


def _place(home: Home, result: PhotoResult) -> Path:
    stem, extension = safe_file_name(result.photo_id)
    return home.shown / result.batch / f"{stem}{extension}.jpg"


def _write(picture: Image.Image, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, quality=90)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}): choose another --out"
        ) from error
