"""The windows of the live picture, by a clock that is a number."""

from pathlib import Path

import pytest

from services.flows import picture
from services.flows.picture import STALE_SECONDS, Picture
from services.flows.windows import WINDOW_SECONDS, Seen, Windows

NOON = 1_800_000_000.0


def seen(at: float, agency: str = "toa-da-nang", late: float = 60.0) -> Seen:
    return Seen(agency, "thads.judgment.transferred", "thads-da-nang", at, late, 0.5)


def test_a_flow_counts_what_was_written_within_the_window() -> None:
    windows = Windows()
    for second in range(10):
        windows.take(seen(NOON + second, late=second))
    (flow,) = windows.flows(NOON + 10)
    assert (flow.agency, flow.reader, flow.events) == ("toa-da-nang", "thads-da-nang", 10)
    assert flow.per_minute == 10 * 60 / WINDOW_SECONDS
    assert flow.recorded_late == pytest.approx(4.5)
    assert flow.seen_late == pytest.approx(0.5)


def test_who_falls_silent_stays_in_the_picture_with_when_he_was_last_heard() -> None:
    windows = Windows()
    windows.take(seen(NOON))
    windows.take(seen(NOON + WINDOW_SECONDS, agency="thads-da-nang"))
    busy, silent = windows.flows(NOON + WINDOW_SECONDS + 5)
    assert (busy.agency, busy.events) == ("thads-da-nang", 1)
    assert (silent.agency, silent.events, silent.recorded_late) == ("toa-da-nang", 0, None)
    assert silent.last_at == NOON


def test_what_was_missed_counts_when_it_was_written_not_when_it_is_seen() -> None:
    windows = Windows()
    windows.take(seen(NOON - 2 * WINDOW_SECONDS))
    windows.take(seen(NOON - 1))
    (flow,) = windows.flows(NOON)
    assert flow.events == 1


def test_a_picture_that_was_written_is_gone_on_from(tmp_path: Path) -> None:
    windows = Windows()
    windows.take(seen(NOON))
    assert picture.read(tmp_path) is None
    picture.write(tmp_path, Picture(NOON + 1, windows.flows(NOON + 1), {"a.events": {2: 7}}))
    last = picture.read(tmp_path)
    assert last is not None
    assert last.offsets == {"a.events": {2: 7}}
    again = Windows(last.flows)
    again.take(seen(NOON + 2))
    (flow,) = again.flows(NOON + 3)
    assert (flow.events, flow.last_at) == (2, NOON + 2)


def test_a_picture_that_nobody_writes_any_more_is_stale() -> None:
    last = Picture(NOON, [])
    assert not last.is_stale(NOON + 1)
    assert last.is_stale(NOON + STALE_SECONDS + 1)


def test_a_picture_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / picture.FILE).write_text("{")
    assert picture.read(tmp_path) is None
