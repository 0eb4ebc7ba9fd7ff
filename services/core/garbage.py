"""How often a process of the house looks for what keeps itself alive, and through how much of it.

Python looks after each 700 new objects. A lane makes as many with every few facts, and next to none
of them keep themselves alive: to look seldom saves a quarter of a year of cases.
"""

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 100)


def look_seldom() -> None:
    """Look seldom from here on, and never again through what is loaded already.

    For processes that run services: call it once, when all is set up.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
