"""Officers acknowledge what was delivered to their agency, and nothing else."""

from services.core.contracts.events.delivery import Acknowledged, Delivered
from services.core.contracts.family import Context
from services.delivery.domain import Known, stream
from services.delivery.service import FAMILY
from tests.unit.cast import CASE, became, head, said
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

FACT = "01890000-0000-7000-8000-0000000000f1"
OFFICE, HEAD, CASHIER = "thads-da-nang", "le-van-an", "pham-thi-cuc"
NOW = head("2026-09-08 09:00")
THE_PLATFORM = said("2026-09-08 09:00", "platform", "PLATFORM")
RECEIPT = Delivered(CASE, FACT, OFFICE, NOW.occurred_at, "PULL")


def acknowledged(officer: str = HEAD) -> Acknowledged:
    return Acknowledged(CASE, FACT, officer, NOW.occurred_at)


def after(*steps: tuple[Delivered | Acknowledged, Context]) -> Known:
    known = Known()
    for fact, context in steps:
        known = evolve(known, fact, context)
    return known


RECEIVED = after((RECEIPT, THE_PLATFORM))


def test_what_was_received_may_be_acknowledged() -> None:
    assert became(decide(RECEIVED, acknowledged(), NOW)) == ("recorded", [])


def test_what_was_not_delivered_cannot_be_acknowledged() -> None:
    assert became(decide(Known(), acknowledged(), NOW)) == ("refused", ["NOT_ADDRESSEE"])


def test_what_another_agency_received_was_not_received_by_this_one() -> None:
    elsewhere = Delivered(CASE, FACT, "nh-song-cam", NOW.occurred_at, "PULL")
    known = after((elsewhere, THE_PLATFORM))
    assert became(decide(known, acknowledged(), NOW)) == ("refused", ["NOT_ADDRESSEE"])


def test_an_officer_acknowledges_once_and_another_of_the_agency_beside_him() -> None:
    known = after((RECEIPT, THE_PLATFORM), (acknowledged(), NOW))
    assert became(decide(known, acknowledged(), NOW)) == ("recorded", ["DUPLICATE"])
    assert became(decide(known, acknowledged(CASHIER), NOW)) == ("recorded", [])


def test_who_is_no_officer_of_the_agency_cannot_acknowledge_for_it() -> None:
    for stranger in ("can-bo-nh", "truong-hue", "nobody-known"):
        answer = became(decide(RECEIVED, acknowledged(stranger), NOW))
        assert answer == ("refused", ["NOT_ADDRESSEE"])


def test_an_officer_who_no_longer_serves_cannot_acknowledge() -> None:
    room = said("2026-09-08 09:00", "thads-khu-vuc-3", "OFFICER", "chv-cu")
    receipt = Delivered(CASE, FACT, "thads-khu-vuc-3", NOW.occurred_at, "PULL")
    known = after((receipt, THE_PLATFORM))
    assert became(decide(known, acknowledged("chv-cu"), room))[0] == "refused"


def test_a_receipt_is_noted_once_for_each_agency() -> None:
    other = Delivered(CASE, FACT, "nh-song-cam", NOW.occurred_at, "PULL")
    assert became(decide(RECEIVED, RECEIPT, THE_PLATFORM))[1] == ["DUPLICATE"]
    assert became(decide(RECEIVED, other, THE_PLATFORM)) == ("recorded", [])


def test_all_that_lies_in_a_case_is_acknowledged_in_its_stream() -> None:
    judgment = CASE.partition(".")[0]
    parts = (CASE, f"{CASE}.r1", judgment)
    streams = [stream(Delivered(part, FACT, OFFICE, NOW.occurred_at, "PULL")) for part in parts]
    assert streams == [CASE, CASE, judgment]
