"""How long a test waits for what must come: only what hangs takes so long, slow machine or not."""

from typing import Final

PATIENCE: Final = 600.0  #: seconds
