"""A thread tells what counts, in which order; what was undone is shown and does not count."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.core.telling.corrected import Undone, corrected
from services.core.telling.lang import Lang
from services.core.telling.lines import Teller
from services.core.telling.stories import Told, marks_of, told
from services.core.telling.thread import Entry, is_late
from tests.unit.contracts.generated import CATALOGUE, CODEC
from tests.unit.telling.threads import BEGUN, CASE, DIRECTORY, assigned, decided, issued, moved


def at(fact: Entry, *, happened: int, recorded: int, **said: Any) -> Entry:
    """Return a fact whose act happened on one day and that was recorded on another."""
    envelope = replace(
        fact.envelope,
        occurred_at=BEGUN + timedelta(days=happened),
        recorded_at=BEGUN + timedelta(days=recorded),
        accepted_at=BEGUN + timedelta(days=recorded),
        **said,
    )
    return replace(fact, envelope=envelope)


def beside(fact: Entry, other: Entry) -> Entry:
    """Return what the decision on a fact recorded beside it."""
    cause = fact.envelope
    envelope = replace(
        cause, id=other.envelope.id, type=other.envelope.type, index=1, count=2, sequence=2
    )
    return replace(other, envelope=envelope)


def ids(entries: Sequence[Entry]) -> list[str]:
    return [each.envelope.id for each in entries]


ISSUED = at(issued(), happened=0, recorded=0)
DECIDED = at(decided(), happened=1, recorded=1)
WRONG = at(assigned("vo-van-dung"), happened=2, recorded=2)
TO_VOLUNTARY = beside(WRONG, moved("VOLUNTARY"))
LATER = at(moved("SUSPENDED"), happened=7, recorded=7)
RIGHT = at(assigned(), happened=5, recorded=9, corrects=WRONG.envelope.id)
TO_VERIFYING = beside(RIGHT, moved("VERIFYING"))
BACK = at(assigned(), happened=5, recorded=12, withdraws=RIGHT.envelope.id)
THREAD = [ISSUED, DECIDED, WRONG, TO_VOLUNTARY, LATER, RIGHT, TO_VERIFYING]


def test_a_correction_stands_with_all_of_its_decision_in_the_place_of_the_other() -> None:
    found = corrected(THREAD)
    assert ids(found.standing) == ids([ISSUED, DECIDED, RIGHT, TO_VERIFYING, LATER])
    assert found.shown == THREAD
    by = Undone("corrected", RIGHT.envelope.id)
    assert found.undone == {WRONG.envelope.id: by, TO_VOLUNTARY.envelope.id: by}


def test_a_withdrawal_leaves_the_place_empty() -> None:
    found = corrected([*THREAD, BACK])
    assert ids(found.standing) == ids([ISSUED, DECIDED, LATER])
    assert found.undone[TO_VERIFYING.envelope.id] == Undone("withdrawn", BACK.envelope.id)


def test_who_may_not_see_what_was_corrected_sees_the_correction_for_itself() -> None:
    found = corrected([ISSUED, DECIDED, LATER, RIGHT])
    assert ids(found.standing) == ids([ISSUED, DECIDED, LATER, RIGHT])
    assert found.undone == {}


@pytest.mark.parametrize(
    ("as_of", "known_on", "standing"),
    [
        (None, None, [ISSUED, DECIDED, RIGHT, TO_VERIFYING, LATER]),
        (None, 8, [ISSUED, DECIDED, WRONG, TO_VOLUNTARY, LATER]),
        (4, None, [ISSUED, DECIDED]),  # by then the act had not happened, as we know now
        (4, 8, [ISSUED, DECIDED, WRONG, TO_VOLUNTARY]),
        (6, None, [ISSUED, DECIDED, RIGHT, TO_VERIFYING]),
        (6, 1, [ISSUED, DECIDED]),
    ],
)
def test_a_correction_counts_as_of_its_act_and_only_where_it_was_known(
    as_of: int | None, known_on: int | None, standing: list[Entry]
) -> None:
    day = None if as_of is None else date(2026, 8, 3) + timedelta(days=as_of)
    moment = None if known_on is None else BEGUN + timedelta(days=known_on)
    assert ids(corrected(THREAD, day, moment).standing) == ids(standing)


def test_up_to_a_day_what_was_said_late_stands_where_it_happened() -> None:
    late = at(assigned(), happened=0, recorded=20)
    thread = [ISSUED, DECIDED, late]
    assert ids(corrected(thread, date(2026, 8, 30)).standing) == ids([ISSUED, late, DECIDED])
    assert ids(corrected(thread).standing) == ids(thread)


def case(*thread: Entry) -> Told:
    found = told(CASE, thread, CATALOGUE, DIRECTORY)
    assert found is not None
    return found


def test_a_case_stands_as_what_counts_leaves_it_and_names_what_does_not() -> None:
    found = case(*THREAD[:4], *THREAD[5:])
    assert found.this
    assert (found.this.state, found.this.officer) == ("VERIFYING", "tran-thi-binh")
    assert marks_of(WRONG, found) == {"corrected_by": RIGHT.envelope.id}
    assert marks_of(RIGHT, found) == {}
    withdrawn = case(*THREAD[:4], *THREAD[5:], BACK)
    assert withdrawn.this
    assert (withdrawn.this.state, withdrawn.this.officer) == ("DECIDED", None)
    assert marks_of(RIGHT, withdrawn) == {"withdrawn_by": BACK.envelope.id}


@pytest.mark.parametrize(
    ("fact", "marks"),
    [
        (at(decided(), happened=1, recorded=1), {}),
        (at(decided(), happened=1, recorded=2), {}),
        (at(decided(), happened=1, recorded=3), {"late": True}),
        (at(decided(), happened=1, recorded=3, corrects=WRONG.envelope.id), {}),
        (beside(at(decided(), happened=1, recorded=3), moved("DECIDED")), {}),
    ],
    ids=["at once", "a day later", "two days later", "a correction", "what follows from it"],
)
def test_what_is_said_more_than_a_day_after_it_happened_is_a_late_entry(
    fact: Entry, marks: dict[str, Any]
) -> None:
    assert marks_of(fact, case(ISSUED, DECIDED)) == marks
    assert is_late(fact.envelope) == bool(marks)


@pytest.mark.parametrize(
    ("lang", "marks"),
    [
        ("vi", ["ghi nhận muộn", "đã được đính chính bởi …{right}", "đính chính …{wrong}"]),
        ("en", ["late entry", "corrected by …{right}", "corrects …{wrong}"]),
    ],
)
def test_the_line_of_an_event_says_it_in_words(lang: Lang, marks: list[str]) -> None:
    teller = Teller(CATALOGUE, CODEC, DIRECTORY, lang)
    late = at(decided(), happened=1, recorded=9)
    found = corrected(THREAD)
    said = [
        mark
        for fact in (late, WRONG, RIGHT)
        for mark in teller.line(
            fact.record, fact.envelope, found.undone.get(fact.envelope.id)
        ).marks
    ]
    names = {"right": RIGHT.envelope.id[-6:], "wrong": WRONG.envelope.id[-6:]}
    assert said == [mark.format(**names) for mark in marks]
