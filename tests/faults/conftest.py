"""Whatever a fault test breaks, the next test finds whole."""

from collections.abc import Iterator

import msgspec
import pytest

from services.core.runtime.stack import Stack
from services.core.settings import Settings


@pytest.fixture(autouse=True)
def _mended(stack: Stack) -> Iterator[None]:
    yield
    stack.start()


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """A short lease, so that who comes after a dead process need not wait long for its lanes."""
    return msgspec.structs.replace(settings, lease_seconds=1.0)
