"""B4: each record is sent once, though others put into the outbox what must be asked for."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest
from msgspec.structs import replace

from services.core.bus.chain import Chunk, Tail, Target, number
from services.core.bus.crashpoints import nobody
from services.core.bus.record import Numbered
from services.core.bus.sending import Outbox
from services.core.bus.store import Sending, Store
from tests.hearings.records import requested
from tests.patience import PATIENCE

TARGET = ("thads.hearing.submissions", 0)


def chunks(count: int) -> list[Chunk]:
    """As many transactions of a gateway, of one record each."""
    made: list[Chunk] = []
    for _ in range(count):
        tail = made[-1].tail if made else Tail()
        claim = replace(requested(), topic=TARGET[0], partition=TARGET[1])
        made.append(number("gateway/0", TARGET, tail, [claim]))
    return made


class _Slow:
    """A database that answers with what stood there when it was asked, and answers late."""

    def __init__(self, outbox: list[Chunk]) -> None:
        self.outbox = outbox
        self.asked, self.may_answer = asyncio.Event(), asyncio.Event()

    async def targets(self) -> dict[Target, Sending]:
        return {TARGET: Sending(self.outbox[-1].tail if self.outbox else Tail(), 0, 0)}

    async def unsent(self, _: Target, after: int) -> list[Chunk]:
        found = [chunk for chunk in self.outbox if chunk.last > after]
        self.asked.set()
        await self.may_answer.wait()
        return found


class _Kafka:
    """Takes whatever is sent."""

    def __init__(self) -> None:
        self.taken: list[Numbered] = []

    async def send(self, _: Target, records: Sequence[Numbered]) -> tuple[int, int]:
        self.taken += records
        await asyncio.sleep(0)
        return len(records), len(self.taken) - 1


@pytest.mark.parametrize("seen", range(1, 4))
@pytest.mark.parametrize("offered", range(4))
async def test_what_is_offered_while_the_outbox_is_read_is_sent_once_and_marked_as_sent(
    seen: int, offered: int
) -> None:
    """Of what was committed, the database shows a part; this process was told of some."""
    written = chunks(4)
    database, kafka = _Slow(written[:seen]), _Kafka()
    targets = {TARGET: Sending(Tail(), 0, 0)}
    async with asyncio.TaskGroup() as life:
        outbox = Outbox(cast(Store, database), kafka.send, targets, nobody, life)
        await outbox.look()
        await database.asked.wait()
        database.outbox = written
        for chunk in written[:offered]:
            outbox.offer([chunk])
        database.may_answer.set()
        await outbox.look()
        async with asyncio.timeout(PATIENCE):
            await outbox.drained()
        for pipe in outbox.tasks:
            pipe.cancel()
    assert kafka.taken == [record for chunk in written for record in chunk.records]
    assert outbox.marks() == {TARGET: (4, 3)}


async def test_nothing_is_read_where_nothing_was_put() -> None:
    written = chunks(2)
    database, kafka = _Slow(written), _Kafka()
    database.may_answer.set()
    targets = {TARGET: Sending(written[-1].tail, 2, 1)}
    async with asyncio.TaskGroup() as life:
        outbox = Outbox(cast(Store, database), kafka.send, targets, nobody, life)
        await outbox.look()
        await outbox.drained()
        for pipe in outbox.tasks:
            pipe.cancel()
    assert not database.asked.is_set()
    assert kafka.taken == []
