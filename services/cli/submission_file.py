"""A file of submissions: one JSON object, or JSON lines, in UTF-8.

What people have in files is refused in one line that names the line and the member: another
encoding, a member that stands twice, a key that cannot be a header.
"""

import json
import sys
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from services.cli.errors import CommandError
from services.cli.times import shown

_LONGEST_KEY: Final = 255


class Written(NamedTuple):
    """A submission as it stands in a file."""

    agency: str
    key: str | None  #: None: its content makes it
    submission: dict[str, Any]


def read(file: Path) -> list[Written]:
    """Read the submissions of a file, `-` for standard input. Raises CommandError."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except ValueError:  # a path that the system cannot take
        raise CommandError(f"{str(file)!a}: there is no such file") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CommandError(
            f"{file}, line {line}: expected UTF-8; save it in that encoding"
        ) from None
    return [_written(each, f"{file}, line {line}") for line, each in _objects(text, file)]


def _objects(text: str, file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each object with the number of its line; of the whole text, line 1."""
    if not text.strip():
        raise CommandError(f"{file}: it is empty; expected a JSON object or JSON lines")
    try:
        yield 1, _object(text, f"{file}, line 1")
    except json.JSONDecodeError as not_one:
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        for number, line in lines:
            where = f"{file}, line {number}"
            try:
                yield number, _object(line, where)
            except json.JSONDecodeError as error:
                if number == lines[0][0]:  # so it is no JSON lines either
                    raise CommandError(
                        f"{file}, line {not_one.lineno}, column {not_one.colno}: neither a JSON "
                        f"object nor JSON lines"
                    ) from None
                raise CommandError(f"{where}, column {error.colno}: no JSON object") from None


def _object(text: str, where: str) -> dict[str, Any]:
    """Read one object. Raises JSONDecodeError where the text is no JSON, else CommandError."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise CommandError(f"{where}: the member {shown(twice)} stands twice in one object")
        return found

    def no_number(text: str) -> NoReturn:
        raise CommandError(f"{where}: {text} is no number of JSON")

    def fraction(text: str) -> float:
        number = float(text)
        return number if isfinite(number) else no_number(text)

    try:
        found = json.loads(
            text, object_pairs_hook=members, parse_constant=no_number, parse_float=fraction
        )
    except RecursionError:
        raise CommandError(f"{where}: it is nested too deep") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # a number of more digits than Python reads
        raise CommandError(f"{where}: a number is too long") from None
    if not isinstance(found, dict):
        raise CommandError(f"{where}: expected a JSON object")
    return found


def _written(found: dict[str, Any], where: str) -> Written:
    agency, key = found.pop("agency", None), found.pop("key", None)
    if not isinstance(agency, str) or not agency:
        raise CommandError(f"{where}, member agency: expected the short name of an agency")
    is_key = isinstance(key, str) and 0 < len(key) <= _LONGEST_KEY
    if key is not None and not (is_key and all("!" <= letter <= "~" for letter in key)):
        raise CommandError(
            f"{where}, member key: expected 1 to {_LONGEST_KEY} visible ASCII characters"
        )
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise CommandError(f"{where}: half a surrogate pair is no letter") from None
    except RecursionError:
        raise CommandError(f"{where}: it is nested too deep") from None
    return Written(agency, key, found)
