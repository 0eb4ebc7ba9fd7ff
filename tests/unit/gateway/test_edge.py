import copy
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.access import directory
from services.core.access.directory import Officer
from services.core.access.tokens import Speaker
from services.core.bus.record import Outgoing
from services.core.bus.service import Topics
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.events import judgment
from services.core.contracts.identifiers import is_uuid7, key_of, new_id
from services.core.contracts.partitions import partition_of
from services.core.contracts.schemas import load_schemas
from services.core.doors.door import PlatformProcess
from services.core.doors.problems import Problem
from services.gateway.body import Said
from services.gateway.edge import Edge

CATALOGUE = load_catalogue()
CODEC = Codec(CATALOGUE, load_schemas())
DIRECTORY = directory.load(CATALOGUE)
EDGE = Edge(CATALOGUE, CODEC, Topics("thads", 12))

NOW = datetime(2026, 8, 3, 2, 30, tzinfo=UTC)
ACT = datetime(2026, 8, 3, 2, 0, tzinfo=UTC)
BEFORE_2025 = datetime(2024, 12, 31, 2, 0, tzinfo=UTC)
OPERATOR = Speaker("platform", ("PLATFORM",), is_operator=True)
COURT = Speaker("toa-da-nang", ("COURT",))
ENFORCERS = Speaker("thads-da-nang", ("HEAD", "OFFICER", "CASHIER", "PARTY"))
ISSUED: dict[str, Any] = {
    "court_id": "toa-da-nang",
    "judgment_no": "41/2026/DS-PT",
    "kind": "CIVIL",
    "issued_on": "2026-08-03",
    "enforceable": "ON_EFFECT",
    "parties": [{"ref": ".p1", "kind": "PERSON"}, {"ref": ".p2", "kind": "PERSON"}],
    "items": [
        {
            "item_no": 1,
            "nature": "MONEY",
            "initiative": "ON_REQUEST",
            "creditor": ".p2",
            "debtor": ".p1",
            "amount": 85_000_000,
        }
    ],
}


def said(type_: str = "issued", data: dict[str, Any] = ISSUED, **other: Any) -> Said:
    members = {"occurred_at": ACT, "officer": None, "role": None, **other}
    return Said(type=f"thads.judgment.{type_}", data=data, canonical=b"", **members)


def admitted(what: Said, speaker: Speaker = COURT, traceparent: str | None = None) -> Outgoing:
    return EDGE.admit(what, speaker, DIRECTORY, NOW, traceparent)


def turned_away(what: Said, speaker: Speaker = COURT) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as caught:
        admitted(what, speaker)
    return [(flaw.code, flaw.pointer) for flaw in caught.value.flaws]


def changed(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ISSUED), **fields}


@pytest.mark.parametrize("how", ["corrects", "withdraws"])
def test_what_undoes_a_fact_names_it_in_its_envelope_and_opens_nothing(how: str) -> None:
    fact = new_id()
    whole: dict[str, Any] = {"judgment_id": new_id(), **ISSUED, "parties": [], "items": []}
    undoing: dict[str, Any] = {how: fact}
    envelope = admitted(said(data=whole, **undoing)).envelope
    assert {"corrects": envelope.corrects, "withdraws": envelope.withdraws} == {
        "corrects": "",
        "withdraws": "",
        how: fact,
    }
    assert turned_away(said(**undoing))[0] == ("MALFORMED", "/data/judgment_id")


def test_an_admitted_claim_is_a_record_of_its_family_with_its_whole_envelope() -> None:
    claim = admitted(said(officer="thu-ky-hoa"))
    envelope = claim.envelope
    assert claim.topic == "thads.judgment.submissions"
    assert claim.partition == partition_of(claim.key, 12)
    assert is_uuid7(envelope.id)
    assert envelope.subject == claim.key
    assert (envelope.agency, envelope.officer, envelope.role) == (
        "toa-da-nang",
        "thu-ky-hoa",
        "COURT",
    )
    assert (envelope.occurred_at, envelope.accepted_at, envelope.recorded_at) == (ACT, NOW, NOW)
    assert (envelope.law, envelope.sequence) == ("R2026", 0)
    assert envelope.causation == envelope.correlation == envelope.id


def test_the_id_of_what_opens_is_minted_and_its_parties_belong_to_it() -> None:
    claim = admitted(said())
    issued = CODEC.decode(claim.value)
    assert isinstance(issued, judgment.Issued)
    assert is_uuid7(issued.judgment_id)
    assert [party.ref for party in issued.parties] == [
        f"{issued.judgment_id}.p1",
        f"{issued.judgment_id}.p2",
    ]
    assert issued.items[0].debtor == issued.parties[0].ref


def test_an_id_that_the_court_gave_itself_is_kept() -> None:
    own = new_id()
    claim = admitted(said(data=changed(judgment_id=own)))
    issued = CODEC.decode(claim.value)
    assert isinstance(issued, judgment.Issued)
    assert claim.key == own
    assert [party.ref for party in issued.parties] == [f"{own}.p1", f"{own}.p2"]


