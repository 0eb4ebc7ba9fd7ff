"""An auditor replays the whole story: the archive is the topics, and everything follows again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from services.all import WORK
from services.cli import main
from services.cli.archive import opened
from services.cli.why import explained
from services.core.bus import postgres
from services.core.bus.kafka import Sender, reading
from services.core.bus.record import Numbered, Record
from services.core.bus.service import Service
from services.core.clock import StoryClock, clock_of
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.core.telling.following import events
from services.ledger.archive import Archive, Criteria, Entry
from services.ledger.service import NAME
from services.simulator.play import Became, Play
from services.simulator.story import rows
from tests.doors.house import PATIENCE, Door, open_door
from tests.integration.test_cli_doors import environment
from tests.unit.contracts.generated import CATALOGUE, CODEC


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
        await put_right(door, play)
        await door.quiet()
        archive_rows = Rows(settings, NAME)
        archive = Archive(archive_rows, CODEC)
        try:
            yield Told(door, play, archive)
        finally:
            await archive_rows.close()


async def put_right(door: Door, play: Play) -> None:
    """Correct some of what was said, withdraw some, and correct one of the corrections."""
    said = [row for row in rows() if row.agency != "platform" and row.expect != "refused"]
    for place, row in enumerate(said[::11]):
        how = "withdraws" if place % 3 == 2 else "corrects"
        submission = play.submission(row)
        undone = {**submission, how: play.symbols._facts[str(row.n)]}
        answer = (await door.submit(undone, agency=row.agency)).json()
        assert answer["status"] == "recorded", (row, answer)
        if place == 0:
            again = {**submission, "corrects": answer["facts"][0]["id"]}
            answer = (await door.submit(again, agency=row.agency)).json()
            assert answer["status"] == "recorded", (row, answer)


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
def at_story_time(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a house on the story's clock, for the commands of this test too."""
    own = msgspec.structs.replace(settings, home=tmp_path, story_start=rows()[0].at)
    for name, value in environment(own).items():
        monkeypatch.setenv(name, value)
    return own


async def test_the_archive_is_the_topics_and_all_of_the_story_follows_from_it_again(
    at_story_time: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with told(at_story_time) as story:
        records = await standing(at_story_time, story.topics)
        entries = await archived(story, len(records))
        _is_the_topics(entries, records)

        await _repeat(at_story_time, records[:40])
        for service in WORK:
            code, printed = await _lienthong(capsys, "rebuild", service.name, "--diff")
            facts = sum(entry.family in _names(service) for entry in entries if _is_fact(entry))
            assert code == 0, printed
            assert f"streams of {facts} facts agree" in printed
        checked = await _why_all(entries)
        assert checked == {"fact": len([e for e in entries if _is_fact(e)]), "refusal": 1}
        assert (await story.archive.span(Criteria())).count == len(records)

        await _tamper(at_story_time)
        code, printed = await _lienthong(capsys, "rebuild", "coercion", "--diff")
        assert code == 1
        assert "coercion: 1 of" in printed
        assert ": 1 facts are stored, " in printed or ": 0 facts are stored, " in printed


def _is_the_topics(entries: list[Entry], records: list[Record]) -> None:
    def by_place(record: Record) -> tuple[str, int, int]:
        return record.topic, record.partition, record.offset

    assert sorted((entry.record for entry in entries), key=by_place) == sorted(
        records, key=by_place
    )
    lanes: dict[int, list[int]] = {}
    for entry in entries:
        assert entry.lane == entry.record.partition
        lanes.setdefault(entry.lane, []).append(entry.index)
    for indexes in lanes.values():
        assert indexes == list(range(1, len(indexes) + 1))


async def _repeat(settings: Settings, records: Sequence[Record]) -> None:
    """Let records stand in their topics twice, as an owner that died may leave them."""
    sender = Sender(settings)
    await sender.start()
    for record in records:
        again = Numbered(record.key, record.value, record.head)
        await sender.send((record.topic, record.partition), [again])
    sender.abandon()


async def _why_all(entries: list[Entry]) -> dict[str, int]:
    checked = {"fact": 0, "refusal": 0}
    async with opened() as desk:
        for entry in entries:
            if entry.kind in checked:
                decision = await explained(desk, entry)
                assert decision.differences == [], (entry.id, decision.differences)
                checked[entry.kind] += 1
    return checked


async def _tamper(settings: Settings) -> None:
    """Change how many facts a stored stream claims to hold."""
    connection = await postgres.connect(settings, "coercion")
    try:
        await connection.execute(
            "update states set sequence = 1 where stream = "
            "(select min(stream) from states where stream like 'coercion/%')"
        )
    finally:
        await connection.close()


async def _lienthong(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    code = await asyncio.to_thread(main.run, list(arguments))
    return code, capsys.readouterr().out


def _names(service: Service) -> set[str]:
    return {family.name for family in service.families}


def _is_fact(entry: Entry) -> bool:
    return entry.kind == "fact"
