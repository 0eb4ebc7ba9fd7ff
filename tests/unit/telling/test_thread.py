"""Events of many topics are told in one order, and a case's thread holds what concerns it."""

from itertools import permutations

from services.core.contracts.identifiers import new_id
from services.core.telling.thread import of_case, ordered
from tests.unit.telling.threads import CASE, JUDGMENT, asked_of_bank, decided, entry, issued, moved


def test_a_cause_is_told_before_its_effect_though_the_other_lanes_clock_ran_behind() -> None:
    cause = moved("POSTPONED", day=2)
    effect = entry(
        "coercion.postponed",
        f"{CASE}.k1",
        day=1,
        causation=cause.envelope.id,
        correlation=cause.envelope.correlation,
        reason="CASE_POSTPONED",
    )
    later = moved("SUSPENDED", day=3)
    for mixed in permutations([cause, effect, later]):
        assert ordered(mixed) == [cause, effect, later]


def test_facts_of_one_decision_keep_their_order_and_decisions_that_of_their_submissions() -> None:
    first, second = sorted([new_id(), new_id()])
    told = [
        moved("VOLUNTARY", causation=first),
        moved("VERIFYING", causation=first, index=1),
        moved("ENFORCEABLE", causation=second),
        moved("UNENFORCEABLE", causation=second, index=1),
    ]
    for mixed in permutations(told):
        assert ordered(mixed) == told


def test_a_cases_thread_holds_its_parts_its_refusals_and_its_judgment_and_no_other_case() -> None:
    other = f"{JUDGMENT}.c1"
    refusals = [
        entry(
            "submission.refused",
            part,
            submission_id=new_id(),
            claim_type=f"thads.{claim}",
            reasons=[{"code": "WRONG_STATE", "vi": "x", "en": "x"}],
        )
        for part, claim in (
            (f"{CASE}.k1", "coercion.scheduled"),
            (f"{JUDGMENT}.q1", "judgment.clarified"),
            (other, "case.completed"),
        )
    ]
    overdue = entry(
        "deadline.overdue",
        JUDGMENT,
        clock_id=new_id(),
        rule_id="P-485-1",
        cause_event_id=new_id(),
        due="2026-08-03T02:00:00Z",
    )
    mine = [issued(), decided(), asked_of_bank(), overdue, *refusals[:2]]
    foreign = [asked_of_bank(f"{other}.r1"), refusals[2], asked_of_bank(f"{CASE}0.r1")]
    assert of_case([*mine, *foreign], CASE) == mine
