"""How long a test waits for what must come: only what hangs takes so long, slow machine or not."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from services.core.bus.errors import Doubt

PATIENCE: Final = 600.0  #: seconds
_REST: Final = 0.1

T = TypeVar("T")


async def surely(look: Callable[[], Awaitable[T]]) -> T:
    """Look until it is no doubt what is seen: who only looks on may look again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(Doubt):
                return await look()
            await asyncio.sleep(_REST)
