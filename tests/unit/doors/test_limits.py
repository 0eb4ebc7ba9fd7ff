import contextlib

import pytest

from services.core.doors.limits import MOST_BUCKETS, Limits
from services.core.doors.problems import Problem
from services.core.settings import Settings
from services.core.telemetry.metrics import REGISTRY

SETTINGS = Settings(limit_submissions=360, limit_bytes=600, limit_streams=2)
COURT, BANK = "toa-da-nang", "nh-song-cam"


class Clock:
    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(SETTINGS, clock)


def allowed(limits: Limits, times: int, sender: str = COURT) -> int:
    """How many of so many submissions at once are let in."""
    count = 0
    for _ in range(times):
        with contextlib.suppress(Problem):
            limits.take("submissions", sender)
            count += 1
    return count


def refused(limits: Limits) -> Problem:
    with pytest.raises(Problem) as found:
        limits.take("submissions", COURT)
    return found.value


def test_ten_seconds_worth_may_come_at_once_and_comes_back_evenly(
    limits: Limits, clock: Clock
) -> None:
    assert allowed(limits, 100) == 60
    clock.seconds += 5
    assert allowed(limits, 100) == 30
    clock.seconds += 3_600
    assert allowed(limits, 100) == 60


def test_who_comes_again_when_he_is_told_to_is_let_in(limits: Limits, clock: Clock) -> None:
    allowed(limits, 60)
    clock.seconds += 0.1
    again = refused(limits).retry_after
    assert again == 1
    clock.seconds += again
    assert allowed(limits, 1) == 1


def test_one_senders_limit_is_no_others_and_one_kinds_no_other_kinds(limits: Limits) -> None:
    assert allowed(limits, 100) == 60
    assert allowed(limits, 100, BANK) == 60
    limits.take("corrections", COURT)


def test_what_costs_more_than_is_left_is_paid_for_afterwards(limits: Limits, clock: Clock) -> None:
    limits.check("bytes", COURT)
    limits.spend("bytes", COURT, 700)
    with pytest.raises(Problem) as found:
        limits.check("bytes", COURT)
    assert found.value.retry_after == 60
    clock.seconds += 60
    limits.check("bytes", COURT)


def test_only_so_many_are_open_at_once_and_what_ends_makes_room(limits: Limits) -> None:
    with limits.hold("streams", COURT), limits.hold("streams", BANK):
        with limits.hold("streams", COURT):
            with pytest.raises(Problem) as found, limits.hold("streams", COURT):
                raise AssertionError
            assert found.value.retry_after
        with limits.hold("streams", COURT):
            pass
    assert not limits._open


def test_what_is_turned_away_is_counted_by_sender_and_kind(limits: Limits) -> None:
    labels = {"agency": COURT, "kind": "submissions"}
    before = REGISTRY.get_sample_value("lienthong_limited_total", labels) or 0.0
    assert allowed(limits, 63) == 60
    assert REGISTRY.get_sample_value("lienthong_limited_total", labels) == before + 3


def test_addresses_without_number_fill_no_memory(limits: Limits) -> None:
    for n in range(MOST_BUCKETS + 10):
        limits.take("failed_sign_ins", f"10.0.{n}")
    assert len(limits._taken) == MOST_BUCKETS
