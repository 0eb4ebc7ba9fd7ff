"""Every event class of the house.

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import Final

from services.core.contracts.event import Event
from services.core.contracts.events import judgment, submission

EVENTS: Final[tuple[type[Event], ...]] = (
    judgment.Issued,
    judgment.MadeEffective,
    judgment.Transferred,
    judgment.Received,
    judgment.ClarificationRequested,
    judgment.Clarified,
    judgment.Revised,
    judgment.IrregularityNoted,
    submission.Refused,
    submission.Held,
    submission.Released,
)
