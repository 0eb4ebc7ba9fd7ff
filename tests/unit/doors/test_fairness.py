import asyncio

import pytest

from services.core.doors.fairness import RoundRobin, Turns
from services.core.doors.problems import Problem


def queue(items: str) -> RoundRobin[str]:
    """A queue of items named by their sender and their place, as `a1 a2 b1`."""
    found: RoundRobin[str] = RoundRobin()
    for item in items.split():
        found.put(item[0], item)
    return found


@pytest.mark.parametrize(
    ("put", "given"),
    [
        ("a1 a2 a3 a4 b1", "a1 b1 a2 a3 a4"),
        ("a1 a2 b1 b2 c1", "a1 b1 c1 a2 b2"),
        ("a1", "a1"),
    ],
)
def test_senders_take_turns_and_each_keeps_its_order(put: str, given: str) -> None:
    waiting = queue(put)
    assert len(waiting) == len(put.split())
    assert " ".join(waiting.pop() for _ in range(len(waiting))) == given
    assert not waiting


def test_what_is_discarded_takes_no_turn() -> None:
    waiting = queue("a1 a2 b1")
    waiting.discard("a", "a1")
    waiting.discard("a", "a1")
    waiting.discard("c", "c1")
    assert (len(waiting), waiting.count("a")) == (2, 1)
    assert [waiting.pop(), waiting.pop()] == ["a2", "b1"]


async def until_quiet() -> None:
    """Let every task go on as far as it can by itself."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_asks_once_waits_for_one_other_and_not_for_all_of_them() -> None:
    turns, had = Turns(10), list[str]()

    async def once(name: str) -> None:
        async with turns.take(name[0]):
            had.append(name)
            await asyncio.sleep(0)

    names = ["a1", "a2", "a3", "a4", "b1"]
    await asyncio.gather(*(once(name) for name in names))
    assert had == ["a1", "a2", "b1", "a3", "a4"]


async def test_one_sender_may_wait_only_so_often() -> None:
    turns, end = Turns(2), asyncio.Event()

    async def hold(sender: str) -> None:
        async with turns.take(sender):
            await end.wait()

    tasks = [asyncio.create_task(hold(sender)) for sender in "aaab"]
    await until_quiet()
    with pytest.raises(Problem) as found:
        await hold("a")
    assert (found.value.code, bool(found.value.retry_after)) == ("TOO_MANY", True)
    end.set()
    await asyncio.gather(*tasks)
    await hold("a")


@pytest.mark.parametrize("has_its_turn", [True, False])
async def test_a_sender_that_goes_leaves_the_turn_to_the_next(*, has_its_turn: bool) -> None:
    turns, end, tasks = Turns(2), asyncio.Event(), dict[str, asyncio.Task[None]]()

    async def hold(sender: str) -> None:
        async with turns.take(sender):
            await end.wait()
        if sender == "a" and has_its_turn:  # the next one has the turn and does not know it yet
            tasks["b"].cancel()

    for sender in "abc":
        tasks[sender] = asyncio.create_task(hold(sender))
    await until_quiet()
    if not has_its_turn:
        tasks["b"].cancel()
    end.set()
    with pytest.raises(asyncio.CancelledError):
        await tasks["b"]
    await asyncio.gather(tasks["a"], tasks["c"])
    await hold("b")
