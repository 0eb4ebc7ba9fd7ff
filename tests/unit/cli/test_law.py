"""A lawyer checks the system with nothing but `lienthong law`."""

import json
from collections.abc import Callable, Sequence

import pytest

from services.cli.errors import FAILED
from services.cli.main import run

Say = Callable[..., str]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    def say(*arguments: str, code: int = 0) -> str:
        assert run(["law", *arguments]) == code
        captured = capsys.readouterr()
        return captured.err if code else captured.out

    return say


def test_due_is_one_object_with_just_these_keys(say: Say) -> None:
    assert json.loads(say("due", "L-36-1", "--from", "2026-08-27", "--json")) == {
        "rule": "L-36-1",
        "version": "R2026",
        "start": "2026-08-27",
        "due": "2026-09-08T00:00:00+07:00",  # 24:00 of the 7th
        "verified": True,
    }


@pytest.mark.parametrize(
    ("arguments", "rule", "version", "due"),
    [
        (["L-36-1", "--from", "2020-08-17"], "O-45-1", "R2015", "2020-08-28T00:00:00+07:00"),
        (
            ["L-36-1", "--from", "2020-08-17", "--version", "r2026"],
            "L-36-1",
            "R2026",
            "2020-08-28T00:00:00+07:00",
        ),
        (
            ["l-67-2", "--from", "2026-09-08T09:10:00Z"],
            "L-67-2",
            "R2026",
            "2026-09-09T16:10:00+07:00",
        ),
    ],
)
def test_the_version_is_that_of_the_day_unless_one_is_named(
    arguments: list[str], rule: str, version: str, due: str, say: Say
) -> None:
    told = json.loads(say("due", *arguments, "--json"))
    assert (told["rule"], told["version"], told["due"]) == (rule, version, due)


def test_due_says_the_day_and_how_sure_it_is(say: Say) -> None:
    assert "đến   24:00 thứ Hai 07-09-2026" in say("due", "L-36-1", "--from", "2026-08-27")
    told = say("due", "D-27-2", "--from", "2026-09-08")
    assert "verified: false (mặc định, chưa đối chiếu)" in told
    told = say("due", "L-95-1", "--from", "2026-11-20", "--lang", "en")
    assert "due   24:00 Thu 2026-11-26" in told
    assert "verified: false (a day off is not announced)" in told


def test_explain_prints_the_count_day_by_day(say: Say) -> None:
    told = say("explain", "L-34-2", "--from", "2026-08-19")
    assert [line.split()[0] for line in told.splitlines()[:7]] == ["-", *"123", "-", *"45"]
    assert "   -  Chủ nhật 23-08-2026  Chủ nhật" in told
    assert "   3  thứ Bảy 22-08-2026\n" in told
    told = say("explain", "L-83-14", "--from", "2026-11-25", "--lang", "en")
    assert "   -  Tue 2026-11-24  Vietnam Cultural Day  [not verified]" in told
    assert "last  Tue 2026-11-24 (only later may be refused)" in told


def test_show_says_all_there_is_and_from_when_to_when_it_holds(say: Say) -> None:
    told = say("show", "L-37-1")
    assert "9 ngày" in told
    assert "verified: false (chưa kiểm chứng)" in told
    assert "R2015 (O-44-1/normal, 2015-07-01 – 2026-06-30)" in told
    told = say("show", "o-140-1", "--lang", "en")
    assert "filing a complaint: blockade of an account" in told
    assert "3 working days" in told


def test_list_has_a_line_for_each_rule_and_marks_what_is_not_verified(say: Say) -> None:
    lines = say("list", "--version", "R2026").splitlines()
    assert sum(line.startswith("L-") for line in lines) == 179
    assert next(line for line in lines if line.startswith("L-37-1 ")).endswith("[chưa kiểm chứng]")
    assert any(line.startswith("K-SILENCE ") for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        "~ changed    O-44-1/normal → L-37-1: 10 days → 9 days",
        "~ changed    O-74-2/land → L-83-1: 3 months → 15 days",
        "- gone       O-140-1/blockade: 3 working days",  # no longer apart from other security
        "+ new        L-38-7: 2 years",
        "- gone       D-9-4: 3 working days",
        "- gone       O-78-1: 30 %",
    ],
)
def test_diff_shows_what_the_new_law_changed(line: str, say: Say) -> None:
    told = say("diff", "R2015", "R2026", "--lang", "en")
    assert line in told
    assert " O-45-1 → L-36-1" not in told  # the same as before


