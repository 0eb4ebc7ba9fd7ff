"""The streams a lane has at hand: hot ones stay, cold ones are read from the database again."""

from collections import OrderedDict
from collections.abc import Iterable
from copy import copy
from typing import Any, Final

import msgspec

from services.core.bus.errors import BadDeploy
from services.core.bus.items import Stored
from services.core.bus.past import Past
from services.core.bus.service import Service

KEPT: Final = 5_000  #: streams a lane keeps in memory; some kilobytes each


class Streams:
    """States of one lane, checked by version at each commit.

    What a batch puts stands ahead of what is kept until `commit`; `rollback` forgets it.
    """

    def __init__(self, service: Service, kept: int = KEPT) -> None:
        self._limit = kept
        self._kept: OrderedDict[str, Stored] = OrderedDict()
        self._decoders: dict[str, msgspec.msgpack.Decoder[Any]] = {
            family.name: msgspec.msgpack.Decoder(type(family.start)) for family in service.families
        }
        self.ahead: dict[str, Stored] = {}
        self.pasts: dict[str, Past] = {}  #: of the keys in which something is undone

    def fork(self) -> "Streams":
        """Return the same streams; what is put into either from now on the other does not hold."""
        twin = copy(self)
        vars(twin).update(_kept=self._kept.copy(), ahead=dict(self.ahead), pasts=dict(self.pasts))
        return twin

    def get(self, stream: str) -> Stored | None:
        """Return the stream as the batch in hand has left it."""
        return self.ahead.get(stream) or self._kept.get(stream)

    def put(self, stream: str, stored: Stored) -> None:
        """Take the stream's next state. Several changes in one batch are one new version."""
        before = self._kept.get(stream)
        version = before.version + 1 if before else 1
        if stored.version != version:
            stored = Stored(stored.state, version, stored.sequence)
        self.ahead[stream] = stored

    def past(self, key: str) -> Past | None:
        """Return what was taken in under a key, where it was recalled."""
        return self.pasts.get(key)

    def missing(self, streams: Iterable[str]) -> list[str]:
        """Say which streams have to be read before they can be decided."""
        return [stream for stream in dict.fromkeys(streams) if stream not in self._kept]

    def learn(self, rows: Iterable[tuple[str, int, int, bytes]]) -> None:
        """Keep what was read: name, version, sequence, state.

        Raises BadDeploy where this code cannot read a state.
        """
        for name, version, sequence, stored in rows:
            family, _, _ = name.partition("/")
            try:
                state = self._decoders[family].decode(stored)
            except msgspec.DecodeError as error:
                raise BadDeploy(
                    f"{name}: this code cannot read the state that is stored: {error}. Deploy code "
                    f"that can"
                ) from error
            self._kept[name] = Stored(state, version, sequence)

    def commit(self) -> None:
        """Keep what the batch put, and let the coldest streams go."""
        kept = self._kept
        for name, stored in self.ahead.items():
            kept[name] = stored
            kept.move_to_end(name)
        self.ahead = {}
        for past in self.pasts.values():
            past.keep()
        while len(kept) > self._limit:
            kept.popitem(last=False)

    def rollback(self) -> None:
        """Forget what the batch put."""
        self.ahead = {}
        for past in self.pasts.values():
            past.forget()
