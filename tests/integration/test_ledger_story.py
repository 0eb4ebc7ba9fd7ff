"""An auditor replays the whole story: the archive is the topics, and everything follows again."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.all import WORK
from services.core.bus import postgres
from services.core.bus.chain import Target
from services.core.bus.kafka import Sender, reading
from services.core.bus.record import Numbered, Record
from services.core.clock import StoryClock, clock_of
from services.core.contracts.days import day_of
from services.core.contracts.identifiers import new_id
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.core.telling.following import events
from services.core.telling.thread import ordered
from services.ledger.archive import Archive, Criteria, Entry
from services.ledger.service import NAME
from services.simulator.play import Became, Play
from services.simulator.story import rows
from tests.doors.house import OPERATOR, PATIENCE, Door, open_door
from tests.integration.test_cli_case import Lienthong, lienthong
from tests.unit.contracts.generated import CATALOGUE, CODEC

__all__ = ["lienthong"]


class Told:
    """The story in a real house, told to its end."""

    def __init__(self, door: Door, play: Play, archive: Archive) -> None:
        self.door, self.play, self.archive = door, play, archive

    def id_of(self, symbol: str) -> str:
        return self.play.symbols.id_of(symbol)

    @property
    def topics(self) -> list[str]:
        return self.door.whole.all_topics


@asynccontextmanager
async def told(settings: Settings) -> AsyncIterator[Told]:
    story = rows()
    async with open_door(settings) as door:
        play = Play(story, CATALOGUE)
        clock = clock_of(door.whole.settings)
        assert isinstance(clock, StoryClock)
        targets = {
            (door.whole.topics.events(family), partition): 0
            for family in CATALOGUE.families
            for partition in range(settings.partitions)
        }
        async with reading(settings) as reader, asyncio.timeout(PATIENCE):
            feed = events(reader, dict(targets), follow=True)
            for row in story:
                clock.move(max(row.at, clock.now()))
                wanted: set[str] = set()
                if not row.follows:
                    answer = await door.submit(play.submission(row), agency=row.agency)
                    became = Became.told(answer.json(), answer.status_code)
                    play.answered(row, became)
                    wanted = set(became.facts)
                while not (
                    wanted <= play.seen.keys()
                    and (not row.follows or play.found(row))
                    and play.stands(row)
                ):
                    record, envelope = await anext(feed)
                    event = CODEC.decode(record.value)
                    play.see(envelope.id, event, CODEC.to_json(event))
        assert play.surprises == []
        await door.quiet()
        archive_rows = Rows(settings, NAME)
        archive = Archive(archive_rows, CODEC)
        try:
            yield Told(door, play, archive)
        finally:
            await archive_rows.close()


async def standing(settings: Settings, topics: Sequence[str]) -> list[Record]:
    """Read every record that stands in some topics."""
    found: list[Record] = []
    async with reading(settings) as reader:
        targets = [(topic, p) for topic in topics for p in range(settings.partitions)]
        ends = await reader.ends(targets)
        reader.follow(dict.fromkeys(targets, 0))
        while len(found) < sum(ends.values()):
            found += await reader.read(1, 10_000)
    return found


async def archived(told: Told, count: int) -> list[Entry]:
    async with asyncio.timeout(PATIENCE):
        while (await told.archive.span(Criteria())).count < count:
            await asyncio.sleep(0.05)
    return [entry async for entry in told.archive.find(Criteria())]


@pytest.fixture
def at_story_time(settings: Settings, tmp_path: Path) -> Settings:
    return msgspec.structs.replace(settings, home=tmp_path, story_start=rows()[0].at)


async def test_x(at_story_time: Settings) -> None:
    settings = at_story_time
    async with told(settings) as story:
        records = await standing(settings, story.topics)
        entries = await archived(story, len(records))
        assert {each.record for each in entries} == set(records)
