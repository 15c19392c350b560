import asyncio
import random
from dataclasses import dataclass, field

import pytest

from darkroom.work.window import Window


@dataclass
class Inside:
    """What is in a window, counted from outside of it."""

    unweighed: int = 0
    sizes: list[int] = field(default_factory=list)
    most_photos: int = 0
    most_unweighed: int = 0
    most_bytes_at_entry: int = 0

    def entered(self) -> None:
        self.unweighed += 1
        self.most_photos = max(self.most_photos, self.unweighed + len(self.sizes))
        self.most_unweighed = max(self.most_unweighed, self.unweighed)
        self.most_bytes_at_entry = max(self.most_bytes_at_entry, sum(self.sizes))


@pytest.mark.parametrize("seed", range(5))
def test_no_more_get_in_than_allowed_and_everyone_gets_in(seed: int) -> None:
    """Whatever the order in which photos are weighed and leave, or fail before they are weighed."""
    photos, unweighed, size_limit = 7, 3, 1000
    chance = random.Random(seed)
    sizes = [chance.choice([None, 1, 300, 600, 1500]) for _ in range(200)]
    inside, left = Inside(), 0

    async def pass_through(window: Window, size: int | None) -> None:
        nonlocal left
        await window.enter()
        inside.entered()
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        inside.unweighed -= 1
        if size is not None:
            window.weigh(size)
            inside.sizes.append(size)
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            inside.sizes.remove(size)
        window.leave(size)
        left += 1

    async def everyone() -> None:
        window = Window(photos=lambda: photos, unweighed=unweighed, bytes=size_limit)
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            for size in sizes:
                group.create_task(pass_through(window, size))

    asyncio.run(everyone())

    assert left == len(sizes)
    assert inside.most_photos <= photos
    assert inside.most_unweighed == unweighed
    assert inside.most_bytes_at_entry < size_limit


def test_photos_wait_for_those_of_unknown_size() -> None:
    """A photo that is weighed makes room for the next to be fetched, before it leaves."""

    async def scenario() -> list[str]:
        seen: list[str] = []
        window = Window(photos=lambda: 10, unweighed=1, bytes=1000)
        await window.enter()
        second = asyncio.create_task(window.enter())
        await asyncio.sleep(0)
        seen.append("waits" if not second.done() else "is in")
        window.weigh(400)
        await second
        seen.append("is in")
        return seen

    assert asyncio.run(scenario()) == ["waits", "is in"]


def test_a_photo_larger_than_the_bound_gets_through_alone() -> None:
    """Size is known only once a photo is inside; then nobody follows until it has left."""

    async def scenario() -> list[bool]:
        window = Window(photos=lambda: 10, unweighed=10, bytes=1000)
        await window.enter()
        window.weigh(5000)
        second = asyncio.create_task(window.enter())
        await asyncio.sleep(0)
        before = second.done()
        window.leave(5000)
        await second
        return [before, second.done()]

    assert asyncio.run(scenario()) == [False, True]


def test_when_less_is_allowed_nobody_enters_until_enough_have_left() -> None:
    """And when nothing is, there is still room for one."""

    async def scenario() -> list[str]:
        seen: list[str] = []
        allowed = 3
        window = Window(photos=lambda: allowed, unweighed=10, bytes=1000)
        for _ in range(3):
            await window.enter()
        allowed = 0
        next_one = asyncio.create_task(window.enter())
        for _ in range(3):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            seen.append("is in" if next_one.done() else "waits")
            window.leave(None)
        await next_one
        return seen

    assert asyncio.run(scenario()) == ["waits", "waits", "waits"]
