"""What an error of the database means for a lane is read from its class, and from nothing else."""

import asyncpg
import pytest

from services.core.bus.errors import BadDeploy, BusError, Doubt, LeaseLost
from services.core.bus.postgres import Culprit, sorted_error


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        ("22021", Culprit),  # a NUL in a text
        ("22P05", Culprit),
        ("23505", Culprit),
        ("21000", Culprit),  # one statement would write a row twice
        ("P0001", Culprit),  # a function of ours raised
        ("44000", Culprit),
        ("54000", Culprit),  # a value too long for an index
        ("42P01", BadDeploy),  # no such table
        ("42703", BadDeploy),
        ("LT001", LeaseLost),
        ("LT002", Doubt),
        ("LT003", Doubt),
        ("08006", Doubt),  # the connection broke
        ("40001", Doubt),
        ("40P01", Doubt),
        ("53100", Doubt),  # the disk is full
        ("53300", Doubt),
        ("55P03", Doubt),
        ("57014", Doubt),  # cancelled
        ("57P01", Doubt),  # the server stops
        ("XX000", Doubt),
    ],
)
def test_a_class_of_errors_has_one_meaning(state: str, meaning: type[BusError]) -> None:
    error = asyncpg.PostgresError.new({"C": state, "M": "said the server"})
    found = sorted_error(error)
    assert type(found) is meaning
    assert state in str(found)
    assert "said the server" in str(found)


@pytest.mark.parametrize(
    "error", [TimeoutError(), ConnectionResetError("gone"), asyncpg.InterfaceError("closed")]
)
def test_what_is_no_answer_of_the_server_is_a_doubt(error: Exception) -> None:
    found = sorted_error(error)
    assert type(found) is Doubt
    assert type(error).__name__ in str(found)
