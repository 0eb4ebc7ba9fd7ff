"""Which facts bear an official number, and whose it is."""

from datetime import UTC, date, datetime
from typing import Any

from services.core.contracts.catalogue import PREFIX
from services.core.contracts.envelope import Envelope
from services.core.contracts.identifiers import new_id
from services.directory.numbers import Use, numbered_types, use_of
from services.directory.service import service
from tests.unit.contracts.generated import CATALOGUE, CODEC

AT = datetime(2026, 8, 24, 2, 30, tzinfo=UTC)
JUDGMENT = new_id()
PAPER = {"document_id": new_id(), "sha256": "0" * 64}


def used(type_: str, agency: str, data: dict[str, Any]) -> Use | None:
    event = CODEC.from_json(f"{PREFIX}.{type_}", data)
    envelope = Envelope(
        id=new_id(),
        type=event.TYPE,
        agency=agency,
        officer="",
        subject=event.part,
        occurred_at=AT,
        traceparent="",
        sequence=1,
        recorded_at=AT,
        law="R2026",
        heard="",
        causation="",
        correlation="",
        index=0,
        count=1,
        accepted_at=AT,
        role="HEAD",
        asker="",
    )
    return use_of(event, envelope)


def lifted(**decision: str) -> dict[str, Any]:
    return {"measure_id": f"{JUDGMENT}.c1.m1", "ground": "a", **decision}


def test_a_judgments_number_is_its_courts_whatever_the_year() -> None:
    use = used(
        "judgment.issued",
        "toa-da-nang",
        {
            "judgment_id": JUDGMENT,
            "court_id": "toa-hai-chau",
            "judgment_no": "41/2026/DS-PT",
            "kind": "CIVIL",
            "issued_on": "2026-08-03",
            "enforceable": "ON_EFFECT",
            "parties": [],
            "items": [],
        },
    )
    assert use is not None
    assert (use.office, use.year, use.decided_on) == ("toa-hai-chau", 0, date(2026, 8, 3))


def test_a_decisions_number_is_that_of_who_decided_in_the_year_of_the_decision() -> None:
    use = used(
        "case.postponed",
        "thads-da-nang",
        {
            "case_id": f"{JUDGMENT}.c1",
            "ground": "a",
            "items": [1],
            "decision_no": "702/QĐ-THADS",
            "decided_on": "2025-12-31",
            "signed_by": "le-van-an",
            "capacity": "HEAD",
            "document": PAPER,
        },
    )
    assert use is not None
    assert (use.office, use.year, use.part) == ("thads-da-nang", 2025, f"{JUDGMENT}.c1")


def test_a_fact_that_leaves_its_number_out_uses_none() -> None:
    assert used("measure.lifted", "thads-khu-vuc-3", lifted()) is None
    assert used("measure.lifted", "thads-khu-vuc-3", lifted(decision_no="9/QĐ")) is None
    whole = lifted(decision_no="9/QĐ", decided_on="2026-08-24")
    assert used("measure.lifted", "thads-khu-vuc-3", whole) is not None


def test_numbers_are_borne_by_papers_of_offices_and_not_by_receipts_or_citations() -> None:
    types = numbered_types(CATALOGUE)
    assert "thads.judgment.issued" in types
    assert "thads.coercion.decided" in types
    assert "thads.payment.collected" not in types
    assert "thads.information.requested" not in types


def test_the_directory_hears_those_families_alone_whose_facts_bear_numbers() -> None:
    view = service(CATALOGUE, CODEC).view
    assert view is not None
    assert view.families == ("case", "coercion", "complaint", "judgment", "measure", "sale")
