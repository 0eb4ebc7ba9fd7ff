"""B8: wherever the code raises over one record, it is parked alone and everything else goes on."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.bus import letters_desk
from services.core.bus.health import LaneState
from services.core.bus.kafka import Sender
from services.core.bus.overview import halted_lanes
from services.core.bus.record import Record
from services.core.bus.service import Service, Statement, View
from services.core.bus.store import Commit, Store
from services.core.contracts.envelope import Envelope
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.hearings import docket as dockets
from tests.hearings import domain
from tests.hearings.house import GATEWAY, House, Process, seen, unhurried
from tests.hearings.service import HEARING, ROOM
from tests.patience import PATIENCE

SOUND = 12
POISON: set[str] = set()  #: parts over which the code raises in one place


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    yield
    POISON.clear()


class Unforeseen(Exception):
    """What no part of the code expects."""


def trip(part: str) -> None:
    if part in POISON:
        raise Unforeseen(part)


def stream(event: Any) -> str:
    trip(event.part)
    return HEARING.stream(event)


def decide(known: Any, claim: Any, context: Any) -> Sequence[Any]:
    trip(claim.part)
    return HEARING.decide(known, claim, context)


def evolve(known: Any, fact: Any, context: Any) -> Any:
    trip(fact.part)
    return HEARING.evolve(known, fact, context)


def evolve_beyond_64_bits(known: Any, fact: Any, context: Any) -> Any:
    after = domain.evolve_hearing(known, fact, context)
    if fact.part in POISON:
        return replace(after, hearing=replace(after.hearing, requests=1 << 70))
    return after


def evolve_into_nothing(known: Any, fact: Any, context: Any) -> Any:
    return None if fact.part in POISON else HEARING.evolve(known, fact, context)


def rows_that_raise(records: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
    for _, each in records:
        trip(each.subject)
    return []


def rows_divided_by_zero(records: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
    return [("select 1 / $1::int", (0 if each.subject in POISON else 1,)) for _, each in records]


def rows_with_too_many_arguments(records: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
    return [("select 1", (1,) if each.subject in POISON else ()) for _, each in records]


def rows_that_are_no_statements(records: Sequence[tuple[Record, Envelope]]) -> list[Any]:
    return [None if each.subject in POISON else ("select 1", ()) for _, each in records]


def hearings(**changed: Any) -> Service:
    return Service(name="hearings", families=(replace(HEARING, **changed), ROOM))


def showing(rows: Any) -> Service:
    return Service(name="dockets", families=(dockets.DOCKET,), view=View(("hearing",), rows))


PLACES = {
    "decode": (hearings(stream=stream), dockets.SERVICE),
    "decide": (hearings(decide=decide), dockets.SERVICE),
    "evolve": (hearings(evolve=evolve), dockets.SERVICE),
    "evolve to no state": (hearings(evolve=evolve_into_nothing), dockets.SERVICE),
    "encode": (hearings(evolve=evolve_beyond_64_bits), dockets.SERVICE),
    "view": (hearings(), showing(rows_that_raise)),
    "statement": (hearings(), showing(rows_divided_by_zero)),
    "statement's arguments": (hearings(), showing(rows_with_too_many_arguments)),
    "no statement": (hearings(), showing(rows_that_are_no_statements)),
    "commit": (hearings(), dockets.SERVICE),
}


@pytest.mark.parametrize("place", PLACES)
async def test_what_raises_parks_its_record_alone_and_a_release_completes_it(
    settings: Settings, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "commit":
        monkeypatch.setattr(Store, "commit", _committing_or_raising(Store.commit))
    culprit = "dockets" if PLACES[place][1] is not dockets.SERVICE else "hearings"
    async with House.open(settings) as house:
        parts = [new_id() for _ in range(SOUND + 1)]
        POISON.add(parts[5])
        await house.accept(*[house.requested(part, f"room-{part}") for part in parts])
        services = (GATEWAY, *PLACES[place])
        process = Process(settings, services)
        desk = await letters_desk.open_desk(settings, culprit)
        async with asyncio.timeout(PATIENCE):
            while not (line := await desk.letters()):
                await asyncio.sleep(0.05)
        docket_topic = house.topics.events("docket")
        async with asyncio.timeout(PATIENCE):
            while len(await house.records(docket_topic)) < SOUND:
                await asyncio.sleep(0.05)
        assert line[0].key == parts[5]
        assert {letter.key for letter in await desk.letters()} == {parts[5]}
        assert not any(task.done() for task in process._tasks)
        states = {
            lane.health.state for host in process.hosts.values() for lane in host.lanes.values()
        }
        assert states == {LaneState.WORKING}
        await process.stop()

        POISON.clear()
        again = Process(settings, services)
        answer = await desk.ask("release", line[0].number, who="le-van-an", why="mended")
        assert answer == "released"
        oracle = house.oracle(*PLACES[place])
        expected = seen(house.expected())
        facts = await house.until(
            lambda facts: len(_without_outcomes(seen(facts))) >= len(expected)
        )
        assert _without_outcomes(seen(facts)) == expected
        opened = [
            each
            for target in oracle.records
            if target[0] == docket_topic
            for each in oracle.records[target]
        ]
        async with asyncio.timeout(PATIENCE):
            while len(found := await house.records(docket_topic)) < len(opened):
                await asyncio.sleep(0.05)
        assert seen(found) == seen(opened)
        assert await desk.letters() == []
        await desk.close()
        await again.stop()


async def test_a_record_that_cannot_be_sent_makes_its_lane_red_until_it_can(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.core.bus.lane._BACKOFF", (0.01,))
    real = Sender.send

    async def send(sender: Sender, target: Any, records: Any) -> tuple[int, int]:
        if target[0].endswith("hearing.events") and any(each.key in POISON for each in records):
            raise Unforeseen
        return await real(sender, target, records)

    monkeypatch.setattr(Sender, "send", send)
    async with House.open(settings) as house:
        parts = [new_id() for _ in range(SOUND + 1)]
        POISON.add(parts[0])
        await house.accept(*[house.requested(part, f"room-{part}") for part in parts])
        process = Process(settings)
        host = process.hosts["hearings"]
        async with asyncio.timeout(PATIENCE):
            while not host.halted:
                await asyncio.sleep(0.05)
        (halted,) = host.halted
        assert halted.kind == "UnexpectedFailure"
        assert "Unforeseen" in halted.why
        others = {
            lane.health.state
            for of in process.hosts.values()
            for lane in of.lanes.values()
            if lane.health.state is not LaneState.RED
        }
        assert others == {LaneState.WORKING}
        assert not any(task.done() for task in process._tasks)
        async with asyncio.timeout(PATIENCE):
            while not (noted := await halted_lanes(unhurried(settings), ["gateway", "hearings"])):
                await asyncio.sleep(0.05)
        assert [(each.name, each.kind, each.why) for each in noted] == [
            (halted.name, halted.kind, halted.why)
        ]
        await process.stop()
        assert len(await halted_lanes(unhurried(settings), ["hearings"])) == 1

        POISON.clear()
        again = Process(settings)
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        assert seen(facts) == expected
        assert await halted_lanes(unhurried(settings), ["hearings"]) == []
        await again.stop()


def _without_outcomes(facts: dict[str, Any]) -> dict[str, Any]:
    return {id_: fact for id_, fact in facts.items() if not fact[0].startswith("thads.submission")}


def _committing_or_raising(real: Any) -> Any:
    async def commit(store: Store, commit: Commit, encode: Any) -> Any:
        if any(stream.partition("/")[2] in POISON for stream in commit.states):
            raise Unforeseen
        return await real(store, commit, encode)

    return commit
