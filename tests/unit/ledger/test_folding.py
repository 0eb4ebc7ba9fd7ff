"""From the facts alone every state is told again, and every decision of the story made again."""

from collections.abc import Iterator

import pytest

from services.all import WORK
from services.core.bus.service import Service
from services.ledger.archive import Entry
from services.ledger.folding import Folding, Streams
from services.simulator.story import rows
from tests.acceptance.memory_house import CATALOGUE, CODEC, DIRECTORY, TOPICS, MemoryHouse, play
from tests.unit.ledger.archives import archived


def folding(service: Service) -> Folding:
    return Folding(service, TOPICS, CODEC, CATALOGUE, DIRECTORY)


FOLDINGS = {service.name: folding(service) for service in WORK}


@pytest.fixture(scope="module")
def house() -> MemoryHouse:
    house = MemoryHouse(WORK)
    assert play(house, rows()).surprises == []
    return house


@pytest.fixture(scope="module")
def entries(house: MemoryHouse) -> list[Entry]:
    return archived(house)


def decided(entries: list[Entry]) -> Iterator[tuple[Entry, Folding]]:
    for entry in entries:
        service = entry.record.place().lane.partition("/")[0]
        if service in FOLDINGS and entry.kind in {"fact", "refusal"}:
            yield entry, FOLDINGS[service]


def of_key(entries: list[Entry], key: str) -> list[Entry]:
    return [entry for entry in entries if entry.record.key == key]


def test_every_stream_is_told_again_as_its_lane_keeps_it(
    house: MemoryHouse, entries: list[Entry]
) -> None:
    streams = 0
    for lane in house.log._lanes:
        told: Streams = {}
        for key in {entry.record.key for entry in entries if entry.lane == lane._partition}:
            told |= FOLDINGS[lane.service.name].fold(of_key(entries, key), lambda _: True)
        kept = {name: (each.sequence, each.state) for name, each in lane._streams._kept.items()}
        assert {name: (each.sequence, each.state) for name, each in told.items()} == kept
        streams += len(kept)
    assert streams > 10


def test_every_fact_and_refusal_follows_again_from_the_state_before_it(
    entries: list[Entry],
) -> None:
    by_id = {entry.id: entry for entry in entries}
    checked = {"fact": 0, "refusal": 0}
    for entry, told in decided(entries):
        cause = by_id[entry.envelope.causation]
        followed = [
            each for each in entries if each.envelope.correlation == entry.envelope.correlation
        ]
        decision = told.again(entry, cause, of_key(entries, cause.record.key), followed)
        assert decision.differences == [], (entry.envelope.type, decision.differences)
        assert entry.id in {each.envelope.id for each in decision.again}
        checked[entry.kind] += 1
    assert checked["fact"] > 150
    assert checked["refusal"] >= 1
