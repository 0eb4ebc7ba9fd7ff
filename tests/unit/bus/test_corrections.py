"""A fact is corrected or withdrawn by a new one; streams are told again, with it in its place."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.core.access import directory
from services.core.bus.memory import MemoryLog
from services.core.bus.record import Outgoing, Record
from services.core.bus.service import Service
from services.core.contracts.event import Event
from services.core.contracts.events import submission
from services.core.contracts.family import Context, Family
from services.core.contracts.identifiers import derived_id, key_of, new_id
from tests.hearings import docket as dockets
from tests.hearings import domain
from tests.hearings.contracts import CATALOGUE, CODEC
from tests.hearings.events import docket, hearing, room
from tests.hearings.records import TOPICS, claim_of, requested
from tests.hearings.service import HEARING, ROOM, SERVICE

DIRECTORY = directory.load(CATALOGUE)
COURT, OTHER = "toa-da-nang", "vksnd-da-nang"


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 8, 1, 12, tzinfo=UTC)


class House:
    """The memory log, spoken to as agencies do."""

    def __init__(self, *services: Service) -> None:
        self.log = MemoryLog(
            services or [SERVICE, dockets.SERVICE],
            TOPICS,
            codec=CODEC,
            catalogue=CATALOGUE,
            clock=Noon(),
            directory=lambda: DIRECTORY,
        )

    def say(self, *claims: Outgoing) -> list[str]:
        """Submit claims at once and return the ids that their facts have, if they are recorded."""
        for claim in claims:
            self.log.put(f"gateway/{claim.partition}", [claim])
        self.log.settle()
        return [fact_of(claim) for claim in claims]

    def state(self, stream: str) -> Any:
        """The stream's state as its lane keeps it."""
        for lane in self.log._lanes:
            stored = lane._streams.get(stream)
            if stored is not None:
                return stored.state
        raise KeyError(stream)

    def facts(self, part: str) -> list[Record]:
        return [
            record
            for (topic, _), records in self.log.records.items()
            if topic.endswith(".events")
            for record in records
            if record.key == key_of(part)
        ]

    def codes(self, claim: Outgoing) -> list[str]:
        """Why a claim was refused."""
        said = [CODEC.decode(each.value) for each in self.facts(claim.key)]
        return [
            reason.code
            for each in said
            if isinstance(each, submission.Refused) and each.submission_id == claim.envelope.id
            for reason in each.reasons
        ]


def fact_of(claim: Outgoing) -> str:
    return derived_id(claim.envelope.id, claim.envelope.type.split(".")[1], 0)


def booked(room_id: str, day: int, *, agency: str = COURT, of: str | None = None) -> Outgoing:
    event = room.Booked(room_id=room_id, hearing_id=of or new_id(), held_on=date(2026, 8, day))
    return claim_of(event, agency=agency)


def correcting(claim: Outgoing, fact: str) -> Outgoing:
    return replace(claim, envelope=replace(claim.envelope, corrects=fact))


def withdrawing(claim: Outgoing, fact: str) -> Outgoing:
    return replace(claim, envelope=replace(claim.envelope, withdraws=fact))


def days(house: House, room_id: str) -> list[int]:
    return [each.day for each in house.state(f"room/{room_id}").room.taken]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    yield
    domain.BROKEN.clear()


# -- one's own stream


def test_a_correction_takes_the_place_of_what_it_corrects(house: House) -> None:
    first, _ = house.say(booked("room-1", 3), booked("room-1", 5))
    (corrected,) = house.say(correcting(booked("room-1", 4), first))
    assert days(house, "room-1") == [4, 5]
    last = house.facts("room-1")[-1].envelope()
    assert (last.id, last.corrects, last.sequence) == (corrected, first, 3)


def test_a_correction_is_decided_on_the_state_before_what_it_corrects(house: House) -> None:
    first, _ = house.say(booked("room-1", 3), booked("room-1", 5))
    same, later = (correcting(booked("room-1", day), first) for day in (3, 5))
    house.say(same)
    assert house.codes(same) == []
    assert days(house, "room-1") == [3, 5]
    house.say(later)
    assert house.codes(later) == ["CORRECTS_UNKNOWN"]


def test_its_objections_refuse_it_and_nothing_changes(house: House) -> None:
    _, second = house.say(booked("room-1", 3), booked("room-1", 5))
    claim = correcting(booked("room-1", 3), second)
    house.say(claim)
    assert house.codes(claim) == ["DUPLICATE"]
    assert days(house, "room-1") == [3, 5]


def test_a_withdrawn_fact_counts_no_more(house: House) -> None:
    first, _ = house.say(booked("room-1", 3), booked("room-1", 5))
    house.say(withdrawing(booked("room-1", 3), first))
    assert days(house, "room-1") == [5]
    house.say(booked("room-1", 3))
    assert days(house, "room-1") == [5, 3]


