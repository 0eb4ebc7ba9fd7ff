"""A record that is not ours is the letter of one service, whichever topic it stands in."""

from pathlib import Path

from services.all import assemble
from services.core.bus.service import Service, Topics
from services.core.settings import Settings


def _kept(service: Service, topics: Topics) -> set[str]:
    claims = {topics.submissions(family.name) for family in service.families}
    view = service.view
    archived = view.families if view is not None and view.keeps_foreign else ()
    return claims | {topics.events(family) for family in archived}


def test_every_topic_has_one_service_that_keeps_what_is_not_ours(tmp_path: Path) -> None:
    assembly = assemble(Settings(home=tmp_path))
    kept = {name: _kept(each, assembly.topics) for name, each in assembly.services.items()}
    for topic in assembly.all_topics:
        keepers = [name for name, topics in kept.items() if topic in topics]
        assert len(keepers) == 1, (topic, keepers)
        if topic.endswith(".submissions"):
            families = [family.name for family in assembly.services[keepers[0]].families]
            assert topic.split(".")[1] in families
