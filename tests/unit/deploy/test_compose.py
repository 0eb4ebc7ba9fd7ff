"""docker-compose.yml runs the house as it runs here: the same words, nothing open, nothing secret.

No engine runs it here; what can be compared with the local house is.
"""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from services.cli.main import app
from services.core.settings import PREFIX, Settings

ROOT = Path(__file__).parents[3]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = sorted(name for name, each in SERVICES.items() if each["image"] == "lienthong")
DOCKERFILE = (ROOT / "deploy/images/Dockerfile").read_text()
KAFKA = dict(
    line.split("=", 1)
    for line in (ROOT / "deploy/kafka/server.properties").read_text().splitlines()
    if line and not line.startswith("#")
)


@pytest.mark.parametrize("name", OURS)
def test_each_setting_of_a_service_is_a_setting_of_the_house(name: str) -> None:
    said = SERVICES[name]["environment"]
    fields = {PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)}
    assert said.keys() <= fields
    environ = {each: str(value).partition(":?")[0] for each, value in said.items()}
    known = Settings.load({**environ, "LIENTHONG_HOME": "/nowhere"})
    assert known.kafka_bootstrap == "kafka:9092"
    assert Path(known.postgres_host).is_absolute()


@pytest.mark.parametrize("name", OURS)
def test_each_command_is_one_of_ours(name: str) -> None:
    command, bound, _ = app.parse_args(SERVICES[name]["command"], exit_on_error=False)
    assert command.__name__ in {"run", "setup"}
    assert bound.args in {(), ("flows",)}


def test_only_the_gateway_is_published_and_only_on_the_loopback() -> None:
    published = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}
    assert published == {"house": [f"127.0.0.1:{Settings().http_port}:{Settings().http_port}"]}
    assert SERVICES["postgres"]["command"] == ["postgres", "-c", "listen_addresses="]
    listeners = KAFKA["listeners"].split(",")
    assert [each for each in listeners if "127.0.0.1" not in each] == ["CLIENT://0.0.0.0:9092"]
    assert "CLIENT:SASL_PLAINTEXT" in KAFKA["listener.security.protocol.map"]


def test_no_secret_has_a_default() -> None:
    for each in SERVICES.values():
        for name, value in each.get("environment", {}).items():
            if "PASSWORD" in name:
                assert re.fullmatch(r"\$\{LIENTHONG_KAFKA_PASSWORD:\?[^}]+\}", value), name
    assert "password=$$LIENTHONG_KAFKA_PASSWORD" in " ".join(SERVICES["kafka"]["command"])


def test_the_broker_keeps_what_the_local_one_keeps() -> None:
    kept = ("auto.create.topics.enable", "log.retention.ms", "unclean.leader.election.enable")
    assert [KAFKA[name] for name in kept] == ["false", "-1", "false"]
    assert KAFKA["authorizer.class.name"].endswith("StandardAuthorizer")


def test_everything_is_watched_and_begins_in_order() -> None:
    for name, each in SERVICES.items():
        assert ("healthcheck" in each) == (name != "setup"), name
    for name in OURS:
        waits = SERVICES[name]["depends_on"]
        assert waits.keys() == ({"kafka", "postgres"} if name == "setup" else {"setup"})


def test_the_image_runs_as_nobody_in_particular_and_from_the_lock() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER (?!root)", last, re.MULTILINE)
    assert "--require-hashes --requirement requirements.lock" in DOCKERFILE
    assert 'ENTRYPOINT ["lienthong"]' in last
