"""The words in which the tests of coercion speak: one case, its coercion, and who says what."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from services.coercion.domain import Known, react
from services.coercion.service import COERCION
from services.core.contracts.days import VIET_NAM
from services.core.contracts.events import case, coercion
from services.core.contracts.events.records import Doc
from services.core.contracts.family import Ask, Context, Refusal
from tests.unit.cast import head, officer, said
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(COERCION)

J = "01890000-0000-7000-8000-00000000000a"
C, K = f"{J}.c1", f"{J}.c1.k1"
DEBTOR = f"{J}.p1"
POLICE, COMMUNE, PROCURACY = "ca-thi-hanh-an-da-nang", "ubnd-phuong-song-cam", "vks-khu-vuc-3"
OFFICER = "tran-thi-binh"
PAPER = Doc("d1", "ab")

Step = tuple[Any, Context]


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=VIET_NAM)


def moved(to: str, when: str = "2026-09-15 10:00") -> Step:
    return case.Moved(C, from_state="-", to_state=to, cause_event_id="x"), head(when)


CASE: tuple[Step, ...] = (
    (
        case.Decided(
            C,
            items=[1],
            initiative="ON_REQUEST",
            debtor=DEBTOR,
            provisional=False,
            decision_no="702/QĐ-THADS",
            decided_on=date(2026, 8, 24),
            signed_by="le-van-an",
            capacity="HEAD",
            document=PAPER,
            amount=1_000_000_000,
        ),
        head("2026-08-24 09:30"),
    ),
    (
        case.OfficerAssigned(
            C,
            officer_id=OFFICER,
            assigned_at=at("2026-08-24 10:05"),
            no_conflict=True,
            provisional=False,
        ),
        head("2026-08-24 10:05"),
    ),
)
PERSUADED: Step = (
    case.PersuasionRecorded(
        C, held_on=date(2026, 9, 4), participants=["OFFICER"], outcome="REFUSED"
    ),
    officer("2026-09-04 09:00"),
)
VERIFIED: Step = (
    case.Verified(C, verified_on=date(2026, 9, 15), finding="CONDITIONS_FOUND", minutes=PAPER),
    officer("2026-09-15 10:00"),
)
READY: tuple[Step, ...] = (*CASE, PERSUADED, VERIFIED, moved("ENFORCEABLE"))


def decided(**change: Any) -> coercion.Decided:
    told: dict[str, Any] = {
        "coercion_id": K,
        "kind": "SEIZURE",
        "items": [1],
        "real_estate": True,
        "seizable": True,
        "only_home": False,
        "decision_no": "732/QĐ-CC",
        "decided_on": date(2026, 9, 17),
        "signed_by": OFFICER,
        "capacity": "OFFICER",
        "document": PAPER,
        "value": 900_000_000,
    }
    return coercion.Decided(**{**told, **change})


DECIDED: Step = (decided(), officer("2026-09-17 09:30"))
PROTECTED: Step = (
    coercion.ProtectionRequested(K, police_id=POLICE, received_at=at("2026-09-18 10:00")),
    officer("2026-09-18 10:00"),
)


def booked(start: str, end: str, name: str = "b1", *units: str) -> tuple[Step, ...]:
    asked = coercion.BookingRequested(K, name, list(units or (POLICE, OFFICER)), at(start), at(end))
    answers = [
        coercion.UnitBooked(K, name, unit, at(start), at(end), "x")
        for unit in units or (POLICE, OFFICER)
    ]
    platform = said("2026-09-28 15:32", "platform", "PLATFORM")
    return (asked, officer("2026-09-28 15:30")), *((answer, platform) for answer in answers)


def scheduled(start: str, end: str, **change: Any) -> coercion.Scheduled:
    told: dict[str, Any] = {
        "coercion_id": K,
        "starts_at": at(start),
        "ends_at": at(end),
        "commune_id": COMMUNE,
        "force_mobilised": True,
        "forces": ["CRIMINAL_ENFORCEMENT_POLICE"],
        "cost_estimate": 27_000_000,
        "real_estate": True,
        "immediate": False,
        "addressees": [PROCURACY, COMMUNE, POLICE],
        "police_id": POLICE,
    }
    return coercion.Scheduled(**{**told, **change})


MORNING = ("2026-10-14 08:00", "2026-10-14 11:30")
SCHEDULED: Step = (scheduled(*MORNING), head("2026-09-29 09:00"))
BOOKED = booked(*MORNING)


def after(*steps: Step) -> Known:
    """Return what is known once these facts were recorded."""
    known = Known()
    for fact, context in steps:
        known = evolve(known, fact, context)
    return known


def refused(known: Known, claim: Any, context: Context) -> list[str]:
    """Return the codes for which a claim is refused; none where it is recorded."""
    return [each.code for each in decide(known, claim, context) if isinstance(each, Refusal)]


def noted(known: Known, claim: Any, context: Context) -> list[str]:
    """Return the breaches beside a claim that is recorded."""
    answer = decide(known, claim, context)
    assert answer[0] == claim, answer
    return [each.code for each in answer if isinstance(each, coercion.IrregularityNoted)]


def follows(known: Known, heard: Any, context: Context) -> list[Any]:
    """Return what follows by itself once a fact was heard."""
    return list(react(evolve(known, heard, context), heard, context))


def told_to(answers: Iterable[Any]) -> list[tuple[str, str]]:
    """Return whom Asks go to, and of which type they are."""
    asks = [each for each in answers if isinstance(each, Ask)]
    return [(each.key, each.claim.TYPE.removeprefix("thads.")) for each in asks]
