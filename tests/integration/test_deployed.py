"""A house whose PostgreSQL stands elsewhere, by name and password: made by `setup`, run by others.

The server takes passwords over TCP from everybody, and the services know no administrator's.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx2
import msgspec
import pytest

from services.core.access import directory
from services.core.access.tokens import Issuer
from services.core.bus.cluster import Cluster
from services.core.bus.errors import Doubt, Unsendable
from services.core.bus.kafka import Sender, reading
from services.core.bus.postgres import connect, has_tables
from services.core.bus.record import Numbered
from services.core.bus.service import Topics
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.identifiers import new_id
from services.core.runtime import postgres_server
from services.core.runtime.postgres_server import PostgresServer
from services.core.runtime.progress import silent
from services.core.settings import Settings
from services.flows.picture import read
from tests.conftest import free_ports
from tests.doors.house import COURT, answered, issued
from tests.integration.test_cli_doors import environment, lienthong
from tests.patience import PATIENCE

ADMIN, OWN = "of-the-admin", "of-the-roles'\"%s"  # with what a careless text would break on


@pytest.fixture
def remote_postgres(settings: Settings, short_home: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A server that listens on a port and asks everybody for a password; return the port."""
    port = free_ports()[0]
    monkeypatch.setattr(postgres_server, "PORT", port)
    monkeypatch.setitem(postgres_server.SERVER_SETTINGS, "port", str(port))
    monkeypatch.setitem(postgres_server.SERVER_SETTINGS, "listen_addresses", "127.0.0.1")
    server = PostgresServer(Settings(home=short_home), silent)
    server.launch()
    server.wait()
    server.run(f"alter role postgres password '{ADMIN}'")
    rules = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
    (server.folder / "pg_hba.conf").write_text(rules)
    server.run("select pg_reload_conf()")
    return port


@pytest.fixture
def admins(remote_postgres: int, settings: Settings, short_home: Path) -> Settings:
    """What the first run is told: the administrator's password besides the services' own."""
    return msgspec.structs.replace(
        settings,
        home=short_home / "house",
        postgres_host="127.0.0.1",
        postgres_port=remote_postgres,
        postgres_password=OWN,
        postgres_admin_password=ADMIN,
        http_port=free_ports()[0],
    )


async def set_up(settings: Settings) -> tuple[int, str, str]:
    return await lienthong(settings, "setup")


@contextlib.asynccontextmanager
async def running(settings: Settings, log: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """Run every service as the container does until the end of the block."""
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.cli", "run", "--no-prepare", "--json"),
            env=environment(settings),
            stdout=said,
            stderr=said,
        )
    try:
        url = f"http://127.0.0.1:{settings.http_port}"
        async with httpx2.AsyncClient(base_url=url, timeout=PATIENCE) as http:
            async with asyncio.timeout(PATIENCE):
                while process.returncode is None:
                    with contextlib.suppress(httpx2.TransportError):
                        if (await http.get("/health/ready")).is_success:
                            break
                    await asyncio.sleep(0.1)
            assert process.returncode is None, f"see {log}"
            yield http
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_house_is_set_up_by_an_administrator_and_run_by_who_is_none(
    admins: Settings, short_home: Path
) -> None:
    code, told, trouble = await set_up(admins)
    assert (code, trouble) == (0, "")
    assert not told.endswith(" 0 were made\n")
    assert (await set_up(admins))[1].endswith(" 0 were made\n")

    own = msgspec.structs.replace(admins, postgres_admin_password="")
    async with running(own, short_home / "house.log") as http:
        await record(http, own)


async def record(http: httpx2.AsyncClient, settings: Settings) -> None:
    """Have a judgment recorded."""
    court = directory.load(load_catalogue()).agency(COURT)
    assert court is not None
    headers = {
        "Authorization": f"Bearer {Issuer(settings.secrets).issue(court)}",
        "Idempotency-Key": new_id(),
        "Prefer": "wait=30",
    }
    claim = issued()
    answer = await answered(lambda: http.post("/v1/submissions", json=claim, headers=headers))
    assert answer.json()["status"] == "recorded", answer.text


