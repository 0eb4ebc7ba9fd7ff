"""`lienthong letters …`: what could not be decided, and what is to become of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
from cyclopts import App
from rich.console import Console
from rich.table import Table

from services.core.bus.letters_desk import Desk, LetterRow, What, open_desk
from services.core.contracts.days import VIET_NAM
from services.core.settings import Settings

letters = App(
    name="letters",
    help="Dead letters: claims and facts that could not be decided, and those waiting behind them.",
)

_COLUMNS = ("number", "key", "type", "from", "parked", "tries", "cause")


def add_to(app: App) -> None:
    """Add this group's commands."""
    app.command(letters)


@letters.command(name="list")
def list_(service: str = "judgments", *, json: bool = False) -> int:
    """List the letters of a service, line by line; the head of each line comes first.

    Parameters
    ----------
    service
        Whose letters.
    json
        Print them as JSON.
    """
    rows = asyncio.run(_rows(service))
    if json:
        print(msgspec.json.encode(rows).decode())
        return 0
    if not rows:
        print(f"{service}: no letters")
        return 0
    table = Table(*_COLUMNS, box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            str(row.number),
            row.key or "not ours",
            row.type,
            row.agency,
            _time(row.parked_at),
            "behind" if row.behind else str(row.attempts),
            row.cause,
        )
    Console(soft_wrap=True).print(table)
    return 0


@letters.command
def show(number: int, *, service: str = "judgments", json: bool = False) -> int:
    """Show one letter: where it came from, what raised and where. Its data are not shown.

    Parameters
    ----------
    number
        The letter's number.
    service
        Whose letter.
    json
        Print it as JSON.
    """
    row = asyncio.run(_row(service, number))
    if json:
        print(msgspec.json.encode(row).decode())
        return 0
    for name, value in msgspec.structs.asdict(row).items():
        print(f"{name:>10}  {_time(value) if isinstance(value, datetime) else value}")
    return 0


@letters.command
def release(number: int, *, why: str, who: str, service: str = "judgments") -> int:
    """Try the head of a line again, and go on with what waits behind it.

    Parameters
    ----------
    number
        The letter's number; it must be the head of its line.
    why
        The reason, kept with the request.
    who
        Who asks for it: a short name of the directory.
    service
        Whose letter.
    """
    return _asked("release", number, who, why, service)


@letters.command
def discard(number: int, *, why: str, who: str, service: str = "judgments") -> int:
    """Take a letter out of its line for good; its sender is told, and the line goes on.

    Parameters
    ----------
    number
        The letter's number.
    why
        The reason, kept with the request.
    who
        Who asks for it: a short name of the directory.
    service
        Whose letter.
    """
    return _asked("discard", number, who, why, service)


def _asked(what: What, number: int, who: str, why: str, service: str) -> int:
    answer = asyncio.run(_ask(what, number, who, why, service))
    print(f"letter {number}: {answer}")
    return 0 if answer in {"released", "discarded"} else 1


@asynccontextmanager
async def _desk(service: str) -> AsyncIterator[Desk]:
    desk = await open_desk(Settings.load(), service)
    try:
        yield desk
    finally:
        await desk.close()


async def _rows(service: str) -> list[LetterRow]:
    async with _desk(service) as desk:
        return await desk.letters()


async def _row(service: str, number: int) -> LetterRow:
    async with _desk(service) as desk:
        return await desk.letter(number)


async def _ask(what: What, number: int, who: str, why: str, service: str) -> str:
    async with _desk(service) as desk:
        return await desk.ask(what, number, who=who, why=why)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(VIET_NAM):%Y-%m-%d %H:%M:%S}"
