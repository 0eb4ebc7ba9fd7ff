"""Operators see a whole key; an agency sees what the one truth of readers names, and no more."""

from collections.abc import Sequence

from services.core.access.tokens import Speaker
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.identifiers import new_id
from services.core.telling import thread
from services.ledger.archive import Entry
from services.ledger.sight import seen_by
from tests.unit.telling import threads


def archived(*told: thread.Entry) -> list[Entry]:
    return [
        Entry(each.record, each.envelope, each.event, lane=0, index=index, kind="fact")
        for index, each in enumerate(told, 1)
    ]


ENTRIES = archived(threads.issued(), threads.decided(), threads.assigned())


def of_its_own(agency: str, entries: Sequence[tuple[Envelope, Event]]) -> set[str]:
    assert len(entries) == len(ENTRIES)
    return {envelope.id for envelope, _ in entries if envelope.agency == agency}


def nothing(_agency: str, _entries: Sequence[tuple[Envelope, Event]]) -> set[str]:
    return set()


def test_an_operator_sees_everything_whoever_else_may_see_nothing() -> None:
    assert (
        seen_by(Speaker("platform", ("PLATFORM",), is_operator=True), ENTRIES, nothing) == ENTRIES
    )
    assert seen_by(Speaker("toa-da-nang", ("COURT",)), ENTRIES, nothing) == []
    assert seen_by(Speaker("nh-song-cam", ("PLATFORM",)), ENTRIES, nothing) == []


def test_an_agency_sees_exactly_what_is_named_to_it() -> None:
    court = seen_by(Speaker("toa-da-nang", ("COURT",)), ENTRIES, of_its_own)
    assert [entry.envelope.type for entry in court] == ["thads.judgment.issued"]
    assert seen_by(Speaker("nh-song-cam", ("HOLDER",)), ENTRIES, of_its_own) == []


def test_a_clock_that_a_hidden_fact_stopped_is_shown_without_the_officer_who_stopped_it() -> None:
    stop = new_id()
    stopped = threads.entry(
        "deadline.stopped",
        threads.CASE,
        causation=stop,
        correlation=new_id(),
        clock_id="c",
        rule_id="L-83-14",
        cause_event_id=ENTRIES[0].id,
        by_event_id=stop,
        late=False,
    )
    told = archived(threads.issued(), stopped)

    def everything(_agency: str, entries: Sequence[tuple[Envelope, Event]]) -> set[str]:
        return {envelope.id for envelope, _ in entries}

    *_, shown = seen_by(Speaker("toa-da-nang", ("COURT",)), told, everything)
    assert (shown.envelope.agency, shown.is_whole) == ("platform", False)
    *_, shown = seen_by(Speaker("platform", (), is_operator=True), told, everything)
    assert (shown.envelope.agency, shown.is_whole) == (stopped.envelope.agency, True)
