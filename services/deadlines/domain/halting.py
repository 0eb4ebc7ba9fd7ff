"""Clocks halt and go on: the time of a pause is not counted.

A pause may be told only when its clock was said to be overdue. Then it was not: that is withdrawn,
and the clock stands halted.
"""

from collections.abc import Iterator
from datetime import datetime

from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.family import Context
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import Clock
from services.deadlines.domain.ending import on_a_line
from services.deadlines.domain.facts import again, paused, resumed
from services.deadlines.domain.known import Known, deed
from services.deadlines.domain.undoing import unsaid


def halted(known: Known, event: Event, context: Context) -> Iterator[deadline.Fact]:
    """Yield the clocks that an event pauses, or lets go on. What has no end cannot be halted."""
    pauses, resumes = entries.pauses(event.TYPE), entries.resumes(event.TYPE)
    if not pauses and not resumes:
        return
    for id_, clock in known.deadline.items():
        if clock.due is None or not on_a_line(known.about(event), clock.watched):
            continue
        if _may_halt(clock, event, context) and any(
            entries.fits(each, event) for each in pauses.get(clock.rule, ())
        ):
            yield from _halted(known, id_, clock, clock.due, context.id)
        elif clock.state == "PAUSED" and any(
            entries.fits(each, event) for each in resumes.get(clock.rule, ())
        ):
            yield _resumed(id_, clock, context)


def _may_halt(clock: Clock, event: Event, context: Context) -> bool:
    """Say whether a clock runs, or ran when that happened which would halt it."""
    ran = clock.state == "OVERDUE" and not clock.is_late(deed(event, context, ()).at)
    return clock.state == "RUNNING" or ran


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
