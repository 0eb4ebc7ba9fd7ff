"""The clocks of the catalogue: each is one that the law knows, and that facts can start and end."""

from typing import Any, get_args

import pytest
from msgspec.structs import replace

from services.core.contracts.catalogue import Many
from services.core.contracts.clock_entries import ClockEntry, Start
from services.core.contracts.event import Event
from services.core.contracts.events import case, deadline, measure
from services.core.law.rule_files import law
from services.deadlines.domain import conditions
from services.deadlines.domain.clocks import rule_of
from services.deadlines.domain.entries import entries
from services.deadlines.domain.heard import Heard
from tests.unit.cast import said
from tests.unit.deadlines.sentences import CATALOGUE, POLICE, C, Clocks, J, K, M, R, S, X, at, made

CLASSES: dict[str, type[Event]] = {
    type_.TYPE: type_ for type_ in (*get_args(Heard), *get_args(deadline.Fact))
}
PARTS = {
    "judgment_id": J,
    "clarification_id": f"{J}.q1",
    "case_id": C,
    "measure_id": M,
    "request_id": R,
    "coercion_id": K,
    "sale_id": S,
    "complaint_id": X,
}
STARTS = [
    pytest.param(entry, start, version, id=f"{entry.id}-{start.event}-{version}")
    for entry in entries().values()
    for version in ("R2015", "R2026")
    for start in entry.starts_under(version)
    if rule_of(entry.id, version) and not start.when and "deadline" not in start.event
]


def of(type_: str, told: dict[str, Any]) -> Event:
    """Return an event of a type that says what an entry asks for."""
    names = {field.name: field for field in CATALOGUE.event(type_).fields}
    fields: dict[str, Any] = {"addressees": [POLICE]} if "addressees" in names else {}
    for name, wanted in told.items():
        value = wanted[0] if isinstance(wanted, list) else wanted
        field = names[name]
        fields[field.attribute] = [value] if isinstance(field.kind, Many) else value
    return made(CLASSES[type_], PARTS[CATALOGUE.event(type_).part], **fields)


@pytest.mark.parametrize("id_", entries())
def test_a_clock_has_a_rule_that_holds_in_each_version_that_knows_it(id_: str) -> None:
    entry = entries()[id_]
    held = [version for version in ("R2015", "R2026") if rule_of(id_, version)]
    assert held
    assert set(entry.law) <= set(held)
    for version in held:
        rule = law().rule(id_, version)
        assert (rule.kind == "lead") == (entry.kind == "lead") or not entry.starts_under(version)
        assert rule.kind in {"duty", "cycle"} or entry.kind in {"period", "lead"}
    if "R2026" in held:
        assert law().rule(id_, "R2026").id == id_


@pytest.mark.parametrize("id_", entries())
def test_a_clock_that_somebody_lets_pass_is_told_to_somebody(id_: str) -> None:
    entry = entries()[id_]
    assert entry.alarm
    assert entry.ends or entry.expires
    assert entry.expires or entry.kind != "period"


def test_every_condition_that_a_clock_names_is_decided_and_no_other() -> None:
    all_ = [*entries().values()]
    starts = [start for entry in all_ for start in (*entry.starts, *(entry.old_starts or ()))]
    assert {start.when for start in starts if start.when} == set(conditions.STARTS)
    assert {start.later_of for start in starts if start.later_of} == set(conditions.LATER)
    assert {end.when for entry in all_ for end in entry.ends if end.when} == set(conditions.ENDS)
    told = {*conditions.STARTS, *conditions.LATER, *conditions.ENDS}
    assert told == set(CATALOGUE.conditions)


def test_whatever_starts_ends_or_halts_a_clock_is_heard() -> None:
    named = {
        each.event
        for entry in entries().values()
        for each in (*entry.starts, *(entry.old_starts or ()))
    } | {
        each.event
        for entry in entries().values()
        for each in (*entry.ends, *entry.pauses, *entry.resumes)
    }
    heard = {type_.TYPE for type_ in get_args(Heard)}
    assert {type_ for type_ in named if "deadline" not in type_} <= heard
    assert heard - named == {"thads.case.moved"}, "heard for the state of the case alone"


@pytest.mark.parametrize(("entry", "start", "version"), STARTS)
def test_a_clock_starts_by_each_of_its_starts_and_ends_by_each_of_its_ends(
    entry: ClockEntry, start: Start, version: str
) -> None:
    year = {"R2015": "2026-03-02", "R2026": "2026-09-08"}[version]
    told = {**start.if_, **(start.if_any[0] if start.if_any else {})}
    told |= {name: 2 for name, value in start.unless.items() if value == 1}
    if entry.kind == "lead" and start.from_:
        told[start.from_] = at(f"{year[:4]}-12-01 08:00")
    for ending in entry.ends:
        if ending.when or ending.last or ending.by:
            continue
        clocks = Clocks()
        begun = said(f"{year} 10:00", "thads-da-nang", "HEAD")
        facts = clocks.hear(of(start.event, told), begun)
        assert entry.id in [each.rule_id for each in facts if isinstance(each, deadline.Started)]
        clock = next(each for each in clocks.known.deadline.values() if each.rule == entry.id)
        assert (clock.version, clock.cause) == (version, begun.id)
        end = of(ending.event, ending.if_)
        if isinstance(end, case.Notified | measure.Notified):
            end = replace(end, document_event_id=begun.id)
        clocks.hear(end, said(f"{year} 10:01", "thads-da-nang", "HEAD"))
        after = next(each for each in clocks.known.deadline.values() if each.rule == entry.id)
        assert after.state == "STOPPED", ending
