"""Who reads what of the story, checked by hand against what each agency is in it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from services.all import WORK
from services.core.access.readers import CHANNEL, SEATS, reading_of, relations_of, visible_to
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.event import Event
from services.core.contracts.events import delivery
from services.core.contracts.identifiers import key_of
from services.core.contracts.visibility_page import load_relations
from services.core.telling.thread import Entry
from services.simulator.story import rows
from tests.acceptance.memory_house import CATALOGUE, CODEC, DIRECTORY, MemoryHouse, play
from tests.unit.cast import DIRECTORY as WIDER
from tests.unit.telling.threads import (
    CASE,
    JUDGMENT,
    asked_of_bank,
    assigned,
    decided,
    decision,
    entry,
    issued,
    moved,
)

COURT = "toa-da-nang"
MANAGING = {"cuc-quan-ly-thads"}
OFFICE, ROOM, NEXT = "thads-da-nang", "thads-khu-vuc-3", "thads-hue"
PROCURACY, POLICE, COMMUNE = "vks-khu-vuc-3", "ca-thi-hanh-an-da-nang", "ubnd-phuong-song-cam"
BANK, LAND, PORTAL, PLATFORM = "nh-song-cam", "dat-dai-da-nang", "cong-thads", "platform"
VALUER, AUCTIONEER = "tdg-ngu-son", "dg-cam-giang"
HANDLERS = {OFFICE, ROOM, PROCURACY}
OF_THE_PROVINCE = {PROCURACY, "vks-khu-vuc-5"}  # whose territory meets that of court and office

Undoing = tuple[Envelope, Event]
Told = Sequence[Undoing]


@pytest.fixture(scope="module")
def story() -> list[Told]:
    """What the story recorded and refused, a list for each key."""
    house = MemoryHouse(WORK)
    assert play(house, rows()).surprises == []
    by_key: dict[str, list[tuple[Envelope, Event]]] = {}
    for (topic, _), records in sorted(house.log.records.items()):
        for record in records if topic.endswith(".events") else ():
            envelope = record.envelope()
            told = (envelope, CODEC.decode(record.value))
            by_key.setdefault(key_of(envelope.subject), []).append(told)
    return list(by_key.values())


@pytest.fixture(scope="module")
def readers_of(story: list[Told]) -> dict[str, set[str]]:
    """The agencies that may read each fact of the story, by its id."""
    found: dict[str, set[str]] = {envelope.id: set() for told in story for envelope, _ in told}
    for told in story:
        for agency in DIRECTORY.agencies:
            for id_ in visible_to(agency, told, CATALOGUE, DIRECTORY):
                found[id_].add(agency)
    return found


@pytest.mark.parametrize(
    ("type_", "of", "readers"),
    [
        ("judgment.issued", "", {PORTAL, COURT, *MANAGING, *HANDLERS, *OF_THE_PROVINCE}),
        ("case.requested", ".c2", {PORTAL, *MANAGING, *HANDLERS, *OF_THE_PROVINCE}),
        ("case.completed", ".c2", {PORTAL, *MANAGING, *HANDLERS}),
        ("information.requested", ".c2.r1", {BANK, *HANDLERS}),
        ("information.answered", ".c2.r2", {LAND, *HANDLERS}),
        ("deadline.overdue", ".c2.r2", {LAND, PLATFORM, *HANDLERS}),
        ("measure.ordered", ".c2.m1", {BANK, *HANDLERS}),
        ("coercion.decided", ".c2.k2", {PORTAL, *HANDLERS}),
        ("coercion.booking_requested", ".c2.k2", {POLICE, OFFICE, ROOM}),
        ("coercion.plan_sent", ".c2.k2", {POLICE, COMMUNE, *HANDLERS}),
        ("payment.collected", ".c2", {PORTAL, *HANDLERS}),
        ("sale.priced", ".c2.k2.s1", {PORTAL, VALUER, *HANDLERS}),
        ("sale.announced", ".c2.k2.s1", set(DIRECTORY.agencies)),
        ("sale.redeemed", ".c2.k2.s1", {PORTAL, VALUER, AUCTIONEER, *HANDLERS}),
        ("complaint.filed", ".c2.x1", {PORTAL, OFFICE, PROCURACY}),
        ("complaint.decided", ".c2.x1", {PORTAL, OFFICE, PROCURACY}),
        ("submission.refused", ".c2.k2", {OFFICE}),
    ],
)
def test_a_fact_of_the_story_is_read_by_whom_it_concerns(
    story: Sequence[Told],
    readers_of: dict[str, set[str]],
    type_: str,
    of: str,
    readers: set[str],
) -> None:
    found = [
        readers_of[envelope.id]
        for told in story
        for envelope, event in told
        if envelope.type == f"thads.{type_}" and event.part == key_of(event.part) + of
    ]
    assert readers in found
    assert [each for each in found if not each <= readers] == []


def test_who_acts_in_a_case_reads_what_it_answers_to(story: Sequence[Told]) -> None:
    acting: set[str] = set()
    for told in story:
        for envelope, event in told:
            if envelope.agency == PLATFORM or envelope.causation != envelope.correlation:
                continue  # nobody acted: it follows from what somebody said
            seen = visible_to(envelope.agency, told, CATALOGUE, DIRECTORY)
            named = {value for name, value in data(event).items() if name.endswith("_event_id")}
            if envelope.role == "PARTY":  # who got the paper of what it speaks of otherwise
                named = set()
            assert seen >= {envelope.id} | named, envelope
            by_others = {
                other.id
                for other, each in told
                if each.part == event.part
                and other.recorded_at < envelope.recorded_at
                and other.agency != envelope.agency
            }
            assert not by_others or by_others & seen, envelope
            acting.add(envelope.agency)
    assert acting == {row.agency for row in rows()} - {PLATFORM}


def test_of_a_measure_that_is_not_carried_out_yet_none_but_those_who_carry_it_out_and_watch_it_know(
    story: Sequence[Told], readers_of: dict[str, set[str]]
) -> None:
    known = {
        agency
        for told in story
        for envelope, event in told
        if event.TYPE.startswith("thads.measure.")
        and event.TYPE not in {"thads.measure.executed", "thads.measure.lifted"}
        for agency in readers_of[envelope.id]
    }
    assert known == {BANK, *HANDLERS}


def test_a_bank_sees_nothing_but_what_is_addressed_to_it_or_said_by_it(
    story: Sequence[Told],
) -> None:
    for told in story:
        seen = visible_to(BANK, told, CATALOGUE, DIRECTORY)
        types = {envelope.id: envelope.type for envelope, _ in told}
        for envelope, event in told:
            of = types.get(getattr(event, "cause_event_id", None) or "", envelope.type)
            is_public = "sale" in envelope.type or "sale" in of  # and so are the clocks it starts
            if envelope.id in seen and envelope.agency != BANK and not is_public:
                assert BANK in data(event).values() or of_the_banks_part(event, told), envelope


def of_the_banks_part(event: Event, told: Told) -> bool:
    """Whether some fact of the same part is addressed to the bank."""
    return any(BANK in data(other).values() for _, other in told if other.part == event.part)


def data(event: Event) -> Mapping[str, Any]:
    return {name: value for name, value in Codec.to_json(CODEC, event).items() if value != []}


def entrusted(day: int) -> Entry:
    return entry(
        "case.entrusted",
        CASE,
        by=OFFICE,
        day=day,
        to_agency=NEXT,
        kind="CASE",
        items=[1],
        documents=[],
        **decision("800/QĐ-UT"),
    )


def on(day: int, fact: Entry, by: str | None = None) -> tuple[Envelope, Event]:
    assert fact.event
    moment = issued().envelope.recorded_at.replace(day=3 + day)
    said_by = by or fact.envelope.agency
    return replace(fact.envelope, recorded_at=moment, agency=said_by), fact.event


ENTRUSTED = [
    on(0, issued()),
    on(1, decided(OFFICE)),
    on(2, assigned()),
    on(3, asked_of_bank()),
    on(4, entrusted(4)),
    on(5, moved("ENTRUSTED"), OFFICE),
    on(6, asked_of_bank(f"{CASE}.r2"), NEXT),
]
BEFORE = {envelope.id for envelope, _ in ENTRUSTED[:5]}
AFTER = {envelope.id for envelope, _ in ENTRUSTED[6:]}


def seen_by(agency: str) -> set[str]:
    return visible_to(agency, ENTRUSTED, CATALOGUE, WIDER)


@pytest.mark.parametrize("former", [ROOM, PROCURACY])
def test_a_former_handler_reads_what_stood_until_the_case_was_entrusted(former: str) -> None:
    assert seen_by(former) >= BEFORE
    assert not seen_by(former) & AFTER


@pytest.mark.parametrize("next_", [NEXT, "vks-hue"])
def test_who_is_entrusted_with_a_case_reads_what_stood_before_as_well(next_: str) -> None:
    everything = {envelope.id for envelope, _ in ENTRUSTED}
    missing = everything - seen_by(next_)
    assert {e.type for e, _ in ENTRUSTED if e.id in missing} <= {"thads.judgment.issued"}


def test_another_region_reads_nothing_while_the_case_is_elsewhere() -> None:
    here = ENTRUSTED[:4]
    for stranger in ("vks-hue", NEXT, "toa-hue", "ubnd-vy-da", "nh-khac"):
        assert visible_to(stranger, here, CATALOGUE, WIDER) == set(), stranger


def test_the_order_in_which_facts_were_heard_is_of_no_consequence() -> None:
    for agency in WIDER.agencies:
        backwards = visible_to(agency, ENTRUSTED[::-1], CATALOGUE, WIDER)
        assert backwards == seen_by(agency)


def undoing(how: str, what: tuple[Envelope, Event], day: int, with_: Entry) -> Undoing:
    envelope, event = on(day, with_, what[0].agency)
    return replace(envelope, **{how: what[0].id}), event


ASKED = on(3, asked_of_bank())
RIGHT = "nh-khac"


@pytest.mark.parametrize("how", ["corrects", "withdraws"])
def test_who_was_told_by_mistake_is_told_of_the_mistake_and_of_nothing_after_it(how: str) -> None:
    """The request goes to the wrong bank first; what is said of it later is not that bank's."""
    other = asked_of_bank(bank=RIGHT if how == "corrects" else BANK)
    mended = undoing(how, ASKED, 4, other)
    later = on(5, entry("information.withdrawn", f"{CASE}.r1", by=ROOM))
    told = [*ENTRUSTED[:3], ASKED, mended, later]
    seen = visible_to(BANK, told, CATALOGUE, WIDER)
    assert {ASKED[0].id, mended[0].id} <= seen
    assert later[0].id not in seen
    right = visible_to(RIGHT, told, CATALOGUE, WIDER)
    assert (later[0].id in right) == (how == "corrects")