def test_the_id_of_what_opens_inside_a_judgment_begins_with_the_judgments() -> None:
    parent = new_id()
    data = {"judgment_id": parent, "received_on": "2026-08-03"}
    claim = admitted(said("clarification_requested", data, role="HEAD"), ENFORCERS)
    asked = CODEC.decode(claim.value)
    assert claim.key == key_of(claim.envelope.subject) == parent
    assert isinstance(asked, judgment.ClarificationRequested)
    assert asked.clarification_id != parent
    again = admitted(said("clarification_requested", data, role="HEAD"), ENFORCERS)
    assert again.envelope.subject != claim.envelope.subject


@pytest.mark.parametrize(
    "parent", [None, 7, "", "no-uuid", "01890000-0000-7000-8000-00000000000a.x.y"]
)
def test_a_parent_that_is_none_is_named(parent: Any) -> None:
    data = {"judgment_id": parent, "received_on": "2026-08-03"}
    flaws = turned_away(said("clarification_requested", data, role="HEAD"), ENFORCERS)
    assert ("MALFORMED", "/data/clarification_id") in flaws


def test_an_unknown_type_is_named_but_not_repeated() -> None:
    with pytest.raises(Problem) as caught:
        admitted(said("danced"))
    assert (caught.value.code, caught.value.flaws[0].pointer) == ("UNKNOWN_TYPE", "/type")
    assert b"danced" not in caught.value.document(CATALOGUE)


@pytest.mark.parametrize(
    ("what", "speaker", "flaw"),
    [
        (said("received", {}), COURT, ("ROLE_NOT_ALLOWED", "/type")),
        (said(role="HEAD"), COURT, ("ROLE_NOT_ALLOWED", "/role")),
        (said(role="PLATFORM"), COURT, ("ROLE_NOT_ALLOWED", "/role")),
        (said(officer="le-van-an"), COURT, ("ROLE_NOT_ALLOWED", "/officer")),
        (said(officer="nobody"), COURT, ("ROLE_NOT_ALLOWED", "/officer")),
        (
            said("received", {}, officer="pham-thi-cuc"),
            ENFORCERS,
            ("ROLE_NOT_ALLOWED", "/officer"),
        ),
        (said("clarification_requested", {}), ENFORCERS, ("ROLE_NOT_ALLOWED", "/role")),
        (
            said("irregularity_noted", {}),
            OPERATOR,
            ("ROLE_NOT_ALLOWED", "/type"),
        ),
        (said(), Speaker("thads-da-nang", ("COURT",)), ("ROLE_NOT_ALLOWED", "/type")),
        (said(), Speaker("toa-hai-chau", ("COURT",)), ("AGENCY_ENDED", "")),
        (said(occurred_at=BEFORE_2025), COURT, ("AGENCY_ENDED", "/occurred_at")),
        (said(), Speaker("nowhere", ("COURT",)), ("UNAUTHENTICATED", "")),
    ],
)
def test_who_may_not_say_it_is_turned_away(
    what: Said, speaker: Speaker, flaw: tuple[str, str]
) -> None:
    assert turned_away(what, speaker) == [flaw]


def test_an_agency_that_has_ended_submits_nothing_more_not_even_of_its_own_days() -> None:
    act = datetime(2025, 6, 30, 3, tzinfo=UTC)
    data = changed(court_id="toa-hai-chau", issued_on="2025-06-30")
    old = said(data=data, occurred_at=act)
    assert turned_away(old, Speaker("toa-hai-chau", ("COURT",))) == [("AGENCY_ENDED", "")]


def test_an_officer_speaks_who_is_in_office_on_the_day_of_the_act_and_today() -> None:
    gone = Officer("thu-ky-cu", "toa-da-nang", ("COURT",), date(2025, 7, 1), date(2026, 7, 31))
    fresh = Officer("thu-ky-moi", "toa-da-nang", ("COURT",), date(2026, 8, 1), None)
    known = replace(DIRECTORY, officers={**DIRECTORY.officers, gone.slug: gone, fresh.slug: fresh})
    act = datetime(2026, 7, 31, 3, tzinfo=UTC)
    data = changed(issued_on="2026-07-31")
    for officer in (gone, fresh):
        claim = said(data=data, occurred_at=act, officer=officer.slug)
        with pytest.raises(Problem, match="ROLE_NOT_ALLOWED: not in office on that day and today"):
            EDGE.admit(claim, COURT, known, NOW)
    assert EDGE.admit(said(officer=fresh.slug), COURT, known, NOW).envelope.officer == fresh.slug


def test_no_token_speaks_as_the_platform_and_its_processes_do() -> None:
    overdue = Said(
        type="thads.deadline.overdue",
        occurred_at=ACT,
        data={
            "watched": "01890000-0000-7000-8000-00000000000a",
            "clock_id": "c",
            "rule_id": "L-35-2",
            "cause_event_id": "e",
            "due": "2026-08-03T02:00:00Z",
        },
        officer=None,
        role=None,
        canonical=b"",
    )
    everything = Speaker("platform", tuple(CATALOGUE.roles), is_operator=True)
    for speaker in (OPERATOR, everything, Speaker("toa-da-nang", ("PLATFORM",))):
        assert turned_away(overdue, speaker) == [("ROLE_NOT_ALLOWED", "/type")]
    envelope = EDGE.admit(overdue, PlatformProcess(), DIRECTORY, NOW).envelope
    assert (envelope.agency, envelope.role) == ("platform", "PLATFORM")


