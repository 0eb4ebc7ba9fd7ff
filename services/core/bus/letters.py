"""B8: a dead letter never loses a record, never blocks a lane, and keeps the order of its key.

What raises is parked with its cause; later records of the same key, from whichever topic of the
lane, wait in one line behind it. Releasing tries the head of the line again and goes on while all
goes well. `deciding` calls this purely; `store` keeps the lines; `requests` carries out what
operators ask.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from services.core.bus.deciding import Deciding, Moment, Moments, States
from services.core.bus.errors import BusError, described, is_exit
from services.core.bus.items import Item
from services.core.bus.record import Outgoing, Record
from services.core.bus.service import Statement
from services.core.contracts.codec import Codec
from services.core.contracts.errors import ContractError
from services.core.contracts.events import submission

HELD, RELEASED = 1, 2  #: places in the derived ids of the facts about one submission; 0 is refused


class Letter(Struct, frozen=True):
    """A parked record: why, where it raised, how often it was tried."""

    item: Item
    cause: str  #: the error's type and message
    handler: str  #: the family function that raised, as `judgment.decide`
    attempts: int
    behind: bool  #: waits behind a letter of its key, and was not tried itself
    number: int | None = None  #: given by the database
    replaced_by: str | None = None  #: who had its data replaced

    @property
    def record(self) -> Record:
        """The record as it stood in its topic."""
        return self.item.record


class Result(Struct):
    """What a batch came to, before it is numbered and committed."""

    outgoing: list[Outgoing]
    letters: list[Letter]
    statements: Sequence[Statement] = ()


def decide_batch(
    deciding: Deciding,
    items: Sequence[Item],
    states: States,
    parked: Iterable[str],
    moments: Moments,
) -> Result:
    """Decide items in order; park what raises, and what comes after it under the same key."""
    result = Result([], [])
    lines = set(parked)
    for item in items:
        key = item.record.key
        moment = moments.at(item)
        if key in lines:
            letter = Letter(item, "waits behind a letter of its key", "", 0, behind=True)
        else:
            try:
                result.outgoing += deciding.decide(item, states, moment)
            except BaseException as error:
                if is_exit(error):
                    raise
                letter = letter_of(item, error)
                lines.add(key)
            else:
                continue
        result.letters.append(letter)
        result.outgoing += held(deciding, letter, moment)
    return result


def letter_of(item: Item, error: BaseException, attempts: int = 1) -> Letter:
    """Park an item for an error that it raised."""
    return Letter(item, described(error), _handler(error), attempts, behind=False)


def held(deciding: Deciding, letter: Letter, moment: Moment) -> list[Outgoing]:
    """Tell whoever waits for a submission that it waits; an asker is told only how it ends."""
    item = letter.item
    if not item.is_claim or item.envelope.asker:
        return []
    return [
        deciding.outcome(
            item,
            moment,
            lambda about: submission.Held(
                about=about,
                submission_id=item.envelope.id,
                claim_type=item.envelope.type,
                behind=letter.behind,
            ),
            index=HELD,
        )
    ]


class Retried(Struct):
    """What trying a line again came to."""

    outgoing: list[Outgoing]
    done: list[Letter]  #: they went through and leave the line
    stuck: Letter | None  #: the new head, with its new cause; None: the key is free


def retry(
    deciding: Deciding, line: Sequence[Letter], states: States, moment: Moment, who: str
) -> Retried:
    """Try a line again from its head and go on until one raises or the line is empty."""
    retried = Retried([], [], None)
    for letter in line:
        item = deciding.ready(letter.record, is_claim=letter.item.is_claim)
        try:
            outgoing = deciding.decide(item, states, moment)
        except BaseException as error:
            if is_exit(error):
                raise
            stuck = letter_of(item, error, letter.attempts + 1)
            retried.stuck = replace(stuck, number=letter.number, replaced_by=letter.replaced_by)
            break
        if letter.replaced_by is None:
            retried.outgoing += ended(deciding, letter, moment, "RELEASED", who)
        else:
            retried.outgoing += ended(deciding, letter, moment, "REPLACED", letter.replaced_by)
        retried.outgoing += outgoing
        retried.done.append(letter)
    return retried


class Unfit(BusError):
    """What was to take a letter's place speaks of something else, or cannot be read."""


def replacement(record: Record, value: bytes, codec: Codec, *, is_claim: bool) -> Record:
    """Return a letter's record with other data; who said it, when and why stays as it was.

    Only a claim may be corrected so: a fact stands in its topic as it was recorded. Raises Unfit.
    """
    envelope = record.envelope()
    if not is_claim:
        raise Unfit(
            f"{envelope.type} was recorded by another family and stands as it is: mend the code "
            f"and release the letter, or discard it"
        )
    try:
        event = codec.decode(value)
    except ContractError as error:
        raise Unfit(f"the replacement cannot be read: {error}") from error
    found = (event.TYPE, event.part)
    if found != (envelope.type, envelope.subject):
        raise Unfit(
            f"a replacement speaks of what its letter speaks of: expected {envelope.type} of "
            f"{envelope.subject}, found {found[0]} of {found[1]}"
        )
    return replace(record, value=value)


def ended(deciding: Deciding, letter: Letter, moment: Moment, how: Any, who: str) -> list[Outgoing]:
    """Say how a letter ended; an asker hears only of a discard, for a release answers by itself."""
    item = letter.item
    if not item.is_claim or (item.envelope.asker and how != "DISCARDED"):
        return []
    return [
        deciding.outcome(
            item,
            moment,
            lambda about: submission.Released(
                about=about, submission_id=item.envelope.id, how=how, requested_by=who
            ),
            index=RELEASED,
        )
    ]


def _handler(error: BaseException) -> str:
    """Name the innermost function of ours in which the error arose."""
    trace, name = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame
        module = code.f_globals.get("__name__", "")
        if isinstance(module, str):
            name = f"{module}.{code.f_code.co_qualname}"
        trace = trace.tb_next
    return name
