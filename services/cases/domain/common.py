"""What may be wrong with any claim about a case, whatever its phase."""

from collections.abc import Iterable, Iterator
from datetime import date

from services.cases.domain.known import Case, Known
from services.core.contracts.events import case
from services.core.contracts.events.machines import CASE
from services.core.contracts.family import Refusal
from services.core.contracts.official_numbers import number_of


def exists(this: Case) -> Iterator[Refusal]:
    """A case must have been asked for or decided before anything else is said of it."""
    if this == Case():
        yield Refusal("UNKNOWN_STREAM", field="/case_id")


def in_order(this: Case, claim: case.Claim) -> Iterator[Refusal]:
    """The state machine must have an arrow for it, and its number must be new."""
    number = number_of(claim)
    if number in this.numbers:
        yield Refusal("DUPLICATE", {"number": number}, field="/decision_no")
    target = CASE.follows(
        this.state, claim, kept=this.kept, holds=lambda when: this.holds(when, claim)
    )
    if target is None:
        yield Refusal("WRONG_STATE", {"state": this.state})


def of_items(known: Known, items: Iterable[int], this: Case) -> Iterator[Refusal]:
    """Every item named must be one of the case, or of the judgment while nothing is decided."""
    among = set(this.items) or (set(known.judgment.items) if known.judgment else set())
    if unknown := sorted(set(items) - among):
        yield Refusal("UNKNOWN_STREAM", {"items": unknown}, field="/items")


def not_before(day: date, cause: date | None, field: str) -> Iterator[Refusal]:
    """Nothing happens before what it follows from."""
    if cause is not None and day < cause:
        yield Refusal("DATE_BEFORE_CAUSE", {"cause": cause.isoformat()}, field=field)
