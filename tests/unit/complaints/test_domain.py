"""Complaints: filed in time, resolved by who may, twice at most, and what they do to the acts."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from services.complaints.domain import Known, react
from services.complaints.service import FAMILY
from services.core.contracts.events import case, complaint, deadline, measure
from services.core.contracts.events.records import Doc
from services.core.contracts.family import Context
from tests.unit.cast import CASE, PAPER, became, case_decided, case_opened, head, said
from tests.unit.through_bus import through_bus

decide, evolve = through_bus(FAMILY)

C = CASE
K, SECOND = f"{C}.k1", f"{C}.k2"
ACT = "e-act"
NOW = head("2026-09-20 09:00")
PORTAL = said("2026-09-20 09:00", "cong-thads", "PARTY")
ABOVE = said("2026-10-20 09:00", "cuc-quan-ly-thads", "CENTRAL_BODY")


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def filed(kind: str = "a", known_on: str = "09-01", **change: Any) -> complaint.Filed:
    told = {"complaint_id": K, "level": "1", "received_on": day("09-10"), "complainant": "p1"}
    told |= {"act_kind": kind, "known_on": day(known_on)}
    return complaint.Filed(**{**told, **change})


def again(**change: Any) -> complaint.Filed:
    told: dict[str, Any] = {"complaint_id": SECOND, "level": "2", "first_complaint_id": K}
    return filed(
        **{"kind": "c", "known_on": "09-28", "received_on": day("10-05"), **told, **change}
    )


def accepted(id_: str = K, level: str = "1", **change: Any) -> complaint.Accepted:
    told = {"accepted_on": day("09-12"), "resolver_id": "le-van-an", "act_kind": "c"}
    return complaint.Accepted(id_, level=level, **{**told, **change})  # type: ignore[arg-type]


def decided(id_: str = K, level: str = "1", kind: str = "c", **change: Any) -> complaint.Decided:
    told = {
        "conclusion": "WRONG",
        "remedy": "KEEP",
        "decision_no": "12/QĐ-GQKN",
        "decided_on": day("09-25"),
        "signed_by": "le-van-an",
        "capacity": "HEAD",
        "document": PAPER,
    }
    return complaint.Decided(id_, level, kind, **{**told, **change})  # type: ignore[arg-type]


def told(valid_on: str = "09-28", notice: str = "DECISION") -> complaint.Notified:
    return complaint.Notified(K, "e5", notice, "1", "p1", "IN_PERSON", day(valid_on))  # type: ignore[arg-type]


def paused(on: str = "09-13") -> complaint.Paused:
    return complaint.Paused(K, "a", day(on))


RAN_OUT = deadline.Expired(K, "k1", "L-96-4", "e5", datetime(2026, 10, 13, tzinfo=UTC))


def act(fact: Any) -> tuple[Any, Context]:
    return fact, replace(NOW, id=ACT)


def after(*facts: Any, by: Context | None = None) -> Known:
    known: Known = evolve(evolve(Known(), *case_opened()), *case_decided())
    for fact in facts:
        said_by = by or (PORTAL if "PARTY" in getattr(fact, "BY", ()) else NOW)
        known = evolve(known, *fact) if isinstance(fact, tuple) else evolve(known, fact, said_by)
    return known


def usual(claim: Any) -> Context:
    """Return the context of who submits such a claim when all is in order."""
    return PORTAL if "PARTY" in claim.BY else NOW


def codes(known: Known, claim: Any, context: Context | None = None) -> tuple[str, list[str]]:
    """Return whether a claim is recorded or refused, and the codes."""
    return became(decide(known, claim, context or usual(claim)))


OF_CASE = filed("c")
ONCE = (OF_CASE, accepted(), decided(), told())


def test_a_complaint_is_filed_accepted_decided_and_taken_further() -> None:
    known = after()
    for claim in ONCE:
        assert codes(known, claim) == ("recorded", [])
        known = evolve(known, claim, usual(claim))
    party = said("2026-10-05 09:00", "cong-thads", "PARTY")
    assert codes(known, again(), party) == ("recorded", [])
    known = evolve(known, again(), party)
    assert known.of(K).state == "APPEALED"
    higher = accepted(SECOND, "2", resolver_id="cuc-quan-ly-thads", accepted_on=day("10-06"))
    assert codes(known, higher, ABOVE) == ("recorded", [])


@pytest.mark.parametrize(
    ("kind", "last", "late"),
    [("a", "09-16", "09-17"), ("b", "09-11", "09-12"), ("c", "10-01", "10-02")],
)
def test_each_kind_of_act_may_be_complained_of_in_its_own_time(
    kind: str, last: str, late: str
) -> None:
    assert codes(after(), filed(kind, received_on=day(last))) == ("recorded", [])
    assert codes(after(), filed(kind, received_on=day(late)))[1] == ["OUT_OF_TIME"]


BLOCKADE = "e-block"
SEIZURE = "e-seize"


def ordered(measure_id: str, kind: str) -> measure.Ordered:
    return measure.Ordered(
        measure_id,
        kind,  # type: ignore[arg-type]
        "nh-song-cam",
        "p1",
        "71/QĐ-THADS",
        day("03-01"),
        "tran-thi-binh",
        "OFFICER",
        PAPER,
    )


@pytest.mark.parametrize(
    ("kind", "act", "last", "late", "rule"),
    [
        ("b", BLOCKADE, "2026-03-04", "2026-03-05", "O-140-1/blockade"),
        ("b", SEIZURE, "2026-03-11", "2026-03-12", "O-140-1/security"),
        ("b", None, "2026-03-11", "2026-03-12", "O-140-1/security"),
        ("d", None, "2026-03-31", "2026-04-01", "O-140-1/d"),
    ],
)
def test_before_july_2026_a_blockade_and_acts_after_coercion_had_times_of_their_own(
    kind: str, act: str | None, last: str, late: str, rule: str
) -> None:
    known = evolve(after(), ordered(f"{C}.m1", "BLOCK"), replace(NOW, id=BLOCKADE))
    known = evolve(known, ordered(f"{C}.m2", "SEIZE"), replace(NOW, id=SEIZURE))
    party = said("2026-04-20 09:00", "cong-thads", "PARTY")
    in_time = filed(kind, "03-01", received_on=date.fromisoformat(last), act_event_id=act)
    assert codes(known, in_time, party) == ("recorded", [])
    too_late = replace(in_time, received_on=date.fromisoformat(late))
    _, note = decide(known, too_late, party)
    assert isinstance(note, complaint.IrregularityNoted)
    assert (note.code, note.rule_id) == ("OUT_OF_TIME", rule)


@pytest.mark.parametrize(
    ("ended_on", "rule"), [("2026-06-30", "O-140-1/c"), ("2026-07-01", "L-96-3")]
)
def test_in_a_case_that_ended_before_july_2026_the_old_law_is_cited(
    ended_on: str, rule: str
) -> None:
    ended = case.Moved(C, "ENFORCEABLE", "COMPLETED", cause_event_id="e9")
    late = filed("c", received_on=day("11-01"))
    _, note = decide(after((ended, head(f"{ended_on} 09:00"))), late, PORTAL)
    assert isinstance(note, complaint.IrregularityNoted)
    assert (note.code, note.rule_id) == ("OUT_OF_TIME", rule)
    goes_on = case.Moved(C, "TERMINATED", "ENFORCEABLE", cause_event_id="e9")
    again = after((ended, head(f"{ended_on} 09:00")), (goes_on, head("2026-07-02 09:00")))
    _, note = decide(again, late, PORTAL)
    assert isinstance(note, complaint.IrregularityNoted)
    assert note.rule_id == "L-96-3"


def test_since_july_2026_there_is_no_kind_for_acts_after_coercion() -> None:
    assert codes(after(), filed("d"))[1] == ["RULE_VERSION_MISMATCH"]


@pytest.mark.parametrize(
    ("kind", "month", "rule", "article"),
    [
        ("a", "09", "L-96-1", "Đ96.2.a"),
        ("b", "09", "L-96-2", "Đ96.2.b"),
        ("c", "09", "L-96-3", "Đ96.2.c"),
        ("a", "03", "O-140-1/a", "Đ140.2"),
        ("b", "03", "O-140-1/security", "Đ140.2"),
        ("c", "03", "O-140-1/c", "Đ140.2"),
    ],
)
def test_what_comes_too_late_is_noted_under_the_law_of_its_day(
    kind: str, month: str, rule: str, article: str
) -> None:
    late = filed(kind, f"{month}-01", received_on=date(2026, int(month) + 2, 1))
    _, note = decide(after(), late, said(f"2026-{month}-20 09:00", "cong-thads", "PARTY"))
    assert isinstance(note, complaint.IrregularityNoted)
    assert (note.code, note.rule_id, note.article) == ("OUT_OF_TIME", rule, article)


@pytest.mark.parametrize(
    ("known", "claim", "code"),
    [
        (Known(), filed(), "OUT_OF_TERRITORY"),
        (after(), accepted(), "UNKNOWN_STREAM"),
        (after(OF_CASE), decided(), "WRONG_STATE"),
        (after(), filed(act_event_id="nobody"), "ACT_UNKNOWN"),
        (after(), filed(received_on=day("08-31")), "DATE_BEFORE_CAUSE"),
        (after(), again(), "FIRST_NOT_DECIDED"),
        (after(OF_CASE, accepted()), again(), "FIRST_NOT_DECIDED"),
        (after(*ONCE), again(act_kind="b"), "SECOND_NOT_AVAILABLE"),
        (after(*ONCE), again(received_on=day("10-14")), "OUT_OF_TIME"),
        (after(*ONCE, RAN_OUT), again(), "OUT_OF_TIME"),
        (after(OF_CASE), accepted(resolver_id="tran-thi-binh"), "RESOLVER_NOT_COMPETENT"),
        (after(OF_CASE), accepted(accepted_on=day("09-09")), "DATE_BEFORE_CAUSE"),
        (
            after(OF_CASE),
            complaint.Rejected(K, "1", Doc(" ", "ab")),
            "REASON_MISSING",
        ),
        (
            after(OF_CASE),
            complaint.ActPaused(K, ACT, datetime(2026, 9, 13, tzinfo=UTC)),
            "NOT_ACCEPTED",
        ),
        (after(OF_CASE), decided(), "NOT_ACCEPTED"),
        (after(OF_CASE, accepted()), decided(signed_by="chv-cu"), "SIGNER_NOT_COMPETENT"),
        (after(OF_CASE, accepted()), decided(decided_on=day("09-11")), "DATE_BEFORE_CAUSE"),
        (
            after(*ONCE, filed("c", complaint_id=SECOND), accepted(SECOND)),
            decided(SECOND),
            "DUPLICATE",
        ),
        (after(OF_CASE, accepted()), paused("09-11"), "DATE_BEFORE_CAUSE"),
        (
            after(OF_CASE, accepted(), paused()),
            complaint.Resumed(K, day("09-11")),
            "DATE_BEFORE_CAUSE",
        ),
        (
            after(OF_CASE),
            complaint.Withdrawn(K, whole=True, withdrawn_on=day("09-09")),
            "DATE_BEFORE_CAUSE",
        ),
        (after(OF_CASE), told("09-09", "ACCEPTANCE"), "DATE_BEFORE_CAUSE"),
    ],
)
def test_what_is_wrong_with_a_claim_is_said(known: Known, claim: Any, code: str) -> None:
    assert code in codes(known, claim)[1]


@pytest.mark.parametrize(
    ("known", "claim"),
    [
        (
            after(act(measure.Executed(f"{C}.m1", datetime(2026, 9, 1, tzinfo=UTC), "DONE"))),
            filed(act_event_id=ACT),
        ),
        (after(), filed(received_on=day("09-01"))),
        (after(*ONCE), again(received_on=day("10-13"))),
        (after(OF_CASE), accepted(accepted_on=day("09-10"))),
        (after(OF_CASE), complaint.Rejected(K, "1", PAPER)),
        (
            after(OF_CASE, accepted()),
            complaint.ActPaused(K, ACT, datetime(2026, 9, 13, tzinfo=UTC)),
        ),
        (after(OF_CASE, accepted()), decided(decided_on=day("09-12"))),
        (
            after(*ONCE, filed("c", complaint_id=SECOND), accepted(SECOND)),
            decided(SECOND, decision_no="13/QĐ-GQKN"),
        ),
        (after(OF_CASE, accepted()), paused("09-12")),
        (after(OF_CASE), complaint.Withdrawn(K, whole=False, withdrawn_on=day("09-10"))),
        (after(OF_CASE), told("09-10", "ACCEPTANCE")),
    ],
)
def test_what_is_just_in_order_is_recorded_without_a_word(known: Known, claim: Any) -> None:
    assert codes(known, claim) == ("recorded", [])


def test_who_resolved_it_first_does_not_resolve_it_again() -> None:
    known = after(*ONCE, again())
    same = accepted(SECOND, "2", accepted_on=day("10-06"))
    assert "SAME_RESOLVER_AS_LEVEL_1" in codes(known, same, ABOVE)[1]
    assert codes(known, same, NOW)[1] == ["OUT_OF_TERRITORY"]


def test_an_office_of_another_city_has_no_say() -> None:
    hue = said("2026-09-20 09:00", "thads-hue", "HEAD", "truong-hue")
    assert "OUT_OF_TERRITORY" in codes(after(OF_CASE), accepted(), hue)[1]


def test_of_a_decision_to_stop_an_act_the_heads_word_is_final() -> None:
    first = (filed("b", received_on=day("09-11")), accepted(act_kind="b"))
    known = after(*first, decided(kind="b"))
    assert known.of(K).state == "FINAL"
    assert "SECOND_NOT_AVAILABLE" in codes(known, again(act_kind="b"))[1]


def test_a_decision_is_final_once_the_time_for_a_second_complaint_ran_out() -> None:
    assert after(*ONCE).of(K).state == "DECIDED"
    assert after(*ONCE, RAN_OUT).of(K).state == "FINAL"
    other = deadline.Expired(K, "k2", "L-45", "e5", datetime(2026, 10, 13, tzinfo=UTC))
    assert after(*ONCE, other).of(K).state == "DECIDED"


def test_nothing_follows_by_itself() -> None:
    assert react(after(), *case_decided()) == ()