def test_the_platform_says_what_was_delivered_of_a_part_recorded_under_another_form() -> None:
    data = {
        "delivered_part": "a b",
        "event_id": new_id(),
        "to_agency": "toa-da-nang",
        "delivered_at": ACT.isoformat(),
        "way": "PULL",
    }
    delivered = Said(
        type="thads.delivery.delivered",
        occurred_at=ACT,
        data=data,
        officer=None,
        role=None,
        canonical=b"",
    )
    assert EDGE.admit(delivered, PlatformProcess(), DIRECTORY, NOW).key == "a b"


def test_a_clock_that_a_claim_may_start_can_be_said_to_have_expired() -> None:
    expired = Said(  # of a lead, which ends before the day from which it is counted
        type="thads.deadline.expired",
        occurred_at=datetime(1799, 12, 27, tzinfo=UTC),
        data={
            "watched": new_id(),
            "clock_id": new_id(),
            "rule_id": "L-83-14",
            "cause_event_id": new_id(),
            "due": "1799-12-27T00:00:00+07:00",
        },
        officer=None,
        role=None,
        canonical=b"",
    )
    EDGE.admit(expired, PlatformProcess(), DIRECTORY, NOW)


def test_operators_submit_no_event_of_any_type() -> None:
    for type_ in CATALOGUE.events:
        for role in (None, "PLATFORM"):
            claim = Said(
                type=type_, occurred_at=ACT, data={}, officer=None, role=role, canonical=b""
            )
            assert [code for code, _ in turned_away(claim, OPERATOR)] == ["ROLE_NOT_ALLOWED"]


@pytest.mark.parametrize(
    ("data", "flaws"),
    [
        (changed(issued_on="2026-08-04"), [("DATE_IN_FUTURE", "/data/issued_on")]),
        (changed(kind="DIVORCE"), [("GROUND_UNKNOWN", "/data/kind")]),
        (changed(court_id=7), [("MALFORMED", "/data/court_id")]),
        (changed(colour="red"), [("MALFORMED", "/data/?")]),
        (changed(items=[{"item_no": 1.5}]), None),
        ({}, None),
    ],
)
def test_a_wrong_field_is_named_by_its_pointer(
    data: dict[str, Any], flaws: list[tuple[str, str]] | None
) -> None:
    found = turned_away(said(data=data))
    assert found == flaws if flaws else len(found) > 1
    assert all(pointer.startswith("/data/") for _, pointer in found)


def test_planned_days_may_lie_ahead() -> None:
    data = changed()
    data["items"][0]["due_on"] = "2026-12-01"
    admitted(said(data=data))


def test_an_act_of_the_future_is_turned_away() -> None:
    late = said(occurred_at=NOW + timedelta(microseconds=1))
    assert turned_away(late) == [("DATE_IN_FUTURE", "/occurred_at")]
    admitted(said(occurred_at=NOW))


def test_an_act_of_the_future_is_told_the_platforms_time() -> None:
    late = said(occurred_at=NOW + timedelta(days=1))
    for edge, is_told in ((EDGE, False), (replace(EDGE, is_story=True), True)):
        with pytest.raises(Problem) as caught:
            edge.admit(late, COURT, DIRECTORY, NOW)
        problem = json.loads(caught.value.document(CATALOGUE))
        assert datetime.fromisoformat(problem["now"]) == NOW
        assert problem["now"].endswith("+07:00")
        assert problem["now"][:19] in problem["detail"]
        assert ("lienthong clock" in problem["detail"]) is is_told


def test_the_day_of_the_act_is_a_day_in_viet_nam() -> None:
    late_evening = datetime(2026, 8, 2, 17, 30, tzinfo=UTC)  # half past midnight in Đà Nẵng
    admitted(said(occurred_at=late_evening))


def test_the_senders_trace_goes_on() -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert admitted(said(), traceparent=trace).envelope.traceparent == trace
    for broken in (
        None,
        "x",
        trace.upper(),
        trace.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32),
    ):
        fresh = admitted(said(), traceparent=broken).envelope.traceparent
        assert fresh != broken
        assert len(fresh) == len(trace)


@pytest.mark.parametrize("year", [1, 1800, 1900])
def test_an_act_is_of_a_year_whose_days_off_are_known(year: int) -> None:
    with pytest.raises(Problem) as turned_away:
        admitted(said(occurred_at=datetime(year, 6, 1, tzinfo=UTC)))
    assert (turned_away.value.code, turned_away.value.status) == ("BEYOND_CALENDAR", 422)
    assert turned_away.value.flaws[0].pointer == "/occurred_at"
