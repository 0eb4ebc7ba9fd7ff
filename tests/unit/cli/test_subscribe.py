"""The place of a subscription moves as far as its reader has read, and no further."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest

from services.cli.subscribe import Event, Place, print_events

FEED = [Event(number, msgspec.Raw(b'{"a":"%d"}' % number)) for number in range(1, 106)]


def line_of(reading: int) -> bytes:
    line = b""
    while not line.endswith(b"\n") and (letter := os.read(reading, 1)):
        line += letter
    return line


@pytest.fixture
def pipe() -> Iterator[tuple[int, BinaryIO]]:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as out:
        yield reading, out


async def test_what_waits_in_the_pipe_of_a_reader_that_ends_is_shown_again(
    tmp_path: Path, pipe: tuple[int, BinaryIO]
) -> None:
    reading, out = pipe
    printing = asyncio.create_task(print_events(FEED, Place(tmp_path / "place", None), out))
    assert b'"number":1,' in await asyncio.to_thread(line_of, reading)
    assert b'"number":2,' in await asyncio.to_thread(line_of, reading)
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        await printing
    assert Place(tmp_path / "place", None).number == 2


async def test_a_reader_that_goes_at_once_leaves_the_place_where_it_was(
    tmp_path: Path, pipe: tuple[int, BinaryIO]
) -> None:
    reading, out = pipe
    os.close(reading)
    with pytest.raises(BrokenPipeError):
        await print_events(FEED, Place(tmp_path / "place", None), out)
    assert Place(tmp_path / "place", None).number == 0


async def test_a_reader_that_reads_all_moves_the_place_to_the_last(
    tmp_path: Path, pipe: tuple[int, BinaryIO]
) -> None:
    reading, out = pipe
    place = Place(tmp_path / "place", None)
    printing = asyncio.create_task(print_events(FEED, place, out))
    for _ in FEED:
        await asyncio.to_thread(line_of, reading)
    await printing
    os.close(reading)
    assert place.number == len(FEED)


async def test_a_file_has_taken_what_was_written(tmp_path: Path) -> None:
    place = Place(tmp_path / "place", None)
    with (tmp_path / "out").open("wb") as out:
        await print_events(FEED, place, out)
    assert place.number == len((tmp_path / "out").read_bytes().splitlines()) == len(FEED)
