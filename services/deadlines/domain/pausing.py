"""The pauses of a clock, from all that is told now, in the order it happened.

A pause after the time was over halts nothing. Once a clock has ended, nothing halts it. A pause
dated before the clock began halts it from its beginning, one dated within a pause that was over as
it was recorded from the end of that; a resumption dated before the pause that it was recorded after
ends that pause at once. So no mistyped day halts a clock for ever, or not at all.
"""

from datetime import datetime

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
    for at, done in halts:
        if anew.is_halted:
            if clock.rule in done.resumes:
                anew = replace(anew, state="RUNNING", pauses=anew.term.resume(at).pauses)
                anew = replace(anew, due=anew.counted)
        elif clock.rule in done.halts and not anew.is_late(done.at):
            pauses = anew.term.pause(at).pauses
            anew = replace(anew, state="PAUSED", pauses=pauses, paused_by=done.fact)
    return anew


def _halts(known: Known, clock: Clock) -> list[tuple[datetime, Deed]]:
    """Return what may halt a clock, or let it go on, and when it does, in the order of these times.

    A clock may count from before the act that started it was done.
    """
    found: list[tuple[datetime, Deed]] = []
    recorded = replace(clock, pauses=())
    for done in known.deeds:
        is_halt = clock.rule in done.halts
        if (
            not (is_halt or clock.rule in done.resumes)
            or not on_a_line(done.part, clock.watched)
            or (clock.ended_at is not None and done.occurred_at >= clock.ended_at)
        ):
            continue
        at = recorded.halts_at(done.occurred_at)
        if is_halt:
            recorded = replace(recorded, pauses=recorded.term.pause(at).pauses)
        elif recorded.is_halted:
            at = recorded.goes_on_at(done.occurred_at)
            recorded = replace(recorded, pauses=recorded.term.resume(at).pauses)
        found.append((at, done))
    return sorted(found, key=lambda each: each[0])
