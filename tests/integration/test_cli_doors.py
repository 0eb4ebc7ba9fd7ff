"""The commands that come through the door, as people type them."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from services.cli import main
from services.core.access.tokens import Issuer
from services.core.clock import STORY_FILE, StoryClock
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.conftest import free_ports
from tests.doors.house import Door, effective, issued, open_door, transferred
from tests.patience import PATIENCE


def environment(settings: Settings) -> dict[str, str]:
    """Say to a command where everything is, as a deployment would."""
    said = {
        f"LIENTHONG_{name.upper()}": str(value)
        for name, value in msgspec.structs.asdict(settings).items()
        if value is not None
    }
    return {**os.environ, **said, "COLUMNS": "300"}


async def lienthong(settings: Settings, *arguments: str) -> tuple[int, str, str]:
    """Run a command and return its exit code, what it printed and what it complained of."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", *arguments),
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, printed.decode(), complained.decode()


async def unread(settings: Settings, *arguments: str) -> tuple[int, str]:
    """Run a command into a pipe whose reader is gone, as after `| head`."""
    reader, writer = os.pipe()
    os.close(reader)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", *arguments),
        env=environment(settings),
        stdout=writer,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(writer)
    _, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, complained.decode()


async def first_line(settings: Settings, *arguments: str) -> dict[str, object]:
    """Return what a command that goes on for ever prints first into a pipe."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", *arguments),
        env=environment(settings),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    finally:
        process.kill()
        await process.wait()
    return dict(json.loads(line))


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a home of their own: keys, clock and log of this test alone."""
    return msgspec.structs.replace(settings, home=tmp_path, http_port=free_ports()[0])


def at_door(door: Door, own: Settings) -> Settings:
    return msgspec.structs.replace(own, http_port=int(door.url.rpartition(":")[2]))


@pytest.mark.timeout(600)  # the whole story, twice
async def test_the_demo_plays_the_whole_story_and_again_in_english_a_process_a_service(
    own: Settings,
) -> None:
    code, told, trouble = await lienthong(own, "demo", "--fast")
    assert (code, trouble) == (0, ""), told
    lines = told.splitlines()
    assert len(lines) <= 60, told
    assert [line for line in lines if len(line) > 100] == []
    (at,) = [place for place, line in enumerate(lines) if "REFUSED" in line]
    assert "duyệt kế hoạch, ấn định giờ cưỡng chế" in lines[at - 1]
    refused = " ".join(" ".join(lines[at : at + 4]).split())
    assert "FORBIDDEN_HOURS (Đ72.5)" in refused
    assert "được phép từ 12-10-2026 06:00" in refused
    assert any("! FORBIDDEN_HOURS" in line for line in lines)
    assert "30-11-2026 09:00; `make reset`" in told
    assert "not as in the story" not in told
    assert "1 refused + 0 held + 0 pending" in told
    assert "p99" in told
    assert "What to try next" in told

    code, _, trouble = await lienthong(own, "demo", "--fast")
    assert code != 0
    assert "`make reset`" in trouble

    options = ("--all", "--again", "--fast", "--apart", "--lang", "en", "--from", "129")
    code, told, _ = await lienthong(own, "demo", *options)
    assert code == 0, told
    first = told.splitlines()[0]
    assert "case.completed" in first
    assert "the case is done" in first
    assert "1 refused + 0 held + 0 pending" in told


