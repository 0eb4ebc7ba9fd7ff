"""B10: from the rows of blocks it follows what must be read, and no more than a row too many."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.bus import blocks
from services.core.bus.blocks import Block, Blocks, Found, Range, hash_of_key, ranges
from services.core.bus.chain import Tail

TOPIC, LANE, SIZE = "thads.hearing.events", "hearings/0", blocks.SIZE


@dataclass(frozen=True)
class Written:
    """A record, by its number."""

    number: int

    @property
    def hash(self) -> str:
        return f"hash-{self.number}"


def noted(blocks: Blocks, offsets: Sequence[int], first: int = 0) -> None:
    """Note records whose number is their offset and one, under keys of their thousands."""
    for offset in offsets:
        number = offset + 1 - first
        blocks.note(TOPIC, offset, f"key-{offset // 500}", LANE, number, Written(number))


def rows(found: Sequence[Block], *keys: str) -> list[Found]:
    hashes = {hash_of_key(key) for key in keys}
    return [Found(each.number, bool(hashes & set(each.keys)), each.tails) for each in found]


def test_a_block_that_was_seen_whole_has_its_keys_and_the_tails_at_its_end() -> None:
    seen = Blocks()
    seen.begin(TOPIC, 0, {})
    noted(seen, range(2 * SIZE + 10))
    seen.reached(TOPIC, 2 * SIZE + 10)
    assert [each.number for each in seen.complete] == [0, 1]
    assert set(seen.complete[1].keys) == {hash_of_key("key-2"), hash_of_key("key-3")}
    assert seen.complete[1].tails == {LANE: Tail(2 * SIZE, f"hash-{2 * SIZE}")}


def test_a_block_that_was_not_seen_from_its_beginning_has_no_row() -> None:
    seen = Blocks()
    seen.begin(TOPIC, 7, {LANE: Tail(7, "hash-7")})
    noted(seen, range(7, 2 * SIZE))
    seen.reached(TOPIC, 2 * SIZE)
    assert [each.number for each in seen.complete] == [1]


def test_a_block_is_not_complete_before_its_end_was_reached() -> None:
    seen = Blocks()
    seen.begin(TOPIC, 0, {})
    noted(seen, range(SIZE - 1))
    seen.reached(TOPIC, SIZE - 1)
    assert seen.complete == []
    seen.reached(TOPIC, SIZE)  # the last one did not count
    assert [each.number for each in seen.complete] == [0]


def test_blocks_without_a_record_that_counts_are_complete_too() -> None:
    seen = Blocks()
    seen.begin(TOPIC, 0, {"other/0": Tail(3, "three")})
    noted(seen, [5])
    seen.reached(TOPIC, 3 * SIZE)
    assert [(each.number, len(each.keys)) for each in seen.complete] == [(0, 1), (1, 0), (2, 0)]
    assert all(each.tails["other/0"] == Tail(3, "three") for each in seen.complete)


def test_what_is_noted_no_longer_makes_no_row() -> None:
    seen = Blocks()
    seen.begin(TOPIC, 0, {})
    noted(seen, range(10))
    seen.stop(TOPIC)
    noted(seen, range(10, 2 * SIZE))
    seen.reached(TOPIC, 2 * SIZE)
    assert seen.complete == []


def test_without_rows_everything_is_read() -> None:
    assert ranges([]) == [Range(0, None, {}, {})]


@pytest.mark.parametrize(
    ("holding", "missing", "expected"),
    [
        ([], [], [(4000, None)]),
        ([1], [], [(1000, 2000), (4000, None)]),
        ([1, 2], [], [(1000, 3000), (4000, None)]),
        ([3], [], [(3000, None)]),
        ([0], [2], [(0, 1000), (2000, 3000), (4000, None)]),
        ([], [3], [(3000, None)]),
    ],
)
def test_what_may_hold_a_key_and_what_no_row_tells_of_is_read(
    holding: list[int], missing: list[int], expected: list[tuple[int, int | None]]
) -> None:
    known = [
        Found(number, number in holding, {LANE: Tail(number + 1, "")})
        for number in range(4)
        if number not in missing
    ]
    found = ranges(known)
    assert [(each.start, each.end) for each in found] == expected
    assert all(each.before == {LANE: Tail(each.start // SIZE, "")} for each in found if each.start)


@given(
    st.lists(st.integers(0, 6 * SIZE), max_size=4),
    st.integers(0, 6 * SIZE),
    st.sets(st.integers(0, 12), max_size=3),
)
def test_every_record_of_a_key_lies_in_what_is_read(
    doubts: list[int], end: int, keys: set[int]
) -> None:
    """A lane that was in doubt at some offsets has noted all of it, in several ownerships."""
    complete: list[Block] = []
    begins = [0, *sorted({each for each in doubts if each < end})]
    for begin, stop in zip(begins, [*begins[1:], end], strict=True):
        seen = Blocks()
        seen.begin(TOPIC, begin, {LANE: Tail(begin, "")} if begin else {})
        noted(seen, range(begin, stop))
        seen.reached(TOPIC, stop)
        complete += seen.complete
    wanted = {f"key-{key}" for key in keys}
    read = ranges(rows(complete, *wanted))
    for offset in range(end):
        if f"key-{offset // 500}" in wanted:
            assert any(
                each.start <= offset and (each.end is None or offset < each.end) for each in read
            )
    assert read[-1].end is None
    assert [each.start for each in read] == sorted(each.start for each in read)
