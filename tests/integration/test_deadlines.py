"""Time that passes is said once, by whoever looks first, and never before what came in time."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services import all as composition
from services.cli import main
from services.core.bus import postgres
from services.core.clock import StoryClock
from services.core.contracts.identifiers import new_id
from services.core.doors.rows import Rows
from services.core.law import working_days
from services.core.settings import Settings
from services.deadlines.service import NAME
from services.deadlines.ticking import Ticker
from services.gateway.undecided import Undecided
from tests.doors.house import (
    COURT,
    ENFORCERS,
    OPERATOR,
    Door,
    effective,
    issued,
    open_door,
    received,
    said,
)
from tests.integration.test_cli_doors import environment
from tests.patience import PATIENCE

DEPARTMENT, PORTAL, BANK = "cuc-quan-ly-thads", "cong-thads", "nh-song-cam"
BEGIN, DUE = "2026-08-03T09:00:00+07:00", "2026-09-04T00:00:00+07:00"
"""The judgment takes effect, and the thirty days for its transfer are over."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of a house on a story's clock, which stands where it was put."""
    return msgspec.structs.replace(settings, home=tmp_path, story_start=at(BEGIN))


def move(door: Door, moment: str) -> None:
    clock = door.whole.clock
    assert isinstance(clock, StoryClock)
    clock.move(at(moment))


async def begun(door: Door) -> str:
    """A judgment that took effect: its court must send it to the enforcement office."""
    judgment = new_id()
    for each in (issued(judgment), effective(judgment)):
        assert (await door.submit(each)).json()["status"] == "recorded"
    return judgment


def transferred(judgment: str, moment: str, **more: Any) -> dict[str, Any]:
    data = {"judgment_id": judgment, "to_agency": ENFORCERS, "sent_at": moment, "documents": []}
    return said("transferred", {**data, **more}, moment)


async def clocks(door: Door, part: str, agency: str = OPERATOR) -> list[dict[str, Any]]:
    answer = await door.ask(f"/v1/cases/{part}/clocks", agency=agency)
    return list(answer.json()["clocks"]) if answer.status_code == 200 else []


async def until(door: Door, part: str, rule: str, state: str) -> dict[str, Any]:
    """Wait until the clock of a rule stands in a state."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for clock in await clocks(door, part):
                if (clock["rule_id"], clock["state"]) == (rule, state):
                    return clock
            await asyncio.sleep(0.05)


async def told(door: Door, judgment: str) -> Counter[str]:
    """Count the facts of clocks under a judgment, as far as they are archived."""
    await door.quiet()
    answer = await door.ask(f"/v1/cases/{judgment}/timeline", agency=OPERATOR)
    types = [entry["type"].removeprefix("thads.") for entry in answer.json()["entries"]]
    return Counter(type_ for type_ in types if type_.startswith("deadline."))


async def archived(door: Door, judgment: str, wanted: dict[str, int]) -> None:
    """Wait until just these facts of clocks stand under a judgment."""
    async with asyncio.timeout(PATIENCE):
        while (await told(door, judgment)).total() < sum(wanted.values()):
            await asyncio.sleep(0.05)
    assert await told(door, judgment) == wanted


@asynccontextmanager
async def ticker(door: Door) -> AsyncIterator[Ticker]:
    """One more ticker beside the house's own, moved by hand."""
    settings = door.whole.settings
    rows, accepted = Rows(settings, NAME), Undecided(settings)

    try:
        yield Ticker(rows, door.as_platform, door.whole.clock, accepted.of, timedelta())
    finally:
        await rows.close()
        await accepted.close()


async def test_what_is_over_is_said_once_though_two_gateways_look_and_a_late_proof_withdraws_it(
    own: Settings,
) -> None:
    async with open_door(own) as door, open_door(own):
        judgments = [await begun(door) for _ in range(3)]
        for judgment in judgments:
            clock = await until(door, judgment, "P-485-1", "RUNNING")
            assert at(clock["due"]) == at(DUE)
        move(door, "2026-09-03T00:00:00+07:00")
        for judgment in judgments:
            await archived(door, judgment, {"deadline.started": 1, "deadline.due_soon": 1})
        move(door, DUE)
        for judgment in judgments:
            await until(door, judgment, "P-485-1", "OVERDUE")
        assert (await door.quiet()).accepted == len(judgments) * (2 + 2)

        first, second, _ = judgments
        move(door, "2026-09-10T09:00:00+07:00")
        late = transferred(first, "2026-09-10T08:00:00+07:00")
        signed = {"document_id": "bien-ban-giao-nhan", "sha256": "0" * 64}
        in_time = transferred(
            second, "2026-09-03T16:00:00+07:00", already_done=True, document=signed
        )
        for each in (late, in_time):
            assert (await door.submit(each)).json()["status"] == "recorded"
        assert (await until(door, first, "P-485-1", "STOPPED"))["late"] is True
        await until(door, second, "P-485-1", "WITHDRAWN")
        facts = {"deadline.started": 1, "deadline.due_soon": 1, "deadline.overdue": 1}
        await archived(door, first, facts | {"deadline.stopped": 1})
        await archived(door, second, facts | {"deadline.withdrawn": 1})


