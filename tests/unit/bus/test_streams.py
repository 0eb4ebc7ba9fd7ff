"""Hot streams stay at hand, as many as the lane may keep; what a batch put is forgotten or kept."""

import msgspec
import pytest

from services.core.bus.errors import BadDeploy
from services.core.bus.items import Stored
from services.core.bus.streams import Streams
from tests.hearings import domain
from tests.hearings.service import SERVICE


def known(requests: int) -> domain.KnownOfHearing:
    return domain.KnownOfHearing(domain.Hearing(requests))


def row(name: str, version: int, sequence: int, requests: int) -> tuple[str, int, int, bytes]:
    return (name, version, sequence, msgspec.msgpack.encode(known(requests)))


def test_what_was_read_is_at_hand_with_its_version() -> None:
    streams = Streams(SERVICE)
    assert streams.missing(["hearing/a", "hearing/b", "hearing/a"]) == ["hearing/a", "hearing/b"]
    streams.learn([row("hearing/a", 4, 9, 2)])
    assert streams.missing(["hearing/a", "hearing/b"]) == ["hearing/b"]
    assert streams.get("hearing/a") == Stored(known(2), 4, 9)
    assert streams.get("hearing/b") is None


def test_several_changes_in_one_batch_are_one_version() -> None:
    streams = Streams(SERVICE)
    streams.learn([row("hearing/a", 4, 9, 2)])
    streams.put("hearing/a", Stored(known(3), 5, 10))
    assert streams.get("hearing/a") == Stored(known(3), 5, 10)
    streams.put("hearing/a", Stored(known(4), 6, 11))
    assert streams.ahead == {"hearing/a": Stored(known(4), 5, 11)}
    streams.put("hearing/new", Stored(known(1), 1, 1))
    streams.put("hearing/new", Stored(known(2), 2, 2))
    assert streams.ahead["hearing/new"].version == 1


def test_what_is_rolled_back_was_never_put() -> None:
    streams = Streams(SERVICE)
    streams.learn([row("hearing/a", 4, 9, 2)])
    streams.put("hearing/a", Stored(known(3), 5, 10))
    streams.put("hearing/b", Stored(known(1), 1, 1))
    streams.rollback()
    assert streams.ahead == {}
    assert streams.get("hearing/a") == Stored(known(2), 4, 9)
    assert streams.get("hearing/b") is None
    assert streams.missing(["hearing/b"]) == ["hearing/b"]


def test_what_is_committed_stays_and_the_next_batch_begins_after_it() -> None:
    streams = Streams(SERVICE)
    streams.put("hearing/a", Stored(known(1), 1, 1))
    streams.commit()
    assert streams.ahead == {}
    assert streams.get("hearing/a") == Stored(known(1), 1, 1)
    streams.put("hearing/a", Stored(known(2), 2, 2))
    assert streams.ahead["hearing/a"].version == 2


def test_the_streams_longest_unchanged_are_let_go() -> None:
    streams = Streams(SERVICE, kept=3)
    for name in "abc":
        streams.put(f"hearing/{name}", Stored(known(1), 1, 1))
        streams.commit()
    streams.put("hearing/a", Stored(known(2), 2, 2))
    streams.put("hearing/d", Stored(known(1), 1, 1))
    streams.commit()
    assert streams.missing([f"hearing/{name}" for name in "abcd"]) == ["hearing/b"]


def test_all_that_one_batch_needs_is_at_hand_however_much_it_is() -> None:
    streams = Streams(SERVICE, kept=3)
    names = [f"hearing/{n}" for n in range(10)]
    streams.learn([row(name, 1, 1, 1) for name in names])
    assert streams.missing(names) == []
    streams.commit()
    assert len(streams.missing(names)) == 7


@pytest.mark.parametrize("stored", [b"", b"\xc1", msgspec.msgpack.encode({"hearing": 7})])
def test_a_state_that_this_code_cannot_read_stops_the_lane(stored: bytes) -> None:
    with pytest.raises(BadDeploy, match=r"hearing/a: this code cannot read the state.*Deploy code"):
        Streams(SERVICE).learn([("hearing/a", 1, 1, stored)])