def test_a_seat_that_was_given_by_mistake_goes_back() -> None:
    given = ENTRUSTED[4]
    back = undoing("withdraws", given, 7, entrusted(4))
    later = on(8, asked_of_bank(f"{CASE}.r3"), ROOM)
    told = [*ENTRUSTED, back, later]
    assert {back[0].id, later[0].id} <= visible_to(ROOM, told, CATALOGUE, WIDER)
    seen = visible_to(NEXT, told, CATALOGUE, WIDER)
    assert back[0].id in seen
    assert later[0].id not in seen


DEBTOR, CREDITOR = f"{JUDGMENT}.p1", f"{JUDGMENT}.p2"
COMPLAINT = f"{CASE}.x1"


def complained(of: str, by: str) -> Entry:
    return entry(
        "complaint.filed",
        COMPLAINT,
        by=by,
        level="1",
        act_kind="a",
        known_on="2026-09-01",
        received_on="2026-09-01",
        complainant=of,
    )


def named(party: str, channel: str, by: str) -> Entry:
    return entry(
        "case.channel_changed",
        CASE,
        by=by,
        party=party,
        channel_id=channel,
        changed_on="2026-09-01",
        document={"document_id": "d1", "sha256": "ab" * 32},
    )


FILED = [*ENTRUSTED[:3], on(3, complained(DEBTOR, PORTAL))]
ANSWERED = entry(
    "complaint.accepted",
    COMPLAINT,
    by=OFFICE,
    accepted_on="2026-09-02",
    resolver_id=OFFICE,
    level="1",
    act_kind="a",
)


