"""The whole story in a real house, told once: who sees what of it, and what an auditor finds.

Each agency sees exactly what it may by each of the ways; the archive is the topics, and everything
follows from it again.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import httpx2
import msgspec
import pytest
import pytest_asyncio

from services.all import DECIDING
from services.cli import main
from services.cli.archive import opened
from services.cli.clock import moving
from services.cli.why import explained
from services.core.access.docket import stream_of
from services.core.access.readers import visible_to
from services.core.bus import postgres
from services.core.bus.cluster import Cluster
from services.core.bus.kafka import Sender, reading
from services.core.bus.record import Numbered, Record
from services.core.bus.service import Service
from services.core.clock import StoryClock, clock_of
from services.core.contracts.days import day_of
from services.core.contracts.envelope import Envelope, foreign_headers
from services.core.contracts.event import Event
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.core.telling.following import events
from services.delivery.routes import Page as Feed
from services.ledger.archive import Archive, Criteria, Entry
from services.ledger.service import NAME
from services.simulator.play import Became, Play
from services.simulator.story import rows
from tests.doors.house import ENFORCERS, OPERATOR, Door, open_door
from tests.integration.test_cli_doors import environment
from tests.patience import PATIENCE
from tests.stories.archiving import archived, standing
from tests.unit.contracts.generated import CATALOGUE, CODEC

WATCHING: Final = {"cuc-quan-ly-thads", "vks-khu-vuc-3", "mttq-phuong-song-cam"}
STRANGERS: Final = {
    *("toa-hue", "thads-hue", "vks-hue", "vks-khu-vuc-5", "ubnd-thuan-phuoc"),
    *("nh-khac", "vp-son-tra", "cuc-tha-quan-doi"),
}

NOT_FOUND: Final = 404
Fact: TypeAlias = tuple[Envelope, Event]

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(600),  # the first test waits for the whole story on a real platform
]


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
        await _granted(door)
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
        async with moving(door.whole.settings, clock, PATIENCE) as moves:
            await moves.quiet()  # the clocks have said what they must
        await door.settled()
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(
    settings_of_module: Settings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Told]:
    """The story in a house on its clock, whose settings are those of the commands too."""
    home = tmp_path_factory.mktemp("home")
    own = msgspec.structs.replace(settings_of_module, home=home, story_start=rows()[0].at)
    with pytest.MonkeyPatch.context() as patched:
        for name, value in environment(own).items():
            patched.setenv(name, value)
        async with told(own) as story:
            yield story


async def test_each_agency_sees_of_each_fact_by_each_way_exactly_what_it_may(story: Told) -> None:
    settings, codec = story.door.whole.settings, story.door.whole.codec
    by_key: dict[str, list[Fact]] = {}
    for record in await standing(settings, [each for each in story.topics if _tells(each)]):
        fact = record.envelope(), codec.decode(record.value)
        by_key.setdefault(key_of(fact[0].subject), []).append(fact)
    agencies = _agencies(story.door)
    allowed = {
        (agency, key): visible_to(agency, facts, CATALOGUE, story.door.whole.directory)
        for agency in agencies
        for key, facts in by_key.items()
    }
    subjects = {envelope.subject for facts in by_key.values() for envelope, _ in facts}
    pages = sorted({stream_of(each) for each in subjects if is_uuid7(key_of(each))})
    topics = await _by_topic(story.door)
    for agency in agencies:
        pulled = await _by_pull(story.door, agency)
        assert topics[agency] == pulled, agency
        assert [number for number, _ in pulled] == list(range(1, len(pulled) + 1))
        ids = [msgspec.json.decode(event)["id"] for _, event in pulled]
        assert len(ids) == len(set(ids))
        assert set(ids) == set[str]().union(*(allowed[agency, key] for key in by_key)), agency

        shown = set[str]()
        for page in pages:
            seen = _of_page(page, by_key[key_of(page)], allowed[agency, key_of(page)])
            assert await _by_timeline(story.door, agency, page) == seen, (agency, page)
            assert await _by_console(story.door, agency, page) == seen, (agency, page)
            shown |= seen or set()
        assert shown == set[str]().union(*(allowed[agency, key_of(page)] for page in pages))


def _tells(topic: str) -> bool:
    return topic.endswith(".events")


def _agencies(door: Door) -> list[str]:
    """Return the agencies whose reading is compared: of the story, and strangers beside them.

    They are in being, for no other is let read. `test_nobody_acts_for_another` knows all strangers.
    """
    today = day_of(door.whole.clock.now())
    compared = {row.agency for row in rows()} | WATCHING | STRANGERS
    return [
        slug
        for slug, agency in door.whole.directory.agencies.items()
        if slug != OPERATOR and slug in compared and agency.existed_on(today)
    ]


async def _granted(door: Door) -> None:
    """Let every agency read a topic of its own."""
    cluster = Cluster(door.whole.settings)
    topics = [door.whole.topics.agency(agency) for agency in _agencies(door)]
    await cluster.create(topics, partitions=1)
    for topic in topics:
        await cluster.admit(topic, "a-password", topic, f"{topic}.")


async def _by_pull(door: Door, agency: str) -> list[tuple[int, bytes]]:
    answer = await door.ask("/v1/events?limit=1000", agency=agency)
    events = msgspec.json.decode(answer.content, type=Feed).events
    beyond = await door.ask(f"/v1/events?after={len(events) + 1}", agency=agency)
    assert beyond.json()["code"] == "NUMBER_UNKNOWN"
    return [(each.number, bytes(each.event)) for each in events]


async def _by_topic(door: Door) -> dict[str, list[tuple[int, bytes]]]:
    """Read every agency's topic, up to the last number of its feed."""
    last = {agency: len(await _by_pull(door, agency)) for agency in _agencies(door)}
    targets = {(door.whole.topics.agency(agency), 0): 0 for agency in last}
    found: dict[str, list[tuple[int, bytes]]] = {agency: [] for agency in last}
    async with asyncio.timeout(PATIENCE), reading(door.whole.settings) as reader:
        reader.follow(targets)
        while any(len(found[agency]) < many for agency, many in last.items()):
            for record in await reader.read(1, 10_000):
                number = int(foreign_headers(record.head)["number"])
                found[record.topic.rpartition(".")[2]].append((number, record.value))
    return found


