"""Events of the family docket (sổ thụ lý), in the form that `lienthong schemas generate` makes."""

from typing import ClassVar, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event


class Opened(Event, frozen=True):
    """The docket was opened when the hearing was asked for (mở sổ thụ lý)."""

    TYPE: ClassVar[str] = "thads.docket.opened"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {"COURT": ("anyone",), "PLATFORM": ("process",)}

    hearing_id: str


class Closed(Event, frozen=True):
    """The docket was closed (đóng sổ thụ lý)."""

    TYPE: ClassVar[str] = "thads.docket.closed"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {"COURT": ("anyone",), "PLATFORM": ("process",)}

    hearing_id: str


Fact: TypeAlias = Opened | Closed
