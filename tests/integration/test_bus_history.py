"""B3, B4, B6: in a damaged world a lane stands still and says why; nothing wrong is ever written.

Each test damages Kafka or PostgreSQL as power cuts, restores and slips of the hand do, and asks the
same questions: which lane is red and for what reason, what was written meanwhile (nothing), and do
the other lanes work on.
"""

import asyncio
import contextlib
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from services.core.bus import chain, postgres
from services.core.bus.chain import Tail, Target
from services.core.bus.errors import Doubt
from services.core.bus.health import LaneState
from services.core.bus.kafka import Sender, reading
from services.core.bus.lane import Lane
from services.core.bus.record import Numbered, Record, unpacked
from services.core.bus.service import Service, Statement, View
from services.core.contracts.envelope import Envelope
from services.core.contracts.identifiers import new_id
from services.core.contracts.partitions import partition_of
from services.core.runtime.postgres_server import _BINARIES
from services.core.runtime.stack import Stack
from services.core.settings import Settings
from services.core.telemetry.halted import Halted
from tests.hearings.house import GATEWAY, House, Process, seen, unhurried
from tests.hearings.records import written
from tests.hearings.service import SERVICE
from tests.patience import PATIENCE, surely
from tests.strangers import signed_in

DAMAGED, SOUND = 0, 1  #: partitions: where the world is damaged, and where it is not
FACTS = 3  #: of one request: requested, the room booked, the answer


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """A short lease, so that the next process need not wait long for a red lane's lease to end."""
    return msgspec.structs.replace(settings, lease_seconds=2.0)


def part_in(partition: int) -> str:
    """A new id whose key belongs to a partition."""
    while partition_of(part := new_id(), 3) != partition:
        pass
    return part


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.02)


async def why_red(process: Process, service: str = "hearings", lane: int = DAMAGED) -> str:
    """Wait until a lane is red and return the reason that it gives."""
    lanes = process.hosts[service].lanes
    await until(lambda: lane in lanes and lanes[lane].health.state is LaneState.RED)
    assert process.hosts[service].is_alive()
    assert not process.hosts[service].is_ready()
    return lanes[lane].health.reason


async def halted_of(process: Process, service: str = "hearings") -> Halted:
    """Wait until a service of a process is halted whole, and return how."""
    host = process.hosts[service]
    await until(lambda: bool(host.halted))
    (halted,) = host.halted
    assert halted.lane is None
    return halted


def lane_of(process: Process, service: str = "hearings", lane: int = DAMAGED) -> Lane:
    return process.hosts[service].lanes[lane]


async def accept(house: House, partition: int, count: int = 1) -> list[str]:
    """Accept requests one by one whose whole thread stays on one lane; return their parts."""
    parts = [f"{part_in(partition)}" for _ in range(count)]
    for part in parts:
        await house.request(part, _room_of(part, partition))
    return parts


def _room_of(part: str, partition: int) -> str:
    number = 0
    while partition_of(room := f"room-{number}-of-{part}", 3) != partition:
        number += 1
    return room


def submissions(house: House, partition: int = DAMAGED) -> Target:
    return house.topics.submissions("hearing"), partition


async def accepted(house: House, partition: int = DAMAGED) -> list[Numbered]:
    """What the gateway's outbox holds for a partition, in order."""
    rows = await house.gateway.fetch(
        "select records from outbox where topic = $1 and partition = $2 order by first",
        *submissions(house, partition),
    )
    return [each for row in rows for each in unpacked(row["records"])]


async def append(house: House, target: Target, *records: Numbered) -> None:
    """Write records to a topic, as Kafka might hold them after an accident."""
    sender = Sender(house.settings)
    await sender.start()
    fitted, _ = await sender.send(target, records)
    sender.abandon()
    assert fitted == len(records)


async def ends(house: House, *targets: Target) -> list[int]:
    async def look() -> dict[Target, int]:
        async with reading(house.settings) as reader:
            return await reader.ends(targets)

    found = await surely(look)
    return [found[each] for each in targets]


_WRITTEN = (
    "select positions, heard from lanes where partition = $1",
    "select topic, given, given_hash from targets where lane = $1 order by topic",
    "select topic, first, last from outbox where lane = $1 order by topic, first",
    "select key, cause from letters where lane = $1 order by number",
)


