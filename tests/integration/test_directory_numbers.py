"""Official numbers find their papers, and a second use is an alarm beside facts that stand."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from services.cli import main
from services.core.bus import postgres
from services.core.bus.clients import Clients
from services.core.bus.host import Host
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.core.telling.thread import Entry
from services.directory.numbers import numbered_types
from services.directory.register import Alarm, Paper, register
from services.directory.service import NAME, rows_of, service
from tests.doors.house import Door, issued, open_door
from tests.integration.test_cli_doors import environment
from tests.patience import PATIENCE
from tests.unit.contracts.generated import CATALOGUE, CODEC
from tests.unit.telling.threads import decision, entry


@asynccontextmanager
async def indexed(settings: Settings, *, hosts: int = 1) -> AsyncIterator[Door]:
    """An open door, with the directory hearing what is recorded behind it."""
    await postgres.migrate(settings, [NAME])
    async with open_door(settings) as door:
        working = [host_of(door) for _ in range(hosts)]
        tasks = [asyncio.create_task(each.run()) for each in working]
        try:
            yield door
        finally:
            for each in working:
                each.stop()
            await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)


def host_of(door: Door) -> Host:
    whole = door.whole
    return Host(
        whole.settings,
        service(whole.catalogue, whole.codec),
        codec=whole.codec,
        catalogue=whole.catalogue,
        clock=whole.clock,
        directory=lambda: whole.directory,
        clients=Clients(whole.settings),
    )


async def papers(settings: Settings, number: str, count: int) -> list[Paper]:
    """Wait until so many papers bear a number, and return them."""
    async with register(settings) as index, asyncio.timeout(PATIENCE):
        while len(found := await index.find(number)) < count:
            await asyncio.sleep(0.02)
    return found


async def alarms(settings: Settings) -> list[Alarm]:
    async with register(settings) as index:
        return await index.alarms()


def of_number(number: str, court: str = "toa-da-nang", **changes: Any) -> dict[str, Any]:
    return issued(new_id(), judgment_no=number, court_id=court, **changes)


async def test_a_number_finds_its_paper_and_no_other(settings: Settings) -> None:
    async with indexed(settings) as door:
        wanted = of_number("41/2026/DS-PT")
        fact = (await door.submit(wanted)).json()["facts"][0]["id"]
        await door.submit(of_number("42/2026/DS-PT"))
        await papers(settings, "42/2026/ds-pt", 1)
        (found,) = await papers(settings, " 41/2026/ds-pt", 1)
        assert (found.fact, found.part) == (fact, wanted["data"]["judgment_id"])
        assert (found.type, found.office) == ("thads.judgment.issued", "toa-da-nang")
        for unknown in ("43/2026/DS-PT", "41/2026/DS-PT\0", "\udcff", ""):
            assert await papers(settings, unknown, 0) == []
        assert await alarms(settings) == []


async def test_a_number_is_found_by_who_cannot_type_its_marks(settings: Settings) -> None:
    await postgres.migrate(settings, [NAME])
    rows = rows_of(numbered_types(CATALOGUE), CODEC)
    connection = await postgres.connect(settings, NAME)
    try:
        for each in (postponed("c1"), postponed("c2", decision_no="703/QĐ-THADS")):
            for sql, arguments in rows([(each.record, each.envelope)]):
                await connection.execute(sql, *arguments)
    finally:
        connection.terminate()
    (found,) = await papers(settings, "702/qd-thads", 1)
    assert found.number == "702/QĐ-THADS"


async def test_a_number_used_twice_is_an_alarm_and_a_warning_while_both_facts_stand(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as said:
        async with indexed(settings) as door:
            first = (await door.submit(of_number("41/2026/DS-PT"))).json()
            await papers(settings, "41/2026/DS-PT", 1)
            second = (await door.submit(of_number("４１／2026⁄ds‐pt"))).json()
            assert (first["status"], second["status"]) == ("recorded", "recorded")
            both = await papers(settings, "41/2026/DS-PT", 2)
            assert {paper.part for paper in both} == {first["part"], second["part"]}
            (alarm,) = await alarms(settings)
    assert alarm.kind == "NUMBER_TWICE"
    assert (alarm.prior.part, alarm.later.part) == (first["part"], second["part"])
    (warning,) = [each for each in said if each["event"] == "official_number_used_twice"]
    assert (warning["fact"], warning["other"]) == (alarm.later.fact, alarm.prior.fact)
    assert (warning["log_level"], warning["office"]) == ("warning", "toa-da-nang")

    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    listed = await asyncio.to_thread(main.run, ["alarms", "--json"])
    assert listed == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["later"]["part"] == second["part"]
    await asyncio.to_thread(main.run, ["alarms"])
    told = capsys.readouterr().out
    assert "NUMBER_TWICE  ４１／2026⁄ds‐pt  toa-da-nang" in told
    assert first["part"] in told


async def test_two_lanes_that_hear_one_number_at_once_raise_one_alarm_for_each_further_use(
    settings: Settings,
) -> None:
    async with indexed(settings, hosts=2) as door:
        claims = [of_number("7/2026/DS-ST") for _ in range(30)]
        await asyncio.gather(*map(door.submit, claims))
        found = await papers(settings, "7/2026/DS-ST", 30)
        async with asyncio.timeout(PATIENCE):
            while len(raised := await alarms(settings)) < 29:
                await asyncio.sleep(0.02)
        assert len({alarm.prior.fact for alarm in raised}) == 1
        assert {alarm.later.fact for alarm in raised} | {raised[0].prior.fact} == {
            paper.fact for paper in found
        }


JUDGMENT = new_id()


def postponed(part: str, by: str = "thads-da-nang", day: int = 0, **changes: str) -> Entry:
    paper = {**decision("702/QĐ-THADS"), **changes}
    return entry(
        "case.postponed", f"{JUDGMENT}.{part}", by=by, day=day, ground="a", items=[1], **paper
    )


@pytest.mark.parametrize(
    ("second", "raised"),
    [
        (postponed("c2"), 1),
        (postponed("c2", decision_no="702/qđ - thads"), 1),
        (postponed("c1"), 0),
        (postponed("c2", decision_no="703/QĐ-THADS"), 0),
        (postponed("c2", decided_on="2025-08-24"), 0),
        (postponed("c2", by="thads-khu-vuc-3"), 0),
    ],
    ids=["another", "spelled_otherwise", "same_part", "next_number", "other_year", "other_office"],
)
async def test_an_alarm_is_for_one_number_of_one_office_and_year_on_two_things(
    settings: Settings, second: Entry, raised: int
) -> None:
    await postgres.migrate(settings, [NAME])
    rows = rows_of(numbered_types(CATALOGUE), CODEC)
    connection = await postgres.connect(settings, NAME)
    try:
        for each in (postponed("c1"), second, second):
            for sql, arguments in rows([(each.record, each.envelope)]):
                await connection.execute(sql, *arguments)
    finally:
        connection.terminate()
    assert len(await alarms(settings)) == raised


def undoing(how: str, what: Entry, with_: Entry) -> Entry:
    return replace(with_, envelope=replace(with_.envelope, **{how: what.envelope.id}))


async def test_what_was_corrected_or_withdrawn_holds_no_number(settings: Settings) -> None:
    """A wrong number goes to whoever else uses it; the alarm about it falls with it."""
    await postgres.migrate(settings, [NAME])
    wrong, owner, third = (postponed(f"c{n}", day=n) for n in (1, 2, 3))
    right = undoing("corrects", wrong, postponed("c1", decision_no="703/QĐ-THADS"))
    away = undoing("withdraws", owner, postponed("c2"))
    rows = rows_of(numbered_types(CATALOGUE), CODEC)
    connection = await postgres.connect(settings, NAME)

    async def alarmed(*heard: Entry) -> set[tuple[str, str]]:
        for each in heard:
            for sql, arguments in rows([(each.record, each.envelope)]):
                await connection.execute(sql, *arguments)
        return {(each.later.part[-2:], each.prior.part[-2:]) for each in await alarms(settings)}

    try:
        assert await alarmed(wrong, owner, third) == {("c2", "c1"), ("c3", "c1")}
        assert await alarmed(right) == {("c3", "c2")}
        assert await alarmed(wrong, owner) == {("c3", "c2")}
        assert await alarmed(away) == set()
    finally:
        connection.terminate()


async def test_hearing_everything_again_changes_nothing(settings: Settings) -> None:
    async with indexed(settings) as door:
        for _ in range(2):
            await door.submit(of_number("41/2026/DS-PT"))
        await papers(settings, "41/2026/DS-PT", 2)
        before = await alarms(settings)
    connection = await postgres.connect(settings, NAME)
    await connection.execute("delete from lanes")
    await connection.execute("delete from targets")
    connection.terminate()
    async with indexed(settings) as door:
        await door.submit(of_number("99/2026/DS-PT"))
        await papers(settings, "99/2026/DS-PT", 1)
        assert len(await papers(settings, "41/2026/DS-PT", 2)) == 2
        assert await alarms(settings) == before
