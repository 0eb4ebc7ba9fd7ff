"""`lienthong replay`: a selection of the archive as JSON Lines, previewed, confirmed, recorded.

It shows again what stands there. Nothing is put before any family, so nothing can follow from it.
"""

import asyncio
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, TextIO

import msgspec
from msgspec.structs import replace

from services.cli.archive import Desk, opened
from services.cli.errors import CommandError
from services.cli.naming import case_named
from services.cli.times import moment
from services.core.contracts.catalogue import PREFIX
from services.core.telling.lines import as_json, time_of
from services.ledger.archive import Criteria, Entry, Span
from services.ledger.replays import note_failed, place_of, record, recorded

SCREEN = "screen"


def replay(
    *,
    why: str,
    who: str | None = None,
    case: str | None = None,
    type: str | None = None,  # noqa: A002  the option's name
    agency: str | None = None,
    since: str | None = None,
    until: str | None = None,
    to: Path | None = None,
    yes: bool = False,
) -> int:
    """Write archived entries again as JSON Lines; nothing is triggered. Exit code 1 if not agreed.

    Says first how many there are and asks; what was replayed, by whom and why is recorded.

    Parameters
    ----------
    why
        The reason, kept with the replay.
    who
        Who asks for it; else the user of this machine.
    case
        Only what lies in this case, by its id or an official number; of a judgment, everything
        under it.
    type
        Only events of this type, such as coercion.scheduled.
    agency
        Only what this agency brought about.
    since
        Only what was recorded from this time on, such as 2026-09-28T16:20.
    until
        Only what was recorded before this time.
    to
        The file to write; it must not exist. Else the screen.
    yes
        Do not ask.
    """
    wanted = Criteria(
        type=type and f"{PREFIX}.{type.removeprefix(f'{PREFIX}.')}",
        agency=agency,
        since=moment(since, "--since") if since else None,
        until=moment(until, "--until") if until else None,
    )
    to = to and to.absolute()
    return asyncio.run(_replay(wanted, case, who or _user(), why, to, yes=yes))


def replays(*, json: bool = False) -> int:
    """List what was replayed so far, by whom and why; when, by the wall clock.

    Parameters
    ----------
    json
        Print them as JSON.
    """
    return asyncio.run(_replays(json=json))


async def _replay(
    wanted: Criteria, case: str | None, who: str, why: str, to: Path | None, *, yes: bool
) -> int:
    async with opened() as desk:
        if case is not None:
            named = await case_named(desk.settings, case)
            wanted = replace(wanted, **{"case_id" if "." in named else "key": named})
        span = await desk.archive.span(wanted)
        if not span.count:
            raise CommandError(
                f"nothing is archived of {_spelled(wanted)}: compare the spelling; nothing was "
                f"replayed or recorded"
            )
        print(_preview(span, wanted, to), file=sys.stderr)
        if not yes and not _agreed():
            print("nothing was replayed", file=sys.stderr)
            return 1
        with TemporaryFile("w+", encoding="utf-8") as spool, _output(to) as out:
            count, first, last = 0, None, None
            async for entry in desk.archive.find(wanted):
                spool.write(msgspec.json.encode(_line(entry, desk)).decode() + "\n")
                count, first, last = count + 1, first or place_of(entry), place_of(entry)
            number = await record(
                desk.rows,
                wanted,
                who=who,
                why=why,
                count=count,
                first=first,
                last=last,
                written_to=str(to) if to else SCREEN,
            )
            spool.seek(0)
            try:
                copyfileobj(spool, out)
                out.flush()
            except OSError as error:
                await note_failed(desk.rows, number, error.strerror or str(error))
                raise
        print(f"replay {number}: {count} entries, {first} to {last}", file=sys.stderr)
    return 0


def _preview(span: Span, wanted: Criteria, to: Path | None) -> str:
    if span.first is None or span.last is None:
        raise ValueError("an empty selection has no preview")
    return (
        f"{span.count} entries of {_spelled(wanted)}, {span.bytes:,} bytes of data, recorded "
        f"{time_of(span.first)} to {time_of(span.last)}, go to {to or 'the screen'}; no act is "
        f"triggered"
    )


def _spelled(wanted: Criteria) -> str:
    named = {
        name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None
    }
    return ", ".join(f"{name} {value}" for name, value in named.items()) or "the whole archive"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise CommandError("this user has no name: say with --who who asks for it") from None


def _agreed() -> bool:
    print("Replay them? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


@contextmanager
def _output(to: Path | None) -> Iterator[TextIO]:
    if to is None:
        yield sys.stdout
        return
    try:
        with to.open("x", encoding="utf-8") as out:
            yield out
    except FileExistsError:
        raise CommandError(f"--to {to}: it exists already; name a new file") from None
    except OSError as error:
        raise CommandError(f"--to {to}: {error.strerror}") from error


def _line(entry: Entry, desk: Desk) -> dict[str, Any]:
    return {
        "lane": entry.lane,
        "index": entry.index,
        "kind": entry.kind,
        **dict(as_json(entry.record, entry.envelope, desk.codec)),
        "correlation": entry.envelope.correlation,
    }


async def _replays(*, json: bool) -> int:
    async with opened() as desk:
        found = await recorded(desk.rows)
    if json:
        print(msgspec.json.encode(found).decode())
    elif not found:
        print("nothing was replayed so far")
    for each in () if json else found:
        said = ", ".join(f"{name} {value}" for name, value in each.criteria.items())
        failed = f" (not all was written: {each.failed})" if each.failed else ""
        print(
            f"{each.number:>4}  {time_of(each.replayed_at)} (wall)  {each.who}  "
            f"{each.count} entries ({each.first} to {each.last})  of "
            f"{said or 'the whole archive'}  to {each.written_to}{failed}: {each.why}"
        )
    return 0
