"""Each clock of the story is due when the law says so."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import services.simulator
from services.core.contracts import strict_yaml
from services.core.contracts.days import VIET_NAM, day_of
from services.core.law.clocks import alarm_at_once
from services.core.law.counting import count
from services.core.law.errors import NoTerm
from services.core.law.rule_files import law
from services.core.law.versions import version_at

STORY = Path(services.simulator.__path__[0]) / "story.yaml"

#: From which field of the event a clock counts; where none is named, from the event itself.
FROM = {
    "judgment.made_effective": "effective_on",
    "judgment.received": "received_on",
    "case.requested": "received_on",
    "case.decided": "decided_on",
    "case.declared_unenforceable": "decided_on",
    "case.notified": "valid_on",
    "case.verified": "verified_on",
    "case.ground_found": "arose_on",
    "payment.collected": "collected_on",
    "deadline.expired": "due",
    "information.acknowledged": "received_at",
    "measure.notified": "valid_at",
    "coercion.decided": "decided_on",
    "coercion.protection_requested": "received_at",
    "coercion.executed": "ended_at",
    "coercion.plan_sent": "sent_at",
    "complaint.filed": "received_on",
    "complaint.accepted": "accepted_on",
    "complaint.notified": "valid_on",
    "sale.auction_contracted": "signed_on",
    "sale.announced": "opens_at",
}
LEADS = {"L-72-5": "starts_at", "L-80-1": "starts_at", "L-83-14": "opens_at"}
AT_ONCE = {"L-37-5", "L-67-1", "L-67-4", "L-72-4", "L-73-1", "L-53-1"}


def clocks() -> Iterator[Any]:
    for row in strict_yaml.load(STORY)["rows"]:
        for clock in row.get("clocks", ()):
            yield pytest.param(row, clock, id=f"{row['n']}-{clock['rule']}")


def start_of(row: dict[str, Any], rule: str) -> date | datetime:
    field = LEADS.get(rule) or FROM.get(row["type"])
    said = row["at"] if rule in AT_ONCE or field not in row["data"] else row["data"][field]
    return datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)


@pytest.mark.parametrize(("row", "clock"), list(clocks()))
def test_the_clock_is_due_when_the_law_says(row: dict[str, Any], clock: dict[str, Any]) -> None:
    rule = law().rule(clock["rule"], version_at(datetime.fromisoformat(row["at"])))
    start = start_of(row, clock["rule"])
    if clock["due"] is None:
        with pytest.raises(NoTerm):
            count(rule, start)
    elif "alarm" in clock:
        due = count(rule, start).due
        assert due == datetime.fromisoformat(clock["due"])
        assert alarm_at_once(due, 17) == datetime.fromisoformat(clock["alarm"])
    else:
        assert count(rule, start).last == date.fromisoformat(clock["due"])


def test_the_story_starts_clocks_and_one_expires_just_when_it_was_due() -> None:
    rows = strict_yaml.load(STORY)["rows"]
    expired = [row for row in rows if row["type"] == "deadline.expired"]
    assert expired
    for row in expired:
        due = datetime.fromisoformat(row["data"]["due"])
        assert due.astimezone(VIET_NAM).time().isoformat() == "00:00:00"
        assert day_of(due) == day_of(datetime.fromisoformat(row["at"]))
