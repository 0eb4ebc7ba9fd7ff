"""What a dry run tells of the records that would follow, before anything is recorded."""

from typing import Any

from msgspec.structs import replace

from services.coercion.service import COERCION
from services.core.access import directory
from services.core.bus.deciding import Deciding, Moment
from services.core.bus.items import Stored
from services.core.bus.service import Service
from services.core.bus.streams import Streams
from services.core.contracts.events import coercion, unit
from services.core.contracts.family import Family, Refusal
from services.core.doors.rehearsal import Rehearsed
from services.gateway.dry_run import DryRun, Foreseen, foretold
from tests.hearings.contracts import CATALOGUE, CODEC
from tests.hearings.records import TOPICS, appended, claim_of, written
from tests.unit.coercion.sentences import DECIDED, OFFICER, POLICE, READY, C, K, after, at

NOW = at("2026-09-28 15:30")
ASKED = coercion.BookingRequested(
    K, "b1", [POLICE, OFFICER], at("2026-10-14 08:00"), at("2026-10-14 11:30")
)


def told(claim: Any, *, minted: str | None = None, family: Family[Any] = COERCION) -> DryRun:
    """Tell what would become of what the officer says of a coercion that was decided."""
    outgoing = claim_of(claim, agency="thads-khu-vuc-3")
    envelope = replace(outgoing.envelope, occurred_at=NOW, officer=OFFICER, role="OFFICER")
    outgoing = replace(outgoing, envelope=envelope)
    target = (outgoing.topic, outgoing.partition)
    record = appended(target, [written("gateway/0", [outgoing])])[0]
    service = Service(name="coercion", families=(family,))
    states = Streams(service)
    states.put(f"coercion/{C}", Stored(after(*READY, DECIDED), 1, 1))
    deciding = Deciding(service, TOPICS, CODEC, CATALOGUE)
    moment = Moment(NOW, "", directory.load(CATALOGUE))
    decided = deciding.decide(deciding.ready(record, is_claim=True), states, moment)
    return foretold(Rehearsed(decided, NOW), minted, CATALOGUE, CODEC)


def in_words(type_: str, part: str | None) -> Foreseen:
    said = CATALOGUE.event(type_)
    return Foreseen(type_, said.vi, said.en, part)


def test_facts_and_what_is_asked_of_other_keys_are_told_in_words() -> None:
    dry_run = told(ASKED)
    assert dry_run.would == "recorded"
    assert dry_run.facts == [in_words(coercion.BookingRequested.TYPE, K)]
    assert dry_run.asks == [in_words(unit.Booked.TYPE, each) for each in (POLICE, OFFICER)]
    assert (dry_run.reasons, dry_run.as_of) == ([], NOW)


def test_an_id_that_was_made_for_the_rehearsal_is_not_told() -> None:
    dry_run = told(ASKED, minted=K)
    assert [each.part for each in dry_run.facts] == [None]
    assert [each.part for each in dry_run.asks] == [POLICE, OFFICER]


def test_every_reason_of_a_refusal_is_told_with_what_would_be_allowed() -> None:
    reasons = [Refusal("WRONG_STATE"), Refusal("FORBIDDEN_HOURS", article="Đ1", next_allowed=NOW)]
    dry_run = told(ASKED, family=replace(COERCION, decide=lambda *_: reasons))
    assert (dry_run.would, dry_run.facts, dry_run.asks) == ("refused", [], [])
    assert [(each.code, each.article, each.next_allowed) for each in dry_run.reasons] == [
        ("WRONG_STATE", None, None),
        ("FORBIDDEN_HOURS", "Đ1", NOW),
    ]
    assert all(each.vi and each.en for each in dry_run.reasons)


def test_what_would_be_held_has_neither_facts_nor_reasons() -> None:
    assert foretold(Rehearsed(None, NOW), None, CATALOGUE, CODEC) == DryRun("held", [], [], [], NOW)
