"""Who may submit what: the rules of the catalogue, tried on the facts of one judgment."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.core.access.competence import objection
from services.core.access.involvement import Involved, made_by
from services.core.contracts.events import (
    case,
    coercion,
    complaint,
    deadline,
    delivery,
    information,
    judgment,
    measure,
    payment,
    sale,
)
from services.core.contracts.events.records import Basis, Doc, Party
from services.core.contracts.family import Context
from tests.unit.cast import DIRECTORY, said

J = "01890000-0000-7000-8000-00000000000a"
C, P1, P2 = f"{J}.c1", f"{J}.p1", f"{J}.p2"
NOON = "2026-09-10 12:00"
AT = datetime(2026, 9, 10, 5, tzinfo=UTC)
DAY = date(2026, 9, 10)
PAPER = Doc("d1", "ab" * 32)
SIGNED: dict[str, Any] = {
    "decision_no": "702/QĐ-THADS",
    "decided_on": DAY,
    "signed_by": "le-van-an",
    "capacity": "HEAD",
    "document": PAPER,
}

COURT = said(NOON, "toa-da-nang", "COURT")
PORTAL = said(NOON, "cong-thads", "PARTY")
HEAD = said(NOON, "thads-da-nang", "HEAD", "le-van-an")
OFFICER = said(NOON, "thads-khu-vuc-3", "OFFICER", "tran-thi-binh")

PARTIES = [Party(P1, "PERSON"), Party(P2, "PERSON")]
ISSUED = judgment.Issued(J, "toa-da-nang", "1/2026", "CIVIL", DAY, "ON_EFFECT", PARTIES, [])
TRANSFERRED = judgment.Transferred(J, "thads-da-nang", AT, [])
REQUESTED = case.Requested(C, [1], P2, "DIGITAL", DAY)
DECIDED = case.Decided(C, [1], "ON_REQUEST", P1, provisional=False, **SIGNED)
MOVED = case.Moved(C, "-", "REQUESTED", "e1", parties=[P1, P2])
ASSIGNED = case.OfficerAssigned(C, "tran-thi-binh", AT, no_conflict=True, provisional=False)
FILED = complaint.Filed(f"{C}.x1", "1", "c", DAY, DAY, P1)
ASKED = information.Requested(
    f"{C}.r1", "nh-song-cam", P1, ["ACCOUNT"], Basis("1/2026", "702"), provisional=False
)
ORDERED = measure.Ordered(f"{C}.m1", "BLOCK", "nh-song-cam", P1, amount=1, **SIGNED)
CONTRACTED = sale.ValuationContracted(f"{C}.k1.s1", f"{J}.a1", "tdg-ngu-son", DAY)
AUCTION = sale.AuctionContracted(f"{C}.k1.s1", "dg-cam-giang", DAY, 1, movable=False)
NOTICE = case.Notified(C, "e1", "OTHER_DECISION", "ubnd-phuong-song-cam", "COMMUNE", "DIGITAL", DAY)
PROTECTION = coercion.ProtectionRequested(f"{C}.k1", "ca-thi-hanh-an-da-nang", AT)
DELIVERED = delivery.Delivered(C, "f1", "nh-song-cam", AT, "PULL")

OPENED = ((ISSUED, COURT), (TRANSFERRED, COURT), (REQUESTED, PORTAL), (MOVED, PORTAL))
HANDLED = (*OPENED, (DECIDED, HEAD), (ASSIGNED, HEAD))


def after(*facts: tuple[Any, Context]) -> Involved:
    """Return who is involved once these facts were recorded."""
    involved = Involved()
    for fact, context in facts:
        involved = involved.after(made_by(fact, context.agency, DIRECTORY))
    return involved


def code(claim: Any, context: Context, *facts: tuple[Any, Context]) -> str | None:
    """Return the code by which a claim is refused, or None where its sender may submit it."""
    refusal = objection(claim, context, after(*facts))
    return refusal.code if refusal else None


def by(agency: str, role: str, officer: str | None = None) -> Context:
    return said(NOON, agency, role, officer)


def test_a_private_office_decides_no_case_of_another_office() -> None:
    private = by("vp-son-tra", "VP_HEAD", "truong-vp-son-tra")
    done = case.Decided(C, [1], "ON_REQUEST", P1, provisional=False, already_done=True, **SIGNED)
    for claim in (DECIDED, done):
        assert code(claim, private, *HANDLED) == "OUT_OF_TERRITORY"
        assert code(claim, private, *OPENED) == "OUT_OF_TERRITORY"


def test_the_office_that_a_party_asked_decides_and_the_receiver_does_not() -> None:
    private = by("vp-son-tra", "VP_HEAD", "truong-vp-son-tra")
    asked = case.Requested(C, [1], P2, "DIGITAL", DAY, to_agency="vp-son-tra")
    facts = (*OPENED[:2], (asked, PORTAL), (MOVED, PORTAL))
    assert code(DECIDED, private, *facts) is None
    assert code(DECIDED, HEAD, *facts) == "OUT_OF_TERRITORY"


def test_nobody_asks_for_a_case_that_another_channel_or_office_has_opened() -> None:
    private = by("vp-son-tra", "PARTY")
    other_party = case.Requested(C, [1], P1, "DIGITAL", DAY)
    assert code(other_party, private, *OPENED[:2]) is None
    assert code(other_party, private, *OPENED) == "OUT_OF_TERRITORY"
    ex_officio = (*OPENED[:2], (DECIDED, HEAD))
    assert code(other_party, private, *ex_officio) == "OUT_OF_TERRITORY"


def test_only_the_office_to_which_a_judgment_was_transferred_receives_it() -> None:
    received = judgment.Received(J, DAY, [])
    assert code(received, HEAD, *OPENED) is None
    assert code(received, by("thads-hue", "HEAD"), *OPENED) == "NOT_ADDRESSEE"
    assert code(received, HEAD, (ISSUED, COURT)) == "NOT_ADDRESSEE"


def test_before_a_decision_the_receiver_of_the_judgment_acts_and_nobody_else() -> None:
    assert code(ASSIGNED, HEAD, *OPENED) is None
    assert code(ASSIGNED, by("thads-hue", "HEAD"), *OPENED) == "OUT_OF_TERRITORY"


@pytest.mark.parametrize(
    "claim",
    [
        case.Exempted(C, 1, DAY, whole=True, **SIGNED),
        case.Suspended(C, "ORDER", "PROTEST", **SIGNED),
        case.PostponementDemanded(C, DAY, AT, DAY),
    ],
)
def test_a_court_acts_in_cases_of_its_own_judgments_and_a_court_above_it_may(claim: Any) -> None:
    assert code(claim, COURT, *HANDLED) is None
    assert code(claim, by("toa-hue", "COURT"), *HANDLED) == "OUT_OF_TERRITORY"


def test_an_entrusted_case_belongs_to_the_office_that_got_it() -> None:
    entrusted = case.Entrusted(C, "thads-hue", "CASE", [1], [], **SIGNED)
    facts = (*HANDLED, (entrusted, HEAD))
    collected = payment.Collected(
        C, "PT-1", 1, costs=0, costs_advanced=False, source="VOLUNTARY", collected_on=DAY
    )
    assert code(collected, by("thads-da-nang", "CASHIER"), *HANDLED) is None
    assert code(collected, by("thads-da-nang", "CASHIER"), *facts) == "OUT_OF_TERRITORY"
    assert code(collected, by("thads-hue", "CASHIER"), *facts) is None


def test_an_act_of_the_assigned_officer_is_his_alone() -> None:
    verified = case.Verified(C, DAY, "NO_CONDITIONS", PAPER)
    assert code(verified, OFFICER, *HANDLED) is None
    other = by("thads-khu-vuc-3", "OFFICER", "vo-van-dung")
    assert code(verified, other, *HANDLED) == "OUT_OF_TERRITORY"


def test_a_complaint_is_withdrawn_through_the_channel_that_filed_it() -> None:
    withdrawn = complaint.Withdrawn(f"{C}.x1", whole=True, withdrawn_on=DAY)
    facts = (*HANDLED, (FILED, PORTAL))
    assert code(withdrawn, PORTAL, *facts) is None
    assert code(withdrawn, by("thads-da-nang", "PARTY"), *facts) == "OUT_OF_TERRITORY"
    assert code(withdrawn, by("thads-hue", "PARTY"), *facts) == "OUT_OF_TERRITORY"


def test_a_party_that_has_a_channel_acts_through_no_other_until_it_is_changed() -> None:
    again = sale.RevaluationRequested(f"{C}.k1.s1", P1, DAY, 10)
    office = by("thads-da-nang", "PARTY")
    assert code(again, office, *HANDLED) is None
    facts = (*HANDLED, (FILED, PORTAL))
    assert code(again, office, *facts) == "OUT_OF_TERRITORY"
    changed = case.ChannelChanged(C, P1, "thads-da-nang", DAY, PAPER)
    assert code(changed, office, *facts) == "OUT_OF_TERRITORY"
    assert code(changed, PORTAL, *facts) is None
    assert code(again, office, *facts, (changed, PORTAL)) is None
    assert code(again, PORTAL, *facts, (changed, PORTAL)) == "OUT_OF_TERRITORY"


def test_a_party_that_the_judgment_does_not_have_is_refused() -> None:
    nobody = complaint.Filed(f"{C}.x1", "1", "c", DAY, DAY, f"{J}.p9")
    assert code(nobody, PORTAL, *HANDLED) == "PARTY_NOT_DECLARED"
    assert code(FILED, PORTAL, *HANDLED) is None


@pytest.mark.parametrize(
    ("fact", "claim", "role", "right", "wrong"),
    [
        (
            ASKED,
            information.Answered(f"{C}.r1", AT, "FULL", found=True, documents=[]),
            "HOLDER", "nh-song-cam", "nh-khac",
        ),
        (ORDERED, measure.Executed(f"{C}.m1", AT, "DONE"), "HOLDER", "nh-song-cam", "nh-khac"),
        (
            CONTRACTED,
            sale.Priced(f"{C}.k1.s1", 1, "VALUER", DAY, 1),
            "VALUER", "tdg-ngu-son", "tdg-khac",
        ),
        (AUCTION, sale.Announced(f"{C}.k1.s1", AT), "AUCTIONEER", "dg-cam-giang", "dg-khac"),
        (
            PROTECTION,
            coercion.ProtectionPlanned(f"{C}.k1", AT, PAPER),
            "POLICE", "ca-thi-hanh-an-da-nang", "ca-hue",
        ),
        (
            DELIVERED,
            delivery.Acknowledged(C, "f1", "can-bo-nh", AT),
            "HOLDER", "nh-song-cam", "nh-khac",
        ),
    ],
)  # fmt: skip
def test_whoever_was_asked_or_contracted_answers(
    fact: Any, claim: Any, role: str, right: str, wrong: str
) -> None:
    facts = (*HANDLED, (fact, OFFICER))
    assert code(claim, by(right, role), *facts) is None
    assert code(claim, by(wrong, role), *facts) == "NOT_ADDRESSEE"
    assert code(claim, by(right, role), *HANDLED) == "NOT_ADDRESSEE"


def test_a_commune_acts_where_the_case_has_named_it_and_its_front_beside_it() -> None:
    persuaded = case.PersuasionRecorded(C, DAY, ["COMMUNE"], "REFUSED")
    commune = by("ubnd-phuong-song-cam", "COMMUNE")
    assert code(persuaded, commune, *HANDLED) == "OUT_OF_TERRITORY"
    facts = (*HANDLED, (NOTICE, OFFICER))
    assert code(persuaded, commune, *facts) is None
    assert code(persuaded, by("mttq-phuong-song-cam", "FRONT"), *facts) is None
    assert code(persuaded, by("mttq-vy-da", "FRONT"), *facts) == "OUT_OF_TERRITORY"
    assert code(persuaded, by("ubnd-thuan-phuoc", "COMMUNE"), *facts) == "OUT_OF_TERRITORY"


def test_the_procuracy_of_the_room_that_acts_may_demand_and_others_may_not() -> None:
    demand = case.PostponementDemanded(C, DAY, AT, DAY)
    assert code(demand, by("vks-khu-vuc-3", "PROCURACY"), *HANDLED) is None
    assert code(demand, by("vks-hue", "PROCURACY"), *HANDLED) == "OUT_OF_TERRITORY"


def test_a_clock_is_extended_by_who_must_act_and_by_none_where_nobody_must() -> None:
    started = deadline.Started(
        C, "k1", "L-36-1", "e1", AT, "duty", "R2026", "2026", verified=True, pauses=[],
        responsible="thads-da-nang",
    )  # fmt: skip
    extended = deadline.Extended(C, "k1", "L-36-1", "e1", AT, AT, "COMPLEX")
    assert code(extended, HEAD, (started, HEAD)) is None
    assert code(extended, by("thads-hue", "HEAD"), (started, HEAD)) == "NOT_ADDRESSEE"
    assert code(extended, HEAD) == "NOT_ADDRESSEE"


def test_a_role_without_a_rule_may_submit_nothing() -> None:
    assert code(ISSUED, by("platform", "PLATFORM")) == "OUT_OF_TERRITORY"
    assert code(MOVED, HEAD, *HANDLED) == "OUT_OF_TERRITORY"


def test_what_does_not_exist_is_answered_like_what_belongs_to_others() -> None:
    assert code(DECIDED, by("thads-hue", "HEAD")) == code(
        DECIDED, by("thads-hue", "HEAD"), *HANDLED
    )
