"""`lienthong case` tells a real case's thread, finds it by number, and says who must act now."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from services.cli import main
from services.core.bus.kafka import Sender, reading
from services.core.bus.record import Numbered
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.simulator.story import Row, Symbols, rows
from tests.doors.house import OPERATOR, Door
from tests.integration.test_cli_doors import environment
from tests.integration.test_directory_numbers import indexed, papers

CATALOGUE = load_catalogue()
PLAYED = (1, 2, 5, 6, 7, 8, 11, 12, 13, 17, 18, 24)  #: both cases of J, up to the voluntary period
Lienthong = Callable[..., "Any"]


class Case:
    """The story's two cases of one judgment, and who asks about them."""

    def __init__(self, door: Door, story: list[Row]) -> None:
        self.door, self._story = door, {row.n: row for row in story}
        self._symbols = Symbols(story)
        self.facts: dict[int, str] = {}  #: of a row, as it was said first
        self.facts_of_corrections: dict[int, str] = {}

    def id_of(self, symbol: str) -> str:
        return self._symbols.id_of(symbol)

    async def play(
        self,
        n: int,
        expect: str = "recorded",
        *,
        at: str | None = None,
        corrects: int | None = None,
        withdraws: int | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """Say a row of the story, with other data in some fields; or undo what another row said."""
        row = self._story[n]
        row = msgspec.structs.replace(row, data={**row.data, **changes})
        claim = self._symbols.submission(row, CATALOGUE)
        undoes = {"corrects": corrects, "withdraws": withdraws}
        claim |= {how: self.facts[row] for how, row in undoes.items() if row is not None}
        claim |= {"occurred_at": at} if at else {}
        if row.agency == OPERATOR:  # no token opens the way of the platform's own processes
            await self.door.as_platform(claim, new_id())
            await self.door.settled()
            return {}
        answer: dict[str, Any] = (await self.door.submit(claim, agency=row.agency)).json()
        assert answer.get("status") == expect, (n, answer)
        if answer["facts"]:
            fact = answer["facts"][0]["id"]
            if corrects is None and withdraws is None:
                self._symbols.bind(row, fact)
                self.facts.setdefault(n, fact)
            else:
                self.facts_of_corrections[n] = fact
        return answer


@asynccontextmanager
async def told(settings: Settings, **first_case: Any) -> AsyncIterator[Case]:
    """The story up to the end of the voluntary period; row 8 may say something else."""
    async with indexed(settings) as door:
        case = Case(door, rows())
        for n in PLAYED:
            await case.play(n, **(first_case if n == 8 else {}))
        await case.play(26, "refused")  # J.c1 is completed while everything is owed
        await case.play(17, document_event_id=new_id())  # a paper that nobody recorded
        await door.quiet()
        yield case


@pytest.fixture
def lienthong(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Lienthong:
    """Run a command beside the open door; return its code, what it printed and its complaint."""
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)

    async def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(main.run, list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


async def test_a_cases_thread_is_told_over_all_families_and_ends_with_who_must_act(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with told(settings) as case:
        await papers(settings, "702/QĐ-THADS", 1)
        code, page, trouble = await lienthong("case", "702/qđ-thads")
        assert (code, trouble) == (0, "")
        head, thread, after = page.split("\n\n")
        assert f"việc thi hành án {case.id_of('J.c2')}" in head
        assert "702/QĐ-THADS, 41/2026/DS-PT" in head
        assert "VERIFYING, từ 08-09-2026 00:00" in head
        assert "thads-da-nang (Thi hành án dân sự thành phố Đà Nẵng)" in head
        assert "tran-thi-binh" in head

        lines = thread.splitlines()
        names = [line.split("  ")[2:] for line in lines]
        assert "ra bản án" in lines[0]
        assert "judgment.received" in thread
        assert sum("case.decided" in line for line in lines) == 1
        order = ["case.requested", "case.decided", "DECIDED → VOLUNTARY", "deadline.expired"]
        places = [next(n for n, line in enumerate(lines) if each in line) for each in order]
        assert places == sorted(places), names
        assert lines[-1].endswith("VOLUNTARY → VERIFYING")
        assert "REFUSED" not in thread

        owed, folded = after.rsplit("\n", 2)[:2]
        assert "Đ37.1 L-37-1" in owed
        assert "chấp hành viên (tran-thi-binh, thads-da-nang): đang chạy" in owed
        assert folded.startswith("Bước có thể tiếp theo: ")

        _, page, _ = await lienthong("case", "702/QĐ-THADS", "--steps")
        first = page.partition("Bước có thể tiếp theo:")[2].splitlines()[2]
        assert first.split(": ", 1)[0].strip().startswith("chấp hành viên")
        assert "(tran-thi-binh)" in first
        assert "xác minh điều kiện thi hành án → ENFORCEABLE" in first


async def test_what_was_refused_and_what_was_irregular_is_marked_in_the_thread_of_its_case(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with told(settings) as case:
        _, page, _ = await lienthong("case", case.id_of("J.c1.k9"), "--lang", "en")
        (refused,) = [line for line in page.splitlines() if "REFUSED" in line]
        assert "case.completed" in refused
        assert "OBLIGATION_OPEN (Đ55.1): Not everything is collected" in refused
        (noted,) = [line for line in page.splitlines() if "! " in line]
        assert "! DOCUMENT_UNKNOWN: The paper named was not recorded here." in noted
        assert "Who must act now:" in page
        assert "701/QĐ-THADS" in page
        assert "702/QĐ-THADS" not in page


async def test_a_judgment_is_found_by_number_and_tells_all_its_cases(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with told(settings) as case:
        await papers(settings, "41/2026/DS-PT", 1)
        code, printed, _ = await lienthong("case", "41/2026/DS-PT", "--json")
        whole = json.loads(printed)
        assert code == 0
        assert (whole["id"], whole["family"]) == (case.id_of("J"), "judgment")
        assert (whole["state"], whole["office"]) == ("RECEIVED", "toa-da-nang")
        states = {part["id"]: part["state"] for part in whole["parts"]}
        assert states == {
            case.id_of("J"): "RECEIVED",
            case.id_of("J.c1"): "VOLUNTARY",
            case.id_of("J.c2"): "VERIFYING",
        }
        assert {step["part"] for step in whole["next"]} == set(states)
        ids = [event["id"] for event in whole["thread"]]
        assert len(set(ids)) == len(ids)
        causes = {event["id"]: event["causation"] for event in whole["thread"]}
        assert all(ids.index(c) < ids.index(e) for e, c in causes.items() if c in causes)


async def test_what_stands_twice_in_a_topic_is_told_once(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with told(settings) as case:
        _, before, _ = await lienthong("case", case.id_of("J.c2"))
        topic = case.door.whole.topics.events("case")
        targets = [(topic, partition) for partition in range(settings.partitions)]
        async with reading(settings) as reader:
            reader.follow(dict.fromkeys(targets, 0))
            found = await reader.read(10, 10_000)
        sender = Sender(settings)
        await sender.start()
        for record in found[:5]:
            again = Numbered(record.key, record.value, record.head)
            await sender.send((topic, record.partition), [again])
        sender.abandon()
        _, after, _ = await lienthong("case", case.id_of("J.c2"))
        assert after == before


async def test_a_number_of_two_cases_lists_both_and_raises_an_alarm(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with told(settings, decision_no="702/QĐ-THADS") as case:
        await papers(settings, "702/QĐ-THADS", 2)
        code, printed, _ = await lienthong("case", "702/QĐ-THADS")
        assert code == 1
        assert case.id_of("J.c1") in printed
        assert case.id_of("J.c2") in printed
        code, printed, _ = await lienthong("case", "702/QĐ-THADS", "--json")
        assert (code, len(json.loads(printed)["candidates"])) == (1, 2)
        _, printed, _ = await lienthong("alarms")
        assert "NUMBER_TWICE  702/QĐ-THADS  thads-da-nang" in printed


async def test_what_is_not_found_is_named_with_what_to_do(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with told(settings) as case:
        code, _, trouble = await lienthong("case", "999/QĐ-THADS")
        assert code == 1
        assert "no paper bears the number 999/QĐ-THADS" in trouble
        code, _, trouble = await lienthong("case", case.id_of("J.c7"))
        assert code == 1
        assert f"its judgment has {case.id_of('J.c1')}, {case.id_of('J.c2')}" in trouble
        code, _, trouble = await lienthong("case", new_id())
        assert code == 1
        assert "nothing was recorded or refused of" in trouble
