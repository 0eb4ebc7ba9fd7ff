"""A case as it stood on a day and as it was known at a moment; who sees it; what is not there."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from services.core.contracts.days import day_of
from services.core.contracts.envelope import Envelope
from services.core.contracts.events import case as events
from services.core.contracts.identifiers import derived_id, new_id
from services.core.doors.rows import Rows
from services.core.settings import Settings
from services.core.telling.standing import parts_of
from services.core.telling.thread import ordered
from services.ledger.archive import Archive, Entry
from services.ledger.service import NAME
from tests.doors.house import COURT, OPERATOR
from tests.integration.test_cli_case import Case, Lienthong, lienthong, told
from tests.integration.test_cli_doors import environment
from tests.patience import PATIENCE
from tests.unit.contracts.generated import CATALOGUE, CODEC

__all__ = ["lienthong"]

_OF_CASES = {"given_of", "seen", "of_key", "of_case", "overdue", "urgent", "find"}


class Archived(Case):
    """The story's two cases, archived to the last record."""

    archive: Archive
    entries: list[Entry]  #: of their judgment, facts and refusals alone

    async def until(self, holds: Callable[[list[Envelope]], bool]) -> list[Entry]:
        """Wait until everything that was submitted is archived with its outcome."""
        async with asyncio.timeout(PATIENCE):
            while True:
                entries = await self.archive.of_key(self.id_of("J"))
                outcomes = {e.envelope.causation for e in entries if e.kind != "submission"}
                decided = {e.id for e in entries if e.kind == "submission"} <= outcomes
                facts = [entry for entry in entries if entry.stands_in_events]
                if decided and holds([entry.envelope for entry in facts]):
                    return facts
                await asyncio.sleep(0.05)


@asynccontextmanager
async def archived(settings: Settings) -> AsyncIterator[Archived]:
    """The cases up to the end of the voluntary period: everything is recorded long after it was."""
    rows = Rows(settings, NAME)
    try:
        async with told(settings) as case:
            case.__class__ = Archived
            assert isinstance(case, Archived)
            await case.door.settled()
            case.archive = Archive(rows, CODEC)
            case.entries = await case.until(lambda _: True)
            yield case
    finally:
        await rows.close()


def folded(
    entries: Sequence[Entry], case: str, as_of: date | None, known_at: datetime | None
) -> tuple[list[str], str | None]:
    """Return the ids of what concerns a case, and the state in which it leaves the case.

    Up to a day it is told as it happened, else as it was recorded.
    """
    mine = ordered(
        [
            entry
            for entry in entries
            if f"{entry.envelope.subject}.".startswith(f"{case}.") or "." not in _part(entry)
            if as_of is None or day_of(entry.envelope.occurred_at) <= as_of
            if known_at is None or entry.envelope.recorded_at <= known_at
        ]
    )
    if as_of is not None:
        mine.sort(key=lambda entry: entry.envelope.occurred_at)
    part = parts_of(mine, CATALOGUE).get(case)
    return [entry.envelope.id for entry in mine], part.state if part else None


def _part(entry: Entry) -> str:
    return entry.envelope.subject


