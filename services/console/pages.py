"""How pages are written: templates and what they need, in one language at a time."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.datastructures import Cookie

from services.console.live import Batch
from services.console.words import WORDS
from services.core.contracts.days import VIET_NAM
from services.core.contracts.identifiers import key_of
from services.core.telling.lang import Lang
from services.core.telling.lines import Teller, time_of
from services.core.telling.standing import Step

_HERE: Final = Path(__file__).parent
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "Referrer-Policy": "same-origin",  # a stricter one would take the Origin from our own forms
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Static:
    """The files that pages load; an address changes with what stands in it."""

    def __init__(self) -> None:
        folder = _HERE / "static"
        self._files = {
            path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in _TYPES
        }
        self.addresses = {
            name: f"/console/static/{name}?v={sha256(content).hexdigest()[:12]}"
            for name, content in self._files.items()
        }

    def answer(self, name: str) -> Response[bytes] | None:
        """Return a file, or None where there is none of that name."""
        content = self._files.get(name)
        if content is None:
            return None
        headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
        return Response(content, media_type=_TYPES[Path(name).suffix], headers=headers)


class Pages:
    """Writes pages and pieces of them."""

    def __init__(self, static: Static) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "file": static.addresses,
            "time": time_of,
            "moment": moment,
            "ago": ago,
            "short": short,
        }

    def page(
        self,
        name: str,
        lang: Lang,
        *,
        status: int = 200,
        cookies: tuple[Cookie, ...] = (),
        **said: Any,
    ) -> Response[str]:
        """Return a whole page."""
        said = {"agency": None, "path": "/console", **said}
        text = self._templates.get_template(f"{name}.html").render(t=WORDS[lang], lang=lang, **said)
        return Response(
            text,
            media_type="text/html",
            status_code=status,
            headers=HEADERS,
            cookies=list(cookies),
        )

    def rows(self, batch: Batch, lang: Lang) -> str:
        """Return the rows of a batch as they are put on top of the list, on one line of text."""
        template = self._templates.get_template("rows.html")
        return " ".join(template.render(t=WORDS[lang], lang=lang, batch=batch).split())


def short(part: str) -> str:
    """Return what of a part's id tells it apart within its key."""
    return part.removeprefix(key_of(part)) or f"…{part[-6:]}"


def ago(seconds: float) -> str:
    """Say how long ago something was."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h" if seconds < _DAY else f"{seconds / _DAY:.0f} d"


def moment(when: datetime) -> str:
    """Spell a moment to the second, as what changes each second needs it."""
    return f"{when.astimezone(VIET_NAM):%d-%m-%Y %H:%M:%S}"


def asked_of(step: Step, teller: Teller) -> dict[str, str]:
    """Say a step: whose it is, what it is, whereto it leads."""
    vi = teller.lang == "vi"
    roles = [teller.catalogue.roles[role] for role in step.roles]
    to = [state for state in step.to if state not in {"=", step.state}]
    return {
        "roles": " / ".join(role.vi if vi else role.en for role in roles),
        "who": ", ".join(step.who),
        "what": step.vi if vi else step.en,
        "to": WORDS[teller.lang]["opens"] if to == ["-"] else " / ".join(to),
        "event": step.event.partition(".")[2],
    }