async def standing(house: House, service: str = "hearings", lane: int = DAMAGED) -> Any:
    """All that a lane has ever written, in the database and in the topics of its partition.

    Left out is what may move while nothing happens: the lease, and marks of what was sent.
    """
    connection = await postgres.connect(unhurried(house.settings), service)
    rows = [await connection.fetch(statement, lane) for statement in _WRITTEN]
    states = await connection.fetch("select stream, version from states order by stream")
    connection.terminate()
    of_lane = [
        (row["stream"], row["version"])
        for row in states
        if partition_of(row["stream"].partition("/")[2], 3) == lane
    ]
    topics = [house.topics.events(each) for each in ("hearing", "room", "submission")]
    written_to = [house.topics.submissions("room"), *topics]
    return rows, of_lane, await ends(house, *[(topic, lane) for topic in written_to])


async def a_sound_lane_works(house: House, *, sends: bool = False) -> None:
    """Carry a request through another lane from beginning to end; `sends`: no gateway runs."""
    (part,) = await accept(house, SOUND)
    if sends:
        await append(house, submissions(house, SOUND), (await accepted(house, SOUND))[-1])
    await house.until(lambda facts: len(of_key(facts, part)) == FACTS - 1)


def of_key(facts: Sequence[Record], key: str) -> list[Envelope]:
    return [each.envelope() for each in facts if each.key == key]


async def execute(settings: Settings, service: str, statement: str, *arguments: object) -> Any:
    connection = await postgres.connect(unhurried(settings), service)
    try:
        return await connection.fetch(statement, *arguments)
    finally:
        connection.terminate()


# -- B3: numbers


async def test_a_gap_that_heals_is_passed_and_everything_is_applied_once(quick: Settings) -> None:
    async with House.open(quick) as house:
        parts = await accept(house, DAMAGED, 4)
        first, second, third, fourth = await accepted(house)
        await append(house, submissions(house), first, third, fourth)
        process = Process(quick, [SERVICE])
        reason = await why_red(process)
        assert "of lane gateway/0 number 2 is missing, found 3" in reason

        await a_sound_lane_works(house, sends=True)
        facts = await house.facts()
        assert [len(of_key(facts, part)) for part in parts] == [1, 0, 0, 0]

        await append(house, submissions(house), second, third, fourth)
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        assert seen(facts) == expected
        await until(process.hosts["hearings"].is_ready)
        await process.stop()


async def test_what_was_decided_before_a_gap_is_told_while_the_lane_is_red(
    quick: Settings,
) -> None:
    """The gap is in one batch with what stands before it; who waits for that must not wait on."""
    async with House.open(quick) as house:
        before, _, _ = await accept(house, DAMAGED, 3)
        first, _, third = await accepted(house)
        await append(house, submissions(house), first, third)
        process = Process(quick, [SERVICE])
        facts = await house.until(lambda facts: bool(of_key(facts, before)))
        assert [each.type for each in of_key(facts, before)] == ["thads.hearing.requested"]
        assert "number 2 is missing" in await why_red(process)
        await process.stop()


async def test_a_gap_that_does_not_heal_stays_red_whoever_owns_the_lane(quick: Settings) -> None:
    async with House.open(quick) as house:
        await accept(house, DAMAGED, 5)
        first, _, third, fourth, fifth = await accepted(house)
        await append(house, submissions(house), first)
        process = Process(quick, [SERVICE])
        await house.until(lambda facts: len(facts) == FACTS)
        await append(house, submissions(house), third)
        reason = await why_red(process)
        before = await standing(house)
        await append(house, submissions(house), fourth, fifth)
        await a_sound_lane_works(house, sends=True)
        assert await why_red(process) == reason
        await process.stop()

        other = Process(quick, [SERVICE])
        assert await why_red(other) == reason
        await a_sound_lane_works(house, sends=True)
        assert await standing(house) == before
        await other.stop()


