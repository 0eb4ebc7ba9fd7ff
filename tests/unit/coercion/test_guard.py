"""The guard of coercion, by either version of the law: what triggers a reason, what just not."""

from datetime import date, timedelta
from typing import Any, Final

import pytest
from msgspec import Struct
from msgspec.structs import replace

from services.coercion.domain import decide
from services.core.contracts.events import case, coercion, complaint
from services.core.contracts.family import Context, Refusal
from tests.unit.cast import head, officer
from tests.unit.coercion.sentences import (
    CASE,
    COMMUNE,
    OFFICER,
    PAPER,
    PERSUADED,
    POLICE,
    PROCURACY,
    PROTECTED,
    VERIFIED,
    C,
    K,
    Step,
    after,
    at,
    booked,
    decided,
    moved,
    noted,
    refused,
    scheduled,
)

MINUTE = timedelta(minutes=1)


class Era(Struct, frozen=True):
    """The same coercion under one version of the law."""

    version: str
    decided: str  #: the day of the decision
    planned: str  #: the day on which the hour is fixed
    day: str  #: a working day, four working days later or more

    @property
    def steps(self) -> tuple[Step, ...]:
        """A case in which means were found, and the coercion decided in it."""
        decision = decided(decided_on=date.fromisoformat(self.decided))
        return (*self.ready, (decision, officer(f"{self.decided} 09:30")), PROTECTED)

    @property
    def ready(self) -> tuple[Step, ...]:
        """The same before the decision."""
        (opened, context), *rest = CASE
        opened = replace(opened, decided_on=date.fromisoformat(self.decided) - timedelta(days=9))
        return (opened, context), *rest, PERSUADED, VERIFIED, moved("ENFORCEABLE")

    def says(self, day: str | None = None) -> Context:
        """What the head says on the day of planning, or on another."""
        context = head(f"{day or self.planned} 09:00")
        assert context.law == self.version
        return context

    def hours(self, start: str = "08:00", end: str = "11:30") -> tuple[str, str]:
        """Hours of the day of coercion."""
        return f"{self.day} {start}", f"{self.day} {end}"


NEW: Final = Era("R2026", "2026-09-17", "2026-09-29", "2026-10-14")
OLD: Final = Era("R2015", "2026-03-20", "2026-04-01", "2026-04-14")
either = pytest.mark.parametrize("era", [NEW, OLD], ids=lambda era: era.version)
both = pytest.mark.parametrize(
    ("era", "hours_rule", "land_rule"),
    [
        (NEW, ("L-72-2", "Đ72.5"), ("L-80-1", "Đ80.2.a")),
        (OLD, ("O-46-1", "Đ46.2"), ("O-88-1", "Đ88.1")),
    ],
    ids=["R2026", "R2015"],
)


def fixed(
    era: Era, start: str, end: str, *, day: str | None = None, steps: Any = (), **change: Any
) -> tuple[list[str], list[str]]:
    """Fix booked hours, and return what that is refused for, or what is noted."""
    known = after(*era.steps, *booked(start, end), *steps)
    claim = scheduled(start, end, **change)
    found = refused(known, claim, era.says(day))
    return found, ([] if found else noted(known, claim, era.says(day)))


# ---- forbidden times


@both
def test_the_night_is_forbidden_by_the_law_of_the_day(
    era: Era, hours_rule: tuple[str, str], land_rule: tuple[str, str]
) -> None:
    assert fixed(era, *era.hours("06:00", "22:00")) == ([], [])
    for start, end in (("05:59", "22:00"), ("06:00", "22:01")):
        hours = era.hours(start, end)
        known = after(*era.steps, *booked(*hours))
        (found,) = decide(known, scheduled(*hours), era.says())
        assert isinstance(found, Refusal)
        assert (found.code, found.rule_id, found.article) == ("FORBIDDEN_HOURS", *hours_rule)
        assert found.next_allowed is None or found.next_allowed >= at(hours[0])


