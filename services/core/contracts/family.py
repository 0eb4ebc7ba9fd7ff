"""The contract between a family and the bus: a few pure functions; the bus does everything else.

`services/judgments` is the model of a family, `services.core.bus.deciding` is who calls it.

The bus promises: one call at a time for each stream; what is returned is recorded together with
the new state and the position, or not at all; a heard fact is folded in first, then `react` is
asked; who may not submit a claim is refused before the family sees it. The family promises: no
input or output, no clock, no randomness. A refusal is an answer; an exception or an empty answer is
a bug, and its record becomes a dead letter.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct, field

from services.core.contracts.event import Event

State = TypeVar("State", bound=Struct)


class Agency(Protocol):
    """What a decision may know of an agency: what the directory said on the day of the act."""

    @property
    def kind(self) -> str:
        """Its kind, one of the catalogue's `agency_kinds`."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in which it may speak."""

    @property
    def parent(self) -> str | None:
        """The agency above it: of a room, the office it belongs to."""

    @property
    def reports_to(self) -> str | None:
        """Who is told what it leaves undone, where that is not its parent."""

    @property
    def is_unit(self) -> bool:
        """Whether it keeps a diary that can be booked."""

    def existed_on(self, day: date) -> bool:
        """Say whether it was in being on that day in Viet Nam."""


class Officer(Protocol):
    """What a decision may know of an officer."""

    @property
    def agency(self) -> str:
        """The agency the officer speaks for."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles the officer holds there."""

    @property
    def is_unit(self) -> bool:
        """Whether the officer keeps a diary that can be booked."""

    def served_on(self, day: date) -> bool:
        """Say whether the officer held the post on that day in Viet Nam."""


class Directory(Protocol):
    """A frozen snapshot of the agencies; the platform's own lives in `core.access`."""

    def agency(self, slug: str) -> Agency | None:
        """Return the agency of that short name, or None."""

    def officer(self, slug: str) -> Officer | None:
        """Return the officer of that short name, or None."""

    def heir(self, slug: str, day: date) -> str:
        """Return who has the duties and rights of an agency on a day: itself until it ended."""

    def meet(self, one: str, other: str) -> bool:
        """Say whether the territories of two agencies have a place in common."""

    def within(self, inner: str, outer: str) -> bool:
        """Say whether every place of one agency lies in a territory of another."""


class Context(Struct, frozen=True, kw_only=True):
    """The envelope of what is being decided or heard, and what was in force.

    Times are aware and in UTC; `law` is the version in force on the day of the act, as `"R2026"`.
    """

    id: str  #: of the claim's submission, of the fact being folded, or of the fact heard; of a
    #: correction, that of the fact said first in its place: by it others cite what stands there
    cause: str  #: what brought it about: the submission for its facts, else its own id
    agency: str
    officer: str | None
    role: str
    occurred_at: datetime
    accepted_at: datetime  #: of a correction, when the fact said first in its place was
    law: str
    directory: Directory
    corrects: str | None = None  #: the fact said first in whose place this now stands
    withdraws: str | None = None  #: the fact that is undone, and nothing takes its place


class Refusal(Struct, frozen=True):
    """One reason why a claim may not be recorded; the sentences to it stand in the catalogue.

    Of a rule in force its id is enough: `law.objections` finds the article, and whether it refuses.
    """

    code: str
    details: dict[str, Any] = field(default_factory=dict)  #: for the developer, never shown
    field: str | None = None
    rule_id: str | None = None
    article: str | None = None
    next_allowed: datetime | None = None
    law: str | None = None  #: the version it rests on, where that is not the one of the act
    is_certain: bool = True  #: else it rests on an assumption, and may only be noted


class Ask(Struct, frozen=True):
    """A claim put to a stream of another key. It always comes back to its asker's part.

    The answer is an Ask of the family asked; a refusal comes as `submission.Refused`, a discarded
    letter as `submission.Released`, both naming the asker's part as what they are about. A family
    that asks has both among its claims.
    """

    key: str
    claim: Event


def nothing(_state: Any, _undone: Any, _context: Context) -> tuple[()]:
    """Nothing follows."""
    return ()


class Family(Struct, Generic[State], frozen=True, kw_only=True):
    """The event types decided together, as pure functions over one state a stream.

    `start` is a Struct with one field for the family's own facts and one for each family it hears;
    a fact changes the field named like its own family alone, and the bus checks it. Where agencies
    submit to the family, its field `involved` (`core.access.involvement`) is folded by the bus.
    `state_version` rises when a stored state can no longer be read by the code before it.

    Corrections are the bus's work. A claim that corrects is decided on the state before the fact
    that it names, and all that its decision records takes that place; a claim that withdraws is not
    decided at all. Then the stream is folded again, later facts included, so `evolve` must take
    them whatever stands before. A stream that had heard what is undone is folded again as well;
    `retract` is asked for each fact undone that it had heard, and then `react` for the correction
    itself, never for a withdrawal. To `retract` the context is that of the fact which undoes, and
    its `corrects` or `withdraws` is the id by which the undone fact was known, which may be one
    recorded beside the one that was named. What another family had recorded because of an undone
    fact stands until that family takes it back: that is what `retract` is for.
    """

    name: str
    start: State
    claims: tuple[type[Event], ...]  #: what agencies submit and other families ask
    hears: tuple[type[Event], ...]  #: other families' facts that matter here
    stream: Callable[[Any], str]  #: the stream of a claim or heard fact, read from the part's id
    decide: Callable[
        [State, Any, Context], Sequence[Any]
    ]  #: facts and Asks, or Refusals; never empty
    evolve: Callable[[State, Any, Context], State]
    react: Callable[[State, Any, Context], Iterable[Any]]
    retract: Callable[[State, Any, Context], Iterable[Any]] = nothing
    involves: tuple[str, ...] = ()  #: what its code asks of who is involved, beside its rules
    state_version: int = 1
