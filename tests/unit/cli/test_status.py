"""`lienthong status` where no server runs: what it says of the platform's clock."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.cli import main
from services.core.clock import STORY_FILE, StoryClock


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path))
    monkeypatch.setenv("LIENTHONG_POSTGRES_HOST", str(tmp_path))
    return tmp_path


def test_status_names_the_time_at_which_a_story_stands_and_how_it_is_left(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    StoryClock(home / STORY_FILE).move(datetime(2026, 11, 30, 2, tzinfo=UTC))
    assert main.run(["status"]) == 3
    said = capsys.readouterr().out
    assert "of a story, stands at" in said
    assert "2026-11-30T09:00:00+07:00" in said
    assert "make reset" in said
    assert main.run(["status", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["story_time"] == "2026-11-30T09:00:00+07:00"


def test_status_says_nothing_of_the_walls_clock(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["status"]) == 3
    assert "clock" not in capsys.readouterr().out
    main.run(["status", "--json"])
    assert json.loads(capsys.readouterr().out)["story_time"] is None
