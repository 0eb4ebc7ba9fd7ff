"""Agencies pull what they may see through the open door, and their officers acknowledge it."""

import asyncio
import json
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from services.core.bus.kafka import reading
from services.core.contracts.events.delivery import Delivered
from services.core.contracts.identifiers import new_id
from services.core.doors import pages
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.core.telling.following import events as events_of
from services.delivery import feed
from services.ledger import archive
from services.ledger import service as ledger
from services.ledger.archive import Criteria
from tests.doors.house import ENFORCERS, Door, answered, effective, issued, open_door, transferred
from tests.integration.test_cli_doors import at_door, environment, lienthong
from tests.patience import PATIENCE

STRANGER, STRANGERS_OFFICER = "nh-song-cam", "can-bo-nh"
FACTS = 5  #: of each judgment that is sent: three, and the clock of its transfer starts and stops
HEAD, CASHIER = "le-van-an", "pham-thi-cuc"


async def pulled(door: Door, agency: str, query: str = "") -> httpx2.Response:
    return await door.ask(f"/v1/events{query}", agency=agency)


async def until(door: Door, agency: str, many: int) -> list[dict[str, Any]]:
    """Pull until so many events stand in the feed; nothing is confirmed by it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await pulled(door, agency, "?wait=5")
            events: list[dict[str, Any]] = answer.json()["events"]
            if len(events) >= many:
                return events


async def sent(door: Door, *, judgments: int = 1) -> list[str]:
    """Issue judgments, let them take effect and send them to the enforcement office."""
    ids = [new_id() for _ in range(judgments)]
    for id_ in ids:
        for each in (issued(id_), effective(id_), transferred(id_)):
            assert (await door.submit(each)).json()["status"] == "recorded"
    return ids


async def test_an_agency_pulls_what_concerns_it_and_learns_nothing_else(settings: Settings) -> None:
    async with open_door(settings) as door:
        (judgment,) = await sent(door)
        events = await until(door, ENFORCERS, FACTS)
        id_ = (await pulled(door, ENFORCERS)).json()["feed"]
        assert [each["number"] for each in events] == [1, 2, 3, 4, 5]
        types = [each["event"]["type"].removeprefix("thads.") for each in events]
        assert [each for each in types if "judgment" in each] == [
            "judgment.issued",
            "judgment.made_effective",
            "judgment.transferred",
        ]
        assert [each for each in types if "deadline" in each] == [
            "deadline.started",
            "deadline.stopped",
        ]
        assert {each["event"]["subject"] for each in events} == {judgment}
        assert set(events[0]["event"]) == {
            *("specversion", "id", "type", "source", "subject", "time"),
            *("datacontenttype", "recordedat", "data"),
        }
        assert (await pulled(door, STRANGER)).json() == {"events": [], "last": 0, "feed": id_}

        for query, status, code in (
            ("?after=6", 422, "NUMBER_UNKNOWN"),
            ("?after=-1", 400, "QUERY_MALFORMED"),
            ("?limit=all", 400, "QUERY_MALFORMED"),
        ):
            answer = await pulled(door, ENFORCERS, query)
            assert (answer.status_code, answer.json()["code"]) == (status, code)

        path = f"/v1/events/{events[2]['event']['id']}/acknowledgements"
        hidden = await acknowledged(door, path, STRANGER, STRANGERS_OFFICER, "HOLDER")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "NOT_FOUND")
        another = await acknowledged(door, path, ENFORCERS, STRANGERS_OFFICER, "HEAD")
        assert another.status_code == 403

        for query in ("?dry_rum=true", "?dry_run=true"):
            answer = await acknowledged(door, path + query, ENFORCERS, HEAD, "HEAD")
            assert (answer.status_code, answer.json()["code"]) == (400, "QUERY_MALFORMED")
        key = new_id()
        first = await acknowledged(door, path, ENFORCERS, HEAD, "HEAD", key)
        again = await acknowledged(door, path, ENFORCERS, HEAD, "HEAD", key)
        assert (again.status_code, again.json()) == (200, first.json()), "at a later moment"
        other = await acknowledged(door, path, ENFORCERS, CASHIER, "CASHIER", key)
        assert (other.status_code, other.json()["code"]) == (422, "KEY_REUSED")
        early = first.json()["facts"]
        assert ["irregularity" in fact for fact in early] == [False], "it is its own receipt"
        await pulled(door, ENFORCERS, "?after=5")
        assert await receipts(door, FACTS) == {each["event"]["id"] for each in events}
        late = (await acknowledged(door, path, ENFORCERS, CASHIER, "CASHIER")).json()["facts"]
        assert ["irregularity" in fact for fact in late] == [False]
        await door.quiet()


async def acknowledged(
    door: Door, path: str, agency: str, officer: str, role: str, key: str | None = None
) -> httpx2.Response:
    headers = {
        "Authorization": f"Bearer {door.token(agency)}",
        "Idempotency-Key": key or new_id(),
        "Prefer": "wait=30",
    }
    said = {"officer": officer, "role": role}
    return await answered(lambda: door.http.post(path, json=said, headers=headers))


async def receipts(door: Door, many: int) -> set[str]:
    """Wait until so many receipts are recorded, and return of which facts."""
    topics = door.whole.topics
    targets = [(topics.events("delivery"), each) for each in range(topics.partitions)]
    found: set[str] = set()
    async with asyncio.timeout(PATIENCE), reading(door.whole.settings) as reader:
        async for record, _ in events_of(reader, dict.fromkeys(targets, 0), follow=True):
            event = door.whole.codec.decode(record.value)
            if isinstance(event, Delivered):
                assert event.event_id not in found, "a receipt stands twice"
                found.add(event.event_id)
                if len(found) == many:
                    break
    return found


async def test_a_subscriber_killed_again_and_again_misses_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_door(settings) as door:
        await sent(door, judgments=4)
        await until(door, ENFORCERS, 4 * FACTS)
        own = at_door(door, msgspec.structs.replace(door.whole.settings, home=tmp_path))
        shutil.copytree(door.whole.settings.secrets, own.secrets)
        handled = tmp_path / "handled"
        dies = f"cat >> {handled}; [ $(($(wc -l < {handled}) % 2)) = 1 ] || kill -9 $PPID"
        ends = [await subscriber(own, dies) for _ in range(19)]
        assert ends == [-signal.SIGKILL] * 19
        assert await subscriber(own, dies) == 0
        seen = [told(line) for line in handled.read_text().splitlines()]
        assert len(seen) == 39, "each time the last one is seen again"
        assert [number for number, _ in sorted(set(seen))] == list(range(1, 21))

        code, _, trouble = await lienthong(own, "subscribe", "--as", ENFORCERS, "--after", "99")
        assert code == 1
        assert "NUMBER_UNKNOWN" in trouble
        for nobody in ("thads-da-nag", "../../etc/passwd"):  # it ends, for none will come
            code, _, trouble = await lienthong(own, "subscribe", "--as", nobody)
            assert (code, f"no agency {nobody}" in trouble) == (1, True)


async def subscriber(own: Settings, command: str) -> int:
    """Subscribe with a command for each event, and return how it ended."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "subscribe", "--as", ENFORCERS, "--once"),
        *("--exec", command),
        env=environment(own),
    )
    return await asyncio.wait_for(process.wait(), PATIENCE)


