"""What is kept of all that was measured: written anew after each run, so that none is lost."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.side_by_side import machine, report
from benchmarks.side_by_side.figures import Failed, Line, Run, lines, work_against
from benchmarks.side_by_side.options import Options
from benchmarks.side_by_side.roster import ORDER, Contender, contenders

_AGAINST = ("with_img2dataset", "engine")


@dataclass(frozen=True, slots=True)
class Photos:
    """A set of them."""

    name: str
    count: int
    mean_bytes: float


@dataclass
class Results:
    """`report.md`, `report.png` and `raw.json` in a folder."""

    folder: Path
    options: Options
    contenders: Sequence[Contender]
    sets: list[Photos] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)

    def add(self, ended: Run | Failed) -> None:
        """And write all of it."""
        if isinstance(ended, Failed):
            self.failed.append(ended)
        elif ended.round:
            self.runs.append(ended)
        self.write()

    def write(self) -> None:
        raw = {
            "options": self.options.model_dump(mode="json"),
            "machine": machine.description(),
            "runs": [asdict(run) for run in self.runs],
            "failed": [asdict(failed) for failed in self.failed],
        }
        (self.folder / "raw.json").write_text(json.dumps(raw, indent=1), "utf-8")
        (self.folder / "report.md").write_text(self.page(), "utf-8")
        drawn = {f"{each.name} ({each.count})": self._lines(each) for each in self.sets}
        drawn = {name: of for name, of in drawn.items() if of}
        if drawn:
            report.drawing(drawn, self._titles).save(self.folder / "report.png")

    def page(self) -> str:
        page = ["# Side by side", "", *(f"- {line}" for line in machine.description())]
        page += [f"- server: {self.options.latency_ms:g} ms before each answer"]
        page += [f"- rounds: {self.options.rounds}"]
        for photos in self.sets:
            page += ["", f"## {photos.name}: {photos.count} photos", ""]
            page += [f"Mean size {photos.mean_bytes / 1000:.0f} KB.", ""]
            page += self._of(photos)
        if self.failed:
            page += ["", "## What failed", "", report.failures(self.failed, self._titles)]
        page += ["", "## What they do", "", report.what_they_do(self.contenders), ""]
        return "\n".join(page)

    def _of(self, photos: Photos) -> list[str]:
        runs = [run for run in self.runs if run.photos == photos.name]
        said = [report.table(self._lines(photos), self._titles, _AGAINST)] if runs else []
        cores = machine.cores()
        comparisons = {
            f"The engine's work against {cores} × the pass alone": work_against(
                runs, of="engine", to="the_pass", processes=cores
            ),
            "Step ingest against the engine alone": work_against(runs, of="imported", to="engine"),
        }
        for what, ratio in comparisons.items():
            if ratio:
                said += ["", f"{what}: {report.spread(ratio, 2)}."]
        return said

    def _lines(self, photos: Photos) -> list[Line]:
        return lines(
            [run for run in self.runs if run.photos == photos.name],
            order=[each.name for each in self.contenders],
            against=_AGAINST,
        )

    @property
    def _titles(self) -> dict[str, str]:
        return {each.name: each.title for each in contenders(list(ORDER))}
