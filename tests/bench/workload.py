"""The claims that every contender is given, numbered and chained as gateways do."""

from datetime import UTC, date, datetime
from itertools import islice
from typing import Final

from services.core.bus.chain import Tail, number
from services.core.bus.kafka import Sender
from services.core.bus.record import Outgoing
from services.core.bus.service import Topics
from services.core.contracts.catalogue_file import load_catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.envelope import Envelope
from services.core.contracts.events import judgment
from services.core.contracts.events.records import Item, Party
from services.core.contracts.identifiers import new_id
from services.core.contracts.partitions import partition_of
from services.core.contracts.schemas import load_schemas
from services.core.settings import Settings

CATALOGUE: Final = load_catalogue()
CODEC: Final = Codec(CATALOGUE, load_schemas())
HOT: Final = 2_000


def claim(topics: Topics, judgment_id: str) -> Outgoing:
    """A judgment of one item between two parties, about 330 bytes."""
    event = judgment.Issued(
        judgment_id=judgment_id,
        court_id="toa-da-nang",
        judgment_no="41/2026/DS-PT",
        kind="CIVIL",
        issued_on=date(2026, 8, 3),
        enforceable="ON_EFFECT",
        parties=[
            Party(ref=f"{judgment_id}.p1", kind="PERSON"),
            Party(ref=f"{judgment_id}.p2", kind="ORGANISATION"),
        ],
        items=[
            Item(
                item_no=1,
                nature="MONEY",
                initiative="ON_REQUEST",
                creditor=f"{judgment_id}.p2",
                debtor=f"{judgment_id}.p1",
                amount=1_200_000_000,
            )
        ],
    )
    id_, now = new_id(), datetime.now(UTC)
    envelope = Envelope(
        id=id_,
        type=event.TYPE,
        agency="toa-da-nang",
        officer="thu-ky-hoa",
        subject=judgment_id,
        occurred_at=now,
        traceparent=f"00-{'1' * 32}-{'2' * 16}-01",
        sequence=0,
        recorded_at=now,
        law="R2026",
        heard="",
        causation=id_,
        correlation=id_,
        index=0,
        count=0,
        accepted_at=now,
        role="COURT",
        asker="",
    )
    return Outgoing(
        topics.submissions("judgment"),
        partition_of(judgment_id, topics.partitions),
        judgment_id,
        CODEC.encode(event),
        envelope,
    )


async def preload(settings: Settings, count: int, *, hot: bool) -> None:
    """Put claims into the submissions topic: over 2,000 judgments, or each about a new one."""
    topics = Topics(settings.topic_prefix, settings.partitions)
    keys = [new_id() for _ in range(HOT if hot else count)]
    claims = (claim(topics, keys[n % len(keys)]) for n in range(count))
    tails: dict[int, Tail] = {}
    sender = Sender(settings)
    await sender.start()
    while batch := list(islice(claims, 4_000)):
        for partition in range(settings.partitions):
            target = (topics.submissions("judgment"), partition)
            chunk = number(
                f"gateway/{partition}",
                target,
                tails.get(partition, Tail()),
                [each for each in batch if each.partition == partition],
            )
            tails[partition] = chunk.tail
            records = chunk.records
            while records:
                fitted, _ = await sender.send(target, records)
                records = records[fitted:]
    sender.abandon()
