"""What another process puts before a lane is seen to by notice, and by a look where one is lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.core.bus import notices, store
from services.core.settings import Settings
from tests.hearings.house import House, Process


async def _nothing_asked(*_: Any, **__: Any) -> AsyncIterator[Any]:
    nothing: list[Any] = []
    for each in nothing:
        yield each


async def _deaf(*_: Any) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("lost", ["looks", "notices"])
async def test_what_another_process_accepts_is_sent_though_one_of_two_ways_is_lost(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    if lost == "looks":
        monkeypatch.setattr(store.queries, "asked", _nothing_asked)
    else:
        monkeypatch.setattr(notices, "listen", _deaf)
    async with House.open(settings) as house:
        process = Process(settings)
        for number in range(3):  # the later ones while all lanes are at rest
            await house.request(f"hearing-{number}", "room")
            facts = await house.until(lambda facts: len(facts) >= len(house.expected()))
            assert len(facts) == len(house.expected())
        await process.stop()
