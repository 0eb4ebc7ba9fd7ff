"""`lienthong demo`: five judgments' beginnings through the real gateway, told line by line."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import httpx2
import msgspec
from cyclopts import App
from rich.console import Console
from rich.text import Text

from services.cli.clock import move, quiet
from services.cli.errors import CommandError
from services.cli.lines import Teller
from services.cli.submit import Client, told
from services.cli.tail import begin, closing, events
from services.core.access import directory
from services.core.bus.chain import Target
from services.core.bus.kafka import Reader, reading
from services.core.clock import StoryClock, clock_of
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.identifiers import derived_id, new_id
from services.core.contracts.schemas import load_schemas
from services.core.runtime.processes import must_be_free
from services.core.settings import Settings
from services.simulator.beginnings import Step, steps

_WAIT: Final = 30
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.1

console = Console(soft_wrap=True, highlight=False)


def add_to(app: App) -> None:
    """Add this group's commands."""
    app.command(demo)


def demo() -> int:
    """Play five judgments' beginnings: one claim is refused, one act is irregular."""
    return asyncio.run(closing(_demo()))


async def _demo() -> int:
    catalogue = load_catalogue()
    story = steps(catalogue)
    settings = Settings.load()
    settings = msgspec.structs.replace(settings, story_start=settings.story_start or story[0].at)
    clock = clock_of(settings)
    if not isinstance(clock, StoryClock):
        raise CommandError("the demo is a story and needs a story's clock")
    teller = Teller(catalogue, Codec(catalogue, load_schemas()), directory.load(catalogue))
    async with _services(settings), Client(settings) as client, _telling(settings, teller) as seen:
        before = await client.counts()
        played = Played()
        for step in story:
            await move(settings, clock, max(step.at, clock.now()))
            played.note(step, *await _submit(client, step))
        await seen(played.facts)
        await quiet(settings)
        _summary(before, await client.counts(), played)
    _what_next()
    return 1 if played.surprises else 0


class Played:
    """What became of the story."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.facts: set[str] = set()  #: ids of everything that was recorded of it
        self.irregular = 0
        self.surprises = 0  #: what became of a step was not what the story expects

    def note(self, step: Step, answer: httpx2.Response, seconds: float) -> None:
        """Take note of one answer; what surprises is said at once."""
        said = answer.json()
        became = said.get("status")
        if became == "refused":
            self.facts.add(derived_id(said["id"], "submission", 0))
        for fact in said.get("facts", ()):
            self.facts.add(fact["id"])
            if "irregularity" in fact:
                became = "irregular"
        self.irregular += became == "irregular"
        self.seconds.append(seconds)
        if became != step.expect:
            self.surprises += 1
            console.print(Text(f"expected {step.expect}, but:", "bold red"))
            console.print("\n".join(told(answer)))


async def _submit(client: Client, step: Step) -> tuple[httpx2.Response, float]:
    begun = time.perf_counter()
    answer = await client.submit(step.agency, step.submission, new_id(), _WAIT)
    return answer, time.perf_counter() - begun


@contextlib.asynccontextmanager
async def _services(settings: Settings) -> AsyncIterator[None]:
    """Run every service in a process of its own within the block."""
    must_be_free(settings.http_port, "LIENTHONG_HTTP_PORT")
    log = settings.home / "services.log"
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.cli", "run"),
            env={**os.environ, "LIENTHONG_STORY_START": str(settings.story_start)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        await _ready(settings, process, log)
        yield
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
            except TimeoutError:
                process.kill()


async def _ready(settings: Settings, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until the gateway says so. Raises CommandError with the last line of its log."""
    deadline = time.monotonic() + _START_SECONDS
    async with httpx2.AsyncClient() as http:
        while process.returncode is None and time.monotonic() < deadline:
            with contextlib.suppress(httpx2.TransportError):
                health = f"http://127.0.0.1:{settings.http_port}/health/ready"
                if (await http.get(health)).is_success:
                    return
            await asyncio.sleep(_POLL_SECONDS)
    raise CommandError(f"the services did not start: {_last_line(log)} (see {log})")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "they said nothing"


@contextlib.asynccontextmanager
async def _telling(
    settings: Settings, teller: Teller
) -> AsyncIterator[Callable[[set[str]], Awaitable[None]]]:
    """Print every event as it is recorded within the block; gives a way to wait for some."""
    seen: set[str] = set()
    progress = asyncio.Event()

    async def tell(reader: Reader, positions: dict[Target, int]) -> None:
        async for record, envelope in events(reader, positions, follow=True):
            console.print(teller.line(record, envelope))
            seen.add(envelope.id)
            progress.set()

    async def until(wanted: set[str]) -> None:
        async with asyncio.timeout(_WAIT):
            while not wanted <= seen:
                progress.clear()
                await progress.wait()

    async with reading(settings) as reader:
        positions = await begin(reader, settings, list(teller.catalogue.families), None)
        telling = asyncio.create_task(tell(reader, positions))
        try:
            yield until
        finally:
            telling.cancel()


def _summary(before: dict[str, int], after: dict[str, int], played: Played) -> None:
    of = {what: after[what] - before[what] for what in after}
    milliseconds = sorted(1000 * each for each in played.seconds)
    console.print()
    parts = " + ".join(f"{of[what]} {what}" for what in ("recorded", "refused", "held", "pending"))
    console.print(f"{of['accepted']} submitted = {parts}; irregular among them: {played.irregular}")
    console.print(
        f"from submitting to the outcome: median {_at(milliseconds, 0.5):.0f} ms, "
        f"99 of 100 within {_at(milliseconds, 0.99):.0f} ms"
    )


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _what_next() -> None:
    console.print(
        "\nWhat to try next:\n"
        "  lienthong tail --from beginning --no-follow   all of it again, from Kafka alone\n"
        "  lienthong run                                 the services, until Ctrl-C\n"
        "  lienthong submit FILE                         a submission of your own\n"
        "  lienthong topics | status | clock             what there is"
    )
