"""B12: the memory log numbers, hears, asks and parks like the lanes it stands for."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.access import directory
from services.core.bus.chain import Heard, Verdict
from services.core.bus.memory import MemoryLog
from services.core.bus.record import Outgoing, Record
from services.core.bus.service import Service
from services.core.contracts.identifiers import new_id
from tests.hearings import docket as dockets
from tests.hearings import domain
from tests.hearings.contracts import CATALOGUE, CODEC
from tests.hearings.events import docket
from tests.hearings.records import TOPICS, claim_of, requested
from tests.hearings.service import HEARING, ROOM, SERVICE

DIRECTORY = directory.load(CATALOGUE)


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    yield
    domain.BROKEN.clear()


def log_of(*services: Service) -> MemoryLog:
    return MemoryLog(
        services or [SERVICE],
        TOPICS,
        codec=CODEC,
        catalogue=CATALOGUE,
        clock=Noon(),
        directory=lambda: DIRECTORY,
    )


def take(log: MemoryLog, *claims: Outgoing) -> None:
    for claim in claims:
        log.put(f"gateway/{claim.partition}", [claim])
    log.settle()


def told(log: MemoryLog, key: str) -> list[str]:
    """The types of all facts and outcomes of a key, in order."""
    return [
        each.envelope().type.removeprefix("thads.")
        for (topic, _), records in log.records.items()
        if topic.endswith(".events")
        for each in records
        if each.key == key
    ]


def test_an_ask_goes_to_its_lane_and_its_answer_comes_back() -> None:
    log = log_of()
    part = new_id()
    take(log, requested(part, "room-1"))
    assert told(log, part) == ["hearing.requested", "hearing.room_booked"]
    assert told(log, "room-1") == ["room.booked"]


def test_what_it_writes_bears_numbers_and_a_chain_that_any_reader_follows() -> None:
    log = log_of()
    take(log, *[requested(new_id(), f"room-{n}") for n in range(30)])
    for records in log.records.values():
        heard = Heard()
        assert {heard.read(record) for record in records} == {Verdict.NEXT}
        assert [each.offset for each in records] == list(range(len(records)))


def test_facts_are_heard_before_claims_are_decided() -> None:
    """The claim stands before the lane together with the fact that it depends on."""
    log = log_of(SERVICE, dockets.SERVICE)
    part = new_id()
    take(log, requested(part), claim_of(docket.Closed(hearing_id=part)))
    assert [each for each in told(log, part) if not each.startswith("hearing")] == [
        "docket.opened",
        "docket.closed",
    ]


def test_a_repeat_in_a_topic_is_decided_once() -> None:
    log = log_of()
    part = new_id()
    claim = requested(part)
    take(log, claim)
    held = log.records[claim.topic, claim.partition]
    first = next(each for each in held if each.place().lane.startswith("gateway"))
    held.append(replace(first, offset=len(held)))
    before = told(log, part)
    log.settle()
    assert told(log, part) == before


def wrong(answers: list[object]) -> Service:
    family = replace(HEARING, decide=lambda *_: answers)
    return Service(name="hearings", families=(family, ROOM))


def test_a_family_that_breaks_its_contract_parks_the_claim_and_its_key_waits() -> None:
    log = log_of(wrong([]))
    part, other = new_id(), new_id()
    take(log, requested(part, day=1), requested(part, day=2), requested(other))
    lines = log.lines()
    assert set(lines) == {("hearings", part), ("hearings", other)}
    head, behind = lines["hearings", part]
    assert head.cause.startswith("FamilyError: hearing: decide answered nothing")
    assert (head.behind, behind.behind) == (False, True)
    assert told(log, part) == ["submission.held", "submission.held"]


def _break(log: MemoryLog, part: str) -> None:
    domain.BROKEN.add(part)
    take(log, requested(part, "room-1", day=1), requested(part, "room-2", day=2))
    domain.BROKEN.clear()


def test_a_released_line_goes_on_in_order() -> None:
    log, part = log_of(), new_id()
    _break(log, part)
    log.release("hearings", part, "le-van-an")
    log.settle()
    assert log.lines() == {}
    assert told(log, part).count("hearing.room_booked") == 2
    assert told(log, part).count("submission.released") == 2


def test_a_line_that_still_raises_keeps_its_head() -> None:
    log, part = log_of(), new_id()
    _break(log, part)
    domain.BROKEN.add(part)
    log.release("hearings", part, "le-van-an")
    head, behind = log.lines()["hearings", part]
    assert (head.attempts, behind.attempts) == (2, 0)


def test_a_discarded_head_frees_the_rest_of_its_line() -> None:
    log, part = log_of(), new_id()
    _break(log, part)
    log.discard("hearings", part, "le-van-an")
    log.settle()
    assert log.lines() == {}
    assert told(log, part).count("hearing.requested") == 1
    assert told(log, part).count("submission.released") == 2


@pytest.mark.parametrize("ask", [MemoryLog.release, MemoryLog.discard])
def test_asking_for_a_line_that_is_not_there_changes_nothing(
    ask: Callable[[MemoryLog, str, str, str], Any],
) -> None:
    log, part = log_of(), new_id()
    take(log, requested(part))
    before: dict[Any, list[Record]] = {key: list(each) for key, each in log.records.items()}
    ask(log, "hearings", part, "le-van-an")
    assert log.records == before


def test_a_replaced_head_goes_on_as_if_it_had_been_sent_so() -> None:
    log, part = log_of(), new_id()
    _break(log, part)
    log.replace("hearings", part, requested(part, "room-9").value, "le-van-an")
    log.settle()
    assert log.lines() == {}
    assert told(log, "room-9") == ["room.booked"]
    assert told(log, "room-1") == []
    assert told(log, part).count("submission.released") == 2
