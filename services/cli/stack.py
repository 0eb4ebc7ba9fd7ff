"""`lienthong up | down | status | doctor`: Kafka and PostgreSQL, and who works on them."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from rich.console import Console
from rich.table import Table

from services.cli.errors import NOT_RUNNING
from services.cli.platform_home import settings_of_servers
from services.cli.tail import closing
from services.core.bus.errors import Doubt
from services.core.bus.kafka import reading
from services.core.bus.overview import ServiceStanding, standings
from services.core.bus.postgres import has_tables
from services.core.clock import STORY_FILE, StoryClock
from services.core.contracts.days import VIET_NAM
from services.core.runtime.doctor import Finding, examine
from services.core.runtime.stack import ServerStatus, Stack
from services.core.settings import STACK_FILE, Settings
from services.delivery.topics import halted
from services.gateway.service import NAME as GATEWAY

_WIDTH: Final = 120  #: cut by no narrow terminal
_COLUMNS: Final = (
    "service", "owned", "lease", "lag", "oldest", "outbox", "letters", "owners"
)  # fmt: skip
_MARKS: Final = {True: "✓", False: "✗", None: "·"}


def up(*, json: bool = False) -> int:
    """Start Kafka and PostgreSQL, or use what runs.

    Parameters
    ----------
    json
        Print the servers as JSON.
    """
    stack = _stack()
    stack.start()
    _print_servers(stack.status(), json=json)
    return 0


def down() -> int:
    """Stop Kafka and PostgreSQL; their data stay."""
    print("stopped" if _stack().stop() else "nothing was running")
    return 0


def status(*, json: bool = False) -> int:
    """Say which servers run and answer, and how every service stands. Exit code 3 unless both do.

    Parameters
    ----------
    json
        Print one JSON object: the servers, each service with its lanes, lag, outbox, letters, and
        the agencies' topics that stand still, and the story's time where the clock is a story's.
    """
    settings = settings_of_servers()
    servers = _servers()
    kafka, database = (server.answers for server in servers)
    story_time = _story_time(settings)
    services = asyncio.run(closing(_services(kafka=kafka))) if database else []
    topics = asyncio.run(closing(halted(settings))) if kafka and database else []
    if json:
        told = {
            "servers": servers,
            "services": services,
            "halted_topics": topics,
            "story_time": story_time,
        }
        print(msgspec.json.format(msgspec.json.encode(told)).decode())
    else:
        _print_servers(servers, json=False)
        if story_time:
            print(
                f"{'clock':13} {'of a story, stands at':28} {story_time}\n{'':13} `lienthong clock "
                f"TIME` moves it on; `make reset` leaves it, and deletes the platform's data"
            )
        if services:
            print()
            console = Console(highlight=False, markup=False)
            console.width = max(console.width, _WIDTH)
            console.print(_table(services))
        for lane in (lane for service in services for lane in service.halted):
            print(f"\nlane {lane.name}: {lane.kind}{_since(lane.since)}\n  {lane.why}")
        for each in topics:
            print(f"\ntopic of {each.agency}: halted{_since(each.since)}\n  {each.why}")
    return 0 if all(server.answers for server in servers) else NOT_RUNNING


def doctor(*, json: bool = False) -> int:
    """Look for what could stand in the way, and say what to do. Exit code 1 if something does.

    Parameters
    ----------
    json
        Print the findings as JSON.
    """
    findings = list(examine(_stack()))
    if json:
        _print_json(findings)
    else:
        width = max(len(each.what) for each in findings)
        for each in findings:
            print(f"{_MARKS[each.in_order]} {each.what:{width}}  {each.said}")
    return 1 if any(each.in_order is False for each in findings) else 0


def _servers() -> list[ServerStatus]:
    """Describe the servers of this home's stack, or those elsewhere that the settings name."""
    stack, settings = _stack(), Settings.load()
    if (settings.home / STACK_FILE).exists():
        return stack.status()
    return asyncio.run(closing(_elsewhere(settings)))


async def _elsewhere(settings: Settings) -> list[ServerStatus]:
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that it is away is our answer
    kafka = database = False
    with contextlib.suppress(Doubt):
        async with reading(settings):
            kafka = True
    with contextlib.suppress(Doubt):
        await has_tables(settings, GATEWAY)
        database = True
    address = f"{settings.postgres_host}:{settings.postgres_port}"
    return [
        ServerStatus("Apache Kafka", None, settings.kafka_bootstrap, kafka),
        ServerStatus("PostgreSQL", None, address, database),
    ]


async def _services(*, kafka: bool) -> list[ServiceStanding]:
    from services.all import NAMES  # noqa: PLC0415  other commands need not load every service

    settings = Settings.load()
    if not kafka:
        return await standings(settings, NAMES, None)
    async with reading(settings) as reader:
        return await standings(settings, NAMES, reader)


def _story_time(settings: Settings) -> str | None:
    """Return at what time the platform's clock stands, None where it is the wall's."""
    path = settings.home / STORY_FILE
    if not path.exists():
        return None
    return StoryClock(path).now().astimezone(VIET_NAM).isoformat(timespec="seconds")


def _table(services: Sequence[ServiceStanding]) -> Table:
    table = Table(*_COLUMNS, box=None, pad_edge=False)
    for each in services:
        if not each.lanes:
            table.add_row(each.service, "never ran")
            continue
        lapsed = f"lapsed: {', '.join(map(str, each.lapsed))}" if each.lapsed else ""
        holders = [f"{owner.rpartition('/')[0]} × {n}" for owner, n in each.owners.items()]
        table.add_row(
            each.service,
            f"{each.owned} of {each.lanes}",
            "" if each.lease_seconds is None else f"{each.lease_seconds:.0f} s",
            "?" if each.lag is None else f"{each.lag:,}",
            "" if each.oldest_unread_seconds is None else f"{each.oldest_unread_seconds:.0f} s",
            f"{each.outbox:,}",
            f"{each.letters:,}",
            "; ".join([*holders, *([lapsed] if lapsed else [])]) or "nobody",
        )
    return table


def _since(moment: datetime | None) -> str:
    return "" if moment is None else f" since {moment.astimezone(VIET_NAM):%d-%m-%Y %H:%M:%S}"


def _stack() -> Stack:
    return Stack(Settings.load(), lambda line: print(line, file=sys.stderr, flush=True))


def _print_servers(servers: Sequence[ServerStatus], *, json: bool) -> None:
    if json:
        _print_json(servers)
        return
    for each in servers:
        if each.pid:
            told = f"process {each.pid} {'answers' if each.answers else 'does not answer'}"
        else:
            told = "answers" if each.answers else "not running"
        print(f"{each.name:13} {told:28} {each.address}")


def _print_json(things: Sequence[ServerStatus | Finding]) -> None:
    print(msgspec.json.format(msgspec.json.encode(things)).decode())
