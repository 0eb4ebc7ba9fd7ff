"""`lienthong clock [TIME]`: what time the house has, and moving a story on."""

import asyncio
import time
from datetime import datetime
from typing import Final

from cyclopts import App

from services.cli.errors import CommandError
from services.core.bus.postgres import FAILURES, connect, sorted_error
from services.core.clock import StoryClock, clock_of
from services.core.contracts.days import VIET_NAM
from services.core.settings import Settings
from services.gateway.counting import counted
from services.gateway.service import NAME

_PATIENCE: Final = 10.0
_POLL_SECONDS: Final = 0.01


def add_to(app: App) -> None:
    """Add this group's commands."""
    app.command(clock)


def clock(to: str | None = None) -> int:
    """Print the time of the house, or move a story's time on while nothing is pending.

    Parameters
    ----------
    to
        Where to move to, such as 2026-08-17T09:00+07:00; never back.
    """
    settings = Settings.load()
    own = clock_of(settings)
    if to is not None:
        asyncio.run(move(settings, own, _moment(to)))
    kind = "story" if isinstance(own, StoryClock) else "wall"
    print(f"{own.now().astimezone(VIET_NAM).isoformat(timespec='seconds')}  ({kind})")
    return 0


async def move(
    settings: Settings, own: object, moment: datetime, patience: float = _PATIENCE
) -> None:
    """Move a story's clock on. Raises CommandError where it may not be moved."""
    if not isinstance(own, StoryClock):
        raise CommandError(
            "this house runs by the wall's clock; a story begins in an empty house with "
            "LIENTHONG_STORY_START=<time>"
        )
    if moment < own.now():
        raise CommandError(f"the story is at {own.now().isoformat()} and goes on, never back")
    await quiet(settings, patience)
    own.move(moment)


async def quiet(settings: Settings, patience: float = _PATIENCE) -> None:
    """Wait until nothing is pending. Raises CommandError when patience, in seconds, ends."""
    connection = await connect(settings, NAME)
    deadline = time.monotonic() + patience
    try:
        while pending := (await counted(connection)).pending:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"{pending} submissions are pending, and the clock moves only when all is "
                    f"quiet; `lienthong run` decides them"
                )
            await asyncio.sleep(_POLL_SECONDS)
    except FAILURES as error:
        raise sorted_error(error) from error
    finally:
        connection.terminate()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError(f"{text}: expected a time with its distance from UTC, such as +07:00")
    return moment
