"""Threads made by hand: facts of one judgment, as topics hold them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.core.access import directory
from services.core.bus.record import Record
from services.core.contracts.catalogue import PREFIX
from services.core.contracts.envelope import Envelope
from services.core.contracts.identifiers import derived_id, new_id
from services.core.telling.thread import Entry
from tests.unit.contracts.generated import CATALOGUE, CODEC

DIRECTORY = directory.load(CATALOGUE)
JUDGMENT = new_id()
CASE = f"{JUDGMENT}.c2"
BEGUN = datetime(2026, 8, 3, 2, tzinfo=UTC)
PAPER = {"document_id": new_id(), "sha256": "0" * 64}


def decision(number: str = "702/QĐ-THADS") -> dict[str, Any]:
    return {
        "decision_no": number,
        "decided_on": "2026-08-24",
        "signed_by": "le-van-an",
        "capacity": "HEAD",
        "document": PAPER,
    }


def entry(
    type_: str,
    part: str,
    *,
    by: str = "thads-khu-vuc-3",
    day: int = 0,
    causation: str | None = None,
    correlation: str | None = None,
    index: int = 0,
    **data: Any,
) -> Entry:
    """Return a fact of a part, or with `reasons` a refusal about it."""
    named = CATALOGUE.event(f"{PREFIX}.{type_}").part
    event = CODEC.from_json(f"{PREFIX}.{type_}", {named: part, **data})
    cause = causation or new_id()
    moment = BEGUN + timedelta(days=day)
    envelope = Envelope(
        id=derived_id(cause, event.TYPE, index),
        type=event.TYPE,
        agency=by,
        officer="",
        subject=part,
        occurred_at=moment,
        traceparent="",
        sequence=1,
        recorded_at=moment,
        law="R2026",
        heard="",
        causation=cause,
        correlation=correlation or cause,
        index=index,
        count=1,
        accepted_at=moment,
        role="OFFICER",
        asker="",
    )
    record = Record("thads.x.events", 0, 0, JUDGMENT, CODEC.encode(event), b"")
    return Entry(record, envelope, event)


def issued() -> Entry:
    item = {
        "item_no": 1,
        "nature": "MONEY",
        "initiative": "ON_REQUEST",
        "creditor": f"{JUDGMENT}.p2",
        "debtor": f"{JUDGMENT}.p1",
        "amount": 85_000_000,
    }
    return entry(
        "judgment.issued",
        JUDGMENT,
        by="toa-da-nang",
        court_id="toa-da-nang",
        judgment_no="41/2026/DS-PT",
        kind="CIVIL",
        issued_on="2026-08-03",
        enforceable="ON_EFFECT",
        parties=[{"ref": f"{JUDGMENT}.p1", "kind": "PERSON"}],
        items=[item],
    )


def decided(by: str = "thads-da-nang") -> Entry:
    return entry(
        "case.decided",
        CASE,
        by=by,
        items=[1],
        initiative="ON_REQUEST",
        debtor=f"{JUDGMENT}.p1",
        provisional=False,
        **decision(),
    )


def assigned(officer: str = "tran-thi-binh") -> Entry:
    return entry(
        "case.officer_assigned",
        CASE,
        officer_id=officer,
        assigned_at="2026-08-24T03:00:00Z",
        no_conflict=True,
        provisional=False,
    )


def moved(to: str, before: str = "DECIDED", **said: Any) -> Entry:
    return entry(
        "case.moved", CASE, from_state=before, to_state=to, cause_event_id=new_id(), **said
    )


def asked_of_bank(part: str = f"{CASE}.r1", bank: str = "nh-song-cam") -> Entry:
    return entry(
        "information.requested",
        part,
        holder_id=bank,
        subject=f"{JUDGMENT}.p1",
        kinds=["ACCOUNT"],
        basis={"judgment_no": "41/2026/DS-PT", "decision_no": "702/QĐ-THADS"},
        provisional=False,
    )


def coerced(kind: str, part: str = f"{CASE}.k1") -> Entry:
    return entry(
        "coercion.decided",
        part,
        kind=kind,
        items=[1],
        real_estate=False,
        seizable=True,
        only_home=False,
        **decision("731/QĐ-CC"),
    )
