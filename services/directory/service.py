"""The directory as a service of the bus: it hears every paper that bears an official number.

It decides nothing, for no lane may guard what another key may use: a number used twice is an alarm,
and the fact stands. `register` is how the index is read.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import aiosql
import msgspec
import structlog

from services.core.bus.record import Record
from services.core.bus.service import Service, Statement, View
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.directory.numbers import families_of, numbered_types, use_of

NAME: Final = "directory"

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")
log = structlog.get_logger()


def service(catalogue: Catalogue, codec: Codec) -> Service:
    """Return the directory, which hears every family whose facts bear official numbers."""
    types = numbered_types(catalogue)
    return Service(name=NAME, view=View(families_of(types), rows_of(types, codec), warn))


def rows_of(
    types: frozenset[str], codec: Codec
) -> Callable[[Sequence[tuple[Record, Envelope]]], list[Statement]]:
    """Return what makes statements of records: only events of these types are looked into."""

    def rows(heard: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
        uses = [
            use
            for record, envelope in heard
            if envelope.type in types and not envelope.withdraws
            if (use := use_of(record.event(codec), envelope))
        ]
        undone = [each.undoes for _, each in heard if each.type in types and each.undoes]
        facts = [*(use.fact for use in uses), *undone]
        if not facts:
            return []
        return [
            (queries.hear.sql, (msgspec.json.encode(uses).decode(),)),
            *([(queries.undo.sql, (undone,)), (queries.give_up.sql, (undone,))] if undone else []),
            (queries.hold.sql, (facts,)),
            (queries.alarm.sql, (facts,)),
        ]

    return rows


def warn(alarms: Sequence[Mapping[str, Any]]) -> None:
    """Say in the log that a number was used twice."""
    for alarm in alarms:
        log.warning(
            "official_number_used_twice",
            kind=alarm["kind"],
            fact=alarm["fact"],
            other=alarm["other"],
            number=alarm["number"],
            office=alarm["office"],
        )
