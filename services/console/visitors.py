"""Who looks: the token of `lienthong token AGENCY`, kept by the browser in a cookie of this site.

The cookie is out of reach of scripts and of other sites. What changes anything is a POST that the
browser itself says comes from a page of ours.
"""

from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs, urlsplit

from litestar.datastructures import Cookie

from services.core.access.tokens import Speaker, TokenError
from services.core.doors.callers import Call, Callers
from services.core.telling.lang import Lang

PATH: Final = "/console"
_TOKEN: Final = "lienthong_token"  # noqa: S105  the cookie's name
_LANG: Final = "lienthong_lang"
_YEAR_SECONDS: Final = 365 * 24 * 3600
_LONGEST_FORM: Final = 16_384


class SignInNeeded(Exception):
    """Nobody is signed in, or the token's time is over."""


class NotFromHere(Exception):
    """A form was sent by a page of another site."""


def visitor(request: Call, callers: Callers) -> Speaker:
    """Return who is signed in. Raises SignInNeeded."""
    return verified(request.cookies.get(_TOKEN, ""), callers)


def verified(token: str, callers: Callers) -> Speaker:
    """Return whom a token speaks for. Raises SignInNeeded."""
    try:
        return callers.of(f"Bearer {token}")
    except TokenError as error:
        raise SignInNeeded(str(error)) from None


def revoke(request: Call, callers: Callers) -> None:
    """Take back the token of who is signed in, if anybody is."""
    with suppress(TokenError):
        callers.issuer.revoke(request.cookies.get(_TOKEN, ""))


def signed_in(token: str, request: Call) -> Cookie:
    """Return the cookie that keeps a token until the browser is closed."""
    return _cookie(request, _TOKEN, token, samesite="strict")


def signed_out(request: Call) -> Cookie:
    """Return the cookie that ends it."""
    return _cookie(request, _TOKEN, "", max_age=0, samesite="strict")


def lang_of(request: Call) -> Lang:
    """Return the language that the address asks for, else the one asked for before."""
    asked = request.query_params.get("lang") or request.cookies.get(_LANG)
    return "en" if asked == "en" else "vi"


def keeping(lang: Lang, request: Call) -> Cookie:
    """Return the cookie that keeps a language for a year."""
    return _cookie(request, _LANG, lang, max_age=_YEAR_SECONDS, samesite="lax")


def _cookie(request: Call, key: str, value: str, **more: object) -> Cookie:
    secure = request.url.scheme == "https"
    return Cookie(key, value=value, path=PATH, httponly=True, secure=secure, **more)  # type: ignore[arg-type]


async def form(request: Call) -> dict[str, str]:
    """Return the fields of a form that a page of ours sent. Raises NotFromHere."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    ours = urlsplit(origin).netloc == request.headers.get("host") if origin else None
    if not (ours if ours is not None else site == "same-origin"):
        raise NotFromHere
    sent = await request.body()
    fields = parse_qs(sent[:_LONGEST_FORM].decode(errors="replace"))
    return {name: values[0] for name, values in fields.items()}


def way_on(asked: str | None) -> str:
    """Return where to go after the sign-in: a page of the console and nothing else."""
    said = urlsplit(asked or "")
    ours = said.path == PATH or said.path.startswith(f"{PATH}/")
    return asked if asked and ours and not said.scheme and not said.netloc else PATH
