"""What is in the home is for the user of the processes alone."""

import os
import stat
from pathlib import Path

import pytest

from services.core.home_folder import close_home, exposed
from services.flows.picture import FILE, Picture, write


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home as an earlier release left it."""
    home = tmp_path / "home"
    for folder in (home, home / "flows", home / "flows" / "v1"):
        folder.mkdir(mode=0o755)
    for file in (home / FILE, home / "flows" / "v1" / "table.db", home / "postgres.log"):
        file.touch(mode=0o644)
    return home


def others(path: Path) -> int:
    return path.stat().st_mode & 0o077


def test_a_home_that_stood_open_is_closed_to_other_users(home: Path) -> None:
    assert home / FILE in set(exposed(home))
    close_home(home)
    assert list(exposed(home)) == []
    assert [path for path in home.rglob("*") if path.is_file() and others(path)] == []
    passed = stat.S_IXOTH if os.geteuid() == 0 else 0
    assert not others(home) & ~passed


def test_a_new_home_is_made_closed(tmp_path: Path) -> None:
    close_home(tmp_path / "new" / "home")
    assert others(tmp_path / "new" / "home") == 0


def test_a_folder_of_everybody_is_left_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    close_home(tmp_path)
    assert others(tmp_path) == 0o077


def test_the_picture_of_flows_is_for_its_owner_whatever_the_umask(home: Path) -> None:
    before = os.umask(0)
    try:
        write(home, Picture(0.0, []))
        assert others(home / FILE) == 0
    finally:
        os.umask(before)
