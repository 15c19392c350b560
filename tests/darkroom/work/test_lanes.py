"""Work in lanes that take turns."""

import asyncio
import random
from collections import Counter

import pytest

from darkroom.work.lanes import Lanes


async def _handed_out(lanes: Lanes[int]) -> list[tuple[str, int]]:
    """Until there is nothing left, or it would wait."""
    taken: list[tuple[str, int]] = []
    try:
        async with asyncio.timeout(0):
            while (one := await lanes.next()) is not None:
                taken.append(one)
    except TimeoutError:
        pass
    return taken


def test_lanes_take_turns() -> None:
    """A thousand of one lane before it do not hold back the other's."""
    work = [("dead", n) for n in range(1000)] + [("alive", n) for n in range(3)]

    assert asyncio.run(_handed_out(Lanes(work, share=3, total=100))) == [
        ("dead", 0),
        ("alive", 0),
        ("dead", 1),
        ("alive", 1),
        ("dead", 2),
        ("alive", 2),
    ]


def test_no_lane_has_more_than_its_share() -> None:
    """Whoever leaves makes room for another of its lane, in the lane's order."""

    async def take_and_leave() -> list[list[tuple[str, int]]]:
        lanes = Lanes([("a", n) for n in range(10)], share=2, total=100)
        first = await _handed_out(lanes)
        lanes.leave("a")
        return [first, await _handed_out(lanes)]

    assert asyncio.run(take_and_leave()) == [[("a", 0), ("a", 1)], [("a", 2)]]


def test_all_lanes_together_are_bounded() -> None:
    """Also the one without a name, which has no share of its own."""
    lanes = Lanes([("", n) for n in range(10)], share=2, total=5)

    assert len(asyncio.run(_handed_out(lanes))) == 5


def test_who_waits_for_room_goes_on_when_there_is_some() -> None:
    """And is told when all is handed out."""

    async def take() -> list[tuple[str, int] | None]:
        lanes = Lanes([("a", 0), ("a", 1)], share=1, total=1)
        taken = [await lanes.next()]
        waiting = asyncio.create_task(lanes.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        lanes.leave("a")
        return [*taken, await waiting, await lanes.next()]

    assert asyncio.run(take()) == [("a", 0), ("a", 1), None]


@pytest.mark.parametrize("seed", range(50))
def test_all_work_is_handed_out_once_within_the_bounds(seed: int) -> None:
    """In each lane's own order, whoever leaves when."""
    chance = random.Random(seed)
    share, total = chance.randint(1, 4), chance.randint(1, 12)
    work = [(chance.choice(["", "a", "b", "c"]), n) for n in range(200)]

    async def run() -> list[tuple[str, int]]:
        lanes, out, taken = Lanes(work, share=share, total=total), Counter[str](), []
        while len(taken) < len(work):
            try:
                async with asyncio.timeout(0):
                    one = await lanes.next()
                assert one is not None
                taken.append(one)
                out[one[0]] += 1
                assert out.total() <= total
                assert all(count <= share for lane, count in out.items() if lane)
            except TimeoutError:
                lane = chance.choice(sorted(out.elements()))
                out[lane] -= 1
                lanes.leave(lane)
        return taken

    taken = asyncio.run(run())
    assert {lane: [n for each, n in taken if each == lane] for lane in ("", "a", "b", "c")} == {
        lane: [n for each, n in work if each == lane] for lane in ("", "a", "b", "c")
    }