async def test_as_of_a_day_and_as_known_at_a_moment_are_two_times_and_each_is_the_fold_up_to_it(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with archived(settings) as case:
        c1 = case.id_of("J.c1")
        refusal = next(entry for entry in case.entries if entry.kind == "refusal")
        late = next(e for e in case.entries if e.envelope.type.endswith("irregularity_noted"))
        act, known = day_of(late.envelope.occurred_at), refusal.envelope.recorded_at
        assert day_of(refusal.envelope.occurred_at) > act
        assert late.envelope.recorded_at > known
        seen = set()
        for as_of, known_at in [(act, None), (None, known), (act, known), (date(2099, 1, 1), None)]:
            ids, state = folded(case.entries, c1, as_of, known_at)
            options = [f"--as-of={as_of}"] if as_of else []
            options += [f"--known-at={known_at.isoformat()}"] if known_at else []
            code, printed, trouble = await lienthong("case", c1, "--json", *options)
            assert (code, trouble) == (0, "")
            whole = json.loads(printed)
            assert [event["id"] for event in whole["thread"]] == ids
            assert whole["state"] == state

            query = {"as_of": as_of, "known_at": known_at.isoformat() if known_at else None}
            said = "&".join(f"{name}={value}" for name, value in query.items() if value)
            said = said.replace("+", "%2B")
            timeline = await case.door.ask(f"/v1/cases/{c1}/timeline?{said}", agency=OPERATOR)
            assert [entry["id"] for entry in timeline.json()["entries"]] == ids
            standing = await case.door.ask(f"/v1/cases/{c1}?{said}", agency=OPERATOR)
            assert standing.json()["state"] == state
            seen.add((tuple(ids), state))
        assert len(seen) == 4
        code, _, trouble = await lienthong("case", c1, "--as-of", "2020-01-01")
        assert code == 1
        assert f"nothing is archived of {c1} as of 01-01-2020" in trouble
        _, now, _ = await lienthong("case", c1)
        then = (await lienthong("case", c1, "--as-of", "2099-01-01"))[1]
        assert sorted(then.splitlines()) == sorted(now.splitlines())


def put_right(
    entries: Sequence[Entry], case: str, as_of: date | None, known_at: datetime | None
) -> str | None:
    """Return the state of a case: the last move that stands, in the order in which things happened.

    Undone is what one decision recorded together with the fact that a later one names.
    """
    known = [e for e in entries if known_at is None or e.envelope.recorded_at <= known_at]
    of = {entry.id: entry.envelope.causation for entry in known}
    gone = {of[e.envelope.undoes] for e in known if e.envelope.undoes}
    standing = [
        entry
        for entry in ordered(known)
        if entry.envelope.causation not in gone
        if not entry.envelope.withdraws
        if as_of is None or day_of(entry.envelope.occurred_at) <= as_of
    ]
    if as_of is not None:
        standing.sort(key=lambda entry: entry.envelope.occurred_at)
    moves = [
        entry.event.to_state
        for entry in standing
        if isinstance(entry.event, events.Moved) and entry.event.part == case
    ]
    return moves[-1] if moves else None


async def test_a_correction_counts_as_of_the_day_of_the_act_and_only_once_it_was_known(
    settings: Settings, lienthong: Lienthong
) -> None:
    """The debtor was notified on 1 September, not on 27 August; his officer said so much later."""
    async with archived(settings) as case:
        c1 = case.id_of("J.c1")
        await case.play(17, at="2026-09-01T09:40+07:00", valid_on="2026-09-01", corrects=17)
        await case.play(12, withdraws=12)
        entries = await case.until(lambda entries: sum(bool(e.undoes) for e in entries) >= 3)
        first = min(e.envelope.recorded_at for e in entries if e.envelope.undoes)
        before = first - timedelta(microseconds=1)
        days = [date(2026, 8, 28), date(2026, 9, 2), None]
        found = []
        for as_of, known_at in [(day, moment) for moment in (before, None) for day in days]:
            options = [f"--as-of={as_of}"] if as_of else []
            options += [f"--known-at={known_at.isoformat()}"] if known_at else []
            printed = (await lienthong("case", c1, "--json", *options))[1]
            whole = json.loads(printed.splitlines()[-1])  # lanes of this process may log meanwhile
            assert whole["state"] == put_right(entries, c1, as_of, known_at), (as_of, known_at)
            found.append((whole["state"], whole["officer"]))
        officer = "tran-thi-binh"
        assert found == [("VOLUNTARY", officer)] * 3 + [
            ("DECIDED", None),
            ("VOLUNTARY", None),
            ("VOLUNTARY", None),
        ]
        fact, correction = case.facts[17], case.facts_of_corrections[17]
        timeline = (await case.door.ask(f"/v1/cases/{c1}/timeline", agency=OPERATOR)).json()
        told = {entry["id"]: entry for entry in timeline["entries"]}
        assert told[fact]["corrected_by"] == correction
        assert (told[correction]["corrects"], told[fact]["late"]) == (fact, True)
        page = (await lienthong("case", c1, "--lang", "en"))[1]
        for words, lines in [
            (f"[late entry]  [corrected by …{correction[-6:]}]", 1),
            (f"→ VOLUNTARY  [corrected by …{correction[-6:]}]", 1),
            (f"[corrects …{fact[-6:]}]", 2),  # the notice, and the move that followed from it
            (f"[withdraws …{case.facts[12][-6:]}]", 1),
        ]:
            assert page.count(words) == lines, page


async def test_why_tells_who_said_what_on_which_state_and_that_it_gives_the_same_again(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with archived(settings) as case:
        (refused,) = [entry for entry in case.entries if entry.kind == "refusal"]
        for asked in (refused.id, refused.envelope.causation):
            code, page, trouble = await lienthong("why", asked, "--lang", "en")
            assert (code, trouble) == (0, "")
            assert page.startswith(f"refusal {refused.id}")
            assert f"who      {refused.envelope.agency}" in page
            assert "claim    case.completed" in page
            assert "OBLIGATION_OPEN (Đ55.1): Not everything is collected" in page
            assert "case/" in page
            assert "the decision run again gives the same" in page
        moved = next(e for e in case.entries if e.envelope.type.endswith("case.moved"))
        _, printed, _ = await lienthong("why", moved.id, "--json")
        whole = json.loads(printed)
        assert moved.id in {fact["id"] for fact in whole["decided"]}
        assert whole["differences"] == []


async def test_what_was_never_recorded_cannot_be_explained_replayed_or_rebuilt(
    settings: Settings, lienthong: Lienthong, tmp_path: Path
) -> None:
    async with archived(settings) as case:
        unknown = derived_id(new_id(), "case", 0)
        for arguments, trouble in [
            (("why", unknown), f"no event {unknown} is archived"),
            (("why", "41"), "41 is no id of an event"),
            (("replay", "--why", "audit", "--case", new_id()), "nothing is archived of key"),
            (("replay", "--why", "audit", "--case", "9/QĐ"), "no paper bears the number 9/QĐ"),
            (("replay", "--why", "audit", "--since", "soon"), "--since soon: expected a time"),
            (("rebuild", "gateway", "--diff"), "no service gateway has states of its own"),
            (("rebuild", "cases"), "say `lienthong rebuild cases --diff`"),
            (("case", case.id_of("J.c1"), "--as-of", "24-08-2026"), "expected a day"),
        ]:
            code, printed, said = await lienthong(*arguments)
            assert (code, printed) == (1, "")
            assert trouble in said
            assert said.count("\n") == 1
        assert (await lienthong("replays"))[1] == "nothing was replayed so far\n"


async def test_a_replay_is_previewed_and_is_itself_recorded_and_changes_nothing(
    settings: Settings, lienthong: Lienthong, tmp_path: Path
) -> None:
    async with archived(settings) as case:
        before = await case.door.counts()
        file, c1 = tmp_path / "c1.jsonl", case.id_of("J.c1")
        selected = ("--case", c1, "--why", "inspection 12", "--who", "vks-da-nang")
        code, printed, said = await lienthong("replay", *selected, "--to", str(file), "--yes")
        assert (code, printed) == (0, "")
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        assert f"{len(lines)} entries of case_id {c1}" in said
        wanted = {entry.id for entry in case.entries if _part(entry).startswith(c1)}
        assert wanted <= {line["id"] for line in lines}
        assert {line["part"].split(".")[1] for line in lines} == {"c1"}
        assert [line["index"] for line in lines] == sorted(line["index"] for line in lines)

        numbered = ("--case", "701/qđ-thads", *selected[2:])
        code, printed, _ = await lienthong("replay", *numbered, "--type", "case.decided", "--yes")
        assert {json.loads(line)["type"] for line in printed.splitlines()} == {"thads.case.decided"}
        _, listed, _ = await lienthong("replays", "--json")
        first, second = json.loads(listed)
        assert (first["who"], first["why"], first["count"]) == (
            "vks-da-nang",
            "inspection 12",
            len(lines),
        )
        assert first["first"] == f"{lines[0]['lane']}/{lines[0]['index']}"
        assert second["criteria"] == {"case_id": c1, "type": "thads.case.decided"}
        code, _, said = await lienthong("replay", *selected, "--to", str(file), "--yes")
        assert code == 1
        assert "it exists already" in said
        assert await case.door.counts() == before


async def test_a_replay_that_could_not_be_written_is_recorded_as_such(
    settings: Settings, lienthong: Lienthong
) -> None:
    async with archived(settings) as case:
        selected = ("--case", case.id_of("J.c1"), "--why", "inspection 12", "--yes")
        full_disk = os.open("/dev/full", os.O_WRONLY)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.cli", "replay", *selected),
            env=environment(settings),
            stdout=full_disk,
            stderr=asyncio.subprocess.PIPE,
        )
        os.close(full_disk)
        _, said = await process.communicate()
        assert process.returncode == 1
        assert said.decode().endswith("cannot be written: No space left on device\n")
        _, listed, _ = await lienthong("replays", "--json")
        assert [each["failed"] for each in json.loads(listed)] == ["No space left on device"]
        told = (await lienthong("replays"))[1]
        assert "(not all was written: No space left on device)" in told
        assert " (wall)  " in told  # the archive's own times are the story's


async def test_a_case_is_shown_to_operators_and_is_not_there_for_who_may_not_see_it(
    settings: Settings,
) -> None:
    async with archived(settings) as case:
        c1 = f"/v1/cases/{case.id_of('J.c1')}"
        whole: dict[str, Any] = (await case.door.ask(c1, agency=OPERATOR)).json()
        assert whole["state"] == "VOLUNTARY"
        assert whole["counts"]["refusals"] == 1
        assert whole["next"]
        unknown = await case.door.ask(f"/v1/cases/{new_id()}", agency=OPERATOR)
        assert unknown.status_code == 404
        wrong = await case.door.ask(f"{c1}?as_of=yesterday", agency=OPERATOR)
        assert (wrong.status_code, wrong.json()["code"]) == (400, "QUERY_MALFORMED")
        assert (await case.door.http.get(c1)).status_code == 401
        assert COURT != OPERATOR


async def test_a_hidden_case_takes_the_same_words_and_the_same_work_as_one_that_does_not_exist(
    settings: Settings,
) -> None:
    async with archived(settings) as case:
        hidden, number, unknown = case.id_of("J.c1"), "701/QĐ-THADS", "9/QĐ-THADS"
        for path in ("", "/timeline", "/clocks"):
            found = await looked_up(case, f"/v1/cases/{hidden}{path}")
            assert found == await looked_up(case, f"/v1/cases/{new_id()}{path}"), path
            assert found[0] == 404
            assert found[2] == ["given_of", *(("overdue", "seen") if path == "/clocks" else ())]
        for one, other in (
            (f"/{hidden}", f"/{new_id()}"),
            (f"?number={number}", f"?number={unknown}"),
        ):
            found, absent = [
                await looked_up(case, f"/console/cases{path}", cookie=True) for path in (one, other)
            ]
            assert (found[0], found[2]) == (absent[0], absent[2])
            assert found[0] == 404
            assert len(found[2]) == 1, found
            assert found[1].replace(hidden, "") == absent[1].replace(other[1:], "")
        seen = await looked_up(case, f"/v1/cases/{case.id_of('J')}", agency=COURT)
        assert (seen[0], seen[2]) == (200, ["given_of", "of_key"])


async def looked_up(
    case: Case, path: str, agency: str = "nh-song-cam", *, cookie: bool = False
) -> tuple[int, str, list[str]]:
    """Ask as an agency; return the status, the text, and the queries that the answer took."""
    asked: list[str] = []
    ask = Rows.ask

    async def noted(self: Rows, query: Any, **arguments: object) -> Any:
        if query.__name__ in _OF_CASES:
            asked.append(query.__name__)
        return await ask(self, query, **arguments)

    token = case.door.token(agency)
    headers = (
        {"Cookie": f"lienthong_token={token}"} if cookie else {"Authorization": f"Bearer {token}"}
    )
    with patch.object(Rows, "ask", noted):
        answer = await case.door.http.get(path, headers=headers)
    return answer.status_code, answer.text, asked
