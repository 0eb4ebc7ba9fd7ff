"""Events of the family submission (bản gửi).

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from typing import ClassVar, Literal, TypeAlias

from services.core.contracts.catalogue import Mode
from services.core.contracts.event import By, Event
from services.core.contracts.events.records import Reason


class Refused(Event, frozen=True):
    """A claim may not be recorded, with every reason at once (không ghi nhận)."""

    TYPE: ClassVar[str] = "thads.submission.refused"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    about: str  #: đối tượng được nêu — the part the claim spoke of
    submission_id: str  #: mã bản gửi — the submission
    claim_type: str  #: loại sự kiện được gửi — the type of the claim
    #: các lý do — every reason, each with what the law says and what would be allowed
    reasons: list[Reason]


class Held(Event, frozen=True):
    """A claim waits as or behind a dead letter (đang giữ lại)."""

    TYPE: ClassVar[str] = "thads.submission.held"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    about: str  #: đối tượng được nêu — the part the claim spoke of
    submission_id: str  #: mã bản gửi — the submission
    claim_type: str  #: loại sự kiện được gửi — the type of the claim
    behind: bool  #: chờ sau bản khác — true when it waits behind another letter of its key


ReleasedHow: TypeAlias = Literal["RELEASED", "REPLACED", "DISCARDED"]


class Released(Event, frozen=True):
    """A held claim went on, was replaced or discarded (đã xử lý tiếp)."""

    TYPE: ClassVar[str] = "thads.submission.released"
    MODE: ClassVar[Mode] = "done"
    BY: ClassVar[By] = {
        "PLATFORM": ("process",),
    }

    about: str  #: đối tượng được nêu — the part the claim spoke of
    submission_id: str  #: mã bản gửi — the submission
    how: ReleasedHow  #: cách xử lý — what became of it
    requested_by: str  #: người yêu cầu — the officer or agency who asked for it


Fact: TypeAlias = Refused | Held | Released
"""What may be recorded."""
