"""What people have in files is read, or refused in one line that names the line and the member."""

from pathlib import Path

import pytest

from services.cli.errors import CommandError
from services.cli.submission_file import read

ONE = '{"agency": "toa-da-nang", "type": "thads.judgment.issued", "data": {"n": 1}}'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "claims.jsonl"


@pytest.mark.parametrize(
    "content",
    [
        ONE.encode(),
        ONE.encode("utf-8-sig"),
        f"\n{ONE}\r\n\r\n".encode(),
        ONE.replace(", ", ",\n  ").encode(),
    ],
    ids=["plain", "byte order mark", "empty lines and CRLF", "over several lines"],
)
def test_one_submission_is_read(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    (found,) = read(file)
    assert (found.agency, found.key) == ("toa-da-nang", None)
    assert found.submission == {"type": "thads.judgment.issued", "data": {"n": 1}}


def test_each_line_is_a_submission_with_its_key(file: Path) -> None:
    file.write_text(f'{ONE}\n{ONE[:-1]}, "key": "so-41"}}\n')
    assert [each.key for each in read(file)] == [None, "so-41"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b" \r\n\n", "it is empty"),
        (ONE.encode() + b"\n" + ONE.replace("1", "Đà").encode("utf-16"), "line 2: expected UTF-8"),
        ("Đà Nẵng".encode("utf-16"), "line 1: expected UTF-8"),
        (b'\n{"x": "Th\xe0nh ph\xf4"}', "line 2: expected UTF-8"),
        (b'{"type": "a", "type": "b"}', "line 1: the member type stands twice"),
        (b'{"data": {"x": 1, "x": 1}}', "line 1: the member x stands twice"),
        (b'{"data": NaN}', "line 1: NaN is no number"),
        (b'{"data": -Infinity}', "line 1: -Infinity is no number"),
        (b'{"data": 1e999}', "line 1: 1e999 is no number"),
        (b'{"data": ' + b"9" * 5000 + b"}", "line 1: a number is too long"),
        (b'{"data": ' + b"[" * 3000 + b"]" * 3000 + b"}", "line 1: it is nested too deep"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "line 1: it is nested too deep"),
        (b"[1]", "line 1: expected a JSON object"),
        (b'{"agency": ["toa-da-nang"]}', "line 1, member agency"),
        (b'{"type": "a"}', "line 1, member agency"),
        (ONE[:-1].encode() + b', "key": 41}', "line 1, member key"),
        (ONE[:-1].encode() + ', "key": "số-41"}'.encode(), "line 1, member key"),
        (ONE[:-1].encode() + b', "key": "a\\nb"}', "line 1, member key"),
        (ONE[:-1].encode() + b', "key": ""}', "line 1, member key"),
        (ONE[:-1].encode() + b', "x": "\\ud800"}', "line 1: half a surrogate pair"),
        (ONE.encode() + b"\n{no", "line 2, column 2: no JSON object"),
        (b"no", "line 1, column 1: neither a JSON object nor JSON lines"),
    ],
)  # fmt: skip
def test_what_is_no_submission_is_named_by_line_and_member(
    file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(CommandError, match=f"^{file}") as raised:
        read(file)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path, Path("\0")):
        with pytest.raises(CommandError):
            read(path)
