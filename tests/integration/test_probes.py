"""Every process tells machines how it stands, on a port of its own where it is asked to."""

import asyncio

import httpx2
import msgspec
import pytest

from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.core.telemetry.probes import PortTaken
from tests.conftest import free_ports
from tests.doors.house import issued, open_door, transferred
from tests.patience import PATIENCE

_REFUSAL = 'lienthong_refusals_total{code="NOT_ENFORCEABLE_YET"}'
_ISSUED = 'lienthong_facts_total{family="judgment"}'


async def _values(http: httpx2.AsyncClient) -> dict[str, float]:
    lines = (await http.get("/metrics")).text.splitlines()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")
    }


async def test_a_process_tells_what_it_did_and_what_waits_before_it(settings: Settings) -> None:
    port = free_ports()[0]
    own = msgspec.structs.replace(settings, metrics_port=port)
    async with (
        open_door(own) as door,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http,
    ):
        assert (await http.get("/health/live")).status_code == 200
        assert (await http.get("/health/ready")).status_code == 200
        before = await _values(http)
        judgment = new_id()
        await door.submit(issued(judgment))
        await door.submit(transferred(judgment))
        after = await _values(http)
        for name in (_ISSUED, _REFUSAL):
            assert after[name] - before.get(name, 0) == 1
        assert after['lienthong_commit_seconds_count{service="judgments"}'] > 0
        async with asyncio.timeout(PATIENCE):
            while 'lienthong_lag_records{service="judgments"}' not in (
                found := await _values(http)
            ):
                await asyncio.sleep(0.1)
        for name in ("letters_held", "lane_red"):
            assert found[f'lienthong_{name}{{service="judgments"}}'] == 0
        assert 'lienthong_outbox_waiting{service="gateway"}' in found
        with pytest.raises(PortTaken, match="LIENTHONG_METRICS_PORT"):
            async with open_door(own):
                pass
