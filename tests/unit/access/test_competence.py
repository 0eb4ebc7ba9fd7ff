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


def test_a_filing_for_another_party_does_not_open_a_case_that_is_there() -> None:
    private = by("vp-son-tra", "PARTY")
    own = case.Requested(f"{J}.c9", [2], P1, "DIGITAL", DAY)
    facts = (*OPENED, (own, private))
    assert code(case.Requested(C, [1], P1, "DIGITAL", DAY), private, *facts) == "OUT_OF_TERRITORY"


def test_a_case_goes_on_only_from_one_that_its_office_carries_out() -> None:
    private = by("vp-son-tra", "VP_HEAD", "truong-vp-son-tra")
    own = case.Requested(f"{J}.c9", [2], P1, "DIGITAL", DAY)
    facts = (*OPENED, (own, by("vp-son-tra", "PARTY")))
    taking = case.Decided(
        C, [1], "ON_REQUEST", P1, provisional=False, previous_case_id=f"{J}.c9", **SIGNED
    )
    stopping = case.Decided(
        f"{J}.c9", [2], "ON_REQUEST", P1, provisional=False, previous_case_id=C, **SIGNED
    )
    assert code(taking, private, *facts) == "OUT_OF_TERRITORY"
    assert code(stopping, private, *facts, (DECIDED, HEAD)) == "OUT_OF_TERRITORY"


def test_the_office_asked_decides_though_the_request_goes_on_from_a_case_of_another() -> None:
    private = by("vp-son-tra", "VP_HEAD", "truong-vp-son-tra")
    again = case.Requested(
        f"{J}.c5", [1], P2, "DIGITAL", DAY, previous_case_id=C, to_agency="vp-son-tra"
    )
    decided = case.Decided(f"{J}.c5", [1], "ON_REQUEST", P1, provisional=False, **SIGNED)
    facts = (*HANDLED, (again, PORTAL))
    assert code(again, PORTAL, *HANDLED) is None
    assert code(decided, private, *facts) is None
    assert code(decided, HEAD, *facts) == "OUT_OF_TERRITORY"


def test_a_second_complaint_is_of_the_party_that_filed_the_first() -> None:
    portal = by("cong-da-nang", "PARTY")
    second = complaint.Filed(f"{C}.x2", "2", "c", DAY, DAY, f"{J}.p2", first_complaint_id=f"{C}.x1")
    assert code(second, portal, *HANDLED[2:], (FILED, PORTAL)) == "OUT_OF_TERRITORY"


def test_a_complaint_of_the_second_level_is_not_for_the_office_complained_of() -> None:
    second = complaint.Filed(f"{C}.x2", "2", "c", DAY, DAY, P1, first_complaint_id=f"{C}.x1")
    above = by("cuc-quan-ly-thads", "CENTRAL_BODY")
    accepted = complaint.Accepted(f"{C}.x2", DAY, "cuc-quan-ly-thads", "2", "c")
    ended = complaint.Discontinued(f"{C}.x2", "a", PAPER)
    facts = (*HANDLED, (FILED, PORTAL), (second, PORTAL))
    assert code(accepted, HEAD, *facts) == "OUT_OF_TERRITORY"
    assert code(accepted, by("cuc-tha-quan-doi", "CENTRAL_BODY"), *facts) == "OUT_OF_TERRITORY"
    assert code(accepted, above, *facts) is None
    assert code(ended, HEAD, *facts, (accepted, above)) == "OUT_OF_TERRITORY"
    assert code(ended, above, *facts, (accepted, above)) is None


def test_a_body_above_a_private_office_resolves_complaints_about_it() -> None:
    private = by("vp-son-tra", "PARTY")
    asked = case.Requested(C, [1], P2, "DIGITAL", DAY, to_agency="vp-son-tra")
    second = complaint.Filed(f"{C}.x2", "2", "c", DAY, DAY, P1)
    accepted = complaint.Accepted(f"{C}.x2", DAY, "cuc-quan-ly-thads", "2", "c")
    facts = (*OPENED[:2], (asked, private), (second, PORTAL))
    assert code(accepted, by("cuc-quan-ly-thads", "CENTRAL_BODY"), *facts) is None


