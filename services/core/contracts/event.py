"""What every event class is: the ground under the generated modules in `events`.

The classes are made by `generator` from `schemas/` and carry what the rest of the house asks of an
event without looking into it: its type, its mode, and the part it speaks of.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar, TypeAlias

from msgspec import Meta, Struct

from services.core.contracts.bounds import MAX_DONG
from services.core.contracts.catalogue import Mode

Long: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer that fits into Avro's long."""

Dong: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_DONG)]
"""An amount, in whole đồng."""

By: TypeAlias = Mapping[str, tuple[str, ...]]
"""For each role, how its agency must stand to the part: one of these is enough."""

Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
"""An aware moment, to the microsecond."""


class Record(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Data inside an event. It is never changed; what is absent is None and is not written out."""


class Event(Record, frozen=True):
    """A claim or a fact of one type. Its first field is always the id of the part it speaks of."""

    TYPE: ClassVar[str]  #: as `thads.judgment.issued`
    MODE: ClassVar[Mode]  #: an act is intended, what is done has happened already
    BY: ClassVar[By] = {}  #: who may submit it (`core.access.competence`); no entry, no right
    LAW: ClassVar[tuple[str, ...]] = ()  #: the versions that know it; none named: every one

    @property
    def part(self) -> str:
        """The id of the part that the event speaks of, whatever the type calls it."""
        return str(getattr(self, self.__struct_fields__[0]))

    @property
    def is_done(self) -> bool:
        """Whether it counts as done: by its mode, or an act whose signed paper says it was done."""
        return self.MODE == "done" or (
            getattr(self, "already_done", None) is True
            and getattr(self, "document", None) is not None
        )