async def test_a_clock_whose_end_is_withdrawn_runs_again_and_its_alarm_is_given_again(
    own: Settings,
) -> None:
    async with open_door(own) as door:
        judgment = await begun(door)
        move(door, "2026-09-10T09:00:00+07:00")
        await until(door, judgment, "P-485-1", "OVERDUE")
        late = transferred(judgment, "2026-09-10T08:00:00+07:00")
        fact = (await door.submit(late)).json()["facts"][0]["id"]
        await until(door, judgment, "P-485-1", "STOPPED")
        answer = await door.submit({**late, "withdraws": fact})
        assert answer.json()["status"] == "recorded"
        await archived(
            door,
            judgment,
            {"deadline.started": 2, "deadline.overdue": 2, "deadline.stopped": 1},
        )
        assert (await until(door, judgment, "P-485-1", "OVERDUE"))["late"] is None


async def test_a_proof_accepted_in_time_and_decided_later_keeps_the_clock_from_speaking(
    own: Settings,
) -> None:
    async with open_door(own) as door:
        judgment = await begun(door)
        await until(door, judgment, "P-485-1", "RUNNING")
        await archived(door, judgment, {"deadline.started": 1})

    names = [name for name in composition.NAMES if name != "judgments"]
    async with open_door(own, names=names) as door, ticker(door) as look:
        move(door, "2026-09-03T23:59:00+07:00")
        await archived(door, judgment, {"deadline.started": 1, "deadline.due_soon": 1})
        moment = "2026-09-03T16:00:00+07:00"
        sent = await door.submit(transferred(judgment, moment), wait=None)
        assert sent.json()["status"] == "pending"
        move(door, "2026-09-05T09:00:00+07:00")
        assert await look.tick() == 0
        stopping = asyncio.Event()
        judging = asyncio.create_task(composition.run(door.whole, stopping, ["judgments"]))
        await until(door, judgment, "P-485-1", "STOPPED")
        assert await look.tick() == 0
        stopping.set()
        await judging
        wanted = {"deadline.started": 1, "deadline.due_soon": 1, "deadline.stopped": 1}
        await archived(door, judgment, wanted)


async def stored_by_older_code(settings: Settings) -> None:
    """Let the states be those of a release before, which nothing has touched since."""
    connection = await postgres.connect(settings, NAME)
    try:
        await connection.execute("update states set state_version = state_version - 1")
    finally:
        await connection.close()


