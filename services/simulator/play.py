"""One play of the story: what was seen of it, which states it led to, and what surprised.

Pure bookkeeping: who plays shows it the facts as they come, in whatever house.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

from msgspec import Struct

from services.core.contracts.catalogue import Catalogue
from services.core.contracts.days import VIET_NAM
from services.core.contracts.event import Event
from services.core.contracts.events import case, deadline, unit
from services.core.contracts.events import machines as drawn
from services.core.contracts.identifiers import derived_id
from services.core.contracts.machine import Machine
from services.core.law.counting import end_of
from services.simulator.story import CLOCKS, Row, Symbols, says

MACHINES: Mapping[str, Machine] = {
    name.lower(): machine for name, machine in vars(drawn).items() if isinstance(machine, Machine)
}


class Seen(Struct, frozen=True):
    """A fact as it was recorded."""

    id: str
    event: Event
    data: Mapping[str, Any]


class Became(Struct, frozen=True):
    """What became of a submission."""

    status: str
    codes: tuple[str, ...] = ()  #: of the refusal, or of the irregularities
    next_allowed: datetime | None = None
    facts: tuple[str, ...] = ()  #: everything recorded of it, the outcome first

    @classmethod
    def told(cls, said: Mapping[str, Any], status_code: int) -> Self:
        """Read what became of a submission from what the gateway answered."""
        status = said.get("status", f"turned away with {status_code}")
        facts = [fact["id"] for fact in said.get("facts", ())]
        noted = [f["irregularity"]["code"] for f in said.get("facts", ()) if "irregularity" in f]
        reasons = said.get("reasons", ())
        moments = [reason["next_allowed"] for reason in reasons if "next_allowed" in reason]
        if status == "refused":
            facts = [derived_id(said["id"], "submission", 0)]
        codes = [reason["code"] for reason in reasons] or noted
        allowed = max(map(datetime.fromisoformat, moments), default=None)
        return cls(status, tuple(codes), allowed, tuple(facts))


class Play:
    """What happened so far in one play of a story."""

    def __init__(self, story: list[Row], catalogue: Catalogue) -> None:
        self.symbols = Symbols(story)
        self.seen: dict[str, Seen] = {}
        self.surprises: list[str] = []
        self.irregular = 0  #: rows that were recorded with a breach beside them
        self._catalogue = catalogue
        self._taken: set[str] = set()  #: facts that were the fact of a row
        self._states: dict[str, str | None] = {}
        self._families: dict[str, str] = {}  #: of which family a part is
        self._rows: list[Row] = story
        self._clocks: dict[str, deadline.Started] = {}
        self._by_fact: dict[str, Counter[str]] = {}  #: what each fact did to clocks
        self._compared: set[int] = set()  #: rows whose clocks are not as the story has them

    def see(self, id_: str, event: Event, data: Mapping[str, Any]) -> None:
        """Take note of a fact; the same one may be shown again."""
        if id_ in self.seen:
            return
        self.seen[id_] = Seen(id_, event, data)
        self._tick(event)
        place, family = _place(event), event.TYPE.split(".")[1]
        family = self._families.get(place, "") if family == CLOCKS else family
        state = self._states.get(place)
        if isinstance(event, case.Moved):
            self._states[place] = event.to_state
        elif family in MACHINES and family != "case":  # a case says its moves itself
            self._states[place] = MACHINES[family].follows(state, event) or state
            self._families[place] = family

    def submission(self, row: Row) -> dict[str, Any]:
        """Return what the agency of a row submits."""
        return self.symbols.submission(row, self._catalogue)

    def answered(self, row: Row, became: Became) -> None:
        """Compare what became of a row's submission with what the story expects of it."""
        if became.facts:
            self.symbols.bind(row, became.facts[0])
            self._taken.add(became.facts[0])
        status = "irregular" if became.status == "recorded" and became.codes else became.status
        self.irregular += status == "irregular"
        self._compare(row, "it is", status, row.expect)
        self._compare(row, "codes", sorted(became.codes), sorted(row.codes))
        self._compare(row, "next allowed", became.next_allowed, row.next_allowed)

    def found(self, row: Row) -> bool:
        """Say whether the fact of a row that follows by itself has come, and bind it."""
        if self.symbols.fact_of(row.n):
            return True
        wanted = self.symbols.data(row, self._catalogue)
        for each in self.seen.values():
            if (
                each.id not in self._taken
                and each.event.TYPE.endswith(f".{row.type}")
                and says(wanted, each.data)
            ):
                self._taken.add(each.id)
                self.symbols.bind(row, each.id)
                return True
        return False

    def stands(self, row: Row) -> bool:
        """Say whether the part of a row is in the state in which the row must leave it."""
        return row.then is None or self.state(row) == row.then

    def state(self, row: Row) -> str | None:
        """Return the state of the part of a row, as the facts seen so far tell it."""
        part = self.symbols.id_of(row.part)
        if row.family == "unit":
            part = f"{part}/{self.symbols.id_of(row.data['booking_id'])}"
        return self._states.get(part)

    def ticks(self, row: Row) -> bool:
        """Say whether every clock was started and stopped that a row must start and stop."""
        return not self._expected(row) - self._found(row)

    def clocks_compared(self, row: Row) -> None:
        """Compare the clocks that a row has started and stopped with those of the story, once."""
        found, expected = self._found(row), self._expected(row)
        if found != expected and row.n not in self._compared:
            self._compared.add(row.n)
            for clock in (expected - found).elements():
                self.surprised(row, f"the clock {clock} is missing")
            for clock in (found - expected).elements():
                self.surprised(row, f"the clock {clock} is not in the story")

    def ended(self) -> None:
        """Compare the clocks of every row, once nothing more can follow."""
        for row in self._rows:
            self.clocks_compared(row)

    def surprised(self, row: Row, what: str) -> None:
        """Take note of something that the story does not expect."""
        self.surprises.append(f"row {row.n}, {row.type}: {what}")

    def _tick(self, event: Event) -> None:
        """Take note of what a fact of a clock tells of the fact that brought it about."""
        match event:
            case deadline.Started():
                self._clocks[event.clock_id] = event
                self._did(event.cause_event_id, _begins(event.rule_id, event.due, event.addressee))
            case deadline.Stopped():
                begun = self._clocks.get(event.clock_id)
                whose = begun.addressee if begun else None
                ends = _ends(event.rule_id, event.cause_event_id, whose, late=event.late)
                self._did(event.by_event_id, ends)

    def _did(self, fact: str, what: str) -> None:
        self._by_fact.setdefault(fact, Counter())[what] += 1

    def _found(self, row: Row) -> Counter[str]:
        return self._by_fact.get(self.symbols.fact_of(row.n) or "", Counter())

    def _expected(self, row: Row) -> Counter[str]:
        """Return what a row must do to clocks; whose a clock is, is told of one of several."""
        begins = [
            _begins(each["rule"], _due(each["due"]), self._whose(each)) for each in row.clocks
        ]
        ends = [
            _ends(
                each["rule"],
                self.symbols.fact_of(each["of"]) or "",
                self._whose(each),
                late=each.get("late", False),
            )
            for each in row.stops
        ]
        return Counter([*begins, *ends])

    def _whose(self, each: Mapping[str, Any]) -> str | None:
        return self.symbols.id_of(each["for"]) if "for" in each else None

    def _compare(self, row: Row, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.surprised(row, f"{what} {found}, the story expects {expected}")


def _begins(rule: str, due: datetime | None, whose: str | None) -> str:
    until = f"{due.astimezone(VIET_NAM):%d-%m-%Y %H:%M}" if due else "no day"
    return f"{rule} until {until}{f' for {whose}' if whose else ''}"


def _ends(rule: str, cause: str, whose: str | None, *, late: bool) -> str:
    end = "stopped late" if late else "stopped"
    return f"{rule} of {cause} {end}{f' for {whose}' if whose else ''}"


def _due(said: str | None) -> datetime | None:
    """Read a due moment of the story: a day means its end."""
    if said is None:
        return None
    return datetime.fromisoformat(said) if "T" in said else end_of(date.fromisoformat(said))


def _place(event: Event) -> str:
    """The part whose state an event may change; a unit has a state for each booking."""
    if isinstance(event, unit.Booked | unit.BookingRefused | unit.Released):
        return f"{event.part}/{event.booking_id}"
    return event.part
