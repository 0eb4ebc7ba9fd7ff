"""B8: what raises is parked with its cause; later records of its key wait in one line behind."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.access import directory
from services.core.bus.deciding import Deciding, Moments
from services.core.bus.items import Item
from services.core.bus.letters import (
    Letter,
    Result,
    Unfit,
    decide_batch,
    ended,
    held,
    letter_of,
    replacement,
    retry,
)
from services.core.bus.letters_desk import LetterRow, grouped
from services.core.bus.record import Outgoing
from services.core.bus.service import Service
from services.core.bus.streams import Streams
from services.core.contracts.events import submission
from services.core.contracts.identifiers import derived_id
from tests.hearings import domain
from tests.hearings.contracts import CATALOGUE, CODEC
from tests.hearings.records import TOPICS, appended, requested, written
from tests.hearings.service import HEARING, ROOM, SERVICE

JUDGE = Deciding(SERVICE, TOPICS, CODEC, CATALOGUE)
NOW = datetime(2026, 8, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    yield
    domain.BROKEN.clear()


def moments() -> Moments:
    return Moments(NOW, directory.load(CATALOGUE), {})


def item_of(outgoing: Outgoing, *, is_claim: bool = True, by: Deciding = JUDGE) -> Item:
    target = (outgoing.topic, outgoing.partition)
    (record,) = appended(target, [written("gateway/0", [outgoing])])
    return by.ready(record, is_claim=is_claim)


def batch(
    items: Sequence[Item], parked: Iterable[str] = (), streams: Streams | None = None
) -> Result:
    return decide_batch(JUDGE, items, streams or Streams(SERVICE), parked, moments())


def told(outgoing: Iterable[Outgoing]) -> list[tuple[str, str]]:
    return [(each.envelope.type.removeprefix("thads."), each.key) for each in outgoing]


def ask_of(hearing_id: str, room_id: str) -> Outgoing:
    """What a hearing asks of a room."""
    _, ask = batch([item_of(requested(hearing_id, room_id))]).outgoing
    return ask


def test_what_raises_is_parked_and_its_key_waits_while_others_go_on() -> None:
    domain.BROKEN.add("a")
    claims = [requested("a"), requested("b"), requested("a", day=2)]
    result = batch([item_of(each) for each in claims])
    assert [(each.record.key, each.behind, each.attempts) for each in result.letters] == [
        ("a", False, 1),
        ("a", True, 0),
    ]
    assert told(result.outgoing) == [
        ("submission.held", "a"),
        ("hearing.requested", "b"),
        ("room.booked", "room-1"),
        ("submission.held", "a"),
    ]
    first, last = (each for each in result.outgoing if each.topic == TOPICS.outcomes)
    assert first.envelope.id == derived_id(claims[0].envelope.id, "submission", 1)
    said: list[Any] = [CODEC.decode(each.value) for each in (first, last)]
    assert [(each.submission_id, each.behind) for each in said] == [
        (claims[0].envelope.id, False),
        (claims[2].envelope.id, True),
    ]


def test_a_record_that_waits_behind_an_earlier_letter_is_not_tried() -> None:
    streams = Streams(SERVICE)
    result = batch([item_of(requested("a"))], {"a"}, streams)
    (letter,) = result.letters
    assert letter.behind
    assert told(result.outgoing) == [("submission.held", "a")]
    assert streams.ahead == {}


def test_what_raises_leaves_no_trace_in_the_states() -> None:
    streams = Streams(SERVICE)
    domain.BROKEN.add("a")
    batch([item_of(requested("a")), item_of(requested("b"))], (), streams)
    assert set(streams.ahead) == {"hearing/b"}


def test_an_asker_is_not_told_that_its_ask_waits() -> None:
    item = item_of(ask_of("a", "room-1"))
    assert held(JUDGE, letter_of(item, ValueError("bug")), moments().now) == []


def test_nobody_waits_for_a_fact_that_was_heard() -> None:
    fact, _ = batch([item_of(requested("a"))]).outgoing
    letter = letter_of(item_of(fact, is_claim=False), ValueError("bug"))
    assert held(JUDGE, letter, moments().now) == []
    assert ended(JUDGE, letter, moments().now, "DISCARDED", "le-van-an") == []


def test_a_letter_names_the_error_and_the_function_that_raised() -> None:
    domain.BROKEN.add("a")
    (letter,) = batch([item_of(requested("a"))]).letters
    assert letter.cause == "ZeroDivisionError: a"
    assert letter.handler == "tests.hearings.domain.decide_hearing"


@pytest.mark.parametrize("message", ["a\0b", "half a pair: \ud800", "plain"])
def test_whatever_an_error_says_can_be_stored(message: str) -> None:
    cause = letter_of(item_of(requested("a")), ValueError(message)).cause
    assert cause.startswith("ValueError: ")
    assert b"\0" not in cause.encode()


# -- trying again


def line(*claims: Outgoing) -> list[Letter]:
    """A line as it comes from the database: the head was tried, the rest waits."""
    letters = batch([item_of(each) for each in claims], {claims[0].key}).letters
    head = replace(letters[0], behind=False, attempts=1)
    return [replace(each, number=n) for n, each in enumerate([head, *letters[1:]], 7)]


def test_a_line_goes_on_in_order_until_it_is_empty() -> None:
    letters = line(requested("a", day=1), requested("a", day=2))
    streams = Streams(SERVICE)
    retried = retry(JUDGE, letters, streams, moments().now, "le-van-an")
    assert (retried.done, retried.stuck) == (letters, None)
    assert told(retried.outgoing) == [
        ("submission.released", "a"),
        ("hearing.requested", "a"),
        ("room.booked", "room-1"),
        ("submission.released", "a"),
        ("hearing.requested", "a"),
        ("room.booked", "room-1"),
    ]
    released = CODEC.decode(retried.outgoing[0].value)
    assert isinstance(released, submission.Released)
    assert (released.how, released.requested_by) == ("RELEASED", "le-van-an")
    assert streams.ahead["hearing/a"].state.hearing.requests == 2


def test_a_line_stops_at_what_still_raises_and_that_is_its_new_head() -> None:
    letters = line(requested("a", day=1), requested("a", day=2), requested("a", day=3))
    broken_second = Deciding(
        Service(name="hearings", families=(replace(SERVICE.families[0], decide=_second_raises),)),
        TOPICS,
        CODEC,
        CATALOGUE,
    )
    retried = retry(broken_second, letters, Streams(SERVICE), moments().now, "le-van-an")
    assert [each.number for each in retried.done] == [7]
    assert retried.stuck is not None
    assert (retried.stuck.number, retried.stuck.attempts, retried.stuck.behind) == (8, 1, False)
    assert retried.stuck.cause == "LookupError: the second day"


def _second_raises(known: Any, claim: Any, context: Any) -> Any:
    if claim.held_on.day == 2:
        raise LookupError("the second day")
    return domain.decide_hearing(known, claim, context)


def test_a_head_that_still_raises_counts_one_more_attempt() -> None:
    domain.BROKEN.add("a")
    letters = line(requested("a"))
    retried = retry(JUDGE, letters, Streams(SERVICE), moments().now, "le-van-an")
    assert retried.done == []
    assert retried.outgoing == []
    assert retried.stuck is not None
    assert retried.stuck.attempts == 2


def test_a_discard_is_told_to_who_submitted_and_to_who_asked() -> None:
    now = moments().now
    submitted = letter_of(item_of(requested("a")), ValueError())
    (to_agency,) = ended(JUDGE, submitted, now, "DISCARDED", "le-van-an")
    assert (to_agency.topic, to_agency.key) == (TOPICS.outcomes, "a")
    asked = letter_of(item_of(ask_of("a", "room-1")), ValueError())
    (to_asker,) = ended(JUDGE, asked, now, "DISCARDED", "le-van-an")
    assert (to_asker.topic, to_asker.key) == (TOPICS.submissions("hearing"), "a")
    assert ended(JUDGE, asked, now, "RELEASED", "le-van-an") == []


# -- replacing


def test_a_replacement_keeps_the_envelope_and_is_told_as_such_when_its_turn_comes() -> None:
    domain.BROKEN.add("a")
    claim, better = requested("a", day=1), requested("a", day=9)
    (letter,) = batch([item_of(claim)]).letters
    domain.BROKEN.clear()
    record = replacement(letter.record, better.value, CODEC, is_claim=True)
    assert record.head == letter.record.head
    item = JUDGE.ready(record, is_claim=True)
    retried = retry(
        JUDGE,
        [replace(letter, item=item, number=7, replaced_by="le-van-an")],
        Streams(SERVICE),
        moments().now,
        "tran-thi-mai",
    )
    released, fact, _ = retried.outgoing
    told_how = CODEC.decode(released.value)
    assert isinstance(told_how, submission.Released)
    assert (told_how.how, told_how.requested_by) == ("REPLACED", "le-van-an")
    assert told_how.submission_id == claim.envelope.id == fact.envelope.causation
    assert fact.value == better.value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (requested("b").value, "expected thads.hearing.requested of a, found .* of b"),
        (ask_of("a", "room-1").value, "found thads.room.booked of room-1"),
        (b"junk", "cannot be read"),
    ],
)
def test_a_replacement_that_speaks_of_something_else_is_refused(value: bytes, said: str) -> None:
    with pytest.raises(Unfit, match=said):
        replacement(item_of(requested("a")).record, value, CODEC, is_claim=True)


def test_a_fact_that_another_family_recorded_is_not_replaced() -> None:
    fact, _ = batch([item_of(requested("a"))]).outgoing
    with pytest.raises(Unfit, match="was recorded by another family"):
        replacement(item_of(fact).record, fact.value, CODEC, is_claim=False)


def row(number: int, key: str, cause: str, **changes: Any) -> LetterRow:
    plain = LetterRow(
        number, 0, key, "t", 0, number, "thads.hearing.requested", "toa-da-nang", cause, "decide",
        1, behind=False, parked_at=NOW,
    )  # fmt: skip
    return replace(plain, **changes)


def test_letters_are_grouped_by_what_would_release_them() -> None:
    first, other = grouped(
        [
            row(1, "a", "KeyError: x"),
            row(2, "b", "ZeroDivisionError: b"),
            row(3, "c", "ZeroDivisionError: c"),
            row(4, "b", "waits", behind=True),
        ]
    )
    assert (first.cause, first.letters, first.behind) == ("ZeroDivisionError: …", 2, 1)
    assert (first.keys, first.first) == (["b", "c"], 2)
    assert (other.cause, other.letters, other.behind) == ("KeyError: x", 1, 0)


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError


def raising(error: BaseException) -> Deciding:
    """Hearings whose family raises, in whatever way, over the part `a`."""

    def decide(known: Any, claim: Any, context: Any) -> Any:
        if claim.part == "a":
            raise error
        return HEARING.decide(known, claim, context)

    families = (replace(HEARING, decide=decide), ROOM)
    return Deciding(Service(name="hearings", families=families), TOPICS, CODEC, CATALOGUE)


@pytest.mark.parametrize(
    "error",
    [
        RecursionError("too deep"),
        MemoryError(),
        StopIteration(),
        GeneratorExit(),
        BaseExceptionGroup("several", [GeneratorExit()]),
        Unprintable(),
        ValueError("\ud800 \0"),
        ValueError("x" * 1_000_000),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_family_raises_parks_its_record_with_a_cause_that_can_be_stored(
    error: BaseException,
) -> None:
    deciding = raising(error)
    items = [item_of(requested(part), by=deciding) for part in ("a", "b")]
    result = decide_batch(deciding, items, Streams(SERVICE), [], moments())
    (letter,) = result.letters
    assert letter.record.key == "a"
    assert letter.cause.startswith(type(error).__name__)
    assert len(letter.cause.encode()) < 3_000
    assert "\0" not in letter.cause
    assert ("hearing.requested", "b") in told(result.outgoing)


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyboardInterrupt(), SystemExit()])
def test_what_ends_a_task_or_the_process_is_never_taken_for_a_failure(
    error: BaseException,
) -> None:
    deciding = raising(error)
    item = item_of(requested("a"), by=deciding)
    with pytest.raises(type(error)):
        decide_batch(deciding, [item], Streams(SERVICE), [], moments())


def test_a_state_of_another_kind_parks_its_record() -> None:
    family = replace(HEARING, evolve=lambda *_: None)
    deciding = Deciding(Service(name="hearings", families=(family, ROOM)), TOPICS, CODEC, CATALOGUE)
    item = item_of(requested("a"), by=deciding)
    result = decide_batch(deciding, [item], Streams(SERVICE), [], moments())
    assert "evolve returned NoneType, expected KnownOfHearing" in result.letters[0].cause
