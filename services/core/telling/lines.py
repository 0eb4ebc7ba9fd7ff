"""An event as one line for people: time, who → whom, type, Vietnamese name, what became of it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from services.core.access.addressed import agencies_named
from services.core.access.directory import Directory
from services.core.bus.record import Record
from services.core.contracts.catalogue import Catalogue, EventType
from services.core.contracts.codec import Codec
from services.core.contracts.days import VIET_NAM
from services.core.contracts.envelope import Envelope
from services.core.contracts.errors import ContractError
from services.core.contracts.event import Event
from services.core.contracts.events import case, deadline, submission
from services.core.contracts.identifiers import key_of
from services.core.law.counting import end_of, first_day
from services.core.telling.corrected import Undone
from services.core.telling.lang import Lang
from services.core.telling.thread import Entry

Tone: TypeAlias = Literal["recorded", "refused", "noted", "held", "moved", "unreadable"]

UNDOING: Final = ("corrects", "withdraws")  #: what a fact may say of another, where it does
_TAIL: Final = 6  #: the end of a key, enough to tell judgments apart
_ALLOWED: Final[dict[Lang, str]] = {"vi": "được phép từ", "en": "allowed from"}
_DUE: Final[dict[Lang, str]] = {"vi": "hạn", "en": "due"}
_MARKS: Final[dict[Lang, dict[str, str]]] = {
    "vi": {
        "late": "ghi nhận muộn",
        "corrects": "đính chính",
        "withdraws": "rút lại",
        "corrected": "đã được đính chính bởi",
        "withdrawn": "đã bị rút bởi",
    },
    "en": {
        "late": "late entry",
        "corrects": "corrects",
        "withdraws": "withdraws",
        "corrected": "corrected by",
        "withdrawn": "withdrawn by",
    },
}


class Line(Struct, frozen=True):
    """What is said of one event."""

    when: datetime
    agency: str
    whom: str
    type: str  #: without `thads.`; of a refused or held claim, the claim's
    said: str  #: the name of the type
    tone: Tone  #: what became of it
    detail: str = ""  #: the reasons, the states, the way it was released, the clock
    marks: tuple[str, ...] = ()  #: late entry, what it corrects, that it does not count any more


class Teller(Struct, frozen=True):
    """Tells events by one catalogue and one directory, in Vietnamese or English."""

    catalogue: Catalogue
    codec: Codec
    directory: Directory
    lang: Lang = "vi"

    def line(self, record: Record, envelope: Envelope, undone: Undone | None = None) -> Line:
        """Return the line of a record; one that cannot be read says why.

        `undone` says that it was corrected or withdrawn since.
        """
        try:
            event = self.codec.decode(record.value)
        except ContractError as error:
            return Line(
                envelope.occurred_at,
                envelope.agency,
                "",
                envelope.type.partition(".")[2],
                "",
                "unreadable",
                str(error),
            )
        line = self.told(event, envelope.agency, envelope.subject, envelope.occurred_at)
        return replace(line, marks=tuple(self._marks(Entry(record, envelope, event), undone)))

    def _marks(self, entry: Entry, undone: Undone | None) -> Iterator[str]:
        words, envelope = _MARKS[self.lang], entry.envelope
        if entry.is_late:
            yield words["late"]
        if envelope.corrects:
            yield f"{words['corrects']} …{envelope.corrects[-_TAIL:]}"
        if envelope.withdraws:
            yield f"{words['withdraws']} …{envelope.withdraws[-_TAIL:]}"
        if undone is not None:
            yield f"{words[undone.how]} …{undone.by[-_TAIL:]}"

    def told(self, event: Event, agency: str, part: str, when: datetime) -> Line:
        """Return the line of an event that an agency brought about."""
        match event:
            case submission.Refused(claim_type=type_) | submission.Held(claim_type=type_):
                pass
            case _:
                type_ = event.TYPE
        known = self.catalogue.event(type_)
        tone, detail = self._outcome(event)
        return Line(
            when,
            agency,
            self._whom(event, agency, part, known),
            type_.partition(".")[2],
            known.vi if self.lang == "vi" else known.en,
            tone,
            detail,
        )

    def _whom(self, event: Event, agency: str, part: str, known: EventType) -> str:
        """The agency that the event names beside its sender, else the part it speaks of."""
        for named in agencies_named(event, agency, self.catalogue, self.directory):
            return named
        return f"{self.family(known.family)} …{key_of(part)[-_TAIL:]}"

    def family(self, name: str) -> str:
        """Return what a family is called."""
        return self.catalogue.families[name].vi if self.lang == "vi" else name.replace("_", " ")

    def _outcome(self, event: Event) -> tuple[Tone, str]:
        match event:
            case submission.Refused(reasons=reasons):
                said = "; ".join(
                    _reason(each.code, each.article, each.vi if self.lang == "vi" else each.en)
                    for each in reasons
                )
                allowed = max((r.next_allowed for r in reasons if r.next_allowed), default=None)
                until = f"; {_ALLOWED[self.lang]} {time_of(allowed)}" if allowed else ""
                return "refused", f"{said}{until}"
            case submission.Held():
                return "held", ""
            case submission.Released(how=how):
                return "held", how
        return self._fact(event)

    def _fact(self, event: Event) -> tuple[Tone, str]:
        if isinstance(event, case.Moved):
            return "moved", f"{event.from_state} → {event.to_state}"
        if isinstance(event, deadline.Fact):
            return "recorded", self._clock(event)
        if event.TYPE.endswith(".irregularity_noted"):
            data = self.codec.to_json(event)
            return "noted", _reason(data["code"], data.get("article"), data[self.lang])
        return "recorded", ""

    def _clock(self, event: deadline.Fact) -> str:
        """Say which clock it is, and when its time is over, where the law sets a number."""
        due = getattr(event, "new_due", None) or event.due
        return f"{event.rule_id}{f', {_DUE[self.lang]} {end_of_time(due)}' if due else ''}"


def _reason(code: str, article: str | None, sentence: str) -> str:
    return f"{code}{f' ({article})' if article else ''}: {sentence}"


def time_of(moment: datetime) -> str:
    """Spell a moment as people in Viet Nam read it."""
    return f"{moment.astimezone(VIET_NAM):%d-%m-%Y %H:%M}"


def end_of_time(due: datetime) -> str:
    """Spell when a time is over: its last day, or its moment where it does not end with a day."""
    last = first_day(due)
    return f"{last:%d-%m-%Y}" if end_of(last) == due else time_of(due)


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
        *((name, fact) for name in UNDOING if (fact := getattr(envelope, name))),
    )
    try:
        yield "data", codec.to_json(codec.decode(record.value))
    except ContractError as error:
        yield "unreadable", str(error)
