"""The board of clocks: every clock with its rule in words, how late it is, how far it has climbed.

For agencies and operators alike; who may see which clock is for whoever shows the board to say.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct

from services.core.access.directory import Directory
from services.core.clock import Clock
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.days import day_of
from services.core.doors.rows import Rows
from services.core.law.errors import LawError
from services.core.law.rule_files import law
from services.core.law.rules import Rule, Sentence
from services.core.telling.duties import STATES, WAITING
from services.deadlines.escalation import below, climbed_to, days_overdue
from services.deadlines.service import queries

State: TypeAlias = Literal[
    "RUNNING", "PAUSED", "OVERDUE", "EXPIRED", "STOPPED", "CANCELLED", "WITHDRAWN"
]
OPEN: Final = "open"  #: the states in which a clock still asks for something


class Shown(Struct, frozen=True):
    """A clock as it is shown."""

    clock_id: str
    watched: str
    rule_id: str
    rule_version: str
    article: str | None
    vi: str
    en: str
    kind: str
    verified: bool
    state: str
    state_vi: str
    state_en: str
    since: datetime  #: when it was recorded that the clock is in that state
    start: datetime
    due: datetime | None  #: the first moment after the time; none where the law sets no number
    alarm_at: datetime | None
    responsible: str | None
    addressee: str | None
    cause_event_id: str
    started_event_id: str
    late: bool | None  #: whether what stopped it came too late
    days_overdue: int  #: whole working days, while it is overdue
    escalated_to: str | None
    alarms: tuple[str, ...]  #: the roles that its silence is to alarm, as the catalogue says


class Board:
    """Reads the rows of all clocks. Its methods raise Problem UNAVAILABLE."""

    def __init__(
        self,
        rows: Rows,
        clock: Clock,
        catalogue: Catalogue,
        directory: Callable[[], Directory],
    ) -> None:
        self.rows = rows
        self._clock, self._catalogue, self._directory = clock, catalogue, directory

    async def of_key(self, key: str) -> list[Shown]:
        """Return every clock under a key, what was due first before others."""
        rows: list[Any] = await self.rows.ask(queries.of_key, key=key)
        return [self._shown(row) for row in rows]

    async def climbed(self, agency: str, key: str) -> list[Shown]:
        """Return the clocks under a key that have climbed to an agency or past it.

        Where there are none, one look-up of an index says so, whatever else is under the key.
        """
        under = [slug for slug, _ in below(agency, self._clock.now(), self._directory())]
        rows: list[Any] = await self.rows.ask(queries.overdue, key=key, responsible=under)
        return [clock for clock in map(self._shown, rows) if self.reached(agency, clock)]

    async def urgent(
        self, agency: str | None, state: str, after: str | None, most: int
    ) -> list[Shown]:
        """Return the next clocks beyond one, what was due first before others.

        Of an agency: those of which it is responsible, itself or after one that has ended, and what
        has climbed to it or past it.
        """
        under = list(below(agency, self._clock.now(), self._directory())) if agency else []
        rows: list[Any] = await self.rows.ask(
            queries.urgent,
            states=list(WAITING) if state == OPEN else [state],
            own=self._directory().inherited(agency, self._today()) if agency else None,
            below=[slug for slug, _ in under],
            overdue_since=[since for _, since in under],
            after=after,
            most=most,
        )
        return [self._shown(row) for row in rows]

    def reached(self, agency: str, clock: Shown) -> bool:
        """Say whether an overdue clock has climbed to an agency, or past it."""
        if clock.state != "OVERDUE" or clock.due is None:
            return False
        since, now = clock.alarm_at or clock.due, self._clock.now()
        return any(
            slug == clock.responsible and since <= before
            for slug, before in below(agency, now, self._directory())
        )

    def _today(self) -> date:
        return day_of(self._clock.now())

    def _shown(self, row: Any) -> Shown:
        rule = _rule(row["rule_id"], row["rule_version"])
        declared = self._catalogue.clocks.get(row["rule_id"])
        said = rule.says if rule else Sentence(row["rule_id"], declared.en if declared else "")
        over = (row["alarm_at"] or row["due"]) if row["state"] == "OVERDUE" else None
        now, who = self._clock.now(), row["responsible"]
        who = self._directory().heir(who, day_of(now)) if who else None
        return Shown(
            clock_id=row["clock_id"],
            watched=row["watched"],
            rule_id=row["rule_id"],
            rule_version=row["rule_version"],
            article=rule.article if rule else None,
            vi=said.vi,
            en=said.en,
            kind=row["kind"],
            verified=row["verified"],
            state=row["state"],
            state_vi=STATES[row["state"]].vi,
            state_en=STATES[row["state"]].en,
            since=row["since"],
            start=row["start"],
            due=row["due"],
            alarm_at=row["alarm_at"],
            responsible=who,
            addressee=row["addressee"],
            cause_event_id=row["cause_event_id"],
            started_event_id=row["started"],
            late=row["late"],
            days_overdue=days_overdue(over, now) if over else 0,
            alarms=declared.alarm if declared else (),
            escalated_to=climbed_to(who, over, now, self._directory()) if over and who else None,
        )


def of_part(clocks: Sequence[Shown], part: str) -> list[Shown]:
    """Return the clocks of a part, of what lies in it, and of what it lies in."""
    return [
        clock
        for clock in clocks
        if f"{clock.watched}.".startswith(f"{part}.") or f"{part}.".startswith(f"{clock.watched}.")
    ]


def _rule(id_: str, version: str) -> Rule | None:
    try:
        return law().rule(id_, version)
    except LawError:
        return None
