"""Clocks end: what they waited for was done, in time or late, or what they watched fell away."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from services.core.access.docket import ENDED
from services.core.contracts.clock_entries import Ending
from services.core.contracts.event import Event
from services.core.contracts.events import case, coercion, deadline, judgment
from services.core.contracts.family import Context
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import LIVE, Clock
from services.deadlines.domain.conditions import ENDS
from services.deadlines.domain.facts import cancelled, stopped, withdrawn
from services.deadlines.domain.heard import Deed, Told
from services.deadlines.domain.known import Known, deed

End: TypeAlias = deadline.Stopped | deadline.Withdrawn | deadline.Cancelled

_TELLS_MORE = judgment.Issued | case.Decided | coercion.Decided | coercion.Scheduled
"""Facts that say who must have a paper, how much is to be paid, what a notice is about."""

_OPEN = LIVE | {"EXPIRED"}


def ended(known: Known, event: Event, context: Context) -> Mapping[str, End]:
    """Return how an event ends clocks, by their ids. Clocks fall with their case; some outlive it.

    What comes in time withdraws what was said too early of a clock, and cancels the clocks that
    were started because of it.
    """
    done = deed(event, context, entries.ends(event.TYPE))
    facts: dict[str, End] = {}
    for id_, clock in known.deadline.items():
        if context.corrects and done.at <= clock.since:
            continue  # it was said of what stood then, and this clock ran later
        fact: End | None = reached_by(known, id_, clock, done, event, context)
        if fact is None and isinstance(event, _TELLS_MORE):
            fact = ended_before(known, id_, clock)
        if fact is not None:
            facts[id_] = fact
    for fact in [each for each in facts.values() if isinstance(each, deadline.Withdrawn)]:
        facts |= following(known, fact.withdrawn_event_id, context.id)
    return facts


def following(known: Known, said: str, by: str) -> dict[str, deadline.Cancelled]:
    """Return the ends of the clocks that run because something was said of another."""
    return {id_: cancelled(id_, known.deadline[id_], by) for id_ in _following(known, said)}


def reached_by(
    known: Known, id_: str, clock: Clock, done: Deed, event: Event, context: Context
) -> End | None:
    """Return how an event ends one clock."""
    return _end(known, id_, clock, done) or _fallen(id_, clock, event, context)


def ended_before(known: Known, id_: str, clock: Clock) -> End | None:
    """Return how a clock ends by what was done since its start and is heard already."""
    for done in sorted(known.deeds, key=lambda each: each.at):
        if done.at > clock.since and (fact := _end(known, id_, clock, done, until=done.at)):
            return fact
    return None


def on_a_line(one: str, other: str) -> bool:
    """Say whether one of two parts is the other, or lies inside it."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _end(
    known: Known, id_: str, clock: Clock, done: Deed, until: datetime | None = None
) -> deadline.Stopped | deadline.Withdrawn | None:
    if clock.state not in _OPEN:
        return None
    for place in done.ends.get(clock.rule, ()):
        at = _reached(known, clock, entries.entry(clock.rule).ends[place], done, until)
        if at is not None:
            return _answer(id_, clock, at, done.fact)
    return None


def _reached(
    known: Known, clock: Clock, ending: Ending, done: Deed, until: datetime | None
) -> datetime | None:
    """Return when the end of a clock was reached by what was done, None where it was not.

    `until`: only notices given by then are looked at.
    """
    is_of_paper = entries.entry(clock.rule).per == "document"
    part = known.of_paper(done.paper) or done.part
    if (
        not (on_a_line(part, clock.watched) or done.carries_on == clock.watched)
        or (is_of_paper and done.paper not in {None, clock.cause})
        or (ending.by == "addressee" and done.agency != clock.addressee)
        or (ending.when and not ENDS[ending.when](known, clock))
    ):
        return None
    return _last_told(known, clock, ending, until) if ending.last else done.at


def _is_over(clock: Clock, at: datetime) -> bool:
    """Say whether it was over by itself then; nothing that comes later ends it."""
    return entries.entry(clock.rule).expires and clock.is_late(at)


def _answer(
    id_: str, clock: Clock, at: datetime, by: str
) -> deadline.Stopped | deadline.Withdrawn | None:
    if clock.said and clock.due and not clock.is_late(at):
        return replace(withdrawn(id_, clock, clock.said, clock.due, by), done_at=at)
    if _is_over(clock, at):
        return None
    return stopped(id_, clock, at, by)


# ---- the notice to the last of those who must have it


def _last_told(
    known: Known, clock: Clock, ending: Ending, until: datetime | None
) -> datetime | None:
    """Return when the last of those who must have it was told, None while one is missing."""
    told: dict[str, datetime] = {}
    for each in _notices(known, clock, ending):
        if until is None or each.at <= until:
            told[each.addressee] = min(each.at, told.get(each.addressee, each.at))
    must = _must_have(known, clock)
    if known.judgment.court is None or not must <= told.keys():
        return None  # of a judgment that is not heard of yet the creditors are not known
    return max((at for who, at in told.items() if who in must or not must), default=None)


def _notices(known: Known, clock: Clock, ending: Ending) -> Iterator[Told]:
    """Yield the notices that count: of this very paper, or of any paper of the part."""
    papers = [clock.cause]
    if entries.entry(clock.rule).per != "document":
        papers = [id_ for id_, part in known.coercion.papers.items() if part == clock.watched]
    wanted = ending.if_.get("notice")
    for each in (told for paper in papers for told in known.told(paper)):
        if wanted is None or each.notice == wanted:
            yield each


def _must_have(known: Known, clock: Clock) -> set[str]:
    """Return who must have a decision, the parties, or a plan: debtor, commune and procuracy."""
    if entries.entry(clock.rule).per == "document":
        return known.parties(clock.watched)
    debtor = known.case.of(clock.watched).view.debtor
    return {*known.coercion.of(clock.watched).audience, *([debtor] if debtor else [])}


# ---- what falls away


def _fallen(id_: str, clock: Clock, event: Event, context: Context) -> deadline.Cancelled | None:
    if (
        isinstance(event, case.Moved)
        and event.to_state in ENDED
        and clock.state in LIVE
        and f"{clock.watched}.".startswith(f"{event.case_id}.")
        and not entries.entry(clock.rule).outlives
        and not _is_over(clock, context.occurred_at)
    ):
        return cancelled(id_, clock, event.cause_event_id)
    return None


def _following(known: Known, said: str) -> Iterator[str]:
    """Yield the clocks that run because something was said of another, and so on."""
    for id_, clock in known.deadline.items():
        if clock.cause == said:
            if clock.state in LIVE:
                yield id_
            if clock.said:
                yield from _following(known, clock.said)
