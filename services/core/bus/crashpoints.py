"""The named places between every two steps of the bus at which a process may die.

The list is finite, so the crash tests can try each of them. In service nobody listens and reaching
a point costs one call.
"""

from collections.abc import Callable
from typing import Final

POINTS: Final = (
    "after_claim",
    "after_tail_check",
    "after_fetch",
    "after_recall",
    "after_decide",
    "after_commit",
    "before_send",
    "handed_to_producer",
    "after_send",
    "before_hand_over",
    "after_hand_over",
)

Reached = Callable[[str], None]  #: called with the point's name; may raise to die there


def nobody(point: str) -> None:
    """Listen to no point: the way services run."""
