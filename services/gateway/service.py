"""The gateway as a service of the bus: its lanes send what was accepted and hear what became of it.

It decides nothing. Its view is the table `outcomes`, kept by hearing the events of every family.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aiosql
import msgspec

from services.core.bus.record import Record
from services.core.bus.service import Service, Statement, View
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.gateway.outcomes import Outcome, is_outcome, row_of, told_by

NAME: Final = "gateway"

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")


def service(families: Sequence[str], codec: Codec) -> Service:
    """Return the gateway that hears what becomes of submissions to some families."""

    def rows(heard: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
        return statements(heard, codec)

    return Service(name=NAME, view=View(tuple(families), rows), is_door=True)


def statements(heard: Sequence[tuple[Record, Envelope]], codec: Codec) -> list[Statement]:
    """Return what adds the records to the table `outcomes`; it may be run again at any time."""
    outcomes: dict[str, Outcome] = {}
    for record, envelope in heard:
        if is_outcome(envelope):
            known = outcomes.get(envelope.causation, Outcome())
            outcomes[envelope.causation] = known.and_(told_by(record.value, envelope, codec))
    if not outcomes:
        return []
    added = [row_of(submission, outcome) for submission, outcome in outcomes.items()]
    return [(queries.hear.sql, (msgspec.json.encode(added).decode(),))]
