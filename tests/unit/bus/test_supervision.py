"""Work that raises is begun again, and servers that are still starting are waited for."""

import asyncio
from functools import partial

import asyncpg
import pytest
from structlog.testing import capture_logs

from services.core.bus import supervision
from services.core.bus.errors import BusError, Doubt
from services.core.bus.supervision import once_available, supervised


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "_BACKOFF", (0.0,))
    monkeypatch.setattr(supervision, "_LOOK_SECONDS", 0.0)


class Work:
    """Raises what it is given, one after the other, and then is done."""

    def __init__(self, *raised: BaseException) -> None:
        self.raised = list(raised)

    async def __call__(self) -> str:
        if self.raised:
            raise self.raised.pop(0)
        return "done"


async def do(work: Work) -> None:
    await work()


async def test_work_that_raises_is_begun_again_until_it_returns() -> None:
    work = Work(ValueError(), RecursionError(), Doubt("away"))
    with capture_logs() as logs:
        await supervised(partial(do, work))
    assert [each["kind"] for each in logs] == ["ValueError", "RecursionError", "Doubt"]
    assert all("do" in each["step"] for each in logs)
    assert not work.raised


async def test_work_that_is_cancelled_is_not_begun_again() -> None:
    with pytest.raises(asyncio.CancelledError):
        await supervised(partial(do, Work(asyncio.CancelledError())))


async def test_a_server_that_starts_is_waited_for_and_each_cause_is_said_once() -> None:
    work = Work(Doubt("no socket"), Doubt("no socket"), Doubt("starting"), Doubt("starting"))
    with capture_logs() as logs:
        assert await once_available("setup", work) == "done"
    assert [each["why"] for each in logs] == ["no socket", "starting"]


async def test_a_server_that_does_not_come_in_time_is_the_error() -> None:
    with pytest.raises(Doubt, match="no socket"):
        await once_available("setup", Work(Doubt("no socket")), -1.0)


def _refused() -> BusError:
    refused = Doubt("password authentication failed")
    refused.__cause__ = asyncpg.InvalidPasswordError("password authentication failed")
    return refused


async def test_a_wrong_password_is_not_waited_for_by_who_waits_for_a_while() -> None:
    work = Work(_refused())
    with pytest.raises(Doubt, match="password"):
        await once_available("setup", work, 600.0)
    assert await once_available("prepare", Work(_refused())) == "done"
