"""A thread tells where each part stands, and the catalogue who may act next."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from services.core.access.directory import Directory
from services.core.telling.standing import Part, Step, next_steps, parts_of
from services.core.telling.thread import Entry
from tests.unit.contracts.generated import CATALOGUE
from tests.unit.telling.threads import (
    CASE,
    DIRECTORY,
    JUDGMENT,
    PAPER,
    asked_of_bank,
    assigned,
    coerced,
    decided,
    entry,
    issued,
    moved,
)


def after(*thread: Entry) -> dict[str, Part]:
    return parts_of(thread, CATALOGUE)


def steps(
    thread: Sequence[Entry], part: str, law: str = "R2026", known: Directory = DIRECTORY
) -> dict[str, Step]:
    parts = parts_of(thread, CATALOGUE)
    found = next_steps(parts[part], parts, CATALOGUE, known, law)
    return {step.event.removeprefix("thads."): step for step in found}


def test_a_case_stands_where_the_docket_says_and_nowhere_else() -> None:
    assert after(issued(), decided())[CASE].state == "DECIDED"
    assert after(issued(), decided(), moved("VOLUNTARY"))[CASE].state == "VOLUNTARY"
    completed = entry("case.completed", CASE, completed_on="2026-08-03")
    assert after(issued(), decided(), completed)[CASE].state == "DECIDED"


def test_a_part_knows_its_numbers_its_office_and_its_officer() -> None:
    this = after(issued(), decided(), assigned("vo-van-dung"), assigned())[CASE]
    assert (this.numbers, this.handler) == (["702/QĐ-THADS"], "thads-da-nang")
    assert this.officer == "tran-thi-binh"


def test_a_refusal_and_an_irregularity_move_nothing() -> None:
    request = asked_of_bank()
    refused = entry(
        "submission.refused",
        f"{CASE}.r1",
        submission_id=JUDGMENT,
        claim_type="thads.information.withdrawn",
        reasons=[{"code": "WRONG_STATE", "vi": "x", "en": "x"}],
    )
    noted = entry(
        "information.irregularity_noted", f"{CASE}.r2", fact_id=JUDGMENT, code="X", vi="x", en="x"
    )
    parts = after(issued(), request, refused, noted)
    assert parts[f"{CASE}.r1"].state == "SENT"
    assert f"{CASE}.r2" not in parts


def test_what_is_resumed_returns_to_the_state_before() -> None:
    sale = f"{CASE}.k1.s1"
    parts = after(
        entry("sale.valuation_contracted", sale, asset="a", valuer_id="v", signed_on="2026-08-03"),
        entry("sale.priced", sale, price=1, basis="VALUER", priced_on="2026-08-03", round=1),
        entry(
            "sale.auction_contracted",
            sale,
            auctioneer_id="dg-cam-giang",
            signed_on="2026-08-03",
            start_price=1,
            movable=False,
        ),
        entry("sale.halted", sale, kind="PAUSE", ground="OTHER", halted_at="2026-08-03T02:00:00Z"),
        entry("sale.unhalted", sale, resumed_at="2026-08-03T02:00:00Z"),
    )
    assert parts[sale].state == "CONTRACTED"


def test_a_judgment_is_annulled_only_where_all_its_items_are() -> None:
    def annulled(*items: int) -> Entry:
        said: dict[str, Any] = {"outcome": "ANNULLED", "received_on": "2026-08-03"}
        return entry("judgment.revised", JUDGMENT, items=list(items), document=PAPER, **said)

    assert after(issued(), annulled())[JUDGMENT].state == "ISSUED"
    assert after(issued(), annulled(1))[JUDGMENT].state == "ANNULLED"


def test_whoever_was_asked_is_the_one_to_answer() -> None:
    found = steps([issued(), decided(), asked_of_bank()], f"{CASE}.r1")
    assert next(iter(found)) == "information.acknowledged"
    assert found["information.acknowledged"].who == ("nh-song-cam",)
    assert found["information.answered"].to == ("ANSWERED", "RECEIVED")
    answer: dict[str, Any] = {"answered_at": "2026-08-03T02:00:00Z", "found": True, "documents": []}
    answered = entry("information.answered", f"{CASE}.r1", completeness="FULL", **answer)
    assert steps([asked_of_bank(), answered], f"{CASE}.r1") == {}


def test_the_assigned_officer_and_the_head_of_the_office_are_named() -> None:
    found = steps([issued(), decided(), assigned(), moved("VERIFYING")], CASE)
    assert next(iter(found)) == "case.verified"
    assert (found["case.verified"].roles, found["case.verified"].who) == (
        ("OFFICER",),
        ("tran-thi-binh",),
    )
    assert found["case.declared_unenforceable"].who == ("thads-da-nang",)


def test_what_leads_on_comes_first_and_what_was_said_before_comes_last() -> None:
    told = entry(
        "case.persuasion_recorded",
        CASE,
        held_on="2026-08-03",
        participants=["OFFICER"],
        outcome="REFUSED",
    )
    found = list(steps([issued(), decided(), moved("ENFORCEABLE"), told], CASE))
    order = [
        "case.declared_unenforceable",
        "coercion.decided",
        "case.agreed",
        "case.completed",
        "case.persuasion_recorded",
    ]
    assert sorted(order, key=found.index) == order


@pytest.mark.parametrize(("kind", "at_once"), [("SEIZURE", False), ("ACCOUNT", True)])
def test_only_what_needs_no_hour_may_be_carried_out_at_once(kind: str, *, at_once: bool) -> None:
    found = steps([issued(), decided(), coerced(kind)], f"{CASE}.k1")
    assert ("coercion.executed" in found) is at_once
    assert found["coercion.scheduled"].to == ("SCHEDULED",)


@pytest.mark.parametrize(
    ("state", "coerces"), [("ENFORCEABLE", True), ("VOLUNTARY", False), ("POSTPONED", False)]
)
def test_what_the_state_of_the_case_forbids_is_not_offered(state: str, *, coerces: bool) -> None:
    thread = [issued(), decided(), coerced("SEIZURE"), moved(state)]
    assert ("coercion.decided" in steps(thread, CASE)) is coerces
    hours = steps(thread, f"{CASE}.k1")
    assert ("coercion.scheduled" in hours) is (state != "POSTPONED")


def test_what_the_law_of_the_day_does_not_know_is_not_offered() -> None:
    thread = [issued(), decided(), moved("UNENFORCEABLE")]
    today, before = steps(thread, CASE), steps(thread, CASE, law="R2015")
    assert "case.request_returned" in today
    assert "case.moved_to_separate_ledger" not in today
    assert "case.request_returned" not in before
    assert "case.moved_to_separate_ledger" in before


def test_a_private_office_is_not_told_what_a_public_one_must_do() -> None:
    office = msgspec.structs.replace(
        DIRECTORY.agencies["thads-da-nang"], slug="vp", kind="vp", roles=("VP_HEAD", "BAILIFF")
    )
    known = msgspec.structs.replace(DIRECTORY, agencies={**DIRECTORY.agencies, "vp": office})
    thread = [issued(), decided(by="vp"), moved("VERIFYING")]
    assert steps(thread, CASE, known=known)["case.verified"].roles == ("BAILIFF",)
    public = steps([issued(), decided(), moved("VERIFYING")], CASE)
    assert public["case.verified"].roles == ("OFFICER",)


def test_nobody_is_asked_for_what_the_platform_adds_by_itself() -> None:
    for state in ("VOLUNTARY", "VERIFYING", "SUSPENDED"):
        found = steps([issued(), decided(), moved(state)], CASE)
        assert "case.moved" not in found
        assert ("deadline.expired" in found) is (state == "VOLUNTARY")
