"""The clock of the house: the wall's, or a story's, which stands still until it is moved."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from services.core.clock import STORY_FILE, StoryClock, StoryTimeMissing, WallClock, clock_of
from services.core.settings import Settings

VIET_NAM = timezone(timedelta(hours=7))
MORNING = datetime(2026, 7, 1, 8, tzinfo=VIET_NAM)


def test_the_walls_clock_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    now = WallClock().now()
    assert now.tzinfo is UTC
    assert before <= now <= datetime.now(UTC)


def test_a_story_stands_still_until_it_is_moved_for_every_process(tmp_path: Path) -> None:
    mine, theirs = (StoryClock(tmp_path / "home" / "clock") for _ in range(2))
    mine.move(MORNING)
    assert mine.now() == theirs.now() == MORNING
    assert theirs.now().tzinfo is UTC
    theirs.move(MORNING + timedelta(days=3))
    assert mine.now() == MORNING + timedelta(days=3)
    assert [each.name for each in (tmp_path / "home").iterdir()] == ["clock"]


@pytest.mark.parametrize("content", [None, "", "tomorrow", "2026-07-01T08:00:00"])
def test_a_story_without_a_time_names_the_file_and_the_remedy(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "clock"
    if content is not None:
        path.write_text(content)
    with pytest.raises(StoryTimeMissing, match=rf"{path}: .*say `"):
        StoryClock(path).now()


def test_a_house_without_a_story_goes_by_the_wall(tmp_path: Path) -> None:
    assert isinstance(clock_of(Settings(home=tmp_path)), WallClock)
    assert list(tmp_path.iterdir()) == []


def test_a_story_begins_once_and_goes_on_from_where_it_was_moved_to(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, story_start=MORNING)
    clock = clock_of(settings)
    assert clock.now() == MORNING
    StoryClock(tmp_path / STORY_FILE).move(MORNING + timedelta(days=1))
    assert clock_of(settings).now() == MORNING + timedelta(days=1)
    assert clock_of(Settings(home=tmp_path)).now() == MORNING + timedelta(days=1)