def told(line: str) -> tuple[int, str]:
    said = json.loads(line)
    return said["number"], said["event"]["id"]


async def test_a_number_of_another_feed_is_refused_with_what_to_do(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_door(settings) as door:
        await sent(door)
        await until(door, ENFORCERS, FACTS)
        feed_id = (await pulled(door, ENFORCERS)).json()["feed"]
        here = await pulled(door, ENFORCERS, f"?after=2&feed={feed_id}")
        assert (here.json()["events"][0]["number"], here.json()["feed"]) == (3, feed_id)
        for other, status, what in ((new_id(), 422, "FEED_CHANGED"), ("x", 400, "QUERY_MALFORMED")):
            answer = await pulled(door, ENFORCERS, f"?after=2&feed={other}")
            assert (answer.status_code, answer.json()["code"]) == (status, what)
            assert len(other) == 1 or other not in answer.text

        own = at_door(door, msgspec.structs.replace(door.whole.settings, home=tmp_path))
        shutil.copytree(door.whole.settings.secrets, own.secrets)
        assert await subscriber(own, "cat") == 0
        place = tmp_path / "subscriptions" / ENFORCERS
        assert place.read_text() == f"{FACTS} {feed_id}"
        place.write_text(f"2 {new_id()}")
        code, shown, trouble = await lienthong(own, "subscribe", "--as", ENFORCERS, "--once")
        assert (code, shown) == (1, "")
        assert "FEED_CHANGED" in trouble
        assert f"remove {place}" in trouble


async def test_long_answers_come_in_pages_bounded_in_bytes_with_one_entry_at_least(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_door(settings) as door:
        (judgment,) = await sent(door)
        events = await until(door, ENFORCERS, FACTS)
        await door.settled()

        async def walked(path: str, what: str) -> tuple[list[Any], int]:
            """All entries of an answer, and how many pages they took."""
            found, count, after = list[Any](), 0, None
            while count == 0 or after is not None:
                query = f"?after={after}" if after else ""
                answer = await door.ask(f"/v1/cases/{judgment}/{path}{query}", agency=ENFORCERS)
                found += answer.json()[what]
                after, count = answer.json()["after"], count + 1
            return found, count

        whole = {
            name: await walked(*name) for name in (("timeline", "entries"), ("clocks", "clocks"))
        }
        for each in (feed, pages, archive):
            monkeypatch.setattr(each, "MOST_BYTES", 1)
        for name, (entries, count) in whole.items():
            assert (await walked(*name), count) == ((entries, len(entries)), 1), name

        rows = Rows(settings, ledger.NAME)
        told = archive.Archive(rows, door.whole.codec)
        one_by_one = [entry.id async for entry in told.find(Criteria(key=judgment))]
        keys = [key async for key in told.by_key(door.whole.all_topics)]
        monkeypatch.setattr(archive, "MOST_BYTES", 10**9)
        assert one_by_one == [entry.id async for entry in told.find(Criteria(key=judgment))]
        assert keys == [key async for key in told.by_key(door.whole.all_topics)]
        await rows.close()

        for number, event in enumerate(events):
            page = (await pulled(door, ENFORCERS, f"?after={number}")).json()
            assert page == {"events": [event], "last": number + 1, "feed": page["feed"]}
        monkeypatch.setattr(feed, "MOST_BYTES", len(json.dumps(events[0])) * 2)
        assert len((await pulled(door, ENFORCERS)).json()["events"]) in {2, 3}

        wrong = await door.ask(f"/v1/cases/{judgment}/timeline?after={new_id()}", agency=ENFORCERS)
        assert (wrong.status_code, wrong.json()["code"]) == (400, "QUERY_MALFORMED")