def test_the_channel_of_one_party_does_not_speak_for_another() -> None:
    room = by("thads-khu-vuc-3", "PARTY")
    filed = case.Requested(C, [1], P2, "ORAL", DAY)
    taking = case.ChannelChanged(C, P1, "thads-khu-vuc-3", DAY, PAPER)
    assert code(taking, room, *OPENED[:2], (filed, room)) == "OUT_OF_TERRITORY"


def test_a_portal_of_the_place_files_for_a_party_that_only_an_office_has_filed_for() -> None:
    filed = case.Requested(C, [1], P2, "ORAL", DAY)
    facts = (*OPENED[:2], (filed, by("thads-khu-vuc-3", "PARTY")), (DECIDED, HEAD))
    complained = complaint.Filed(f"{C}.x1", "1", "c", DAY, DAY, P2)
    assert code(complained, PORTAL, *facts) is None
    assert code(complained, by("cong-hue", "PARTY"), *facts) == "OUT_OF_TERRITORY"


def test_a_channel_that_was_changed_acts_where_no_party_is_named() -> None:
    news = case.NewInformationReceived(C, DAY, "CONDITIONS")
    changed = case.ChannelChanged(C, P2, "cong-da-nang", DAY, PAPER)
    facts = (*HANDLED, (changed, PORTAL))
    assert code(news, by("cong-da-nang", "PARTY"), *facts) is None
    assert code(news, PORTAL, *facts) == "OUT_OF_TERRITORY"


def test_what_a_commune_notifies_names_no_other_commune() -> None:
    persuaded = case.PersuasionRecorded(C, DAY, ["COMMUNE"], "REFUSED")
    further = case.Notified(C, "e1", "OTHER_DECISION", "ubnd-vy-da", "COMMUNE", "DIGITAL", DAY)
    commune = by("ubnd-phuong-song-cam", "COMMUNE")
    facts = (*HANDLED, (NOTICE, OFFICER), (further, commune))
    assert code(persuaded, by("ubnd-vy-da", "COMMUNE"), *facts) == "OUT_OF_TERRITORY"


def test_an_officer_of_another_room_orders_nothing() -> None:
    other = by("thads-khu-vuc-5", "OFFICER", "chv-khu-vuc-5")
    beside = by("thads-khu-vuc-3", "OFFICER", "vo-van-dung")
    assert code(ORDERED, other, *HANDLED) == "OUT_OF_TERRITORY"
    assert code(ORDERED, beside, *HANDLED) is None, "whether he is assigned is a rule of the family"


def test_a_room_acknowledges_what_was_delivered_to_the_room_itself() -> None:
    delivered = delivery.Delivered(C, "f2", "thads-da-nang", AT, "PULL")
    acknowledged = delivery.Acknowledged(C, "f2", "tran-thi-binh", AT)
    assert code(acknowledged, OFFICER, (delivered, HEAD)) == "NOT_ADDRESSEE"


# ---- agencies that have ended


DISTRICT_COURT = said("2025-06-10 09:00", "toa-hai-chau", "COURT")
DISTRICT_OFFICE = said("2025-06-10 09:00", "chi-cuc-thads-hai-chau", "HEAD", "truong-hai-chau")
OF_HUE = said(NOON, "toa-hue", "COURT")


def test_the_successor_of_a_court_goes_on_with_its_judgments_and_no_other_court_does() -> None:
    effective = judgment.MadeEffective(J, DAY, [])
    issued = ((ISSUED, DISTRICT_COURT),)
    assert code(effective, COURT, *issued) is None
    assert code(effective, OF_HUE, *issued) == "OUT_OF_TERRITORY"
    before = said("2025-06-20 09:00", "toa-da-nang", "COURT")
    assert code(effective, before, *issued) == "OUT_OF_TERRITORY", "the court has not ended yet"


def test_the_successor_of_an_office_carries_out_its_cases() -> None:
    decided = (*OPENED, (DECIDED, DISTRICT_OFFICE))
    assert code(ASSIGNED, HEAD, *decided) is None
    in_hue = said(NOON, "thads-hue", "HEAD", "truong-hue")
    assert code(ASSIGNED, in_hue, *decided) == "OUT_OF_TERRITORY"
