"""The pauses of a clock, from all that is told now, in the order it happened.

A pause after the time was over halts nothing. Once a clock has ended, nothing halts it.
"""

from collections.abc import Iterator
from datetime import UTC

from msgspec.structs import replace

from services.core.law.counting import Pause
from services.deadlines.domain.clocks import Clock
from services.deadlines.domain.ending import on_a_line
from services.deadlines.domain.heard import Deed
from services.deadlines.domain.known import Known


def standing(known: Known, clock: Clock) -> Clock:
    """Return a clock as it runs or stands halted, due when its pauses let it be.

    Its end is looked at for what came after it alone. What has no end cannot be halted.
    """
    halts = list(_halts(known, clock)) if clock.due else []
    anew = replace(clock, state="RUNNING", pauses=(), paused_by=None)
    if halts or clock.pauses:
        anew = _counted(anew)
    for done in halts:
        if anew.is_halted:
            if clock.rule in done.resumes:
                ended = Pause(anew.pauses[-1].since, done.occurred_at)
                pauses = (*anew.pauses[:-1], ended)
                anew = _counted(replace(anew, state="RUNNING", pauses=pauses))
        elif clock.rule in done.halts and not anew.is_late(done.at):
            pauses = (*anew.pauses, Pause(done.occurred_at, None))
            anew = replace(anew, state="PAUSED", pauses=pauses, paused_by=done.fact)
    return anew


def _halts(known: Known, clock: Clock) -> Iterator[Deed]:
    """Yield what may halt a clock, or let it go on, in the order it happened.

    A clock may count from before the act that started it was done.
    """
    begin = min(clock.start, clock.since)
    for done in sorted(known.deeds, key=lambda each: each.occurred_at):
        if (
            clock.rule in (*done.halts, *done.resumes)
            and on_a_line(done.part, clock.watched)
            and done.occurred_at >= begin
            and (clock.ended_at is None or done.occurred_at < clock.ended_at)
        ):
            yield done


def _counted(clock: Clock) -> Clock:
    due = clock.term.count().due
    return replace(clock, due=due and due.astimezone(UTC))
