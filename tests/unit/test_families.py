"""What holds of every family alike, tried with the facts of the whole story in any order."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.all import WORK
from services.core.contracts.event import Event
from services.core.contracts.family import Context, Family
from services.simulator.story import rows
from tests.acceptance.memory_house import CATALOGUE, CODEC, MemoryHouse, play
from tests.unit.cast import DIRECTORY
from tests.unit.through_bus import through_bus

FAMILIES = {family.name: family for service in WORK for family in service.families}


@cache
def told() -> list[tuple[Event, Context]]:
    """Every fact of the story, with what its envelope says."""
    house = MemoryHouse(WORK)
    play(house, rows())
    facts = []
    for (topic, _), records in sorted(house.log.records.items()):
        if topic.endswith(".events") and ".submission." not in topic:
            for record in records:
                said = record.envelope()
                context = Context(
                    id=said.id,
                    cause=said.causation,
                    agency=said.agency,
                    officer=said.officer or None,
                    role=said.role,
                    occurred_at=said.occurred_at,
                    accepted_at=said.accepted_at,
                    law=said.law,
                    directory=DIRECTORY,
                )
                facts.append((CODEC.decode(record.value), context))
    return facts


def of(family: Family[Any]) -> list[tuple[Event, Context]]:
    """The facts of the story that a family folds: its own, and those it hears."""
    own = {event.type for event in CATALOGUE.family(family.name)}
    heard = {event.TYPE for event in family.hears}
    return [each for each in told() if each[0].TYPE in own | heard]


def folded(family: Family[Any], facts: Sequence[tuple[Event, Context]]) -> dict[str, Any]:
    """Return every stream's state after facts, in their order."""
    states: dict[str, Any] = {}
    for fact, context in facts:
        stream = family.stream(fact)
        _, evolve = through_bus(family)
        states[stream] = evolve(states.get(stream, family.start), fact, context)
    return states


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_takes_and_hears_what_the_catalogue_says(name: str) -> None:
    family, entry = FAMILIES[name], CATALOGUE.families[name]
    claims = {event.TYPE for event in family.claims if not event.TYPE.startswith("thads.subm")}
    assert claims == {event.type for event in CATALOGUE.family(name) if event.is_claim}
    assert {event.TYPE for event in family.hears} == {f"thads.{type_}" for type_ in entry.hears}


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=15, deadline=None)
@given(order=st.randoms(use_true_random=False))
def test_folding_takes_any_fact_at_any_time_and_a_state_is_read_back_unchanged(
    name: str, order: Any
) -> None:
    family, facts = FAMILIES[name], of(FAMILIES[name])
    order.shuffle(facts)
    for state in folded(family, facts).values():
        stored = msgspec.msgpack.encode(state)
        assert msgspec.msgpack.decode(stored, type=type(family.start)) == state


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=15, deadline=None)
@given(order=st.randoms(use_true_random=False))
def test_whatever_is_claimed_in_whatever_state_has_an_answer_and_always_the_same(
    name: str, order: Any
) -> None:
    family, facts = FAMILIES[name], of(FAMILIES[name])
    claims = [each for each in facts if isinstance(each[0], family.claims)]
    order.shuffle(facts)
    states = folded(family, facts[: order.randint(0, len(facts))])
    for claim, context in claims:
        known = states.get(family.stream(claim), family.start)
        answer = family.decide(known, claim, context)
        assert answer
        assert list(answer) == list(family.decide(known, claim, context))


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=15, deadline=None)
@given(order=st.randoms(use_true_random=False))
def test_a_fact_changes_the_field_of_its_own_family_alone(name: str, order: Any) -> None:
    family, facts = FAMILIES[name], of(FAMILIES[name])
    order.shuffle(facts)
    states: dict[str, Any] = {}
    for fact, context in facts:
        stream = family.stream(fact)
        before = states.get(stream, family.start)
        after = states[stream] = family.evolve(before, fact, context)
        changed = {
            field
            for field in before.__struct_fields__
            if getattr(before, field) != getattr(after, field)
        }
        assert changed <= {fact.TYPE.split(".")[1]}


def test_the_story_speaks_of_every_family() -> None:
    assert {fact.TYPE.split(".")[1] for fact, _ in told()} == FAMILIES.keys()