async def test_services_and_the_live_picture_come_to_kafka_as_users_of_few_rights(
    admins: Settings, short_home: Path
) -> None:
    first = msgspec.structs.replace(
        admins, kafka_services_password="of-services", kafka_flows_password="of-flows"
    )
    code, told, trouble = await set_up(first)
    assert (code, trouble) == (0, "")
    assert told.splitlines()[1].startswith("2 users at Kafka have their passwords; of their rights")
    assert not told.endswith(" 0 were made\n")
    assert (await set_up(first))[1].endswith(" 0 were made\n")

    services, flows = as_user(admins, "services"), as_user(admins, "flows")
    for who in (services, flows):
        with pytest.raises(Doubt, match="AUTHORIZATION"):
            await Cluster(who).create([f"{who.topic_prefix}.weather.events"], 1)
    topics = Topics(admins.topic_prefix, admins.partitions)
    sender = Sender(flows)
    await sender.start()
    with pytest.raises(Unsendable, match="TopicAuthorizationFailed"):
        await sender.send((topics.events("case"), 0), [Numbered("k", b"v", b"h")])
    sender.abandon()

    async with running(services, short_home / "house.log") as http, watching(flows):
        assert (await lienthong(admins, "access", "grant", COURT))[0] == 0
        await record(http, services)
        code, told, _ = await lienthong(services, "status")
        assert code == 0
        assert (
            f"PostgreSQL    answers                      127.0.0.1:{services.postgres_port}" in told
        )
        assert f"gateway      {services.partitions} of {services.partitions}" in told
        async with asyncio.timeout(PATIENCE), reading(admins) as reader:
            while not sum((await reader.ends([(topics.agency(COURT), 0)])).values()):
                await asyncio.sleep(0.1)
            while not (picture := read(flows.home)) or not picture.flows:
                await asyncio.sleep(0.1)


def as_user(settings: Settings, name: str) -> Settings:
    """What a container is told: the password of one user of Kafka, and no administrator's."""
    return msgspec.structs.replace(
        settings, kafka_user=name, kafka_password=f"of-{name}", postgres_admin_password=""
    )


@contextlib.asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator[None]:
    """Keep the live picture until the end of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "run", "flows", "--no-prepare"),
        env=environment(settings),
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield
        process.send_signal(signal.SIGTERM)
        _, trouble = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0, trouble.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_every_role_is_asked_for_its_password_and_keeps_to_its_schema(
    admins: Settings,
) -> None:
    await set_up(admins)
    connection = await connect(admins, "judgments")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("select 1 from cases.lanes")
    await connection.close()
    guessed = msgspec.structs.replace(admins, postgres_password="guessed")
    with pytest.raises(Doubt, match="28P01"):
        await connect(guessed, "judgments")
    with pytest.raises(Doubt, match="28P01"):
        await has_tables(guessed, "judgments")
    assert await has_tables(admins, "judgments")


async def test_a_wrong_password_is_one_line_and_a_new_one_takes_the_place_of_the_old(
    admins: Settings,
) -> None:
    code, _, trouble = await set_up(
        msgspec.structs.replace(admins, postgres_admin_password="guessed")
    )
    assert code == 1
    assert "28P01" in trouble
    assert "LIENTHONG_POSTGRES_ADMIN_PASSWORD" in trouble
    assert "lienthong up" not in trouble
    assert len(trouble.splitlines()) == 1
    await set_up(admins)
    changed = msgspec.structs.replace(admins, postgres_password="another")
    await set_up(changed)
    await (await connect(changed, "judgments")).close()
    with pytest.raises(Doubt, match="28P01"):
        await connect(admins, "judgments")
