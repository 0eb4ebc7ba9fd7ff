"""What may be refused without knowing any stream's state: a pure function of body, token and time.

The codes of the catalogue that are decided `at: edge` are decided here. What passes is a claim with
its envelope, ready to be accepted; what its stream says to it, the lane decides.
"""

import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from msgspec import Struct

from services.core.access.directory import Agency, Directory
from services.core.access.tokens import Speaker
from services.core.bus.record import Outgoing
from services.core.bus.service import Topics
from services.core.contracts.catalogue import Catalogue, EventType, Kind, Many, Nested, Scalar
from services.core.contracts.codec import Codec
from services.core.contracts.days import VIET_NAM, YEARS, dates_in_future, day_of
from services.core.contracts.envelope import Envelope
from services.core.contracts.errors import MalformedData, UnknownEventType
from services.core.contracts.identifiers import is_uuid7, key_of, new_id
from services.core.contracts.partitions import partition_of
from services.core.doors.door import PlatformProcess, Submitter
from services.core.doors.problems import Flaw, Problem
from services.core.law.versions import version_at
from services.gateway.body import Said

_PLATFORM: Final = "PLATFORM"  #: the role of the platform's processes, which no token opens
#: Of a claim's data as Avro: room for a judgment of 500 parties and 500 items. All who may read a
#: fact are sent it, so it is far below what a topic takes.
MAX_CLAIM_BYTES: Final = 256_000
_SHORT_PART: Final = 10  #: characters of a short part: 32^10 within one parent
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
_TRACEPARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Edge(Struct, frozen=True):
    """The rules of the edge over one catalogue."""

    catalogue: Catalogue
    codec: Codec
    topics: Topics
    is_story: bool = False  #: whether the platform's time is a story's, which only commands move

    def admit(
        self,
        said: Said,
        speaker: Submitter,
        directory: Directory,
        now: datetime,
        traceparent: str | None = None,
    ) -> Outgoing:
        """Return the claim as the record it will be. Raises Problem with every flaw found.

        `now` is the house's time and becomes the time of acceptance.
        """
        type_ = self._type(said)
        # What the platform says may lie further off: a lead ends before the day it counts from.
        if isinstance(speaker, Speaker) and day_of(said.occurred_at).year not in YEARS:
            expected = f"expected a time of the years {YEARS[0]} to {YEARS[-1]}"
            raise Problem("BEYOND_CALENDAR", expected, "/occurred_at")
        if said.occurred_at > now:
            raise Problem("DATE_IN_FUTURE", self._too_late(now), "/occurred_at", now=now)
        agency, role = _entitled(said, speaker, directory, type_, self.catalogue, day_of(now))
        event = self._event(said, speaker, type_, now)
        value = self.codec.encode(event)
        if len(value) > MAX_CLAIM_BYTES:
            raise Problem("TOO_LARGE", f"{len(value)} bytes of data, allowed {MAX_CLAIM_BYTES}")
        id_, key = new_id(), key_of(event.part)
        return Outgoing(
            self.topics.submissions(type_.family),
            partition_of(key, self.topics.partitions),
            key,
            value,
            Envelope(
                id=id_,
                type=type_.type,
                agency=agency,
                officer=said.officer or "",
                subject=event.part,
                occurred_at=said.occurred_at,
                traceparent=_trace(traceparent),
                sequence=0,
                recorded_at=now,
                law=version_at(said.occurred_at),
                heard="",
                causation=id_,
                correlation=id_,
                index=0,
                count=0,
                accepted_at=now,
                role=role,
                asker="",
                corrects=said.corrects or "",
                withdraws=said.withdraws or "",
            ),
        )

    def _type(self, said: Said) -> EventType:
        try:
            return self.catalogue.event(said.type)
        except UnknownEventType as error:
            raise Problem(error.code, str(error), "/type") from None

    def _event(self, said: Said, speaker: Submitter, type_: EventType, now: datetime) -> Any:
        undoes = said.corrects or said.withdraws  # speaks of a part that is there: none is opened
        named = said.data if undoes else minted(said.data, type_)
        data = completed(named, type_, self.catalogue)
        # Processes name what is on record, where ids of other forms may stand.
        is_platform = isinstance(speaker, PlatformProcess)
        read = self.codec.from_json if is_platform else self.codec.claim
        try:
            event = read(said.type, data)
        except MalformedData as error:
            flaws = [Flaw(each.code, each.expected, f"/data{each.path}") for each in error.problems]
            raise Problem.of(flaws) from None
        late = dates_in_future(event, said.occurred_at, self.catalogue)
        if flaws := [Flaw(each.code, each.expected, f"/data{each.path}") for each in late]:
            raise Problem.of(flaws, now)
        return event

    def _too_late(self, now: datetime) -> str:
        time = now.astimezone(VIET_NAM).isoformat(timespec="seconds")
        if self.is_story:
            time += " by a story's clock, which stands until `lienthong clock TIME` moves it"
        return f"the act lies after the platform's time, {time}"


