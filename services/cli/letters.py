"""`lienthong letters …`: what could not be decided, and what is to become of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from cyclopts import App
from rich.console import Console
from rich.table import Table

from services.cli.errors import CommandError
from services.cli.platform_home import settings_of_servers
from services.core.bus.letters_desk import Desk, Group, LetterRow, What, grouped, open_desk
from services.core.bus.postgres import has_tables
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.days import VIET_NAM, dates_in_future
from services.core.contracts.errors import MalformedData
from services.core.contracts.schemas import load_schemas

letters = App(
    name="letters",
    help="Dead letters: claims and facts that could not be decided, and those waiting behind them.",
)

_COLUMNS: Final = ("number", "key", "type", "from", "parked", "tries", "cause")
_SOME_KEYS: Final = 3  #: of a group, enough to look at; --json names all


@letters.default
def by_cause(*, service: str | None = None, json: bool = False) -> int:
    """Count letters by type, place and cause: what one mended mistake would release.

    Parameters
    ----------
    service
        Whose letters; those of every service when it is left out.
    json
        Print the groups as JSON, with every key.
    """
    groups = asyncio.run(_groups(service))
    if json:
        told = [{"service": name, **msgspec.to_builtins(group)} for name, group in groups]
        print(msgspec.json.encode(told).decode())
        return 0
    if not groups:
        print(f"{service or 'every service'}: no letters")
        return 0
    for name, group in groups:
        keys = ", ".join(group.keys[:_SOME_KEYS])
        more = f" and {len(group.keys) - _SOME_KEYS} more" if len(group.keys) > _SOME_KEYS else ""
        print(f"{group.letters} held, {group.behind} behind  {name}  {group.type or 'not ours'}")
        print(f"    {group.cause}")
        if group.handler:
            print(f"    raised in {group.handler}")
        print(f"    since {_time(group.since)}; the first is letter {group.first}")
        if keys:
            print(f"    keys {keys}{more}")
    return 0


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


@letters.command
def replace(number: int, file: Path, *, why: str, who: str, service: str = "judgments") -> int:
    """Put corrected data in a letter's place in its line, and try the line again from its head.

    The letter keeps its sender, its day and its place; its type and part must stay the same.

    Parameters
    ----------
    number
        The letter's number.
    file
        A submission as the gateway takes it: one JSON object with `type` and whole `data`.
    why
        The reason, kept with the request.
    who
        Who asks for it: a short name of the directory.
    service
        Whose letter.
    """
    return _told(number, asyncio.run(_replace(number, _read(file), who, why, service)))


def _asked(what: What, number: int, who: str, why: str, service: str) -> int:
    return _told(number, asyncio.run(_ask(what, number, who, why, service)))


def _told(number: int, answer: str) -> int:
    print(f"letter {number}: {answer}")
    return 0 if answer.startswith(("released", "discarded", "replaced")) else 1


class _Correction(msgspec.Struct):
    type: str
    data: dict[str, Any]


def _read(file: Path) -> _Correction:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Correction)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise CommandError(
            f"{file}: expected one JSON object with `type` and `data`: {error}"
        ) from error


@asynccontextmanager
async def _desk(service: str) -> AsyncIterator[Desk]:
    desk = await open_desk(settings_of_servers(), service)
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


async def _groups(service: str | None) -> list[tuple[str, Group]]:
    from services.all import NAMES  # noqa: PLC0415  other commands need not load every service

    found = []
    for name in [service] if service else NAMES:
        if service or await has_tables(settings_of_servers(), name):
            found += [(name, group) for group in grouped(await _rows(name))]
    return sorted(found, key=lambda each: -each[1].letters)


async def _replace(number: int, said: _Correction, who: str, why: str, service: str) -> str:
    catalogue = load_catalogue()
    codec = Codec(catalogue, load_schemas())
    event = codec.claim(said.type, said.data)
    async with _desk(service) as desk:
        acted_at = (await desk.envelope(number)).occurred_at
        if late := list(dates_in_future(event, acted_at, catalogue)):
            raise MalformedData(said.type, late)
        return await desk.replace(number, event, codec=codec, who=who, why=why)


async def _ask(what: What, number: int, who: str, why: str, service: str) -> str:
    async with _desk(service) as desk:
        return await desk.ask(what, number, who=who, why=why)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(VIET_NAM):%Y-%m-%d %H:%M:%S}"
