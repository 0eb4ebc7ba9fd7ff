"""`lienthong case ID|NUMBER`: a case's thread over all families, where it stands, who must act."""

import asyncio
from datetime import date, datetime

import msgspec
from msgspec import Struct
from rich.console import Console

from services.cli.alarms import told
from services.cli.archive import opened
from services.cli.case_page import as_object, head, what_may_follow, who_must_act
from services.cli.errors import CommandError
from services.cli.lines import coloured
from services.cli.naming import cases_of, papers_of
from services.cli.platform_home import settings_of_servers
from services.cli.tail import closing
from services.cli.times import day, moment
from services.core.access import directory
from services.core.access.docket import stream_of
from services.core.bus.kafka import reading
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.contracts.schemas import load_schemas
from services.core.settings import Settings
from services.core.telling.lang import Lang
from services.core.telling.lines import Teller, time_of
from services.core.telling.standing import parts_of
from services.core.telling.stories import Told
from services.core.telling.stories import told as understood
from services.core.telling.thread import ordered, read
from services.directory.register import Paper


def case(
    case_id: str,
    *,
    as_of: str | None = None,
    known_at: str | None = None,
    json: bool = False,
    steps: bool = False,
    lang: Lang = "vi",
) -> int:
    """Show all that happened in a case, over all families, and who must act now.

    With a day or a moment, as it stood then: that is read from the archive. Exit code 1 where a
    number is that of several; they are listed.

    Parameters
    ----------
    case_id
        The id of a case, of a part of it or of a judgment; or an official number of one of them,
        such as 702/QĐ-THADS.
    as_of
        As it stood at the end of this day in Viet Nam, such as 2026-09-28: without what happened
        later, in the order in which it happened, whenever it was recorded or put right.
    known_at
        As it was known at this time, such as 2026-09-28T16:20: without what was recorded or put
        right later, whenever it happened. Both may be given.
    json
        Print one JSON object, with the data of every event.
    steps
        Print the steps that may follow, too; else their number alone.
    lang
        The language of the names: vi or en.
    """
    moments = Moments(
        as_of=day(as_of, "--as-of") if as_of else None,
        known_at=moment(known_at, "--known-at") if known_at else None,
    )
    return asyncio.run(closing(_case(case_id, moments, lang, json=json, steps=steps)))


class Moments(Struct, frozen=True):
    """As of which day, and as known when."""

    as_of: date | None
    known_at: datetime | None

    def __str__(self) -> str:
        said = [f"as of {self.as_of:%d-%m-%Y}" if self.as_of else ""]
        said.append(f"as known at {time_of(self.known_at)}" if self.known_at else "")
        return " ".join(each for each in said if each)


async def _case(named: str, moments: Moments, lang: Lang, *, json: bool, steps: bool) -> int:
    settings, catalogue = settings_of_servers(), load_catalogue()
    ids = [stream_of(named)] if is_uuid7(key_of(named)) else []
    if not ids:
        papers = await papers_of(settings, named)
        ids = cases_of(papers)
        if len(ids) > 1:
            _candidates(named, papers, json=json)
            return 1
    teller = Teller(catalogue, Codec(catalogue, load_schemas()), directory.load(catalogue), lang)
    found = await (
        _at(moments, ids[0], teller) if str(moments) else _read(settings, ids[0], teller)
    )
    if json:
        print(msgspec.json.encode(as_object(found, teller)).decode())
    else:
        _print(found, teller, steps=steps)
    return 0


async def _read(settings: Settings, id_: str, teller: Teller) -> Told:
    async with reading(settings) as reader:
        everything = await read(
            reader, settings, teller.catalogue.families, key_of(id_), teller.codec
        )
    found = understood(id_, everything, teller.catalogue, teller.directory)
    if found is None:
        inside = sorted(
            part.id
            for part in parts_of(everything, teller.catalogue).values()
            if part.family == "case"
        )
        known = f"its judgment has {', '.join(inside)}" if inside else "nor of its judgment"
        raise CommandError(
            f"nothing was recorded or refused of {id_} ({known}): compare the id, or name it by "
            f"its number; `lienthong tail --from beginning --no-follow` shows all there is"
        )
    return found


async def _at(moments: Moments, id_: str, teller: Teller) -> Told:
    """Return a case as it stood on a day, or as it was known at a moment, from the archive."""
    async with opened() as desk:
        entries = await desk.archive.of_case(id_)
    thread = ordered([entry for entry in entries if entry.stands_in_events])
    found = understood(
        id_, thread, teller.catalogue, teller.directory, moments.as_of, moments.known_at
    )
    if found is None:
        raise CommandError(
            f"nothing is archived of {id_} {moments}: compare the id; `lienthong case` without a "
            f"day or time shows what stands now"
        )
    return found


# ---- what is printed


def _candidates(number: str, papers: list[Paper], *, json: bool) -> None:
    if json:
        print(msgspec.json.encode({"number": number, "candidates": papers}).decode())
        return
    print(f"{number} is the number of {len(papers)} papers; say `lienthong case` with one's id:")
    for paper in papers:
        print(f"    {paper.office:24}  {told(paper)}")


def _print(found: Told, teller: Teller, *, steps: bool) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for line in head(found, teller):
        console.print(line)
    console.print()
    for entry in found.thread:
        undone = found.undone.get(entry.envelope.id)
        console.print(coloured(teller.line(entry.record, entry.envelope, undone)))
    console.print()
    for line in (*who_must_act(found, teller), *what_may_follow(found, teller, folded=not steps)):
        console.print(line)
