"""The clock of the house: the wall's, or a story's, which stands still until it is moved.

Whatever needs the time is given a clock. Kafka's own record timestamps are always wall time.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from services.core.settings import Settings

STORY_FILE: Final = "story-clock"


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""


class WallClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time."""
        return datetime.now(UTC)


class StoryTimeMissing(Exception):
    """The story clock's file does not hold an aware time."""


class StoryClock:
    """A clock that every process of a house reads from one file, and that only commands move."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """Return the story's moment. Raises StoryTimeMissing where nobody has set it."""
        try:
            moment = datetime.fromisoformat(self._path.read_text(encoding="utf-8").strip())
        except (OSError, ValueError) as error:
            raise StoryTimeMissing(f"{self._path}: no time; say `lienthong clock TIME`") from error
        if moment.tzinfo is None:
            raise StoryTimeMissing(f"{self._path}: the time has no offset; say `+07:00`")
        return moment.astimezone(UTC)

    def move(self, moment: datetime) -> None:
        """Set the story's moment for every process at once."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(moment.astimezone(UTC).isoformat(), encoding="utf-8")
        fresh.replace(self._path)


def clock_of(settings: Settings) -> Clock:
    """Return the clock of a house: a story's where one was ever begun in its home, else the wall's.

    A story begins with the setting `story_start` and goes on from where it was moved to.
    """
    path = settings.home / STORY_FILE
    if path.exists():
        return StoryClock(path)
    if settings.story_start is None:
        return WallClock()
    clock = StoryClock(path)
    clock.move(settings.story_start)
    return clock
