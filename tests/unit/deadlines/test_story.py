"""The clocks of the whole story: each row starts and stops just what the file says of it."""

from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from services.all import WORK
from services.core.contracts.days import VIET_NAM
from services.core.contracts.events import deadline
from services.core.contracts.identifiers import clock_id_of
from services.core.law.counting import end_of
from services.core.law.working_days import calendar
from services.simulator.play import Play
from services.simulator.story import Row, rows
from tests.acceptance.memory_house import MemoryHouse, play


@cache
def told() -> Play:
    """One play of the story, in memory."""
    return play(MemoryHouse(WORK), rows())


@cache
def said(type_: type[Any]) -> list[Any]:
    """What was said of clocks, of one type."""
    return [seen.event for seen in told().seen.values() if isinstance(seen.event, type_)]


def fact_of(row: int) -> str:
    """The fact of a row; nothing is the cause of a clock where the row was refused."""
    return told().symbols.fact_of(row) or "refused"


def due(text: str | None) -> datetime | None:
    """The moment that the file means: a day is over at its end."""
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else end_of(date.fromisoformat(text))


ROWS = [pytest.param(row, id=f"{row.n}-{row.type}") for row in rows()]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_starts_its_clocks_and_no_others(row: Row) -> None:
    fact = fact_of(row.n)
    expected = Counter(
        (clock["rule"], due(clock["due"]), due(clock.get("alarm")), clock.get("for"))
        for clock in row.clocks
    )
    found = [each for each in said(deadline.Started) if each.cause_event_id == fact]
    assert expected == Counter(
        (each.rule_id, each.due, each.alarm_at, each.addressee) for each in found
    )


@pytest.mark.parametrize("row", ROWS)
def test_a_row_stops_the_clocks_named_and_no_others(row: Row) -> None:
    fact = fact_of(row.n)
    expected = {
        (clock_id_of(fact_of(each["of"]), each["rule"], each.get("for")), each.get("late", False))
        for each in row.stops
    }
    found = [each for each in said(deadline.Stopped) if each.by_event_id == fact]
    assert expected == {(each.clock_id, each.late) for each in found}


def test_no_clock_of_the_story_starts_or_stops_by_what_is_no_row() -> None:
    facts = {fact_of(row.n) for row in rows()}
    assert {each.cause_event_id for each in said(deadline.Started)} <= facts
    assert {each.by_event_id for each in said(deadline.Stopped)} <= facts
    for type_ in (deadline.Cancelled, deadline.Withdrawn, deadline.Paused, deadline.Resumed):
        assert said(type_) == []


def test_each_clock_says_who_must_act_unless_that_is_a_party() -> None:
    who = {each.rule_id: each.responsible for each in said(deadline.Started)}
    parties = {rule for rule, agency in who.items() if agency is None}
    assert parties == {"L-36-1", "L-82-2", "L-83-14", "L-96-4"}
    assert who["P-485-1"] == "toa-da-nang"
    assert who["L-34-2"] == who["L-54-1"] == who["L-104-1"] == who["L-102-4"] == "thads-da-nang"
    assert who["L-37-1"] == who["L-66-2"] == "thads-khu-vuc-3"
    assert who["L-37-5"] == who["L-67-4"] == who["L-73-1"] == "nh-song-cam"
    assert who["L-37-6"] == "dat-dai-da-nang"
    assert who["L-72-3"] == "ca-thi-hanh-an-da-nang"
    assert who["L-83-9"] == "dg-cam-giang"


def test_a_clock_counts_from_the_day_that_is_named() -> None:
    for each in said(deadline.Started):
        assert each.rule_version == "R2026"
        assert each.calendar_version == calendar().version
        if each.rule_id == "L-36-1" and each.due:
            first = each.start.astimezone(VIET_NAM).date()
            assert each.due - end_of(first) >= timedelta(days=10)