async def test_a_day_off_that_is_announced_later_moves_the_clocks_that_run_openly_and_once(
    own: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of the thirty days becomes a day off, and another day to nobody's concern."""
    async with open_door(own) as door:
        judgment = await begun(door)
        await until(door, judgment, "P-485-1", "RUNNING")
        case = await _requested(door, await begun(door))
        unmoved = await until(door, case, "L-34-2", "RUNNING")
    await stored_by_older_code(own)

    later, revision = tmp_path / "calendar.yaml", working_days.calendar().revision
    later.write_text(
        working_days.PATH.read_text(encoding="utf-8")
        .replace(f"revision: {revision} ", f"revision: {revision + 1} ")
        .replace("days_off:\n", "days_off:\n  2026-09-03: {vi: nghỉ bù, en: a day off instead}\n"),
        encoding="utf-8",
    )
    monkeypatch.setattr(working_days, "PATH", later)
    working_days.calendar.cache_clear()
    try:
        async with open_door(own) as door, open_door(own):
            async with asyncio.timeout(PATIENCE):
                while [at(each["due"]) for each in await clocks(door, judgment)] != [
                    at("2026-09-05T00:00:00+07:00")
                ]:
                    await asyncio.sleep(0.05)
            assert (await until(door, case, "L-34-2", "RUNNING"))["due"] == unmoved["due"]
            move(door, "2026-09-04T00:00:00+07:00")
            await door.settled()
            assert (await told(door, judgment))["deadline.extended"] == 1
            move(door, "2026-09-05T00:00:00+07:00")
            await until(door, judgment, "P-485-1", "OVERDUE")
            await door.settled()
            assert (await told(door, judgment))["deadline.extended"] == 1
    finally:
        working_days.calendar.cache_clear()


async def test_clocks_are_seen_by_who_sees_their_cause_and_climb_to_who_stands_above(
    own: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_door(own) as door:
        judgment = await begun(door)
        case = await _requested(door, judgment)
        clock = await until(door, case, "L-34-2", "RUNNING")
        assert (clock["responsible"], clock["escalated_to"]) == (ENFORCERS, None)
        of_case = {each["rule_id"] for each in await clocks(door, case)}
        assert of_case == {"L-34-2", "L-34-4", "P-485-1"}

        async with asyncio.timeout(PATIENCE):
            while len(await clocks(door, case, ENFORCERS)) < len(of_case):
                await asyncio.sleep(0.05)
        hidden = await door.ask(f"/v1/cases/{case}/clocks", agency=BANK)
        unknown = await door.ask(f"/v1/cases/{new_id()}.c1/clocks", agency=BANK)
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json() == unknown.json()
        assert (await door.http.get(f"/v1/cases/{case}/clocks")).status_code == 401

        move(door, "2026-08-19T09:00:00+07:00")
        await until(door, case, "L-34-2", "OVERDUE")
        await until(door, case, "L-34-4", "OVERDUE")
        assert await listed(door, DEPARTMENT) == []
        assert await listed(door, ENFORCERS) == ["L-34-2", "L-34-4"]
        assert await listed(door, ENFORCERS, "?state=RUNNING") == []
        assert await listed(door, BANK, f"?agency={ENFORCERS}") == []
        page = (await door.ask("/v1/deadlines?limit=1", agency=ENFORCERS)).json()
        rest = await listed(door, ENFORCERS, f"?limit=1&after={page['after']}")
        assert [page["clocks"][0]["rule_id"], *rest] in (["L-34-2", "L-34-4"], ["L-34-4", "L-34-2"])
        for wrong in ("state=LATE", "limit=0", "limit=501", "after=1", "colour=red"):
            answer = await door.ask(f"/v1/deadlines?{wrong}", agency=ENFORCERS)
            assert (answer.status_code, answer.json()["code"]) == (400, "QUERY_MALFORMED")

        move(door, "2026-09-01T09:00:00+07:00")
        assert await listed(door, DEPARTMENT) == ["L-34-2", "L-34-4"]
        climbed = {
            each["rule_id"]: each["escalated_to"] for each in await clocks(door, case, DEPARTMENT)
        }
        assert (climbed["L-34-2"], climbed["L-34-4"]) == (DEPARTMENT, DEPARTMENT)
        assert await listed(door, OPERATOR) == ["L-34-2", "L-34-4"]
        assert await listed(door, OPERATOR, "?state=STOPPED") == ["P-485-1"]

        for name, value in environment(own).items():
            monkeypatch.setenv(name, value)
        code, page_, _ = await _typed(capsys, "deadlines", case)
        assert code == 0
        first, second, *_ = page_.splitlines()
        assert first.startswith("12-08-2026 ")
        assert "ra quyết định thi hành án theo yêu cầu" in page_
        assert "Đ34.3 L-34-2" in page_
        assert f"{ENFORCERS}: quá hạn, quá " in second
        assert f"đã chuyển lên {DEPARTMENT}" in second
        _, printed, _ = await _typed(capsys, "deadlines", "--agency", DEPARTMENT, "--json")
        assert {each["rule_id"] for each in json.loads(printed)} == {"L-34-2", "L-34-4"}
        _, page_, _ = await _typed(capsys, "deadlines", "--lang", "en", "--state", "STOPPED")
        assert "the court transfers an effective judgment" in page_
        assert "not verified" in page_
        code, _, trouble = await _typed(capsys, "deadlines", "--agency", "toa-sai-gon")
        assert (code, "the directory has no agency toa-sai-gon" in trouble) == (1, True)


async def listed(door: Door, agency: str, query: str = "") -> list[str]:
    answer = await door.ask(f"/v1/deadlines{query}", agency=agency)
    return sorted(clock["rule_id"] for clock in answer.json()["clocks"])


async def _requested(door: Door, judgment: str) -> str:
    """Send the judgment to the office, where its creditor asks for enforcement."""
    case = f"{judgment}.c1"
    request = {
        "type": "thads.case.requested",
        "occurred_at": "2026-08-05T09:00:00+07:00",
        "role": "PARTY",
        "data": {
            "case_id": case,
            "items": [1],
            "requester": f"{judgment}.p2",
            "channel": "DIGITAL",
            "received_on": "2026-08-05",
        },
    }
    move(door, "2026-08-05T09:00:00+07:00")
    for agency, each in (
        (COURT, transferred(judgment, BEGIN)),
        (ENFORCERS, received(judgment)),
        (PORTAL, request),
    ):
        answer = await door.submit(each, agency=agency)
        assert answer.json().get("status") == "recorded", answer.json()
    return case


async def _typed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = await asyncio.to_thread(main.run, list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err
