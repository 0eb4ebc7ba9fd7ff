"""Corrections on the real stack: a lane recalls from Kafka what stands under the key, and so do all
who had heard it. What came of it is held against the memory log."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import pytest

from services.core.bus import blocks, letters_desk, life, postgres, recalling
from services.core.bus.record import Outgoing, Record
from services.core.bus.service import Service
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.hearings import docket as dockets
from tests.hearings import domain
from tests.hearings.events import docket
from tests.hearings.house import GATEWAY, House, Process, seen, undoing, unhurried
from tests.hearings.service import SERVICE
from tests.patience import PATIENCE

ALL = (GATEWAY, SERVICE, dockets.SERVICE)


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    yield
    domain.BROKEN.clear()


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few records fill a block, so that these histories have many."""
    monkeypatch.setattr(blocks, "SIZE", 3)


async def stands(house: House, *services: Service) -> None:
    """Wait until every stream of some services stands as the memory log says."""
    expected = house.expected_states(SERVICE, dockets.SERVICE)
    async with asyncio.timeout(PATIENCE):
        for service in services:
            names = {family.name for family in service.families}
            theirs = {
                stream: state
                for stream, state in expected.items()
                if stream.partition("/")[0] in names
            }
            while await house.stored(service) != theirs:
                await asyncio.sleep(0.05)


async def test_what_is_undone_is_undone_for_all_who_had_heard_it(settings: Settings) -> None:
    """Some of it at once with what it undoes, some when nothing is at hand in memory any more."""
    async with House.open(settings) as house:
        first = Process(settings, ALL)
        early, late, gone = [house.requested(new_id(), f"room-{n}") for n in range(3)]
        again = house.requested(early.key, "room-0", day=4)
        await house.accept(early, late, gone, undoing(again, corrects=early))
        await stands(house, SERVICE, dockets.SERVICE)
        await first.stop()

        second = Process(settings, ALL)
        corrected = await house.correct(late, day=2)
        await house.withdraw(gone)
        await house.correct(corrected, day=3)
        await house.withdraw(late)  # it is undone already: refused
        await house.request(gone.key, "room-2", day=9)
        await stands(house, SERVICE, dockets.SERVICE)
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        await second.stop()
        assert seen(facts) == expected
        assert (await house.stored(dockets.SERVICE))[f"docket/{gone.key}"]["hearing"] == {
            "requests": 1
        }


async def test_a_fact_heard_beside_a_correction_is_told_in_its_order(settings: Settings) -> None:
    """The docket was closed meanwhile; told again without the request, it stays as it was said."""
    async with House.open(settings) as house:
        process = Process(settings, ALL)
        claim = await house.request(new_id(), "room-1")
        await house.until(lambda facts: len(facts) == 3)
        topic = house.topics.events("docket")
        async with asyncio.timeout(PATIENCE):
            while not await house.records(topic):
                await asyncio.sleep(0.02)
        await house.accept(house.claim(docket.Closed(hearing_id=claim.key)))
        await house.withdraw(claim)
        async with asyncio.timeout(PATIENCE):
            while (known := await house.stored(dockets.SERVICE)) != {
                f"docket/{claim.key}": {"docket": {"is_open": False}, "hearing": {"requests": 0}}
            }:
                await asyncio.sleep(0.05)
        await process.stop()
        assert known


async def test_a_correction_that_waits_behind_a_letter_is_decided_with_it(
    settings: Settings,
) -> None:
    async with House.open(settings) as house:
        process = Process(settings, ALL)
        before = await house.request(new_id(), "room-1")
        await house.until(lambda facts: len(facts) == 3)
        domain.BROKEN.add(before.key)
        await house.request(before.key, "room-2", day=2)
        await house.correct(before, day=5)
        held = "thads.submission.held"
        await house.until(lambda facts: types(facts).count(held) == 2)
        domain.BROKEN.clear()
        desk = await letters_desk.open_desk(settings, "hearings")
        head = (await desk.letters())[0]
        assert await desk.ask("release", head.number, who="le-van-an", why="mended") == "released"
        assert await desk.letters() == []
        await desk.close()
        await stands(house, SERVICE, dockets.SERVICE)
        facts = await house.facts()
        await process.stop()
        corrections = [each.envelope() for each in facts if each.envelope().corrects]
        assert [each.type for each in corrections] == ["thads.hearing.requested"]


def types(records: list[Record]) -> list[str]:
    return [each.envelope().type for each in records]


async def test_a_lease_is_renewed_while_a_long_past_is_recalled(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lane commits as it does when it is idle: three times before it is let read on."""
    renewals = 0

    async def slowly(*asked: Any) -> dict[str, list[Record]]:
        nonlocal renewals
        *_, alive = asked
        before = until = await positions()
        async with asyncio.timeout(PATIENCE):
            while until < before + 3:
                await alive()
                until = await positions()
                await asyncio.sleep(0.02)
        renewals = until - before
        return await recalling.recalled(*asked)

    async def positions() -> int:
        return int(
            await connection.fetchval("select position from lanes where partition = $1", lane)
        )

    quick = msgspec.structs.replace(settings, lease_seconds=1.0)
    monkeypatch.setattr(life, "recalled", slowly)
    async with House.open(quick) as house:
        connection = await postgres.connect(unhurried(quick), "hearings")
        process = Process(quick)
        claim = await house.request(new_id(), "room-1")
        lane = claim.partition
        await house.correct(claim, day=2)
        await house.until(lambda facts: any(each.envelope().corrects for each in facts))
        await process.stop()
        await connection.close()
    assert renewals >= 3


async def test_only_what_may_hold_the_key_is_read_again_and_kept_for_the_next_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the rows are lost, all is read once, and what was read whole is known again."""
    settings = msgspec.structs.replace(settings, partitions=1)
    chosen: list[list[blocks.Range]] = []

    def noted(rows: Iterable[blocks.Found]) -> list[blocks.Range]:
        chosen.append(blocks.ranges(rows))
        return chosen[-1]

    async def ranges_read_to_correct(claim: Outgoing) -> list[list[tuple[int, int | None]]]:
        """Correct a claim; return what was read, topic by topic."""
        chosen.clear()
        await house.correct(claim, 2)
        await stands(house, SERVICE)
        return [[(each.start, each.end) for each in topic] for topic in chosen]

    monkeypatch.setattr(recalling, "ranges", noted)
    async with House.open(settings) as house:
        process = Process(settings)
        claims = [await house.request(new_id(), f"room-{n}") for n in range(40)]
        await stands(house, SERVICE)
        connection = await postgres.connect(unhurried(settings), "hearings")
        await connection.execute("delete from key_blocks")
        unknown = await ranges_read_to_correct(claims[5])
        known = await ranges_read_to_correct(claims[6])
        await connection.close()
        await process.stop()
    assert len(unknown) == len(known) == 4  # claims and facts of two families
    assert all(each == [(0, None)] for each in unknown)
    for topic in known:
        *closed, (last, end) = topic
        assert end is None
        assert last > 30
        assert sum(stop - start for start, stop in closed if stop is not None) <= 4 * blocks.SIZE
