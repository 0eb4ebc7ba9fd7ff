import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.doors.json_body import MAX_BYTES
from services.core.doors.problems import Problem
from services.gateway.body import read

GOOD: dict[str, Any] = {
    "type": "thads.judgment.issued",
    "occurred_at": "2026-08-03T09:00:00+07:00",
    "data": {"judgment_no": "41/2026/DS-PT", "items": [{"item_no": 1}]},
}
JSON = "application/json"
FACT = "9cb9bfc1-28f0-5a3e-9a1b-0c9d8e7f6a5b"


def turned_away(body: bytes, content_type: str = JSON, encoding: str | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        read(body, content_type, encoding)
    return caught.value


def with_(**members: Any) -> bytes:
    return json.dumps({**GOOD, **members}).encode()


def test_a_submission_is_read_with_its_time_in_utc() -> None:
    said = read(with_(officer="thu-ky-hoa"), "application/json; charset=UTF-8")
    assert said.type == "thads.judgment.issued"
    assert said.occurred_at == datetime(2026, 8, 3, 2, tzinfo=UTC)
    assert said.officer == "thu-ky-hoa"
    assert said.role is None


def test_the_same_body_in_another_spelling_has_the_same_canonical_form() -> None:
    spaced = json.dumps(dict(reversed(GOOD.items())), indent=3).encode()
    assert read(with_(), JSON).canonical == read(spaced, JSON).canonical
    assert read(with_(role="COURT"), JSON).canonical != read(with_(), JSON).canonical


def test_what_a_submission_undoes_is_a_part_of_its_body() -> None:
    corrects, withdraws = read(with_(corrects=FACT), JSON), read(with_(withdraws=FACT), JSON)
    assert (corrects.corrects, corrects.withdraws) == (FACT, None)
    assert (withdraws.corrects, withdraws.withdraws) == (None, FACT)
    assert len({read(with_(), JSON).canonical, corrects.canonical, withdraws.canonical}) == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "line 1 column 1"),
        (b'{"type": ', "line 1 column 10"),
        (b"[]", "not an object"),
        (b'"text"', "not an object"),
        (b'{"type": "a", "type": "b"}', "the same key twice"),
        (b'{"data": {"x": {"a": 1, "a": 1}}}', "the same key twice"),
        (b'{"data": {"amount": NaN}}', "NaN and Infinity"),
        (b'{"data": {"amount": -Infinity}}', "NaN and Infinity"),
        (b'{"data": {"amount": 1e999}}', "too large"),
        (b'{"data": {"amount": ' + b"9" * 5_000 + b"}}", "too many digits"),
        (b'{"data": ' + b"[" * 100_000, "nested deeper"),
        (b'{"data": ' + b"[" * 30 + b"]" * 30 + b"}", "nested deeper"),
        ('{"type": "xử"}'.encode("utf-16"), "is not UTF-8"),
        (b'{"type": "\xff"}', "byte 10 is not UTF-8"),
        (b'\xef\xbb\xbf{"type": "a"}', "line 1 column 1"),
        (b'{"type": "a"} {"type": "b"}', "line 1 column 15"),
        (b'{"type": "line\nbreak"}', "control character"),
    ],
)
def test_what_is_not_one_json_object_is_no_submission(body: bytes, said: str) -> None:
    problem = turned_away(body)
    assert problem.code == "NOT_JSON"
    assert problem.status == 400
    assert said in problem.flaws[0].detail


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("text/plain", None),
        ("", None),
        ("application/json; charset=iso-8859-1", None),
        ("application/json; charset=utf-16", None),
        ("application/json", "gzip"),
    ],
)
def test_only_plain_json_in_utf_8_is_read(content_type: str, encoding: str | None) -> None:
    problem = turned_away(with_(), content_type, encoding)
    assert (problem.code, problem.status) == ("NOT_UTF8_JSON", 415)


def test_a_body_of_two_megabytes_is_too_large() -> None:
    problem = turned_away(b" " * 2_000_000)
    assert (problem.code, problem.status) == ("TOO_LARGE", 413)
    assert str(MAX_BYTES) in problem.flaws[0].detail


@pytest.mark.parametrize(
    ("members", "pointers"),
    [
        ({"colour": "red", "nguyen_van_a": 1, "012345678901": 1}, ["/?"]),
        ({"Nguyễn Văn A, CCCD 012345678901": 1}, ["/?"]),
        ({"type": 7, "data": []}, ["/type", "/data"]),
        ({"officer": None}, ["/officer"]),
        ({"occurred_at": "2026-08-03T09:00:00"}, ["/occurred_at"]),
        ({"occurred_at": "yesterday"}, ["/occurred_at"]),
        ({"occurred_at": ""}, ["/occurred_at"]),
        ({"occurred_at": 1754186400}, ["/occurred_at"]),
        ({"occurred_at": "2026-02-30T09:00:00+07:00"}, ["/occurred_at"]),
        ({"data": {"judgment_no": "41\u0000"}}, ["/data/judgment_no"]),
        ({"data": {"parties": [{"ref": "\ud800"}]}}, ["/data/parties/0/ref"]),
        ({"data": {"\u001b[31m": 1}}, ["/data"]),
        ({"role": "COURT\u007f"}, ["/role"]),
        ({"corrects": "41"}, ["/corrects"]),
        ({"corrects": None}, ["/corrects"]),
        ({"corrects": 7, "withdraws": FACT.upper()}, ["/corrects", "/withdraws", "/withdraws"]),
        ({"withdraws": FACT.replace("-", "")}, ["/withdraws"]),
        ({"corrects": FACT, "withdraws": FACT}, ["/withdraws"]),
    ],
)
def test_a_wrong_member_is_named_by_its_pointer(
    members: dict[str, Any], pointers: list[str]
) -> None:
    problem = turned_away(with_(**members))
    assert (problem.code, problem.status) == ("MALFORMED", 422)
    assert [flaw.pointer for flaw in problem.flaws] == pointers


def test_every_missing_member_is_named_at_once() -> None:
    problem = turned_away(b"{}")
    assert [flaw.pointer for flaw in problem.flaws] == ["/type", "/occurred_at", "/data"]


@given(st.binary() | st.text().map(str.encode))
def test_whatever_comes_is_read_or_is_a_problem(body: bytes) -> None:
    turned_away(body)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)) | st.text(max_size=4), values))
def test_whatever_members_come_are_read_or_are_a_problem(members: dict[str, Any]) -> None:
    turned_away(json.dumps({"surplus": 1, **members}).encode(errors="surrogatepass"))
