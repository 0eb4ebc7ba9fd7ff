import json
from pathlib import Path

import pytest

from services.core.access.watched import LOOK_SECONDS, Watched


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_file_that_changed_is_read_anew_within_a_second_and_what_is_broken_is_not_taken(
    tmp_path: Path,
) -> None:
    path, elapsed = tmp_path / "file", Elapsed()
    path.write_text("[1]")
    content = Watched(path, lambda: json.loads(path.read_text()), elapsed)
    assert content() == [1]

    path.write_text("[1, 2]")
    assert content() == [1]
    elapsed.seconds += LOOK_SECONDS
    assert content() == [1, 2]

    for broken in (lambda: path.write_text("[1, 2, "), path.unlink):
        broken()
        elapsed.seconds += LOOK_SECONDS
        assert content() == [1, 2]

    path.write_text("[3]")
    content.look()
    assert content() == [3]


def test_what_cannot_be_read_at_first_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(FileNotFoundError):
        Watched(path, path.read_text)