@pytest.mark.parametrize(
    ("era", "day", "codes"),
    [
        (NEW, "2026-10-09", []),  # a Friday
        (NEW, "2026-10-10", ["FORBIDDEN_DAY"]),
        (OLD, "2026-04-10", []),
        (OLD, "2026-04-11", ["FORBIDDEN_DAY"]),
        (OLD, "2026-04-30", ["FORBIDDEN_DAY"]),  # a Thursday: the day of liberation
    ],
)
def test_days_of_rest_are_forbidden(era: Era, day: str, codes: list[str]) -> None:
    assert fixed(replace(era, day=day), f"{day} 08:00", f"{day} 11:30") == (codes, [])


def test_a_day_that_is_perhaps_one_of_rest_is_noted() -> None:
    assert fixed(NEW, "2026-11-24 08:00", "2026-11-24 11:30") == ([], ["FORBIDDEN_DAY"])


@pytest.mark.parametrize(
    ("era", "planned", "day", "answer"),
    [
        (OLD, "2026-02-10", "2026-03-06", (["FORBIDDEN_TET"], [])),  # the last day of the window
        (OLD, "2026-02-10", "2026-03-09", ([], [])),
        (NEW, "2027-01-11", "2027-01-21", ([], [])),
        (NEW, "2027-01-11", "2027-01-22", ([], ["FORBIDDEN_TET"])),  # its decree was not read
    ],
)
def test_force_round_tet_is_refused_where_the_decree_was_read_and_noted_where_not(
    era: Era, planned: str, day: str, answer: tuple[list[str], list[str]]
) -> None:
    era = replace(era, decided="2026-01-20" if era is OLD else era.decided)
    assert fixed(era, f"{day} 08:00", f"{day} 11:30", day=planned) == answer
    quiet = fixed(era, f"{day} 08:00", f"{day} 11:30", day=planned, force_mobilised=False)
    assert quiet == ([], [])


@either
def test_which_days_a_policy_group_keeps_is_an_assumption(era: Era) -> None:
    assert fixed(era, *era.hours(), policy_day=True) == ([], ["FORBIDDEN_POLICY_DAY"])
    assert fixed(era, *era.hours(), policy_day=False) == ([], [])


# ---- lead times


@both
def test_land_is_told_three_working_days_before(
    era: Era, hours_rule: tuple[str, str], land_rule: tuple[str, str]
) -> None:
    tuesday_or_wednesday = date.fromisoformat(era.day)
    in_time = "2026-10-09" if era is NEW else "2026-04-09"  # a weekend lies between
    too_late = "2026-10-12" if era is NEW else "2026-04-10"
    assert date.fromisoformat(too_late) < tuesday_or_wednesday
    assert fixed(era, *era.hours(), day=in_time) == ([], [])
    known = after(*era.steps, *booked(*era.hours()))
    (found,) = decide(known, scheduled(*era.hours()), era.says(too_late))
    assert isinstance(found, Refusal)
    assert (found.code, found.rule_id, found.article) == ("LEAD_TIME_TOO_SHORT", *land_rule)
    at_once = fixed(era, *era.hours(), day=too_late, immediate=True)
    assert at_once == ([], [])


@pytest.mark.parametrize(
    ("era", "day", "codes"),
    [
        (NEW, "2026-10-12", []),  # two working days of the new law
        (NEW, "2026-10-13", ["LEAD_TIME_TOO_SHORT"]),
        (OLD, "2026-04-09", []),  # three of the old
        (OLD, "2026-04-10", ["LEAD_TIME_TOO_SHORT"]),
    ],
)
def test_costs_are_told_as_long_before_as_the_law_of_the_day_says(
    era: Era, day: str, codes: list[str]
) -> None:
    assert fixed(era, *era.hours(), day=day, real_estate=False) == (codes, [])


def test_hours_planned_across_the_change_of_law_are_judged_by_that_of_their_day() -> None:
    hours = ("2026-07-02 08:00", "2026-07-02 11:30")
    known = after(*OLD.steps, *booked(*hours))
    claim = scheduled(*hours, real_estate=False)
    assert refused(known, claim, OLD.says("2026-06-30")) == []  # two days of the new law


# ---- units, force and addressees


