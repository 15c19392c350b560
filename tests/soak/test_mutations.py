"""A few hundred of the soak's mutations, so that every run of the suite sees some."""

from collections import Counter
from pathlib import Path

import pytest

from tests.soak.hostile_work import try_image, try_source
from tests.soak.mutations import mutations


def test_mutated_images_end_in_an_examination(tmp_path: Path) -> None:
    """Whatever a file says, it is accepted or rejected; nothing is raised."""
    outcomes: Counter[str] = Counter()
    for case in mutations("images", 150, seed=2):
        (tmp_path / case.name).write_bytes(case.data)
        outcomes.update(try_image(tmp_path / case.name, case.name, look_closer=False).outcomes)

    assert outcomes.total() == 150
    assert {outcome.partition(":")[0] for outcome in outcomes} == {"accepted", "rejected"}


@pytest.mark.parametrize("kind", ["manifests", "archives"])
def test_mutated_sources_are_opened_or_unreadable(kind: str, tmp_path: Path) -> None:
    """And every entry of an archive is unpacked or fails with its reason."""
    outcomes: Counter[str] = Counter()
    for case in mutations(kind, 200, seed=2):
        (tmp_path / case.name).write_bytes(case.data)
        outcomes.update(try_source(tmp_path / case.name).outcomes)

    assert outcomes["source opened"] + outcomes["source unreadable"] == 200
    assert outcomes["source opened"] > 20
