"""The whole house through its HTTP door: what a client was told holds, whatever is killed.

The client does what is asked of every agency and no more: it keeps its Idempotency-Key and sends
again what got no answer.
"""

import asyncio
import contextlib
import itertools
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from services.core.access import directory
from services.core.access.tokens import Issuer
from services.core.bus.cluster import Cluster
from services.core.bus.service import Topics
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.identifiers import new_id
from services.core.runtime.stack import Stack
from services.core.settings import Settings
from services.gateway.counting import Counts
from tests.doors.house import COURT, OPERATOR, effective, issued
from tests.faults.killing import Killer, Load
from tests.faults.onlooker import Onlooker
from tests.hearings.process import Program
from tests.patience import PATIENCE, surely

CLIENTS, AFTER = 8, 5
LEASE = 5.0  #: seconds; all services in one process renew theirs too often where it is a second
AWAY = {429, 502, 503, 504}  #: answers after which one tries again
RUN = [sys.executable, "-m", "services.cli", "run", "--json"]


@pytest.mark.parametrize("times", [1, pytest.param(20, marks=pytest.mark.faults)])
async def test_what_a_client_was_told_holds_whatever_is_killed_under_load(
    quick: Settings, stack: Stack, tmp_path: Path, times: int
) -> None:
    settings = msgspec.structs.replace(quick, http_port=0, lease_seconds=LEASE)
    topics = Topics(settings.topic_prefix, settings.partitions)
    heard = [topics.events("judgment"), topics.outcomes]
    await surely(lambda: Cluster(settings).create(heard, settings.partitions))
    async with contextlib.AsyncExitStack() as open_:
        program = open_.enter_context(Program.run(RUN, settings, tmp_path / "house.log"))
        onlooker = await open_.enter_async_context(Onlooker.look(settings, heard))
        http = await open_.enter_async_context(httpx2.AsyncClient(timeout=PATIENCE))
        client = Client(settings, program, http)
        load = Load(client.submit, lambda: len(client.told), client.quiet)
        await Killer(stack, program, load).kill_each(times)

        became = Counter(client.foretold.values())
        expected = Counts(len(client.told), became["recorded"], became["refused"], 0, 0)
        assert await client.quiet() == expected
        assert await onlooker.settled(client.told.values()) == expected
        answers = await asyncio.gather(*map(client.post, client.told))
        for (key, id_), answer in zip(client.told.items(), answers, strict=True):
            assert (answer["id"], answer["status"]) == (id_, client.foretold[key])
        assert await client.quiet() == expected
        await program.stop()
    assert onlooker.outcomes.keys() == set(client.told.values())
    assert {len(told) for told in onlooker.outcomes.values()} == {1}


class Client:
    """Courts that submit judgments, and one claim in five about a judgment that nobody knows."""

    def __init__(self, settings: Settings, program: Program, http: httpx2.AsyncClient) -> None:
        self._program, self._http = program, http
        agencies = directory.load(load_catalogue())
        issuer = Issuer(settings.secrets)
        self._tokens = {}
        for each in (COURT, OPERATOR):
            agency = agencies.agency(each)
            assert agency is not None
            self._tokens[each] = f"Bearer {issuer.issue(agency)}"
        self._numbers = itertools.count(1)
        self._submissions: dict[str, dict[str, Any]] = {}
        self.told: dict[str, str] = {}  #: key → the id that it was given
        self.foretold: dict[str, str] = {}  #: key → what will become of it
        self._door = self._found()

    async def submit(self, killed: asyncio.Event) -> None:
        """Submit until something was killed, and a while longer."""
        await asyncio.gather(*(self._work(killed) for _ in range(CLIENTS)))

    async def _work(self, killed: asyncio.Event) -> None:
        left = AFTER
        while left:
            key = new_id()
            if next(self._numbers) % 5:
                self._submissions[key], self.foretold[key] = issued(), "recorded"
            else:
                self._submissions[key], self.foretold[key] = effective(new_id()), "refused"
            self.told[key] = (await self.post(key))["id"]
            left -= 1 if killed.is_set() else 0

    async def post(self, key: str) -> dict[str, Any]:
        """Submit under a key until there is an answer."""
        headers = {"Idempotency-Key": key, "Prefer": "wait=2"}
        answer = await self._ask(COURT, "POST", "/v1/submissions", self._submissions[key], headers)
        assert answer.status_code in {200, 202}, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def quiet(self) -> Counts:
        """Wait until nothing is pending, and count."""
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await self._ask(OPERATOR, "GET", "/v1/counts")
                counts = msgspec.convert(answer.json(), Counts)
                if not counts.pending:
                    return counts
                await asyncio.sleep(0.02)

    async def _ask(
        self, agency: str, method: str, path: str, body: Any = None, headers: Any = None
    ) -> httpx2.Response:
        headers = {"Authorization": self._tokens[agency], **(headers or {})}
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(httpx2.TransportError):
                    at = f"{self._door}{path}"
                    answer = await self._http.request(method, at, json=body, headers=headers)
                    if answer.status_code not in AWAY:
                        return answer
                await asyncio.sleep(0.1)
                self._door = self._found()

    def _found(self) -> str:
        """Return where the house listens now; nowhere while it is only beginning to."""
        found = re.findall(r"^http://127\.0\.0\.1:\d+$", self._program.said, re.MULTILINE)
        return found[-1] if found else "http://127.0.0.1:9"
