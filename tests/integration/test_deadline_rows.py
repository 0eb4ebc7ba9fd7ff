"""The rows of clocks, against what the clocks' own stream says of them after corrections."""

import random
from collections.abc import Iterator

from services.core.bus import postgres
from services.core.settings import Settings
from services.deadlines.domain import Known
from services.deadlines.domain.clocks import Clock
from services.deadlines.service import NAME, statements
from tests.acceptance.memory_house import CATALOGUE, CODEC
from tests.acceptance.putting_right import Told


def put_right() -> Told:
    """Return a story after which much was withdrawn, and some of that taken back."""
    told, chance = Told(), random.Random(3)  # noqa: S311  an order, not a secret
    started_what_was_late = {clock.cause for _, clock in folded(told) if clock.late}
    for each in chance.sample(list(told.said()), 30):
        withdrawal = told.take_back(each)
        assert withdrawal.status == "recorded"
        list(told.house.move(told.house.clock.now()))
        if chance.random() < 1 / 2:
            told.say_again(each._replace(fact=withdrawal.facts[0]))
            list(told.house.move(told.house.clock.now()))
    for each in told.said():
        if each.fact in started_what_was_late:
            told.take_back(each)
    return told


def folded(told: Told) -> Iterator[tuple[str, Clock]]:
    for lane in told.house.log._lanes:
        for stored in lane._streams._kept.values():
            if isinstance(stored.state, Known):
                yield from stored.state.deadline.items()


async def test_the_row_of_each_clock_says_what_its_facts_say(settings: Settings) -> None:
    told, chance = put_right(), random.Random(5)  # noqa: S311
    connection = await postgres.connect(settings, NAME)
    try:
        for (topic, _), records in told.house.log.records.items():
            heard = [(CODEC.decode(each.value), each.envelope()) for each in records]
            while heard and topic == "thads.deadline.events":
                many = chance.randint(1, 30)
                for _ in range(2):  # a batch is heard again after a crash
                    for sql, arguments in statements(heard[:many], CATALOGUE):
                        await connection.execute(sql, *arguments)
                del heard[:many]
        rows = await connection.fetch("select * from clocks")
    finally:
        await connection.close()
    shown = {
        row["clock_id"]: (row["state"], row["start"], row["due"], bool(row["late"])) for row in rows
    }
    assert shown == {
        id_: (clock.state, clock.start, clock.due, clock.state == "STOPPED" and clock.late)
        for id_, clock in folded(told)
    }
