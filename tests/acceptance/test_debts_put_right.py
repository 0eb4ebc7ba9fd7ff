"""What was settled without the agency's till and is put right: the debt, and what secures it."""

from datetime import datetime
from functools import cache
from typing import Any

import pytest

from services.all import WORK
from services.core.contracts.event import Event
from services.core.contracts.events import case, deadline
from services.simulator.play import Became, Play
from services.simulator.story import rows
from tests.acceptance.memory_house import MemoryHouse, play
from tests.acceptance.test_corrections_in_memory import agrees_with_its_archive, explains_itself

PAPER = {"document_id": "d-1", "sha256": "0" * 64}
REST = 1_138_000_000  #: what is owed in the case before its last payment
ENDED = {"L-95-1", "L-95-2"}


@cache
def before_the_last_payment() -> tuple[MemoryHouse, Play]:
    """The story up to the day on which the debtor pays the rest and redeems what was seized."""
    house = MemoryHouse(WORK)
    played = play(house, [row for row in rows() if row.n < 121])
    house.clock.moment = datetime.fromisoformat("2026-11-23T10:00:00+07:00")
    return house, played


class Office:
    """The office of the case, that says how the rest was settled and puts it right."""

    def __init__(self) -> None:
        house, self._played = before_the_last_payment()
        self.house = house.fork()

    def _part(self, part: str) -> str:
        return self._played.symbols.id_of(part)

    def _say(self, type_: str, undoes: dict[str, str], **data: Any) -> Became:
        court = type_ == "case.exempted"
        said = {
            "type": f"thads.{type_}",
            "occurred_at": "2026-11-20T15:00:00+07:00",
            "officer": "thu-ky-hoa" if court else "tran-thi-binh",
            "role": "COURT" if court else "OFFICER",
            "data": data,
            **undoes,
        }
        return self.house.submit("toa-da-nang" if court else "thads-khu-vuc-3", said)

    def settle(self, way: str, amount: int, **undoes: str) -> str:
        """Say that an amount was performed or remitted, or put that right; return the fact."""
        data: dict[str, Any] = {"case_id": self._part("J.c2"), "amount": amount}
        if way == "case.performed":
            data |= {"items": [1], "performed_on": "2026-11-20", "evidence": PAPER}
        else:
            data |= {
                "effective_on": "2026-11-20",
                "whole": False,
                "decision_no": "12/QĐ-TA",
                "decided_on": "2026-11-20",
                "signed_by": "thu-ky-hoa",
                "capacity": "JUDGE",
                "document": PAPER,
            }
        became = self._say(way, undoes, **data)
        assert became.status == "recorded", became
        return became.facts[0]

    def lift(self) -> Became:
        """Try to lift the seizure because all is paid."""
        paper = {
            "decision_no": "761/QĐ-GT",
            "decided_on": "2026-11-20",
            "signed_by": "tran-thi-binh",
        }
        id_ = self._part("J.c2.k2")
        return self._say("coercion.lifted", {}, coercion_id=id_, ground="3a", **paper)

    def since(self) -> list[Event]:
        """Return what was recorded since last asked."""
        return [event for _, event, _ in self.house.facts()]


def lines(facts: list[Event], what: type[deadline.Fact]) -> set[str]:
    """Return the rules of the clocks of which something was said."""
    return {each.rule_id for each in facts if isinstance(each, what)}


@pytest.fixture
def office() -> Office:
    office = Office()
    office.since()
    return office


@pytest.mark.parametrize("way", ["case.performed", "case.exempted"])
def test_the_rest_settled_outside_the_till_calls_for_release_until_it_is_withdrawn(
    office: Office, way: str
) -> None:
    fact = office.settle(way, REST)
    facts = office.since()
    (ground,) = (each for each in facts if isinstance(each, case.GroundFound))
    assert ground.calls_for == ["END_SECURITY", "LIFT_SEIZURE"]
    assert lines(facts, deadline.Started) >= ENDED
    office.settle(way, REST, withdraws=fact)
    assert lines(office.since(), deadline.Cancelled) >= ENDED
    assert office.lift().codes == ("OBLIGATION_OPEN",)
    explains_itself(agrees_with_its_archive(office.house))


@pytest.mark.parametrize("way", ["case.performed", "case.exempted"])
def test_the_amount_put_right_decides_whether_the_seizure_is_released(
    office: Office, way: str
) -> None:
    fact = office.settle(way, REST - 1)
    assert lines(office.since(), deadline.Started) & ENDED == set()
    assert office.lift().codes == ("OBLIGATION_OPEN",)
    more = office.settle(way, REST, corrects=fact)
    assert lines(office.since(), deadline.Started) >= ENDED
    less = office.settle(way, REST - 1, corrects=more)
    assert lines(office.since(), deadline.Cancelled) >= ENDED
    assert office.lift().codes == ("OBLIGATION_OPEN",)
    office.settle(way, REST, corrects=less)
    assert lines(office.since(), deadline.Started) >= ENDED
    assert office.lift().status == "recorded"
    explains_itself(agrees_with_its_archive(office.house))
