import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from services.core.access import tokens
from services.core.access.directory import Agency
from services.core.access.secrets import SecretExposed
from services.core.access.tokens import Issuer

NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
COURT = Agency("toa-da-nang", "Tòa án", "court", ("COURT",), ("da-nang",), None, NOW.date(), None)


def test_a_token_says_which_agency_speaks_and_in_which_roles(tmp_path: Path) -> None:
    token = Issuer(tmp_path).issue(COURT, now=NOW)
    speaker = Issuer(tmp_path).verify(f"Bearer {token}", NOW)
    assert (speaker.agency, speaker.roles) == ("toa-da-nang", ("COURT",))


def test_a_token_ends_when_its_time_is_over_even_if_it_was_verified_before(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    header = f"Bearer {issuer.issue(COURT, timedelta(hours=1), NOW)}"
    issuer.verify(header, NOW + timedelta(minutes=59))
    with pytest.raises(tokens.TokenExpired):
        issuer.verify(header, NOW + timedelta(hours=1))


def test_a_token_of_another_house_is_forged(tmp_path: Path) -> None:
    foreign = Issuer(tmp_path / "elsewhere").issue(COURT, now=NOW)
    with pytest.raises(tokens.TokenForged):
        Issuer(tmp_path / "here").verify(f"Bearer {foreign}", NOW)


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (None, tokens.TokenMissing),
        ("", tokens.TokenMalformed),
        ("Bearer", tokens.TokenMalformed),
        ("Basic dG9hOnRvYQ==", tokens.TokenMalformed),
        ("Bearer not.a.token", tokens.TokenMalformed),
        ("Bearer Ünïcödé", tokens.TokenMalformed),
        ("Bearer " + "a" * 5000, tokens.TokenMalformed),
        # {"alg": "none"}: the oldest trick
        ("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0b2EtZGEtbmFuZyJ9.", tokens.TokenMalformed),
    ],
)
def test_whatever_is_not_a_token_is_refused_as_such(
    tmp_path: Path, header: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Issuer(tmp_path).verify(header, NOW)


def test_a_token_for_another_door_is_refused(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    key = OKPKey.import_key(json.loads((tmp_path / "token-issuer.json").read_bytes()))
    claims = {"iss": "lienthong", "aud": "elsewhere", "sub": "toa", "roles": [], "exp": 2**31}
    foreign = jwt.encode({"alg": "Ed25519"}, claims, key, algorithms=["Ed25519"])
    with pytest.raises(tokens.TokenElsewhere):
        issuer.verify(f"Bearer {foreign}", NOW)


def test_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    Issuer(tmp_path)
    path = tmp_path / "token-issuer.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(SecretExposed, match="rights 644, expected 600"):
        Issuer(tmp_path)
