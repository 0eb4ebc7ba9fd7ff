"""A command that needs a platform, typed where there is none: one line, and nothing is made."""

from pathlib import Path

import pytest

from services.cli.errors import NOT_RUNNING
from services.cli.main import run as command

ID = "019a0b2c-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    "line",
    [
        "access grant thads-da-nang",
        "access revoke thads-da-nang",
        "access expire",
        "alarms",
        "case 702/QĐ-THADS",
        "clock",
        "deadlines",
        "letters",
        "letters list",
        "rebuild cases --diff",
        "replay --why x --yes",
        "replays",
        "status",
        "subscribe --as thads-da-nang --once",
        "tail",
        "token toa-da-nang",
        "topics",
        f"why {ID}",
    ],
)
def test_a_command_where_there_is_no_platform_says_so_and_makes_nothing(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path / "elsewhere"))
    for name in ("KAFKA_BOOTSTRAP", "POSTGRES_HOST", "POSTGRES_PORT"):
        monkeypatch.delenv(f"LIENTHONG_{name}", raising=False)
    assert command(line.split()) == NOT_RUNNING
    said = capsys.readouterr().err
    assert f"there is no platform in {tmp_path}/elsewhere" in said
    assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
