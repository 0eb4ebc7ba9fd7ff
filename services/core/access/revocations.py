"""What was taken back before its time: single tokens, and all of an agency issued until a moment.

They stand in one file of the secrets folder, which every process that shares the folder reads anew
when it changed. What would have ended by itself meanwhile is left out.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from services.core.access.secrets import alone, kept, replaced
from services.core.access.watched import Watched

FILE: Final = "token-revocations.json"


class _Revoked(Struct, frozen=True):
    tokens: dict[str, float] = {}  #: by id, until when each would have been valid
    agencies: dict[str, float] = {}  #: until when what was issued to each is revoked

    def since(self, tokens_end_after: float, issued_after: float) -> "_Revoked":
        """Return what still matters."""
        tokens = {id_: end for id_, end in self.tokens.items() if end > tokens_end_after}
        agencies = {slug: at for slug, at in self.agencies.items() if at > issued_after}
        return _Revoked(tokens, agencies)


class Revocations:
    """The revocations of a folder. `longest` is how many seconds a token is valid at most."""

    def __init__(self, folder: Path, longest: float) -> None:
        self._folder, self._longest = folder, longest
        self._revoked = Watched(folder / FILE, self._read)

    def holds(self, token: str, agency: str, issued_at: float) -> bool:
        """Whether a token is revoked, by its id or with all of its agency's."""
        revoked = self._revoked()
        return token in revoked.tokens or issued_at <= revoked.agencies.get(agency, 0.0)

    def revoke_token(self, token: str, ends_at: float, now: datetime) -> None:
        """Revoke one token, by its id."""
        self._change(now, lambda old: replace(old, tokens={**old.tokens, token: ends_at}))

    def revoke_agency(self, agency: str, now: datetime) -> None:
        """Revoke all that was issued to an agency until now."""
        until = now.timestamp()
        self._change(now, lambda old: replace(old, agencies={**old.agencies, agency: until}))

    def _change(self, now: datetime, change: Callable[[_Revoked], _Revoked]) -> None:
        at = now.timestamp()
        with alone(self._folder):
            changed = change(self._read()).since(at, at - self._longest)
            replaced(self._folder, FILE, msgspec.json.encode(changed))
        self._revoked.look()

    def _read(self) -> _Revoked:
        content = kept(self._folder, FILE, lambda: msgspec.json.encode(_Revoked()))
        return msgspec.json.decode(content, type=_Revoked)
