"""However often the largest amount comes in and goes out, every family keeps its totals."""

from typing import Any, Final

from services.all import DECIDING
from services.core.contracts.bounds import MAX_DONG, MAX_TOTAL
from services.simulator.play import Play
from services.simulator.story import rows
from tests.acceptance.memory_house import CATALOGUE, MemoryHouse

MOST: Final = MAX_TOTAL // MAX_DONG


def test_what_takes_a_total_beyond_its_bound_is_refused_and_the_case_goes_on() -> None:
    house, sayings = until_paid_out()
    collected, paid_out = sayings["payment.collected"], sayings["payment.paid_out"]
    became = [house.submit(*of_largest(collected, "receipt_no", n)) for n in range(MOST + 1)]
    assert {each.status for each in became[: MOST - 1]} == {"recorded"}
    assert became[-1].codes == ("TOTAL_TOO_LARGE",)
    became = [house.submit(*of_largest(paid_out, "voucher_no", n)) for n in range(MOST + 1)]
    assert {each.status for each in became[: MOST - 1]} == {"recorded"}
    assert became[-1].codes[0] == "TOTAL_TOO_LARGE"
    assert house.log.lines() == {}
    agency, submission = collected
    small = {**submission, "data": {**submission["data"], "receipt_no": "PT-1", "amount": 1}}
    assert house.submit(agency, small).status == "recorded"


def until_paid_out() -> tuple[MemoryHouse, dict[str, tuple[str, dict[str, Any]]]]:
    """Return the story up to its first payment out, and what was said last of each type."""
    house, story = MemoryHouse(DECIDING), rows()
    played, sayings = Play(story, CATALOGUE), dict[str, tuple[str, dict[str, Any]]]()
    for row in story:
        for _due in house.move(row.at):
            pass
        if not row.follows:
            submission = played.submission(row)
            played.answered(row, house.submit(row.agency, submission))
            sayings[submission["type"].removeprefix("thads.")] = row.agency, submission
        for id_, event, data in house.facts():
            played.see(id_, event, data)
        if "payment.paid_out" in sayings:
            return house, sayings
    raise AssertionError("the story pays nothing out")


def of_largest(
    said: tuple[str, dict[str, Any]], numbered: str, number: int
) -> tuple[str, dict[str, Any]]:
    """Return a payment like one that was made, of the largest amount and of a number of its own."""
    agency, submission = said
    data = {**submission["data"], numbered: f"L-{number}", "amount": MAX_DONG}
    return agency, {**submission, "data": data}
