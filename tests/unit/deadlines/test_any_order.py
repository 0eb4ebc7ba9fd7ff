"""Whatever is heard and claimed in whatever order, a clock moves only as its machine allows."""

from collections.abc import Iterator, Sequence
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.all import WORK
from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.events.machines import DEADLINE
from services.core.contracts.family import Context, Refusal
from services.core.contracts.identifiers import derived_id
from services.deadlines.domain import Known, decide, evolve, react, stream
from services.deadlines.domain.clocks import Clock
from services.deadlines.service import FAMILY
from services.simulator.story import rows
from tests.acceptance.memory_house import CODEC, MemoryHouse, play
from tests.unit.cast import DIRECTORY

Told = tuple[Event, Context]


@cache
def story() -> dict[str, list[Told]]:
    """What clocks hear of the story and what is claimed of them, by topic, in order of time."""
    house = MemoryHouse(WORK)
    play(house, rows())
    told: dict[str, list[Told]] = {}
    for (topic, _), records in house.log.records.items():
        if not topic.endswith(".events"):
            continue
        for record in records:
            envelope, event = record.envelope(), CODEC.decode(record.value)
            if isinstance(event, (*FAMILY.hears, *FAMILY.claims)):
                is_claim = isinstance(event, deadline.Claim)  # decided again under its own id
                context = Context(
                    id=envelope.causation if is_claim else envelope.id,
                    cause=envelope.causation,
                    agency=envelope.agency,
                    officer=envelope.officer or None,
                    role=envelope.role,
                    occurred_at=envelope.occurred_at,
                    accepted_at=envelope.accepted_at,
                    law=envelope.law,
                    directory=DIRECTORY,
                )
                told.setdefault(topic.split(".")[1], []).append((event, context))
    return told


class Lanes:
    """Every stream of clocks, and each step that a clock made."""

    def __init__(self) -> None:
        self.states: dict[str, Known] = {}
        self.refused: list[Event] = []

    def take(self, told: Sequence[Told]) -> None:
        """Hear facts and take claims, in this order."""
        for event, context in told:
            key = stream(event)  # type: ignore[arg-type]
            known = self.states.get(key, Known())
            if isinstance(event, deadline.Claim):
                answer: list[Any] = list(decide(known, event, context))
            else:
                known = evolve(known, event, context)  # type: ignore[arg-type]
                answer = list(react(known, event, context))  # type: ignore[arg-type]
            if answer and isinstance(answer[0], Refusal):
                self.refused.append(event)
                answer = []
            for index, fact in enumerate(answer):
                known = self._step(known, fact, _own(context, index))
            self.states[key] = known

    def _step(self, known: Known, fact: deadline.Fact, context: Context) -> Known:
        before = known.deadline.get(fact.clock_id)
        follows = DEADLINE.follows(before.state if before else None, fact)
        assert follows is not None, f"{fact} does not follow on {before}"
        after = evolve(known, fact, context)
        assert after.deadline[fact.clock_id].state == follows
        return after

    @property
    def clocks(self) -> dict[str, Clock]:
        return {id_: each for known in self.states.values() for id_, each in known.deadline.items()}


def _own(context: Context, index: int) -> Context:
    fields = {name: getattr(context, name) for name in context.__struct_fields__}
    return Context(**{**fields, "id": derived_id(context.id, "deadline", index)})


def in_time() -> list[Told]:
    return sorted(
        (each for facts in story().values() for each in facts),
        key=lambda each: (each[1].occurred_at, isinstance(each[0], deadline.Claim)),
    )


@settings(max_examples=25, deadline=None)
@given(order=st.randoms(use_true_random=False), times=st.integers(1, 2))
def test_any_order_of_facts_and_claims_leaves_each_clock_in_a_state_of_its_machine(
    order: Random, times: int
) -> None:
    told = [each for facts in story().values() for each in facts] * times
    order.shuffle(told)
    lanes = Lanes()
    lanes.take(told)
    assert lanes.clocks


def orders() -> Iterator[Any]:
    topics = [topic for topic in sorted(story()) if topic != "deadline"]
    for seed in range(6):
        order = [*topics]
        Random(seed).shuffle(order)  # noqa: S311  an order, no secret
        yield pytest.param(order, id="-".join(order))


#: What is only asked of another family's facts at the moment of the start: nobody misses L-34-2,
#: for it starts again with the receipt while the request is open.
ASKED_AT_THE_START = {"L-34-2", "L-66-2"}


@pytest.mark.parametrize("order", list(orders()))
def test_whole_topics_heard_one_after_the_other_tell_of_the_same_clocks(order: list[str]) -> None:
    usual, odd = Lanes(), Lanes()
    usual.take(in_time())
    for topic in order:
        odd.take(story()[topic])
    odd.take(sorted(story()["deadline"], key=lambda each: each[1].occurred_at))
    for key, known in usual.states.items():
        for family in known.__struct_fields__:
            told_of = getattr(known, family), getattr(odd.states[key], family)
            assert family == "deadline" or told_of[0] == told_of[1]
    missing = {clock.rule for id_, clock in usual.clocks.items() if id_ not in odd.clocks}
    assert missing <= ASKED_AT_THE_START
    for id_, clock in odd.clocks.items():
        assert (clock.rule, clock.watched, clock.due, clock.state) == (
            usual.clocks[id_].rule,
            usual.clocks[id_].watched,
            usual.clocks[id_].due,
            usual.clocks[id_].state,
        )


def test_the_clocks_of_the_story_are_heard_as_they_were_told() -> None:
    lanes = Lanes()
    lanes.take(in_time())
    assert lanes.refused == []
