"""`lienthong demo`: the whole story of a judgment through the real gateway, told line by line."""

import asyncio
import contextlib
import textwrap
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Annotated, Any, Final, Self

import msgspec
from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from services.cli.background import services
from services.cli.clock import Story, moving
from services.cli.errors import CommandError
from services.cli.lines import STYLES, coloured, outcome_of
from services.cli.submit import Client, told
from services.cli.tail import begin, closing
from services.core.access import directory
from services.core.bus.chain import Target
from services.core.bus.kafka import Reader, reading
from services.core.clock import StoryClock, clock_of
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.errors import ContractError
from services.core.contracts.identifiers import new_id
from services.core.contracts.schemas import load_schemas
from services.core.settings import Settings
from services.core.telling.following import events
from services.core.telling.lang import Lang
from services.core.telling.lines import Line, Teller, time_of
from services.simulator.play import Became, Play
from services.simulator.story import Row, rows

THE_JUDGMENT: Final = "J"  #: of which the story tells most

_COLUMNS: Final = 100
_WHO, _SAID = 40, 38  #: columns of a line: who acts towards whom, and what is done
_INDENT: Final = " " * 4  #: of reasons
_KINDS: Final = 4  #: kinds of facts that the summary counts by name
_PROGRAM: Final = ".venv/bin/lienthong"  #: as README types it
_WAIT: Final = 30
_PATIENCE: Final = 120.0  #: services in processes of their own begin one after another
_FOLLOWS_SECONDS: Final = 180.0
_PAUSE_SECONDS: Final = 0.15  #: after each line, so that eyes can follow

console = Console(soft_wrap=True, highlight=False)


def demo(
    *,
    lang: Lang = "vi",
    fast: bool = False,
    apart: bool = False,
    every: Annotated[bool, Parameter(name="--all", negative=())] = False,
    again: Annotated[bool, Parameter(negative=())] = False,
    start: Annotated[int, Parameter(name="--from")] = 1,
) -> int:
    """Play the story of one judgment, two debtors and a third case. Exit code 1 if it surprises.

    It prints what carries the first judgment to its end, and everything that is refused or
    irregular; the facts that follow by themselves are counted.

    Parameters
    ----------
    lang
        The language of the lines.
    fast
        Do not pause after each line.
    apart
        Run each service in a process of its own.
    every
        Print every fact of every case.
    again
        Play it on a platform that holds submissions already; it uses its official numbers again.
    start
        Tell from this row of services/simulator/story.yaml on; what comes before is played unseen.
    """
    work = _demo(lang, start, fast=fast, apart=apart, every=every, again=again)
    return asyncio.run(closing(work))


async def _demo(
    lang: Lang, start: int, *, fast: bool, apart: bool, every: bool, again: bool
) -> int:
    catalogue, story = load_catalogue(), rows()
    is_told = False
    if all(row.n != start for row in story):
        raise CommandError(f"--from {start}: the story has rows 1 to {max(r.n for r in story)}")
    settings = Settings.load()
    settings = msgspec.structs.replace(settings, story_start=settings.story_start or story[0].at)
    clock = clock_of(settings)
    if not isinstance(clock, StoryClock):
        raise CommandError("the demo is a story and needs a story's clock")
    teller = Teller(catalogue, Codec(catalogue, load_schemas()), directory.load(catalogue), lang)
    play = Play(story, catalogue)
    async with (
        services(settings, apart=apart),
        Client(settings) as client,
        moving(settings, clock, _PATIENCE) as moves,
    ):
        before = await client.counts()
        if before["accepted"] and not again:
            raise CommandError(
                f"this platform holds {before['accepted']} submissions already: `make reset` "
                f"empties it, `{_PROGRAM} demo --again` uses the demo's official numbers again"
            )
        await moves.begin(story[0].at)
        pause = 0 if fast else _PAUSE_SECONDS
        async with _Feed(settings, teller, play, pause) as feed:
            player = _Player(clock, moves, client, play, feed)
            for row in story:
                is_told = row.n == start or is_told
                feed.is_told = is_told and every
                facts = await player.play(row)
                if is_told and not every and _is_step(row):
                    for line in _lines(row, facts, teller, play):
                        console.print(line)
                    await asyncio.sleep(pause)
            await moves.quiet()
            player.end()
        _summary(before, await client.counts(), player.seconds, play)
    _what_next(clock)
    return 1 if play.surprises else 0


def _is_step(row: Row) -> bool:
    """Whether a row carries the first judgment on, or shows a rule that is broken."""
    moves = row.then is not None and row.part.partition(".")[0] == THE_JUDGMENT
    return not row.follows and (moves or row.expect != "recorded")


def _lines(row: Row, facts: tuple[str, ...], teller: Teller, play: Play) -> Iterator[Text]:
    """Yield one line for what an agency did, and the reasons below it if a rule was broken."""
    lines = [
        teller.told(seen.event, row.agency, seen.event.part, row.at)
        for seen in (play.seen.get(fact) for fact in facts)
        if seen is not None
    ]
    for number, line in enumerate(lines):
        if number == 0:
            yield Text(_step(line), STYLES["recorded"] if line.tone == "recorded" else "")
        if line.tone in {"refused", "noted"}:
            for text in textwrap.wrap(
                outcome_of(line), _COLUMNS, initial_indent=_INDENT, subsequent_indent=_INDENT
            ):
                yield Text(text, STYLES[line.tone])


