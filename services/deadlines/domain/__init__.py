"""How clocks run by themselves: one stream a key, each clock of it moving by itself.

Nobody starts or stops a clock: `starting`, `halting` and `ending` read it off what other families
record, by the catalogue's `clocks`, and `clocks` folds each clock from its own facts. Only what
time itself does must be said, by who watches it; `saying` judges that. No order of facts is relied
on: whatever comes when, a clock moves only where its machine has an arrow.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from services.core.contracts.events import deadline
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import derived_id, key_of
from services.deadlines.domain.ending import ended
from services.deadlines.domain.halting import halted
from services.deadlines.domain.heard import Heard
from services.deadlines.domain.known import Known, folded
from services.deadlines.domain.saying import objections, with_escalations
from services.deadlines.domain.starting import started
from services.deadlines.domain.undoing import begun_as_told, put_right, taken_back

__all__ = ["Known", "decide", "evolve", "react", "retract", "stream"]

Answer: TypeAlias = Sequence[deadline.Fact | Refusal]


def stream(event: deadline.Claim | Heard) -> str:
    """One stream a key, for all clocks of its parts."""
    return key_of(event.part)


def decide(known: Known, claim: deadline.Claim, context: Context) -> Answer:
    """Return every reason why the claim may not be recorded, or it, and the clocks it starts."""
    fact_id = derived_id(context.id, "deadline", 0)
    return [*objections(known, claim, context)] or [
        with_escalations(known, claim, context) if isinstance(claim, deadline.Overdue) else claim,
        *begins(known, claim, context, fact_id),
    ]


def evolve(known: Known, event: deadline.Fact | Heard, context: Context) -> Known:
    """Fold one event in: a fact of its own, or what it heard of another family."""
    return folded(known, event, context)


def react(known: Known, event: Heard, context: Context) -> Iterator[deadline.Fact]:
    """Say which clocks an event ends, halts and starts."""
    for fact in halted(known, event, context):
        yield fact
        known = folded(known, fact, context)
    yield from ended(known, event, context).values()
    if context.corrects:
        yield from put_right(known, event, context)
    else:
        yield from begins(known, event, context, context.id)
    for early in known.case.early.get(context.id, ()):
        then = replace(
            context,
            agency=early.agency,
            role=early.role,
            occurred_at=early.occurred_at,
            law=early.law,
        )
        yield from begins(known, early.notice, then, early.fact)


def retract(known: Known, undone: Heard, context: Context) -> Iterator[deadline.Fact]:
    """Say what becomes of clocks that moved by a fact which does not count any more."""
    gone = context.withdraws or context.corrects
    if gone is None or context.corrects == context.id:
        return  # what stands in its place is heard next, and `put_right` answers it
    for fact in halted(known, undone, context):
        yield fact
        known = folded(known, fact, context)
    yield from taken_back(known, gone, context)


def begins(
    known: Known, event: deadline.Claim | Heard, context: Context, cause: str
) -> Iterator[deadline.Fact]:
    """Yield the clocks that an event starts, and their ends where these were heard before it."""
    for fact in started(known, event, context, cause):
        yield from begun_as_told(known, fact, context)
