"""B5: what operators ask of a lane's owner: to release letters, to replace and to discard them."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from services.core.bus.deciding import Deciding
from services.core.bus.errors import BusError, described
from services.core.bus.letters import Letter, Result, Unfit, ended, replacement, retry
from services.core.bus.life import Life
from services.core.bus.postgres import Culprit
from services.core.bus.store import Parked, Replaced, Request, Store

_DONE: Final = {"release": "released", "discard": "discarded", "replace": "replaced"}


async def carry_out(life: Life, store: Store, deciding: Deciding) -> None:
    """Do what operators asked, in order, each in one transaction with its answer."""
    for request in await store.requests():
        try:
            await _carry_out(life, store, deciding, request)
        except Exception as error:
            if isinstance(error, BusError) and not isinstance(error, Culprit):
                raise
            life.forget()
            life.streams.pasts.clear()
            why = str(error) if isinstance(error, Culprit) else described(error)
            await _close(life, request, f"nothing was changed: {why}")


async def _carry_out(life: Life, store: Store, deciding: Deciding, request: Request) -> None:
    found = await store.letter(request.letter)
    if found is None:
        await _close(life, request, "there is no such letter any more")
        return
    key, parked = found
    if key is None:
        await _end_foreign(life, request)
        return
    line = [_letter(deciding, each) for each in await store.line(key)]
    if request.what == "discard":
        await _discard(life, deciding, request, parked.number, line)
    elif request.what == "replace":
        await _replace(life, deciding, request, parked, line)
    elif line[0].number != parked.number:
        await _close(life, request, f"it waits behind letter {line[0].number}: release that")
    else:
        await _release(life, deciding, request, line)


async def _close(life: Life, request: Request, result: str) -> None:
    await life.commit(life.positions, closed=[(request.number, result)])


async def _end_foreign(life: Life, request: Request) -> None:
    if request.what == "discard":
        closed = [(request.number, "discarded")]
        await life.commit(life.positions, unparked=[request.letter], closed=closed)
    else:
        await _close(life, request, "it is not a record of this house: discard it")


def _letter(deciding: Deciding, parked: Parked) -> Letter:
    item = deciding.ready(parked.record, is_claim=parked.is_claim)
    return Letter(item, "", "", parked.attempts, parked.behind, parked.number, parked.replaced_by)


async def _release(
    life: Life,
    deciding: Deciding,
    request: Request,
    line: Sequence[Letter],
    *,
    discarded: Letter | None = None,
    replaced: Replaced | None = None,
) -> None:
    """Try the line again from its head, in one transaction with the request that asked for."""
    await life.recall((letter.item for letter in line), line)
    await life.load(letter.item for letter in line)
    moments = life.moments()
    outgoing = []
    if discarded is not None:
        outgoing = ended(deciding, discarded, moments.now, "DISCARDED", request.who)
    retried = retry(deciding, line, life.streams, moments.now, request.who)
    gone = [letter.number for letter in retried.done]
    if discarded is not None:
        gone.append(discarded.number)
    said = _DONE[request.what]
    if retried.stuck is not None:
        said = f"{len(gone)} {said}; letter {retried.stuck.number} raises: {retried.stuck.cause}"
    try:
        await life.commit(
            life.positions,
            Result([*outgoing, *retried.outgoing], []),
            unparked=gone,
            replaced=replaced,
            stuck=retried.stuck,
            closed=[(request.number, said)],
        )
    finally:
        life.streams.pasts.clear()
    if retried.stuck is None and line:
        life.parked.discard(line[0].record.key)
    elif discarded is not None and not line:
        life.parked.discard(discarded.record.key)


async def _discard(
    life: Life, deciding: Deciding, request: Request, number: int, line: Sequence[Letter]
) -> None:
    """Take a letter out of its line; where it was the head, the rest is tried at once."""
    discarded = next(letter for letter in line if letter.number == number)
    rest = [letter for letter in line if letter.number != number]
    if discarded is line[0]:
        await _release(life, deciding, request, rest, discarded=discarded)
        return
    outgoing = ended(deciding, discarded, life.moments().now, "DISCARDED", request.who)
    await life.commit(
        life.positions,
        Result(outgoing, []),
        unparked=[number],
        closed=[(request.number, "discarded")],
    )


async def _replace(
    life: Life, deciding: Deciding, request: Request, parked: Parked, line: Sequence[Letter]
) -> None:
    """Put other data in the letter's place; where it is the head, the line is tried at once.

    Behind another it waits on, and is told as replaced when its turn comes.
    """
    try:
        record = replacement(
            parked.record, request.value or b"", deciding.codec, is_claim=parked.is_claim
        )
    except Unfit as unfit:
        await _close(life, request, f"nothing was changed: {unfit}")
        return
    item = deciding.ready(record, is_claim=True)
    replaced = Replaced(parked.number, record, request.who)
    line = [
        replace(each, item=item, replaced_by=request.who) if each.number == parked.number else each
        for each in line
    ]
    if line[0].number == parked.number:
        await _release(life, deciding, request, line, replaced=replaced)
        return
    closed = [(request.number, f"replaced; it waits behind letter {line[0].number}")]
    await life.commit(life.positions, replaced=replaced, closed=closed)
