"""An event as one line for people: time, who → whom, type, Vietnamese name, what became of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from rich.text import Text

from services.core.access.directory import Directory
from services.core.bus.record import Record
from services.core.contracts.catalogue import Catalogue, EventType, Scalar
from services.core.contracts.codec import Codec
from services.core.contracts.days import VIET_NAM
from services.core.contracts.envelope import Envelope
from services.core.contracts.errors import ContractError
from services.core.contracts.event import Event
from services.core.contracts.events import case, submission
from services.core.contracts.identifiers import key_of

Lang: TypeAlias = Literal["vi", "en"]

_TAIL: int = 6  #: the end of a key, enough to tell judgments apart
_ALLOWED: dict[Lang, str] = {"vi": "được phép từ", "en": "allowed from"}


class Teller(Struct, frozen=True):
    """Tells events by one catalogue and one directory, in Vietnamese or English."""

    catalogue: Catalogue
    codec: Codec
    directory: Directory
    lang: Lang = "vi"

    def line(self, record: Record, envelope: Envelope) -> Text:
        """Return the line of a record; one that cannot be read says why."""
        try:
            event = self.codec.decode(record.value)
        except ContractError as error:
            return Text(f"{_time(envelope.occurred_at)}  unreadable: {error}", "red")
        type_ = event.claim_type if isinstance(event, submission.Refused) else envelope.type
        type_ = event.claim_type if isinstance(event, submission.Held) else type_
        known = self.catalogue.event(type_)
        who = f"{envelope.agency} → {self._whom(event, envelope, known)}"
        name = type_.partition(".")[2]
        said = known.vi if self.lang == "vi" else known.en
        line = Text(f"{_time(envelope.occurred_at)}  {who:42}  {name:32}  {said:36}  ")
        return line.append_text(_outcome(event, self.codec.to_json(event), self.lang))

    def _whom(self, event: Event, envelope: Envelope, known: EventType) -> str:
        """The agency that the event names beside its sender, else the part it speaks of."""
        for field in self.catalogue.event(event.TYPE).fields:
            slug = getattr(event, field.name) if field.kind == Scalar("slug") else None
            if slug and slug != envelope.agency and self.directory.agency(slug):
                return str(slug)
        return f"{self.catalogue.families[known.family].vi} …{key_of(envelope.subject)[-_TAIL:]}"


def _outcome(event: Event, data: dict[str, Any], lang: Lang) -> Text:
    match event:
        case submission.Refused(reasons=reasons):
            said = "; ".join(
                _reason(reason.code, reason.article, reason.vi if lang == "vi" else reason.en)
                for reason in reasons
            )
            allowed = max((r.next_allowed for r in reasons if r.next_allowed), default=None)
            until = f"; {_ALLOWED[lang]} {_time(allowed)}" if allowed else ""
            return Text(f"REFUSED {said}{until}", "bold red")
        case submission.Held():
            return Text("HELD", "yellow")
        case submission.Released(how=how):
            return Text(how, "yellow")
        case case.Moved(from_state=before, to_state=after):
            return Text(f"{before} → {after}", "cyan")
    if event.TYPE.endswith(".irregularity_noted"):
        return Text(f"! {_reason(data['code'], data.get('article'), data[lang])}", "yellow")
    return Text("recorded", "green")


def _reason(code: str, article: str | None, vi: str) -> str:
    return f"{code}{f' ({article})' if article else ''}: {vi}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(VIET_NAM):%d-%m-%Y %H:%M}"


def as_json(record: Record, envelope: Envelope, codec: Codec) -> Iterator[tuple[str, Any]]:
    """Yield everything about a record but its place in the chain, for those who compute."""
    yield from (
        ("topic", record.topic),
        ("partition", record.partition),
        ("offset", record.offset),
        ("key", record.key),
        ("id", envelope.id),
        ("type", envelope.type),
        ("agency", envelope.agency),
        ("officer", envelope.officer or None),
        ("role", envelope.role),
        ("part", envelope.subject),
        ("occurred_at", envelope.occurred_at),
        ("recorded_at", envelope.recorded_at),
        ("law", envelope.law),
        ("sequence", envelope.sequence),
        ("causation", envelope.causation),
    )
    try:
        yield "data", codec.to_json(codec.decode(record.value))
    except ContractError as error:
        yield "unreadable", str(error)
