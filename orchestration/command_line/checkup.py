"""`darkroom doctor`: what Darkroom needs, and how to mend what is missing."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from darkroom.errors import DarkroomError
from darkroom.ports import Store
from darkroom.recognition.codes import check_symbologies
from orchestration.command_line.session import adapters_of
from orchestration.configuration import settings_file
from orchestration.instance import open_instance, pool_limits
from orchestration.wiring import Adapters
from resources.ocr.tessdata import installed_languages

_LOW_DISK_GIB = 2.0
_PROBE = "doctor/probe"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` is empty when all is well or nothing needs doing."""

    what: str
    well: bool
    found: str
    mend: str = ""


def examine_installation(folder: Path | None) -> int:
    """Look at everything; 0 when all is well, 1 otherwise."""
    adapters = adapters_of(folder)
    findings = list(_findings(adapters))
    table = Table(title=f"darkroom doctor: {adapters.home.root}", title_justify="left")
    for column in ("what", "", "found", "how to mend it"):
        table.add_column(column, overflow="fold")
    for each in findings:
        mark = "[green]well[/green]" if each.well else "[red]amiss[/red]"
        table.add_row(each.what, mark, escape(each.found), escape(each.mend))
    Console().print(table)
    return 0 if all(each.well for each in findings) else 1


def _findings(adapters: Adapters) -> Iterator[Finding]:
    yield _looked("settings", lambda: f"from {settings_file(adapters.home) or 'defaults'}")
    yield Finding("asked for photos", well=True, found=_asked(adapters))
    yield _looked("OCR", lambda: _ocr(adapters))
    if adapters.settings.ocr.enabled and adapters.settings.ocr.engine != "rapidocr":
        yield Finding("Tesseract's languages", well=True, found=_languages(adapters))
    yield _looked("codes", lambda: _codes(adapters))
    yield _detector(adapters)
    yield _vision(adapters)
    yield _looked("store", lambda: _probed(adapters.store))
    yield _looked("delivery", lambda: _where(adapters.delivery_target, "accepted"))
    yield _looked("database", lambda: f"{len(adapters.records.batches())} batches")
    yield _disk(adapters)
    yield from _pools(adapters)


def _looked(what: str, look: Callable[[], str]) -> Finding:
    """The errors that we raise on purpose already say how to mend what they are about."""
    try:
        return Finding(what, well=True, found=look())
    except DarkroomError as error:
        return Finding(what, well=False, found="not usable", mend=str(error))


def _asked(adapters: Adapters) -> str:
    """Of what concerns safety, the operator should see what is in force."""
    allowed = adapters.settings.downloads.allow_addresses + adapters.settings.intake.allow_roots
    return " ".join(["public addresses", *(["and", ", ".join(allowed)] if allowed else [])])


def _ocr(adapters: Adapters) -> str:
    if not adapters.settings.ocr.enabled:
        return "off"
    reader = adapters.text_reader
    reader.read(np.full((64, 64), 255, np.uint8))
    return reader.version


def _languages(adapters: Adapters) -> str:
    """What `ocr.languages` may name; what it names and is missing, the finding above says."""
    installed = installed_languages(adapters.settings.ocr.tessdata)
    return "; ".join(
        f"{', '.join(languages)} in {folder}" for folder, languages in installed.items()
    )


def _codes(adapters: Adapters) -> str:
    check_symbologies(adapters.settings.codes.symbologies)
    return "zxing-cpp"


def _detector(adapters: Adapters) -> Finding:
    try:
        model = adapters.detector_choice.load()
    except DarkroomError as error:
        return Finding("detector", well=False, found="not usable", mend=str(error))
    if model is None:
        return Finding(
            "detector",
            well=True,
            found="no model: photos are skipped",
            mend="darkroom models fetch yolox_nano, or set detector.model",
        )
    return Finding("detector", well=True, found=model.version)


def _vision(adapters: Adapters) -> Finding:
    """Asks the model nothing: that would cost something."""
    try:
        asked = adapters.vision.asked()
        key = adapters.vision.key()
    except DarkroomError as error:
        return Finding("vision model", well=False, found="not usable", mend=str(error))
    if asked is None:
        return Finding("vision model", well=True, found="off", mend="vision.model names one")
    return Finding(
        "vision model",
        well=not key.missing,
        found=f"{asked.model}, schema {asked.schema.name}, {key.said}",
        mend=key.mend,
    )


def _probed(store: Store) -> str:
    """Where a store is, after writing to it and reading from it."""
    store.put(_PROBE, b"probe")
    store.read(_PROBE)
    store.delete(_PROBE)
    return _where(store, _PROBE)


def _where(store: Store, name: str) -> str:
    """A store has no name of its own, only what lies in it has."""
    return store.uri(name).removesuffix(name)


def _disk(adapters: Adapters) -> Finding:
    adapters.home.make()
    free_gib = shutil.disk_usage(adapters.home.root).free / 2**30
    return Finding(
        "free disk",
        well=free_gib >= _LOW_DISK_GIB,
        found=f"{free_gib:.1f} GiB",
        mend="" if free_gib >= _LOW_DISK_GIB else "make room, or choose another --home",
    )


def _pools(adapters: Adapters) -> Iterator[Finding]:
    with open_instance(adapters.home, adapters.settings) as instance:
        for pool in pool_limits(adapters.settings):
            yield Finding(f"pool {pool}", well=True, found=_pool(instance, pool))


def _pool(instance: dg.DagsterInstance, pool: str) -> str:
    info = instance.event_log_storage.get_concurrency_info(pool)
    return f"{info.active_slot_count} of {info.slot_count} slots in use"
