"""B5: how gateways put accepted records into the lanes' outboxes.

Any gateway may do so, in a transaction of its own; only the owner of the lane sends. The lane of a
record is its partition, so one lane feeds one partition of each submissions topic.
"""

from collections.abc import Iterable

from services.core.bus.chain import Chunk, Tail, Target, number
from services.core.bus.postgres import Connection
from services.core.bus.record import Outgoing, packed
from services.core.bus.service import Topics
from services.core.bus.store import queries


async def open_targets(connection: Connection, topics: Topics, families: Iterable[str]) -> None:
    """Make the rows of every lane and every partition that a gateway writes to; at start, once."""
    await queries.open_lanes(connection, partitions=topics.partitions)
    for family in families:
        for partition in range(topics.partitions):
            await queries.open_target(
                connection,
                lane=partition,
                topic=topics.submissions(family),
                partition=partition,
            )


async def put(
    connection: Connection, service: str, outgoing: list[Outgoing], who: str = ""
) -> list[Chunk]:
    """Number the records and put them into the outbox, inside the caller's transaction.

    The lanes' owners are woken, but for `who`: the owner that the caller tells itself.

    The lanes' target rows stay locked until the caller commits, so numbers have no gaps; a caller
    that rolls back gives none. Raises what asyncpg raises.
    """
    by_target: dict[Target, list[Outgoing]] = {}
    for each in outgoing:
        by_target.setdefault((each.topic, each.partition), []).append(each)
    wanted = sorted(by_target)
    rows = queries.lock_targets(
        connection,
        topics=[topic for topic, _ in wanted],
        partitions=[partition for _, partition in wanted],
    )
    chunks = []
    tails = {
        (row["topic"], row["partition"]): Tail(row["given"], row["given_hash"])
        async for row in rows
    }
    for target in wanted:
        partition = target[1]
        chunk = number(f"{service}/{partition}", target, tails[target], by_target[target])
        await queries.give(
            connection,
            lane=partition,
            topics=[chunk.topic],
            partitions=[chunk.partition],
            firsts=[chunk.first],
            lasts=[chunk.last],
            hashes=[chunk.tail.hash],
            chunks=[packed(chunk.records)],
            service=service,
            who=who,
        )
        chunks.append(chunk)
    return chunks
