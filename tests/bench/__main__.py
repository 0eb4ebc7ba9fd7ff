"""`make bench`: every figure of one run, as a table, `build/bench.json` and `docs/benchmarks.md`.

Contenders take turns, several rounds each, so that a machine whose speed drifts drifts for all;
what counts is the ratio of medians within the run. Figures decide nothing here: they are reported.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from services.core.runtime.stack import Stack
from services.core.settings import Settings
from tests.bench import archive, clocks, fairness, latency, rest, stories, throughput
from tests.conftest import free_ports

BUILD: Final = Path("build")
DOCS: Final = Path("docs/benchmarks.md")
EVENTS: Final = 60_000
EVENTS_ONE_BY_ONE: Final = 3_000
ROUNDS: Final = 5


class Figure(Struct):
    """One line of the table. `ratio` is the value against that of `against`."""

    id: str
    value: float
    unit: str
    against: str | None = None
    ratio: float | None = None
    goal: str | None = None
    met: bool | None = None
    spread: tuple[float, float] | None = None


def rate(id_: str, samples: list[float]) -> Figure:
    """A throughput, with its median and its extremes."""
    return Figure(id_, median(samples), "events/s", spread=(min(samples), max(samples)))


def compared(figure: Figure, other: Figure, goal: float, *, at_most: bool = False) -> Figure:
    """Hold a figure against another of the same run."""
    ratio = figure.value / other.value
    figure.against, figure.ratio = other.id, ratio
    figure.goal = f"{'≤' if at_most else '≥'} {goal}x"
    figure.met = ratio <= goal if at_most else ratio >= goal
    return figure


async def measure(settings: Settings, rounds: int) -> list[Figure]:
    """Run every contender in turn, `rounds` times."""
    hot = {name: list[float]() for name in ("bare", "lanes")}
    new = {name: list[float]() for name in ("bare", "lanes")}
    slow: list[float] = []
    for _ in range(rounds):
        for name, samples in hot.items():
            samples.append(await throughput.run(settings, name, EVENTS, hot=True))
        for name, samples in new.items():
            samples.append(await throughput.run(settings, name, EVENTS, hot=False))
        slow.append(await throughput.run(settings, "one_by_one", EVENTS_ONE_BY_ONE, hot=True))
    bare_hot, bare_new = rate("bare, hot streams", hot["bare"]), rate("bare, new", new["bare"])
    one = rate("one transaction an event", slow)
    figures = [
        bare_hot,
        bare_new,
        one,
        compared(rate("lanes, 2,000 hot streams", hot["lanes"]), bare_hot, 0.8),
        compared(rate("lanes, every stream new", new["lanes"]), bare_new, 0.5),
        compared(rate("lanes, against one by one", hot["lanes"]), one, 30),
    ]
    took = await stories.run(settings)
    facts, steps = took.facts / took.seconds, took.steps / took.seconds
    told = Figure(f"the story over {stories.JUDGMENTS:,} judgments, facts", facts, "events/s")
    told.against, told.ratio = figures[3].id, facts / figures[3].value
    worked = Figure("the same, decided or heard by a family", steps, "events/s")
    figures += [told, compared(worked, figures[3], 0.5)]
    memory = await throughput.memory(settings, (100_000, 200_000))
    figures += [Figure(f"memory after {count} events", mb, "MB") for count, mb in memory.items()]
    bare, posts, seen = await latency.run(settings, rounds)
    for quantile in ("p50", "p99"):
        path = Figure(
            f"produce → consume → produce → consume, {quantile}",
            median(bare[quantile]),
            "ms",
            spread=(min(bare[quantile]), max(bare[quantile])),
        )
        post = Figure(
            f"POST to recorded outcome at 200/s, {quantile}",
            median(posts[quantile]),
            "ms",
            spread=(min(posts[quantile]), max(posts[quantile])),
        )
        figures.append(path)
        if quantile == "p99":
            post = compared(post, path, 4, at_most=True)
        figures.append(post)
        shown = Figure(
            f"POST to a waiting subscriber at 200/s, {quantile}",
            median(seen[quantile]),
            "ms",
            spread=(min(seen[quantile]), max(seen[quantile])),
        )
        shown.against, shown.ratio = path.id, shown.value / path.value
        figures.append(shown)
    return [
        *figures,
        *await resting(settings),
        *await shared(settings),
        *await archived(settings, rounds),
        *await timed(settings),
    ]


async def resting(settings: Settings) -> list[Figure]:
    """What every service in one process costs while nothing happens."""
    found = await rest.measure(settings)
    figures = [
        (f"all services at rest, {rest.PARTITIONS} partitions, of a core", found.core, "%", 4),
        ("their connections to PostgreSQL", found.postgres, "", 45),
        ("their connections to Kafka", found.kafka, "", 12),
        ("from start to ready", found.ready_seconds, "s", 4),
        ("from SIGTERM to the end", found.stop_seconds, "s", 3),
    ]
    return [
        Figure(id_, value, unit, goal=f"≤ {goal} {unit}".strip(), met=value <= goal)
        for id_, value, unit, goal in figures
    ]


async def shared(settings: Settings) -> list[Figure]:
    """How long one agency waits beside another that sends as much as its limit lets it."""
    found = await fairness.run(settings)
    named = f"POST to recorded outcome at {fairness.RATE}/s"
    alone = Figure(f"{named}, p99, alone", median(found.alone), "ms", spread=_extremes(found.alone))
    beside = Figure(
        f"the same beside an agency at its limit of {fairness.LIMIT / 60:.0f}/s",
        median(found.beside),
        "ms",
        spread=_extremes(found.beside),
    )
    turned_away = Figure("of whose requests are turned away", found.turned_away * 100, "%")
    return [alone, compared(beside, alone, 2, at_most=True), turned_away]


def _extremes(samples: list[float]) -> tuple[float, float]:
    return min(samples), max(samples)


async def timed(settings: Settings) -> list[Figure]:
    """A year of cases with all their clocks, and a tick over very many."""
    found = await clocks.measure(settings)
    year = Figure(
        f"a year of {clocks.CASES:,} ordinary cases, {found.year.facts:,} facts",
        found.year.seconds,
        "s",
        goal=f"< {clocks.YEAR_SECONDS} s",
    )
    year.met = year.value < clocks.YEAR_SECONDS
    running = f"{clocks.ROWS + clocks.DUE:,} running clocks"
    return [
        year,
        Figure(f"one look at {running}", found.look_ms, "ms"),
        Figure(f"{clocks.DUE:,} of them over at one midnight, all said", found.said_seconds, "s"),
    ]


async def archived(settings: Settings, rounds: int) -> list[Figure]:
    """How fast the ledger takes records in, and how soon it shows a case."""
    taken = {name: list[float]() for name in ("copied", "archive")}
    for _ in range(rounds):
        for name, samples in taken.items():
            samples.append(await archive.taken_in(settings, name))
    bare = rate("bare, Kafka to COPY", taken["copied"])
    shown = Figure(
        f"a case of {archive.FACTS} facts out of {archive.ROWS:,} archived, p99",
        await archive.shown(settings),
        "ms",
        goal=f"< {archive.GOAL_MS} ms",
    )
    shown.met = shown.value < archive.GOAL_MS
    return [bare, compared(rate("the ledger, archiving", taken["archive"]), bare, 0.6), shown]


def report(figures: list[Figure]) -> None:
    """Print the table and write both files."""
    table = Table("figure", "value", "spread", "against", "ratio", "goal", "met")
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`: one run on one machine. Only ratios of medians within the run",
        "mean anything; absolute figures are this machine's. Each contender has its own process",
        "beside Kafka and PostgreSQL. Payloads are `judgment.issued` of about 330 bytes with the",
        "same ten headers on every side; states are 1 KB; 4 partitions; acks=all; zstd. The story",
        "goes through all services in one process, row by row: a row for every judgment, then the",
        "next one.",
        "",
        "| figure | value | spread | against | ratio | goal | met |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in figures:
        row = (
            each.id,
            f"{each.value:,.1f} {each.unit}"
            if each.value < 100
            else f"{each.value:,.0f} {each.unit}",
            f"{each.spread[0]:,.1f}–{each.spread[1]:,.1f}" if each.spread else "",
            each.against or "",
            f"{each.ratio:.2f}x" if each.ratio is not None else "",
            each.goal or "",
            {True: "yes", False: "no", None: ""}[each.met],
        )
        table.add_row(*row)
        lines.append(f"| {' | '.join(row)} |")
    Console(width=160).print(table)
    BUILD.mkdir(exist_ok=True)
    (BUILD / "bench.json").write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=1))
    DOCS.parent.mkdir(exist_ok=True)
    DOCS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Start a stack of its own, measure, report, stop."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory(prefix="lt-bench-", dir="/tmp") as home:
        kafka, controller = free_ports()
        stack = Stack(
            Settings(home=Path(home), kafka_port=kafka, controller_port=controller), print
        )
        try:
            settings = msgspec.structs.replace(stack.start(), partitions=4)
            report(asyncio.run(measure(settings, rounds)))
        finally:
            stack.stop()


if __name__ == "__main__":
    main()
