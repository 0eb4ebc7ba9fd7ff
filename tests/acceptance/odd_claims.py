"""Claims of every type that agencies may say, with content as extreme as its form allows.

Ids are mostly those of a house in which much was recorded, so that a claim meets facts.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from services.core.access.directory import Directory
from services.core.bus.chain import Heard
from services.core.bus.memory import MemoryLog, _MemoryLane
from services.core.bus.streams import Streams
from services.core.contracts.bounds import MAX_DONG, MAX_INT
from services.core.contracts.catalogue import Codes, EventType, Field, Kind, Many, Nested, Scalar
from services.core.contracts.days import VIET_NAM, YEARS
from services.core.contracts.forms import (
    MAX_DOCUMENT,
    MAX_ENTRIES,
    MAX_NUMBER,
    MAX_TEXT,
    Forms,
)
from services.core.contracts.identifiers import key_of, new_id
from tests.acceptance.memory_house import CATALOGUE, CODEC, MemoryHouse, Told

FORMS: Final = Forms(CATALOGUE)
TYPES: Final = [
    event for event in CATALOGUE.events.values() if event.is_claim and set(event.by) != {"PLATFORM"}
]

_FIRST, _LAST = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
_texts = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=30)
_numbers = st.sampled_from([1, 2, 3, MAX_INT]) | st.integers(1, MAX_INT)
_amounts = st.sampled_from([1, 48_000_000, MAX_DONG]) | st.integers(1, MAX_DONG)
_plain: Final[dict[str, st.SearchStrategy[Any]]] = {
    "text": _texts | st.just("x" * MAX_TEXT) | st.just("<img src=x>';--"),
    "number": st.sampled_from(["1", "702/QĐ-THADS", "7" * MAX_NUMBER, "\U0001d7d7" * MAX_NUMBER])
    | _texts.map(lambda text: f"{text}7"),
    "document": st.sampled_from(["d", "x" * MAX_DOCUMENT]),
    "token": st.sampled_from(["b1", "B" * 60, new_id()]),
    "sha256": st.just("0" * 64),
    "dong": _amounts,
    "dong_or_zero": st.just(0) | _amounts,
    "int": _numbers,
    "bool": st.booleans(),
}


def copy_of(house: MemoryHouse) -> MemoryHouse:
    """Return a house that goes on from where another stands; what never changes they share."""
    copied: MemoryHouse = _copied(house, {})
    return copied


def _copied(value: Any, seen: dict[int, Any]) -> Any:
    if id(value) in seen:
        return seen[id(value)]
    copy: Any = value
    match value:
        case dict():
            copy = seen[id(value)] = type(value)()
            copy.update({key: _copied(each, seen) for key, each in value.items()})
        case list():
            copy = [_copied(each, seen) for each in value]
        case set():
            copy = set(value)
        case MemoryHouse() | Told() | MemoryLog() | _MemoryLane() | Streams() | Heard():
            copy = seen[id(value)] = object.__new__(type(value))
            vars(copy).update({name: _copied(each, seen) for name, each in vars(value).items()})
    return copy


class Before(NamedTuple):
    """What stands recorded: who said it in which role, and its data."""

    fact: str
    agency: str
    role: str
    data: dict[str, Any]


class Claims:
    """What may be said to a house of what is recorded in it."""

    def __init__(self, house: MemoryHouse, directory: Directory) -> None:
        self._directory, self._now = directory, house.clock.moment
        self._before: dict[str, list[Before]] = {}
        self._parts: dict[str, set[str]] = {}
        facts: list[str] = []
        for envelope, event in house.history():
            each = Before(envelope.id, envelope.agency, envelope.role, CODEC.to_json(event))
            self._before.setdefault(envelope.type, []).append(each)
            facts.append(envelope.id)
            named = CATALOGUE.event(envelope.type).part
            self._parts.setdefault(named, set()).add(envelope.subject)
        self._all_facts = sorted(facts)
        self._judgments = sorted(self._parts.get("judgment_id", ())) or [new_id()]
        self._slugs = sorted({*directory.agencies, *directory.officers, "no-one", "a" * 60})

    def of(self, type_: EventType) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
        """Return who says something of a type, and what: much like before, or of anything."""
        fresh = st.sampled_from(self._judgments).flatmap(
            lambda judgment: self._record(type_.fields, judgment)
        )
        agencies = [each for each in self._before.get(type_.type, ()) if each.role in type_.by]
        before = [each for each in agencies if each.role != "PLATFORM"]
        voices = [(each.agency, each.role) for each in before] or self._voices(type_)
        acts = st.just(timedelta()) | st.timedeltas(timedelta(), timedelta(days=365))
        said = st.builds(
            lambda gone, voice, data: (
                voice[0],
                {
                    "type": type_.type,
                    "occurred_at": (self._now - gone).isoformat(),
                    "role": voice[1],
                    "data": data,
                },
            ),
            acts,
            st.sampled_from(voices) | st.sampled_from(self._voices(type_)),
            fresh,
        )
        if not before:
            return said
        names = st.lists(st.sampled_from([field.name for field in type_.fields]), max_size=3)
        again = st.builds(_again, said, st.sampled_from(before), names, st.integers(0, 4))
        return said | again

    def changed(self, submission: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
        """Return a submission with other words in a field or two."""
        type_ = CATALOGUE.event(submission["type"])
        said = submission["data"]
        fields = [field for field in type_.fields if field.name != type_.part]
        fresh = self._record(fields, key_of(said[type_.part]))
        name = st.sampled_from([field.name for field in fields] or [type_.part])
        return st.builds(
            lambda other, names: {
                **submission,
                "data": {**said, **{name: other[name] for name in names if name in other}},
            },
            fresh,
            st.tuples(name, name),
        )

    def _voices(self, type_: EventType) -> list[tuple[str, str]]:
        return [
            (slug, role)
            for slug, agency in self._directory.agencies.items()
            for role in type_.by
            if role in agency.roles and role != "PLATFORM" and agency.valid_to is None
        ]

    def _record(self, fields: Sequence[Field], judgment: str) -> st.SearchStrategy[dict[str, Any]]:
        values = {
            field: self._values(field.name, field.kind, judgment, planned=field.planned)
            for field in fields
        }
        return st.fixed_dictionaries(
            {field.name: value for field, value in values.items() if not field.optional},
            optional={field.name: value for field, value in values.items() if field.optional},
        )

    def _values(
        self, name: str, kind: Kind, judgment: str, *, planned: bool = False
    ) -> st.SearchStrategy[Any]:
        match kind:
            case Codes(values):
                return st.sampled_from(values)
            case Many(of):
                each = self._values(name, of, judgment)
                return st.lists(each, max_size=3) | st.builds(lambda one: [one] * MAX_ENTRIES, each)
            case Nested(record):
                return self._record(CATALOGUE.records[record], judgment)
            case Scalar("date"):
                return self._days(planned=planned)
            case Scalar("timestamp"):
                return self._moments(planned=planned)
            case Scalar():
                form = FORMS.form(name, kind)
                return _plain[form] if form in _plain else self._ids(form, judgment)

    def _ids(self, form: str, judgment: str) -> st.SearchStrategy[str]:
        party = st.sampled_from([f"{judgment}.{short}" for short in ("p1", "p2", "p3", "a1", "zz")])
        mine = sorted(part for part in self._parts.get(form, ()) if key_of(part) == judgment)
        match form:
            case "uuid":
                return st.sampled_from([*self._all_facts, new_id()])
            case "slug":
                return st.sampled_from(self._slugs)
            case "ref":
                return party
            case "party_or_slug":
                return party | st.sampled_from(self._slugs)
            case "any_part":
                return st.sampled_from(
                    [
                        *self._judgments,
                        *sorted(self._parts.get("case_id", ())),
                        *self._slugs,
                        f"{judgment}.a.b.c",
                    ]
                )
        depth = CATALOGUE.depth(form)
        assert depth is not None, form
        return st.sampled_from(mine or [judgment]) | st.just(judgment + f".{'z' * 16}" * depth)

    def _days(self, *, planned: bool) -> st.SearchStrategy[str]:
        today = self._now.astimezone(VIET_NAM).date()
        rim = [today, today - timedelta(days=1), _FIRST, date(2024, 2, 29)]
        drawn = st.dates(_FIRST, _LAST if planned else today)
        return (st.sampled_from([*rim, _LAST] if planned else rim) | drawn).map(date.isoformat)

    def _moments(self, *, planned: bool) -> st.SearchStrategy[str]:
        rim = [self._now, datetime.combine(_FIRST, time(), VIET_NAM)]
        if planned:
            rim += [datetime.combine(_LAST, time.max, VIET_NAM), self._now + timedelta(days=20)]
        gone = st.timedeltas(timedelta(), timedelta(days=27_000 if planned else 60))
        drawn = gone.map(lambda gone: self._now + gone if planned else self._now - gone)
        return (st.sampled_from(rim) | drawn).map(datetime.isoformat)


def _again(
    said: tuple[str, dict[str, Any]], before: Before, names: list[str], dice: int
) -> tuple[str, dict[str, Any]]:
    """Return what was said before, in other words; or a correction to them, or its withdrawal."""
    fresh = said[1]["data"]
    data = {**before.data, **{name: fresh[name] for name in names if name in fresh}}
    again = {**said[1], "role": before.role, "data": data}
    match dice:
        case 0:
            again["corrects"] = before.fact
        case 1:
            again |= {"withdraws": before.fact, "data": before.data}
    return before.agency, again
