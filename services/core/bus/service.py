"""What a service is to the bus: its families, what it shows, and the topics that follow."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from services.core.bus.record import Record
from services.core.contracts.envelope import Envelope
from services.core.contracts.family import Family

Statement = tuple[str, tuple[Any, ...]]  #: SQL and its arguments, run in the lane's transaction


class View(Struct, frozen=True):
    """Rows that a service shows, filled by hearing alone (B7).

    `rows` must be a pure function of the records, which come in the order of their topics, and its
    statements must be right when the rows were written before. What statements return is given to
    `notice` once it is committed, for the log alone: a process that dies in between never says it.
    """

    families: tuple[str, ...]  #: whose events it hears
    rows: Callable[[Sequence[tuple[Record, Envelope]]], list[Statement]]
    notice: Callable[[Sequence[Mapping[str, Any]]], None] | None = None
    submissions: tuple[
        str, ...
    ] = ()  #: whose submissions it reads too: as records, never as claims
    keeps_foreign: bool = False  #: whether what is not ours in those events topics is its letter

    def topics(self, named: "Topics") -> set[str]:
        """The topics it hears."""
        events = {named.events(family) for family in self.families}
        return events | {named.submissions(family) for family in self.submissions}


class Service(Struct, frozen=True, kw_only=True):
    """A service owns one lane a partition; its name is also its schema and role in PostgreSQL."""

    name: str
    families: tuple[Family[Any], ...] = ()
    view: View | None = None
    is_door: bool = False  #: whether what agencies say is put into the outboxes of its lanes

    @property
    def state_version(self) -> int:
        """How new the states are that this code writes: it may not own lanes with newer ones."""
        return max((family.state_version for family in self.families), default=1)


class Topics(Struct, frozen=True):
    """The names of the topics and how many partitions each has: one number for all, for life."""

    prefix: str
    partitions: int

    def submissions(self, family: str) -> str:
        """Where the claims of a family travel."""
        return f"{self.prefix}.{family}.submissions"

    def events(self, family: str) -> str:
        """Where the facts of a family travel."""
        return f"{self.prefix}.{family}.events"

    def agency(self, slug: str) -> str:
        """Where an agency reads its own feed; it has one partition, for the feed has one order."""
        return f"{self.prefix}.agency.{slug}"

    @property
    def outcomes(self) -> str:
        """Where refusals, held and released letters of every family travel."""
        return self.events("submission")

    def written_by(self, service: Service) -> list[str]:
        """The topics that must exist for the families of a service."""
        names = [self.submissions(family.name) for family in service.families]
        return [*names, *(self.events(family.name) for family in service.families)]
