"""What may be wrong with any claim about a coercion, whatever its phase."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from services.coercion.domain.known import Coercion, Known
from services.core.access import docket
from services.core.contracts.events import coercion
from services.core.contracts.events.machines import COERCION
from services.core.contracts.family import Refusal
from services.core.contracts.official_numbers import number_of

_HALTED: Final = {"POSTPONED": "CASE_POSTPONED", "SUSPENDED": "CASE_SUSPENDED"}


def exists(this: Coercion) -> Iterator[Refusal]:
    """A coercion must have been decided before anything else is said of it."""
    if this.decided_on is None:
        yield Refusal("UNKNOWN_STREAM", field="/coercion_id")


def in_order(known: Known, this: Coercion, claim: coercion.Claim) -> Iterator[Refusal]:
    """The state machine must have an arrow for it, and its number must be new."""
    number = number_of(claim)
    if number in known.coercion.numbers:
        yield Refusal("DUPLICATE", {"number": number}, field="/decision_no")
    if COERCION.follows(this.state, claim) is None:
        yield Refusal("WRONG_STATE", {"state": this.state})


def halted(known: Known, this: Coercion) -> Iterator[Refusal]:
    """Nothing is begun while the case is halted or ended, or while its act is paused."""
    view = known.case.view
    if view.state in _HALTED:
        yield Refusal(_HALTED[view.state])
    if view.state in docket.ENDED:
        yield Refusal("CASE_ENDED", {"state": view.state})
    if known.complaint & {this.decision, view.decision}:
        yield Refusal("ACT_PAUSED")


def not_before(day: date, cause: date | None, field: str) -> Iterator[Refusal]:
    """Nothing happens before what it follows from."""
    if cause is not None and day < cause:
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": cause.isoformat()}, field=field)
