"""A client that several lanes share is started once for all, and anew after it has failed."""

import asyncio
from typing import Any

import pytest

from services.core.bus.clients import _Shared
from services.core.bus.errors import Doubt


class _Client:
    """A client of a broker that is away as often as the test says."""

    away = 0

    def __init__(self) -> None:
        self.is_abandoned = False

    async def start(self) -> None:
        await asyncio.sleep(0)
        if _Client.away:
            _Client.away -= 1
            raise Doubt("the broker is away")

    def abandon(self) -> None:
        self.is_abandoned = True


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[_Client]:
    monkeypatch.setattr(_Client, "away", 0)
    return []


def shared(made: list[_Client]) -> Any:
    def make() -> _Client:
        made.append(client := _Client())
        return client

    return _Shared[Any](make)


async def test_all_who_need_it_at_once_wait_for_one_start(made: list[_Client]) -> None:
    client = shared(made)
    found = await asyncio.gather(*(client.started() for _ in range(5)))
    assert {id(each) for each in found} == {id(made[0])}


async def test_who_stops_waiting_does_not_stop_the_start_for_others(made: list[_Client]) -> None:
    client = shared(made)
    impatient, patient = (asyncio.create_task(client.started()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient is made[0]


async def test_a_start_that_failed_is_told_to_all_who_waited_and_tried_again_by_the_next(
    made: list[_Client],
) -> None:
    _Client.away = 1
    client = shared(made)
    troubles = await asyncio.gather(*(client.started() for _ in range(3)), return_exceptions=True)
    assert all(isinstance(each, Doubt) for each in troubles)
    assert made[0].is_abandoned
    assert await client.started() is made[1]


async def test_a_client_that_failed_in_use_is_replaced_once(made: list[_Client]) -> None:
    client = shared(made)
    first = await client.started()
    client.replace(first)
    second = await client.started()
    client.replace(first)  # another lane, whose send failed with it
    assert await client.started() is second
    assert (first.is_abandoned, second.is_abandoned) == (True, False)


async def test_letting_go_ends_what_was_started_and_what_is_being_started(
    made: list[_Client],
) -> None:
    ready, starting, failed, unused = (shared(made) for _ in range(4))
    await ready.started()
    waiting = asyncio.create_task(starting.started())
    await asyncio.sleep(0)
    for each in (ready, starting, unused):
        each.abandon()
    await asyncio.gather(waiting, return_exceptions=True)
    _Client.away = 1
    with pytest.raises(Doubt):
        await failed.started()
    failed.abandon()
    assert all(each.is_abandoned for each in made)
