"""Identifiers and partitions: the same in every process, every year and every language."""

import time
import uuid
from collections import Counter
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from services.core.contracts.identifiers import derived_id, is_uuid7, key_of, new_id
from services.core.contracts.partitions import partition_of


def test_ids_are_uuid7_and_sort_by_the_millisecond_in_which_they_were_minted() -> None:
    before = new_id()
    started = time.time_ns() // 1_000_000
    while time.time_ns() // 1_000_000 == started:
        pass
    after = new_id()
    assert before < after
    for each in (before, after):
        value = uuid.UUID(each)
        assert (value.version, value.variant) == (7, uuid.RFC_4122)
        assert str(value) == each
    milliseconds = int(before.replace("-", "")[:12], 16)
    assert abs(milliseconds - time.time() * 1000) < 60_000


def test_ten_thousand_ids_are_ten_thousand() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


@given(cause=st.uuids(), family=st.text(max_size=20), index=st.integers(0, 500))
def test_derived_ids_are_those_of_any_uuid_library(
    cause: uuid.UUID, family: str, index: int
) -> None:
    assert derived_id(str(cause), family, index) == str(uuid.uuid5(cause, f"{family}/{index}"))


def test_only_the_one_spelling_of_a_uuid7_is_one() -> None:
    id_ = new_id()
    assert is_uuid7(id_)
    for other in (id_.upper(), id_.replace("-", ""), f"{{{id_}}}", str(uuid.uuid4()), "", "x"):
        assert not is_uuid7(other)


@given(st.uuids(), st.lists(st.from_regex(r"[a-z0-9]{1,10}", fullmatch=True), max_size=3))
def test_all_parts_below_an_id_have_its_key(id_: uuid.UUID, below: list[str]) -> None:
    assert key_of(".".join([str(id_), *below])) == str(id_)


@given(st.text(), st.integers(1, 48))
def test_a_partition_can_be_recomputed_by_an_outsider(key: str, count: int) -> None:
    assert partition_of(key, count) == crc32(key.encode()) % count


def test_keys_spread_over_partitions() -> None:
    spread = Counter(partition_of(new_id(), 12) for _ in range(12_000))
    assert min(spread.values()) > 800
    assert max(spread.values()) < 1200
