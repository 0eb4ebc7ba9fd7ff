"""`lienthong law …`: the law as the house knows it, for who wants to check it. Needs no stack."""

from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import Annotated, Final

import msgspec
from cyclopts import App, Parameter

from services.cli import law_page as page
from services.cli.errors import CommandError
from services.cli.times import day_or_moment, moment_with_offset
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.days import VIET_NAM, day_of
from services.core.law.counting import Count, count, first_day
from services.core.law.forbidden_times import doubtful_days, forbids
from services.core.law.moments import require_countable
from services.core.law.rule_files import law
from services.core.law.rules import Rule, row_of
from services.core.telling.lang import Lang

app: Final = App(name="law", help="The law as data: its rules, when a term ends and why.")
_From = Annotated[str, Parameter(name="--from")]
_YEARS: Final = range(MINYEAR, MAXYEAR + 1)  #: what hangs on an unknown one is not verified
_ListVersion = Annotated[str, Parameter(name="--version")]


@app.command(name="list")
def list_(*, version: _ListVersion = "", lang: Lang = "vi") -> int:
    """List every rule of a version, one a line, and the policy of the house.

    Parameters
    ----------
    version
        R2009, R2015 or R2026; the newest where none is named.
    lang
        The language of the sentences: vi or en.
    """
    known = law()
    book = known.book(version.upper()) if version else known.books[0]
    for rule in (*book.rules.values(), *known.policy.rules.values()):
        print(page.line(rule, lang))
    return 0


@app.command
def show(id_: str, /, *, lang: Lang = "vi") -> int:
    """Show all that is known of a rule, in every version that has one like it.

    Parameters
    ----------
    id_
        The id of a rule, such as L-36-1, or of one of several limits, such as O-140-1/second.
    lang
        The language of the sentences: vi or en.
    """
    known, id_ = law(), _spelled(id_)
    books = (*known.books, known.policy)
    found = [rule for book in books for rule in _of_row(id_, book.limits(row_of(id_)))]
    if not found:
        known.rule(id_, known.books[0].version)  # says what is near
    for rule in found:
        print("\n".join(page.page(rule, known, lang)), end="\n\n")
    print(page.holds(id_, known, lang))
    return 0


@app.command
def diff(old: str, new: str, /, *, lang: Lang = "vi") -> int:
    """Show what a version changed: numbers, units, starts; what is new; what is gone.

    Parameters
    ----------
    old
        The version before, such as R2015.
    new
        The version after, such as R2026.
    lang
        The language of the sentences: vi or en.
    """
    known = law()
    before, after = known.book(old.upper()), known.book(new.upper())
    if before.since >= after.since:
        raise CommandError(
            f"{old} does not come before {new}: name the older version first, such as "
            f"`lienthong law diff R2015 R2026`"
        )
    for each in page.changes(before, after, known, lang):
        print(each)
    return 0


@app.command
def due(
    id_: str, /, *, from_: _From, version: str = "", json: bool = False, lang: Lang = "vi"
) -> int:
    """Say when a term ends that starts on a day or at a moment.

    Parameters
    ----------
    id_
        The id of a rule in any version.
    from_
        The day it starts, such as 2026-08-27, or a moment, such as 2026-09-08T16:10+07:00; for a
        lead the day that is fixed, for it is counted backwards.
    version
        R2009, R2015 or R2026; that in force on the day of the start where none is named.
    json
        Print one JSON object: rule, version, start, due, verified.
    lang
        The language of the sentences: vi or en.
    """
    rule, counted = _counted(id_, from_, version)
    if json:
        said = {
            "rule": rule.id,
            "version": rule.version,
            "start": _iso(counted.start),
            "due": _iso(counted.due),
            "verified": rule.verified and counted.verified,
        }
        print(msgspec.json.encode(said).decode())
    else:
        print("\n".join(page.answer(rule, counted, law(), lang)))
    return 0


@app.command
def explain(id_: str, /, *, from_: _From, version: str = "", lang: Lang = "vi") -> int:
    """Count a term day by day, and say why a day was passed over.

    Parameters
    ----------
    id_
        The id of a rule in any version.
    from_
        The day or the moment it starts; for a lead the day that is fixed.
    version
        R2009, R2015 or R2026; that in force on the day of the start where none is named.
    lang
        The language of the sentences: vi or en.
    """
    rule, counted = _counted(id_, from_, version)
    print("\n".join((*page.steps(counted, lang), *page.answer(rule, counted, law(), lang))))
    return 0


@app.command(name="forbids")
def forbids_(
    start: str, end: str, /, *, force: bool = False, json: bool = False, lang: Lang = "vi"
) -> int:
    """Say whether coercion may be held from one moment to another, and when it next may.

    What is not verified is a note: the house would record it beside the act, and refuse nothing.

    Parameters
    ----------
    start
        When it begins, such as 2026-10-10T05:00+07:00.
    end
        When it ends.
    force
        Whether force is mobilised.
    json
        Print one JSON object: forbidden, reasons, next_allowed.
    lang
        The language of the sentences: vi or en.
    """
    first, last = _moment(start, "START"), _moment(end, "END")
    if last <= first:
        raise CommandError(f"{end} is not after {start}: name the beginning first, then the end")
    reasons = forbids(first, last, force=force)
    told = [page.reason(each, load_catalogue(), lang) for each in reasons]
    told += [page.doubt(day, lang) for day in doubtful_days(first, last)]
    forbidden = any(each.is_certain for each in reasons)
    allowed = reasons[0].next_allowed if reasons else None
    if json:
        said = {"forbidden": forbidden, "reasons": told, "next_allowed": _iso(allowed)}
        print(msgspec.json.encode(said).decode())
    else:
        print("\n".join(page.verdict(told, allowed, lang, forbidden=forbidden)))
    return 0


def _counted(id_: str, start: str, version: str) -> tuple[Rule, Count]:
    begins = _begun(day_or_moment(start, "--from", _YEARS))
    known = law()
    day = day_of(begins) if isinstance(begins, datetime) else begins
    rule = known.rule(_spelled(id_), version.upper() or known.version_on(day))
    return rule, count(rule, begins)


def _begun(when: date | datetime) -> date | datetime:
    """Return the day for its first moment: an act at midnight is one of the day that begins."""
    require_countable(when)
    is_midnight = isinstance(when, datetime) and first_day(when) != day_of(when)
    return day_of(when) if isinstance(when, datetime) and is_midnight else when


def _of_row(id_: str, rules: list[Rule]) -> list[Rule]:
    return [rule for rule in rules if id_ in {rule.id, row_of(rule.id)}]


def _spelled(id_: str) -> str:
    """Return an id with its letters as the files write them."""
    row, stroke, limit = id_.partition("/")
    return row.upper() + stroke + limit.lower()


def _moment(text: str, name: str) -> datetime:
    return moment_with_offset(text, name, years=_YEARS)


def _iso(when: date | datetime | None) -> str | None:
    return (
        when.astimezone(VIET_NAM).isoformat()
        if isinstance(when, datetime)
        else (when.isoformat() if when else None)
    )
