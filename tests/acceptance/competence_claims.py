"""Claims of every type in every role, and the histories in which the right agency may submit them.

A claim is generated from the catalogue; how the right agency stands to the case is fixed by the
history. What is told of it to others, `competence_strangers` asks.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from msgspec import Struct, convert
from msgspec.structs import replace

from services.all import DECIDING
from services.core.contracts import strict_yaml
from services.core.contracts.catalogue import PREFIX
from services.core.contracts.events import deadline
from services.simulator.play import Play
from services.simulator.story import Row, rows
from tests.acceptance.competence_rows import (
    NOW,
    PATH,
    SPEAKERS,
    Given,
    decision_in,
    own_rows,
    root_of,
    row_of,
    with_data,
)
from tests.acceptance.memory_house import CATALOGUE, MemoryHouse

ELSEWHERE: Final = {
    "a case not decided": ("c1", "c3"),
    "a judgment not transferred": ("[EVW]", "U"),
    "a judgment that is not there": ("[EVW]", "01890000-0000-7000-8000-0000000000ff"),
    "a case of an office": ("V", "W"),
    "a case of a private office": ("W", "V"),
}
"""What else a claim may speak of: what stands in its part, and in the place of that."""

_ENFORCING: Final = {"HEAD", "OFFICER", "CASHIER", "VP_HEAD", "BAILIFF"}


class Claim(Struct, frozen=True):
    """A claim of one type in one role, and where in the history it is tried."""

    type: str
    role: str
    row: int | None = None  #: before that row of the story; None: after all of the history

    def __str__(self) -> str:
        at = f"before row {self.row}" if self.row else "at the end"
        return f"{self.type} as {self.role} {at}"


class Scene(Struct, frozen=True):
    """A house with its history, and what the right agency says in it."""

    house: MemoryHouse
    agency: str
    submission: dict[str, Any]

    @property
    def key(self) -> str:
        """The key of the part that the claim speaks of."""
        part = CATALOGUE.event(self.submission["type"]).part
        return str(self.submission["data"][part]).partition(".")[0]


def claims() -> Iterator[Claim]:
    """Yield a claim for each type and role of agencies, and for the story's first of each."""
    seen = set()
    for row in rows():
        if not row.follows and row.expect != "refused" and (row.type, row.role) not in seen:
            seen.add((row.type, row.role))
            yield Claim(row.type, row.role, row.n)
    for type_ in CATALOGUE.events.values():
        for role in type_.by if type_.is_claim else ():
            if role != "PLATFORM":
                yield Claim(type_.type.removeprefix(f"{PREFIX}."), role)


@cache
def history() -> "History":
    """Return the history, played once."""
    return History()


class Script:
    """Rows that are to be played, and claims about what they leave behind."""

    def __init__(self, story: list[Row]) -> None:
        self.rows = story
        self.play = Play(story, CATALOGUE)
        self._given = convert(strict_yaml.load(PATH)["claims"], list[Given])

    def given_for(self, claim: Claim) -> Given:
        """Return what the file says of a claim."""
        fits = [g for g in self._given if g.type == claim.type and g.role in {claim.role, None}]
        return replace(next(iter(fits), Given(type=claim.type)), role=claim.role)

    def made(self, claim: Claim) -> Row:
        """Return the claim as a row that the right agency says."""
        return row_of(self.given_for(claim))