@either
def test_no_hour_is_fixed_that_a_booking_does_not_cover(era: Era) -> None:
    start, end = era.hours()
    known = after(*era.steps, *booked(start, end))
    exactly = scheduled(start, end)
    assert refused(known, exactly, era.says()) == []
    for wider in (
        replace(exactly, starts_at=exactly.starts_at - MINUTE),
        replace(exactly, ends_at=exactly.ends_at + MINUTE),
    ):
        assert refused(known, wider, era.says()) == ["POLICE_NOT_BOOKED", "OFFICER_NOT_BOOKED"]
    without_force = replace(exactly, force_mobilised=False)
    known = after(*era.steps, *booked(start, end, "b1", OFFICER))
    assert refused(known, exactly, era.says()) == ["POLICE_NOT_BOOKED"]
    assert refused(known, without_force, era.says()) == []


@either
@pytest.mark.parametrize("missing", [PROCURACY, COMMUNE, POLICE])
def test_each_of_three_must_know_of_force(era: Era, missing: str) -> None:
    all_three = [PROCURACY, COMMUNE, POLICE]
    told = [each for each in all_three if each != missing]
    assert fixed(era, *era.hours(), addressees=[*all_three, "nh-khac"]) == ([], [])
    assert fixed(era, *era.hours(), addressees=told) == (["ADDRESSEE_MISSING"], [])
    quiet = fixed(era, *era.hours(), addressees=told, force_mobilised=False)
    assert quiet == ([], [])


@either
def test_who_stands_for_the_commune_must_be_one(era: Era) -> None:
    answer = fixed(era, *era.hours(), commune_id=PROCURACY, addressees=[PROCURACY, POLICE])
    assert answer == (["ADDRESSEE_MISSING"], [])


@pytest.mark.parametrize(("era", "codes"), [(NEW, ["PROTECTION_NOT_REQUESTED"]), (OLD, [])])
def test_force_needs_a_request_to_the_police_first_since_july_2026(
    era: Era, codes: list[str]
) -> None:
    hours = era.hours()
    known = after(*era.steps[:-1], *booked(*hours))
    assert refused(known, scheduled(*hours), era.says()) == codes
    assert refused(known, scheduled(*hours, force_mobilised=False), era.says()) == []


@pytest.mark.parametrize(("era", "codes"), [(NEW, ["NOT_APPROVED_BY_HEAD"]), (OLD, [])])
def test_the_officer_signed_a_plan_with_force_until_the_head_had_to_approve_it(
    era: Era, codes: list[str]
) -> None:
    hours = era.hours()
    known = after(*era.steps, *booked(*hours))
    assert refused(known, scheduled(*hours), officer(f"{era.planned} 09:00")) == codes


# ---- a case that is halted


@either
@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("POSTPONED", "CASE_POSTPONED"),
        ("SUSPENDED", "CASE_SUSPENDED"),
        ("TERMINATED", "CASE_ENDED"),
    ],
)
def test_in_a_case_that_is_halted_no_hour_is_fixed_until_it_goes_on(
    era: Era, state: str, code: str
) -> None:
    halted = moved(state, f"{era.planned} 08:00")
    goes_on = moved("ENFORCEABLE", f"{era.planned} 08:30")
    assert fixed(era, *era.hours(), steps=(halted,)) == ([code], [])
    assert fixed(era, *era.hours(), steps=(halted, goes_on)) == ([], [])


@either
def test_while_the_act_is_paused_no_hour_is_fixed(era: Era) -> None:
    hours, steps, context = era.hours(), era.steps, era.says()
    decision = steps[-2][1].id
    pause = complaint.ActPaused(f"{C}.x1", decision, context.occurred_at)
    goes_on = complaint.ActUnpaused(f"{C}.x1", decision, context.occurred_at)
    known = after(*steps, *booked(*hours), (pause, context))
    assert refused(known, scheduled(*hours), context) == ["ACT_PAUSED"]
    known = after(*steps, *booked(*hours), (pause, context), (goes_on, context))
    assert refused(known, scheduled(*hours), context) == []


# ---- the decision


