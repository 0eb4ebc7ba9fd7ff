"""A case's thread as a page or as one object: its head, who must act now, what may follow."""

from collections.abc import Iterator
from typing import Any, Final

from services.core.contracts.identifiers import key_of
from services.core.telling.duties import Duty, said_of
from services.core.telling.lang import Lang
from services.core.telling.lines import Teller, as_json, time_of
from services.core.telling.standing import Part, Step
from services.core.telling.stories import Told, marks_of, telling_steps

_MOST: Final = 4  #: how many steps of a part are shown; --json has all
_WORDS: Final[dict[Lang, dict[str, str]]] = {
    "vi": {
        "number": "số",
        "state": "trạng thái",
        "since": "từ",
        "office": "cơ quan",
        "officer": "chấp hành viên",
        "none": "chưa có",
        "owed": "Ai phải làm gì tiếp theo",
        "nobody": "không ai phải làm gì lúc này",
        "periods": "Thời hạn đang chạy",
        "no number": "luật không ấn định số ngày",
        "steps": "Bước có thể tiếp theo",
        "folded": "{} (--steps)",
        "opens": "mở mới",
        "more": "và {} việc khác (--json)",
    },
    "en": {
        "number": "number",
        "state": "state",
        "since": "since",
        "office": "office",
        "officer": "officer",
        "none": "none yet",
        "owed": "Who must act now",
        "nobody": "nobody",
        "periods": "Periods that run",
        "no number": "the law sets no number",
        "steps": "Steps that may follow",
        "folded": "{} (--steps)",
        "opens": "opens",
        "more": "and {} more (--json)",
    },
}


def head(found: Told, teller: Teller) -> Iterator[str]:
    """Yield what stands above the thread: number, state, office, officer."""
    words = _WORDS[teller.lang]
    this = found.this
    yield f"{teller.family(found.family)} {found.id}"
    told = {
        "number": ", ".join(found.numbers),
        "state": _state(this, words) if this else "",
        "office": _agency(found.office, teller),
        "officer": (this.officer or "") if this else "",
    }
    for name, value in told.items():
        yield f"  {words[name]:16}{value or words['none']}"


def _state(part: Part, words: dict[str, str]) -> str:
    return f"{part.state}, {words['since']} {time_of(part.since)}"


def _agency(slug: str | None, teller: Teller) -> str:
    entry = teller.directory.agency(slug) if slug else None
    return f"{slug} ({entry.vi})" if entry else slug or ""


def who_must_act(found: Told, teller: Teller) -> Iterator[str]:
    """Yield what stands below the thread: what is owed, by whom and until when."""
    words = _WORDS[teller.lang]
    owed = [duty for duty in found.duties if duty.binds]
    yield f"{words['owed']}:{'' if owed else ' ' + words['nobody']}"
    for duty in owed:
        yield from _duty(duty, teller)
    periods = [duty for duty in found.duties if not duty.binds]
    if periods:
        yield f"{words['periods']}:"
    for duty in periods:
        yield from _duty(duty, teller)


def _duty(duty: Duty, teller: Teller) -> Iterator[str]:
    words, said = _WORDS[teller.lang], said_of(duty, teller)
    law = f"{duty.article} " if duty.article else ""
    due = said["due"] or words["no number"]
    yield f"  {due:24}  {said['what']} ({law}{duty.rule_id})"
    yield f"  {'':24}  {said['who']}: {said['state']}  {duty.part}"


def what_may_follow(found: Told, teller: Teller, *, folded: bool) -> Iterator[str]:
    """Yield the steps that may follow, each part with its most telling ones; folded, how many."""
    words = _WORDS[teller.lang]
    if not found.steps:
        return
    if folded:
        yield f"{words['steps']}: {words['folded'].format(len(found.steps))}"
        return
    yield f"{words['steps']}:"
    for part, each in telling_steps(found.steps, _MOST).items():
        short = part.removeprefix(key_of(part)) or part
        yield f"  {teller.family(each[0].family)} {short}: {each[0].state}"
        yield from (f"    {_step(step, teller)}" for step in each)
        more = sum(step.part == part for step in found.steps) - _MOST
        if more > 0:
            yield f"    {words['more'].format(more)}"


def _step(step: Step, teller: Teller) -> str:
    roles = [teller.catalogue.roles[role] for role in step.roles]
    said = " / ".join(role.vi if teller.lang == "vi" else role.en for role in roles)
    who = f"{said} ({', '.join(step.who)})" if step.who else said
    what = step.vi if teller.lang == "vi" else step.en
    return f"{who}: {what}{_to(step, teller)}  {step.event.partition('.')[2]}"


def _to(step: Step, teller: Teller) -> str:
    leads = [state for state in step.to if state not in {"=", step.state}]
    if leads == ["-"]:
        return f" ({_WORDS[teller.lang]['opens']})"
    return f" → {' / '.join(leads)}" if leads else ""


def as_object(found: Told, teller: Teller) -> dict[str, Any]:
    """Return everything, every step included, for those who compute."""
    this, judgment = found.this, found.parts.get(key_of(found.id))
    return {
        "id": found.id,
        "family": found.family,
        "numbers": this.numbers if this else [],
        "judgment": {"id": key_of(found.id), "numbers": judgment.numbers if judgment else []},
        "state": this.state if this else None,
        "since": this.since if this else None,
        "office": found.office,
        "officer": this.officer if this else None,
        "parts": [
            {"id": part.id, "family": part.family, "state": part.state, "since": part.since}
            for part in found.parts.values()
        ],
        "thread": [
            dict(as_json(entry.record, entry.envelope, teller.codec)) | marks_of(entry, found)
            for entry in found.thread
        ],
        "duties": found.duties,
        "next": found.steps,
    }
