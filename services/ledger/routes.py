"""What the ledger shows over HTTP: a case as it stands or stood, as far as the caller may see it.

What somebody may not see is left out without a trace; a case of which nothing is left is not there.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from msgspec import Struct

from services.core.access.directory import Directory
from services.core.access.tokens import Speaker
from services.core.access.withholding import data_withheld
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.errors import FieldError
from services.core.contracts.fields import JSON
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.doors.callers import Call, Callers, is_operator, json
from services.core.doors.door import Door
from services.core.doors.pages import page
from services.core.doors.problems import Problem
from services.core.telling.lines import UNDOING
from services.core.telling.stories import Told, marks_of, told
from services.core.telling.thread import ordered
from services.ledger.sight import Sight

_INSIDE: Final = re.compile(r"[0-9a-f-]{36}(\.[a-z0-9]+)*")
_QUERY: Final = ("as_of", "known_at")
_NOTE: Final = ".irregularity_noted"


def door(
    sight: Sight,
    callers: Callers,
    catalogue: Catalogue,
    codec: Codec,
    directory: Callable[[], Directory],
) -> Door:
    """Return the door to the archive."""
    desk = _Desk(sight, catalogue, codec, directory)

    @get("/v1/cases/{case_id:str}", query=_QUERY)
    async def case(request: Call, case_id: FromPath[str]) -> Response[bytes]:
        found = await desk.found(callers.speaker(request), case_id, request.query_params)
        return json(msgspec.json.encode(_standing(found)))

    @get("/v1/cases/{case_id:str}/timeline", query=(*_QUERY, "after"))
    async def timeline(request: Call, case_id: FromPath[str]) -> Response[bytes]:
        speaker = callers.speaker(request)
        query = request.query_params
        found = await desk.found(speaker, case_id, query)
        entries, after = page(
            found.thread,
            query.get("after"),
            lambda entry: entry.envelope.id,
            lambda entry: desk.shown(entry, speaker) | marks_of(entry, found),
        )
        return json(msgspec.json.encode({"id": found.id, "entries": entries, "after": after}))

    return Door(routes=[case, timeline], close=sight.archive.rows.close)


class _Desk(Struct, frozen=True):
    sight: Sight
    catalogue: Catalogue
    codec: Codec
    directory: Callable[[], Directory]

    async def found(self, speaker: Speaker, id_: str, query: Mapping[str, str]) -> Told:
        """Return a case as the speaker may see it. Raises Problem NOT_FOUND, QUERY_MALFORMED."""
        as_of = _read(query, "as_of", "date")
        known_at = _read(query, "known_at", "timestamp")
        if not (is_uuid7(key_of(id_)) and _INSIDE.fullmatch(id_)):
            raise Problem("NOT_FOUND")
        seen = ordered(await self.sight.of_key(key_of(id_), speaker))
        found = told(id_, seen, self.catalogue, self.directory(), as_of, known_at)
        if found is None:
            raise Problem("NOT_FOUND")
        return found

    def shown(self, entry: Any, speaker: Speaker) -> dict[str, Any]:
        """Return an entry; numbers tell of what is hidden, so operators alone get them."""
        envelope = entry.envelope
        known = self.catalogue.event(envelope.type)
        said = self.codec.to_json(entry.event) if entry.event else None
        data = {
            "id": envelope.id,
            "kind": entry.kind,
            "type": envelope.type,
            "vi": known.vi,
            "en": known.en,
            "part": envelope.subject,
            "agency": envelope.agency,
            "officer": envelope.officer or None,
            "role": envelope.role,
            "occurred_at": envelope.occurred_at,
            "recorded_at": envelope.recorded_at,
            "law": envelope.law,
            **{name: fact for name in UNDOING if (fact := getattr(envelope, name))},
            "data": said if said is None or entry.is_whole else data_withheld(said),
        }
        if is_operator(speaker):
            data |= {
                "lane": entry.lane,
                "index": entry.index,
                "sequence": envelope.sequence,
                "causation": envelope.causation,
                "correlation": envelope.correlation,
            }
        return data


def _read(query: Mapping[str, str], name: str, kind: str) -> Any:
    """Read a day or a moment of the query, spelled as in a claim. Raises Problem."""
    text = query.get(name)
    if text is None:
        return None
    try:
        return JSON[kind](text.replace(" ", "+"), name)  # a plus in a query stands for a space
    except FieldError as error:
        raise Problem("QUERY_MALFORMED", f"{name}: {error.expected}") from None


def _standing(found: Told) -> dict[str, Any]:
    this, types = found.this, [entry.envelope.type for entry in found.thread]
    facts = [type_ for type_ in types if ".submission." not in type_]
    return {
        "id": found.id,
        "family": found.family,
        "numbers": found.numbers,
        "state": this.state if this else None,
        "since": this.since if this else None,
        "office": found.office,
        "officer": this.officer if this else None,
        "parts": [
            {"id": part.id, "family": part.family, "state": part.state, "since": part.since}
            for part in found.parts.values()
        ],
        "duties": found.duties,
        "next": found.steps,
        "counts": {
            "facts": len(facts),
            "irregularities": sum(type_.endswith(_NOTE) for type_ in facts),
            "refusals": types.count("thads.submission.refused"),
        },
    }
