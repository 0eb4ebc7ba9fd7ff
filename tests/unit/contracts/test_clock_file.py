"""The clocks of the catalogue are read strictly: what they name must be declared."""

from pathlib import Path

import pytest

from tests.unit.contracts.generated import CATALOGUE
from tests.unit.contracts.test_catalogue import refused


def test_a_clock_says_what_starts_and_ends_it_and_who_must_act() -> None:
    clock = CATALOGUE.clocks["L-34-2"]
    assert (clock.kind, clock.who, clock.alarm) == ("duty", "HEAD", ("HEAD", "PROCURACY"))
    first, second = clock.starts
    assert (first.event, first.from_, first.when, first.each) == (
        "thads.case.requested",
        "received_on",
        "judgment_received",
        None,
    )
    assert (second.event, second.each) == ("thads.judgment.received", "case")
    assert [each.event for each in clock.ends] == [
        "thads.case.decided",
        "thads.case.request_declined",
    ]


def test_a_period_ends_by_itself_and_a_duty_never() -> None:
    assert CATALOGUE.clocks["L-36-1"].expires
    assert not CATALOGUE.clocks["L-37-1"].expires
    assert all(clock.expires for clock in CATALOGUE.clocks.values() if clock.kind == "period")


def test_a_clock_starts_as_the_law_of_the_day_says() -> None:
    clock = CATALOGUE.clocks["L-72-3"]
    assert [each.event for each in clock.starts_under("R2026")] == [
        "thads.coercion.protection_requested"
    ]
    assert [each.event for each in clock.starts_under("R2015")] == ["thads.coercion.scheduled"]
    assert CATALOGUE.clocks["D-9-4"].starts_under("R2026") == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "starts: [{event: judgment.made_effective, from: effective_on, when: procedural_time}]",
            "starts: [{event: judgment.rumoured}]",
            "clocks.P-485-1: the event judgment.rumoured is declared nowhere",
        ),
        (
            "from: effective_on, when: procedural_time",
            "from: known_on, when: procedural_time",
            "clocks.P-485-1: judgment.made_effective has no field known_on",
        ),
        (
            "from: effective_on, when: procedural_time",
            "from: effective_on, when: somebody_asks",
            "clocks.P-485-1: the condition somebody_asks is declared nowhere",
        ),
        (
            "from: effective_on, when: procedural_time",
            "from: effective_on, whenever: procedural_time",
            "clocks.P-485-1: Object contains unknown field `whenever`",
        ),
        (
            "{enforceable: AT_ONCE}}], ends: [judgment.transferred], who: COURT",
            "{enforceable: SOON}}], ends: [judgment.transferred], who: COURT",
            "clocks.P-485-2: judgment.issued.enforceable is never SOON",
        ),
        (
            "{calls_for: SUSPEND}",
            "{calls_for: [SUSPEND, REST]}",
            "clocks.L-47-1: case.ground_found.calls_for is never REST",
        ),
        (
            "ends: [judgment.clarified], who: COURT",
            "ends: [judgment.clarified], who: SCRIBE",
            "clocks.L-13-1: the role SCRIBE is declared nowhere",
        ),
        (
            "  blockade: the measure is a blockade\n",
            "  blockade: the measure is a blockade\n  full_moon: it is a night of full moon\n",
            "conditions: no clock asks for full_moon",
        ),
    ],
)
def test_what_a_clock_cannot_mean_is_an_error_that_names_it(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert said in refused(tmp_path, old, new)
