"""The words in which the tests of judgments speak: claims of one judgment, and who says them."""

from datetime import UTC, date, datetime
from typing import Any

from services.core.contracts.events.judgment import (
    Claim,
    ClarificationRequested,
    Clarified,
    Fact,
    Issued,
    MadeEffective,
    Received,
    Revised,
    Transferred,
)
from services.core.contracts.events.records import Doc, Item, Party
from services.core.contracts.family import Context, Refusal
from services.judgments.domain import Known
from services.judgments.service import FAMILY
from tests.unit.cast import said
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

J = "01890000-0000-7000-8000-00000000000a"
COURT, OTHER_COURT = "toa-da-nang", "toa-hue"
THADS, ROOM, ENDED = "thads-da-nang", "thads-khu-vuc-3", "chi-cuc-thads-hai-chau"

PAPER = Doc("d1", "ab")
DEBTOR, CREDITOR = Party(f"{J}.p1", "PERSON"), Party(f"{J}.p2", "ORGANISATION")
MONEY = Item(1, "MONEY", "ON_REQUEST", CREDITOR.ref, DEBTOR.ref, amount=1_200_000_000)
FEE = Item(2, "MONEY", "EX_OFFICIO", CREDITOR.ref, DEBTOR.ref, amount=48_000_000)


def issued(items: list[Item] | None = None, **change: Any) -> Issued:
    told: dict[str, Any] = {
        "judgment_id": J,
        "court_id": COURT,
        "judgment_no": "41/2026/DS-PT",
        "kind": "CIVIL",
        "issued_on": date(2026, 8, 3),
        "enforceable": "ON_EFFECT",
        "parties": [DEBTOR, CREDITOR],
        "items": [MONEY, FEE] if items is None else items,
    }
    return Issued(**{**told, **change})


def effective(*items: int, on: date = date(2026, 8, 4)) -> MadeEffective:
    return MadeEffective(J, on, list(items))


def transferred(to: str = THADS, on: int = 17, **change: Any) -> Transferred:
    return Transferred(J, to, datetime(2026, 8, on, 2, tzinfo=UTC), [PAPER], **change)


def received(on: int = 18) -> Received:
    return Received(J, date(2026, 8, on), [])


def asked(which: str = "q1", on: int = 19) -> ClarificationRequested:
    return ClarificationRequested(f"{J}.{which}", date(2026, 8, on))


def clarified(which: str = "q1", on: int = 21) -> Clarified:
    return Clarified(f"{J}.{which}", "EXPLAINED", date(2026, 8, on), PAPER)


def revised(outcome: Any, *items: int, on: int = 20) -> Revised:
    return Revised(J, outcome, list(items), date(2026, 8, on), PAPER)


ISSUED = issued()
EFFECTIVE = effective(1, 2)
TRANSFERRED = transferred()
RECEIVED = received()


def at(local: str, by: str = COURT) -> Context:
    """Return the context of what an agency says of a moment, in Vietnamese time."""
    return said(local, by, "COURT" if by in {COURT, OTHER_COURT} else "HEAD")


NOON = "2026-08-25 12:00"


def said_by(fact: Fact) -> Context:
    """Return the context of a fact said by who usually says it."""
    return at(NOON, by=THADS if isinstance(fact, Received | ClarificationRequested) else COURT)


def after(*facts: Fact) -> Known:
    """Return what is known once these facts were recorded."""
    known = Known()
    for fact in facts:
        known = evolve(known, fact, said_by(fact))
    return known


def codes(known: Known, claim: Claim, context: Context | None = None) -> list[str]:
    """Return the codes of the answer: those that refuse, or those noted beside the fact."""
    answer = decide(known, claim, context or said_by(claim))
    if isinstance(answer[0], Refusal):
        return [each.code for each in answer]
    assert answer[0] is claim
    return [getattr(note, "code", "") for note in answer[1:]]


def refused(known: Known, claim: Claim, context: Context | None = None) -> bool:
    return isinstance(decide(known, claim, context or said_by(claim))[0], Refusal)
