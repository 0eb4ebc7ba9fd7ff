"""What the line of an event says beside its name."""

import pytest

from services.core.contracts.events import deadline
from services.core.contracts.identifiers import new_id
from services.core.telling.lang import Lang
from services.core.telling.lines import Teller
from tests.unit.cast import DIRECTORY
from tests.unit.contracts.generated import CATALOGUE, CODEC
from tests.unit.deadlines.sentences import C, at, made
from tests.unit.telling.threads import BEGUN

DUE, LATER = at("2026-09-08 00:00"), at("2026-09-10 00:00")


@pytest.mark.parametrize(
    ("event", "lang", "said"),
    [
        (
            made(deadline.Started, C, rule_id="L-36-1", due=DUE),
            "vi",
            "L-36-1, hạn 07-09-2026",
        ),
        (
            made(deadline.Overdue, C, rule_id="L-37-6", due=DUE),
            "en",
            "L-37-6, due 07-09-2026",
        ),
        (
            made(deadline.Extended, C, rule_id="L-37-6", due=DUE, new_due=LATER),
            "en",
            "L-37-6, due 09-09-2026",
        ),
        (
            made(deadline.Started, C, rule_id="L-67-2", due=at("2026-09-08 16:10")),
            "vi",
            "L-67-2, hạn 08-09-2026 16:10",
        ),
        (made(deadline.Started, C, rule_id="L-38-2"), "vi", "L-38-2"),
    ],
)
def test_the_line_of_a_clock_names_its_rule_and_when_its_time_is_over(
    event: deadline.Fact, lang: Lang, said: str
) -> None:
    line = Teller(CATALOGUE, CODEC, DIRECTORY, lang).told(event, "platform", new_id(), BEGUN)
    assert (line.tone, line.detail) == ("recorded", said)
