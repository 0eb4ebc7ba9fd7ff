"""B8, B9: what raises is parked and never lost, its key keeps its order, and nobody else waits."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from services.core.bus import letters_desk
from services.core.bus.health import LaneState
from services.core.bus.kafka import Sender
from services.core.bus.letters import Unfit
from services.core.bus.record import Plain, Record
from services.core.bus.service import Service, Statement, View
from services.core.contracts.envelope import NAMES, Envelope, Headers
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.core.telemetry.metrics import REGISTRY
from tests.hearings import docket as dockets
from tests.hearings import domain
from tests.hearings.contracts import CODEC
from tests.hearings.events import hearing
from tests.hearings.house import House, Process
from tests.hearings.service import SERVICE
from tests.patience import PATIENCE


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    yield
    domain.BROKEN.clear()


def types(records: list[Record]) -> list[str]:
    return [each.envelope().type.removeprefix("thads.") for each in records]


async def test_later_records_of_a_key_wait_in_line_behind_its_dead_letter(
    settings: Settings,
) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        broken, sound = new_id(), new_id()
        domain.BROKEN.add(broken)
        first = await house.request(broken, "room-1")
        await house.request(sound, "room-2")
        await house.until(lambda facts: "room.booked" in types(facts))
        second = await house.request(broken, "room-3")
        facts = await house.until(lambda facts: types(facts).count("submission.held") == 2)
        assert {each.key for each in facts if each.envelope().type.startswith("thads.hearing")} == {
            sound
        }

        desk = await letters_desk.open_desk(settings, "hearings")
        line = await desk.letters()
        assert [letter.behind for letter in line] == [False, True]
        assert "ZeroDivisionError" in line[0].cause
        assert line[0].handler == "tests.hearings.domain.decide_hearing"

        domain.BROKEN.clear()
        answer = await desk.ask("release", line[0].number, who="le-van-an", why="mended")
        assert answer == "released"
        facts = await house.until(lambda facts: types(facts).count("hearing.room_booked") == 3)
        of_broken = [each.envelope() for each in facts if each.key == broken]
        recorded = [each for each in of_broken if each.type == "thads.hearing.requested"]
        assert [each.causation for each in recorded] == [first.envelope.id, second.envelope.id]
        assert types(facts).count("submission.released") == 2
        assert await desk.letters() == []
        await desk.close()
        await process.stop()


async def test_a_letter_that_still_raises_stays_at_the_head_with_one_more_attempt(
    settings: Settings,
) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        broken = new_id()
        domain.BROKEN.add(broken)
        await house.request(broken, "room-1")
        await house.until(lambda facts: types(facts) == ["submission.held"])
        desk = await letters_desk.open_desk(settings, "hearings")
        (letter,) = await desk.letters()
        answer = await desk.ask("release", letter.number, who="le-van-an", why="a try")
        assert "ZeroDivisionError" in answer
        (again,) = await desk.letters()
        assert (again.number, again.attempts) == (letter.number, 2)
        await desk.close()
        await process.stop()


async def test_a_discarded_letter_frees_its_line_and_is_told(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        broken = new_id()
        domain.BROKEN.add(broken)
        await house.request(broken, "room-1")
        await house.request(broken, "room-2")
        await house.until(lambda facts: types(facts).count("submission.held") == 2)
        domain.BROKEN.clear()
        desk = await letters_desk.open_desk(settings, "hearings")
        head, _ = await desk.letters()
        await desk.ask("discard", head.number, who="le-van-an", why="sent by mistake")
        facts = await house.until(lambda facts: "hearing.room_booked" in types(facts))
        assert types(facts).count("hearing.requested") == 1
        assert types(facts).count("submission.released") == 2
        assert await desk.letters() == []
        await desk.close()
        await process.stop()


async def test_a_replacement_takes_the_letters_place_in_its_line(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        broken = new_id()
        domain.BROKEN.add(broken)
        first = await house.request(broken, "room-1", day=1)
        second = await house.request(broken, "room-2", day=2)
        await house.until(lambda facts: types(facts).count("submission.held") == 2)
        desk = await letters_desk.open_desk(settings, "hearings")
        head, behind = await desk.letters()

        async def replaced(number: int, room_id: str, part: str = broken) -> str:
            event = hearing.Requested(hearing_id=part, room_id=room_id, held_on=date(2026, 8, 9))
            return await desk.replace(number, event, codec=CODEC, who="le-van-an", why="a typo")

        with pytest.raises(Unfit, match="speaks of what its letter speaks of"):
            await replaced(head.number, "room-9", part=new_id())
        with pytest.raises(letters_desk.NoSuchLetter):
            await replaced(behind.number + 1, "room-9")
        assert await desk.letters() == [head, behind]

        said = await replaced(behind.number, "room-9")
        assert said == f"replaced; it waits behind letter {head.number}"
        assert "ZeroDivisionError" in await replaced(head.number, "room-7")
        assert [each.number for each in await desk.letters()] == [head.number, behind.number]

        domain.BROKEN.clear()
        assert await replaced(head.number, "room-8") == "replaced"
        facts = await house.until(lambda facts: types(facts).count("hearing.room_booked") == 2)
        said_of: Any = CODEC.decode
        recorded = [
            (each.envelope().causation, said_of(each.value).room_id)
            for each in facts
            if each.envelope().type == "thads.hearing.requested"
        ]
        assert recorded == [(first.envelope.id, "room-8"), (second.envelope.id, "room-9")]
        released = [
            said_of(each.value)
            for each in facts
            if each.envelope().type == "thads.submission.released"
        ]
        assert [(each.submission_id, each.how, each.requested_by) for each in released] == [
            (first.envelope.id, "REPLACED", "le-van-an"),
            (second.envelope.id, "REPLACED", "le-van-an"),
        ]
        assert await desk.letters() == []
        await desk.close()
        await process.stop()


async def test_a_discarded_ask_returns_to_who_asked(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        hearing_id = new_id()
        domain.BROKEN.add("room-1")
        await house.request(hearing_id, "room-1")
        desk = await letters_desk.open_desk(settings, "hearings")
        async with asyncio.timeout(PATIENCE):
            while not (line := await desk.letters()):
                await asyncio.sleep(0.05)
        await desk.ask("discard", line[0].number, who="le-van-an", why="no such room")
        facts = await house.until(lambda facts: "hearing.room_denied" in types(facts))
        assert "submission.released" not in types(facts)
        await desk.close()
        await process.stop()


async def test_one_value_the_database_refuses_is_found_among_a_hundred(
    settings: Settings,
) -> None:
    async with House.open(settings) as house:
        poison = f"{new_id()}.\0"
        claims = [house.requested(new_id(), f"room-{n}") for n in range(100)]
        claims[37] = house.requested(poison, "room-37")
        await house.accept(*claims)
        process = Process(settings)
        facts = await house.until(lambda facts: types(facts).count("hearing.room_booked") == 99)
        desk = await letters_desk.open_desk(settings, "hearings")
        (letter,) = await desk.letters()
        assert "22021" in letter.cause
        assert types(facts).count("submission.held") == 1
        await desk.close()
        await process.stop()


async def test_what_a_batch_had_changed_before_its_culprit_was_found_is_forgotten(
    settings: Settings,
) -> None:
    """What is halved is decided again, and must not meet the states that it left the first time."""

    def rows(records: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
        if any(each.subject == poison for _, each in records):
            raise ZeroDivisionError
        return []

    view = View(("hearing",), rows)
    showing = Service(name="dockets", families=(dockets.DOCKET,), view=view)
    async with House.open(settings) as house:
        parts = [new_id() for _ in range(40)]
        poison = parts[17]
        await house.accept(*[house.requested(part, f"room-{part}") for part in parts])
        before = Process(settings)
        await house.until(lambda facts: types(facts).count("hearing.room_booked") == 40)
        await before.stop()

        process = Process(settings, [showing])
        topic = house.topics.events("docket")
        async with asyncio.timeout(PATIENCE):
            while len(opened := await house.records(topic)) < 39:
                await asyncio.sleep(0.05)
        await process.stop()
        assert sorted(each.key for each in opened) == sorted(set(parts) - {poison})
        assert {each.envelope().sequence for each in opened} == {1}


async def test_a_bad_deploy_stops_the_service_instead_of_parking_the_world(
    settings: Settings,
) -> None:
    async with House.open(settings) as house:
        parts = [new_id() for _ in range(60)]
        domain.BROKEN.update(parts)
        await house.accept(
            *[
                house.requested_by(("toa-da-nang", "nh-song-cam")[n % 2], part)
                for n, part in enumerate(parts)
            ]
        )
        process = Process(settings)
        host = process.hosts["hearings"]
        async with asyncio.timeout(PATIENCE):
            while not any(lane.health.state is LaneState.RED for lane in host.lanes.values()):
                await asyncio.sleep(0.05)
        red = next(lane for lane in host.lanes.values() if lane.health.state is LaneState.RED)
        assert "deploy mended code" in red.health.reason
        assert host.is_alive()
        assert not host.is_ready()
        await process.stop()

        domain.BROKEN.clear()
        mended = Process(settings)
        desk = await letters_desk.open_desk(settings, "hearings")
        for letter in await desk.letters():
            await desk.ask("release", letter.number, who="le-van-an", why="mended code")
        await house.until(lambda facts: types(facts).count("hearing.room_booked") == 60)
        await desk.close()
        await mended.stop()


async def test_one_agencys_poison_does_not_stop_the_service(settings: Settings) -> None:
    async with House.open(settings) as house:
        parts = [new_id() for _ in range(30)]
        domain.BROKEN.update(parts)
        await house.accept(*[house.requested(part, "room") for part in parts])
        process = Process(settings)
        await house.until(lambda facts: types(facts).count("submission.held") == 30)
        assert process.hosts["hearings"].is_ready()
        await process.stop()


async def test_a_record_that_is_not_ours_has_no_effect_and_is_kept_for_people(
    settings: Settings,
) -> None:
    async with House.open(settings) as house:
        await house.append_foreign(b"\x01junk")
        process = Process(settings)
        await house.request(new_id(), "room-1")
        await house.until(lambda facts: len(facts) == 3)
        desk = await letters_desk.open_desk(settings, "hearings")
        async with asyncio.timeout(PATIENCE):
            while not (found := await desk.letters()):
                await asyncio.sleep(0.05)
        assert found[0].key is None
        assert await desk.ask("release", found[0].number, who="le-van-an", why="?") != "released"
        assert await desk.ask("discard", found[0].number, who="le-van-an", why="junk") == (
            "discarded"
        )
        await desk.close()
        await process.stop()


async def test_a_record_that_is_not_ours_is_a_letter_of_one_service_and_the_others_count_it(
    settings: Settings,
) -> None:
    archive = View(("hearing",), lambda _: [], submissions=("hearing",), keeps_foreign=True)
    gateway = Service(name="gateway", is_door=True, view=archive)
    async with House.open(settings) as house:
        topics = [house.topics.submissions("hearing"), house.topics.events("hearing")]
        kinds: list[Headers] = [[], [("ce_id", b"?")], [(name, b"") for name in NAMES]]
        sender = Sender(settings)
        await sender.start()
        for topic in topics:
            for headers in kinds:
                await sender.send((topic, 0), [Plain("somebody", b"junk", headers)])
        sender.abandon()
        before = counted()
        process = Process(settings, [gateway, SERVICE, dockets.SERVICE])
        parts = [new_id() for _ in range(6)]
        await house.accept(*[house.requested(part, f"room-{part}") for part in parts])
        async with asyncio.timeout(PATIENCE):
            while len(await house.records(house.topics.events("docket"))) < len(parts):
                await asyncio.sleep(0.05)
            while counted() - before < 4 * len(kinds):
                await asyncio.sleep(0.05)
        await process.stop()
        found = {}
        for name in ("gateway", "hearings", "dockets"):
            desk = await letters_desk.open_desk(settings, name)
            found[name] = [(letter.topic, letter.key) for letter in await desk.letters()]
            await desk.close()
        assert found == {
            "gateway": [(topics[1], None)] * len(kinds),
            "hearings": [(topics[0], None)] * len(kinds),
            "dockets": [],
        }


def counted() -> float:
    """How many records that are not ours the services of this process have read."""
    return REGISTRY.get_sample_value("lienthong_foreign_records_total") or 0.0
