"""`lienthong flows`: who sends what to whom now, at what rate, how late, and who is silent."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table

from services.cli.errors import CommandError
from services.core.contracts.days import VIET_NAM
from services.core.settings import Settings
from services.flows.picture import START, Picture, read

_COLUMNS: Final = (
    "from", "type", "to", "per minute", "events", "recorded after", "seen after", "silent since"
)  # fmt: skip
_WIDTH: Final = 140  #: what is printed once is cut by no narrow terminal
_MOST: Final = 40  #: rows of the live table; --once and --json show all


def flows(*, once: bool = False, json: bool = False) -> int:
    """Show the live picture that `lienthong run flows` keeps; end with Ctrl-C.

    Exit code 1 with --once or --json where there is no picture, or it is stale.

    Parameters
    ----------
    once
        Print the table once.
    json
        Print the picture as one JSON object.
    """
    home = Settings.load().home
    if not (once or json):
        _live(home)
        return 0
    picture, now = read(home), time.time()
    if picture is None:
        raise CommandError(f"flows has never run in this house: start it with `{START}`")
    if json:
        told = msgspec.to_builtins(picture)
        for flow in told["flows"]:
            del flow["buckets"]
        del told["offsets"]
        told |= {"age_seconds": picture.age(now), "stale": picture.is_stale(now)}
        print(msgspec.json.encode(told).decode())
    else:
        console = Console(highlight=False, markup=False)
        console.width = max(console.width, _WIDTH)
        console.print(table(picture, now))
    return 1 if picture.is_stale(now) else 0


def _live(home: Path) -> None:
    with Live(refresh_per_second=2) as live:
        while True:
            picture, now = read(home), time.time()
            if picture is None:
                live.update(f"flows has never run in this house: start it with `{START}`")
            else:
                live.update(table(picture, now, _MOST))
            time.sleep(0.5)


def table(picture: Picture, now: float, most: int | None = None) -> Table:
    """Return the picture as a table; what is above it says how old it is."""
    shown = Table(
        *_COLUMNS, box=None, pad_edge=False, title=_standing(picture, now), title_justify="left"
    )
    for flow in picture.flows[:most]:
        shown.add_row(
            flow.agency,
            flow.type.partition(".")[2],
            flow.reader,
            f"{flow.per_minute:.1f}" if flow.events else "·",
            str(flow.events),
            _span(flow.recorded_late),
            _span(flow.seen_late),
            "" if flow.events else _time(flow.last_at),
        )
    return shown


def _standing(picture: Picture, now: float) -> str:
    if picture.is_stale(now):
        return (
            f"STALE: flows does not run; this is the picture of {_time(picture.written_at)} by the "
            f"wall clock, {_span(picture.age(now))} old. Start it with `{START}`"
        )
    minutes = picture.window_seconds // 60
    return (
        f"the last {minutes} minutes by the wall clock, as of {_span(picture.age(now))} ago; "
        f"'recorded after' by the platform's clock"
    )


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.1f} s"


def _time(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC).astimezone(VIET_NAM):%d-%m-%Y %H:%M:%S}"
