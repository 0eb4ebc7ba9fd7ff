"""Who must act now is said by the clocks that run; steps that may follow stand apart."""

from typing import Any

import pytest

from services.cli.case_page import what_may_follow, who_must_act
from services.console.pages import Pages, Static
from services.core.contracts.identifiers import new_id
from services.core.telling.duties import Duty
from services.core.telling.lines import Teller
from services.core.telling.stories import Told, told
from services.core.telling.thread import Entry
from tests.unit.contracts.generated import CATALOGUE, CODEC
from tests.unit.telling.threads import (
    CASE,
    DIRECTORY,
    assigned,
    coerced,
    decided,
    entry,
    issued,
    moved,
)

TELLER = Teller(CATALOGUE, CODEC, DIRECTORY, "en")
DUE = "2026-09-17T17:00:00Z"
LATER = "2026-09-24T17:00:00Z"
VERIFICATION = new_id()
AT = {"clock_id": VERIFICATION, "rule_id": "L-37-1", "cause_event_id": new_id()}


def started(part: str = CASE, **data: Any) -> Entry:
    return entry(
        "deadline.started",
        part,
        **{
            **AT,
            "start": "2026-09-07T17:00:00Z",
            "kind": "duty",
            "rule_version": "R2026",
            "calendar_version": "C1",
            "verified": True,
            "pauses": [],
            "due": DUE,
            "responsible": "thads-da-nang",
            **data,
        },
    )


def said(name: str, part: str = CASE, **data: Any) -> Entry:
    return entry(f"deadline.{name}", part, **{**AT, "due": DUE, **data})


def after(*facts: Entry) -> Told:
    found = told(CASE, [issued(), decided(), assigned(), *facts], CATALOGUE, DIRECTORY)
    assert found is not None
    return found


def owed(*facts: Entry) -> list[Duty]:
    return after(*facts).duties


def test_a_running_clock_is_owed_by_the_assigned_officer_until_its_due_date() -> None:
    (duty,) = owed(started())
    assert (duty.rule_id, duty.state, duty.binds) == ("L-37-1", "RUNNING", True)
    assert duty.who == ("tran-thi-binh", "thads-da-nang")
    page = "\n".join(who_must_act(after(started()), TELLER))
    assert page.startswith("Who must act now:\n  17-09-2026")
    assert "enforcement officer (tran-thi-binh, thads-da-nang): running" in page


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("stopped", {"by_event_id": new_id(), "late": False}),
        ("cancelled", {"by_event_id": new_id()}),
        ("withdrawn", {"withdrawn_event_id": new_id(), "by_event_id": new_id()}),
    ],
)
def test_what_is_done_or_has_fallen_away_is_owed_no_more(name: str, more: dict[str, Any]) -> None:
    overdue = [said("overdue")] if name == "withdrawn" else []
    assert owed(started(), *overdue, said(name, **more)) == []


def test_a_halted_and_an_overdue_clock_are_still_owed_and_say_so() -> None:
    assert owed(started(), said("overdue"))[0].state == "OVERDUE"
    halted = said("paused", by_event_id=new_id())
    assert owed(started(), halted)[0].state == "PAUSED"
    on = said("resumed", by_event_id=new_id(), new_due=LATER)
    (duty,) = owed(started(), halted, on)
    assert duty.state == "RUNNING"
    assert f"{duty.due:%d-%m-%Y}" == "24-09-2026"


def test_a_clock_started_once_more_is_owed_again() -> None:
    stopped = said("stopped", by_event_id=new_id(), late=False)
    assert [duty.state for duty in owed(started(), stopped, started())] == ["RUNNING"]


def test_what_is_due_first_stands_first_and_a_period_binds_nobody() -> None:
    part = f"{CASE}.k1"
    later = started(part, clock_id=new_id(), due=LATER)
    period = started(clock_id=new_id(), rule_id="L-36-1", kind="period", due="2026-09-07T17:00:00Z")
    found = after(coerced("SEIZURE"), later, started(), period)
    assert [duty.binds for duty in found.duties] == [False, True, True]
    lines = list(who_must_act(found, TELLER))
    assert [line.split()[0] for line in lines if "-09-2026" in line] == [
        "17-09-2026",
        "24-09-2026",
        "07-09-2026",
    ]
    assert lines.index("Periods that run:") > 4


def test_nobody_must_act_in_a_completed_case_though_steps_of_its_coercion_may_follow() -> None:
    cancelled = said("cancelled", by_event_id=new_id())
    found = after(coerced("SEIZURE"), started(), moved("COMPLETED"), cancelled)
    assert list(who_must_act(found, TELLER)) == ["Who must act now: nobody"]
    assert found.steps
    (folded,) = what_may_follow(found, TELLER, folded=True)
    assert folded == f"Steps that may follow: {len(found.steps)} (--steps)"
    assert len(list(what_may_follow(found, TELLER, folded=False))) > 1


def test_the_page_of_a_case_shows_what_is_owed_and_folds_what_may_follow() -> None:
    duty = {"due": "17-09-2026", "what": "verification", "who": "OFFICER", "state": "running"}
    step = {"roles": "HEAD", "who": "", "what": "postponement", "to": "", "event": "case.postponed"}
    page = Pages(Static()).page(
        "case",
        "en",
        found=after(),
        families=dict.fromkeys(CATALOGUE.families, "x"),
        office=None,
        duties={True: [duty | {"rule": "L-37-1", "part": ".c2"}], False: []},
        steps={CASE: [step]},
        lines=[],
    )
    above, _, folded = page.content.partition("<details>")
    assert "due <b>17-09-2026</b>: verification" in above
    assert "postponement" not in above
    assert "postponement" in folded.partition("</details>")[0]
