"""Rows of the form of the story, of which `competence.yaml` says only what matters.

What it leaves out, the role and the catalogue fill in: who speaks, of which part, and each field.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, convert

from services.core.contracts import strict_yaml
from services.core.contracts.catalogue import PREFIX, Codes, EventType, Kind, Many, Nested, Scalar
from services.core.contracts.days import day_of
from services.simulator.story import Row
from tests.acceptance.memory_house import CATALOGUE

PATH: Final = Path(__file__).parent / "competence.yaml"
NOW: Final = datetime.fromisoformat("2026-11-30T10:00:00+07:00")

SPEAKERS: Final = {
    "COURT": ("toa-da-nang", "thu-ky-hoa"),
    "HEAD": ("thads-da-nang", "le-van-an"),
    "OFFICER": ("thads-khu-vuc-3", "tran-thi-binh"),
    "CASHIER": ("thads-da-nang", "pham-thi-cuc"),
    "VP_HEAD": ("vp-son-tra", "truong-vp-son-tra"),
    "BAILIFF": ("vp-son-tra", "thua-hanh-son-tra"),
    "PROCURACY": ("vks-khu-vuc-3", "ho-van-khanh"),
    "POLICE": ("ca-thi-hanh-an-da-nang", "dao-van-em"),
    "COMMUNE": ("ubnd-phuong-song-cam", "ngo-thi-giang"),
    "FRONT": ("mttq-phuong-song-cam", "cb-mttq-song-cam"),
    "HOLDER": ("nh-song-cam", "can-bo-nh"),
    "EXIT_CONTROL": ("xnc", "cb-xnc"),
    "VALUER": ("tdg-ngu-son", "bui-van-lam"),
    "AUCTIONEER": ("dg-cam-giang", "ly-thi-mai"),
    "PARTY": ("cong-thads", None),
    "CENTRAL_BODY": ("cuc-quan-ly-thads", "cb-cuc"),
}
"""Who speaks in each role in the history."""

_PARTS: Final = {
    "judgment_id": "",
    "clarification_id": ".q1",
    "case_id": ".c1",
    "measure_id": ".c1.m1",
    "request_id": ".c1.r1",
    "coercion_id": ".c1.k2",
    "sale_id": ".c1.k2.s1",
    "complaint_id": ".c1.x1",
    "watched": ".c1",
    "delivered_part": ".c1",
}
"""The part of each kind that the history has, within its judgment."""

_PRIVATE: Final = {"VP_HEAD", "BAILIFF"}
_CAPACITY: Final = {
    "COURT": "JUDGE",
    "OFFICER": "OFFICER",
    "BAILIFF": "OFFICER",
    "VP_HEAD": "VP_HEAD",
}
PAPER: Final = {"document_id": "d-1", "sha256": "0" * 64}


class Given(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the file says of a row of the history, or of a claim."""

    type: str
    n: int = 0
    at: datetime = NOW
    role: str | None = None
    agency: str | None = None
    officer: str | None = None
    part: str | None = None
    data: dict[str, Any] = {}


def root_of(role: str) -> str:
    return "V" if role in _PRIVATE else "W"


def decision_in(role: str) -> int:
    """Return the row that decided the case of the history in which that role speaks."""
    return 1104 if root_of(role) == "V" else 1006


def own_rows() -> list[Row]:
    """Return the history of the file."""
    return [row_of(given) for given in convert(strict_yaml.load(PATH)["history"], list[Given])]


def row_of(given: Given) -> Row:
    """Return a row of the form of the story, with what the file leaves out."""
    type_ = CATALOGUE.event(f"{PREFIX}.{given.type}")
    role = given.role or next(role for role in type_.by if role in SPEAKERS)
    agency, officer = SPEAKERS[role]
    if given.agency:
        agency, officer = given.agency, given.officer
    part = given.part or _part(type_, role)
    row = Row(
        n=given.n,
        at=given.at,
        agency=agency,
        officer=officer,
        role=role,
        type=given.type,
        part=part,
        data={},
        expect="recorded",
    )
    data = {**dict(_filled(type_, given.data, row)), **given.data}
    if data.get("already_done"):
        data.setdefault("document", PAPER)
    return with_data(row, data)


def with_data(row: Row, data: dict[str, Any]) -> Row:
    return convert(
        {**{name: getattr(row, name) for name in row.__struct_fields__}, "data": data}, Row
    )


def _part(type_: EventType, role: str) -> str:
    part = f"{root_of(role)}{_PARTS[type_.part]}"
    return f"{part[:-1]}9" if type_.opens and type_.type != f"{PREFIX}.sale.priced" else part


def _filled(type_: EventType, given: Mapping[str, Any], row: Row) -> Iterator[tuple[str, Any]]:
    for field in type_.fields:
        if not field.optional and field.name not in {type_.part, *given}:
            yield field.name, _value(field.name, field.kind, row)


def _value(name: str, kind: Kind, row: Row) -> Any:
    """Return what may stand in a field of that kind."""
    match kind:
        case Scalar(type_):
            return _scalar(name, type_, row)
        case Codes(values):
            is_capacity = name == "capacity"
            return _CAPACITY.get(row.role, "HEAD") if is_capacity else values[0]
        case Nested(record):
            numbers = {"judgment_no": "1", "decision_no": "1"}
            return numbers if record == "basis" else PAPER
        case Many(Scalar("int")):
            return [1]
        case Many(Codes(values)):
            return [values[0]]
    return []


def _scalar(name: str, type_: str, row: Row) -> Any:
    party = "p1" if name in {"debtor", "subject"} else "p2"
    by_name = {
        "signed_by": row.officer,
        "decision_no": f"{row.n or 999}/QĐ",
    }
    by_type = {
        "id": f"@{decision_in(row.role)}",
        "ref": f"{row.part.partition('.')[0]}.{party}",
        "slug": row.officer or "ubnd-phuong-song-cam",
        "date": day_of(row.at).isoformat(),
        "timestamp": row.at.isoformat(),
        "bool": True,
        "dong": 1,
        "dong_or_zero": 1,
        "int": 1,
        "text": "a",
    }
    return by_name.get(name) or by_type[type_]