def reads(agency: str, fact: Undoing, told: Told) -> bool:
    """Whether an agency reads a fact; the order in which facts are heard is of no consequence."""
    seen = visible_to(agency, told, CATALOGUE, WIDER)
    assert visible_to(agency, told[::-1], CATALOGUE, WIDER) == seen
    return fact[0].id in seen


def test_who_files_for_a_party_reads_what_the_party_may_read() -> None:
    answered, later = on(4, ANSWERED), on(5, moved("VOLUNTARY"), OFFICE)
    told = [*FILED, answered, later]
    for fact in (*ENTRUSTED[:3], answered, later):
        assert reads(PORTAL, fact, told), fact
    assert not reads(PORTAL, ASKED, [*told, ASKED])


def test_a_channel_named_later_takes_over_and_the_former_reads_nothing_new() -> None:
    naming = on(4, named(DEBTOR, NEXT, PORTAL))
    later = on(5, ANSWERED)
    told = [*FILED, naming, later]
    assert all(reads(PORTAL, fact, told) for fact in (*FILED, naming))
    assert not reads(PORTAL, later, told)
    assert all(reads(NEXT, fact, told) for fact in (FILED[1], FILED[3], later))


def test_a_channel_named_for_one_party_takes_nothing_from_the_channel_of_another() -> None:
    naming = on(4, named(CREDITOR, NEXT, PORTAL))
    later = on(5, ANSWERED)
    told = [*FILED, naming, later]
    assert reads(PORTAL, later, told)
    assert not reads(NEXT, later, told)


