"""Two families that live in the tests: a hearing asks for a room, which has a key of its own.

They prove what no family of the house needs yet: an Ask to another key, its answer, its refusal and
its discard; and they can be made to raise, as a family with a bug does.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from services.core.contracts.events import submission
from services.core.contracts.family import Ask, Context, Refusal
from tests.hearings.events import hearing, room

BROKEN: set[str] = set()  #: parts over which the domain trips, as if it had a bug


class Room(Struct, frozen=True):
    taken: tuple[date, ...] = ()


class Hearing(Struct, frozen=True):
    requests: int = 0
    answers: tuple[str, ...] = ()


class KnownOfHearing(Struct, frozen=True):
    hearing: Hearing = Hearing()


class KnownOfRoom(Struct, frozen=True):
    room: Room = Room()


HearingClaim: TypeAlias = (
    hearing.Requested | hearing.RoomBooked | submission.Refused | submission.Released
)


def decide_hearing(
    known: KnownOfHearing, claim: HearingClaim, context: Context
) -> Sequence[hearing.Fact | Ask | Refusal]:
    if claim.part in BROKEN:
        raise ZeroDivisionError(claim.part)
    match claim:
        case hearing.Requested(hearing_id=id_, room_id=wanted, held_on=day):
            return [claim, Ask(wanted, room.Booked(room_id=wanted, hearing_id=id_, held_on=day))]
        case hearing.RoomBooked():
            return [claim]
        case submission.Refused(about=id_, reasons=reasons):
            return [hearing.RoomDenied(hearing_id=id_, why=reasons[0].code)]
        case submission.Released(about=id_, how=how):
            return [hearing.RoomDenied(hearing_id=id_, why=how)]


def evolve_hearing(known: KnownOfHearing, fact: hearing.Fact, context: Context) -> KnownOfHearing:
    match fact:
        case hearing.Requested():
            return KnownOfHearing(replace(known.hearing, requests=known.hearing.requests + 1))
        case hearing.RoomBooked():
            answers = (*known.hearing.answers, "BOOKED")
        case hearing.RoomDenied(why=why):
            answers = (*known.hearing.answers, why)
        case _:
            assert_never(fact)
    return KnownOfHearing(replace(known.hearing, answers=answers))


def decide_room(
    known: KnownOfRoom, claim: room.Booked, context: Context
) -> Sequence[room.Booked | Ask | Refusal]:
    if claim.room_id in BROKEN:
        raise ZeroDivisionError(claim.room_id)
    if claim.held_on in known.room.taken:
        return [Refusal("DUPLICATE")]
    answer = hearing.RoomBooked(hearing_id=claim.hearing_id, room_id=claim.room_id)
    return [claim, Ask(claim.hearing_id, answer)]


def evolve_room(known: KnownOfRoom, fact: room.Booked, context: Context) -> KnownOfRoom:
    return KnownOfRoom(Room((*known.room.taken, fact.held_on)))


def hears_nothing(known: Struct, heard: object, context: Context) -> Iterable[Ask]:
    return ()
