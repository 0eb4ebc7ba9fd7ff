"""`lienthong token`: what it issues, and what it takes back."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.cli.errors import NOT_RUNNING
from services.cli.main import run as command
from services.core.access.tokens import Issuer, TokenForged, TokenRevoked
from services.core.settings import STACK_FILE

Said = Callable[..., str]


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Said:
    """What a command prints, or complains of."""
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path))
    (tmp_path / STACK_FILE).write_text("{}")

    def run(*arguments: str, fails: bool = False) -> str:
        assert command(["token", *arguments]) == int(fails)
        shown = capsys.readouterr()
        return (shown.err if fails else shown.out).strip()

    return run


@pytest.fixture
def issuer(tmp_path: Path, said: Said) -> Issuer:
    return Issuer(tmp_path / "secrets")


def test_a_token_is_valid_for_an_hour_or_as_long_as_asked_up_to_a_week(
    said: Said, issuer: Issuer
) -> None:
    for hours, options in ((1, ()), (168, ("--hours", "168"))):
        issued = json.loads(said("toa-da-nang", "--json", *options))
        token = issuer.verify(f"Bearer {issued['token']}")
        assert (token.agency, issued["hours"]) == ("toa-da-nang", hours)
        assert 0 <= hours * 3600 - (token.ends_at - token.issued_at) < 1
    assert "valid for up to 7 days" in said("toa-da-nang", "--hours", "169", fails=True)


def test_an_agency_that_is_not_in_being_today_gets_no_token(said: Said) -> None:
    assert "toa-hai-chau is not in being on" in said("toa-hai-chau", fails=True)
    assert "the directory has no agency nobody" in said("nobody", fails=True)


def test_no_token_is_issued_where_there_is_no_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path / "elsewhere"))
    assert command(["token", "toa-da-nang"]) == NOT_RUNNING
    assert f"there is no platform in {tmp_path}/elsewhere" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_token_an_agency_and_a_key_are_revoked_by_name(said: Said, issuer: Issuer) -> None:
    token = said("toa-da-nang")
    assert said("revoke", token).endswith("of toa-da-nang: revoked")
    with pytest.raises(TokenRevoked):
        Issuer(issuer.keys._folder).verify(f"Bearer {token}")
    assert "nothing to revoke: The token was revoked" in said("revoke", token, fails=True)

    token = said("toa-da-nang")
    said("revoke", "--agency", "toa-da-nang")
    with pytest.raises(TokenRevoked):
        Issuer(issuer.keys._folder).verify(f"Bearer {token}")

    token = said("toa-da-nang")
    key = said("keys").split()[0]
    said("revoke", "--key", key)
    with pytest.raises(TokenForged):
        Issuer(issuer.keys._folder).verify(f"Bearer {token}")
    assert "one of them" in said("revoke", fails=True)
    assert "one of them" in said("revoke", token, "--key", key, fails=True)


def test_a_key_is_renewed_and_the_former_verifies_for_the_overlap(
    said: Said, issuer: Issuer
) -> None:
    old = said("toa-da-nang")
    said("rotate", "--overlap", "2")
    former, current = said("keys").splitlines()
    assert "verifies until" in former
    assert current.endswith("signs")
    for token in (old, said("toa-da-nang")):
        issuer.verify(f"Bearer {token}")
    said("rotate", "--overlap", "0")
    with pytest.raises(TokenForged):
        Issuer(issuer.keys._folder).verify(f"Bearer {old}")
