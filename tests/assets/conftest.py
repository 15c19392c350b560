"""The real job over small batches, in this process, with a home of its own."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from PIL import Image

from assets.partitions import batches
from darkroom.batches import Batch
from darkroom.samples import scenes as sample_scenes
from orchestration.announcing import announce
from orchestration.configuration import load_settings
from orchestration.definitions import definitions
from orchestration.home import HOME_VARIABLE, Home
from orchestration.intake import Sender, take_in
from orchestration.jobs import PROCESS_BATCH
from orchestration.wiring import Adapters

_SIZE = (320, 240)


@dataclass(frozen=True)
class Run:
    """What a run told Dagster."""

    result: dg.ExecuteInProcessResult

    @property
    def success(self) -> bool:
        return self.result.success

    @property
    def metadata(self) -> dict[str, dict[str, Any]]:
        """Of each asset that was materialised."""
        return {
            event.materialization.asset_key.path[-1]: _values(event.materialization.metadata)
            for event in self.result.all_events
            if event.is_step_materialization
        }

    @property
    def failed_steps(self) -> dict[str, str]:
        """Steps that failed, with the innermost reason."""
        said = {}
        for event in self.result.all_events:
            if event.is_step_failure:
                error = event.step_failure_data.error
                while error is not None and error.cause is not None:
                    error = error.cause
                said[event.step_key or ""] = error.message.strip() if error else ""
        return said

    @property
    def checks(self) -> dict[str, dg.AssetCheckEvaluation]:
        """The check of each asset."""
        return {
            check.asset_key.path[-1]: check for check in self.result.get_asset_check_evaluations()
        }

    @property
    def observations(self) -> list[dg.AssetObservation]:
        return [
            event.asset_observation_data.asset_observation
            for event in self.result.all_events
            if event.event_type is dg.DagsterEventType.ASSET_OBSERVATION
        ]


@dataclass(frozen=True)
class Pipeline:
    """A home whose settings are read anew for each run, and an instance in memory."""

    folder: Path
    instance: dg.DagsterInstance

    @property
    def adapters(self) -> Adapters:
        home = Home(self.folder / "home")
        return Adapters(home, load_settings(home))

    def draw(self, source: str, *names: str) -> Path:
        """A folder of sound photos, each of the scene that its name says."""
        folder = self.folder / source
        folder.mkdir(exist_ok=True)
        for name in names:
            picture: Image.Image = getattr(sample_scenes, Path(name).stem)(_SIZE)
            picture.save(folder / name)
        return folder

    def open(self, source: Path, *, owner: str = "anna") -> Batch:
        """The one batch of a source, announced to the instance."""
        [batch] = take_in(self.adapters, str(source), Sender(owner, "R-1", 2)).batches
        announce(self.instance, [batch])
        return batch

    def run(self, batch: Batch, *only: str) -> Run:
        """All assets of a batch, or only those named."""
        job = definitions().resolve_job_def(PROCESS_BATCH)
        result = job.execute_in_process(
            partition_key=batch.key,
            instance=self.instance,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
            asset_selection=[dg.AssetKey(name) for name in only] or None,
        )
        return Run(result)

    def status(self, asset: str, batch: Batch) -> str | None:
        """What the UI shows of a partition."""
        found = self.instance.get_status_by_partition(dg.AssetKey(asset), [batch.key], batches)
        status = (found or {}).get(batch.key)
        return status.value if status else None

    def outputs(self) -> dict[str, str]:
        """Every file that runs leave for others: what it holds, and when it was written.

        Contact sheets are drawn anew by each run.
        """
        home = self.adapters.home
        return {
            str(path.relative_to(home.root)): digest(path)
            if path.name == "contact_sheet.jpg"
            else f"{digest(path)} {path.stat().st_mtime_ns}"
            for folder in (home.store, home.delivered)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _values(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: value.value for name, value in metadata.items()}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("pipeline")
    with pytest.MonkeyPatch.context() as environment, dg.DagsterInstance.ephemeral() as instance:
        environment.setenv(HOME_VARIABLE, str(folder / "home"))
        environment.setenv("DARKROOM_WORKERS__MAX_WORKERS", "1")
        yield Pipeline(folder, instance)
