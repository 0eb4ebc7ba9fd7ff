"""What an agency said and puts right, decided by the real families over the whole story."""

from typing import Any

import pytest

from services.ledger.archive import Entry
from tests.acceptance.memory_house import MemoryHouse
from tests.acceptance.putting_right import Told
from tests.unit.ledger.archives import archived
from tests.unit.ledger.test_folding import FOLDINGS, decided, of_key


@pytest.fixture
def told() -> Told:
    return Told()


def agrees_with_its_archive(house: MemoryHouse) -> list[Entry]:
    """Tell every stream again from the facts alone, as `lienthong rebuild` does."""
    entries = archived(house)
    for lane in house.log._lanes:
        again: dict[str, Any] = {}
        for key in {each.record.key for each in entries if each.lane == lane._partition}:
            again |= FOLDINGS[lane.service.name].fold(
                of_key(entries, key), lambda entry: entry.stands_in_events
            )
        kept = {name: (each.sequence, each.state) for name, each in lane._streams._kept.items()}
        assert {name: (each.sequence, each.state) for name, each in again.items()} == kept
    return entries


def explains_itself(entries: list[Entry]) -> int:
    """Make every decision again, as `lienthong why` does; return how many corrections it met."""
    by_id = {entry.id: entry for entry in entries}
    followed: dict[str, list[Entry]] = {}
    for entry in entries:
        followed.setdefault(entry.envelope.correlation, []).append(entry)
    corrections = 0
    for entry, folding in decided(entries):
        cause = by_id[entry.envelope.causation]
        if not (entry.envelope.undoes or cause.envelope.undoes):
            continue
        decision = folding.again(
            entry,
            cause,
            of_key(entries, cause.record.key),
            followed[entry.envelope.correlation],
        )
        assert decision.differences == [], (entry.envelope.type, decision.differences)
        corrections += 1
    return corrections


def test_saying_again_what_was_said_changes_no_state_of_any_family(told: Told) -> None:
    """Each fact of the story in turn, the last first; the whole story stands as it stood."""
    before = told.states()
    corrected = 0
    for said in reversed(list(told.said())):
        became = told.say_again(said)
        assert became.status == "recorded", (said.row.n, became)
        corrected += 1
        changed = {name for name, state in told.states().items() if state != before.get(name)}
        assert changed == set(), (said.row.n, said.row.type)
    assert corrected > 100
    assert told.house.log.lines() == {}
    assert explains_itself(agrees_with_its_archive(told.house)) >= corrected


def test_a_notice_with_a_wrong_date_is_put_right_for_all_who_heard_it(told: Told) -> None:
    """The seizure was notified on 6 October; its term counts from the first notice."""
    paper = told.played.symbols._facts["86"]
    assert told.state("coercion", "J.c2")["case"]["notices"][paper] == "2026-10-06"
    for n in (97, 98, 99):
        assert told.say_again(told.row(n), valid_on="2026-10-05").status == "recorded"
    assert told.state("coercion", "J.c2")["case"]["notices"][paper] == "2026-10-05"
    explains_itself(agrees_with_its_archive(told.house))


def test_a_withdrawn_receipt_no_longer_counts_anywhere(told: Told) -> None:
    said = told.first("payment.collected")
    before = told.state("payment", said.row.part)["payment"]
    assert told.take_back(said).status == "recorded"
    after = told.state("payment", said.row.part)["payment"]
    assert after["collected"] == before["collected"] - said.row.data["amount"]
    assert said.row.data["receipt_no"] not in after["receipts"]
    docket = told.state("case", "J")["payment"][told.played.symbols.id_of(said.row.part)]
    assert docket["collected"] == after["collected"]
    explains_itself(agrees_with_its_archive(told.house))


def test_what_is_corrected_is_judged_like_any_claim_on_the_state_before_it(told: Told) -> None:
    said = told.first("payment.collected")
    refused = told.say_again(said, costs=said.row.data["amount"] + 1)
    assert (refused.status, refused.codes) == ("refused", ("AMOUNT_NOT_POSITIVE",))
    noted = told.say_again(said, collected_on="2020-01-01")
    assert (noted.status, noted.codes) == ("recorded", ("DATE_BEFORE_CAUSE",))
    put_right = told.house.submit(said.row.agency, {**said.submission, "corrects": noted.facts[0]})
    assert (put_right.status, put_right.codes) == ("recorded", ())


@pytest.mark.parametrize("how", ["corrects", "withdraws"])
def test_nobody_undoes_what_another_said_or_what_follows_by_itself(told: Told, how: str) -> None:
    receipt = told.first("payment.collected")
    other = next(
        each
        for each in told.said()
        if each.row.type == "payment.collected" and each.row.part != receipt.row.part
    )
    notice = told.row(97)
    for said, agency, fact in [
        (receipt, receipt.row.agency, notice.fact),  # of another type
        (receipt, receipt.row.agency, other.fact),  # of another case
        (receipt, receipt.row.agency, "00000000-0000-7000-8000-000000000000"),
        (notice, "thads-da-nang", notice.fact),  # its room said it, not the office
    ]:
        submission = {**said.submission, how: fact}
        if agency != said.row.agency:
            del submission["officer"]
        became = told.house.submit(agency, submission)
        assert (became.status, became.codes) == ("refused", ("CORRECTS_UNKNOWN",))


def test_a_withdrawn_opening_leaves_everything_to_be_told_without_it(told: Told) -> None:
    """Later facts are folded whatever stands before them: no family trips over what is gone."""
    for said in list(told.said())[::7]:
        became = told.take_back(said)
        assert became.status == "recorded", said.row
    assert told.house.log.lines() == {}
    explains_itself(agrees_with_its_archive(told.house))


@pytest.mark.parametrize("hour", ["1901-01-01T00:00:00+07:00", "2100-12-31T23:59:59+07:00"])
def test_the_farthest_hours_that_the_door_lets_in_can_be_counted_by_every_lane(
    told: Told, hour: str
) -> None:
    announced, scheduled = told.first("sale.announced"), told.first("coercion.scheduled")
    assert told.say_again(announced, opens_at=hour).status == "recorded"
    assert told.say_again(scheduled, starts_at=hour, ends_at=hour).status == "refused"
    list(told.house.move(told.house.clock.now()))
    assert told.house.log.lines() == {}
