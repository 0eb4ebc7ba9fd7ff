"""What waits for a page is bounded, and what was left out is counted."""

from typing import Any, cast

import pytest

from services.console.live import MOST_WAITING, RECENT, Batch, Waiting, Watch, row_of
from services.console.own_feed import OwnFeed
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.core.telling.following import Heeded
from services.core.telling.lines import Teller
from tests.unit.contracts.generated import CATALOGUE, CODEC
from tests.unit.telling.threads import CASE, DIRECTORY, entry, issued

TELLER = Teller(CATALOGUE, CODEC, DIRECTORY)


def heeded(how_many: int) -> list[Heeded]:
    made = issued()
    fresh = [
        entry("judgment.received", made.envelope.subject, received_on="2026-08-03", missing=[])
        for _ in range(how_many)
    ]
    return [(each.record, each.envelope) for each in fresh]


async def first(watch: Watch, after: str) -> Batch:
    async for batch in watch.follow(TELLER, after):
        return batch
    raise AssertionError("a page that follows is given something at once")


def ids(events: list[Heeded]) -> list[str]:
    return [envelope.id for _, envelope in events]


def watched(events: list[Heeded]) -> Watch:
    watch = Watch(Settings(), ["judgment"])
    for each in events:
        watch.tell(each)
    return watch


def test_of_a_burst_the_latest_wait_and_the_others_are_counted() -> None:
    waiting, burst = Waiting(3), heeded(10)
    for each in burst:
        waiting.put(each)
    assert waiting.take() == (burst[-3:], 7)
    assert waiting.take() == ([], 0)


async def test_a_page_goes_on_after_the_event_it_saw_last() -> None:
    events = heeded(10)
    batch = await first(watched(events), events[6][1].id)
    assert [row.id for row in batch.rows] == ids(events[7:])
    assert (batch.mark, batch.skipped, batch.is_anew) == (events[-1][1].id, 0, False)


async def test_after_a_long_interruption_a_page_is_told_that_events_may_be_missing() -> None:
    events = heeded(RECENT)
    batch = await first(watched(events), new_id())
    assert batch.is_anew
    assert [row.id for row in batch.rows] == ids(events[-MOST_WAITING:])
    assert batch.skipped == RECENT - MOST_WAITING


async def test_a_page_that_began_empty_misses_nothing() -> None:
    events = heeded(2)
    batch = await first(watched(events), "")
    assert [row.id for row in batch.rows] == ids(events)
    assert not batch.is_anew


async def test_when_the_process_ends_every_page_ends() -> None:
    watch = watched(heeded(1))
    watch.end()
    assert [batch async for batch in watch.follow(TELLER, "")] == []


def test_an_event_leads_to_its_case_and_a_units_diary_to_none() -> None:
    line = TELLER.line(issued().record, issued().envelope)
    assert row_of("1", f"{CASE}.k1.s2", line).case == CASE
    assert row_of("1", "ca-thi-hanh-an-da-nang", line).case == ""


class Empty:
    """A feed to which twenty events were given, none of which is read here."""

    async def last(self, _: str) -> int:
        return 20

    async def read(self, *_: object) -> list[Any]:
        return []


@pytest.mark.parametrize("after", ["9" * 5_000, "²", "-1", "x", ""])
async def test_a_mark_that_is_no_number_of_a_feed_begins_at_its_end(after: str) -> None:
    own = OwnFeed(cast(Any, Empty()), "thads-da-nang", CODEC)
    async for batch in own.follow(TELLER, after):
        assert (batch.mark, batch.skipped) == ("20", 0)
        return
