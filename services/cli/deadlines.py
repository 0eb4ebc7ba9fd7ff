"""`lienthong deadlines [CASE]`: which clocks run, who must act before when, and what is overdue."""

import asyncio
from collections.abc import Iterator
from typing import Final

import msgspec
from rich.console import Console

from services.cli.errors import CommandError
from services.cli.naming import cases_of, papers_of
from services.cli.platform_home import settings_of_servers
from services.core.access import directory
from services.core.clock import clock_of
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.doors.problems import Problem
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.core.telling.duties import STATES
from services.core.telling.lang import Lang
from services.core.telling.lines import end_of_time
from services.deadlines.board import OPEN, Board, Shown, of_part
from services.deadlines.service import NAME

_MOST: Final = 500
_WORDS: Final[dict[Lang, dict[str, str]]] = {
    "vi": {
        "none": "không có thời hạn nào",
        "no number": "luật không ấn định số ngày",
        "party": "đương sự",
        "over": "quá {} ngày làm việc",
        "alarms": "báo động {}",
        "climbed": "đã chuyển lên {}",
        "late": "trễ hạn",
        "unverified": "chưa kiểm chứng",
    },
    "en": {
        "none": "no clocks",
        "no number": "the law sets no number",
        "party": "a party",
        "over": "{} working days over",
        "alarms": "alarms the {}",
        "climbed": "has climbed to {}",
        "late": "late",
        "unverified": "not verified",
    },
}


def deadlines(
    case: str | None = None,
    *,
    agency: str | None = None,
    state: str = OPEN,
    json: bool = False,
    lang: Lang = "vi",
) -> int:
    """List clocks, what is due first before others: of a case, of an agency, or all.

    Parameters
    ----------
    case
        The id of a case, a part of it or a judgment, or an official number, such as 702/QĐ-THADS:
        every clock of it, whatever its state.
    agency
        Those of which it is responsible, and what has climbed to it or past it from below.
    state
        open, or one of RUNNING, PAUSED, OVERDUE, EXPIRED, STOPPED, CANCELLED, WITHDRAWN.
    json
        Print one JSON array.
    lang
        The language of what is said: vi or en.
    """
    if state != OPEN and state not in STATES:
        raise CommandError(f"--state {state}: expected {OPEN} or one of {', '.join(STATES)}")
    found = asyncio.run(_found(case, agency, state))
    if json:
        print(msgspec.json.encode(found).decode())
        return 0
    console = Console(soft_wrap=True, highlight=False, markup=False)
    if not found:
        console.print(_WORDS[lang]["none"])
    for clock in found:
        for line in told(clock, lang):
            console.print(line)
    return 0


async def _found(case: str | None, agency: str | None, state: str) -> list[Shown]:
    settings, catalogue = settings_of_servers(), load_catalogue()
    agencies = directory.load(catalogue)
    if agency is not None and agencies.agency(agency) is None:
        raise CommandError(f"the directory has no agency {agency}")
    part = await _part(settings, case) if case is not None else None
    board = Board(Rows(settings, NAME), clock_of(settings), catalogue, lambda: agencies)
    try:
        if part is None:
            return await board.urgent(agency, state, None, _MOST)
        clocks = of_part(await board.of_key(key_of(part)), part)
    except Problem as problem:
        raise CommandError(
            "the clocks do not answer: see `lienthong status`; they are kept by `lienthong run`"
        ) from problem
    finally:
        await board.rows.close()
    return [clock for clock in clocks if agency in {None, clock.responsible}]


async def _part(settings: Settings, named: str) -> str:
    if is_uuid7(key_of(named)):
        return named
    cases = cases_of(await papers_of(settings, named))
    if len(cases) > 1:
        raise CommandError(
            f"{named} is the number of papers in {len(cases)} cases: "
            f"`lienthong case {named}` lists them"
        )
    return cases[0]


def told(clock: Shown, lang: Lang) -> Iterator[str]:
    """Yield the lines of a clock: when and what, then who and how it stands."""
    words = _WORDS[lang]
    said = clock.vi if lang == "vi" else clock.en
    law = f"{clock.article} " if clock.article else ""
    yield f"{_due(clock, words):24}  {said} ({law}{clock.rule_id})"
    standing = [clock.state_vi if lang == "vi" else clock.state_en]
    if clock.days_overdue:
        standing.append(words["over"].format(clock.days_overdue))
    if clock.state == "OVERDUE" and clock.alarms:
        roles = [load_catalogue().roles[role] for role in clock.alarms]
        called = ", ".join(role.vi if lang == "vi" else role.en for role in roles)
        standing.append(words["alarms"].format(called))
    if clock.escalated_to:
        standing.append(words["climbed"].format(clock.escalated_to))
    if clock.late:
        standing.append(words["late"])
    if not clock.verified:
        standing.append(words["unverified"])
    who = clock.responsible or clock.addressee or words["party"]
    yield f"{'':24}  {who}: {', '.join(standing)}  {clock.watched}"


def _due(clock: Shown, words: dict[str, str]) -> str:
    """Say the last day of a time, or its moment where it does not end with a day."""
    return end_of_time(clock.due) if clock.due else words["no number"]
