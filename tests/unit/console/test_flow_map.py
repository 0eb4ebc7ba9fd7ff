"""The picture of who reads what of whom, laid out."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.console.flow_map import WIDTH, Flow, Picture, drawn
from services.console.picture_file import FILE, PictureFile

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
COURT_TO_OFFICE = Flow("toa", "thads", 12.0, 3.0)
OFFICE_TO_BANK = Flow("thads", "bank", 3.0, 40.0)
SILENT = Flow("thads", "toa", 0.0, 9_000.0)

slugs = st.sampled_from([f"agency-{n}" for n in range(12)])
flows = st.builds(Flow, slugs, slugs, st.floats(0, 1e6), st.floats(0, 1e9))


def test_an_agency_that_sends_and_reads_stands_on_both_sides() -> None:
    drawing = drawn(Picture(NOW, (COURT_TO_OFFICE, OFFICE_TO_BANK)), str.upper)
    assert [(node.name, node.is_left) for node in drawing.nodes] == [
        ("THADS", True),
        ("TOA", True),
        ("BANK", False),
        ("THADS", False),
    ]


def test_the_busiest_edge_is_the_widest_and_a_silent_one_is_dashed() -> None:
    edges = drawn(Picture(NOW, (COURT_TO_OFFICE, OFFICE_TO_BANK, SILENT)), str).edges
    assert [edge.width for edge in edges] == sorted((e.width for e in edges), reverse=True)
    assert [edge.is_quiet for edge in edges] == [False, False, True]


def test_a_picture_grows_stale_in_ten_seconds() -> None:
    picture = Picture(NOW, ())
    assert not picture.is_stale(NOW + timedelta(seconds=10))
    assert picture.is_stale(NOW + timedelta(seconds=11))
    assert drawn(picture, str).edges == []


@given(st.lists(flows, max_size=30))
def test_nodes_lie_inside_the_drawing_and_no_two_on_one_spot(of: list[Flow]) -> None:
    drawing = drawn(Picture(NOW, tuple(of)), str)
    spots = [(node.x, node.y) for node in drawing.nodes]
    assert len(set(spots)) == len(spots)
    assert all(0 < x < WIDTH and 0 < y < drawing.height for x, y in spots)
    assert len(drawing.edges) == len(of)


def picture_of(*flows: dict[str, object]) -> Picture | None:
    with tempfile.TemporaryDirectory() as home:
        said = {"written_at": NOW.timestamp(), "flows": flows, "offsets": {}}
        (Path(home) / FILE).write_bytes(msgspec.json.encode(said))
        return asyncio.run(PictureFile(Path(home)).latest())


def said(reader: str, **more: object) -> dict[str, object]:
    return {
        "agency": "toa",
        "type": "thads.x.y",
        "reader": reader,
        "events": 1,
        "per_minute": 2.0,
        "recorded_late": 10.0,
        "last_at": NOW.timestamp(),
        "buckets": {},
        **more,
    }


def test_all_that_one_agency_says_to_one_reader_is_one_flow() -> None:
    picture = picture_of(said("thads"), said("vks"), said("thads", events=3, recorded_late=30.0))
    assert picture is not None
    assert picture.at == NOW
    assert [(f.reader, f.rate, f.late) for f in picture.flows] == [
        ("thads", 4.0, 25.0),
        ("vks", 2.0, 10.0),
    ]


def test_a_flow_that_fell_silent_has_no_delay() -> None:
    picture = picture_of(said("thads", events=0, per_minute=0.0, recorded_late=None))
    assert picture is not None
    assert [(f.rate, f.late) for f in picture.flows] == [(0.0, None)]


def test_without_a_file_there_is_no_picture(tmp_path: Path) -> None:
    assert asyncio.run(PictureFile(tmp_path).latest()) is None
    (tmp_path / FILE).write_text("{")
    assert asyncio.run(PictureFile(tmp_path).latest()) is None
