"""Official numbers: which events bear one and whose it is.

A judgment's number is its court's; a decision's is that of the agency which decided, in the year of
the decision. Receipts and vouchers are no papers of an office and are left out.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from services.core.contracts.catalogue import Catalogue
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.official_numbers import canonical, plain

_BORNE_BY: Final = frozenset({"judgment_no", "decision_no"})


class Use(Struct, frozen=True):
    """One fact that bears an official number."""

    fact: str
    type: str
    part: str
    office: str
    year: int  #: of a decision; 0 for a judgment, whose number is never used again
    number: str  #: as it was written
    canonical: str  #: as it is compared
    plain: str  #: as who cannot type its marks asks for it
    decided_on: date
    recorded_at: datetime


def numbered_types(catalogue: Catalogue) -> frozenset[str]:
    """Return the types whose events bear an official number of their own."""
    return frozenset(
        event.type
        for event in catalogue.events.values()
        if _BORNE_BY & {field.name for field in event.fields}
    )


def families_of(types: Iterable[str]) -> tuple[str, ...]:
    """Return the families of some types, each once."""
    return tuple(sorted({type_.split(".")[1] for type_ in types}))


def use_of(event: Event, envelope: Envelope) -> Use | None:
    """Return the use that a fact makes of a number, or None where it leaves the number out."""
    if number := getattr(event, "judgment_no", None):
        return _use(event, envelope, number, event.court_id, 0, event.issued_on)  # type: ignore[attr-defined]
    number, day = getattr(event, "decision_no", None), getattr(event, "decided_on", None)
    if number and day:
        return _use(event, envelope, number, envelope.agency, day.year, day)
    return None


def _use(event: Event, envelope: Envelope, number: str, office: str, year: int, day: date) -> Use:
    return Use(
        envelope.id,
        event.TYPE,
        event.part,
        office,
        year,
        number,
        canonical(number),
        plain(number),
        day,
        envelope.recorded_at,
    )
