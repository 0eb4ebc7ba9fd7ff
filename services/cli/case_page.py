"""A case's thread as a page or as one object: what stands above it, and who must act now."""

from collections.abc import Iterator
from typing import Any, Final

from services.core.contracts.identifiers import key_of
from services.core.telling.lines import Lang, Teller, as_json, time_of
from services.core.telling.standing import Part, Step
from services.core.telling.stories import Told, marks_of, telling_steps

_MOST: Final = 4  #: how many steps of a part are told; --json tells all
_WORDS: Final[dict[Lang, dict[str, str]]] = {
    "vi": {
        "number": "số",
        "state": "trạng thái",
        "since": "từ",
        "office": "cơ quan",
        "officer": "chấp hành viên",
        "none": "chưa có",
        "next": "Ai phải làm gì tiếp theo",
        "nobody": "không ai phải làm gì: việc đã kết thúc",
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
        "next": "Who must act now",
        "nobody": "nobody: it has ended",
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
    """Yield what stands below the thread, each part with its most telling steps."""
    words = _WORDS[teller.lang]
    if not found.steps:
        yield f"{words['next']}: {words['nobody']}"
        return
    yield f"{words['next']}:"
    for part, steps in telling_steps(found.steps, _MOST).items():
        short = part.removeprefix(key_of(part)) or part
        yield f"  {teller.family(steps[0].family)} {short}: {steps[0].state}"
        yield from (f"    {_step(step, teller)}" for step in steps)
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
        "next": found.steps,
    }
