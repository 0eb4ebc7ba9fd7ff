"""Clocks halt and go on: the time of a pause is not counted.

A pause may be told only when its clock was said to be overdue. Then it was not: that is withdrawn,
and the clock stands halted. Where what halted a clock, or let it go on, is put right or taken back,
its pauses are counted again from all that was told, and it starts once more with what they make.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec.structs import replace

from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.family import Context
from services.core.law.counting import Pause
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import Clock
from services.deadlines.domain.ending import ended_before, on_a_line
from services.deadlines.domain.facts import again, paused, resumed, stopped
from services.deadlines.domain.known import Known, deed
from services.deadlines.domain.undoing import unsaid

_UNENDED = frozenset({"RUNNING", "OVERDUE"})


class Halts(NamedTuple):
    """The pauses of a clock, and the fact that halted it last."""

    pauses: tuple[Pause, ...] = ()
    by: str | None = None


def halted(known: Known, event: Event, context: Context) -> Iterator[deadline.Fact]:
    """Yield the clocks that an event pauses, or lets go on. What has no end cannot be halted."""
    halts, resumes = entries.halted_by(event), entries.resumed_by(event)
    if not halts and not resumes:
        return
    for id_, clock in known.deadline.items():
        if clock.due is None or not on_a_line(known.about(event), clock.watched):
            continue
        if clock.rule in halts and _may_halt(clock, event, context):
            yield from _halted(known, id_, clock, clock.due, context.id)
        elif clock.rule in resumes and clock.state == "PAUSED":
            yield _resumed(id_, clock, context)


def halts_put_right(known: Known, event: Event, context: Context) -> Iterator[deadline.Fact]:
    """Yield the clocks that start once more as an event of their pauses is put right or undone.

    `event`: what is undone, or what stands in its place.
    """
    if not entries.may_halt(event.TYPE):
        return
    gone = context.withdraws or context.corrects
    for id_, stood in known.deadline.items():
        if stood.due is None or stood.state == "CANCELLED":
            continue
        is_open = stood.ended_by in {None, gone}
        clock = replace(stood, ended_by=None, ended_at=None) if is_open else stood
        told = _told(known, clock)
        if told.pauses != clock.pauses:
            yield from _counted_again(known, id_, clock, told, context)


def _may_halt(clock: Clock, event: Event, context: Context) -> bool:
    """Say whether a clock runs, or ran when that happened which would halt it."""
    return clock.state in _UNENDED and not clock.is_late(deed(event, context, ()).at)


def _halted(
    known: Known, id_: str, clock: Clock, due: datetime, by: str
) -> Iterator[deadline.Fact]:
    if clock.said is not None:
        yield from unsaid(known, id_, clock, by)
        yield again(id_, clock)
    yield paused(id_, clock, due, by)


def _resumed(id_: str, clock: Clock, context: Context) -> deadline.Resumed:
    due = clock.due or context.occurred_at  # what has no end was never paused
    new_due = clock.term.resume(context.occurred_at).count().due or due
    return resumed(id_, clock, due, new_due, context.id)


def _told(known: Known, clock: Clock) -> Halts:
    """Return the pauses of a clock from all that was told of it, in the order it happened."""
    found = Halts()
    for done in sorted(known.deeds, key=lambda each: each.occurred_at):
        if not on_a_line(done.part, clock.watched) or done.occurred_at < clock.since:
            continue
        if clock.ended_at is not None and done.occurred_at >= clock.ended_at:
            break
        term = replace(clock.term, pauses=found.pauses)
        if term.is_paused:
            if clock.rule in done.resumes:
                found = Halts(term.resume(done.occurred_at).pauses, found.by)
        elif clock.rule in done.halts and not _with(clock, found).is_late(done.at):
            found = Halts(term.pause(done.occurred_at).pauses, done.fact)
    return found


def _with(clock: Clock, told: Halts) -> Clock:
    """Return a clock as it runs, or stands halted, after some pauses."""
    anew = replace(clock, pauses=told.pauses)
    ended = told.pauses[:-1] if anew.is_halted else told.pauses
    due = replace(clock, pauses=ended).term.count().due
    return replace(
        anew,
        state="PAUSED" if anew.is_halted else "RUNNING",
        due=due and due.astimezone(UTC),
    )


def _counted_again(
    known: Known, id_: str, clock: Clock, told: Halts, context: Context
) -> Iterator[deadline.Fact]:
    """Say of a clock what holds with other pauses; how it ended stands, in time or late."""
    anew = replace(_with(clock, told), said=None)
    yield from unsaid(known, id_, clock, context.id)
    yield again(id_, anew)
    if anew.state == "PAUSED" and anew.due and told.by:
        yield paused(id_, anew, anew.due, told.by)
    if clock.ended_by and clock.ended_at:
        yield stopped(id_, anew, clock.ended_at, clock.ended_by)
    elif end := ended_before(known, id_, anew):
        yield end