def reasons(told: Sequence[dict[str, object]]) -> list[tuple[object, object]]:
    return [(each["code"], each["effect"]) for each in told]


def test_forbids_is_one_object_with_just_these_keys(say: Say) -> None:
    told = json.loads(say("forbids", "2026-10-10T05:00+07:00", "2026-10-10T09:00+07:00", "--json"))
    assert set(told) == {"forbidden", "reasons", "next_allowed"}
    assert told["forbidden"] is True
    assert told["next_allowed"] == "2026-10-12T06:00:00+07:00"
    assert reasons(told["reasons"]) == [("FORBIDDEN_HOURS", "refuse"), ("FORBIDDEN_DAY", "refuse")]


def test_what_is_not_verified_is_a_note_and_forbids_nothing(say: Say) -> None:
    tet = ("2027-02-22T08:00+07:00", "2027-02-22T11:00+07:00", "--force", "--json")
    told = json.loads(say("forbids", *tet))
    assert (told["forbidden"], reasons(told["reasons"])) == (False, [("FORBIDDEN_TET", "note")])
    told = say("forbids", "2026-11-24T08:00+07:00", "2026-11-24T11:00+07:00")
    assert told.startswith("được cưỡng chế\n")
    assert "Ngày Văn hóa Việt Nam [chưa kiểm chứng]" in told
    assert say("forbids", "2026-10-14T08:00+07:00", "2026-10-14T11:00+07:00") == (
        "được cưỡng chế\n"
    )


@pytest.mark.parametrize(
    ("arguments", "trouble"),
    [
        (["due", "L-36-11", "--from", "2026-08-27"], "near it are L-36-1"),
        (["show", "X"], "`lienthong law list` names all"),
        (["due", "O-140-1", "--from", "2020-01-01"], "name one of O-140-1/a"),
        (["due", "L-38-7", "--from", "2020-01-01"], "holds in R2026 (since 2026-07-01)"),
        (["due", "O-45-1", "--from", "2011-06-29"], "its text has not been read"),
        (["due", "L-36-1", "--from", "soon"], "soon: expected a day"),
        (["due", "L-36-1", "--from", "2026-08-27T09:00"], "with its distance from UTC"),
        (["due", "L-36-1", "--from", "2026-08-27", "--version", "R1999"], "no version R1999"),
        (["diff", "R2026", "R2015"], "name the older version first"),
        (
            ["forbids", "2026-10-14T09:00+07:00", "2026-10-14T08:00+07:00"],
            "is not after 2026-10-14T09:00+07:00",
        ),
    ],
)
def test_a_trouble_is_one_line_that_says_what_to_do(
    arguments: list[str], trouble: str, say: Say
) -> None:
    told = say(*arguments, code=FAILED)
    assert trouble in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("rule", ["L-37-6", "L-36-1", "L-67-2", "L-80-1"])
def test_midnight_is_the_first_moment_of_its_day(rule: str, say: Say) -> None:
    day, midnight = "2026-09-08", "2026-09-08T00:00+07:00"
    told = [say("explain", rule, "--from", start) for start in (day, midnight)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "start", ["9999-12-31", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "0001-01-01"]
)
def test_a_day_too_far_away_is_refused_in_one_line(start: str, say: Say) -> None:
    said = say("due", "L-37-6", "--from", start, code=FAILED)
    assert said.count("\n") == 1
    assert "expected a day of the years 1000 to 8999" in said


def test_what_hangs_on_a_year_whose_days_off_are_not_known_is_not_verified(say: Say) -> None:
    assert not json.loads(say("due", "L-37-6", "--from", "2126-10-12", "--json"))["verified"]
    hours = ("2126-10-12T08:00+07:00", "2126-10-12T11:30+07:00")
    told = json.loads(say("forbids", *hours, "--force", "--json"))
    assert not told["forbidden"]
    assert [each["verified"] for each in told["reasons"]] == [False]
