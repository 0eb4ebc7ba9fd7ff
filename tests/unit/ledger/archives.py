"""An archive in memory: what stands in the topics of a memory house, as the ledger keeps it."""

from services.ledger.archive import Entry, event_of
from services.ledger.service import kind_of
from tests.acceptance.memory_house import CODEC, MemoryHouse


def archived(house: MemoryHouse) -> list[Entry]:
    """Return everything, in an order that the ledger's lanes might have heard it in."""
    indexes: dict[int, int] = {}
    entries = []
    for target, records in sorted(house.log.records.items()):
        for record in records:
            envelope = record.envelope()
            index = indexes[target[1]] = indexes.get(target[1], 0) + 1
            entries.append(
                Entry(
                    record,
                    envelope,
                    event_of(record, CODEC),
                    lane=target[1],
                    index=index,
                    kind=kind_of(record, envelope),
                )
            )
    return entries
