"""The open duties of a thread: its clocks that still run, whose they are and when each is due.

A clock stands where its own facts leave it, so what a lane has not yet recorded is not shown.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from services.core.access.directory import Directory
from services.core.access.docket import stream_of
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.events import deadline, machines
from services.core.law.errors import LawError
from services.core.law.rule_files import law
from services.core.law.rules import Rule, Sentence
from services.core.telling.lines import Teller, end_of_time
from services.core.telling.standing import Part
from services.core.telling.thread import Entry

STATES: Final[dict[str, Sentence]] = {
    "RUNNING": Sentence("đang chạy", "running"),
    "PAUSED": Sentence("tạm ngừng", "paused"),
    "OVERDUE": Sentence("quá hạn", "overdue"),
    "EXPIRED": Sentence("đã hết thời hạn", "expired"),
    "STOPPED": Sentence("đã dừng", "stopped"),
    "CANCELLED": Sentence("đã hủy", "cancelled"),
    "WITHDRAWN": Sentence("đã rút ghi nhận", "withdrawn"),
}
WAITING: Final = (
    "RUNNING",
    "PAUSED",
    "OVERDUE",
)  #: the states of a clock that is not over
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_OF_PRIVATE_OFFICE: Final = {"HEAD": "VP_HEAD", "OFFICER": "BAILIFF"}


class Duty(Struct, frozen=True):
    """A clock that still runs, halts or is overdue."""

    part: str
    rule_id: str
    kind: str  #: duty or lead: somebody must act; period: something changes when it is over
    article: str | None
    vi: str
    en: str
    state: str  #: RUNNING, PAUSED or OVERDUE
    state_vi: str
    state_en: str
    due: datetime | None  #: the first moment after the time; none where the law sets no number
    role: str | None  #: the role that must act, where the catalogue knows the clock
    who: tuple[str, ...]  #: the officer and the agency of that role, or the addressee

    @property
    def binds(self) -> bool:
        """Whether somebody must act before it is due."""
        return self.kind != "period"


def open_duties(
    standing: Iterable[Entry],
    id_: str,
    parts: Mapping[str, Part],
    catalogue: Catalogue,
    directory: Directory,
) -> list[Duty]:
    """Return the open clocks of a case or judgment and of what lies in it, by due date."""
    begun: dict[str, deadline.Started] = {}
    states: dict[str, str] = {}
    for entry in standing:
        fact = entry.fact
        if not isinstance(fact, deadline.Fact):
            continue
        state = machines.DEADLINE.follows(states.get(fact.clock_id), fact)
        if state is None:
            continue
        states[fact.clock_id] = state
        if isinstance(fact, deadline.Started):
            begun[fact.clock_id] = fact
        elif isinstance(fact, deadline.Extended | deadline.Resumed) and fact.clock_id in begun:
            begun[fact.clock_id] = replace(begun[fact.clock_id], due=fact.new_due)
    found = [
        _duty(start, states[clock], parts, catalogue, directory)
        for clock, start in begun.items()
        if states[clock] in WAITING and f"{start.watched}.".startswith(f"{id_}.")
    ]
    return sorted(found, key=lambda duty: duty.due or _NEVER)


def _duty(
    start: deadline.Started,
    state: str,
    parts: Mapping[str, Part],
    catalogue: Catalogue,
    directory: Directory,
) -> Duty:
    rule, entry = _rule(start), catalogue.clocks.get(start.rule_id)
    agency = directory.agency(start.responsible) if start.responsible else None
    role = entry.who if entry else None
    of_case = parts.get(stream_of(start.watched))
    officer = of_case.officer if of_case and role in {"OFFICER", "BAILIFF"} else None
    if agency and agency.kind == "vp":
        role = _OF_PRIVATE_OFFICE.get(role or "", role)
    named = (officer, start.responsible) if start.responsible else (start.addressee,)
    return Duty(
        start.watched,
        start.rule_id,
        start.kind,
        rule.article if rule else None,
        rule.says.vi if rule else start.rule_id,
        rule.says.en if rule else entry.en if entry else start.rule_id,
        state,
        STATES[state].vi,
        STATES[state].en,
        start.due,
        role,
        tuple(name for name in named if name),
    )


def said_of(duty: Duty, teller: Teller) -> dict[str, str]:
    """Say a duty: whose it is, what it is, until when, and how its clock stands."""
    vi = teller.lang == "vi"
    role = teller.catalogue.roles[duty.role] if duty.role else None
    called = (role.vi if vi else role.en) if role else ""
    named = ", ".join(duty.who)
    return {
        "who": f"{called} ({named})" if called and named else called or named,
        "what": duty.vi if vi else duty.en,
        "due": end_of_time(duty.due) if duty.due else "",
        "state": duty.state_vi if vi else duty.state_en,
    }


def _rule(start: deadline.Started) -> Rule | None:
    try:
        return law().rule(start.rule_id, start.rule_version)
    except LawError:
        return None
