"""Clocks as the catalogue declares them: what starts, ends and halts each, and who must act.

Figures, sentences and extensions stand in the law files under the same id; `services.deadlines`
runs the clocks. `when` and `later_of` name entries of `conditions`, which that service decides.
"""

from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct, field

ClockKind: TypeAlias = Literal[
    "duty",  #: somebody must act before it is due
    "period",  #: something changes when it is over
    "lead",  #: it is due so long before a fixed day
]
Per: TypeAlias = Literal[
    "document",  #: one for each paper
    "addressee",  #: one for each agency that the event names
    "recipient",  #: one for whoever is notified of a paper, from the first notice to him
]

BEFORE_2026: Final = frozenset({"R2009", "R2015"})
"""The versions under which a clock starts as its `r2015` says, where it says so."""


class Start(Struct, frozen=True, forbid_unknown_fields=True):
    """An event that starts a clock, and from which of its fields it counts."""

    event: str
    from_: str | None = field(name="from", default=None)  #: None: the event's own time
    if_: dict[str, Any] = field(name="if", default={})
    if_any: tuple[dict[str, Any], ...] = ()
    unless: dict[str, Any] = {}
    when: str | None = None
    later_of: str | None = None
    each: Literal["case"] | None = None  #: one clock for each case of the judgment
    watches: Literal["case"] | None = None  #: None: the part that the event is about


class Ending(Struct, frozen=True, forbid_unknown_fields=True):
    """An event that ends, pauses or resumes a clock."""

    event: str
    if_: dict[str, Any] = field(name="if", default={})
    when: str | None = None
    last: bool = False  #: only the notice to the last of those who must have it
    by: Literal["addressee"] | None = None  #: only where the addressee himself says it


class ClockEntry(Struct, frozen=True):
    """One kind of clock, under the id of its rule. Types of events are full names."""

    id: str
    kind: ClockKind
    en: str
    who: str  #: the role that must act
    alarm: tuple[str, ...]  #: the roles that are told when it is over
    starts: tuple[Start, ...]
    ends: tuple[Ending, ...]
    expires: bool  #: whether it ends by itself: something then changes, nobody is late
    per: Per | None = None
    pauses: tuple[Ending, ...] = ()
    resumes: tuple[Ending, ...] = ()
    outlives: bool = False  #: whether it runs on when its case ends
    law: tuple[str, ...] = ()  #: the versions that know it; none named: every one
    old_starts: tuple[Start, ...] | None = None  #: under the law before July 2026, if others

    def starts_under(self, version: str) -> tuple[Start, ...]:
        """Return what starts it under a version of the law."""
        if self.law and version not in self.law:
            return ()
        return self.old_starts if self.old_starts and version in BEFORE_2026 else self.starts
