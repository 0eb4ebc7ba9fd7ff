"""What officers acknowledge of what was delivered: one stream a case.

A receipt is said by the platform once an agency has confirmed it; an acknowledgement by an agency
that names its officer, of what was delivered to it alone.
"""

from collections.abc import Iterator
from typing import Never, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.access.docket import stream_of
from services.core.access.involvement import Involved
from services.core.contracts.days import day_of
from services.core.contracts.events.delivery import (
    Acknowledged,
    Claim,
    Delivered,
    Fact,
    IrregularityNoted,
)
from services.core.contracts.family import Context, Refusal
from services.core.law.objections import settle


class Deliveries(Struct, frozen=True):
    """What was acknowledged of one case."""

    acknowledged: frozenset[tuple[str, str]] = frozenset()  #: a fact, and an officer


class Known(Struct, frozen=True):
    """What the stream knows: its own family, and it hears no other."""

    delivery: Deliveries = Deliveries()
    involved: Involved = Involved()


def stream(claim: Claim) -> str:
    """One stream a case; what lies above every case has its own."""
    return stream_of(claim.part)


def decide(known: Known, claim: Claim, context: Context) -> list[Fact] | list[Refusal]:
    """Return every reason why the claim may not be recorded, or the facts that follow from it."""
    found = objections(known, claim, context)
    return settle(claim, found, context, IrregularityNoted, about=claim.delivered_part)


def objections(known: Known, claim: Claim, context: Context) -> Iterator[Refusal]:
    """Yield everything that is wrong with a claim, whether it refuses it or not."""
    match claim:
        case Delivered(event_id=fact, to_agency=agency):
            if agency in known.involved.holders("delivered", [fact]):
                yield Refusal("DUPLICATE")
        case Acknowledged(event_id=fact, officer_id=slug):
            officer = context.directory.officer(slug)
            if (
                officer is None
                or officer.agency != context.agency
                or not officer.served_on(day_of(claim.acknowledged_at))
            ):
                yield Refusal("NOT_ADDRESSEE", {"officer": slug}, field="/officer_id")
            if (fact, slug) in known.delivery.acknowledged:
                yield Refusal("DUPLICATE")
        case _:
            assert_never(claim)


def evolve(known: Known, fact: Fact, _context: Context) -> Known:
    """Fold one fact in."""
    this = known.delivery
    match fact:
        case Acknowledged(event_id=event, officer_id=officer):
            this = replace(this, acknowledged=this.acknowledged | {(event, officer)})
        case Delivered() | IrregularityNoted():
            pass
        case _:
            assert_never(fact)
    return replace(known, delivery=this)


def react(_known: Known, _heard: Never, _context: Context) -> tuple[()]:
    """Nothing follows by itself: this family hears nobody."""
    return ()
