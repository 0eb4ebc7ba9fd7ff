"""The ledger's rows are right however often they are written, and gapless all the same."""

from services.core.bus import postgres
from services.core.bus.chain import Tail, number
from services.core.bus.record import Outgoing, Record
from services.core.contracts.identifiers import new_id
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.ledger.archive import Archive, Criteria
from services.ledger.service import NAME, statements
from tests.unit.contracts.generated import CODEC
from tests.unit.telling import threads


def recorded(count: int) -> list[Record]:
    """Facts of one lane, numbered and chained, as they stand in its topic."""
    topic, facts = "thads.case.events", [threads.moved("VOLUNTARY") for _ in range(count)]
    outgoing = [
        Outgoing(topic, 1, each.record.key, each.record.value, each.envelope) for each in facts
    ]
    made = number("cases/1", (topic, 1), Tail(), outgoing).records
    return [
        Record(topic, 1, offset, each.key, each.value, each.head)
        for offset, each in enumerate(made)
    ]


async def test_what_is_heard_again_is_archived_once_and_leaves_no_hole(settings: Settings) -> None:
    records = recorded(40)
    connection = await postgres.connect(settings, NAME)
    rows = Rows(settings, NAME)
    try:
        for batch in (records[:10], records[5:20], records[:20], [], records[:]):
            heard = [(record, record.envelope()) for record in batch]
            for sql, arguments in statements(heard) if heard else ():
                async with connection.transaction():
                    await connection.execute(sql, *arguments)
        archive = Archive(rows, CODEC)
        found = [entry async for entry in archive.find(Criteria(key=threads.JUDGMENT))]
        assert [entry.record for entry in found] == records
        assert [entry.index for entry in found] == list(range(1, 41))
        assert await archive.of_id(new_id()) is None
        one = found[7]
        assert await archive.of_id(one.id) == one
        assert await archive.of_correlation(one.envelope.correlation) == [one]
        agency = Criteria(agency="toa-da-nang")
        assert (await archive.span(agency)).count == 0
        assert [entry async for entry in archive.find(agency)] == []
    finally:
        connection.terminate()
        await rows.close()
