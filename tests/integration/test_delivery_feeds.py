"""The feeds as the database fills them, with the records of the whole story in any order."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from services.core.access.directory import Directory
from services.core.access.readers import visible_to
from services.core.access.withholding import data_withheld, is_whole, withheld
from services.core.bus import postgres
from services.core.bus.record import Record
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.identifiers import key_of, new_id
from services.core.doors.problems import Problem
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.delivery.feed import Feed
from services.delivery.service import NAME, as_cloud_event, queries, statements
from tests.acceptance.memory_house import CATALOGUE, CODEC
from tests.acceptance.putting_right import Told
from tests.unit.access.test_readers import (
    AFTER_ITS_END,
    ANSWERED,
    BEFORE_ITS_END,
    DEBTOR,
    DISSOLVED,
    ENTRUSTED,
    FILED,
    PORTAL,
    entrusted,
    named,
    on,
    undoing,
)
from tests.unit.cast import DIRECTORY
from tests.unit.telling.threads import decided

REGAINS = {"vks-khu-vuc-5"}  #: of the province, until an officer of another room is assigned

Heard = tuple[Record, Envelope]
ENFORCERS = "thads-da-nang"
NEWCOMER = "thads-hue"  #: to which the case is entrusted
LANES = 3


@pytest.fixture(scope="module")
def told() -> list[list[Heard]]:
    """What one story recorded and refused."""
    return a_story()


def a_story() -> list[list[Heard]]:
    """Return what a new story records and refuses, a list for each topic and partition.

    At its end some of what was said is corrected, some withdrawn, and some corrected again.
    """
    told = Told()
    said = list(told.said())
    for each in said[::9]:
        corrected = told.say_again(each)
        assert corrected.status == "recorded"
        told.say_again(each._replace(fact=corrected.facts[0]))
    for each in said[4::9]:
        assert told.take_back(each).status == "recorded"
    return [
        [(record, record.envelope()) for record in records]
        for (topic, _), records in sorted(told.house.log.records.items())
        if topic.endswith(".events")
    ]


def entries(told: Sequence[Sequence[Heard]]) -> dict[str, list[tuple[Envelope, Event]]]:
    by_key: dict[str, list[tuple[Envelope, Event]]] = {}
    for topic in told:
        for record, envelope in topic:
            by_key.setdefault(key_of(envelope.subject), []).append(
                (envelope, CODEC.decode(record.value))
            )
    return by_key


def batches(told: list[list[Heard]], seed: int) -> Iterator[list[Heard]]:
    """Yield batches in which topics are mixed at will, each in its own order."""
    chance = random.Random(seed)  # noqa: S311  an order, not a secret
    left = [list(topic) for topic in told if topic]
    while left:
        batch: list[Heard] = []
        for _ in range(chance.randint(1, 40)):
            if left:
                topic = chance.choice(left)
                batch.append(topic.pop(0))
                left = [each for each in left if each]
        yield batch


async def fill(
    settings: Settings, told: list[list[Heard]], seed: int, *, twice: bool = False, shift: int = 0
) -> None:
    """Hear batches as lanes do, each of one partition; `shift` gives a story lanes of its own."""
    connection = await postgres.connect(settings, NAME)
    try:
        for batch in batches(told, seed):
            for partition in sorted({record.partition for record, _ in batch}):
                mine = [
                    (replace(record, partition=partition + shift), envelope)
                    for record, envelope in batch
                    if record.partition == partition
                ]
                for _ in range(2 if twice else 1):
                    await hear(connection, mine)
        await connection.execute(queries.release.sql)
    finally:
        await connection.close()


async def hear(
    connection: postgres.Connection, heard: Sequence[Heard], known: Directory = DIRECTORY
) -> None:
    """Do what a lane does in one transaction: note how far it has read, then show it."""
    partition = heard[0][0].partition
    positions = {record.topic: record.offset + 1 for record, _ in heard}
    async with connection.transaction():
        await connection.execute(
            "insert into lanes (partition, positions) values ($1, $2) on conflict (partition)"
            " do update set positions = lanes.positions || excluded.positions",
            partition,
            msgspec.json.encode(positions).decode(),
        )
        for sql, arguments in statements(heard, CATALOGUE, CODEC, known):
            await connection.execute(sql, *arguments)


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_feed_is_exactly_what_its_agency_may_see_in_whatever_order_it_was_heard(
    settings: Settings, told: list[list[Heard]], seed: int
) -> None:
    door = Rows(settings, NAME)
    feed = Feed(door)
    seen_by_somebody = set()
    try:
        if seed == 1:
            await feed.admit(DIRECTORY.agencies)
        await fill(settings, told, seed, twice=seed == 1)
        await feed.admit(DIRECTORY.agencies)
        by_key = entries(told)
        facts = {
            envelope.id: (envelope, event) for each in by_key.values() for envelope, event in each
        }
        for agency in DIRECTORY.agencies:
            allowed = {
                id_
                for each in by_key.values()
                for id_ in visible_to(agency, each, CATALOGUE, DIRECTORY)
            }
            found = await feed.read(agency, 0, 100_000)
            assert [each.number for each in found] == list(range(1, len(found) + 1))
            ids = [msgspec.json.decode(each.event)["id"] for each in found]
            assert len(ids) == len(set(ids))
            assert set(ids) == allowed, agency
            for each in found:
                shown = msgspec.json.decode(each.event)
                fact = facts[shown["id"]]
                whole = as_it_may_be_shown(*fact, allowed)
                # What a reader was given without the fact behind it stays so, though he may read it
                # since: his seat had passed on, and a withdrawal gave it back.
                given_before = agency in REGAINS and shown == as_it_may_be_shown(*fact, set())
                assert shown == whole or given_before, agency
            seen_by_somebody |= allowed
            with pytest.raises(Problem, match="NUMBER_UNKNOWN"):
                await feed.read(agency, len(found) + 1, 1)
    finally:
        await door.close()
    recorded = {envelope.id for topic in told for _, envelope in topic}
    assert seen_by_somebody == recorded, "what nobody may see helps nobody"


async def test_lanes_that_deliver_to_the_same_agencies_at_one_moment_leave_no_gap(
    settings: Settings,
) -> None:
    told = [a_story() for _ in range(LANES)]
    delivering = [
        asyncio.create_task(fill(settings, lane, seed, shift=seed * LANES))
        for seed, lane in enumerate(told)
    ]
    door = Rows(settings, NAME)
    feed, given, strangers = Feed(door), 0, list(DIRECTORY.agencies)
    try:
        while strangers or not all(lane.done() for lane in delivering):
            if strangers:
                await feed.admit([strangers.pop()])
            found = await feed.read(ENFORCERS, given, 100_000)
            assert [each.number for each in found] == [
                given + place for place in range(1, len(found) + 1)
            ]
            given += len(found)
        await asyncio.gather(*delivering)
        for agency in DIRECTORY.agencies:
            allowed = {
                id_
                for lane in told
                for each in entries(lane).values()
                for id_ in visible_to(agency, each, CATALOGUE, DIRECTORY)
            }
            found = await feed.read(agency, 0, 100_000)
            assert [each.number for each in found] == list(range(1, len(found) + 1))
            assert {msgspec.json.decode(each.event)["id"] for each in found} == allowed, agency
    finally:
        await asyncio.gather(*delivering, return_exceptions=True)
        await door.close()


async def test_an_agency_that_joins_later_is_given_what_everybody_and_what_it_itself_may_read(
    settings: Settings, told: list[list[Heard]]
) -> None:
    without = {slug: each for slug, each in DIRECTORY.agencies.items() if slug != NEWCOMER}
    earlier = replace(DIRECTORY, agencies=without)
    connection = await postgres.connect(settings, NAME)
    door = Rows(settings, NAME)
    feed = Feed(door)
    try:
        await feed.admit(earlier.agencies)
        for heard_ in filter(None, told):
            for partition in {record.partition for record, _ in heard_}:
                mine = [each for each in heard_ if each[0].partition == partition]
                await hear(connection, mine, earlier)
        await connection.execute(queries.release.sql)
        assert await feed.last(NEWCOMER) == 0
        await feed.admit(DIRECTORY.agencies)
        public = (await ids_given(feed))[NEWCOMER]
        assert public == {
            id_
            for each in entries(told).values()
            for id_ in visible_to(NEWCOMER, each, CATALOGUE, DIRECTORY)
        }
        assert public, "sales are announced to everybody"

        for place, entry in enumerate(ENTRUSTED):
            await hear(connection, [heard("judgment", 1_000 + place, *entry)])
        given = await feed.read(NEWCOMER, 0, 1_000)
        own = visible_to(NEWCOMER, ENTRUSTED, CATALOGUE, DIRECTORY)
        assert {msgspec.json.decode(each.event)["id"] for each in given} == public | own
        assert [each.number for each in given] == list(range(1, len(public | own) + 1))
        assert own
    finally:
        await connection.close()
        await door.close()


async def test_a_former_handler_is_not_given_what_was_read_before_the_fact_that_took_his_seat(
    settings: Settings,
) -> None:
    *before, successors = ENTRUSTED
    changed = [each for each in before if each[0].type.startswith("thads.case.")]
    told = [
        heard("case" if entry in changed else "judgment", place, *entry)
        for place, entry in enumerate(before)
    ]
    record, envelope = heard("information", 0, *successors)
    early = record, replace(envelope, heard=f"case:{len(before)}")
    connection = await postgres.connect(settings, NAME)
    door = Rows(settings, NAME)
    try:
        await hear(connection, told[:4])
        await hear(connection, [early])
        given = await ids_given(Feed(door))
        assert not any(envelope.id in ids for ids in given.values())
        await hear(connection, told[4:])
        given = await ids_given(Feed(door))
        for agency in DIRECTORY.agencies:
            allowed = visible_to(agency, ENTRUSTED, CATALOGUE, DIRECTORY)
            assert given[agency] == allowed, agency
    finally:
        await connection.close()
        await door.close()


async def test_what_was_kept_from_a_handler_by_a_mistake_is_given_to_him_once_it_is_undone(
    settings: Settings,
) -> None:
    mistake = next(each for each in ENTRUSTED if each[0].type.endswith(".entrusted"))
    back = undoing("withdraws", mistake, 7, entrusted(4))
    connection = await postgres.connect(settings, NAME)
    door = Rows(settings, NAME)
    try:
        for place, entry in enumerate([*ENTRUSTED, back]):
            await hear(connection, [heard("judgment", place, *entry)])
        given = await ids_given(Feed(door))
        before = visible_to(ENFORCERS, ENTRUSTED, CATALOGUE, DIRECTORY)
        assert given[ENFORCERS] > before | {back[0].id}
        for agency in DIRECTORY.agencies:
            allowed = visible_to(agency, [*ENTRUSTED, back], CATALOGUE, DIRECTORY)
            assert given[agency] >= allowed, agency
    finally:
        await connection.close()
        await door.close()


async def test_a_handler_keeps_his_seat_when_the_one_before_him_is_corrected(
    settings: Settings,
) -> None:
    first = next(each for each in ENTRUSTED if each[0].type.endswith(".decided"))
    mended = undoing("corrects", first, 7, decided())
    *_, asked = ENTRUSTED
    later = replace(asked[0], id=new_id(), recorded_at=asked[0].recorded_at.replace(day=11))
    told = [*ENTRUSTED, mended, (later, asked[1])]
    connection = await postgres.connect(settings, NAME)
    door = Rows(settings, NAME)
    try:
        for place, entry in enumerate(told):
            await hear(connection, [heard("judgment", place, *entry)])
        given = await ids_given(Feed(door))
        assert later.id in given[asked[0].agency]
        for agency in DIRECTORY.agencies:
            assert given[agency] == visible_to(agency, told, CATALOGUE, DIRECTORY), agency
    finally:
        await connection.close()
        await door.close()


async def test_a_successor_is_given_what_the_office_that_ended_might_read(
    settings: Settings,
) -> None:
    told = [*BEFORE_ITS_END, AFTER_ITS_END]
    connection = await postgres.connect(settings, NAME)
    door = Rows(settings, NAME)
    try:
        for place, entry in enumerate(BEFORE_ITS_END):
            await hear(connection, [heard("judgment", place, *entry)], DISSOLVED)
        assert (await ids_given(Feed(door)))[NEWCOMER] == set()
        await hear(connection, [heard("judgment", len(told), *AFTER_ITS_END)], DISSOLVED)
        given = await ids_given(Feed(door))
        for agency in DIRECTORY.agencies:
            if agency in DISSOLVED.agencies:
                assert given[agency] == visible_to(agency, told, CATALOGUE, DISSOLVED), agency
        assert AFTER_ITS_END[0].id in given[NEWCOMER]
    finally:
        await connection.close()
        await door.close()


async def test_a_channel_named_later_is_given_what_stood_before_and_the_former_nothing_new(
    settings: Settings,
) -> None:
    naming = on(4, named(DEBTOR, NEWCOMER, PORTAL))
    answered = on(5, ANSWERED)
    back = undoing("withdraws", naming, 6, named(DEBTOR, NEWCOMER, PORTAL))
    told = [*FILED, naming, answered]
    connection = await postgres.connect(settings, NAME)
    door = Rows(settings, NAME)
    try:
        for place, entry in enumerate(told):
            await hear(connection, [heard("case", place, *entry)])
        given = await ids_given(Feed(door))
        assert answered[0].id in given[NEWCOMER] - given[PORTAL]
        for agency in DIRECTORY.agencies:
            assert given[agency] == visible_to(agency, told, CATALOGUE, DIRECTORY), agency
        await hear(connection, [heard("case", len(told), *back)])
        given = await ids_given(Feed(door))
        assert answered[0].id in given[PORTAL]
    finally:
        await connection.close()
        await door.close()


def as_it_may_be_shown(envelope: Envelope, event: Event, readable: set[str]) -> dict[str, Any]:
    """Return a fact as an agency is to get it that may read some facts."""
    whole = is_whole(event, envelope, readable)
    shown = as_cloud_event(event, envelope if whole else withheld(envelope), CODEC)
    data = shown["data"] if whole else data_withheld(shown["data"])
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(shown | {"data": data}))
    return plain


def heard(family: str, offset: int, envelope: Envelope, event: Event) -> Heard:
    topic = f"thads.{family}.events"
    return Record(topic, 0, offset, key_of(envelope.subject), CODEC.encode(event), b""), envelope


async def ids_given(feed: Feed) -> dict[str, set[str]]:
    return {
        agency: {
            msgspec.json.decode(each.event)["id"] for each in await feed.read(agency, 0, 1_000)
        }
        for agency in DIRECTORY.agencies
    }