def test_a_channel_that_was_named_by_mistake_gives_back_what_it_took() -> None:
    naming = on(4, named(DEBTOR, NEXT, PORTAL))
    back, later = undoing("withdraws", naming, 5, named(DEBTOR, NEXT, PORTAL)), on(6, ANSWERED)
    told = [*FILED, naming, back, later]
    assert reads(PORTAL, later, told)
    assert not reads(NEXT, later, told)


def test_a_receipt_is_for_nobody() -> None:
    receipt = entry(
        "delivery.delivered",
        CASE,
        by=PLATFORM,
        event_id=JUDGMENT,
        to_agency=BANK,
        delivered_at="2026-09-01T00:00:00Z",
        way="PULL",
    )
    assert receipt.event
    reading = reading_of(receipt.event, receipt.envelope, CATALOGUE, DIRECTORY)
    assert (reading.agencies, reading.relations) == (frozenset(), ())
    told = [*ENTRUSTED, (receipt.envelope, receipt.event)]
    for agency in WIDER.agencies:
        assert receipt.envelope.id not in visible_to(agency, told, CATALOGUE, WIDER)


@pytest.mark.parametrize("what", [1, 2])
def test_who_puts_right_how_he_was_seated_takes_no_seat_back_that_has_passed_on(what: int) -> None:
    """The decision and the assignment are corrected after the case was entrusted to another."""
    mended = undoing("corrects", ENTRUSTED[what], 7, (decided, assigned)[what - 1]())
    later = on(8, asked_of_bank(f"{CASE}.r3"), NEXT)
    told = [*ENTRUSTED, mended, later]
    for next_ in (NEXT, "vks-hue"):
        assert {mended[0].id, later[0].id} <= visible_to(next_, told, CATALOGUE, WIDER)
    for former in (ROOM, PROCURACY):
        assert later[0].id not in visible_to(former, told, CATALOGUE, WIDER)


def test_the_page_of_visibility_names_all_that_gives_a_relation(story: Sequence[Told]) -> None:
    """`schemas/relations.yaml` says in data, for the page, what the readers' code does."""
    said = load_relations(CATALOGUE)
    for told in (*story, ENTRUSTED):
        for envelope, event in told:
            for relation in relations_of(event, envelope, WIDER):
                role = relation.relation.partition("_")[0]
                held = said.relations["debtor" if role == CHANNEL else role]
                named = [getattr(event, field, None) for field in held.named_in]
                assert event.TYPE.removeprefix("thads.") in held.given_by or any(named), relation
                assert (relation.relation in SEATS) <= (held.lasts == "seat"), relation
            if not isinstance(event, delivery.Delivered):
                reading = reading_of(event, envelope, CATALOGUE, WIDER)
                for field in said.named:
                    if isinstance(slug := getattr(event, field, None), str) and WIDER.agency(slug):
                        assert slug in reading.agencies, (envelope.type, field)


# ---- agencies that have ended


ENDS = date(2026, 8, 5)
DISSOLVED = replace(
    DIRECTORY,
    agencies={
        **DIRECTORY.agencies,
        OFFICE: replace(DIRECTORY.agencies[OFFICE], valid_to=ENDS, succeeded_by=NEXT),
    },
)


BEFORE_ITS_END = [on(0, issued()), on(1, decided(OFFICE))]
AFTER_ITS_END = on(3, moved("VOLUNTARY"), OFFICE)


def test_the_successor_of_an_office_reads_its_cases_from_the_day_after_its_end() -> None:
    told = [*BEFORE_ITS_END, AFTER_ITS_END]
    assert visible_to(NEXT, BEFORE_ITS_END, CATALOGUE, DISSOLVED) == set()
    assert visible_to(NEXT, told, CATALOGUE, DIRECTORY) == set()
    read = visible_to(NEXT, told, CATALOGUE, DISSOLVED)
    assert AFTER_ITS_END[0].id in read
    assert BEFORE_ITS_END[1][0].id in read


def test_what_is_addressed_to_an_office_that_has_ended_is_for_its_successor() -> None:
    sent = entry(
        "judgment.transferred",
        JUDGMENT,
        by=COURT,
        to_agency=OFFICE,
        sent_at="2026-08-06T02:00:00Z",
        documents=[],
    )
    told = [on(4, sent)]
    assert visible_to(NEXT, told, CATALOGUE, DISSOLVED) == {told[0][0].id}
