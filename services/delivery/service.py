"""The delivery as a service of the bus: it hears every fact and gives it to those who may see it.

Its one family decides what officers acknowledge. Its view fills the feeds: what a fact lets read
and what it makes of agencies is told by `core.access.readers`, and joined in the database, for
topics keep no order and a right may come before or after what it opens.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import aiosql
import msgspec

from services.core.access.directory import Directory
from services.core.access.readers import (
    SEATS,
    Relation,
    reading_of,
    relations_of,
    successions,
    undone_by,
)
from services.core.access.withholding import data_withheld, tells_of, withheld
from services.core.bus.record import Record
from services.core.bus.service import Service, Statement, View
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.days import day_of
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.events import delivery
from services.core.contracts.family import Family
from services.core.contracts.identifiers import key_of
from services.delivery.domain import Known, decide, evolve, react, stream

NAME: Final = "delivery"

FAMILY: Final = Family(
    name="delivery",
    start=Known(),
    claims=(delivery.Delivered, delivery.Acknowledged),
    hears=(),
    stream=stream,
    decide=decide,
    evolve=evolve,
    react=react,
    state_version=2,
)

_SEATING: Final = frozenset({"judgment", "case"})
"""The families whose facts give a seat to somebody."""

queries: Final = aiosql.from_path(Path(__file__).parent / "queries.sql", "asyncpg")


def service(catalogue: Catalogue, codec: Codec, directory: Callable[[], Directory]) -> Service:
    """Return the delivery, which hears all that is recorded and refused."""

    def rows(heard: Sequence[tuple[Record, Envelope]]) -> list[Statement]:
        return statements(heard, catalogue, codec, directory())

    return Service(name=NAME, families=(FAMILY,), view=View(tuple(catalogue.families), rows))


def statements(
    heard: Sequence[tuple[Record, Envelope]],
    catalogue: Catalogue,
    codec: Codec,
    directory: Directory,
) -> list[Statement]:
    """Return what adds the records of one partition to the feeds; it may be run again at any time.

    The statements count on the lane's row: its positions are those after the records.
    """
    facts, relations, keys = [], [], dict[str, None]()
    for record, envelope in heard:
        event = record.event(codec)
        if isinstance(event, delivery.Delivered):
            continue
        key = key_of(event.part)
        keys[key] = None
        facts.append(
            _fact(key, event, envelope, catalogue, codec, directory)
            | {"partition": record.partition, "after": _after(record, event, envelope)}
        )
        relations += [
            _relation(key, envelope, each) for each in relations_of(event, envelope, directory)
        ]
    if not facts:
        return []
    day = max(day_of(envelope.recorded_at) for _, envelope in heard)
    ended = successions(directory, day)
    return [
        (queries.hear.sql, (msgspec.json.encode(facts).decode(),)),
        (queries.relate.sql, (msgspec.json.encode(relations).decode(),)),
        (queries.inherit.sql, (list(ended), list(ended.values()), sorted(keys))),
        (queries.deliver.sql, (sorted(keys), heard[0][0].partition)),
    ]


def _fact(
    key: str,
    event: Event,
    envelope: Envelope,
    catalogue: Catalogue,
    codec: Codec,
    directory: Directory,
) -> dict[str, Any]:
    reading = reading_of(event, envelope, catalogue, directory)
    others = sorted(tells_of(event, envelope))
    return {
        "id": envelope.id,
        "key": key,
        "part": event.part,
        "recorded_at": envelope.recorded_at,
        "sequence": envelope.sequence,
        "scopes": reading.scopes,
        "relations": reading.relations,
        "agencies": sorted(reading.agencies),
        "same_as": reading.same_as,
        "undoes": undone_by(envelope),
        "event": msgspec.json.encode(as_cloud_event(event, envelope, codec)).decode(),
        "tells_of": others,
        "withheld": _withheld(event, envelope, codec) if others else None,
    }


def _withheld(event: Event, envelope: Envelope, codec: Codec) -> str:
    """Return a fact as an agency gets it that may not read what it tells of."""
    shown = as_cloud_event(event, withheld(envelope), codec)
    return msgspec.json.encode(shown | {"data": data_withheld(shown["data"])}).decode()


def _after(record: Record, event: Event, envelope: Envelope) -> dict[str, int]:
    """Return how far this lane must have heard before a fact is given to anybody.

    As far as the lane that decided the fact had heard the topics that say who holds a seat; where
    the fact tells of others, as far as that lane had heard all topics.
    """
    prefix = record.topic.rsplit(".", 2)[0]
    heard = (each.split(":") for each in envelope.heard.split(",") if each)
    tells = bool(tells_of(event, envelope))
    return {
        f"{prefix}.{family}.events": int(end)
        for family, end in heard
        if tells or family in _SEATING
    }


def _relation(key: str, envelope: Envelope, each: Relation) -> dict[str, Any]:
    return {
        "fact": envelope.id,
        "corrects": envelope.corrects or None,
        "key": key,
        "scope": each.scope,
        "depth": each.turn[0],
        "relation": each.relation,
        "is_seat": each.relation in SEATS,
        "agency": each.agency,
        "since": each.since,
        "sequence": each.sequence,
    }


def as_cloud_event(event: Event, envelope: Envelope, codec: Codec) -> dict[str, Any]:
    """Return a fact as an agency gets it: CloudEvents 1.0.

    Without sequence, causation and lane, for their gaps would tell of what is hidden. `corrects`
    and `withdraws` are extension attributes, there where a fact does.
    """
    undoing = {"corrects": envelope.corrects, "withdraws": envelope.withdraws}
    return {
        "specversion": "1.0",
        "id": envelope.id,
        "type": envelope.type,
        "source": f"/{envelope.agency}/{envelope.officer}",
        "subject": envelope.subject,
        "time": envelope.occurred_at,
        "datacontenttype": "application/json",
        "recordedat": envelope.recorded_at,
        **{name: fact for name, fact in undoing.items() if fact},
        "data": codec.to_json(event),
    }
