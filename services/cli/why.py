"""`lienthong why EVENT`: the decision behind a fact or refusal, made again and told in words."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from services.cli.archive import Desk, family_service, id_of, opened
from services.cli.errors import CommandError
from services.cli.lines import outcome_of
from services.core.bus.items import Stored
from services.core.telling.lang import Lang
from services.core.telling.lines import Teller, time_of
from services.ledger.archive import Entry
from services.ledger.folding import Decision, FoldError

_LETTERS = frozenset({"held", "released"})


def why(event: str, *, json: bool = False, lang: Lang = "vi") -> int:
    """Make the decision behind a fact or refusal again, on the state before it, and tell it.

    Exit code 1 if it now gives something else.

    Parameters
    ----------
    event
        The id of a fact or refusal; that of a submission stands for its outcome.
    json
        Print one JSON object, with the whole state before.
    lang
        The language of the names: vi or en.
    """
    return asyncio.run(_why(event, lang, json=json))


async def _why(event: str, lang: Lang, *, json: bool) -> int:
    id_ = id_of(event)
    async with opened() as desk:
        entry = await _outcome(desk, id_)
        try:
            decision = await explained(desk, entry)
        except FoldError as error:
            raise CommandError(f"{id_}: {error}; see `lienthong rebuild SERVICE --diff`") from error
        if json:
            print(msgspec.json.encode(_as_object(entry, decision, desk)).decode())
        else:
            print("\n".join(_told(entry, decision, desk.teller(lang))))
    return 1 if decision.differences else 0


async def _outcome(desk: Desk, id_: str) -> Entry:
    """Return the fact or refusal of that id, or of the submission of that id."""
    entry = await desk.archive.of_id(id_)
    if entry is not None and entry.kind == "submission":
        followed = await desk.archive.of_correlation(entry.envelope.correlation)
        entry = next(
            (
                each
                for each in followed
                if each.envelope.causation == id_ and each.id != id_ and _is_first(each)
            ),
            None,
        )
        if entry is None:
            raise CommandError(
                f"submission {id_}: nothing was decided on it so far; it waits, or it is held "
                f"(`lienthong letters list`)"
            )
    if entry is None:
        raise CommandError(
            f"no event {id_} is archived: compare the id; `lienthong case ID --json` and "
            f"`lienthong tail --json` show them"
        )
    if entry.kind in _LETTERS:
        raise CommandError(
            f"{id_} says that a submission was {entry.kind}: that is no decision of a family; ask "
            f"for the submission, {entry.envelope.causation}"
        )
    return entry


def _is_first(entry: Entry) -> bool:
    return entry.kind == "refusal" or (entry.kind == "fact" and entry.envelope.index == 0)


async def explained(desk: Desk, entry: Entry) -> Decision:
    """Make the decision behind a fact or refusal again. Raises FoldError."""
    cause = await desk.archive.of_id(entry.envelope.causation)
    if cause is None:
        raise FoldError(f"what it was decided on, {entry.envelope.causation}, is not archived")
    service = family_service(entry.record.place().lane.partition("/")[0])
    return desk.folding(service).again(
        entry,
        cause,
        await desk.archive.of_key(cause.record.key),
        await desk.archive.of_correlation(entry.envelope.correlation),
    )


# ---- what is printed


def _told(entry: Entry, decision: Decision, teller: Teller) -> Iterator[str]:
    envelope, cause = entry.envelope, decision.cause
    yield f"{entry.kind} {entry.id}"
    officer = f", {envelope.officer}" if envelope.officer else ""
    yield f"  who      {envelope.agency}{officer} as {envelope.role}"
    yield (
        f"  when     happened {time_of(envelope.occurred_at)}, accepted "
        f"{time_of(envelope.accepted_at)}, recorded {time_of(envelope.recorded_at)}"
    )
    put = "claim" if decision.item.is_claim else "heard"
    yield f"  {put:8} {_named(cause.envelope.type, teller)} of {cause.envelope.subject}"
    yield f"           {_data(decision.item.event)}  ({cause.id})"
    yield f"  law      {envelope.law}; the lane had heard {envelope.heard or 'nothing'}"
    for stream in decision.item.streams:
        before = decision.before.get(stream)
        yield f"  before   {stream}, {f'after {before.sequence} facts' if before else 'new'}"
        yield from (f"             {line}" for line in _fields(before))
    yield "  decided"
    for each in decision.recorded:
        mark = "→" if each.id == entry.id else " "
        yield f"         {mark} {_decided(each, teller)}"
    if decision.differences:
        yield "  again    the decision run again differs:"
        yield from (f"             {each}" for each in decision.differences)
    else:
        yield "  again    the decision run again gives the same"


def _named(type_: str, teller: Teller) -> str:
    known = teller.catalogue.event(type_)
    return f"{type_.partition('.')[2]} ({known.vi if teller.lang == 'vi' else known.en})"


def _decided(entry: Entry, teller: Teller) -> str:
    if entry.kind == "submission":
        return f"asked {_named(entry.envelope.type, teller)} of {entry.envelope.subject}"
    line = teller.line(entry.record, entry.envelope)
    return f"{entry.kind} {line.type} ({line.said}): {outcome_of(line)}"


def _fields(stored: Stored | None) -> Sequence[str]:
    if stored is None:
        return []
    state = stored.state
    return [f"{name}: {_data(getattr(state, name))}" for name in state.__struct_fields__]


def _data(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _as_object(entry: Entry, decision: Decision, desk: Desk) -> dict[str, Any]:
    envelope, cause = entry.envelope, decision.cause
    return {
        "id": entry.id,
        "kind": entry.kind,
        "type": envelope.type,
        "agency": envelope.agency,
        "officer": envelope.officer or None,
        "role": envelope.role,
        "occurred_at": envelope.occurred_at,
        "accepted_at": envelope.accepted_at,
        "recorded_at": envelope.recorded_at,
        "law": envelope.law,
        "heard": envelope.heard,
        "cause": {
            "id": cause.id,
            "type": cause.envelope.type,
            "is_claim": decision.item.is_claim,
            "data": decision.item.event,
        },
        "before": {
            stream: {"facts": stored.sequence, "state": stored.state}
            for stream, stored in decision.before.items()
        },
        "decided": [
            {
                "id": each.id,
                "kind": each.kind,
                "type": each.envelope.type,
                "part": each.envelope.subject,
                "data": desk.codec.to_json(each.event) if each.event else None,
            }
            for each in decision.recorded
        ],
        "differences": decision.differences,
    }
