"""The keys that sign tokens: one signs, those before it verify until their overlap is over.

They stand in one file of the secrets folder, which every process that shares the folder reads anew
when it changed. A key that is revoked verifies nothing from then on.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from joserfc.jwk import OKPKey
from msgspec import Struct
from msgspec.structs import replace

from services.core.access.secrets import alone, kept, replaced
from services.core.access.watched import Watched

FILE: Final = "token-keys.json"


class KeyUnknown(Exception):
    """There is no signing key of that id; `lienthong token keys` lists those in force."""


class TokenKey(Struct, frozen=True):
    """A signing key."""

    kid: str
    jwk: dict[str, str]
    ends_at: datetime | None = None  #: until when it verifies; None: it signs too

    def is_in_force(self, now: datetime) -> bool:
        """Whether it verifies."""
        return self.ends_at is None or now < self.ends_at

    def imported(self) -> OKPKey:
        """Return the key as the library takes it."""
        return OKPKey.import_key(dict(self.jwk))


class TokenKeys:
    """The signing keys of a folder, made where there are none. Raises SecretExposed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = Watched(folder / FILE, self._read)
        self._imported: dict[str, OKPKey] = {}

    def in_force(self, now: datetime) -> list[TokenKey]:
        """Return the keys that verify, the one that signs last."""
        return [key for key in self._keys() if key.is_in_force(now)]

    def signing(self) -> tuple[str, OKPKey]:
        """Return the key that signs, with its id."""
        self._keys.look()
        key = self._keys()[-1]
        return key.kid, key.imported()

    def verifying(self, kid: str, now: datetime) -> OKPKey | None:
        """Return the key of an id, None where there is none in force."""
        found = self._found(kid, now)
        if found is None:  # it may have been made a moment ago
            self._keys.look()
            found = self._found(kid, now)
        if found is None:
            return None
        if kid not in self._imported:
            self._imported[kid] = found.imported()
        return self._imported[kid]

    def _found(self, kid: str, now: datetime) -> TokenKey | None:
        return next((key for key in self.in_force(now) if key.kid == kid), None)

    def rotate(self, overlap: timedelta, now: datetime) -> tuple[str, datetime]:
        """Let a new key sign; return its id and until when the former ones verify."""
        until = now + overlap
        with alone(self._folder):
            former = [
                replace(key, ends_at=min(key.ends_at or until, until))
                for key in self._read()
                if key.is_in_force(now)
            ]
            fresh = _new_key()
            self._write([*former, fresh])
        return fresh.kid, until

    def revoke(self, kid: str) -> str:
        """Take a key out of force at once; return the id of the key that signs from now on."""
        with alone(self._folder):
            known = self._read()
            left = [key for key in known if key.kid != kid]
            if len(left) == len(known):
                raise KeyUnknown(f"{kid}: {KeyUnknown.__doc__}")
            if not left or left[-1].ends_at is not None:
                left.append(_new_key())
            self._write(left)
        return left[-1].kid

    def _read(self) -> list[TokenKey]:
        content = kept(self._folder, FILE, lambda: msgspec.json.encode([_new_key()]))
        return msgspec.json.decode(content, type=list[TokenKey])

    def _write(self, keys: Iterable[TokenKey]) -> None:
        replaced(self._folder, FILE, msgspec.json.encode(list(keys)))
        self._keys.look()


def _new_key() -> TokenKey:
    jwk = OKPKey.generate_key("Ed25519").as_dict(private=True)
    return TokenKey(secrets.token_hex(8), {name: str(value) for name, value in jwk.items()})
