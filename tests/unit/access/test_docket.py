"""What families know of a case, and which law governs what is done in it."""

from services.core.access.docket import Case, heard, under_its_law
from services.core.contracts.events import case
from tests.unit.cast import CASE, head


def moved(known: Case, to_state: str, on: str) -> Case:
    move = case.Moved(CASE, "ENFORCEABLE", to_state, cause_event_id="e1")
    return heard(known, move, head(f"{on} 09:00"))


def test_what_is_done_in_a_case_that_ended_under_the_old_law_stays_under_it() -> None:
    ended = moved(Case(), "COMPLETED", "2026-06-30")
    assert under_its_law(ended, head("2026-09-15 09:00")).law == "R2015"
    assert under_its_law(
        moved(Case(), "COMPLETED", "2026-07-01"), head("2026-09-15 09:00")
    ).law == ("R2026")


def test_a_case_that_goes_on_is_under_the_law_of_the_day() -> None:
    goes_on = moved(moved(Case(), "TERMINATED", "2026-06-30"), "ENFORCEABLE", "2026-07-02")
    assert under_its_law(goes_on, head("2026-09-15 09:00")).law == "R2026"
    assert under_its_law(goes_on, head("2026-06-15 09:00")).law == "R2015"
