"""What a fact corrects or withdraws is told in its CloudEvent, and in the headers of a topic."""

import msgspec
import pytest
from msgspec.structs import replace

from services.core.contracts.identifiers import new_id
from services.delivery.service import as_cloud_event
from services.delivery.topics import record_of
from tests.unit.contracts.generated import CODEC
from tests.unit.telling.threads import issued

ISSUED = issued()


@pytest.mark.parametrize("how", ["corrects", "withdraws"])
def test_what_a_fact_undoes_is_an_attribute_of_its_event(how: str) -> None:
    fact = new_id()
    envelope = replace(ISSUED.envelope, **{how: fact})
    assert ISSUED.event
    event = as_cloud_event(ISSUED.event, envelope, CODEC)
    assert {name: event.get(name) for name in ("corrects", "withdraws")} == {
        "corrects": None,
        "withdraws": None,
        how: fact,
    }
    headers = dict(record_of(1, msgspec.json.encode(event)).headers)
    assert headers[f"ce_{how}"] == fact.encode()


def test_other_events_say_nothing_of_it() -> None:
    assert ISSUED.event
    event = as_cloud_event(ISSUED.event, ISSUED.envelope, CODEC)
    headers = dict(record_of(1, msgspec.json.encode(event)).headers)
    for name in ("corrects", "withdraws"):
        assert name not in event
        assert f"ce_{name}" not in headers
