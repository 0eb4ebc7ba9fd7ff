"""What the clocks of a judgment's parts have said; each clock says a thing once."""

from typing import TypeAlias

from msgspec import Struct

from services.core.contracts.events.deadline import Claim, Expired, Fact, Overdue
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import key_of

Said: TypeAlias = tuple[str, str]  #: what was said, and by which clock


class Known(Struct, frozen=True):
    """What the clocks of one key have said so far."""

    deadline: frozenset[Said] = frozenset()


def stream(claim: Claim) -> str:
    """One stream a judgment, for all clocks of its parts."""
    return key_of(claim.part)


def decide(known: Known, claim: Claim, _context: Context) -> list[Fact] | list[Refusal]:
    """Return the claim as a fact, unless that clock said so before."""
    if said(claim) in known.deadline:
        return [Refusal("DUPLICATE", {"clock": claim.clock_id}, field="/clock_id")]
    return [claim]


def evolve(known: Known, fact: Fact, _context: Context) -> Known:
    """Remember what a clock said."""
    return Known(known.deadline | {said(fact)})


def react(_known: Known, _heard: object, _context: Context) -> tuple[()]:
    """Nothing follows by itself: this family hears nobody yet."""
    return ()


def said(fact: Expired | Overdue) -> Said:
    """Return what a clock says, and which."""
    return fact.TYPE, fact.clock_id
