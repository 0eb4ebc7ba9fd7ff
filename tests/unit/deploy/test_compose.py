"""docker-compose.yml runs the house as it runs here: the same words, nothing open, nothing secret.

`deploy/images/check` builds the image and runs it with these words; no engine runs them here.
"""

import re
from pathlib import Path

import msgspec
import pytest

from services.all import connections_needed
from services.cli.main import app
from services.core.runtime.jars import locked_jars
from services.core.runtime.postgres_server import INITDB_OPTIONS, SERVER_SETTINGS
from services.core.settings import PREFIX, Settings
from tests.images.compose import ROOT, SERVICES, postgres_options

OURS = sorted(name for name, each in SERVICES.items() if each["image"] == "lienthong")
DOCKERFILE = (ROOT / "deploy/images/Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()
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
    assert command.__name__ == "setup" or bound.kwargs["prepare"] is False


def test_the_gateway_and_the_agencies_listener_are_published_by_default_on_the_loopback() -> None:
    published = {name: each["ports"] for name, each in SERVICES.items() if "ports" in each}
    assert published == {
        "house": [f"127.0.0.1:{Settings().http_port}:{Settings().http_port}"],
        "kafka": ["${LIENTHONG_KAFKA_AGENCY_ADDRESS:-127.0.0.1}:9095:9095"],
    }
    assert postgres_options()["listen_addresses"] == ""
    listeners = KAFKA["listeners"].split(",")
    open_ = [each for each in listeners if "127.0.0.1" not in each]
    assert open_ == ["CLIENT://0.0.0.0:9092", "AGENCY://0.0.0.0:9095"]
    for name in ("CLIENT", "AGENCY"):
        assert f"{name}:SASL_PLAINTEXT" in KAFKA["listener.security.protocol.map"]
        assert f"listener.name.{name.lower()}.scram-sha-512.sasl.jaas.config" in KAFKA


def test_agencies_reach_kafka_where_their_grant_says() -> None:
    given = {
        name: SERVICES[name]["environment"]["LIENTHONG_KAFKA_AGENCY_BOOTSTRAP"]
        for name in ("kafka", "setup")
    }
    assert set(given.values()) == {"${LIENTHONG_KAFKA_AGENCY_BOOTSTRAP:-127.0.0.1:9095}"}
    command = " ".join(SERVICES["kafka"]["command"])
    (advertised,) = re.findall(r'--override "advertised.listeners=([^"]+)"', command)
    outside = KAFKA["advertised.listeners"].replace(
        "AGENCY://127.0.0.1:9095", "AGENCY://$$LIENTHONG_KAFKA_AGENCY_BOOTSTRAP"
    )
    assert advertised == outside


def test_one_service_builds_the_image_and_the_others_use_it() -> None:
    assert [name for name in OURS if "build" in SERVICES[name]] == ["setup"]
    policies = {name: SERVICES[name]["pull_policy"] for name in OURS}
    assert policies == {"setup": "build", "house": "never", "flows": "never"}


def test_postgres_takes_as_many_connections_as_the_services_need() -> None:
    assert connections_needed() <= int(postgres_options()["max_connections"])
    assert postgres_options()["max_connections"] == SERVER_SETTINGS["max_connections"]


def test_postgres_is_of_one_version_and_collates_as_the_local_one() -> None:
    assert re.fullmatch(r"postgres:18\.\d+-[a-z]+", SERVICES["postgres"]["image"])
    given = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert given.split() == list(INITDB_OPTIONS)


def test_each_process_has_a_port_of_its_own_for_metrics_that_is_not_published() -> None:
    for name in ("house", "flows"):
        port = SERVICES[name]["environment"]["LIENTHONG_METRICS_PORT"]
        assert not any(port in each for each in SERVICES[name].get("ports", ()))


def test_no_secret_has_a_default() -> None:
    for each in SERVICES.values():
        for name, value in each.get("environment", {}).items():
            if "PASSWORD" in name:
                assert re.fullmatch(r"\$\{LIENTHONG_KAFKA_(\w+_)?PASSWORD:\?[^}]+\}", value), name
    assert "password=$$LIENTHONG_KAFKA_PASSWORD" in " ".join(SERVICES["kafka"]["command"])


def test_each_process_comes_to_kafka_as_its_own_user_and_the_setup_alone_as_the_super_user() -> (
    None
):
    users = {name: SERVICES[name]["environment"]["LIENTHONG_KAFKA_USER"] for name in OURS}
    assert users == {"setup": "platform", "house": "services", "flows": "flows"}
    given = SERVICES["setup"]["environment"]
    for name in ("house", "flows"):
        own = SERVICES[name]["environment"]
        password = given[f"LIENTHONG_KAFKA_{users[name].upper()}_PASSWORD"]
        assert own["LIENTHONG_KAFKA_PASSWORD"] == password
        assert given["LIENTHONG_KAFKA_PASSWORD"] not in own.values()


@pytest.mark.parametrize("name", OURS)
def test_a_process_may_do_and_write_no_more_than_it_must(name: str) -> None:
    each = SERVICES[name]
    assert each["read_only"] is True
    assert each["cap_drop"] == ["ALL"]
    assert each["security_opt"] == ["no-new-privileges:true"]
    written = {volume.rpartition(":")[2] for volume in each["volumes"]}
    assert each["environment"]["LIENTHONG_HOME"] in written


def test_nothing_of_a_checkout_travels_to_the_engine_but_what_the_image_is_built_of() -> None:
    first, *taken = [line for line in IGNORED if not line.startswith(("#", "**"))]
    assert first == "*"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert sorted(taken) == sorted(f"!{path}" for path in " ".join(copied).split())
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_kafka_is_of_the_version_that_the_tests_run_on() -> None:
    (version,) = (jar.version for jar in locked_jars() if jar.artifact == "kafka_2.13")
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{version}"


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
    assert "uninstall" not in DOCKERFILE
    assert 'ENTRYPOINT ["lienthong"]' in last
