"""One record, purely: what follows from it, in which order, under which ids; and what is a bug."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.core.access import directory
from services.core.bus.deciding import Deciding, Moment, Moments
from services.core.bus.errors import FamilyError, HistoryIncomplete
from services.core.bus.items import Item, Stored
from services.core.bus.record import MAX_RECORD_BYTES, Outgoing, Record
from services.core.bus.service import Service
from services.core.contracts.event import Event
from services.core.contracts.events import submission
from services.core.contracts.family import Ask, Family, Refusal
from services.core.contracts.identifiers import derived_id, new_id
from services.core.contracts.partitions import partition_of
from tests.hearings import docket as dockets
from tests.hearings import domain
from tests.hearings.contracts import CATALOGUE, CODEC
from tests.hearings.events import docket, hearing, room
from tests.hearings.records import TOPICS, appended, claim_of, requested, written
from tests.hearings.service import HEARING, ROOM

NOW = datetime(2026, 8, 1, 9, tzinfo=UTC)
MOMENT = Moment(NOW, "hearing:7", directory.load(CATALOGUE))
DAY = date(2026, 8, 1)


class Kept(dict[str, Stored]):
    """States as a batch has them at hand; what is put stands at once."""

    def put(self, stream: str, stored: Stored) -> None:
        self[stream] = stored

    def past(self, key: str) -> None:
        """Nothing is undone here."""


def deciding(*families: Family[Any]) -> Deciding:
    return Deciding(Service(name="hearings", families=families), TOPICS, CODEC, CATALOGUE)


def record_of(outgoing: Outgoing) -> Record:
    """The record as it stands in its topic, alone."""
    target = (outgoing.topic, outgoing.partition)
    return appended(target, [written("gateway/0", [outgoing])])[0]


def decided(
    outgoing: Outgoing,
    states: Kept | None = None,
    *families: Family[Any],
    is_claim: bool = True,
) -> list[Outgoing]:
    """Decide one claim or heard fact by these families, else by those of hearings."""
    judge = deciding(*(families or (HEARING, ROOM)))
    item = judge.ready(record_of(outgoing), is_claim=is_claim)
    return judge.decide(item, Kept() if states is None else states, MOMENT)


def said(outgoing: Outgoing) -> Event:
    event: Event = CODEC.decode(outgoing.value)
    return event


def answering(*answers: object, family: Family[Any] = HEARING) -> Family[Any]:
    """The family, answering this to whatever it is asked."""
    return replace(family, decide=lambda *_: list(answers))


# -- what follows from a claim


def test_facts_stand_in_the_order_of_the_answer_under_ids_derived_from_their_cause() -> None:
    claim = requested("a")
    answer = [
        hearing.Requested(hearing_id="a", room_id="r", held_on=DAY),
        Ask("r", room.Booked(room_id="r", hearing_id="a", held_on=DAY)),
        hearing.RoomBooked(hearing_id="a", room_id="r"),
        hearing.RoomDenied(hearing_id="a", why="changed"),
    ]
    outgoing = decided(claim, None, answering(*answer))
    assert [said(each) for each in outgoing] == [
        each.claim if isinstance(each, Ask) else each for each in answer
    ]
    assert [each.envelope.id for each in outgoing] == [
        derived_id(claim.envelope.id, "hearing", index) for index in range(4)
    ]
    facts = [each.envelope for each in outgoing if each.topic == TOPICS.events("hearing")]
    assert [(each.sequence, each.index, each.count) for each in facts] == [
        (1, 0, 3),
        (2, 2, 3),
        (3, 3, 3),
    ]


def test_a_fact_says_whose_act_it_was_what_caused_it_and_what_was_known() -> None:
    claim = requested("a", agency="vksnd-da-nang")
    fact, _ = decided(claim)
    assert (fact.partition, fact.key, fact.value) == (claim.partition, "a", claim.value)
    mine, theirs = fact.envelope, claim.envelope
    assert (mine.causation, mine.correlation) == (theirs.id, theirs.id)
    assert (mine.agency, mine.officer, mine.role) == ("vksnd-da-nang", theirs.officer, theirs.role)
    assert (mine.occurred_at, mine.accepted_at) == (theirs.occurred_at, theirs.accepted_at)
    assert (mine.recorded_at, mine.heard, mine.law) == (NOW, "hearing:7", theirs.law)


def test_sequences_go_on_from_the_last_fact_and_a_decision_is_one_version() -> None:
    states = Kept({"hearing/a": Stored(domain.KnownOfHearing(), version=4, sequence=9)})
    fact = hearing.RoomBooked(hearing_id="a", room_id="r")
    outgoing = decided(requested("a"), states, answering(fact, fact))
    assert [each.envelope.sequence for each in outgoing] == [10, 11]
    known = states["hearing/a"]
    assert (known.version, known.sequence) == (5, 11)
    assert known.state.hearing.answers == ("BOOKED", "BOOKED")


def test_an_ask_is_put_to_the_lane_of_its_key_in_the_name_of_the_platform() -> None:
    claim = requested("a", "room-7")
    _, ask = decided(claim)
    assert ask.topic == TOPICS.submissions("room")
    assert (ask.key, ask.partition) == ("room-7", partition_of("room-7", TOPICS.partitions))
    envelope = ask.envelope
    assert (envelope.agency, envelope.officer, envelope.role) == ("platform", "", "PLATFORM")
    assert envelope.asker == "hearing:a"
    assert (envelope.sequence, envelope.index, envelope.count) == (0, 0, 0)
    assert (envelope.causation, envelope.correlation) == (claim.envelope.id, claim.envelope.id)


def test_a_refusal_tells_every_reason_with_its_sentences_and_changes_nothing() -> None:
    states = Kept()
    refusals = [
        Refusal("DUPLICATE", field="/data/held_on", next_allowed=NOW),
        Refusal("UNKNOWN_STREAM", rule_id="R1", article="Điều 4"),
    ]
    claim = requested("a")
    (outgoing,) = decided(claim, states, answering(*refusals))
    assert states == {}
    assert (outgoing.topic, outgoing.key) == (TOPICS.outcomes, "a")
    assert outgoing.envelope.id == derived_id(claim.envelope.id, "submission", 0)
    assert (outgoing.envelope.sequence, outgoing.envelope.count) == (1, 1)
    refused = said(outgoing)
    assert isinstance(refused, submission.Refused)
    assert (refused.about, refused.submission_id) == ("a", claim.envelope.id)
    assert refused.claim_type == "thads.hearing.requested"
    first, second = refused.reasons
    assert (first.code, first.field, first.next_allowed) == ("DUPLICATE", "/data/held_on", NOW)
    assert (second.rule_id, second.article) == ("R1", "Điều 4")
    known = CATALOGUE.codes["DUPLICATE"]
    assert (first.vi, first.en) == (known.vi, known.en)


def test_a_refused_ask_returns_to_the_part_that_asked() -> None:
    _, ask = decided(requested("a", "room-7"))
    taken = Kept({"room/room-7": Stored(domain.KnownOfRoom(domain.Room((DAY,))), 1, 1)})
    (answer,) = decided(ask, taken)
    assert answer.topic == TOPICS.submissions("hearing")
    assert (answer.key, answer.partition) == ("a", partition_of("a", TOPICS.partitions))
    refused = said(answer)
    assert isinstance(refused, submission.Refused)
    assert refused.about == answer.envelope.subject == "a"
    (denied,) = decided(answer)
    assert said(denied) == hearing.RoomDenied(hearing_id="a", why="DUPLICATE")


@given(days=st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_the_same_claims_in_the_same_order_come_to_the_same_bytes(days: list[int]) -> None:
    claims = [requested("a", day=day) for day in days]

    def told() -> list[tuple[str, bytes, int]]:
        states = Kept()
        return [
            (each.envelope.id, each.value, each.envelope.sequence)
            for claim in claims
            for each in decided(claim, states)
        ]

    assert told() == told()


# -- what is heard


def heard(states: Kept, *families: Family[Any]) -> list[Outgoing]:
    fact, _ = decided(requested("a"))
    return decided(fact, states, *(families or (dockets.DOCKET,)), is_claim=False)


def test_what_is_heard_is_folded_in_before_the_family_reacts() -> None:
    def react(known: dockets.Known, event: object, context: object) -> list[docket.Opened]:
        assert known.hearing.requests == 1
        return [docket.Opened(hearing_id="a")]

    states = Kept()
    (opened,) = heard(states, replace(dockets.DOCKET, react=react))
    assert (opened.topic, opened.envelope.sequence) == (TOPICS.events("docket"), 1)
    assert states["docket/a"].state == dockets.Known(dockets.Docket(is_open=True), dockets.Heard(1))


def test_what_is_heard_without_a_reaction_changes_the_state_and_records_nothing() -> None:
    known = dockets.Known(dockets.Docket(is_open=True))
    states = Kept({"docket/a": Stored(known, version=3, sequence=2)})
    assert heard(states) == []
    assert (states["docket/a"].version, states["docket/a"].sequence) == (4, 2)
    assert states["docket/a"].state.hearing.requests == 1


def test_what_changes_nothing_is_not_written() -> None:
    indifferent = replace(
        dockets.DOCKET,
        evolve=lambda state, *_: state,
        react=lambda *_: [],
    )
    before = Stored(dockets.Known(), version=3, sequence=2)
    states = Kept({"docket/a": before})
    assert heard(states, indifferent) == []
    assert states["docket/a"] is before


def test_each_family_of_a_service_hears_for_itself() -> None:
    other = replace(dockets.DOCKET, stream=lambda event: f"other-{event.hearing_id}")
    states = Kept()
    assert len(heard(states, dockets.DOCKET, other)) == 2
    assert set(states) == {"docket/a", "docket/other-a"}


def test_nothing_is_put_where_the_second_of_two_families_raises() -> None:
    def raising(*_: object) -> list[object]:
        raise ZeroDivisionError

    states = Kept()
    with pytest.raises(ZeroDivisionError):
        heard(states, dockets.DOCKET, replace(dockets.DOCKET, react=raising))
    assert states == {}


def test_of_what_no_family_hears_not_even_the_data_are_read() -> None:
    fact, _ = decided(requested("a"))
    assert decided(replace(fact, value=b"\xffnot Avro"), None, ROOM, is_claim=False) == []


# -- bugs


def too_long(part: str) -> list[Ask]:
    return [Ask(part, room.Booked(room_id=part, hearing_id="a", held_on=DAY))]


OWN = hearing.RoomBooked(hearing_id="a", room_id="r")


@pytest.mark.parametrize(
    ("wrong", "answer", "message"),
    [
        ("nothing", [], "decide answered nothing to thads.hearing.requested"),
        ("an Ask first", too_long("r"), "must be the fact which is its outcome, found an Ask"),
        (
            "a fact of another key",
            [hearing.RoomBooked(hearing_id="b", room_id="r")],
            "expected facts of the key a alone",
        ),
        ("a refusal behind a fact", [OWN, Refusal("DUPLICATE")], "stands Refusal"),
        ("a fact behind a refusal", [Refusal("DUPLICATE"), OWN], "a fact stands among the refus"),
        (
            "an Ask under a foreign key",
            [OWN, Ask("s", room.Booked(room_id="r", hearing_id="a", held_on=DAY))],
            "asks r under the foreign key s",
        ),
        (
            "a fact larger than a record",
            [hearing.RoomDenied(hearing_id="a", why="x" * MAX_RECORD_BYTES)],
            f"bytes, allowed {MAX_RECORD_BYTES}",
        ),
        ("an Ask of an endless part", [OWN, *too_long("r" * 501)], "501 characters, allowed 500"),
        (
            "a fact of an endless part",
            [hearing.RoomDenied(hearing_id=f"a.{'b' * 500}", why="")],
            "502 characters, allowed 500",
        ),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_an_answer_against_the_contract_is_a_bug_that_changes_nothing(
    wrong: str, answer: Sequence[object], message: str
) -> None:
    states = Kept()
    with pytest.raises(FamilyError, match=message):
        decided(requested("a"), states, answering(*answer))
    assert states == {}


def test_a_claim_larger_than_a_record_is_not_recorded_as_it_came() -> None:
    claim = claim_of(hearing.Requested(hearing_id="a", room_id="x" * MAX_RECORD_BYTES, held_on=DAY))
    same = replace(HEARING, decide=lambda _, claim, __: [claim])
    with pytest.raises(FamilyError, match="bytes, allowed"):
        decided(claim, None, same)


def test_a_part_of_five_hundred_characters_is_not_too_long() -> None:
    outgoing = decided(requested("a"), None, answering(OWN, *too_long("r" * 500)))
    assert [each.key for each in outgoing] == ["a", "r" * 500]


def test_what_was_heard_cannot_be_refused() -> None:
    refusing = replace(dockets.DOCKET, react=lambda *_: [Refusal("DUPLICATE")])
    with pytest.raises(FamilyError, match="what was heard cannot be refused"):
        heard(Kept(), refusing)


def _own_by_heard(known: dockets.Known, event: object, context: object) -> dockets.Known:
    return replace(known, docket=dockets.Docket(is_open=True))


def _heard_by_own(known: dockets.Known, event: object, context: object) -> dockets.Known:
    return replace(known, hearing=dockets.Heard(known.hearing.requests + 1))


@pytest.mark.parametrize(
    ("evolve", "message"),
    [
        (_own_by_heard, "a fact of hearing changed the field docket of the state"),
        (_heard_by_own, "a fact of docket changed the field hearing of the state"),
    ],
)
def test_a_fact_changes_the_field_of_its_own_family_alone(
    evolve: Callable[..., dockets.Known], message: str
) -> None:
    states = Kept()
    with pytest.raises(FamilyError, match=message):
        heard(states, replace(dockets.DOCKET, evolve=evolve))
    assert states == {}


def test_a_claim_that_no_family_takes_is_told_when_it_is_decided() -> None:
    judge = deciding(ROOM)
    item = judge.ready(record_of(requested("a")), is_claim=True)
    assert item.envelope.subject == "a"
    with pytest.raises(FamilyError, match="no family of this service takes it"):
        judge.decide(item, Kept(), MOMENT)


def test_a_claim_that_cannot_be_read_keeps_its_envelope_and_raises_when_it_is_decided() -> None:
    judge = deciding(HEARING)
    item = judge.ready(record_of(replace(requested("a"), value=b"\0junk")), is_claim=True)
    assert (item.envelope.subject, item.event, item.streams) == ("a", None, ())
    assert item.failure is not None
    with pytest.raises(type(item.failure)):
        judge.decide(item, Kept(), MOMENT)


@pytest.mark.parametrize("how", ["claimed", "heard"])
def test_nothing_is_undone_where_the_past_is_no_whole_history(how: str) -> None:
    is_claim = how == "claimed"
    claim = requested("a")
    envelope = replace(claim.envelope, withdraws=new_id())
    record = record_of(replace(claim, envelope=envelope))
    if not is_claim:
        record = replace(record, topic=TOPICS.events("hearing"))
    judge = deciding(HEARING if is_claim else dockets.DOCKET)
    states = Kept()
    with pytest.raises(HistoryIncomplete, match="nothing can be undone there"):
        judge.decide(judge.ready(record, is_claim=is_claim), states, MOMENT)
    assert states == {}


# -- how far the lane had heard


def test_a_batch_says_how_far_it_has_heard_as_it_goes() -> None:
    topics = {TOPICS.events("hearing"): 5, TOPICS.events("room"): 8}
    moments = Moments(NOW, MOMENT.directory, topics)

    def at(topic: str, offset: int) -> str:
        record = replace(record_of(requested("a")), topic=topic, offset=offset)
        return moments.at(Item(record, record.envelope())).heard

    assert moments.now.heard == "hearing:5,room:8"
    assert at(TOPICS.events("room"), 8) == "hearing:5,room:9"
    assert at(TOPICS.events("hearing"), 6) == "hearing:7,room:9"
    assert at(TOPICS.submissions("hearing"), 40) == "hearing:7,room:9"
    assert moments.now.recorded_at == NOW


def test_a_new_id_is_no_part_of_a_decision() -> None:
    claim = requested(new_id())
    assert [each.envelope.id for each in decided(claim)] == [
        each.envelope.id for each in decided(claim)
    ]
