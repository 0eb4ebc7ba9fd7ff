"""What time brings about is said once, at whichever point the ticker's process dies."""

import asyncio
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from services.core.access import directory
from services.core.access.tokens import Issuer
from services.core.clock import StoryClock, clock_of
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.doors.house import COURT, OPERATOR, answered, effective, issued
from tests.hearings.process import Program
from tests.patience import PATIENCE
from tests.stories.telling import NOWHERE, door_of

BEGIN, SOON, DUE = ("2026-08-03T09:00+07:00", "2026-09-03T00:00+07:00", "2026-09-04T00:00+07:00")
RUN = [sys.executable, "-m", "tests.stories.process", "1"]


@pytest.mark.parametrize(
    "point", ["after_word", pytest.param("before_word", marks=pytest.mark.faults)]
)
async def test_a_clock_speaks_once_though_its_ticker_dies_as_it_speaks(
    quick: Settings, tmp_path: Path, point: str
) -> None:
    """The first word of a clock is its warning, the second that it is overdue."""
    settings = msgspec.structs.replace(
        quick,
        http_port=0,
        lease_seconds=4.0,
        home=tmp_path,
        story_start=datetime.fromisoformat(BEGIN),
    )
    clock = clock_of(settings)
    assert isinstance(clock, StoryClock)
    with Program.run([*RUN, point], settings, tmp_path / "house.log") as program:
        async with httpx2.AsyncClient(timeout=PATIENCE) as http:
            house = _House(program, http, settings)
            judgment = new_id()
            for each in (issued(judgment), effective(judgment)):
                await house.submit(each)
            await house.told(judgment, {"deadline.started": 1})
            clock.move(datetime.fromisoformat(SOON))
            await house.told(judgment, {"deadline.started": 1, "deadline.due_soon": 1})
            clock.move(datetime.fromisoformat(DUE))
            await program.killed()
            program.start()
            said = {"deadline.started": 1, "deadline.due_soon": 1, "deadline.overdue": 1}
            await house.told(judgment, said)
            counts = await house.quiet()
            assert (counts["accepted"], counts["recorded"]) == (4, 4)
        await program.stop()


class _House:
    """What may be asked of a process, wherever it listens now."""

    def __init__(self, program: Program, http: httpx2.AsyncClient, settings: Settings) -> None:
        self._program, self._http = program, http
        self._directory = directory.load(load_catalogue())
        self._issuer = Issuer(settings.secrets)

    async def submit(self, claim: dict[str, Any]) -> None:
        headers = self._headers(COURT) | {"Idempotency-Key": new_id(), "Prefer": "wait=30"}
        answer = await self._answer("POST", "/v1/submissions", json=claim, headers=headers)
        assert answer.json().get("status") == "recorded", answer.text

    async def told(self, judgment: str, wanted: dict[str, int]) -> None:
        """Wait until as many facts of clocks stand under a judgment; they must be these."""
        found: Counter[str] = Counter()
        async with asyncio.timeout(PATIENCE):
            while found.total() < sum(wanted.values()):
                await asyncio.sleep(0.05)
                whole = await self.ask(f"/v1/cases/{judgment}/timeline")
                types = [entry["type"].removeprefix("thads.") for entry in whole.get("entries", ())]
                found = Counter(type_ for type_ in types if type_.startswith("deadline."))
        assert found == wanted

    async def quiet(self) -> dict[str, Any]:
        """Wait until nothing is pending, and count."""
        async with asyncio.timeout(PATIENCE):
            while (counts := await self.ask("/v1/counts"))["pending"]:
                await asyncio.sleep(0.05)
        return counts

    async def ask(self, path: str) -> dict[str, Any]:
        answer = await self._answer("GET", path, headers=self._headers(OPERATOR))
        return dict(answer.json())

    async def _answer(self, method: str, path: str, **said: Any) -> httpx2.Response:
        await self._open()
        return await answered(
            lambda: self._http.request(method, f"{door_of(self._program)}{path}", **said)
        )

    async def _open(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while door_of(self._program) == NOWHERE:
                self._program.must_run()
                await asyncio.sleep(0.05)

    def _headers(self, agency: str) -> dict[str, str]:
        entry = self._directory.agency(agency)
        assert entry is not None
        return {"Authorization": f"Bearer {self._issuer.issue(entry)}"}
