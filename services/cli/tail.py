"""`lienthong tail`: every fact and refusal as it is recorded, one line each; `lienthong topics`."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Final, TypeVar

import msgspec
from cyclopts import Parameter
from msgspec import Struct
from rich.console import Console

from services.cli.lines import coloured
from services.cli.platform_home import settings_of_servers
from services.cli.times import moment_with_offset
from services.core.access import directory
from services.core.bus.chain import Target
from services.core.bus.kafka import Reader, farewell, reading
from services.core.bus.service import Topics
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.identifiers import key_of
from services.core.contracts.schemas import load_schemas
from services.core.settings import Settings
from services.core.telling.following import events, targets_of
from services.core.telling.lines import Teller, as_json

BEGINNING: Final = "beginning"
_DIGITS: Final = 19  #: an offset has fewer
Answer = TypeVar("Answer")


class Wanted(Struct, frozen=True):
    """Which events to show; what is not named is not asked for."""

    type: str | None = None
    key: str | None = None
    agency: str | None = None

    def takes(self, envelope: Envelope) -> bool:
        """Whether an event is among them. A type may be named without `thads.`."""
        return (
            (self.type is None or envelope.type.endswith(self.type))
            and (self.key is None or key_of(envelope.subject) == key_of(self.key))
            and (self.agency is None or envelope.agency == self.agency)
        )


def tail(
    *,
    type: str | None = None,  # noqa: A002  the option's name
    key: str | None = None,
    agency: str | None = None,
    start: Annotated[str | None, Parameter(name="--from")] = None,
    follow: bool = True,
    json: bool = False,
) -> int:
    """Show facts and refusals as they are recorded, repeats left out; end with Ctrl-C.

    Parameters
    ----------
    type
        Only events of this type, such as judgment.issued.
    key
        Only what belongs to this judgment, unit or denunciation.
    agency
        Only what this agency brought about.
    start
        Where to begin: `beginning`, an offset in each partition, or a time with its distance from
        UTC at which a record was written; else what comes from now on.
    follow
        Go on with what comes; --no-follow ends with what stands there.
    json
        Print each event as a line of JSON, its data included.
    """
    return asyncio.run(closing(_tail(Wanted(type, key, agency), start, follow=follow, json=json)))


def topics(*, json: bool = False) -> int:
    """Show the topics and how many records each holds.

    Parameters
    ----------
    json
        Print them as JSON.
    """
    return asyncio.run(closing(_topics(json=json)))


async def closing(command: Awaitable[Answer]) -> Answer:
    """Do what a command does, and let its clients of Kafka go before the loop ends."""
    try:
        return await command
    finally:
        await farewell()


async def _tail(wanted: Wanted, start: str | None, *, follow: bool, json: bool) -> int:
    settings, catalogue = settings_of_servers(), load_catalogue()
    codec = Codec(catalogue, load_schemas())
    teller = Teller(catalogue, codec, directory.load(catalogue))
    console = Console(soft_wrap=True, highlight=False)
    async with reading(settings) as reader:
        positions = await begin(reader, settings, list(catalogue.families), start)
        async for record, envelope in events(reader, positions, follow=follow):
            if not wanted.takes(envelope):
                continue
            if json:
                line = msgspec.json.encode(dict(as_json(record, envelope, codec))).decode()
                print(line, flush=True)  # who follows by a pipe sees each at once
            else:
                console.print(coloured(teller.line(record, envelope)))
    return 0


async def begin(
    reader: Reader, settings: Settings, families: list[str], start: str | None
) -> dict[Target, int]:
    """Return the offsets from which to read the events of some families. Raises CommandError."""
    targets = targets_of(settings, families)
    if start is None:
        return await reader.ends(targets)
    if start == BEGINNING or (start.isascii() and start.isdecimal() and len(start) < _DIGITS):
        ends = await reader.ends(targets)
        offset = 0 if start == BEGINNING else int(start)
        return {target: min(offset, ends[target]) for target in targets}
    moment = moment_with_offset(start, "--from", f"`{BEGINNING}`, an offset, or ")
    return await reader.at(targets, int(moment.timestamp() * 1000))


async def _topics(*, json: bool) -> int:
    settings, catalogue = settings_of_servers(), load_catalogue()
    named = Topics(settings.topic_prefix, settings.partitions)
    claimed = {event.family for event in catalogue.events.values() if event.is_claim}
    names = [(named.submissions(family), family) for family in catalogue.families]
    names = [(name, family) for name, family in names if family in claimed]
    names += [(named.events(family), family) for family in catalogue.families]
    async with reading(settings) as reader:
        targets = [(name, p) for name, _ in names for p in range(settings.partitions)]
        ends = await reader.ends(targets)
    rows = [
        {
            "topic": name,
            "partitions": settings.partitions,
            "records": sum(ends[name, p] for p in range(settings.partitions)),
            "vi": catalogue.families[family].vi,
        }
        for name, family in names
    ]
    if json:
        print(msgspec.json.encode(rows).decode())
    else:
        for row in rows:
            print(f"{row['topic']:34} {row['records']:>12,} records  {row['vi']}")
    return 0
