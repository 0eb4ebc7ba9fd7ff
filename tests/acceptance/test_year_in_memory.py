"""A year of one office, every clock of it held to an oracle that shares no code with the house."""

from collections import defaultdict
from typing import Any, Final

import pytest
from msgspec.structs import replace

from services.all import WORK
from services.core.access.directory import Directory
from services.core.contracts.days import VIET_NAM
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.contracts.identifiers import key_of
from tests.acceptance import office_year
from tests.acceptance.memory_house import CATALOGUE, DIRECTORY, MemoryHouse
from tests.acceptance.office_year import ELSEWHERE, HEAD, PROCURACY
from tests.acceptance.slow_oracle import RULES, Fact, SlowOracle

SEED: Final = 23
ROUNDS: Final = 4  #: how often each plot is played

TELLS: Final[dict[type[Event], tuple[str, ...]]] = {
    deadline.Started: ("start", "due", "alarm_at", "verified"),
    deadline.Stopped: ("by_event_id", "late"),
    deadline.Cancelled: ("by_event_id",),
    deadline.Withdrawn: ("by_event_id",),
    deadline.Paused: ("by_event_id",),
    deadline.Resumed: ("by_event_id", "new_due"),
    deadline.Extended: ("new_due",),
}
"""What a fact of a clock says; of the others, the moment to which they belong."""

NOT_WORK: Final = {"deadline", "submission", "unit", "delivery"}

Facts = list[tuple[Envelope, Event]]
Tells = dict[str, list[tuple[Any, ...]]]


def with_another_office(known: Directory) -> Directory:
    """Return the directory with an office to which cases are entrusted."""
    assert ELSEWHERE.officer
    assert HEAD.officer
    office = replace(known.agencies[HEAD.agency], slug=ELSEWHERE.agency)
    head = replace(known.officers[HEAD.officer], slug=ELSEWHERE.officer, agency=ELSEWHERE.agency)
    return replace(
        known,
        agencies={**known.agencies, office.slug: office},
        officers={**known.officers, head.slug: head},
    )


def as_recorded(facts: Facts) -> Facts:
    """Put facts into the order in which they were recorded: what follows from one comes after."""
    by_id = {envelope.id: envelope for envelope, _ in facts}

    def depth(envelope: Envelope) -> int:
        cause = by_id.get(envelope.causation)
        return 0 if cause is None else 1 + depth(cause)

    return sorted(facts, key=lambda each: (each[0].recorded_at, depth(each[0])))


def expected(facts: Facts) -> Tells:
    """Return what each clock must have said, by the oracle, from the facts of other families."""
    oracles: dict[str, SlowOracle] = defaultdict(lambda: SlowOracle({PROCURACY.agency}))
    for envelope, event in as_recorded(facts):
        type_ = envelope.type.removeprefix("thads.")
        is_said_by_agency = isinstance(event, deadline.Extended)
        if type_.split(".")[0] in NOT_WORK and not is_said_by_agency:
            continue
        at = envelope.occurred_at.astimezone(VIET_NAM)
        lapsed = getattr(event, "ground", "") == "BY_LAW"  # at once, whenever it is told
        accepted = envelope.accepted_at.astimezone(VIET_NAM)
        oracles[key_of(event.part)].hear(
            Fact(
                id=envelope.id,
                type=type_,
                part=event.part,
                data=event,
                at=at,
                counts_at=at if event.is_done or lapsed else accepted,
                agency=envelope.agency,
                recorded=envelope.recorded_at.astimezone(VIET_NAM),
            )
        )
    for oracle in oracles.values():
        oracle.pass_to(office_year.END)
    return {clock.name: clock.tells for oracle in oracles.values() for clock in oracle.clocks}


def said(facts: Facts) -> Tells:
    """Return what each clock said, by its own facts."""
    names: dict[str, str] = {}
    words: dict[str, str] = {}
    tells: Tells = {}
    for envelope, event in facts:
        if not isinstance(event, deadline.Fact):
            continue
        if isinstance(event, deadline.Started):
            cause = words.get(event.cause_event_id, event.cause_event_id)
            name = f"{event.rule_id} {event.addressee or ''}@{cause}"
            name += f" {event.watched}"
            if event.clock_id not in names:
                assert name not in tells
                names[event.clock_id], tells[name] = name, []
        name = names[event.clock_id]
        if isinstance(event, deadline.Overdue | deadline.Expired):
            words[envelope.id] = f"{name}!"
            if RULES.get(event.rule_id, RULES["L-83-5"]).of_recipient:
                due = event.due.astimezone(VIET_NAM)
                words[envelope.id] = f"{event.rule_id} {event.watched} {due}!"
        tells[name].append(_told(event, envelope))
    return tells


def _told(event: deadline.Fact, envelope: Envelope) -> tuple[Any, ...]:
    what = event.TYPE.rpartition(".")[2]
    if (named := TELLS.get(type(event))) is None:
        return (what, envelope.occurred_at)
    return (what, *(getattr(event, field) for field in named))


@pytest.fixture(scope="module")
def facts() -> Facts:
    """Everything that a year has recorded, topic by topic."""
    house = MemoryHouse(WORK, with_another_office(DIRECTORY))
    office_year.begin(house, SEED, ROUNDS).run()
    assert house.log.lines() == {}
    return list(house.history())


@pytest.mark.timeout(600)  # a year of an office, and its oracle
def test_every_clock_of_a_year_says_what_the_oracle_says(facts: Facts) -> None:
    must, did = expected(facts), said(facts)
    assert did.keys() == must.keys()
    assert {name: did[name] for name in did if did[name] != must[name]} == {}


NEVER: Final[dict[str, set[str]]] = {
    "L-38-2": {"late", "overdue"},  # no number is set
    "L-38-4": {"late", "overdue"},
    "L-38-6": {"late", "overdue"},  # a year, and two: longer than this one
    "L-38-7": {"expired"},
    "L-95-4": {"late", "overdue"},  # the house lifts by itself what lapses by law
}

MISSED: Final[dict[str, set[str]]] = {
    "L-33-2": {"late", "overdue"},
    "L-33-4": {"in time"},
    "L-38-3": {"late", "overdue"},
    "L-49-2": {"late", "overdue"},
    "L-49-4": {"in time"},
}
"""What the dice of this year did not bring, though another year may."""


def test_every_clock_of_the_law_of_july_2026_is_known_to_the_oracle() -> None:
    of_2026 = {
        id_ for id_, entry in CATALOGUE.clocks.items() if not entry.law or "R2026" in entry.law
    }
    assert RULES.keys() == of_2026


@pytest.fixture(scope="module")
def outcomes(facts: Facts) -> dict[str, set[str]]:
    """What became of the clocks of each rule."""
    found: dict[str, set[str]] = {rule: set() for rule in RULES}
    for name, tells in said(facts).items():
        found[name.partition(" ")[0]] |= set(map(_outcome, tells))
    return found


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.timeout(600)  # a year of an office, and its oracle
def test_every_rule_is_kept_in_time_broken_and_mended_in_the_year(
    outcomes: dict[str, set[str]], rule: str
) -> None:
    wanted = {"expired"} if RULES[rule].expires else {"late", "overdue"}
    unseen = NEVER.get(rule, set()) | MISSED.get(rule, set())
    assert {"in time", *wanted} - unseen <= outcomes[rule]


def _outcome(told: tuple[Any, ...]) -> str:
    if told[0] != "stopped":
        return str(told[0])
    return "late" if told[2] else "in time"
