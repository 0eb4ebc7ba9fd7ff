"""The servers of docker-compose.yml as it configures them, started here from our packages."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from services.core.runtime import postgres_server
from services.core.runtime.jars import class_path
from services.core.runtime.java import find_java
from services.core.runtime.postgres_server import PostgresServer
from services.core.runtime.progress import silent
from services.core.settings import Settings
from tests.conftest import free_ports
from tests.patience import PATIENCE

ROOT: Final = Path(__file__).parents[2]
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: Final[dict[str, Any]] = COMPOSE["services"]
KAFKA_FILE: Final = ROOT / "deploy/kafka/server.properties"
PASSWORD: Final = "compose-test"


def postgres_options() -> dict[str, str]:
    """Return the options that the compose file gives PostgreSQL besides the stock image's own."""
    words = [word for word in SERVICES["postgres"]["command"] if word not in {"postgres", "-c"}]
    return dict(word.split("=", 1) for word in words)


@contextmanager
def postgres(home: Path, sockets: Path) -> Iterator[None]:
    """Run PostgreSQL with the compose file's options alone, on a socket in a folder."""
    own = {**postgres_options(), "unix_socket_directories": str(sockets), "port": "5432"}
    before = dict(postgres_server.SERVER_SETTINGS)
    postgres_server.SERVER_SETTINGS.clear()
    postgres_server.SERVER_SETTINGS.update(own)
    server = PostgresServer(Settings(home=home), silent)
    try:
        server.launch()
        server.wait()
        yield
    finally:
        server.stop()
        postgres_server.SERVER_SETTINGS.clear()
        postgres_server.SERVER_SETTINGS.update(before)


@contextmanager
def broker(folder: Path, changed: Mapping[str, str] | None = None) -> Iterator[Settings]:
    """Run the broker of the configuration file, its container's names and ports put right for here.

    Yields the settings of the platform's own user; agencies reach it at another port.
    """
    (client, internal), (controller, agency) = free_ports(), free_ports()
    text = KAFKA_FILE.read_text()
    for old, new in {
        "kafka:9092": f"127.0.0.1:{client}",
        "0.0.0.0:9092": f"127.0.0.1:{client}",
        "0.0.0.0:9095": f"127.0.0.1:{agency}",
        "127.0.0.1:9095": f"127.0.0.1:{agency}",
        ":9094": f":{internal}",
        ":9093": f":{controller}",
        "/var/lib/kafka/data": str(folder / "data"),
        **(changed or {}),
    }.items():
        if old not in text:
            raise ValueError(f"{KAFKA_FILE} has no {old}")
        text = text.replace(old, new)
    (folder / "server.properties").write_text(text)
    settings = Settings(
        home=folder,
        kafka_bootstrap=f"127.0.0.1:{client}",
        kafka_agency_bootstrap=f"127.0.0.1:{agency}",
        kafka_password=PASSWORD,
    )
    jars = class_path(settings.cache, settings.maven_mirror, lambda _: None)
    java = [str(find_java(settings.java)), "-Xmx256m", "-cp", ":".join(map(str, jars))]
    user = f"SCRAM-SHA-512=[name=platform,password={PASSWORD}]"
    subprocess.run(
        [
            *(*java, "kafka.tools.StorageTool", "format", "--standalone"),
            *("--cluster-id", SERVICES["kafka"]["environment"]["CLUSTER_ID"]),
            *("--config", "server.properties", "--ignore-formatted", "--add-scram", user),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*java, "kafka.Kafka", "server.properties"], cwd=folder, stdout=log, stderr=log
        )
    try:
        yield settings
    finally:
        ended = process.poll()
        process.terminate()
        process.wait(PATIENCE)
        assert ended is None, f"it ended by itself with {ended}"
