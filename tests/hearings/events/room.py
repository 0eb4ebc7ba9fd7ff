"""Events of the family room (phòng), in the form that `lienthong schemas generate` makes."""

from datetime import date
from typing import ClassVar

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event


class Booked(Event, frozen=True):
    """A room was booked for a day (giữ phòng)."""

    TYPE: ClassVar[str] = "thads.room.booked"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {"COURT": ("anyone",), "PLATFORM": ("process",)}

    room_id: str
    hearing_id: str
    held_on: date
