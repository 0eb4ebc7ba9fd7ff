"""B11: liveness is progress. A lane is healthy only while its positions move or nothing waits."""

import time
from enum import Enum

from services.core.bus.letters import Result
from services.core.telemetry.metrics import (
    DECIDED,
    FACTS,
    LANE_STATE,
    LETTERS,
    RECOVERIES,
    REFUSALS,
)


class LaneState(Enum):
    """How a lane stands."""

    CLAIMING = "claiming"
    WORKING = "working"
    RECOVERING = "recovering"  #: in doubt, claims again by itself
    RED = "red"  #: stands still until a person acts or a missing number turns up
    HANDED_OVER = "handed over"


class LaneHealth:
    """How one lane of this process stands, for operators and for liveness probes."""

    def __init__(self) -> None:
        self.state = LaneState.CLAIMING
        self.reason = ""
        self.kind = ""  #: of what made it red, as the error tree names it
        self.epoch = 0
        self.positions: dict[str, int] = {}
        self.unsent = 0
        self.last_progress = time.monotonic()
        self._progressed = False

    def owned(self, epoch: int) -> None:
        """The lane is ours from this epoch on."""
        self.epoch = epoch
        self._turn(LaneState.WORKING, "")

    def recovering(self, reason: str) -> None:
        """The lane is in doubt."""
        RECOVERIES.inc()
        self._turn(LaneState.RECOVERING, reason)

    def red(self, reason: str, kind: str) -> None:
        """The lane stands still, for a reason of that kind."""
        self._turn(LaneState.RED, reason)
        self.kind = kind

    def handed_over(self) -> None:
        """The lane is another's to claim."""
        self._turn(LaneState.HANDED_OVER, "")

    def progressed(self, records: int) -> None:
        """A batch went through."""
        DECIDED.inc(records)
        self._progressed = True
        self.last_progress = time.monotonic()

    def committed(self, result: Result) -> None:
        """Count what a commit has recorded, refused and parked, by why."""
        for each in result.outgoing:
            _, family, kind = each.topic.rsplit(".", 2)
            if kind == "events":
                FACTS.labels(family).inc()
            for code in each.codes:
                REFUSALS.labels(code).inc()
        for letter in result.letters:
            LETTERS.labels("behind" if letter.behind else letter.cause.partition(":")[0]).inc()

    def at(self, positions: dict[str, int], unsent: int) -> None:
        """Note how far the lane has come."""
        self.positions, self.unsent = positions, unsent
        if not unsent:
            self.last_progress = time.monotonic()

    @property
    def has_progressed(self) -> bool:
        """Whether anything went through since the last `take_progress`."""
        return self._progressed

    def take_progress(self) -> bool:
        """Say whether anything went through since the last call."""
        progressed, self._progressed = self._progressed, False
        return progressed

    def is_alive(self, patience: float) -> bool:
        """Whether the process is worth keeping: red is alive, standing still unsaid is not."""
        stuck = time.monotonic() - self.last_progress > patience
        return self.state is LaneState.RED or not stuck

    def _turn(self, state: LaneState, reason: str) -> None:
        self.state, self.reason, self.kind = state, reason, ""
        LANE_STATE.labels(state.value).inc()
