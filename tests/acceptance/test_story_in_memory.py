"""The whole story, decided by the families alone: no row of it is scripted."""

from services.all import WORK
from services.simulator.story import rows
from tests.acceptance.memory_house import MemoryHouse, play


def test_every_row_of_the_story_becomes_what_the_law_makes_of_it() -> None:
    house = MemoryHouse(WORK)
    played = play(house, rows())
    assert played.surprises == []
    assert house.log.lines() == {}
