"""What a fact of a clock tells of another fact is shown to readers of that other fact alone."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.core.access.withholding import (
    data_readable,
    data_withheld,
    is_whole,
    tells_of,
    withheld,
)
from services.core.contracts.identifiers import new_id
from services.core.telling.thread import Entry
from tests.unit.contracts.generated import CODEC
from tests.unit.telling.threads import CASE, entry, issued

START, STOP, MENDED = new_id(), new_id(), new_id()
CLOCK: dict[str, Any] = {"clock_id": "c", "rule_id": "L-83-14", "cause_event_id": START}
DUE = "2026-09-10T17:00:00Z"
OTHERS: dict[str, dict[str, Any]] = {
    "stopped": {"late": False, "done_at": "2026-09-09T17:00:00Z"},
    "paused": {"due": DUE},
    "resumed": {"due": DUE, "new_due": DUE},
    "cancelled": {},
    "withdrawn": {"due": DUE, "withdrawn_event_id": new_id(), "done_at": "2026-09-09T17:00:00Z"},
}


def clock(name: str, cause: str, **data: Any) -> Entry:
    """Return a fact of a clock that follows from a fact of an officer."""
    found = entry(f"deadline.{name}", CASE, causation=cause, correlation=new_id(), **CLOCK, **data)
    return Entry(found.record, replace(found.envelope, officer="tran-thi-binh"), found.event)


@pytest.mark.parametrize("name", OTHERS)
def test_whoever_may_not_read_what_moved_a_clock_is_told_neither_who_nor_when(name: str) -> None:
    fact = clock(name, STOP, by_event_id=STOP, **OTHERS[name])
    assert fact.event
    assert tells_of(fact.event, fact.envelope) == {STOP}
    assert is_whole(fact.event, fact.envelope, {START, STOP})
    assert not is_whole(fact.event, fact.envelope, {START})
    kept = withheld(fact.envelope)
    assert (kept.agency, kept.officer, kept.role) == ("platform", "", "PLATFORM")
    assert kept.occurred_at == fact.envelope.recorded_at
    data = CODEC.to_json(fact.event)
    shown = data_withheld(data)
    assert shown.keys() == data.keys() - {"by_event_id", "done_at"}
    read = CODEC.from_json(fact.event.TYPE, data_readable(shown, type(fact.event)))
    assert read.part == fact.event.part


def test_a_clock_that_starts_tells_of_nothing_but_its_start() -> None:
    started = clock("started", START, **_start())
    assert started.event
    assert tells_of(started.event, started.envelope) == frozenset()
    assert is_whole(started.event, started.envelope, set())


def test_a_clock_that_starts_once_more_tells_of_what_put_it_right() -> None:
    again = clock("started", MENDED, **_start())
    assert again.event
    assert tells_of(again.event, again.envelope) == {MENDED}


def test_an_end_that_is_put_right_tells_of_the_end_and_of_what_put_it_right() -> None:
    stopped = clock("stopped", MENDED, by_event_id=STOP, late=False)
    assert stopped.event
    assert tells_of(stopped.event, stopped.envelope) == {STOP, MENDED}
    assert not is_whole(stopped.event, stopped.envelope, {START, STOP})


def test_what_an_agency_or_the_platform_said_itself_of_a_clock_is_shown_whole() -> None:
    overdue = entry("deadline.overdue", CASE, by="platform", due=DUE, **CLOCK)
    assert overdue.event
    assert tells_of(overdue.event, overdue.envelope) == frozenset()


def test_no_other_fact_is_withheld_in_part() -> None:
    fact = issued()
    assert fact.event
    assert tells_of(fact.event, fact.envelope) == frozenset()
    assert is_whole(fact.event, fact.envelope, set())


def _start() -> dict[str, Any]:
    return {
        "start": DUE,
        "kind": "duty",
        "rule_version": "R2026",
        "calendar_version": "1",
        "verified": True,
        "pauses": [],
    }
