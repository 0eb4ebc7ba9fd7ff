"""B9: a bad deploy must not park the world, and one agency's poison must not stop it."""

import pytest

from services.core.bus.deciding import Deciding
from services.core.bus.deploy_guard import WINDOW, DeployGuard
from services.core.bus.errors import BadDeploy
from services.core.bus.items import Item
from services.core.bus.letters import Letter, letter_of
from tests.hearings.contracts import CATALOGUE, CODEC
from tests.hearings.records import TOPICS, appended, requested, written
from tests.hearings.service import SERVICE

JUDGE = Deciding(SERVICE, TOPICS, CODEC, CATALOGUE)


def item(key: str, agency: str) -> Item:
    claim = requested(key, agency=agency)
    (record,) = appended((claim.topic, claim.partition), [written("gateway/0", [claim])])
    return JUDGE.ready(record, is_claim=True)


def items(count: int, keys: int, agencies: int) -> list[Item]:
    return [item(f"key-{n % keys}", f"agency-{n % agencies}") for n in range(count)]


def letters(of: list[Item]) -> list[Letter]:
    return [letter_of(each, ValueError("bug")) for each in of]


@pytest.mark.parametrize(
    ("failed", "keys", "agencies", "sound", "stops"),
    [
        (20, 3, 2, 0, True),
        (19, 3, 2, 0, False),  # too few to say
        (20, 2, 2, 0, False),  # two parts' histories
        (20, 20, 1, 0, False),  # one agency's poison
        (20, 3, 2, 79, True),  # 20 of 99
        (20, 3, 2, 80, False),  # 20 of 100 are a fifth and no more
        (40, 3, 2, 160, False),  # 40 of 200
        (41, 3, 2, 159, True),
    ],
)
def test_when_failures_look_like_the_codes(
    failed: int,
    keys: int,
    agencies: int,
    sound: int,
    stops: bool,  # noqa: FBT001  a column of the table
) -> None:
    guard = DeployGuard()
    guard.keep(guard.check(items(sound, 50, 5), []))
    bad = items(failed, keys, agencies)
    if stops:
        with pytest.raises(BadDeploy, match=f"{failed} of the last .* ValueError: bug"):
            guard.check(bad, letters(bad))
    else:
        guard.keep(guard.check(bad, letters(bad)))


def test_only_the_last_records_count() -> None:
    guard = DeployGuard()
    early = items(19, 5, 2)
    guard.keep(guard.check(early, letters(early)))
    guard.keep(guard.check(items(WINDOW - 1, 50, 5), []))
    late = items(19, 5, 2)
    guard.keep(guard.check(late, letters(late)))


def test_failures_of_several_batches_add_up() -> None:
    guard = DeployGuard()
    for _ in range(19):
        one = items(1, 1, 1)
        guard.keep(guard.check(one, letters(one)))
    more = items(5, 5, 2)
    with pytest.raises(BadDeploy):
        guard.check(more, letters(more))


def test_what_was_rolled_back_does_not_count() -> None:
    guard = DeployGuard()
    for _ in range(5):
        bad = items(19, 5, 2)
        guard.check(bad, letters(bad))


def test_what_waits_behind_a_letter_has_not_failed() -> None:
    guard = DeployGuard()
    waiting = items(60, 5, 2)
    behind = [Letter(each, "waits", "", 0, behind=True) for each in waiting]
    assert guard.check(waiting, behind) == [None] * 60