async def test_a_file_of_submissions_is_submitted_once_however_often_it_is_sent(
    own: Settings, tmp_path: Path
) -> None:
    judgment = new_id()
    rows = [issued(judgment), transferred(judgment), effective(judgment), {"type": "x"}]
    file = tmp_path / "claims.jsonl"
    file.write_text("\n".join(json.dumps({**row, "agency": "toa-da-nang"}) for row in rows))
    async with open_door(own) as door:
        here = at_door(door, own)
        code, told, trouble = await lienthong(here, "submit", "--dry-run", str(file))
        assert (code, trouble) == (1, "")
        assert "✓ would be recorded, nothing is recorded yet" in told
        assert "    thads.judgment.issued: ra bản án, quyết định" in told
        assert told.count("✗ would be refused") == 2, "each is decided alone, before the first"
        assert told.count("    OUT_OF_TERRITORY") == 2
        assert "✗ turned away, 422 MALFORMED" in told
        assert (await door.counts()).accepted == 0

        code, told, trouble = await lienthong(here, "submit", str(file))
        assert (code, trouble) == (1, "")
        assert "✓ recorded  thads.judgment.issued" in told
        assert "✗ refused   thads.judgment.transferred" in told
        assert "    NOT_ENFORCEABLE_YET (Đ33.1): Bản án chưa có hiệu lực" in told
        assert "✗ turned away, 422 MALFORMED" in told
        assert "    #/occurred_at this member is required" in told

        _, again, _ = await lienthong(here, "submit", str(file))
        assert again == told
        assert (await door.counts()).accepted == 3

        _, shown, _ = await lienthong(
            here, "tail", "--from", "beginning", "--no-follow", "--key", judgment, "--json"
        )
        events = [json.loads(line) for line in shown.splitlines()]
        assert {event["type"] for event in events} == {
            "thads.judgment.issued",
            "thads.judgment.made_effective",
            "thads.deadline.started",
            "thads.submission.refused",
        }
        _, some, _ = await lienthong(
            here, "tail", "--from", "0", "--no-follow", "--type", "judgment.issued"
        )
        assert "toa-da-nang → bản án" in some
        assert len(some.splitlines()) == 1
        later = datetime(2100, 1, 1, tzinfo=UTC).isoformat()
        _, none, _ = await lienthong(here, "tail", "--from", later, "--no-follow")
        assert none == ""
        for form in ([], ["--json"]):
            command = ["tail", "--from", "beginning", "--no-follow", *form]
            assert await unread(here, *command) == (1, "")

        assert (await first_line(here, "tail", "--from", "beginning", "--json"))["data"]

        _, topics, _ = await lienthong(here, "topics", "--json")
        records = {row["topic"]: row["records"] for row in json.loads(topics)}
        assert records[door.whole.topics.submissions("judgment")] == 3


async def test_a_token_opens_the_door_for_its_agency_alone(own: Settings) -> None:
    async with open_door(own) as door:
        _, printed, _ = await lienthong(own, "token", "vks-khu-vuc-3")
        answer = await door.http.post(
            "/v1/submissions",
            json=issued(),
            headers={"Authorization": f"Bearer {printed.strip()}", "Idempotency-Key": "k"},
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
    code, _, trouble = await lienthong(own, "token", "toa-sai-gon")
    assert code == 1
    assert "the directory has no agency toa-sai-gon" in trouble


Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(
    own: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    """Run a command in this process, which saves its start."""
    for name, value in environment(own).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main.run(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_storys_clock_goes_on_and_never_back(own: Settings, typed: Typed) -> None:
    code, printed, _ = typed("clock")
    assert code == 0
    assert "(wall)" in printed
    code, _, trouble = typed("clock", "2026-08-03T09:00+07:00")
    assert code == 1
    assert "LIENTHONG_STORY_START" in trouble

    StoryClock(own.home / STORY_FILE).move(datetime(2026, 8, 3, 2, tzinfo=UTC))
    code, printed, _ = typed("clock", "2026-08-17T09:00+07:00")
    assert (code, printed) == (0, "2026-08-17T09:00:00+07:00  (story)\n")
    code, _, trouble = typed("clock", "2026-08-16T09:00+07:00")
    assert code == 1
    assert "goes on, never back" in trouble


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["submit", "none.json"], "No such file"),
        (["submit", "no.json"], "neither a JSON object nor JSON lines"),
        (["submit", "one.json"], "start it with `lienthong run`"),
        (["tail", "--from", "yesterday"], "expected `beginning`, an offset, or a time"),
        (["clock", "noon"], "expected a time with its distance from UTC"),
        (["run", "weather"], "no service weather; there are gateway, directory, delivery, ledger"),
    ],
)
def test_each_trouble_is_one_line_with_its_remedy(
    typed: Typed,
    own: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    said: str,
) -> None:
    Issuer(own.secrets)  # makes the home that of a platform: it holds token keys
    monkeypatch.chdir(tmp_path)
    Path("no.json").write_text("no json")
    Path("one.json").write_text(json.dumps({**issued(), "agency": "toa-da-nang"}))
    code, printed, trouble = typed(*arguments)
    assert (code, printed) == (3 if "lienthong run" in said else 1, "")
    assert said in trouble
    assert len(trouble.strip().splitlines()) == 1


async def test_services_end_in_good_order_on_a_signal(own: Settings) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "run", "--json"),
        env=environment(own),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    first = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
    assert first.decode().strip() == f"http://127.0.0.1:{own.http_port}"
    code, _, trouble = await lienthong(own, "run", "gateway")
    assert code == 1
    assert f"port {own.http_port} on 127.0.0.1 is taken" in trouble
    process.terminate()
    _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 0
    assert b"Traceback" not in said
