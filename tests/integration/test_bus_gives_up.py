"""B6: what is given up ends, though what it waited for comes about in that very moment.

A task that took such an answer for its own, and went on, would never end; its lane would wait for
it for ever, neither working nor red.
"""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any

import pytest

from services.core.bus import cluster
from services.core.bus.errors import Doubt
from services.core.bus.kafka import Sender
from services.core.settings import Settings
from services.gateway.acceptance import Acceptor
from tests.hearings.records import requested, written
from tests.patience import PATIENCE


async def test_a_send_ends_though_it_is_acknowledged_as_it_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed = asyncio.Event()
    acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def send_batch(*_: object, **__: object) -> asyncio.Future[Any]:
        handed.set()
        return acknowledged

    sender = Sender(Settings())
    monkeypatch.setattr(sender._producer, "send_batch", send_batch)
    sending = asyncio.create_task(
        sender.send(("hearing", 0), written("gateway/0", [requested()]).records)
    )
    await handed.wait()
    await asyncio.sleep(0)
    acknowledged.set_result(SimpleNamespace(offset=0))
    sending.cancel()
    async with asyncio.timeout(PATIENCE):
        with pytest.raises(asyncio.CancelledError):
            await sending
    sender.abandon()


async def test_the_acceptance_ends_though_a_submission_comes_as_it_is_told_to(
    settings: Settings,
) -> None:
    acceptor = Acceptor(settings, b"secret", [], lambda _: None, "")
    await acceptor.open()
    accepting = asyncio.create_task(acceptor.run())
    await asyncio.sleep(0)
    acceptor._arrived.set()
    accepting.cancel()
    await asyncio.wait([accepting], timeout=PATIENCE)
    assert accepting.cancelled()


async def test_a_broker_that_never_answers_is_a_doubt_and_no_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        kafka = cluster.Cluster(Settings(kafka_bootstrap=address, kafka_password="x"))
        with pytest.raises(Doubt):
            await kafka.create(["thads.submission.events"], 3)
        with pytest.raises(Doubt):
            await kafka.origins(["thads.submission.events"])
