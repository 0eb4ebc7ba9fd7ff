"""A command loads what it needs and no more: nobody waits for HTTP or Kafka to look at the law."""

import subprocess
import sys

import pytest

from services.cli.main import COMMANDS, app

HEAVY = ("aiokafka", "asyncpg", "confluent_kafka", "faust", "litestar", "services.all", "uvicorn")


@pytest.mark.parametrize("arguments", [["law", "show", "L-36-1"], ["schemas", "list"]])
def test_what_needs_no_server_loads_no_client_of_one(arguments: list[str]) -> None:
    script = (
        "import sys; from services.cli.main import run; run(sys.argv[1:]); "
        f"print([each for each in {HEAVY!r} if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_where_it_is_said_to_be_and_says_what_it_does(name: str) -> None:
    assert app[name].help or app[name].default_command.__doc__
