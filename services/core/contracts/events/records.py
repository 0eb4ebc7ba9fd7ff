"""Records that events hold: a paper, a party, an item.

Made from `schemas/` by `lienthong schemas generate`; edit the sources, not this file.
"""

from datetime import date
from typing import Literal, TypeAlias

from services.core.contracts.event import Dong, Instant, Long, Record


class Doc(Record, frozen=True):
    """A paper, named by its id and the hash of its bytes (văn bản)."""

    document_id: str  #: mã văn bản — its id
    sha256: str  #: giá trị băm SHA-256 — the SHA-256 of its bytes


ItemNature: TypeAlias = Literal[
    "MONEY", "THING", "PAPER", "LAND", "ACT", "ABSTAIN", "PERSON", "WORKER"
]
ItemInitiative: TypeAlias = Literal["EX_OFFICIO", "ON_REQUEST"]


class Item(Record, frozen=True):
    """One thing that a judgment orders (khoản phải thi hành)."""

    item_no: Long  #: số thứ tự khoản — its number within the judgment
    nature: ItemNature  #: tính chất nghĩa vụ — what is owed
    initiative: ItemInitiative  #: chủ động hoặc theo yêu cầu — enforced ex officio or on request
    creditor: str  #: người được thi hành án — the party to whom it is owed
    debtor: str  #: người phải thi hành án — the party who owes it
    amount: Dong | None = None  #: số tiền, đồng — the sum in đồng, where it is a sum
    due_on: date | None = None  #: ngày đến hạn — the day it falls due, where the judgment fixes one


PartyKind: TypeAlias = Literal["PERSON", "ORGANISATION", "STATE"]


class Party(Record, frozen=True):
    """A party, known to every family by an opaque id (đương sự)."""

    ref: str  #: mã đương sự — its opaque id, `<judgment>.p1` and so on
    kind: PartyKind  #: cá nhân, tổ chức hoặc Nhà nước — a person, an organisation or the State


class Basis(Record, frozen=True):
    """The judgment and the decision something rests on (căn cứ)."""

    judgment_no: str  #: số bản án — the official number of the judgment
    decision_no: str  #: số quyết định — the official number of the decision


class Pause(Record, frozen=True):
    """A time in which a clock does not run (lần tạm ngừng)."""

    since: Instant  #: từ lúc — from when: this day counts no more
    #: đến lúc — until when: this day counts again; none while it lasts
    until: Instant | None = None


class Escalation(Record, frozen=True):
    """A step that an overdue clock climbs (lần chuyển cấp trên)."""

    agency: str  #: cấp trên — who is reached
    at: Instant  #: lúc — from when, unless it ended before


class Reason(Record, frozen=True):
    """One reason why a claim may not be recorded (lý do)."""

    code: str  #: mã lý do — the catalogue's code
    vi: str  #: nội dung bằng tiếng Việt — the reason in Vietnamese
    en: str  #: nội dung bằng tiếng Anh — the reason in English
    rule_id: str | None = None  #: quy tắc — the rule
    article: str | None = None  #: điều luật — the article of the law
    #: trường dữ liệu — the field it speaks of, as a JSON pointer into the payload
    field: str | None = None
    #: thời điểm sớm nhất được phép — the earliest moment that would be allowed
    next_allowed: Instant | None = None
