"""What is stored and what the facts tell are compared to the last field, and differences named."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from services.all import WORK
from services.core.bus.snapshot import Snapshot
from services.core.contracts.events import case
from services.ledger.archive import Entry
from services.ledger.rebuilding import Compared, compare
from services.simulator.story import rows
from tests.acceptance.memory_house import MemoryHouse, play
from tests.unit.ledger.archives import archived
from tests.unit.ledger.test_folding import FOLDINGS

COERCION = "coercion"


@pytest.fixture(scope="module")
def house() -> MemoryHouse:
    house = MemoryHouse(WORK)
    play(house, rows())
    return house


@pytest.fixture
def entries(house: MemoryHouse) -> list[Entry]:
    return archived(house)


@pytest.fixture
def stored(house: MemoryHouse) -> Snapshot:
    """What coercion keeps, as its lanes would have stored it."""
    lanes = [lane for lane in house.log._lanes if lane.service.name == COERCION]
    return Snapshot(
        {
            (topic, lane._partition, producer): tail.number
            for lane in lanes
            for topic, tails in lane._heard.snapshot().items()
            for producer, tail in tails.items()
        },
        {
            (*target, lane): tail.number
            for (lane, target), tail in house.log._tails.items()
            if lane.startswith(f"{COERCION}/")
        },
        frozenset(),
        {
            name: (each.sequence, msgspec.msgpack.encode(each.state))
            for lane in lanes
            for name, each in lane._streams._kept.items()
        },
    )


async def compared(entries: list[Entry], stored: Snapshot) -> Compared:
    async def keys() -> AsyncIterator[list[Entry]]:
        for key in sorted({entry.record.key for entry in entries}):
            yield [entry for entry in entries if entry.record.key == key]

    return await compare(keys(), FOLDINGS[COERCION], stored)


def with_state(stored: Snapshot, stream: str, sequence: int, state: Any) -> Snapshot:
    packed = msgspec.msgpack.encode(state)
    return replace(stored, states={**stored.states, stream: (sequence, packed)})


def busiest(stored: Snapshot) -> str:
    return max(stored.states, key=lambda stream: stored.states[stream][0])


async def test_what_was_stored_agrees(entries: list[Entry], stored: Snapshot) -> None:
    found = await compared(entries, stored)
    own = [each for each in entries if each.kind == "fact" and each.family in {"coercion", "unit"}]
    assert (found.differences, found.facts) == ([], len(own))
    assert found.streams == len(stored.states)


async def test_a_changed_field_is_named_with_both_values(
    entries: list[Entry], stored: Snapshot
) -> None:
    stream = busiest(stored)
    sequence, packed = stored.states[stream]
    state = msgspec.msgpack.decode(packed)
    state["case"]["view"]["officer"] = "vo-van-dung"
    (found,) = (await compared(entries, with_state(stored, stream, sequence, state))).differences
    assert found.stream == stream
    assert found.what == (
        "state.case.view.officer: stored 'vo-van-dung', from the facts 'tran-thi-binh'"
    )


async def test_a_stream_that_no_fact_leads_to_and_one_that_is_not_stored_are_named(
    entries: list[Entry], stored: Snapshot
) -> None:
    stream = busiest(stored)
    states = {**stored.states, "coercion/nowhere": stored.states[stream]}
    del states[stream]
    found = (await compared(entries, replace(stored, states=states))).differences
    assert {(each.stream, each.what.split(", ")[-1]) for each in found} == {
        (stream, "and it is not stored"),
        ("coercion/nowhere", "and no archived fact leads to it"),
    }


async def test_a_fact_that_is_missing_between_two_is_named(
    entries: list[Entry], stored: Snapshot
) -> None:
    key = busiest(stored).partition("/")[2].partition(".")[0]
    own = [each for each in entries if each.record.key == key and each.family == COERCION]
    gone = next(each for each in own if each.kind == "fact" and each.envelope.sequence == 2)
    found = (await compared([each for each in entries if each is not gone], stored)).differences
    assert len(found) == 1
    assert "follows fact 1; what stands between is missing from the archive" in found[0].what


async def test_what_is_parked_or_not_yet_heard_is_in_no_state(
    entries: list[Entry], stored: Snapshot
) -> None:
    stream = busiest(stored)
    moves = [each for each in entries if each.envelope.type == case.Moved.TYPE]
    last = [each for each in moves if each.envelope.subject == stream.partition("/")[2]][-1]
    place = last.record.place()
    written = (last.record.topic, last.record.partition, place.lane, place.number)
    parked = replace(stored, parked=frozenset({written}))
    unheard = replace(stored, heard={**stored.heard, written[:3]: place.number - 1})
    for one in (parked, unheard):
        differing = (await compared(entries, one)).differences
        (found,) = [each for each in differing if each.stream == stream]
        assert "state.case.view.s" in found.what
