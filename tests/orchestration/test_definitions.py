"""What Dagster is told."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.definitions import definitions
from orchestration.home import Home
from orchestration.jobs import OF_A_VISION_MODEL
from orchestration.preloading import PRELOAD

ROOT = Path(__file__).parents[2]

STAGES = {
    "photos": "downloads",
    "validations": "downloads",
    "hashes": "downloads",
    "renditions": "downloads",
    "texts": "cpu",
    "codes": "cpu",
    "detections": "cpu",
    "analyses": "vision",
    "entities": "database",
    "duplicates": "database",
    "deliveries": "uploads",
    "records": "database",
}


@pytest.fixture
def loaded(home: Home) -> dg.Definitions:  # noqa: ARG001 - definitions read which home it is
    loaded: dg.Definitions = definitions()
    dg.Definitions.validate_loadable(loaded)
    return loaded


def test_there_is_one_asset_per_durable_thing(loaded: dg.Definitions) -> None:
    """Each under a plain noun, all of them partitioned by batch."""
    graph = loaded.resolve_asset_graph()

    assert {key.to_user_string() for key in graph.get_all_asset_keys()} == {
        "manifests",
        *STAGES,
        "batch_report",
    }
    assert {
        getattr(graph.get(key).partitions_def, "name", None) for key in graph.get_all_asset_keys()
    } == {"batches"}


def test_every_asset_says_what_it_is(loaded: dg.Definitions) -> None:
    """Description, group, kinds and owner: what the UI shows of it."""
    graph = loaded.resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    silent = [
        node.key.to_user_string()
        for node in nodes
        if not (node.description and node.kinds and node.owners and node.group_name != "default")
    ]

    assert silent == []
    assert {node.group_name for node in nodes} == {"intake", "ingest", "recognition", "results"}


def test_photos_flow_one_way(loaded: dg.Definitions) -> None:
    """Each asset stands on those that the way of a photo puts before it."""
    graph = loaded.resolve_asset_graph()
    parents = {
        key.to_user_string(): {parent.to_user_string() for parent in graph.get(key).parent_keys}
        for key in graph.get_all_asset_keys()
    }
    looked_at = {"photos", "validations", "renditions"}
    recognised = {"hashes", *looked_at, "texts", "codes", "detections"}
    recognised |= {"analyses", "entities", "duplicates"}

    assert parents == {
        "manifests": set(),
        "photos": {"manifests"},
        "validations": {"photos"},
        "hashes": {"photos"},
        "renditions": {"photos"},
        "texts": looked_at,
        "codes": {*looked_at, "texts"},
        "detections": looked_at,
        "analyses": looked_at,
        "entities": {"photos", "analyses"},
        "duplicates": {*looked_at, "hashes"},
        "deliveries": recognised,
        "records": {*recognised, "deliveries"},
        "batch_report": {"records"},
    }


def test_every_stage_is_in_its_pool(loaded: dg.Definitions) -> None:
    """Pools hold the throttle across runs; the report needs none."""
    graph = loaded.resolve_asset_graph()
    pools = {
        key.to_user_string(): graph.get(key).pools or set() for key in graph.get_all_asset_keys()
    }

    assert pools == {stage: {pool} for stage, pool in STAGES.items()} | {
        "manifests": set(),
        "batch_report": set(),
    }


def test_every_stage_has_its_check(loaded: dg.Definitions) -> None:
    """Whether any photo failed in it, answered for each batch."""
    graph = loaded.resolve_asset_graph()
    checks = {
        (key.asset_key.to_user_string(), key.name): graph.get(key).partitions_def is not None
        for key in graph.asset_check_keys
    }

    assert checks == {(name, "no_failed_photos"): True for name in [*STAGES, "batch_report"]}


def run_by_the_job(loaded: dg.Definitions) -> set[str]:
    job = loaded.resolve_job_def("process_batch")
    return {key.to_user_string() for key in job.asset_layer.executable_asset_keys}


def test_the_job_runs_all_but_the_manifests(
    loaded: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manifest is written when its batch is made; a vision model is asked where one is named."""
    assert run_by_the_job(loaded) == {*STAGES, "batch_report"} - set(OF_A_VISION_MODEL)
    monkeypatch.setenv("DARKROOM_VISION__MODEL", "ollama:any")
    assert run_by_the_job(definitions()) == {*STAGES, "batch_report"}


def test_what_begins_runs_begins_that_job(loaded: dg.Definitions) -> None:
    """Of the sensor and the schedule."""
    assert {each.name for each in loaded.resolve_all_job_defs()} >= {"process_batch"}
    assert loaded.resolve_sensor_def("inbox_sensor").job_name == "process_batch"
    assert loaded.resolve_schedule_def("feed_schedule").job_name == "process_batch"


def test_every_preloaded_module_can_be_imported() -> None:
    """The fork server passes over a name that it cannot import, and every step is slow again."""
    code = f"import importlib; [importlib.import_module(name) for name in {PRELOAD!r}]"
    subprocess.run([sys.executable, "-c", code], check=True, cwd="/", env=os.environ)


def test_importing_reads_no_environment() -> None:
    """Nonsense in the environment is met when definitions are built, not when code is imported."""
    code = """
import sys, importlib
for name in ("assets.every", "orchestration.definitions", "orchestration.command_line.main",
             "orchestration.command_line.importing", "orchestration.command_line.serving",
             "orchestration.command_line.showing", "orchestration.command_line.checkup"):
    importlib.import_module(name)
"""
    environment = os.environ | {
        "DARKROOM_HOME": "/dev/null/nowhere",
        "DARKROOM_NONSENSE": "1",
        "DAGSTER_HOME": "/dev/null/nowhere",
    }
    subprocess.run([sys.executable, "-c", code], check=True, cwd="/", env=environment)


def test_the_workspace_file_names_the_definitions() -> None:
    """Dagster's own tools find the same code location as `darkroom up`."""
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())

    assert workspace == {
        "load_from": [
            {
                "python_module": {
                    "module_name": "orchestration.definitions",
                    "location_name": "orchestration.definitions",
                }
            }
        ]
    }
