"""B11: liveness is progress. Red is alive and says why; standing still unsaid is not."""

from services.core.bus.health import LaneHealth, LaneState

PATIENT, IMPATIENT = 60.0, -1.0  #: an impatient judge has waited long enough already


def test_a_lane_that_stands_still_unsaid_is_not_alive() -> None:
    health = LaneHealth()
    health.owned(3)
    assert (health.state, health.epoch) == (LaneState.WORKING, 3)
    assert health.is_alive(PATIENT)
    assert not health.is_alive(IMPATIENT)


def test_a_red_lane_is_alive_and_says_why() -> None:
    health = LaneHealth()
    health.red("number 7 is missing", "BadDeploy")
    assert health.is_alive(IMPATIENT)
    assert (health.state, health.reason) == (LaneState.RED, "number 7 is missing")


def test_a_lane_that_works_again_no_longer_gives_a_reason() -> None:
    health = LaneHealth()
    health.recovering("a doubt")
    assert health.state is LaneState.RECOVERING
    health.owned(4)
    assert health.reason == ""


def test_only_a_lane_with_nothing_to_send_rests() -> None:
    health = LaneHealth()
    health.last_progress = 0.0
    health.at({"topic": 7}, unsent=3)
    assert health.last_progress == 0.0
    health.at({"topic": 7}, unsent=0)
    assert health.last_progress > 0.0
    assert health.positions == {"topic": 7}


def test_progress_is_told_once() -> None:
    health = LaneHealth()
    health.progressed(5)
    assert health.take_progress()
    assert not health.take_progress()
