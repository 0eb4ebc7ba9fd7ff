"""What is logged, where it goes, and that a log is never a reason to stop."""

import io
import sys
from collections.abc import Iterator

import pytest
import structlog

from services.core.telemetry.logging import set_up


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_nobody_who_reads_stops_nobody_who_works(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up()
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    structlog.get_logger().warning("lane_in_doubt", lane="judgments/0")


def test_a_line_goes_where_standard_error_leads_now(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(json=True)
    other = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", other)
        structlog.get_logger().info("lane_in_doubt", lane="judgments/0")
    assert '"lane": "judgments/0"' in other.getvalue()
    assert capsys.readouterr().err == ""


def test_a_field_that_nobody_allowed_is_masked(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(json=True)
    structlog.get_logger().info("submission_refused", code="KEY_MISSING", debtor="an example")
    said = capsys.readouterr().err
    assert "KEY_MISSING" in said
    assert "an example" not in said
