"""Claims become facts on real lanes, and families of different keys ask each other."""

from services.core.bus import postgres
from services.core.contracts.envelope import Envelope
from services.core.contracts.identifiers import derived_id, new_id
from services.core.settings import Settings
from tests.hearings.house import House, Process, seen


def types(envelopes: list[Envelope]) -> list[str]:
    return [each.type.removeprefix("thads.") for each in envelopes]


async def test_a_claim_becomes_a_numbered_fact_and_its_ask_is_answered(
    settings: Settings,
) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        hearing_id = new_id()
        claim = await house.request(hearing_id, "room-1")
        facts = await house.until(lambda facts: len(facts) == 3)
        await process.stop()

        thread = [each.envelope() for each in facts]
        requested = next(each for each in thread if each.type == "thads.hearing.requested")
        booked = next(each for each in thread if each.type == "thads.room.booked")
        answered = next(each for each in thread if each.type == "thads.hearing.room_booked")
        assert requested.id == derived_id(claim.envelope.id, "hearing", 0)
        assert (requested.sequence, requested.index, requested.count) == (1, 0, 1)
        assert (requested.agency, requested.role) == ("toa-da-nang", "COURT")
        assert booked.causation == derived_id(claim.envelope.id, "hearing", 1)
        assert (booked.agency, booked.role, booked.subject) == ("platform", "PLATFORM", "room-1")
        assert answered.sequence == 2
        assert {each.correlation for each in thread} == {claim.envelope.id}
        assert seen(facts) == seen(house.expected())


async def test_a_refused_ask_comes_back_to_who_asked(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        first, second = new_id(), new_id()
        await house.request(first, "room-1", day=3)
        await house.until(lambda facts: len(facts) == 3)
        await house.request(second, "room-1", day=3)
        facts = await house.until(lambda facts: len(facts) == 5)
        await process.stop()

        of_second = [each.envelope() for each in facts if each.key == second]
        assert types(of_second) == ["hearing.requested", "hearing.room_denied"]
        assert "submission.refused" not in types([each.envelope() for each in facts])


async def test_five_hundred_claims_of_many_keys_are_all_recorded_once(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        claims = [house.requested(new_id(), f"room-{n}") for n in range(500)]
        for start in range(0, 500, 50):
            await house.accept(*claims[start : start + 50])
        expected = seen(house.expected())
        facts = await house.until(lambda facts: len(facts) >= len(expected))
        await process.stop()
        assert seen(facts) == expected


async def test_sequences_have_no_gap_whoever_reads_them(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        part = new_id()
        for day in range(1, 11):
            await house.request(part, f"room-{part}", day)
        facts = await house.until(lambda facts: len(facts) == 30)
        await process.stop()
        of_part = [each.envelope() for each in facts if each.key == part]
        assert [each.sequence for each in of_part] == list(range(1, 21))
        assert sorted(each.recorded_at for each in of_part) == [
            each.recorded_at for each in of_part
        ]


async def test_a_process_that_stops_lets_every_lane_go(settings: Settings) -> None:
    async with House.open(settings) as house:
        process = Process(settings)
        await house.request(new_id(), "room-1")
        await house.until(lambda facts: len(facts) == 3)
        await process.stop()
        connection = await postgres.connect(settings, "hearings")
        owners = await connection.fetch("select owner from lanes where owner is not null")
        unsent = await connection.fetch("select given - sent as left from targets")
        connection.terminate()
        assert owners == []
        assert {row["left"] for row in unsent} == {0}
