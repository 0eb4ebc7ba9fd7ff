"""Clocks halt and go on: the time of a pause is not counted."""

from collections.abc import Iterator
from datetime import UTC

from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.family import Context
from services.deadlines.domain import entries
from services.deadlines.domain.clocks import Clock, resumed
from services.deadlines.domain.ending import on_a_line
from services.deadlines.domain.known import Known


def halted(
    known: Known, event: Event, context: Context
) -> Iterator[deadline.Paused | deadline.Resumed]:
    """Yield the clocks that an event pauses, or lets go on. What has no end cannot be halted."""
    pauses, resumes = entries.pauses(event.TYPE), entries.resumes(event.TYPE)
    if not pauses and not resumes:
        return
    for id_, clock in known.deadline.items():
        if clock.due is None or not on_a_line(known.about(event), clock.watched):
            continue
        if clock.state == "RUNNING" and any(
            entries.fits(each, event) for each in pauses.get(clock.rule, ())
        ):
            yield deadline.Paused(
                clock.watched,
                clock_id=id_,
                rule_id=clock.rule,
                cause_event_id=clock.cause,
                due=clock.due,
                by_event_id=context.id,
            )
        elif clock.state == "PAUSED" and any(
            entries.fits(each, event) for each in resumes.get(clock.rule, ())
        ):
            yield _resumed(id_, clock, context)


def _resumed(id_: str, clock: Clock, context: Context) -> deadline.Resumed:
    due = clock.due or context.occurred_at  # what has no end was never paused
    new_due = resumed(clock, context.occurred_at).count().due or due
    return deadline.Resumed(
        clock.watched,
        clock_id=id_,
        rule_id=clock.rule,
        cause_event_id=clock.cause,
        due=due,
        by_event_id=context.id,
        new_due=new_due.astimezone(UTC),
    )
