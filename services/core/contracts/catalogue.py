"""The catalogue at run time: what `schemas/catalogue.yaml` says, typed and resolved.

The gateway asks it who may say a type and mints what it marks `opens`; the bus takes the sentences
of codes from it; the generator makes the event classes from it. `catalogue_file` reads it,
`schemas` holds the wire form of the same events, `fields` reads data by the kinds declared here.
"""

from keyword import iskeyword
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct, field

from services.core.contracts.clock_entries import ClockEntry
from services.core.contracts.errors import UnknownEventType

PREFIX: Final = "thads"  #: every type is `thads.<family>.<past participle>`

Mode: TypeAlias = Literal["act", "done"]
Effect: TypeAlias = Literal["refuse", "note"]
Why: TypeAlias = Literal["identity", "role", "schema", "stream", "content", "guard", "order"]

REFUSES_DONE: Final[frozenset[Why]] = frozenset({"identity", "role", "schema", "stream", "content"})
"""Why even a done event may be refused; for every other reason it is recorded and noted."""


class Scalar(Struct, frozen=True):
    """A plain value: one of the names under `conventions.types`."""

    name: str


class Codes(Struct, frozen=True):
    """A text that must be one of a list."""

    values: tuple[str, ...]


class Nested(Struct, frozen=True):
    """A record of `conventions.records`."""

    record: str


class Many(Struct, frozen=True):
    """A list of values of one kind."""

    of: "Kind"


Kind: TypeAlias = Scalar | Codes | Nested | Many


class Field(Struct, frozen=True):
    """One field of an event or record; `planned` may lie after the act."""

    name: str
    kind: Kind
    optional: bool = False
    planned: bool = False

    @property
    def attribute(self) -> str:
        """Its name on the event class: Python keeps some words, such as `as`, for itself."""
        return f"{self.name}_" if iskeyword(self.name) else self.name


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    """A thing with a name in both languages."""

    vi: str
    en: str


class Role(Named, frozen=True):
    """In what capacity an agency speaks, and which kinds of agency may."""

    of: tuple[str, ...]


class FamilyEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """What the catalogue says of a family as a whole."""

    service: str
    vi: str
    key: str
    stream: str
    hears: tuple[str, ...]
    readers: tuple[str, ...]


class Code(Named, frozen=True):
    """A reason for refusing or noting, where it is found and of what sort it is."""

    at: Literal["edge", "lane"]
    why: Why


class Stricter(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a code that is only noted refuses after all: by what the payload says."""

    if_: dict[str, Any] = field(name="if")
    rule: str


class CodeUse(Struct, frozen=True, forbid_unknown_fields=True):
    """What a code does to one type of event, and by which rule and article."""

    effect: Effect
    rule: str | None = None
    article: str | None = None
    needs: tuple[str, ...] = ()
    refuse_when: Stricter | None = None


class Move(Struct, frozen=True):
    """An arrow of a machine: `-` opens, `=` stays, `^` returns to the state kept."""

    sources: tuple[str, ...]
    event: str
    target: str
    condition: dict[str, Any] = {}


class Machine(Struct, frozen=True):
    """The states of a family's parts and the events that move them."""

    note: str
    final: tuple[str, ...]
    moves: tuple[Move, ...]
    groups: dict[str, tuple[str, ...]] = {}  #: names for sets of states, as `live`


class EventType(Struct, frozen=True):
    """Everything the house knows of one type of event but its wire form."""

    type: str  #: as `thads.judgment.issued`
    family: str
    vi: str
    en: str
    mode: Mode
    data_class: str
    competence: dict[str, tuple[str, ...]]  #: role → how its agency must stand to the part
    part: str  #: the name of its first field
    opens: bool  #: the gateway mints the part's id when the claim has none
    parent: str | None  #: where it opens inside another part: whose id the new one begins with
    fields: tuple[Field, ...]  #: in the order of the schema, the part first
    codes: dict[str, CodeUse]  #: its own and the common ones
    readers: tuple[str, ...]
    asked: bool = False  #: the platform's own, and yet it comes as a claim
    law: tuple[str, ...] = ()  #: the versions that know it; none named: every one

    @property
    def by(self) -> tuple[str, ...]:
        """The roles that may submit it."""
        return tuple(self.competence)

    @property
    def is_claim(self) -> bool:
        """Whether it may be submitted; else a family adds it by itself."""
        return self.asked or self.by != ("PLATFORM",)


class Catalogue(Struct, frozen=True):
    """All of it. Types are looked up by their full name."""

    agency_kinds: tuple[str, ...]
    roles: dict[str, Role]
    relations: dict[str, Named]
    competence: dict[str, Named]  #: the words of `EventType.competence`
    families: dict[str, FamilyEntry]
    records: dict[str, tuple[Field, ...]]
    events: dict[str, EventType]
    codes: dict[str, Code]
    common: dict[
        str, dict[Mode, Effect]
    ]  #: what the codes that hold for every claim do to each mode
    machines: dict[str, Machine]
    conditions: dict[str, str] = {}  #: what clocks ask beside the payload, in words
    clocks: dict[str, ClockEntry] = {}  #: by the id of their rule
    forms: dict[str, str] = {}  #: by the field's name, where its kind does not say its form

    def event(self, type_: str) -> EventType:
        """Return the type of that full name. Raises UnknownEventType, without repeating it."""
        try:
            return self.events[type_]
        except KeyError:
            raise UnknownEventType(
                f"no event of this type; the catalogue knows {len(self.events)}, "
                f"named {PREFIX}.<family>.<event>"
            ) from None

    def family(self, name: str) -> list[EventType]:
        """Return the types of a family, in the catalogue's order."""
        return [event for event in self.events.values() if event.family == name]

    @property
    def parts(self) -> set[str]:
        """The names of all parts that events are about."""
        return {event.part for event in self.events.values()}

    def depth(self, part: str) -> int | None:
        """How many dots the id of a part holds, or None where nothing opens such a part."""
        for event in self.events.values():
            if event.opens and event.part == part:
                above = self.depth(event.parent) if event.parent else -1
                return None if above is None else above + 1
        return None
