"""`lienthong subscribe --as AGENCY`: what an agency may see, as it is recorded, one event a line.

The place is kept in a file, moved after an event was handled and never before: whoever is killed
sees the last one again, under the same number. In a pipe an event is handled once its reader has
read the line.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import msgspec
from cyclopts import Parameter

from services.cli.errors import CommandError
from services.cli.handed_over import Output
from services.cli.platform_home import settings_of_platform
from services.cli.submit import AGAIN, Client
from services.core.settings import Settings

_AT_ONCE: Final = 500
_WAIT: Final = 20
_BACKOFF: Final = 1.0
_TRIES: Final = 5
_OTHER_FEED: Final = ("FEED_CHANGED", "NUMBER_UNKNOWN")


class Event(msgspec.Struct, frozen=True):
    """An event of a feed, with its number there."""

    number: int
    event: msgspec.Raw


class _Page(msgspec.Struct, frozen=True):
    events: list[Event]
    feed: str


def subscribe(
    *,
    agency: Annotated[str, Parameter(name="--as")],
    after: int | None = None,
    exec_: Annotated[str | None, Parameter(name="--exec")] = None,
    once: bool = False,
) -> int:
    """Print everything that an agency may see, one line of JSON an event, from where it stopped.

    Parameters
    ----------
    agency
        Its short name, such as thads-da-nang.
    after
        Begin after this number instead of where the last subscription stopped; 0: at the beginning.
    exec_
        A shell command to run for each event, with the event on its standard input. One that fails
        is run again, five times; then the subscription ends with exit code 1 and stays where it is.
    once
        End when everything that stands is handled, instead of waiting for more.
    """
    return asyncio.run(_subscribe(settings_of_platform(), agency, after, exec_, once=once))


class Place:
    """The number of the last event that was handled and the feed it is from, kept in a file."""

    def __init__(self, path: Path, after: int | None) -> None:
        self.path, self.feed = path, ""
        self.number = self._read() if after is None else after

    def _read(self) -> int:
        try:
            number, _, self.feed = self.path.read_text().strip().partition(" ")
            return int(number)
        except FileNotFoundError:
            return 0
        except (OSError, ValueError) as error:
            raise CommandError(
                f"{self.path}: cannot be read as a number ({error}): remove it, or say --after"
            ) from None

    def move(self, number: int) -> None:
        """Keep the number and the feed, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(f".{os.getpid()}")
        beside.write_text(f"{number} {self.feed}")
        beside.replace(self.path)
        self.number = number


async def _subscribe(
    settings: Settings, agency: str, after: int | None, command: str | None, *, once: bool
) -> int:
    async with Client(settings) as client:
        slug = client.known(agency).slug
        place = Place(settings.home / "subscriptions" / slug, after)
        while True:
            try:
                wait = 0 if once else _WAIT
                answer = await client.events(agency, place.number, _AT_ONCE, wait, place.feed)
            except CommandError as error:
                if once:
                    raise
                print(f"waiting: {error}", file=sys.stderr)
                await asyncio.sleep(_BACKOFF)
                continue
            if answer.status_code in AGAIN and not once:
                await asyncio.sleep(_BACKOFF)
                continue
            if not answer.is_success:
                raise CommandError(_turned_away(answer.json(), place))
            page = msgspec.json.decode(answer.content, type=_Page)
            place.feed = page.feed
            following = _following(page.events, place.number)
            if command is None:
                await print_events(following, place, sys.stdout.buffer)
            elif not await _run_for_each(following, command, place):
                return 1
            if once and not page.events:
                return 0


def _following(events: Sequence[Event], number: int) -> list[Event]:
    """Return the events that follow on a number without a gap."""
    for n, each in enumerate(events):
        if each.number != number + n + 1:
            print(f"after {number + n} came {each.number}: asked again", file=sys.stderr)
            return list(events[:n])
    return list(events)


async def print_events(events: Sequence[Event], place: Place, out: BinaryIO) -> None:
    """Print events a line each, and move the place as far as the reader has read."""
    output = Output(out)
    try:
        for each in events:
            output.write(each.number, msgspec.json.encode(each))
            _move(place, output)
        await output.drained()
    finally:
        _move(place, output)


def _move(place: Place, output: Output) -> None:
    if (number := output.taken()) is not None:
        place.move(number)


async def _run_for_each(events: Sequence[Event], command: str, place: Place) -> bool:
    """Run the command for each event and move the place past it; say whether all succeeded."""
    for each in events:
        if not await _handled(each, command):
            return False
        place.move(each.number)
    return True


async def _handled(each: Event, command: str) -> bool:
    line = msgspec.json.encode(each)
    for _ in range(_TRIES):
        process = await asyncio.create_subprocess_shell(command, stdin=asyncio.subprocess.PIPE)
        await process.communicate(line + b"\n")
        if process.returncode == 0:
            return True
        print(f"event {each.number}: `{command}` ended with {process.returncode}", file=sys.stderr)
        await asyncio.sleep(_BACKOFF)
    return False


def _turned_away(said: dict[str, Any], place: Place) -> str:
    detail = f" ({said['detail']})" if "detail" in said else ""
    remedy = f"; remove {place.path} to begin anew" if said["code"] in _OTHER_FEED else ""
    return f"{said['code']}: {said['title']}{detail}{remedy}"
