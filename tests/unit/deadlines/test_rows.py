"""What a fact changes in the row of its clock."""

from services.deadlines.service import changed_by
from tests.unit.telling.threads import CASE, JUDGMENT, entry


def test_a_clock_that_goes_on_may_say_again_what_was_turned_away_in_its_pause() -> None:
    """Whoever looked at rows that lagged had said that it was overdue, for the same due moment."""
    resumed = entry(
        "deadline.resumed",
        CASE,
        by="platform",
        clock_id="c",
        rule_id="L-102-4",
        cause_event_id=JUDGMENT,
        due="2026-09-10T17:00:00Z",
        by_event_id=JUDGMENT,
        new_due="2026-09-10T17:00:00Z",
    )
    assert resumed.event
    change = changed_by(resumed.event, resumed.envelope)
    assert change
    assert change["run"] == resumed.envelope.sequence
