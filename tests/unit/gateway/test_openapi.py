"""The description says what is asked of a sender: keys, forms, and when to send again."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest

from services.core.contracts.identifiers import new_id
from services.gateway import openapi
from services.simulator.story import PLATFORM, Symbols, rows
from tests.unit.contracts.generated import CATALOGUE, CODEC

DOCUMENT: dict[str, Any] = msgspec.json.decode(openapi.document(CATALOGUE, CODEC))
OPERATIONS = {
    f"{method} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
FOR_TOKENS = sorted(name for name, operation in OPERATIONS.items() if "security" in operation)


def valid(schema: str, value: object) -> bool:
    whole = {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole).is_valid(value)


@pytest.mark.parametrize("name", FOR_TOKENS)
def test_each_operation_of_a_token_says_after_what_time_the_same_is_sent_again(name: str) -> None:
    answers = OPERATIONS[name]["responses"]
    again = {"429"} | ({"503"} & answers.keys())
    assert all("Retry-After" in answers[status]["headers"] for status in again)


@pytest.mark.parametrize(
    "name", ["post /v1/submissions", "post /v1/events/{event_id}/acknowledgements"]
)
def test_what_is_submitted_needs_a_key(name: str) -> None:
    (key,) = [each for each in OPERATIONS[name]["parameters"] if each["name"] == "Idempotency-Key"]
    assert key["required"] is True


def test_every_claim_of_the_story_follows_the_description() -> None:
    story = rows()
    symbols = Symbols(story)
    said = 0
    for row in story:
        if row.agency != PLATFORM:
            claim = msgspec.to_builtins(symbols.submission(row, CATALOGUE))
            assert valid(claim["type"].replace(".", "_"), claim["data"]), row.n
            said += 1
        symbols.bind(row, new_id())
    assert said


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ref", "Nguyễn Văn A, CCCD 048090001234"),
        ("ref", "<img src=x>"),
        ("ref", "01a20ae8-6e5e-4f6d-8b7b-2d3bc3429a08.p1"),
    ],
)
def test_what_the_edge_takes_for_no_party_the_description_does_not_allow(
    field: str, value: str
) -> None:
    party = {field: value, "kind": "PERSON"}
    assert not valid("Party", party)
    for one in ("01a20ae8-6e5e-7f6d-8b7b-2d3bc3429a08.p1", ".p1"):
        assert valid("Party", party | {field: one})
