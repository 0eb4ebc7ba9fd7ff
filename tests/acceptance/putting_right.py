"""The story told to its end in memory, and agencies that put right what they said in it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from services.all import WORK
from services.simulator.play import Became
from services.simulator.story import Row, rows
from tests.acceptance.memory_house import MemoryHouse, play

CLOCKS = "deadline"  #: a family that answers to corrections by facts of its own


class Said(NamedTuple):
    """A fact of the story, and what its agency submitted."""

    row: Row
    fact: str
    submission: dict[str, Any]


class Told:
    """The story, told once to its end, and spoken to from there on."""

    def __init__(self) -> None:
        self.house = MemoryHouse(WORK)
        self.story = rows()
        self.played = play(self.house, self.story)
        assert self.played.surprises == []

    def said(self) -> Iterator[Said]:
        """Yield what agencies said and was recorded, in order."""
        for row in self.story:
            if row.agency != "platform" and row.expect != "refused" and not row.follows:
                fact = self.played.symbols._facts[str(row.n)]
                yield Said(row, fact, self.played.submission(row))

    def row(self, n: int) -> Said:
        return next(each for each in self.said() if each.row.n == n)

    def first(self, type_: str) -> Said:
        return next(each for each in self.said() if each.row.type == type_)

    def say_again(self, said: Said, **changes: Any) -> Became:
        """Correct a fact: the same submission, with other data."""
        submission = {**said.submission, "data": {**said.submission["data"], **changes}}
        return self.house.submit(said.row.agency, {**submission, "corrects": said.fact})

    def take_back(self, said: Said) -> Became:
        return self.house.submit(said.row.agency, {**said.submission, "withdraws": said.fact})

    def states(self) -> dict[str, Any]:
        """Every state of the house but those of the clocks."""
        kept = {
            name: stored
            for lane in self.house.log._lanes
            for name, stored in lane._streams._kept.items()
            if not name.startswith(CLOCKS)
        }
        return {name: _unclocked(each.state) for name, each in kept.items()}

    def state(self, family: str, part: str) -> Any:
        return self.states()[f"{family}/{self.played.symbols.id_of(part)}"]


def _unclocked(state: Any) -> Any:
    told = msgspec.to_builtins(state)
    told.pop(CLOCKS, None)
    return told
