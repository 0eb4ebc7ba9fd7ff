"""The broker's folder is made whole, whatever its cluster is called."""

import uuid
from pathlib import Path

import pytest

from services.core.runtime import kafka_broker
from services.core.runtime.progress import silent
from services.core.settings import Settings


def test_a_cluster_whose_id_begins_with_a_dash_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One id in 64 does, and Kafka's tool would take it for an option."""
    dashed = uuid.UUID(bytes=b"\xf8" + bytes(15))
    monkeypatch.setattr(uuid, "uuid4", lambda: dashed)
    broker = kafka_broker.KafkaBroker(Settings(home=tmp_path), silent)
    broker._make(broker._java())
    made = (tmp_path / "kafka" / "data" / "meta.properties").read_text()
    assert "cluster.id=-AAAAAAAAAAAAAAAAAAAAA\n" in made