@either
def test_in_the_voluntary_period_only_an_urgent_ground_lets_coercion_be_decided(era: Era) -> None:
    known = after(*era.ready, moved("VOLUNTARY"))
    claim = decided(decided_on=date.fromisoformat(era.decided))
    context = officer(f"{era.decided} 09:30")
    (found,) = decide(known, claim, context)
    assert isinstance(found, Refusal)
    assert (found.code, found.article) == (
        "VOLUNTARY_RUNNING",
        "Đ36.1" if era is NEW else "Đ45.1",
    )
    urgent = replace(claim, immediate="DISSIPATION")
    fact, *rest = decide(known, urgent, context)
    assert (fact, rest) == (urgent, []), "the ground that was claimed is recorded"
    assert refused(after(*era.ready, moved("VERIFYING")), claim, context) == []


@pytest.mark.parametrize(
    ("era", "person", "answer"),
    [
        (NEW, None, ([], ["PERSUASION_MISSING"])),
        (NEW, True, (["PERSUASION_MISSING"], [])),  # a child is handed over (Đ93.1)
        (OLD, None, ([], ["PERSUASION_MISSING"])),
        (OLD, True, ([], ["PERSUASION_MISSING"])),  # the old rule was not read to say so
    ],
)
def test_missing_persuasion_refuses_only_where_a_child_is_handed_over(
    era: Era, person: Any, answer: tuple[list[str], list[str]]
) -> None:
    steps = [step for step in era.ready if step is not PERSUADED]
    claim = decided(decided_on=date.fromisoformat(era.decided), person=person)
    context = officer(f"{era.decided} 09:30")
    found = refused(after(*steps), claim, context)
    assert (found, [] if found else noted(after(*steps), claim, context)) == answer
    assert noted(after(*era.ready), claim, context) == []


# ---- what was already done


@either
def test_an_hour_already_fixed_is_recorded_with_every_breach(era: Era) -> None:
    known = after(*era.steps[:-1], moved("POSTPONED"))
    hours = era.hours("05:00", "09:00")
    claim = scheduled(*hours, addressees=[], already_done=True, document=PAPER)
    context = officer(f"{era.day} 12:00")
    since_2026 = ["PROTECTION_NOT_REQUESTED", "NOT_APPROVED_BY_HEAD"]
    assert noted(known, claim, context) == [
        "FORBIDDEN_HOURS",
        "LEAD_TIME_TOO_SHORT",
        "CASE_POSTPONED",
        "POLICE_NOT_BOOKED",
        "OFFICER_NOT_BOOKED",
        *(since_2026 if era is NEW else []),
        "ADDRESSEE_MISSING",
    ]


@pytest.mark.parametrize(
    ("era", "start", "codes"),
    [
        (NEW, "2026-10-14 06:00", []),
        (NEW, "2026-10-14 05:59", ["FORBIDDEN_HOURS"]),
        (OLD, "2026-04-14 06:00", []),
        (OLD, "2026-04-14 05:59", ["FORBIDDEN_HOURS"]),
    ],
)
def test_what_was_carried_out_is_never_refused_for_its_hour(
    era: Era, start: str, codes: list[str]
) -> None:
    hours, steps = era.hours(), era.steps
    told = case.Notified(
        C,
        document_event_id=steps[-2][1].id,
        notice="SEIZURE_NOTICE",
        addressee=PROCURACY,
        as_="PROCURACY",
        method="DIGITAL",
        valid_on=date.fromisoformat(era.planned),
    )
    plan = coercion.ProtectionPlanned(K, ready_at=at(f"{era.planned} 08:00"), document=PAPER)
    known = after(
        *steps,
        (plan, era.says()),
        *booked(*hours),
        (scheduled(*hours), era.says()),
        (told, era.says()),
    )
    done = coercion.Executed(K, "SEIZURE", at(start), at(hours[1]), "DONE", "NONE", PAPER)
    found = [
        (each.code, each.article)
        for each in decide(known, done, officer(f"{era.day} 12:00"))
        if isinstance(each, coercion.IrregularityNoted)
    ]
    article = "Đ72.5" if era is NEW else "Đ46.2"
    assert found == [(code, article) for code in codes]
