"""What an attacker makes of a token: no variant of a token speaks for anybody."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.core.access.directory import Agency
from services.core.access.token_keys import FILE
from services.core.access.tokens import Issuer, TokenError

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
COURT = Agency("toa-da-nang", "Tòa án", "court", ("COURT",), ("da-nang",), None, NOW.date(), None)
BANK = Agency("nh-song-cam", "Ngân hàng", "bank", ("HOLDER",), (), None, NOW.date(), None)


def packed(value: bytes | Mapping[str, Any]) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Forger:
    """Whoever has a token of its own, and the public half of the issuer's key."""

    def __init__(self, folder: Path) -> None:
        self.issuer = Issuer(folder)
        self.token = self.issuer.issue(COURT, now=NOW)
        self.head, self.body, self.signature = self.token.split(".")
        (stored,) = json.loads((folder / FILE).read_bytes())
        self._key = Ed25519PrivateKey.from_private_bytes(unpacked(stored["jwk"]["d"]))
        self.kid = stored["kid"]
        self.public = {name: value for name, value in stored["jwk"].items() if name != "d"}

    def claims(self, **changes: Any) -> dict[str, Any]:
        changed = json.loads(unpacked(self.body)) | changes
        return {name: value for name, value in changed.items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        changed: dict[str, Any] = {"alg": "Ed25519", "kid": self.kid} | changes
        return {name: value for name, value in changed.items() if value is not None}

    def hmac(self, secret: bytes, **header: Any) -> str:
        """Return a token that is signed with a secret which everybody may know."""
        said = f"{packed(self.header(alg='HS256', **header))}.{self.body}"
        return f"{said}.{packed(hmac.digest(secret, said.encode(), hashlib.sha256))}"

    def own_key(self, **header: Any) -> str:
        """Return a token that is signed with the forger's own key."""
        said = f"{packed(self.header(**header))}.{self.body}"
        return f"{said}.{packed(MINE.sign(said.encode()))}"

    def signed(self, header: Mapping[str, Any], claims: bytes | Mapping[str, Any]) -> str:
        """Return a token that the issuer's own key has signed: what the issuer never signs."""
        said = f"{packed(header)}.{packed(claims)}"
        return f"{said}.{packed(self._key.sign(said.encode()))}"


MINE = Ed25519PrivateKey.generate()
PUBLIC = {"kty": "OKP", "crv": "Ed25519", "x": packed(MINE.public_key().public_bytes_raw())}
DEEP = b"[" * 1_200 + b"]" * 1_200
DEEP_MEMBER = b'{"alg": "Ed25519", "kid": ' + DEEP + b"}"
OTHER_ALGORITHMS = ("none", "None", "NONE", "nOnE", "", "HS256", "EdDSA", "ES256", "RS256")
OTHER_KIDS = ("", "x", "../token-keys.json", "/dev/null", "' or 1=1", "k" * 3_000)

UNSIGNED: Mapping[str, Callable[[Forger], str]] = {
    **{
        f"alg {alg!r}, no signature": lambda f, alg=alg: (  # type: ignore[misc]
            f"{packed(f.header(alg=alg))}.{f.body}."
        )
        for alg in OTHER_ALGORITHMS
    },
    **{
        f"alg {alg!r}, the old signature": lambda f, alg=alg: (  # type: ignore[misc]
            f"{packed(f.header(alg=alg))}.{f.body}.{f.signature}"
        )
        for alg in OTHER_ALGORITHMS
    },
    **{
        f"kid {kid[:20]!r}": lambda f, kid=kid: f.own_key(kid=kid)  # type: ignore[misc]
        for kid in OTHER_KIDS
    },
    "no kid": lambda f: f.own_key(kid=None),
    "a kid that is a number": lambda f: f.own_key(kid=7),
    "the kid of the issuer, another key": lambda f: f.own_key(),
    "a key in the header": lambda f: f.own_key(jwk=PUBLIC),
    "a key in the header and no kid": lambda f: f.own_key(jwk=PUBLIC, kid=None),
    "keys at an address": lambda f: f.own_key(jku="http://127.0.0.1/keys"),
    "a certificate at an address": lambda f: f.own_key(x5u="http://127.0.0.1/cert"),
    "a certificate in the header": lambda f: f.own_key(x5c=["MIIB"]),
    "HS256 with the public key": lambda f: f.hmac(json.dumps(f.public).encode()),
    "HS256 with the bytes of the public key": lambda f: f.hmac(unpacked(f.public["x"])),
    "HS256 with an empty secret": lambda f: f.hmac(b""),
    "HS256 with the secret x": lambda f: f.hmac(b"x"),
    "a stripped signature": lambda f: f"{f.head}.{f.body}.",
    "no signature at all": lambda f: f"{f.head}.{f.body}",
    "a short signature": lambda f: f"{f.head}.{f.body}.{f.signature[:-4]}",
    "a long signature": lambda f: f"{f.head}.{f.body}.{f.signature}AAAA",
    "an altered signature": lambda f: f"{f.head}.{f.body}.{packed(bytes(64))}",
    "another body": lambda f: f"{f.head}.{packed(f.claims(sub='platform'))}.{f.signature}",
    "another agency's body": lambda f: ".".join(
        (f.head, f.issuer.issue(BANK, now=NOW).split(".")[1], f.signature)
    ),
    "four parts": lambda f: f"{f.token}.{f.signature}",
    "five parts, as if encrypted": lambda f: f"{f.head}..AAAA.AAAA.AAAA",
    "the flattened form": lambda f: json.dumps(
        {"protected": f.head, "payload": f.body, "signature": f.signature}
    ),
    "padding": lambda f: f"{f.head}.{f.body}.{f.signature}==",
    "a line break": lambda f: f"{f.head}.{f.body}.\n{f.signature}",
    "two tokens": lambda f: f"{f.token} {f.token}",
    "a header that is no object": lambda f: f"{packed(b'[]')}.{f.body}.{f.signature}",
    "a header that is no JSON": lambda f: f"{packed(b'{')}.{f.body}.{f.signature}",
    "a deep header": lambda f: f"{packed(DEEP)}.{f.body}.{f.signature}",
    "a header with a deep member": lambda f: f"{packed(DEEP_MEMBER)}.{f.body}.{f.signature}",
    "a deep body": lambda f: f"{f.head}.{packed(DEEP)}.{f.signature}",
}


@pytest.mark.parametrize("forged", UNSIGNED.values(), ids=UNSIGNED.keys())
def test_nobody_without_the_key_makes_a_token(
    tmp_path: Path, forged: Callable[[Forger], str]
) -> None:
    forger = Forger(tmp_path)
    with pytest.raises(TokenError):
        forger.issuer.verify(f"Bearer {forged(forger)}", NOW)
    forger.issuer.verify(f"Bearer {forger.token}", NOW)


HOUR = int((NOW + timedelta(hours=1)).timestamp())


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "elsewhere"},
        {"aud": ["lienthong-gateway"]},
        {"aud": None},
        {"iss": "elsewhere"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"sub": ["toa-da-nang"]},
        {"jti": None},
        {"exp": None},
        {"exp": float(HOUR) + 0.5},
        {"exp": str(HOUR)},
        {"exp": True},
        {"exp": -1},
        {"exp": 10**400},
        {"exp": int(NOW.timestamp())},
        {"exp": int(NOW.timestamp()) - 1},
        {"iat": "now"},
        {"nbf": HOUR},
    ],
    ids=str,
)
def test_even_the_key_makes_no_token_of_other_claims(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    forger = Forger(tmp_path)
    token = forger.signed(forger.header(), forger.claims(**changes))
    with pytest.raises(TokenError):
        forger.issuer.verify(f"Bearer {token}", NOW)


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": HOUR},
        {"crit": ["b64"], "b64": False},
        {"crit": ["no-such"], "no-such": 1},
    ],
    ids=str,
)
def test_a_token_that_asks_for_what_is_not_understood_is_refused(
    tmp_path: Path, header: dict[str, Any]
) -> None:
    forger = Forger(tmp_path)
    token = forger.signed(forger.header(**header), forger.claims())
    with pytest.raises(TokenError):
        forger.issuer.verify(f"Bearer {token}", NOW)


@pytest.mark.parametrize(
    "claims",
    [b"[]", b"7", b'"x"', b"null", b"{", b"\xff", DEEP],
    ids=["list", "number", "text", "null", "cut short", "no UTF-8", "deep"],
)
def test_what_is_signed_and_holds_no_claims_is_refused(tmp_path: Path, claims: bytes) -> None:
    forger = Forger(tmp_path)
    with pytest.raises(TokenError):
        forger.issuer.verify(f"Bearer {forger.signed(forger.header(), claims)}", NOW)
