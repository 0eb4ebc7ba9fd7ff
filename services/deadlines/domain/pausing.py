"""The pauses of a clock, from all that is told now, in the order it happened.

A pause after the time was over halts nothing. Once a clock has ended, nothing halts it.
"""

from msgspec.structs import replace

from services.deadlines.domain.clocks import Clock
from services.deadlines.domain.ending import on_a_line
from services.deadlines.domain.heard import Deed
from services.deadlines.domain.known import Known


def standing(known: Known, clock: Clock) -> Clock:
    """Return a clock as it runs or stands halted, due when its pauses let it be.

    Its end is looked at for what came after it alone. What has no end cannot be halted.
    """
    halts = _halts(known, clock) if clock.due else []
    anew = replace(clock, state="RUNNING", pauses=(), paused_by=None)
    if halts or clock.pauses:
        anew = replace(anew, due=anew.counted)
    for done in halts:
        if anew.is_halted:
            if clock.rule in done.resumes:
                pauses = anew.term.resume(done.occurred_at).pauses
                anew = replace(anew, state="RUNNING", pauses=pauses)
                anew = replace(anew, due=anew.counted)
        elif clock.rule in done.halts and not anew.is_late(done.at):
            pauses = anew.term.pause(done.occurred_at).pauses
            anew = replace(anew, state="PAUSED", pauses=pauses, paused_by=done.fact)
    return anew


def _halts(known: Known, clock: Clock) -> list[Deed]:
    """Return what may halt a clock, or let it go on, in the order it happened.

    A clock may count from before the act that started it was done.
    """
    begin = min(clock.start, clock.since)
    found = [
        done
        for done in known.deeds
        if (clock.rule in done.halts or clock.rule in done.resumes)
        and on_a_line(done.part, clock.watched)
        and done.occurred_at >= begin
        and (clock.ended_at is None or done.occurred_at < clock.ended_at)
    ]
    return sorted(found, key=lambda each: each.occurred_at)
