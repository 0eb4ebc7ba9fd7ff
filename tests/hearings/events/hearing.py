"""Events of the family hearing (phiên họp), in the form that `lienthong schemas generate` makes."""

from datetime import date
from typing import ClassVar, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event


class Requested(Event, frozen=True):
    """A hearing was asked for (yêu cầu mở phiên họp)."""

    TYPE: ClassVar[str] = "thads.hearing.requested"
    MODE: ClassVar[Mode] = "act"
    BY: ClassVar[By] = {"COURT": ("anyone",), "PLATFORM": ("process",)}

    hearing_id: str
    room_id: str
    held_on: date


class RoomBooked(Event, frozen=True):
    """The room is ours (đã giữ phòng)."""

    TYPE: ClassVar[str] = "thads.hearing.room_booked"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {"COURT": ("anyone",), "PLATFORM": ("process",)}

    hearing_id: str
    room_id: str


class RoomDenied(Event, frozen=True):
    """The room is not to be had (không có phòng)."""

    TYPE: ClassVar[str] = "thads.hearing.room_denied"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {"COURT": ("anyone",), "PLATFORM": ("process",)}

    hearing_id: str
    why: str


Fact: TypeAlias = Requested | RoomBooked | RoomDenied
