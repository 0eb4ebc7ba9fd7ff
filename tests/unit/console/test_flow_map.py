"""The picture of who reads what of whom, laid out."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.console.flow_map import WIDTH, Flow, Picture, drawn
from services.console.picture_file import PictureFile
from services.flows import picture, windows

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
    drawn_at = Picture(NOW, ())
    assert not drawn_at.is_stale(NOW + timedelta(seconds=10))
    assert drawn_at.is_stale(NOW + timedelta(seconds=11))
    assert drawn(drawn_at, str).edges == []


@given(st.lists(flows, max_size=30))
def test_nodes_lie_inside_the_drawing_and_no_two_on_one_spot(of: list[Flow]) -> None:
    drawing = drawn(Picture(NOW, tuple(of)), str)
    spots = [(node.x, node.y) for node in drawing.nodes]
    assert len(set(spots)) == len(spots)
    assert all(0 < x < WIDTH and 0 < y < drawing.height for x, y in spots)
    assert len(drawing.edges) == len(of)


def shown(tmp_path: Path, *flows: windows.Flow) -> Picture:
    """Return what the map shows of flows that were left in the home."""
    picture.write(tmp_path, picture.Picture(NOW.timestamp(), list(flows)))
    found = asyncio.run(PictureFile(tmp_path).latest())
    assert found is not None
    return found


def said(
    reader: str, *, events: int = 1, per_minute: float = 2.0, recorded_late: float | None = 10.0
) -> windows.Flow:
    last = NOW.timestamp()
    return windows.Flow(
        "toa", "thads.x.y", reader, events, per_minute, recorded_late, 0.1, last, buckets={}
    )


def test_all_that_one_agency_says_to_one_reader_is_one_flow(tmp_path: Path) -> None:
    found = shown(tmp_path, said("thads"), said("vks"), said("thads", events=3, recorded_late=30.0))
    assert found.at == NOW
    assert [(f.reader, f.rate, f.late) for f in found.flows] == [
        ("thads", 4.0, 25.0),
        ("vks", 2.0, 10.0),
    ]


def test_a_flow_that_fell_silent_has_no_delay(tmp_path: Path) -> None:
    found = shown(tmp_path, said("thads", events=0, per_minute=0.0, recorded_late=None))
    assert [(f.rate, f.late) for f in found.flows] == [(0.0, None)]


def test_without_a_file_there_is_no_picture(tmp_path: Path) -> None:
    assert asyncio.run(PictureFile(tmp_path).latest()) is None
    (tmp_path / picture.FILE).write_text("{")
    assert asyncio.run(PictureFile(tmp_path).latest()) is None
