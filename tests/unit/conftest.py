"""What every unit test shares: no server, and the contracts are read from their files once."""

import functools
from collections.abc import Iterator

import pytest

from services import all as composition


@pytest.fixture(scope="session", autouse=True)
def _contracts_read_once() -> Iterator[None]:
    """Let each platform that a test puts together share one catalogue: both are immutable."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("load_catalogue", "load_schemas"):
            patched.setattr(composition, name, functools.cache(getattr(composition, name)))
        yield
