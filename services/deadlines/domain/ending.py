"""Clocks end: what they waited for was done, in time or late, or what they watched fell away."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.core.access.docket import ENDED
from services.core.contracts.clock_entries import Ending
from services.core.contracts.event import Event
from services.core.contracts.events import case, deadline
from services.core.contracts.family import Context
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import LIVE, Clock
from services.deadlines.domain.conditions import ENDS
from services.deadlines.domain.heard import Told
from services.deadlines.domain.known import Known

_OPEN = LIVE | {"EXPIRED"}


def ended(known: Known, event: Event, context: Context) -> Iterator[deadline.Fact]:
    """Yield how an event ends clocks, each once.

    What comes in time withdraws what was said too early of a clock, and cancels the clocks that
    were started because of it.
    """
    facts: dict[str, deadline.Stopped | deadline.Withdrawn | deadline.Cancelled] = {
        id_: fact
        for id_, clock in known.deadline.items()
        if (fact := _end(known, id_, clock, event, context))
    }
    withdrawn = [fact for fact in facts.values() if isinstance(fact, deadline.Withdrawn)]
    for fact in withdrawn:
        for id_ in _following(known, fact.withdrawn_event_id):
            facts[id_] = _cancelled(id_, known.deadline[id_], context.id)
    yield from facts.values()


def cancelled(known: Known, event: Event, _context: Context) -> Iterator[deadline.Cancelled]:
    """Yield the clocks that fall with their case; some outlive it."""
    if not isinstance(event, case.Moved) or event.to_state not in ENDED:
        return
    for id_, clock in known.deadline.items():
        inside = f"{clock.watched}.".startswith(f"{event.case_id}.")
        if clock.state in LIVE and inside and not entries.entries()[clock.rule].outlives:
            yield _cancelled(id_, clock, event.cause_event_id)


def happened(event: Event, context: Context) -> datetime:
    """Return when an act counts as done: when it was accepted, or had happened already."""
    return context.occurred_at if event.is_done else context.accepted_at


def on_a_line(one: str, other: str) -> bool:
    """Say whether one of two parts is the other, or lies inside it."""
    shorter, longer = sorted((f"{one}.", f"{other}."), key=len)
    return longer.startswith(shorter)


def _end(
    known: Known, id_: str, clock: Clock, event: Event, context: Context
) -> deadline.Stopped | deadline.Withdrawn | None:
    if clock.state not in _OPEN:
        return None
    for ending in entries.ends(event.TYPE).get(clock.rule, ()):
        at = _reached(known, clock, ending, event, context)
        if at is not None:
            return _answer(id_, clock, at, context.id)
    return None


def _answer(
    id_: str, clock: Clock, at: datetime, by: str
) -> deadline.Stopped | deadline.Withdrawn | None:
    is_late = clock.state != "PAUSED" and clock.limit is not None and at >= clock.limit
    if clock.said and clock.due and not is_late:
        return deadline.Withdrawn(
            clock.watched,
            clock_id=id_,
            rule_id=clock.rule,
            cause_event_id=clock.cause,
            due=clock.due,
            withdrawn_event_id=clock.said,
            by_event_id=by,
        )
    if clock.state == "EXPIRED":
        return None
    return deadline.Stopped(
        clock.watched,
        clock_id=id_,
        rule_id=clock.rule,
        cause_event_id=clock.cause,
        by_event_id=by,
        late=is_late,
        due=clock.due,
    )


def _reached(
    known: Known, clock: Clock, ending: Ending, event: Any, context: Context
) -> datetime | None:
    """Return when the end of a clock was reached by an event, None where it was not."""
    paper = getattr(event, "document_event_id", None)
    is_other_paper = entries.entries()[clock.rule].per == "document" and paper not in {
        None,
        clock.cause,
    }
    is_other_person = ending.by == "addressee" and context.agency != clock.addressee
    if (
        is_other_paper
        or is_other_person
        or not entries.fits(ending, event)
        or not on_a_line(known.about(event), clock.watched)
        or (ending.when and not ENDS[ending.when](known, clock))
    ):
        return None
    return _last_told(known, clock, ending) if ending.last else happened(event, context)


def _last_told(known: Known, clock: Clock, ending: Ending) -> datetime | None:
    """Return when the last of those who must have it was told, None while one is missing."""
    told: dict[str, datetime] = {}
    for each in _notices(known, clock, ending):
        told[each.addressee] = min(each.at, told.get(each.addressee, each.at))
    must = _must_have(known, clock)
    if not must <= told.keys():
        return None
    return max((at for who, at in told.items() if who in must or not must), default=None)


def _notices(known: Known, clock: Clock, ending: Ending) -> Iterator[Told]:
    """Yield the notices that count: of this very paper, or of any paper of the part."""
    papers = [clock.cause]
    if entries.entries()[clock.rule].per != "document":
        papers = [id_ for id_, part in known.coercion.papers.items() if part == clock.watched]
    wanted = ending.if_.get("notice")
    for each in (told for paper in papers for told in known.told(paper)):
        if wanted is None or each.notice == wanted:
            yield each


def _must_have(known: Known, clock: Clock) -> set[str]:
    """Return who must have a decision, the parties, or a plan: debtor, commune and procuracy."""
    if entries.entries()[clock.rule].per == "document":
        return known.parties(clock.watched)
    debtor = known.case.of(clock.watched).view.debtor
    return {*known.coercion.of(clock.watched).audience, *([debtor] if debtor else [])}


def _following(known: Known, said: str) -> Iterator[str]:
    """Yield the clocks that stand because something was said of another, and so on."""
    for id_, clock in known.deadline.items():
        if clock.cause == said:
            if clock.state in LIVE:
                yield id_
            if clock.said:
                yield from _following(known, clock.said)


def _cancelled(id_: str, clock: Clock, by: str) -> deadline.Cancelled:
    return deadline.Cancelled(
        clock.watched,
        clock_id=id_,
        rule_id=clock.rule,
        cause_event_id=clock.cause,
        by_event_id=by,
        due=clock.due,
    )
