"""The pages under /console, and the streams that keep them live."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import structlog
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, ServerSentEvent, ServerSentEventMessage
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from services.console.cases import Cases
from services.console.flow_map import Pictures, drawn
from services.console.live import Live, Watch
from services.console.pages import HEADERS, Pages, Static, asked_of, short
from services.console.visitors import (
    PATH,
    NotFromHere,
    SignInNeeded,
    form,
    keeping,
    lang_of,
    revoke,
    signed_in,
    signed_out,
    verified,
    visitor,
    way_on,
)
from services.core.access.directory import Directory
from services.core.access.docket import stream_of
from services.core.access.tokens import Speaker
from services.core.bus.errors import BusError
from services.core.contracts.catalogue import Catalogue
from services.core.contracts.codec import Codec
from services.core.contracts.identifiers import is_uuid7, key_of
from services.core.doors.callers import Call, Callers, address_of, is_operator
from services.core.doors.door import Door
from services.core.doors.problems import Problem
from services.core.settings import Settings
from services.core.telemetry.halted import Halted
from services.core.telling.duties import said_of
from services.core.telling.lang import Lang
from services.core.telling.lines import Teller
from services.core.telling.stories import Told, telling_steps
from services.ledger.sight import Sight

STREAM: Final = timedelta(minutes=10)  #: after which a page must show its token again
_LANG: Final = ("lang",)
_TROUBLES: Final = {"TOO_MANY": "too_many", "QUERY_MALFORMED": "query_malformed"}
_HALTED_SECONDS: Final = 3.0  #: for which a page waits to be told which lanes stand still
_STEPS: Final = 4  #: how many steps of a part a page tells

log = structlog.get_logger()


class Missing(Exception):
    """There is nothing here for who asks."""


class _House(Struct, frozen=True):
    """What the pages are made from."""

    callers: Callers
    pages: Pages
    static: Static
    teller: Callable[[Lang], Teller]
    directory: Callable[[], Directory]
    watch: Watch
    cases: Cases
    feeds: Callable[[str], Live] | None
    pictures: Pictures | None
    halted: Callable[[], Awaitable[Sequence[Halted]]] | None

    def visitor(self, request: Call) -> Speaker:
        """Return who is signed in. Raises SignInNeeded, or Problem TOO_MANY."""
        who = visitor(request, self.callers)
        request.state.agency = who.agency
        if not is_operator(who):
            self.callers.limits.check("bytes", who.agency)
        return who

    def live(self, who: Speaker) -> Live | None:
        return self.watch if is_operator(who) else self.feeds(who.agency) if self.feeds else None

    def page(self, name: str, request: Call, **said: Any) -> Response[str]:
        lang = lang_of(request)
        cookies = (keeping(lang, request),) if "lang" in request.query_params else ()
        said = {"path": request.url.path, **said}
        return self.pages.page(name, lang, cookies=(*said.pop("cookies", ()), *cookies), **said)


def door(
    settings: Settings,
    *,
    callers: Callers,
    catalogue: Catalogue,
    codec: Codec,
    directory: Callable[[], Directory],
    sight: Sight,
    feeds: Callable[[str], Live] | None = None,
    pictures: Pictures | None = None,
    halted: Callable[[], Awaitable[Sequence[Halted]]] | None = None,
) -> Door:
    """Return the console's door.

    `sight` is the archive as each may see it. `feeds` gives an agency's live list, `pictures` the
    flow map; without them, their pages say so. `halted` gives operators the lanes that stand still.
    """
    watch, static = Watch(settings, catalogue.families), Static()
    house = _House(
        callers,
        Pages(static),
        static,
        lambda lang: Teller(catalogue, codec, directory(), lang),
        directory,
        watch,
        Cases(settings, sight, catalogue, directory),
        feeds,
        pictures,
        halted,
    )
    return Door(routes=[*_entrance(house), *_live(house), *_cases(house)], run=watch.run)


def _entrance(house: _House) -> list[HTTPRouteHandler]:
    troubles = _troubles(house)

    @get(
        f"{PATH}/sign-in", query=("lang", "next"), exception_handlers=troubles, sync_to_thread=False
    )
    def ask(request: Call) -> Response[str]:
        return house.page("sign_in", request, way_on=way_on(request.query_params.get("next")))

    @post(f"{PATH}/sign-in", exception_handlers=troubles)
    async def sign_in(request: Call) -> Response[Any]:
        fields = await form(request)
        token, onward = fields.get("token", "").strip(), way_on(fields.get("next"))
        try:
            who = verified(token, house.callers)
        except SignInNeeded:
            house.callers.limits.take("failed_sign_ins", address_of(request))
            return house.page("sign_in", request, status=403, way_on=onward, wrong="token_wrong")
        house.callers.limits.take("sign_ins", who.agency)
        return Redirect(onward, status_code=303, cookies=[signed_in(token, request)])

    @post(f"{PATH}/sign-out", exception_handlers=troubles)
    async def sign_out(request: Call) -> Redirect:
        await form(request)
        revoke(request, house.callers)
        return Redirect(f"{PATH}/sign-in", status_code=303, cookies=[signed_out(request)])

    @get(
        f"{PATH}/static/{{name:str}}",
        query=("v",),
        exception_handlers=troubles,
        sync_to_thread=False,
    )
    def static(name: FromPath[str]) -> Response[bytes]:
        found = house.static.answer(name)
        if found is None:
            raise Missing
        return found

    @get(f"{PATH}/{{rest:path}}", query=_LANG, exception_handlers=troubles, sync_to_thread=False)
    def nothing() -> Response[str]:
        raise Missing

    return [ask, sign_in, sign_out, static, nothing]


def _live(house: _House) -> list[HTTPRouteHandler]:
    troubles = _troubles(house)

    @get(PATH, query=_LANG, exception_handlers=troubles)
    async def now(request: Call) -> Response[str]:
        who, lang = house.visitor(request), lang_of(request)
        live = house.live(who)
        batch = await live.recent(house.teller(lang)) if live else None
        halted: Sequence[Halted] = ()
        if house.halted and is_operator(who):
            with suppress(BusError, TimeoutError):  # the page is of use without the database
                async with asyncio.timeout(_HALTED_SECONDS):
                    halted = await house.halted()
        return house.page("live", request, agency=who.agency, batch=batch, halted=halted)

    @get(f"{PATH}/live", query=("after",), exception_handlers=troubles)
    async def stream(request: Call) -> Response[Any]:
        who, lang = house.visitor(request), lang_of(request)
        live = house.live(who)
        if live is None:
            raise Missing
        request.state.until_answered.enter_context(house.callers.limits.hold("streams", who.agency))
        after = request.headers.get("last-event-id") or request.query_params.get("after") or ""
        return ServerSentEvent(_told(house, request, live, lang, after), headers=HEADERS)

    @get(f"{PATH}/flows", query=_LANG, exception_handlers=troubles)
    async def flows(request: Call) -> Response[str]:
        who = house.visitor(request)
        picture = await house.pictures.latest() if house.pictures and is_operator(who) else None
        teller = house.teller(lang_of(request))
        return house.page(
            "flows",
            request,
            agency=who.agency,
            is_operator=is_operator(who),
            picture=picture,
            is_stale=picture is not None and picture.is_stale(datetime.now(UTC)),
            families=_families(teller),
            drawing=drawn(picture, lambda slug: _called(slug, teller)) if picture else None,
        )

    return [now, stream, flows]


def _families(teller: Teller) -> dict[str, str]:
    return {family: teller.family(family) for family in teller.catalogue.families}


def _called(slug: str, teller: Teller) -> str:
    """Return the name of an agency; where a fact names no reader, that of its family."""
    agency = teller.directory.agency(slug)
    return (
        agency.vi if agency else teller.family(slug) if slug in teller.catalogue.families else slug
    )


async def _told(
    house: _House, request: Call, live: Live, lang: Lang, after: str
) -> AsyncIterator[ServerSentEventMessage]:
    """Yield batches for a page, newest event first; a comment where there is nothing to tell.

    Ends with the visitor's token, ended or revoked, and where the directory changed, after which
    the page asks again.
    """
    known = house.directory()
    until = datetime.now(UTC) + STREAM
    with suppress(Problem, SignInNeeded):  # the browser asks again, and goes on after its mark
        async for batch in live.follow(house.teller(lang), after):
            visitor(request, house.callers)
            if batch.rows or batch.skipped:
                rows = house.pages.rows(batch, lang)
                yield ServerSentEventMessage(rows, event="facts", id=batch.mark)
            else:
                yield ServerSentEventMessage(comment="quiet")
            is_over = house.watch.is_ending or datetime.now(UTC) > until
            if is_over or house.directory() is not known:
                return


def _cases(house: _House) -> list[HTTPRouteHandler]:
    troubles = _troubles(house)

    @get(f"{PATH}/cases", query=("lang", "number"), exception_handlers=troubles)
    async def search(request: Call) -> Response[Any]:
        who = house.visitor(request)
        asked = request.query_params.get("number", "").strip()
        if is_uuid7(key_of(asked)):
            return Redirect(f"{PATH}/cases/{quote(stream_of(asked))}", status_code=303)
        papers = await house.cases.named(asked, who) if asked else []
        cases = list(dict.fromkeys(stream_of(paper.part) for paper in papers))
        if not cases:
            raise Missing
        if len(cases) == 1:
            return Redirect(f"{PATH}/cases/{quote(cases[0])}", status_code=303)
        candidates = {stream_of(paper.part): paper for paper in reversed(papers)}
        return house.page(
            "candidates", request, agency=who.agency, number=asked, candidates=candidates
        )

    @get(f"{PATH}/cases/{{case_id:str}}", query=_LANG, exception_handlers=troubles)
    async def case(request: Call, case_id: FromPath[str]) -> Response[str]:
        who = house.visitor(request)
        found = await house.cases.case(case_id, who)
        if found is None:
            raise Missing
        return _case_page(house, request, who, found)

    return [search, case]


def _case_page(house: _House, request: Call, who: Speaker, found: Told) -> Response[str]:
    teller = house.teller(lang_of(request))
    office = teller.directory.agency(found.office) if found.office else None
    steps = {
        part: [asked_of(step, teller) for step in each]
        for part, each in telling_steps(found.steps, _STEPS).items()
    }
    duties = {
        binds: [
            said_of(duty, teller) | {"rule": duty.rule_id, "part": short(duty.part)}
            for duty in found.duties
            if duty.binds is binds
        ]
        for binds in (True, False)
    }
    return house.page(
        "case",
        request,
        agency=who.agency,
        found=found,
        families=_families(teller),
        office=office,
        duties=duties,
        steps=steps,
        lines=[
            (
                entry.envelope.id,
                teller.line(entry.record, entry.envelope, found.undone.get(entry.envelope.id)),
            )
            for entry in found.thread
        ],
    )


def _troubles(house: _House) -> ExceptionHandlersMap:
    """Return how everything that goes wrong is answered: as a page."""

    def sign_in(request: Call, _: SignInNeeded) -> Response[Any]:
        if request.url.path == f"{PATH}/live":
            return Response(b"", status_code=401, headers=HEADERS)
        onward = f"?next={quote(request.url.path)}" if request.url.path != PATH else ""
        cookies = [keeping(lang_of(request), request)]
        return Redirect(f"{PATH}/sign-in{onward}", status_code=303, cookies=cookies)

    def missing(request: Call, _: Missing) -> Response[Any]:
        return house.page("trouble", request, status=404, path=PATH, trouble="not_found_hint")

    def foreign(request: Call, _: NotFromHere) -> Response[Any]:
        return house.page("trouble", request, status=403, trouble="foreign")

    def turned_away(request: Call, problem: Problem) -> Response[Any]:
        trouble = _TROUBLES.get(problem.code)
        if trouble is None:
            return away(request, problem)
        answer = house.page("trouble", request, status=problem.status, path=PATH, trouble=trouble)
        answer.headers.update(problem.headers)
        return answer

    def away(request: Call, error: Exception) -> Response[Any]:
        log.warning("console_away", path=request.url.path, kind=type(error).__name__)
        return house.page("trouble", request, status=503, trouble="away")

    return {
        SignInNeeded: sign_in,
        Missing: missing,
        NotFromHere: foreign,
        BusError: away,
        Problem: turned_away,
        TimeoutError: away,
    }
