"""B3: whoever reads numbers and chains knows what is next, repeated, missing or changed."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.core.bus.chain import Heard, Tail, Verdict, number
from services.core.bus.errors import Gap, HistoryRewritten
from services.core.bus.record import Record
from services.core.contracts.envelope import NotAnEnvelope
from tests.hearings.records import appended, at, requested, written

TARGET = ("thads.hearing.submissions", 0)
LANES = ("gateway/0", "hearings/1", "rooms/2")


def history_of(lane: str, length: int) -> list[Record]:
    """All that a lane has written to the target, in order."""
    claims = [replace(requested(), topic=TARGET[0], partition=TARGET[1]) for _ in range(length)]
    return appended(TARGET, [written(lane, claims)])


#: What three lanes may ever write; no test needs more than eight records of one.
WRITTEN = {lane: history_of(lane, 8) for lane in LANES}


@st.composite
def topics(draw: st.DrawFn) -> tuple[list[Record], list[Record]]:
    """A topic with repeats of several lanes, and what it comes to without them.

    A lane repeats what it is not sure of: a stretch of what it wrote, up to its last.
    """
    topic: list[Record] = []
    once: list[Record] = []
    sent = dict.fromkeys(LANES, 0)
    for _ in range(draw(st.integers(1, 14))):
        lane = draw(st.sampled_from(LANES))
        if sent[lane] and draw(st.booleans()):
            start = draw(st.integers(0, sent[lane] - 1))
            topic += WRITTEN[lane][start : sent[lane]]
        elif sent[lane] < 8:
            topic.append(WRITTEN[lane][sent[lane]])
            once.append(WRITTEN[lane][sent[lane]])
            sent[lane] += 1
    return [at(record, offset) for offset, record in enumerate(topic)], once


def read(records: list[Record], heard: Heard | None = None) -> list[Record]:
    """Return what a reader applies of a topic."""
    heard = heard or Heard()
    applied = [record for record in records if heard.read(record) is Verdict.NEXT]
    heard.commit()
    return applied


def said(records: list[Record]) -> list[bytes]:
    return [record.head for record in records]


@given(topics())
def test_every_record_is_applied_once_and_in_order_however_often_it_stands_there(
    topic: tuple[list[Record], list[Record]],
) -> None:
    records, once = topic
    assert said(read(records)) == said(once)


@given(topics(), st.data())
def test_a_reader_may_stop_anywhere_begin_again_anywhere_before_and_applies_nothing_twice(
    topic: tuple[list[Record], list[Record]], data: st.DataObject
) -> None:
    records, once = topic
    stop = data.draw(st.integers(0, len(records)))
    again = data.draw(st.integers(0, stop))
    before = Heard()
    applied = read(records[:stop], before)
    after = Heard(before.snapshot())
    assert said(applied + read(records[again:], after)) == said(once)


@given(topics(), st.data())
def test_what_is_rolled_back_was_never_read(
    topic: tuple[list[Record], list[Record]], data: st.DataObject
) -> None:
    records, once = topic
    stop = data.draw(st.integers(0, len(records)))
    heard = Heard()
    for record in records[:stop]:
        heard.read(record)
    heard.rollback()
    assert said(read(records, heard)) == said(once)


@given(lane=st.sampled_from(LANES), length=st.integers(2, 8), data=st.data())
def test_any_missing_number_is_a_gap_that_names_it(
    lane: str, length: int, data: st.DataObject
) -> None:
    missing = data.draw(st.integers(0, length - 2))
    records = [at(each, n) for n, each in enumerate(WRITTEN[lane][:length]) if n != missing]
    with pytest.raises(Gap, match=f"of lane {lane} number {missing + 1} is missing") as gap:
        read(records)
    assert (gap.value.lane, gap.value.expected) == (lane, missing + 1)
    assert gap.value.offset == missing + 1


@given(lane=st.sampled_from(LANES), length=st.integers(2, 8), data=st.data())
def test_a_missing_number_found_further_on_with_the_rest_closes_the_gap(
    lane: str, length: int, data: st.DataObject
) -> None:
    missing = data.draw(st.integers(0, length - 2))
    other = LANES[LANES.index(lane) - 1]
    topic = [each for n, each in enumerate(WRITTEN[lane][:length]) if n != missing]
    topic.insert(data.draw(st.integers(0, len(topic))), WRITTEN[other][0])
    found_at = len(topic)
    topic += WRITTEN[lane][missing:length]
    heard = Heard()
    heard.found_at(TARGET[0], lane, found_at)
    applied = read([at(record, offset) for offset, record in enumerate(topic)], heard)
    assert said([each for each in applied if each.place().lane == lane]) == said(
        WRITTEN[lane][:length]
    )
    assert said([each for each in applied if each.place().lane == other]) == said(
        WRITTEN[other][:1]
    )


@given(
    length=st.integers(2, 5),
    place=st.tuples(st.integers(0, 3), st.sampled_from(["key", "value", "head"])),
    position=st.integers(0, 400),
    bit=st.integers(0, 7),
)
def test_any_changed_bit_of_any_record_is_noticed_by_the_next_of_its_lane(
    length: int, place: tuple[int, str], position: int, bit: int
) -> None:
    records = WRITTEN[LANES[1]][:length]
    n, what = place[0] % (length - 1), place[1]
    content = getattr(records[n], what)
    changed = bytearray(content.encode() if what == "key" else content)
    changed[position % len(changed)] ^= 1 << bit
    spelled = bytes(changed).decode(errors="replace") if what == "key" else bytes(changed)
    forged = replace(records[n], **{what: spelled})
    with pytest.raises((HistoryRewritten, Gap, NotAnEnvelope)):
        read([forged if each is records[n] else each for each in records])


@pytest.mark.parametrize("what", ["key", "value"])
def test_a_repeat_of_the_last_number_that_says_something_else_is_history_rewritten(
    what: str,
) -> None:
    first, last = WRITTEN[LANES[0]][:2]
    other = "another" if what == "key" else b"another"
    with pytest.raises(HistoryRewritten, match="the topic was changed after the fact"):
        read([first, last, replace(last, **{what: other})])


def test_a_record_that_follows_another_history_does_not_fit() -> None:
    lane = LANES[0]
    mine, theirs = history_of(lane, 3), history_of(lane, 3)
    with pytest.raises(HistoryRewritten, match=f"lane {lane}"):
        read([*mine[:2], theirs[2]])


@pytest.mark.parametrize("spelling", ["0", "-1", "1_0", "+1", " 1", "١", "", "x", "1.0"])
def test_a_number_is_spelled_in_one_way_and_begins_with_one(spelling: str) -> None:
    (record,) = history_of("hearings/1", 1)
    head = record.head.replace(b"\nhearings/1;1;", f"\nhearings/1;{spelling};".encode())
    assert head != record.head
    with pytest.raises(NotAnEnvelope):
        Heard().read(replace(record, head=head))


def test_chunks_follow_each_other_without_a_seam() -> None:
    claims = [replace(requested(), topic=TARGET[0], partition=TARGET[1]) for _ in range(6)]
    whole = written("gateway/0", claims)
    first = written("gateway/0", claims[:2])
    second = number("gateway/0", TARGET, first.tail, claims[2:])
    assert [*first.records, *second.records] == whole.records
    assert (second.first, second.last, second.tail) == (3, 6, whole.tail)


def test_each_lane_and_each_topic_is_counted_for_itself() -> None:
    heard, offsets = Heard(), count()
    for topic in ("thads.hearing.submissions", "thads.hearing.events"):
        for lane in LANES:
            first = replace(WRITTEN[lane][0], topic=topic, offset=next(offsets))
            assert heard.read(first) is Verdict.NEXT
    heard.commit()
    tails = heard.snapshot()
    assert {topic: set(lanes) for topic, lanes in tails.items()} == {
        "thads.hearing.submissions": set(LANES),
        "thads.hearing.events": set(LANES),
    }
    assert {tail.number for lanes in tails.values() for tail in lanes.values()} == {1}
    assert Tail(1, "") not in tails["thads.hearing.events"].values()
