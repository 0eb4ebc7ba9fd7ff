"""Health names the lanes that stand still, to anybody without anything of a record."""

from typing import Any

import httpx2
from litestar import Litestar

from services.core.bus import errors
from services.core.bus.errors import Halt
from services.core.telemetry import halted as halts
from services.core.telemetry.halted import Halted
from services.core.telemetry.probes import Pulse, health_routes

SECRET = "ValueError: Nguyễn Văn A"


def http_of(*halted: Halted) -> httpx2.AsyncClient:
    pulse = Pulse(lambda: True, lambda: not halted, lambda: halted)
    app: Any = Litestar([*health_routes(pulse)], openapi_config=None, logging_config=None)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test")


async def test_a_halted_lane_is_named_with_the_reason_of_its_kind_and_nothing_of_a_record() -> None:
    halted = Halted("cases", 6, "BadDeploy", SECRET)
    async with http_of(halted, Halted("sales", None, "KeyError", SECRET)) as http:
        for path, status in (("/health/live", 200), ("/health/ready", 503)):
            answer = await http.get(path)
            assert answer.status_code == status
            assert answer.json()["halted"] == [
                {
                    "lane": "cases/6",
                    "kind": "BadDeploy",
                    "reason": "so many records fail that the code is to blame",
                },
                {
                    "lane": "sales",
                    "kind": "KeyError",
                    "reason": "the code fails in a way that it does not foresee",
                },
            ]
            assert SECRET not in answer.text


async def test_health_without_a_halted_lane_says_ok_and_no_more() -> None:
    async with http_of() as http:
        assert (await http.get("/health/ready")).json() == {"status": "ok"}


def test_every_kind_of_halt_has_its_sentence() -> None:
    kinds = {each.__name__ for each in vars(errors).values() if _is_halt(each)}
    assert kinds | {"Gap"} == set(halts._SENTENCES)


def _is_halt(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, Halt) and each is not Halt