def _step(line: Line) -> str:
    who, said = f"{line.agency} → {line.whom}", line.said
    who = who if len(who) <= _WHO else f"{who[: _WHO - 1]}…"
    said = said if len(said) <= _SAID else f"{said[: _SAID - 1]}…"
    return f"{time_of(line.when)}  {who:{_WHO}}  {said}"


class _Player:
    """Submits what agencies say, waits for what follows, and compares it with the story."""

    def __init__(
        self, clock: StoryClock, moves: Story, client: Client, play: Play, feed: "_Feed"
    ) -> None:
        self.seconds: list[float] = []  #: that submissions took until their outcome
        self._clock, self._moves, self._client = clock, moves, client
        self._play, self._feed = play, feed

    async def play(self, row: Row) -> tuple[str, ...]:
        """Play one row and print what surprises; return the facts recorded of its submission."""
        known = len(self._play.surprises)
        facts: tuple[str, ...] = ()
        await self._moves.move(max(row.at, self._clock.now()))
        if not row.follows:
            facts = await self._submit(row)
        elif not await self._feed.until(lambda: self._play.found(row)):
            self._play.surprised(row, "it did not follow")
        if not await self._feed.until(lambda: self._play.stands(row)):
            self._play.surprised(row, f"it stands at {self._play.state(row)}, not at {row.then}")
        if not await self._feed.until(lambda: self._play.ticks(row)):
            self._play.clocks_compared(row)
        self._tell(known)
        return facts

    def end(self) -> None:
        """Compare what can only be compared once nothing more follows; what surprises is said."""
        known = len(self._play.surprises)
        self._play.ended()
        self._tell(known)

    def _tell(self, known: int) -> None:
        for surprise in self._play.surprises[known:]:
            console.print(Text(f"not as in the story: {surprise}", "bold red"))

    async def _submit(self, row: Row) -> tuple[str, ...]:
        known, begun = len(self._play.surprises), time.perf_counter()
        said, key = self._play.submission(row), new_id()
        answer = await self._client.submit(row.agency, said, key, _WAIT)
        while answer.json().get("status") == "pending" and time.perf_counter() - begun < _PATIENCE:
            answer = await self._client.submit(row.agency, said, key, _WAIT)
        self.seconds.append(time.perf_counter() - begun)
        became = Became.told(answer.json(), answer.status_code)
        self._play.answered(row, became)
        if len(self._play.surprises) > known:
            console.print("\n".join(told(answer)))
        await self._feed.until(lambda: self._play.seen.keys() >= set(became.facts))
        return became.facts


class _Feed:
    """Follows every event of the house: prints its line and shows it to the play."""

    def __init__(self, settings: Settings, teller: Teller, play: Play, pause: float) -> None:
        self.is_told = False  #: whether lines are printed
        self._settings, self._teller, self._play, self._pause = settings, teller, play, pause
        self._progress = asyncio.Event()
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        reader = await self._open.enter_async_context(reading(self._settings))
        positions = await begin(reader, self._settings, list(self._teller.catalogue.families), None)
        await self._open.enter_async_context(_beside(self._follow(reader, positions)))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def until(self, holds: Callable[[], bool]) -> bool:
        """Wait until something holds that events may bring about; say whether it does."""
        try:
            async with asyncio.timeout(_FOLLOWS_SECONDS):
                while not holds():
                    self._progress.clear()
                    await self._progress.wait()
        except TimeoutError:
            return False
        return True

    async def _follow(self, reader: Reader, positions: dict[Target, int]) -> None:
        async for record, envelope in events(reader, positions, follow=True):
            if self.is_told:
                console.print(coloured(self._teller.line(record, envelope)))
                await asyncio.sleep(self._pause)
            with contextlib.suppress(ContractError):  # its line has said that it is unreadable
                event = self._teller.codec.decode(record.value)
                self._play.see(envelope.id, event, self._teller.codec.to_json(event))
            self._progress.set()


@contextlib.asynccontextmanager
async def _beside(work: Any) -> AsyncIterator[None]:
    """Do some work beside the block, and end it with the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()


def _summary(
    before: dict[str, int], after: dict[str, int], seconds: list[float], play: Play
) -> None:
    of = {what: after[what] - before[what] for what in after}
    milliseconds = sorted(1000 * each for each in seconds)
    console.print()
    parts = " + ".join(f"{of[what]} {what}" for what in ("recorded", "refused", "held", "pending"))
    console.print(f"{of['accepted']} submitted = {parts}; irregular among them: {play.irregular}")
    kinds = Counter(seen.event.TYPE.partition(".")[2] for seen in play.seen.values())
    named = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common(_KINDS))
    console.print(f"{len(play.seen)} events in all, with what followed by itself:\n  {named} …")
    console.print(
        f"from submitting to the outcome: p50 {_at(milliseconds, 0.5):.0f} ms, "
        f"p99 {_at(milliseconds, 0.99):.0f} ms"
    )


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _what_next(clock: StoryClock) -> None:
    console.print(
        f"\nThe platform's clock stands at {time_of(clock.now())}; `make reset` returns to an "
        "empty platform\nand the wall clock. What to try next:\n"
        f"  {_PROGRAM} case 702/QĐ-THADS   its thread, and who must act now\n"
        f"  {_PROGRAM} tail --from beginning --no-follow   every event, from Kafka alone\n"
        f"  {_PROGRAM} run                 the services, until Ctrl-C\n"
        f"  {_PROGRAM} demo --help         every fact with --all, English with --lang en"
    )
