"""Who has handed a case over corrects nothing in it that would seat others, and mends his own."""

from typing import Any

import pytest

from tests.acceptance.putting_right import Told

PAPER = {"document_id": "d-1", "sha256": "0" * 64}


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


def entrusted(told: Told) -> tuple[str, dict[str, Any]]:
    """Let the office of Da Nang hand the third case over to Hue; return the fact and the claim."""
    told.house.clock.moment = max(told.house.clock.moment, told.story[-1].at)
    part = told.played.symbols.id_of("J3.c1")
    claim = {
        "type": "thads.case.entrusted",
        "occurred_at": told.story[-1].at.isoformat(),
        "officer": "le-van-an",
        "role": "HEAD",
        "data": {
            "case_id": part,
            "to_agency": "thads-hue",
            "kind": "CASE",
            "items": [1],
            "documents": [],
            "decision_no": "99/QĐ-UT",
            "decided_on": "2026-11-30",
            "signed_by": "le-van-an",
            "capacity": "HEAD",
            "document": PAPER,
            "already_done": True,
        },
    }
    became = told.house.submit("thads-da-nang", claim)
    assert became.status == "recorded"
    return became.facts[0], claim


def test_after_an_entrustment_the_former_office_reseats_nobody_but_may_take_it_back(
    told: Told,
) -> None:
    fact, claim = entrusted(told)
    assigned = next(
        each
        for each in told.said()
        if each.row.type == "case.officer_assigned" and each.row.part == "J3.c1"
    )
    again = told.say_again(assigned, officer_id="chv-khu-vuc-5")
    assert (again.status, again.codes) == ("refused", ("OUT_OF_TERRITORY",))
    back = told.house.submit("thads-da-nang", {**claim, "withdraws": fact})
    assert back.status == "recorded"
    assert told.say_again(assigned, officer_id="tran-thi-binh").status == "recorded"


def test_a_case_is_entrusted_to_no_agency_that_does_not_enforce(told: Told) -> None:
    fact, claim = entrusted(told)
    told.house.submit("thads-da-nang", {**claim, "withdraws": fact})
    data = {**claim["data"], "to_agency": "nh-khac", "decision_no": "100/QĐ-UT"}
    became = told.house.submit("thads-da-nang", {**claim, "data": data})
    assert (became.status, became.codes) == ("refused", ("RECEIVER_NOT_COMPETENT",))


def test_a_private_office_takes_no_case_over_by_asking_for_what_another_carries_out(
    told: Told,
) -> None:
    part = told.played.symbols.id_of("J4")
    for case_id, party in ((f"{part}.c9", "p1"), (f"{part}.c1", "p1"), (f"{part}.c1", "p2")):
        claim = {
            "type": "thads.case.requested",
            "occurred_at": told.story[-1].at.isoformat(),
            "role": "PARTY",
            "data": {
                "case_id": case_id,
                "items": [1],
                "requester": f"{part}.{party}",
                "channel": "ORAL",
                "received_on": "2026-11-29",
            },
        }
        assert told.house.submit("vp-son-tra", claim).status == "refused", (case_id, party)
