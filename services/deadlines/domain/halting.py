"""Clocks halt and go on: the time of a pause is not counted.

What changes the pauses of a clock may be told late, put right or taken back. Where more changes by
it than that the clock halts or goes on, it starts once more with the pauses that it has now; what
had been said of it is withdrawn first.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.family import Context
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import Clock
from services.deadlines.domain.facts import paused, resumed
from services.deadlines.domain.known import Known
from services.deadlines.domain.pausing import standing
from services.deadlines.domain.undoing import begun_and_ended, unsaid


def halted(known: Known, event: Event, context: Context) -> Iterator[deadline.Fact]:
    """Yield what is said of the clocks whose pauses change by an event, or as it is undone."""
    if not entries.may_halt(event.TYPE):
        return
    gone = context.withdraws or context.corrects
    for id_, clock in known.deadline.items():
        if clock.due is None or clock.state == "CANCELLED":
            continue
        is_reopened = clock.ended_by == gone
        stood = replace(clock, ended_by=None, ended_at=None) if is_reopened else clock
        anew = replace(standing(known, stood), said=None)
        if anew.pauses != clock.pauses:
            yield from _changed(known, id_, clock, anew, context)


def _changed(
    known: Known, id_: str, clock: Clock, anew: Clock, context: Context
) -> Iterator[deadline.Fact]:
    match clock.state, anew:
        case "RUNNING", Clock(state="PAUSED", due=due, pauses=(*before, last), paused_by=by) if (
            tuple(before) == clock.pauses
            and last.since == clock.halts_at(context.occurred_at)
            and due
            and by
        ):
            yield paused(id_, clock, due, by)
        case "PAUSED", Clock(state="RUNNING", due=due, pauses=(*before, last)) if (
            (*before, replace(last, until=None)) == clock.pauses
            and last.until == clock.goes_on_at(context.occurred_at)
            and clock.due
            and due
        ):
            yield resumed(id_, clock, clock.due, due, context.id)
        case _:
            yield from unsaid(known, id_, clock, context.id)
            yield from begun_and_ended(known, id_, anew)
