"""Events of every type with any content that their type allows, for Hypothesis."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from services.core.contracts.bounds import MAX_DONG
from services.core.contracts.catalogue import Codes, EventType, Field, Kind, Many, Nested, Scalar
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.event import Event
from services.core.contracts.identifiers import new_id
from services.core.contracts.schemas import load_schemas

CATALOGUE = load_catalogue()
SCHEMAS = load_schemas()
CODEC = Codec(CATALOGUE, SCHEMAS)
TYPES = list(CATALOGUE.events.values())

_texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
_longs = st.integers(-(2**63), 2**63 - 1)
_scalars: dict[str, st.SearchStrategy[Any]] = {
    "date": st.dates(date(1800, 1, 1), date(2999, 12, 31)),
    "timestamp": st.datetimes(
        datetime(1800, 1, 1),  # noqa: DTZ001  Hypothesis wants them so
        datetime(2999, 12, 31),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    "dong": st.integers(0, MAX_DONG),
    "dong_or_zero": st.integers(0, MAX_DONG),
    "int": _longs,
    "bool": st.booleans(),
}


def events(of: EventType) -> st.SearchStrategy[Event]:
    """Return any event of a type; its part has an id that the edge would take."""
    event_class = CODEC.event_class(of.type)
    depth = CATALOGUE.depth(of.part) or 0
    return _records(of.fields).map(
        lambda data: msgspec.convert({**data, of.part: new_id() + ".q1" * depth}, event_class)
    )


def _records(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {field.name: _values(field.kind) for field in fields if not field.optional},
        optional={field.name: _values(field.kind) for field in fields if field.optional},
    )


def _values(kind: Kind) -> st.SearchStrategy[Any]:
    match kind:
        case Scalar(name):
            return _scalars.get(name, _texts)
        case Codes(values):
            return st.sampled_from(values)
        case Many(of):
            return st.lists(_values(of), max_size=4)
        case Nested(record):
            return _records(CATALOGUE.records[record])


any_event = st.sampled_from(TYPES).flatmap(events)