def _of_page(page: str, facts: Sequence[Fact], allowed: set[str]) -> set[str] | None:
    """Return what of a key a page may show to whom all this is allowed; None: that it exists."""
    seen = {envelope.id: (envelope.subject, event) for envelope, event in facts}
    mine = {id_ for id_ in allowed if stream_of(seen[id_][0]) == page}
    if not mine or page == key_of(page):
        return allowed if mine else None
    return mine | {id_ for id_ in allowed if stream_of(seen[id_][0]) == key_of(page)}


async def _by_timeline(door: Door, agency: str, page: str) -> set[str] | None:
    answer = await door.ask(f"/v1/cases/{page}/timeline", agency=agency)
    if answer.status_code == NOT_FOUND:
        return None
    entries = answer.json()["entries"]
    assert not any(entry.keys() & {"lane", "index", "sequence", "causation"} for entry in entries)
    assert len({entry["id"] for entry in entries}) == len(entries)
    return {entry["id"] for entry in entries}


async def _by_console(door: Door, agency: str, page: str) -> set[str] | None:
    cookie = {"Cookie": f"lienthong_token={door.token(agency)}"}
    answer = await door.http.get(f"/console/cases/{page}", headers=cookie)
    if answer.status_code == NOT_FOUND:
        return None
    assert answer.status_code == httpx2.codes.OK
    found = re.findall(r'<li id="f-([0-9a-f-]{36})"', answer.text)
    assert len(set(found)) == len(found) == answer.text.count("<time datetime")
    return set(found)


async def test_the_archive_is_the_topics_and_all_of_the_story_follows_from_it_again(
    story: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = story.door.whole.settings
    await _received(story.door)
    records = await standing(settings, story.topics)
    entries = await archived(settings, CODEC, records)

    await _repeat(settings, records[:40])
    assert await standing(settings, story.topics) == records
    for service in DECIDING:
        code, printed = await _lienthong(capsys, "rebuild", service.name, "--diff")
        facts = sum(entry.family in _names(service) for entry in entries if _is_fact(entry))
        assert code == 0, printed
        assert f"streams of {facts} facts agree" in printed
    checked = await _why_all(entries)
    assert checked == Counter(entry.kind for entry in entries if entry.kind in checked)
    assert all(checked.values())
    assert (await story.archive.span(Criteria())).count == len(records)

    await _tamper(settings)
    code, printed = await _lienthong(capsys, "rebuild", "coercion", "--diff")
    assert code == 1
    assert "coercion: 1 of" in printed
    assert ": 1 facts are stored, " in printed or ": 0 facts are stored, " in printed


async def _received(door: Door) -> None:
    """Confirm what an agency was given first, and wait for the receipts: facts of delivery's."""
    await door.ask("/v1/events?after=2", agency=ENFORCERS)
    async with asyncio.timeout(PATIENCE):
        while len(await standing(door.whole.settings, [door.whole.topics.events("delivery")])) < 2:
            await asyncio.sleep(0.1)
    await door.settled()


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
