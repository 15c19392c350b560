"""Bounds that control groups set, on made-up trees of both versions."""

from dataclasses import replace
from pathlib import Path

import pytest

from darkroom.work.control_groups import ControlGroups, Memory

MIB = 2**20
V1_NONE = "9223372036854771712\n"


@pytest.fixture
def groups(tmp_path: Path) -> ControlGroups:
    return ControlGroups(membership=tmp_path / "membership", mounted=tmp_path / "cgroup")


def tree(groups: ControlGroups, membership: str, files: dict[str, str]) -> None:
    groups.membership.write_text(membership)
    for name, text in files.items():
        file = groups.mounted / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


V2_CONTAINER = {
    "cpu.max": "150000 100000\n",
    "memory.max": f"{512 * MIB}\n",
    "memory.high": "max\n",
    "memory.current": f"{300 * MIB}\n",
    "memory.stat": f"anon {200 * MIB}\nfile {100 * MIB}\ninactive_file {60 * MIB}\n"
    f"active_file {40 * MIB}\n",
    "memory.events": "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n",
}


def test_a_container_of_version_2(groups: ControlGroups) -> None:
    """It sees its own group at the top."""
    tree(groups, "0::/\n", V2_CONTAINER)

    assert groups.cores() == 1.5
    assert groups.memory() == Memory(left=312 * MIB, total=512 * MIB)
    assert groups.processes_killed() == 2


def test_the_tightest_of_nested_groups_counts(groups: ControlGroups) -> None:
    """A slice around a service, and neither has to be the innermost."""
    tree(
        groups,
        "0::/work.slice/darkroom.service\n",
        {
            "cgroup.controllers": "cpu memory\n",
            "work.slice/cpu.max": "200000 100000\n",
            "work.slice/memory.max": f"{1000 * MIB}\n",
            "work.slice/memory.high": "max\n",
            "work.slice/memory.current": f"{900 * MIB}\n",
            "work.slice/memory.stat": f"inactive_file {50 * MIB}\n",
            "work.slice/memory.events": "oom_kill 9\n",
            "work.slice/darkroom.service/cpu.max": "max 100000\n",
            "work.slice/darkroom.service/memory.max": f"{600 * MIB}\n",
            "work.slice/darkroom.service/memory.high": f"{500 * MIB}\n",
            "work.slice/darkroom.service/memory.current": f"{100 * MIB}\n",
            "work.slice/darkroom.service/memory.stat": "",
            "work.slice/darkroom.service/memory.events": "oom_kill 4\n",
        },
    )

    assert groups.cores() == 2
    assert groups.memory() == Memory(left=150 * MIB, total=1000 * MIB)
    assert groups.processes_killed() == 4


V1_MEMBERSHIP = """\
9:name=systemd:/docker/abc
4:memory:/docker/abc
2:cpuacct,cpu:/docker/abc
"""
V1_CONTAINER = {
    "cpu/cpu.cfs_quota_us": "50000\n",
    "cpu/cpu.cfs_period_us": "100000\n",
    "memory/memory.limit_in_bytes": f"{512 * MIB}\n",
    "memory/memory.usage_in_bytes": f"{700 * MIB}\n",
    "memory/memory.stat": f"cache 0\ntotal_inactive_file {100 * MIB}\ntotal_active_file 0\n",
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n",
}


def test_a_container_of_version_1(groups: ControlGroups) -> None:
    """Its path is that outside of it, and its files stand at the top."""
    tree(groups, V1_MEMBERSHIP, V1_CONTAINER)

    assert groups.cores() == 0.5
    assert groups.memory() == Memory(left=0, total=512 * MIB)
    assert groups.processes_killed() == 1


def test_nested_groups_of_version_1(groups: ControlGroups) -> None:
    """The same rule; a group without a bound writes a very large one."""
    tree(
        groups,
        "4:memory:/outer/inner\n1:cpu:/outer/inner\n0::/\n",
        {
            "cpu/cpu.cfs_quota_us": "-1\n",
            "cpu/cpu.cfs_period_us": "100000\n",
            "cpu/outer/inner/cpu.cfs_quota_us": "300000\n",
            "cpu/outer/inner/cpu.cfs_period_us": "100000\n",
            "memory/memory.limit_in_bytes": V1_NONE,
            "memory/memory.usage_in_bytes": f"{9000 * MIB}\n",
            "memory/outer/memory.limit_in_bytes": f"{800 * MIB}\n",
            "memory/outer/memory.usage_in_bytes": f"{200 * MIB}\n",
            "memory/outer/inner/memory.limit_in_bytes": V1_NONE,
            "memory/outer/inner/memory.usage_in_bytes": f"{100 * MIB}\n",
        },
    )

    assert groups.cores() == 3
    assert groups.memory() == Memory(left=600 * MIB, total=800 * MIB)
    assert groups.processes_killed() is None


@pytest.mark.parametrize(
    ("membership", "files"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("0::/\n", {"cpu.max": "max 100000\n", "memory.max": "max\n"}, id="max"),
        pytest.param("0::/../..\n", {"cpu.max": "", "memory.max": "?"}, id="not understood"),
        pytest.param("0::/gone\n", {"cgroup.controllers": "\n"}, id="no such group"),
    ],
)
def test_what_is_not_said_bounds_nothing(
    groups: ControlGroups, membership: str, files: dict[str, str]
) -> None:
    """As on a machine without containers."""
    tree(groups, membership, files)

    assert (groups.cores(), groups.memory(), groups.processes_killed()) == (None, None, None)


def test_without_control_groups_there_is_no_bound(groups: ControlGroups) -> None:
    """As on macOS."""
    nowhere = replace(groups, membership=groups.mounted / "nothing here")
    assert (nowhere.cores(), nowhere.memory(), nowhere.processes_killed()) == (None, None, None)