def test_what_is_said_all_at_once_comes_to_the_same(house: House) -> None:
    claim = booked("room-1", 3)
    again = correcting(booked("room-1", 4), fact_of(claim))
    house.say(claim, booked("room-1", 5), again, withdrawing(booked("room-1", 4), fact_of(again)))
    assert days(house, "room-1") == [5]


def test_a_correction_is_corrected_by_naming_it(house: House) -> None:
    (first,) = house.say(booked("room-1", 3))
    house.say(booked("room-1", 9))
    (second,) = house.say(correcting(booked("room-1", 4), first))
    passed = correcting(booked("room-1", 6), first)
    house.say(passed)
    assert house.codes(passed) == ["CORRECTS_UNKNOWN"]
    house.say(correcting(booked("room-1", 5), second))
    assert days(house, "room-1") == [5, 9]


def test_a_withdrawal_may_be_corrected_but_not_withdrawn(house: House) -> None:
    (first,) = house.say(booked("room-1", 3))
    house.say(booked("room-1", 9))
    (gone,) = house.say(withdrawing(booked("room-1", 3), first))
    again = withdrawing(booked("room-1", 3), gone)
    house.say(again)
    assert house.codes(again) == ["CORRECTS_UNKNOWN"]
    house.say(correcting(booked("room-1", 3), gone))
    assert days(house, "room-1") == [3, 9]


def test_what_was_recorded_beside_a_fact_goes_and_comes_with_it() -> None:
    """A family that records two facts a claim: the second stands and falls with the first."""

    def decide(known: Any, claim: Event, context: Context) -> list[Event]:
        note = hearing.RoomDenied(hearing_id=claim.part, why=f"beside {context.corrects or 'new'}")
        return [claim, note]

    family = replace(HEARING, decide=decide)
    house = House(Service(name="hearings", families=(family, ROOM)))
    part = new_id()
    first, _ = house.say(requested(part, day=1), requested(part, day=2))
    house.say(correcting(requested(part, day=3), first))
    known = house.state(f"hearing/{part}").hearing
    assert (known.requests, known.answers) == (2, (f"beside {first}", "beside new"))
    beside = house.facts(part)[-1].envelope()
    assert (beside.index, beside.corrects) == (1, first)


# -- whose fact, and which


@pytest.mark.parametrize(
    ("wrong", "claim"),
    [
        ("somebody-else's", lambda fact: correcting(booked("room-1", 4, agency=OTHER), fact)),
        ("of-another-part", lambda fact: correcting(booked("room-2", 4), fact)),
        ("of-another-type", lambda fact: correcting(requested("room-1"), fact)),
        ("of-nobody", lambda _: correcting(booked("room-1", 4), new_id())),
        ("withdrawn-by-another", lambda f: withdrawing(booked("room-1", 3, agency=OTHER), f)),
    ],
)
def test_what_is_not_ones_own_cannot_be_undone(wrong: str, claim: Any, house: House) -> None:
    (fact,) = house.say(booked("room-1", 3))
    undoing = claim(fact)
    house.say(undoing)
    assert house.codes(undoing) == ["CORRECTS_UNKNOWN"], wrong
    assert days(house, "room-1") == [3]


def test_what_follows_from_anothers_word_cannot_be_undone_by_whoever_said_that(
    house: House,
) -> None:
    """The docket opens by itself under the name of the court that asked for the hearing."""
    part = new_id()
    house.say(requested(part))
    opened = next(
        each.envelope() for each in house.facts(part) if each.envelope().type == docket.Opened.TYPE
    )
    assert opened.agency == COURT
    family = replace(dockets.DOCKET, claims=(docket.Closed, docket.Opened))
    house = House(SERVICE, Service(name="dockets", families=(family,)))
    asked = requested(part)
    house.say(asked)
    undoing = withdrawing(
        claim_of(docket.Opened(hearing_id=part)), derived_id(fact_of(asked), "docket", 0)
    )
    house.say(undoing)
    assert house.codes(undoing) == ["CORRECTS_UNKNOWN"]


def test_an_ask_that_was_booked_for_somebody_cannot_be_undone_by_him(house: House) -> None:
    part = new_id()
    house.say(requested(part, "room-1", day=3))
    fact = next(each.envelope().id for each in house.facts("room-1"))
    undoing = withdrawing(booked("room-1", 3), fact)
    house.say(undoing)
    assert house.codes(undoing) == ["CORRECTS_UNKNOWN"]


# -- who hears


def test_who_had_heard_what_is_withdrawn_tells_his_stream_again(house: House) -> None:
    part = new_id()
    first, _ = house.say(requested(part, day=1), requested(part, day=2))
    assert house.state(f"docket/{part}").hearing.requests == 2
    house.say(withdrawing(requested(part, day=1), first))
    known = house.state(f"docket/{part}")
    assert (known.hearing.requests, known.docket.is_open) == (1, True)


