"""What every family knows of a case by hearing the docket: where it stands, and against whom.

The docket alone decides what becomes of a case; the others hear it and ask this view. It is folded
from facts, so what stands here was recorded. Who handles it is `involvement`'s to say.
"""

from datetime import date
from typing import TypeAlias, cast

from msgspec import Struct
from msgspec.structs import replace

from services.core.contracts.days import day_of
from services.core.contracts.events import case
from services.core.contracts.events.machines import CaseState
from services.core.contracts.family import Context
from services.core.law.versions import version_of

Heard: TypeAlias = case.Decided | case.Moved | case.OfficerAssigned
"""The facts from which the view is folded."""

LIVE: frozenset[str] = frozenset(
    {"REQUESTED", "DECIDED", "VOLUNTARY", "VERIFYING", "ENFORCEABLE", "UNENFORCEABLE"}
    | {"POSTPONED", "SUSPENDED"}
)
ENDED: frozenset[str] = frozenset({"DECLINED", "RETURNED", "ENTRUSTED", "COMPLETED", "TERMINATED"})


class Case(Struct, frozen=True):
    """One case, as the docket's facts tell it."""

    state: CaseState | None = None  #: None before the docket moved it
    since: date | None = None  #: the day of the last move
    officer: str | None = None  #: the officer assigned
    debtor: str | None = None
    items: tuple[int, ...] = ()
    amount: int | None = None  #: đồng, costs apart
    decided_on: date | None = None
    decision: str | None = None  #: the fact that decided it

    @property
    def is_live(self) -> bool:
        """Whether anything may still be done in it."""
        return self.state in LIVE


def heard(known: Case, fact: Heard, context: Context) -> Case:
    """Fold one fact of the docket in."""
    match fact:
        case case.Decided():
            return replace(
                known,
                debtor=fact.debtor,
                items=tuple(fact.items),
                amount=fact.amount,
                decided_on=fact.decided_on,
                decision=context.id,
            )
        case case.OfficerAssigned(officer_id=officer):
            return replace(known, officer=officer)
        case case.Moved():
            return replace(
                known, state=cast("CaseState", fact.to_state), since=day_of(context.occurred_at)
            )


def under_its_law(known: Case, context: Context) -> Context:
    """Return the context of an act under the version of the law that governs its case.

    A case that ended before the new law stays under the old one, whenever the act is done in it.
    """
    ended_on = known.since if known.state in ENDED else None
    return replace(context, law=version_of(context.occurred_at, case_ended_on=ended_on))


def stream_of(part: str) -> str:
    """Return the case that a part's id lies in: `<judgment>.<case>` of whatever lies below it.

    What lies above every case, a judgment, is its own stream.
    """
    return ".".join(part.split(".")[:2])
