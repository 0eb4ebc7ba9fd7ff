"""Whoever waits is told for what, and whoever need not wait is told nothing."""

import pytest

from services.core.runtime import progress


def test_a_step_that_takes_longer_than_one_is_patient_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    told: list[str] = []
    with progress.step("starting Kafka", told.append):
        pass
    assert told[-1].startswith("starting Kafka: done in ")


def test_a_step_that_is_quick_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 3_600.0)
    told: list[str] = []
    with progress.step("starting Kafka", told.append):
        pass
    assert told == []
