"""What a process needs of connections is derived, and each server that we configure has them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services import all as house
from services.core.bus.clients import Clients
from services.core.bus.connections import PER_SERVICE
from services.core.doors.rows import POOL, Rows
from services.core.runtime.postgres_server import SERVER_SETTINGS
from services.core.settings import Settings
from services.core.telemetry.probes import Pulse


def test_every_pool_of_the_routes_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = Rows.__init__

    def noted(rows: Rows, settings: Settings, service: str) -> None:
        made.append(service)
        real(rows, settings, service)

    monkeypatch.setattr(Rows, "__init__", noted)
    settings = Settings(home=tmp_path)
    assembly = house.assemble(settings)
    host: Any = SimpleNamespace(offer=lambda _: None, owner="")
    house._gateway(assembly, Clients(settings), {"gateway": host}, Pulse(bool, bool))
    with_routes = house.connections_needed(["gateway"])
    without = house.connections_needed(["judgments"])
    assert with_routes - without == len(made) * POOL + 3


def test_the_lanes_of_a_service_share_the_same_few_connections_however_many_they_are() -> None:
    one, two = (house.connections_needed(each) for each in (["sales"], ["sales", "payments"]))
    assert two - one == PER_SERVICE == 3


def test_the_local_server_has_connections_for_every_service() -> None:
    assert int(SERVER_SETTINGS["max_connections"]) >= house.connections_needed()