class History:
    """The story and the history of the file, played together through one house."""

    def __init__(self) -> None:
        self._script = Script(sorted([*rows(), *own_rows()], key=lambda row: row.at))
        self._play = self._script.play
        self._stories: dict[int, Scene] = {}
        self._house = MemoryHouse(DECIDING)
        first = {claim.row for claim in claims()}
        for row in self._script.rows:
            self._step(row, is_scene=row.n in first)
        self._to(NOW)
        self._deliver()

    def scene(self, claim: Claim) -> Scene:
        """Return a fork of the house in which the claim is right, and the claim."""
        found = self._made(claim) if claim.row is None else self._stories[claim.row]
        return Scene(found.house.fork(), found.agency, found.submission)

    def elsewhere(self, claim: Claim) -> Iterator[tuple[str, Scene]]:
        """Yield the same claim of the parts in `ELSEWHERE`, in a house each."""
        given = self._script.given_for(claim)
        whole = row_of(given)
        for of, (symbol, other) in ELSEWHERE.items():
            row = row_of(replace(given, part=re.sub(symbol, other, whole.part, count=1)))
            is_of_handlers = of.startswith("a case of") and claim.role not in _ENFORCING
            if row.part == whole.part or is_of_handlers:
                continue
            data = {name: _moved(value, symbol, other) for name, value in given.data.items()}
            row = with_data(row, {**row.data, **data})
            yield of, Scene(self._house.fork(), row.agency, self._play.submission(row))

    def _to(self, moment: datetime) -> None:
        for _ in self._house.move(moment):
            pass
        self._look()

    def _look(self) -> None:
        for id_, event, data in self._house.facts():
            self._play.see(id_, event, data)

    def _step(self, row: Row, *, is_scene: bool) -> None:
        self._to(row.at)
        if row.follows:
            assert self._play.found(row), f"row {row.n} does not follow"
            return
        submission = self._play.submission(row)
        if is_scene:
            self._stories[row.n] = Scene(self._house.fork(), row.agency, submission)
        became = self._house.submit(row.agency, submission)
        assert row.expect in (became.status, "irregular"), (row, became)
        self._play.answered(row, became)
        self._look()

    def _deliver(self) -> None:
        """Let the fact be delivered by which each case began, to whoever may acknowledge it."""
        type_ = CATALOGUE.event(f"{PREFIX}.delivery.acknowledged")
        for role in type_.by:
            if role not in SPEAKERS:
                continue
            said = {
                "type": f"{PREFIX}.delivery.delivered",
                "occurred_at": NOW.isoformat(),
                "role": "PLATFORM",
                "data": {
                    "delivered_part": self._play.symbols.id_of(f"{root_of(role)}.c1"),
                    "event_id": self._play.symbols.fact_of(decision_in(role)),
                    "to_agency": SPEAKERS[role][0],
                    "delivered_at": NOW.isoformat(),
                    "way": "PULL",
                },
            }
            became = self._house.submit("platform", said)
            assert became.status == "recorded", (said, became)

    def _made(self, claim: Claim) -> Scene:
        row = self._script.made(claim)
        submission = self._play.submission(row)
        if claim.type == "deadline.extended":
            submission["data"] = self._extended(row)
        return Scene(self._house, row.agency, submission)

    def _extended(self, row: Row) -> dict[str, Any]:
        """Return the data of an extension of the clock that runs for an agency on a part."""
        wanted = (self._play.symbols.id_of(row.part), row.agency, row.data["rule_id"])
        for _, event in self._house.history():
            if not isinstance(event, deadline.Started) or event.due is None:
                continue
            if (event.watched, event.responsible, event.rule_id) == wanted:
                return {
                    "watched": event.watched,
                    "clock_id": event.clock_id,
                    "rule_id": event.rule_id,
                    "cause_event_id": event.cause_event_id,
                    "due": event.due.isoformat(),
                    "new_due": (event.due + timedelta(days=1)).isoformat(),
                    "ground": "COMPLEX",
                }
        raise AssertionError(f"no clock runs as {wanted}")


def _moved(value: Any, symbol: str, other: str) -> Any:
    """Return what the file gives, with the parties and parts of another judgment."""
    match value:
        case str():
            return re.sub(rf"^{symbol}(?=\.)", other, value)
        case list():
            return [_moved(each, symbol, other) for each in value]
        case dict():
            return {name: _moved(each, symbol, other) for name, each in value.items()}
    return value
