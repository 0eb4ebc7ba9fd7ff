"""Event classes follow from the sources, and `lienthong schemas` tells when they do not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli import schemas as command
from services.core.contracts.events import EVENTS, judgment
from services.core.contracts.generator import EVENTS as FOLDER
from services.core.contracts.generator import generate, stale, write
from services.core.contracts.python_text import class_name
from tests.unit.contracts.generated import CATALOGUE, SCHEMAS

MODULES = generate(CATALOGUE, SCHEMAS)


def test_the_committed_classes_are_those_that_the_sources_make() -> None:
    assert stale(MODULES) == []


def test_the_same_sources_make_the_same_bytes() -> None:
    assert generate(CATALOGUE, SCHEMAS) == MODULES


def test_what_is_made_needs_no_formatting() -> None:
    ruff = [sys.executable, "-m", "ruff", "format", "--check", "--quiet", str(FOLDER)]
    assert subprocess.run(ruff, check=False).returncode == 0


def test_a_changed_a_missing_and_a_foreign_module_are_stale_until_written(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "events"))
    (folder / "judgment.py").write_text("# by hand", encoding="utf-8")
    (folder / "records.py").unlink()
    (folder / "rumour.py").touch()
    assert stale(MODULES, folder) == ["judgment.py", "records.py", "rumour.py"]
    write(MODULES, folder)
    assert stale(MODULES, folder) == []


def test_a_class_is_named_after_its_type() -> None:
    assert class_name("made_effective") == "MadeEffective"
    assert [event.TYPE for event in EVENTS] == list(CATALOGUE.events)


def test_every_class_begins_with_its_part() -> None:
    assert all(event.__struct_fields__[0] == CATALOGUE.events[event.TYPE].part for event in EVENTS)
    assert judgment.MadeEffective("j", effective_on=None, items=[]).part == "j"  # type: ignore[arg-type]


def test_check_reports_success_with_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.check() == 0
    assert f"all {len(EVENTS)} types agree with their schemas" in capsys.readouterr().out


def test_generating_what_is_fresh_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.generate_classes() == 0
    assert "written anew: none" in capsys.readouterr().out


def test_the_list_names_every_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.list_types() == 0
    assert len(capsys.readouterr().out.splitlines()) == len(EVENTS)
    assert command.list_types(json=True) == 0
    assert '"type": "thads.judgment.issued"' in capsys.readouterr().out
