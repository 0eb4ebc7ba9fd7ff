"""The ledger as a service of the bus: it hears every topic and keeps each record as it stood there.

It decides nothing. `archive` is how the entries are read.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

import aiosql

from services.core.access.docket import stream_of
from services.core.bus.record import Record
from services.core.bus.service import Service, Statement, View
from services.core.contracts.envelope import Envelope
from services.core.contracts.events import submission

NAME: Final = "ledger"

Kind: TypeAlias = Literal["submission", "fact", "refusal", "held", "released"]

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")

_OUTCOMES: Final[dict[str, Kind]] = {
    submission.Refused.TYPE: "refusal",
    submission.Held.TYPE: "held",
    submission.Released.TYPE: "released",
}


def service(families: Sequence[str], claimed: Sequence[str]) -> Service:
    """Return the ledger that archives the facts of some families and the submissions to some."""
    view = View(tuple(families), statements, submissions=tuple(claimed), keeps_foreign=True)
    return Service(name=NAME, view=view)


def kind_of(record: Record, envelope: Envelope) -> Kind:
    """Say what a record is; a refusal stays one where it goes back to the family that asked."""
    if envelope.type in _OUTCOMES:
        return _OUTCOMES[envelope.type]
    return "submission" if record.topic.endswith(".submissions") else "fact"


def statements(heard: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
    """Return what archives the records of one lane; it may be run again at any time."""
    places = [record.place() for record, _ in heard]
    records, envelopes = [record for record, _ in heard], [envelope for _, envelope in heard]
    columns = (
        [kind_of(record, envelope) for record, envelope in heard],
        [each.topic for each in records],
        [each.offset for each in records],
        [each.lane for each in places],
        [each.number for each in places],
        [each.key for each in records],
        [stream_of(each.subject) for each in envelopes],
        [each.subject for each in envelopes],
        [each.type for each in envelopes],
        [each.id for each in envelopes],
        [each.agency for each in envelopes],
        [each.occurred_at for each in envelopes],
        [each.recorded_at for each in envelopes],
        [each.accepted_at for each in envelopes],
        [each.causation for each in envelopes],
        [each.correlation for each in envelopes],
        [each.sequence for each in envelopes],
        [each.law for each in envelopes],
        [each.heard for each in envelopes],
        [each.value for each in records],
        [each.head for each in records],
    )
    return [(queries.archive.sql, (*columns, records[0].partition))]