async def test_nothing_behind_a_gap_is_shown_and_nothing_is_shown_twice(quick: Settings) -> None:
    async with House.open(quick) as house:
        await execute(quick, "dockets", "create table shown (n serial, part text)")
        target = (house.topics.events("hearing"), DAMAGED)
        claims = [house.requested(part_in(DAMAGED), "room-1") for _ in range(3)]
        parts = [each.key for each in claims]
        chunk = written(
            "hearings/0", [msgspec.structs.replace(each, topic=target[0]) for each in claims]
        )
        first, second, third = chunk.records
        await append(house, target, first, first, third)
        process = Process(quick, [Service(name="dockets", view=View(("hearing",), _show))])
        assert "of lane hearings/0 number 2 is missing" in await why_red(process, "dockets")
        assert await _shown(quick) == parts[:1]

        await append(house, target, first, second, second, third)
        await until(process.hosts["dockets"].is_ready)
        async with asyncio.timeout(PATIENCE):
            while len(shown := await _shown(quick)) < 3:
                await asyncio.sleep(0.02)
        assert shown == parts
        await process.stop()


def _show(records: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
    return [("insert into shown (part) values ($1)", (each.subject,)) for _, each in records]


async def _shown(settings: Settings) -> list[str]:
    rows = await execute(settings, "dockets", "select part from shown order by n")
    return [row["part"] for row in rows]


# -- B3: the chain


async def test_a_record_that_does_not_follow_the_one_before_halts_the_lane(quick: Settings) -> None:
    async with House.open(quick) as house:
        await accept(house, DAMAGED)
        (first,) = await accepted(house)
        await append(house, submissions(house), first)
        process = Process(quick, [SERVICE])
        await house.until(lambda facts: len(facts) == FACTS)
        before = await standing(house)

        other = house.requested(part_in(DAMAGED), "room-1")
        forged = chain.number("gateway/0", submissions(house), Tail(1, "0" * 16), [other])
        await append(house, submissions(house), *forged.records)
        reason = await why_red(process)
        assert f"{submissions(house)[0]}[0]@" in reason
        assert "lane gateway/0" in reason
        assert "the topic was changed after the fact" in reason
        await a_sound_lane_works(house, sends=True)
        assert await standing(house) == before
        await process.stop()


async def test_a_repeat_that_says_something_else_halts_the_lane(quick: Settings) -> None:
    async with House.open(quick) as house:
        (part,) = await accept(house, DAMAGED)
        (first,) = await accepted(house)
        await append(house, submissions(house), first)
        process = Process(quick, [SERVICE])
        await house.until(lambda facts: len(facts) == FACTS)
        before = await standing(house)

        another_day = house.requested(part, "room-1", day=9).value
        await append(house, submissions(house), Numbered(first.key, another_day, first.head))
        assert "the topic was changed after the fact" in await why_red(process)
        await a_sound_lane_works(house, sends=True)
        assert await standing(house) == before
        await process.stop()


# -- B6: the database comes from another time


@pytest.fixture
def restored(quick: Settings, stack: Stack) -> Iterator[Settings]:
    """The house with its database as it stood when `restore` was called."""
    settings = msgspec.structs.replace(quick, postgres_database=f"{quick.postgres_database}_then")
    yield settings
    stack.postgres.run(f'drop database if exists "{settings.postgres_database}" with (force)')


def back_up(stack: Stack, now: Settings, then: Settings) -> None:
    stack.postgres.run(
        f'create database "{then.postgres_database}" template "{now.postgres_database}"'
    )


async def two_requests_and_a_backup_between(
    stack: Stack, settings: Settings, restored: Settings
) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        await accept(house, DAMAGED)
        await house.until(lambda facts: len(facts) == FACTS)
        await process.stop()
    back_up(stack, settings, restored)
    async with House.open(settings) as house:
        process = Process(settings)
        await accept(house, DAMAGED)
        await house.until(lambda facts: len(facts) == 2 * FACTS)
        await process.stop()


async def test_a_restored_database_is_told_by_kafkas_tail_and_the_remedy_is_named(
    stack: Stack, quick: Settings, restored: Settings
) -> None:
    await two_requests_and_a_backup_between(stack, quick, restored)
    async with House.open(restored) as house:
        before = await standing(house)
        process = Process(restored)
        for service in ("hearings", "gateway"):
            reason = await why_red(process, service)
            assert "it was restored from the past" in reason
            assert (
                f"pg_restore --clean --if-exists --single-transaction --schema={service} " in reason
            )
        await a_sound_lane_works(house)
        assert await standing(house) == before
        await process.stop()


async def test_a_schema_restored_from_an_old_backup_works_again_by_the_words_of_its_halt(
    quick: Settings, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "PGHOST": quick.postgres_host,
        "PGPORT": str(quick.postgres_port),
        "PGUSER": postgres.SUPERUSER,
    }

    def say(command: str) -> None:
        tool, *words = shlex.split(command)
        done = subprocess.run(
            [_BINARIES / tool, *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def back_up_schema(name: str) -> Path:
        backup = tmp_path / name
        say(
            f"pg_dump --format=custom --schema=hearings --file={backup} "
            f"--dbname={quick.postgres_database}"
        )
        return backup

    async with House.open(quick) as house:
        process = Process(quick)
        await accept(house, DAMAGED)
        await house.until(lambda facts: len(facts) == FACTS)
        await process.stop()
        old = back_up_schema("old")
        process = Process(quick)
        await accept(house, DAMAGED)
        await house.until(lambda facts: len(facts) == 2 * FACTS)
        await process.stop()
        newest = back_up_schema("newest")

        restore = "pg_restore --clean --if-exists --single-transaction --schema=hearings"
        say(f"{restore} --dbname={quick.postgres_database} {old}")
        halted = Process(quick)
        reason = await why_red(halted)
        await halted.stop()
        (remedy,) = re.findall("`(.*)`", reason)
        say(remedy.replace("BACKUP", str(newest)))

        process = Process(quick)
        await accept(house, DAMAGED)
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        assert seen(facts) == expected
        assert await house.stored() == house.expected_states(SERVICE)
        await process.stop()


@pytest.mark.parametrize("meanwhile", [1, 2])
async def test_a_restored_database_is_told_though_gateways_have_accepted_since(
    stack: Stack, quick: Settings, restored: Settings, meanwhile: int
) -> None:
    """Gateways give numbers without owning the lane, so these may have caught up with Kafka's."""
    await two_requests_and_a_backup_between(stack, quick, restored)
    async with House.open(restored) as house:
        await accept(house, DAMAGED, meanwhile)
        before = await ends(house, submissions(house))
        process = Process(restored, [GATEWAY])
        reason = await why_red(process, "gateway")
        assert "it was restored from the past" in reason
        assert "--schema=gateway " in reason
        await accept(house, SOUND)
        await until(lambda: lane_of(process, "gateway", SOUND).health.state is LaneState.WORKING)
        async with asyncio.timeout(PATIENCE):
            while await ends(house, submissions(house, SOUND)) != [1]:
                await asyncio.sleep(0.02)
        assert await ends(house, submissions(house)) == before
        await process.stop()


async def test_a_topic_that_was_cut_before_it_was_read_halts_the_lane(quick: Settings) -> None:
    async with House.open(quick) as house:
        await accept(house, DAMAGED, 2)
        await append(house, submissions(house), *await accepted(house))
        await cut_beginning(quick, submissions(house), 1)
        process = Process(quick, [SERVICE])
        assert "the stored position lies outside of the topic" in await why_red(process)
        before = await standing(house)
        await a_sound_lane_works(house, sends=True)
        assert await standing(house) == before
        assert not [each for each in await house.facts() if each.partition == DAMAGED]
        await process.stop()


async def cut_beginning(settings: Settings, target: Target, offset: int) -> None:
    admin = AIOKafkaAdminClient(**signed_in(settings))
    await admin.start()
    await admin.delete_records({TopicPartition(*target): RecordsToDelete(before_offset=offset)})
    await admin.close()


# -- B4, B6: Kafka has forgotten what it acknowledged


async def lose_tail(stack: Stack, house: House, target: Target, batches: int) -> None:
    """Cut the power before the last batches of a partition are on the disk."""
    stack.kill_kafka()
    for _ in range(batches):
        _cut_last_batch(stack, target)
    stack.start_kafka()
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(Doubt):  # leaders are still to be found
                await ends(house, target)
                return


def _cut_last_batch(stack: Stack, target: Target) -> None:
    log = Path(stack.settings.home, "kafka", "data", f"{target[0]}-{target[1]}", f"{0:020}.log")
    data = log.read_bytes()
    start = following = 0
    while following < len(data):
        start = following
        following = start + 12 + int.from_bytes(data[start + 8 : start + 12], "big")
    log.write_bytes(data[:start])


async def test_what_kafka_forgot_is_sent_again_from_the_outbox(
    stack: Stack, quick: Settings
) -> None:
    async with House.open(quick) as house:
        process = Process(quick)
        for count in (1, 2):
            await accept(house, DAMAGED)
            await house.until(lambda facts, count=count: len(facts) == count * FACTS)  # type: ignore[misc]
        await process.stop()
        target = (house.topics.events("hearing"), DAMAGED)
        assert await ends(house, target) == [4]
        await lose_tail(stack, house, target, batches=1)
        assert await ends(house, target) == [3]

        process = Process(quick)
        await accept(house, DAMAGED)
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        assert seen(facts) == expected
        await process.stop()


@pytest.mark.parametrize("since", ["nothing else came", "others took the place"])
async def test_who_had_read_what_kafka_forgot_reads_on_and_applies_nothing_twice(
    stack: Stack, quick: Settings, since: str
) -> None:
    """An answer of the lane and a claim of the gateway are gone; others may stand there since."""
    async with House.open(quick) as house:
        process = Process(quick)
        for count in (1, 2, 3):
            await accept(house, DAMAGED)
            await house.until(lambda facts, count=count: len(facts) == count * FACTS)  # type: ignore[misc]
        await process.stop()
        await lose_tail(stack, house, submissions(house), batches=2)
        assert await ends(house, submissions(house)) == [4]
        if since == "others took the place":
            gateway = Process(quick, [GATEWAY])
            await accept(house, DAMAGED)
            async with asyncio.timeout(PATIENCE):
                while await ends(house, submissions(house)) != [6]:
                    await asyncio.sleep(0.02)
            await gateway.stop()

        process = Process(quick)
        await accept(house, DAMAGED)
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        assert seen(facts) == expected
        await process.stop()


async def test_the_last_number_is_found_however_far_back_it_stands(quick: Settings) -> None:
    """Others wrote thousands of records behind it, before Kafka forgot our last."""
    async with House.open(quick) as house:
        parts = await accept(house, DAMAGED, 4)
        records = await accepted(house)
        await append(house, submissions(house), *records[:3])
        others = [house.requested(part_in(DAMAGED), "room-1") for _ in range(6_000)]
        theirs = written("another/0", others).records
        for start in range(0, 6_000, 1_000):
            await append(house, submissions(house), *theirs[start : start + 1_000])
        sent = "update targets set sent = 4, sent_offset = 9000 where topic = $1 and lane = $2"
        await execute(quick, "gateway", sent, *submissions(house))
        process = Process(quick, [GATEWAY])
        async with asyncio.timeout(PATIENCE):
            while await ends(house, submissions(house)) == [6_003]:
                await asyncio.sleep(0.02)
        assert await ends(house, submissions(house)) == [6_004]
        held = await house.records(submissions(house)[0])
        assert [each.key for each in held if each.place().lane == "gateway/0"] == parts
        await process.stop()


async def test_what_kafka_forgot_and_the_outbox_no_longer_holds_halts_the_lane(
    quick: Settings,
) -> None:
    async with House.open(quick) as house:
        await accept(house, DAMAGED, 2)
        records = await accepted(house)
        await append(house, submissions(house), records[0])
        await execute(quick, "gateway", "delete from outbox")
        await execute(
            quick, "gateway", "update targets set sent = 2, sent_offset = 1 where given = 2"
        )
        process = Process(quick, [GATEWAY])
        reason = await why_red(process, "gateway")
        assert "restore the missing rows from a backup" in reason
        assert await ends(house, submissions(house)) == [1]
        await process.stop()


# -- B4: holes in the outbox


@pytest.mark.parametrize("missing", [1, 3, 5])
async def test_a_hole_in_the_outbox_halts_the_lane_until_it_is_filled(
    quick: Settings, missing: int
) -> None:
    async with House.open(quick) as house:
        await accept(house, DAMAGED, 5)
        await execute(quick, "gateway", "create table lost (like outbox)")
        taken = "with lost as (delete from outbox where first = $1 returning *) "
        await execute(quick, "gateway", f"{taken} insert into gateway.lost table lost", missing)
        process = Process(quick)
        reason = await why_red(process, "gateway")
        assert f"after number {missing - 1} the outbox" in reason
        assert "restore the missing rows from a backup" in reason
        await a_sound_lane_works(house)
        held = await house.records(submissions(house)[0])
        ours = [each.place() for each in held if each.partition == DAMAGED]
        assert max([each.number for each in ours if each.lane == "gateway/0"], default=0) < missing
        await process.stop()

        await execute(quick, "gateway", "insert into outbox select * from lost")
        mended = Process(quick)
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        assert seen(facts) == expected
        await mended.stop()


# -- B6: another cluster


@pytest.mark.parametrize("column", ["cluster_id", "topic_id"])
async def test_positions_of_another_cluster_or_topic_are_not_used(
    quick: Settings, column: str
) -> None:
    async with House.open(quick) as house:
        process = Process(quick)
        await accept(house, DAMAGED)
        await house.until(lambda facts: len(facts) == FACTS)
        await process.stop()
        other = f"update origins set {column} = 'elsewhere' where topic = $1"
        await execute(quick, "hearings", other, house.topics.events("room"))
        before = await standing(house)
        epochs = await execute(quick, "hearings", "select epoch from lanes")

        foreign = Process(quick)
        await accept(house, DAMAGED)
        halted = await halted_of(foreign)
        assert halted.kind == "ForeignCluster"
        assert re.search(r"elsewhere.*connect to the former cluster", halted.why)
        assert not foreign.hosts["hearings"].is_ready()
        assert foreign.hosts["hearings"].is_alive()
        assert await standing(house) == before
        assert await execute(quick, "hearings", "select epoch from lanes") == epochs
        await foreign.stop()


async def test_a_wrong_number_of_partitions_is_refused_and_leaves_nothing_behind(
    quick: Settings,
) -> None:
    async with House.open(quick) as house:
        wrong = Process(msgspec.structs.replace(quick, partitions=4), [SERVICE])
        halted = await halted_of(wrong)
        assert halted.kind == "ForeignCluster"
        assert "3 partitions, expected 4" in halted.why
        await wrong.stop()
        assert await execute(quick, "hearings", "select from lanes") == []
        assert await execute(quick, "hearings", "select from origins") == []
        process = Process(quick)
        await accept(house, DAMAGED)
        await house.until(lambda facts: len(facts) == FACTS)
        assert sorted(process.hosts["hearings"].lanes) == [0, 1, 2]
        await process.stop()


# -- B1: newer code was here


async def test_states_of_newer_code_are_not_touched_and_the_remedy_is_named(
    quick: Settings,
) -> None:
    async with House.open(quick) as house:
        process = Process(quick)
        await accept(house, DAMAGED)
        await house.until(lambda facts: len(facts) == FACTS)
        await process.stop()
        newer = "update lanes set state_version = 2 where partition = $1"
        await execute(quick, "hearings", newer, DAMAGED)
        before = await standing(house)

        older = Process(quick)
        await accept(house, DAMAGED)
        reason = await why_red(older)
        assert "its states have version 2, this code knows 1: deploy the newer code" in reason
        await a_sound_lane_works(house)
        assert await standing(house) == before
        await older.stop()


# -- B4, B8: what is too large for Kafka or the database never reaches them


@pytest.mark.parametrize(
    ("room", "cause"),
    [("x" * 950_000, "bytes, allowed 900000"), ("ở" * 5_000, "characters, allowed")],
    ids=["a claim over the size of a record", "a part too long to be a key"],
)
async def test_what_is_too_large_becomes_a_letter_and_the_service_stays_sound(
    quick: Settings, room: str, cause: str
) -> None:
    async with House.open(quick) as house:
        process = Process(quick)
        part = part_in(DAMAGED)
        await house.request(part, room)
        facts = await house.until(bool)
        assert [each.envelope().type for each in facts] == ["thads.submission.held"]
        (letter,) = await execute(quick, "hearings", "select key, cause from letters")
        assert letter["key"].decode() == part
        assert letter["cause"].startswith("FamilyError: ")
        assert cause in letter["cause"]
        await accept(house, DAMAGED)
        await house.until(lambda facts: len(facts) == 1 + FACTS)
        await until(process.hosts["hearings"].is_ready)
        await process.stop()
