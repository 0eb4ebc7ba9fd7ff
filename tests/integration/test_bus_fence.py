"""B1, B2: the first statement of every commit is the fence; who does not pass it changes nothing.

Each test writes through the one connection of a lane, as an owner does who does not know yet that
he is none any more. Every query of the bus is prepared against a migrated database here, too.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosql
import msgspec
import pytest

from services.core.bus import postgres
from services.core.bus import store as stores
from services.core.bus.chain import Chunk, Tail
from services.core.bus.connections import Connections
from services.core.bus.errors import BusError, Doubt, LeaseLost
from services.core.bus.items import Stored
from services.core.bus.record import Numbered
from services.core.bus.store import Commit, Store
from services.core.settings import Settings

LANE = 1
TARGET = ("hearing.events", LANE)
ENCODE = msgspec.msgpack.Encoder().encode


@pytest.fixture
async def connection(settings: Settings) -> AsyncIterator[Any]:
    connection = await postgres.connect(settings, "judgments")
    await stores.queries.open_lanes(connection, partitions=3)
    yield connection
    connection.terminate()


@pytest.fixture
async def mine(settings: Settings, connection: Any) -> AsyncIterator[Store]:
    connections = Connections(settings, "judgments")
    yield Store(settings, connections, LANE, 1)
    connections.abandon()


@pytest.fixture
async def theirs(settings: Settings, connection: Any) -> AsyncIterator[Store]:
    connections = Connections(settings, "judgments")
    yield Store(settings, connections, LANE, 1)
    connections.abandon()


async def end_lease(connection: Any) -> None:
    await connection.execute("update lanes set lease_until = '-infinity'")


async def everything(connection: Any) -> list[Any]:
    """All that the database holds of lanes."""
    tables = ("lanes", "targets", "outbox", "states", "letters", "requests", "owners")
    return [await connection.fetch(f"select * from {each} order by 1, 2") for each in tables]


def chunk(first: int, last: int) -> Chunk:
    records = [Numbered("key", b"value", b"head") for _ in range(first, last + 1)]
    return Chunk(*TARGET, first, records, Tail(last, f"hash-{last}"))


def batch(epoch: int, position: int, **changes: Any) -> Commit:
    """A commit that writes to every table; its numbers begin with 1."""
    written: dict[str, Any] = {
        "recorded_at": datetime(2026, 8, 1, tzinfo=UTC),
        "positions": {"hearing.submissions": 7},
        "heard": {},
        "states": {"hearing/a": Stored("state", 1, 1)},
        "chunks": [chunk(1, 2)],
        **changes,
    }
    return Commit(epoch=epoch, position=position, **written)


async def refused(store: Store, commit: Commit, connection: Any, code: str) -> BusError:
    """Try the commit, and make sure that nothing came of it."""
    before = await everything(connection)
    with pytest.raises(Doubt, match=code) as error:
        await store.commit(commit, ENCODE)
    assert await everything(connection) == before
    return error.value


async def test_an_owner_writes_and_the_next_commit_follows(mine: Store, connection: Any) -> None:
    epoch = await mine.claim("mine")
    assert epoch == 1
    await mine.commit(batch(epoch, 0), ENCODE)
    more = {"states": {"hearing/a": Stored("after", 2, 2)}, "chunks": [chunk(3, 3)]}
    await mine.commit(batch(epoch, 1, **more, marks={TARGET: (2, 11)}), ENCODE)
    row = await mine.row()
    assert (row.epoch, row.position, row.owner) == (1, 2, "mine")
    assert row.positions == {"hearing.submissions": 7}
    sending = (await mine.targets())[TARGET]
    assert (sending.given, sending.sent, sending.sent_offset) == (Tail(3, "hash-3"), 2, 11)
    assert [(each.first, each.last) for each in await mine.unsent(TARGET, 1)] == [(1, 2), (3, 3)]
    assert await mine.states(["hearing/a", "hearing/b"]) == [
        ("hearing/a", 2, 2, ENCODE("after")),
    ]


async def test_a_lane_is_anothers_until_its_lease_ends(
    mine: Store, theirs: Store, connection: Any
) -> None:
    assert await mine.claim("mine") == 1
    assert await theirs.claim("theirs") is None
    assert await mine.claim("mine") == 2
    await end_lease(connection)
    assert await theirs.claim("theirs") == 3


async def test_a_former_owner_writes_nothing_whatever_he_writes(
    mine: Store, theirs: Store, connection: Any
) -> None:
    former = await mine.claim("mine")
    assert former is not None
    await mine.commit(batch(former, 0), ENCODE)
    await end_lease(connection)
    assert await theirs.claim("theirs") == former + 1
    nothing: dict[str, Any] = {"states": {}, "chunks": ()}
    for late in (
        batch(former, 1, states={}, chunks=[chunk(3, 3)]),
        batch(former, 1, states={"hearing/a": Stored("late", 2, 2)}, chunks=()),
        batch(former, 1, **nothing, marks={TARGET: (2, 5)}),
        batch(former, 1, **nothing, closed=[(1, "done")], unparked=[1]),
        batch(former, 1, **nothing, statements=[("delete from states", ())]),
        batch(former, 1, **nothing),
    ):
        assert isinstance(await refused(mine, late, connection, "LT001"), LeaseLost)


async def test_a_commit_of_unknown_result_cannot_be_made_twice(
    mine: Store, connection: Any
) -> None:
    epoch = await mine.claim("mine")
    assert epoch is not None
    again = batch(epoch, 0, states={}, chunks=())
    await mine.commit(again, ENCODE)
    assert isinstance(await refused(mine, again, connection, "LT001"), LeaseLost)


async def test_a_former_owner_neither_lets_the_lane_go_nor_lowers_a_mark(
    mine: Store, theirs: Store, connection: Any
) -> None:
    former = await mine.claim("mine")
    assert former is not None
    await mine.commit(batch(former, 0, marks={TARGET: (0, 0)}), ENCODE)
    await mine.commit(batch(former, 1, states={}, chunks=(), marks={TARGET: (2, 5)}), ENCODE)
    await end_lease(connection)
    await theirs.claim("theirs")
    before = await everything(connection)
    await mine.hand_over(former)
    await mine.set_mark(former, TARGET, 1, 1)
    assert await everything(connection) == before


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"states": {"hearing/a": Stored("again", 1, 1)}}, "LT002"),
        ({"states": {"hearing/a": Stored("skipped", 3, 2)}}, "LT002"),
        ({"states": {"hearing/b": Stored("unknown", 2, 2)}}, "LT002"),
        ({"states": {}, "chunks": [chunk(2, 3)]}, "LT003"),
        ({"states": {}, "chunks": [chunk(4, 4)]}, "LT003"),
    ],
    ids=["a new stream that stands", "a state changed since", "no such state", "given", "a hole"],
)
async def test_what_does_not_follow_from_what_stands_is_a_doubt_and_never_a_letter(
    mine: Store, connection: Any, changed: dict[str, Any], code: str
) -> None:
    epoch = await mine.claim("mine")
    assert epoch is not None
    await mine.commit(batch(epoch, 0), ENCODE)
    late = batch(epoch, 1, **{"chunks": [chunk(3, 3)], **changed})
    assert type(await refused(mine, late, connection, code)) is Doubt


async def test_older_code_does_not_claim_a_lane_that_newer_code_has_written(
    settings: Settings, connection: Any
) -> None:
    connections = Connections(settings, "judgments")
    newer = Store(settings, connections, LANE, 2)
    epoch = await newer.claim("newer")
    assert epoch is not None
    await newer.commit(batch(epoch, 0), ENCODE)
    await newer.hand_over(epoch)
    older = Store(settings, connections, LANE, 1)
    assert await older.claim("older") is None
    connections.abandon()


async def test_sent_rows_are_dropped_after_a_week_and_unsent_ones_never(
    mine: Store, connection: Any
) -> None:
    epoch = await mine.claim("mine")
    assert epoch is not None
    await mine.commit(batch(epoch, 0, chunks=[chunk(1, 2)]), ENCODE)
    await mine.commit(batch(epoch, 1, states={}, chunks=[chunk(3, 4)]), ENCODE)
    await mine.commit(
        batch(epoch, 2, states={}, chunks=[chunk(5, 5)], marks={TARGET: (4, 3)}), ENCODE
    )
    await connection.execute(
        "update outbox set created_at = now() - interval '8 days' where first <> 3"
    )
    await stores.queries.prune_outbox(connection, lanes=[LANE])
    rows = await connection.fetch("select first from outbox order by first")
    assert [row["first"] for row in rows] == [3, 5]


SERVICES = Path(stores.__file__).parents[2]
QUERIES = [
    (service, path, name)
    for service, path in [
        ("judgments", Path(stores.__file__).with_name("queries.sql")),
        *((each.parent.name, each) for each in sorted(SERVICES.glob("*/queries.sql"))),
    ]
    for name in aiosql.from_path(path, "asyncpg", mandatory_parameters=False).available_queries
    if not name.endswith("_cursor")
]


@pytest.mark.parametrize(
    ("service", "path", "name"),
    QUERIES,
    ids=[f"{path.parent.name}-{name}" for _, path, name in QUERIES],
)
async def test_every_query_fits_the_migrated_tables(
    settings: Settings, service: str, path: Path, name: str
) -> None:
    queries = aiosql.from_path(path, "asyncpg", mandatory_parameters=False)
    connection = await postgres.connect(settings, service)
    await connection.prepare(getattr(queries, name).sql)
    connection.terminate()