def test_a_correction_is_heard_once_in_the_place_of_the_first(house: House) -> None:
    part = new_id()
    (first,) = house.say(requested(part, day=1))
    house.say(correcting(requested(part, day=2), first))
    assert house.state(f"docket/{part}").hearing.requests == 1


def hearing_family(seen: list[Any]) -> Family[Any]:
    """The docket, noting what it is asked to take back and to react to."""

    def retract(known: Any, undone: Any, context: Context) -> Iterator[docket.Opened]:
        seen.append(("retract", undone.held_on.day, context.corrects, context.withdraws))
        yield docket.Opened(hearing_id=undone.hearing_id)

    def react(known: Any, heard: Any, context: Context) -> Iterator[docket.Opened]:
        seen.append(("react", heard.held_on.day, context.corrects, context.withdraws))
        yield from dockets.react(known, heard, context)

    return replace(dockets.DOCKET, retract=retract, react=react)


def test_retract_is_asked_before_react_and_react_never_for_a_withdrawal() -> None:
    seen: list[Any] = []
    house = House(SERVICE, Service(name="dockets", families=(hearing_family(seen),)))
    part = new_id()
    (first,) = house.say(requested(part, day=1))
    (second,) = house.say(correcting(requested(part, day=2), first))
    house.say(withdrawing(requested(part, day=2), second))
    assert seen == [
        ("react", 1, None, None),
        ("retract", 1, first, None),
        ("react", 2, first, None),
        ("retract", 2, None, first),
    ]
    opened = [
        each.envelope() for each in house.facts(part) if each.envelope().type == docket.Opened.TYPE
    ]
    assert [each.sequence for each in opened] == [1, 2, 3]
    assert len({each.id for each in opened}) == 3
    assert not any(each.undoes for each in opened)


def test_what_is_corrected_goes_on_under_the_id_by_which_it_was_said_first() -> None:
    """Who has cited it before, or remembers it by its id, finds it there."""
    known: list[tuple[str, str | None]] = []

    def evolve(state: Any, event: Any, context: Context) -> Any:
        if isinstance(event, hearing.Requested):
            known.append((context.id, context.corrects))
        return dockets.evolve(state, event, context)

    family = replace(dockets.DOCKET, evolve=evolve)
    house = House(SERVICE, Service(name="dockets", families=(family,)))
    part = new_id()
    (first,) = house.say(requested(part, day=1))
    (second,) = house.say(correcting(requested(part, day=2), first))
    house.say(correcting(requested(part, day=3), second))
    assert known == [(first, None), (first, first), (first, first)]


# -- letters


def test_a_correction_that_waited_behind_a_letter_finds_what_went_before_it(house: House) -> None:
    domain.BROKEN.add("room-1")
    claim = booked("room-1", 3)
    again = correcting(booked("room-1", 4), fact_of(claim))
    house.say(claim, again, booked("room-1", 5))
    domain.BROKEN.clear()
    house.log.release("hearings", "room-1", "le-van-an")
    house.log.settle()
    assert days(house, "room-1") == [4, 5]


def test_a_correction_over_which_the_family_trips_is_a_letter_and_changes_nothing(
    house: House,
) -> None:
    (first,) = house.say(booked("room-1", 3))
    domain.BROKEN.add("room-1")
    house.say(correcting(booked("room-1", 4), first))
    assert days(house, "room-1") == [3]
    domain.BROKEN.clear()
    house.log.release("hearings", "room-1", "le-van-an")
    house.log.settle()
    assert days(house, "room-1") == [4]


# -- whatever is said, what stands is what a plain list says


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["say", "correct", "withdraw"]), st.integers(0, 5), st.integers(1, 28)
        ),
        max_size=14,
    ),
    apart=st.sampled_from(["apart", "at once"]),
)
def test_any_history_stands_as_if_it_had_been_said_right_at_once(
    steps: list[tuple[str, int, int]], apart: str
) -> None:
    """The oracle is a list of days in which corrections and withdrawals are made in place."""
    house, expected = House(), list[dict[str, Any]]()
    claims = []
    for what, which, day in steps:
        claim = booked("room-1", day)
        if what == "say":
            if day not in [each["day"] for each in expected]:
                expected.append({"day": day, "word": fact_of(claim)})
        elif which >= len(expected):
            continue
        elif what == "withdraw":
            claim = withdrawing(claim, expected[which]["word"])
            if expected[which]["day"]:
                expected[which] = {"day": None, "word": fact_of(claim)}
        else:
            claim = correcting(claim, expected[which]["word"])
            if day not in [each["day"] for each in expected[:which]]:
                expected[which] = {"day": day, "word": fact_of(claim)}
        claims.append(claim)
    for batch in [[each] for each in claims] if apart == "apart" else [claims]:
        house.say(*batch)
    if claims:
        assert days(house, "room-1") == [each["day"] for each in expected if each["day"]]