def _entitled(
    said: Said,
    speaker: Submitter,
    directory: Directory,
    type_: EventType,
    catalogue: Catalogue,
    today: date,
) -> tuple[str, str]:
    """Return the agency and the role in which it says this, if it may.

    The agency and the officer must be in being today too, whenever the act was.
    """
    if not type_.is_claim:
        raise Problem("ROLE_NOT_ALLOWED", "the platform alone records this", "/type")
    if isinstance(speaker, PlatformProcess):
        return speaker.agency, _role(said, [role for role in type_.by if role == _PLATFORM], type_)
    agency, act = _in_being(speaker, directory, today), day_of(said.occurred_at)
    may = [
        role
        for role in type_.by
        if role != _PLATFORM
        and role in speaker.roles
        and role in agency.roles
        and agency.kind in catalogue.roles[role].of
    ]
    role = _role(said, may, type_)
    if not agency.existed_on(act):
        raise Problem("AGENCY_ENDED", "the agency was not in being on that day", "/occurred_at")
    if said.officer is not None:
        officer = directory.officer(said.officer)
        if officer is None or officer.agency != agency.slug:
            raise Problem("ROLE_NOT_ALLOWED", "no officer of the agency", "/officer")
        if not (officer.served_on(act) and officer.served_on(today)):
            raise Problem("ROLE_NOT_ALLOWED", "not in office on that day and today", "/officer")
        if role not in officer.roles:
            raise Problem("ROLE_NOT_ALLOWED", "the officer does not hold this role", "/officer")
    return agency.slug, role


def _in_being(speaker: Speaker, directory: Directory, today: date) -> Agency:
    agency = directory.agency(speaker.agency)
    if agency is None:
        raise Problem("UNAUTHENTICATED", "the directory does not know the token's agency")
    if not agency.existed_on(today):
        raise Problem("AGENCY_ENDED", "the agency is not in being today")
    return agency


def _role(said: Said, may: list[str], type_: EventType) -> str:
    if said.role is not None and said.role not in may:
        raise Problem("ROLE_NOT_ALLOWED", f"may be said by {', '.join(type_.by)}", "/role")
    if not may:
        raise Problem("ROLE_NOT_ALLOWED", f"may be said by {', '.join(type_.by)}", "/type")
    if said.role is None and len(may) > 1:
        raise Problem("ROLE_NOT_ALLOWED", f"say as which of {', '.join(may)}", "/role")
    return said.role or may[0]


def minted(data: dict[str, Any], type_: EventType) -> dict[str, Any]:
    """Give the part its id where the type opens it and the claim names none.

    An id inside another part begins with that part's, which the claim names under its usual field
    instead.
    """
    if not type_.opens or type_.part in data:
        return data
    if type_.parent is None:
        part = new_id()
    elif isinstance(parent := data.get(type_.parent), str):
        short = "".join(secrets.choice(_LETTERS) for _ in range(_SHORT_PART))
        part = f"{parent}.{short}"
        data = {name: value for name, value in data.items() if name != type_.parent}
    else:
        return data
    return {type_.part: part} | data


def completed(data: dict[str, Any], type_: EventType, catalogue: Catalogue) -> dict[str, Any]:
    """Put the judgment's id before references of a claim that begin with their dot (`.p1`).

    Only in what opens a part may they: the sender of a new judgment does not know its id.
    """
    part = data.get(type_.part)
    if not type_.opens or not isinstance(part, str) or not is_uuid7(judgment := key_of(part)):
        return data
    kinds = {field.name: field.kind for field in type_.fields}
    return _each_completed(data, kinds, judgment, catalogue)


def _each_completed(
    data: dict[str, Any], kinds: Mapping[str, Kind], judgment: str, catalogue: Catalogue
) -> dict[str, Any]:
    return {
        name: _completed(value, kinds[name], judgment, catalogue) if name in kinds else value
        for name, value in data.items()
    }


def _completed(value: Any, kind: Kind, judgment: str, catalogue: Catalogue) -> Any:
    match kind, value:
        case Scalar("ref"), str() if value.startswith("."):
            return judgment + value
        case Many(of), list():
            return [_completed(each, of, judgment, catalogue) for each in value]
        case Nested(record), dict():
            kinds = {field.name: field.kind for field in catalogue.records[record]}
            return _each_completed(value, kinds, judgment, catalogue)
    return value


def _trace(given: str | None) -> str:
    """Go on with the sender's trace, or begin one (W3C trace context)."""
    if given and _TRACEPARENT.fullmatch(given):
        return given
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
