"""B9: a bad deploy must not park the world, and one agency's poison must not stop it."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from services.core.bus.errors import BadDeploy
from services.core.bus.items import Item
from services.core.bus.letters import Letter

WINDOW: Final = 200
FAILURES: Final = 20
KEYS: Final = 3
AGENCIES: Final = 2


Marks = list[tuple[str, str] | None]  #: key and agency of each record that failed; None: it did not


class DeployGuard:
    """Watches how many of the last records of a service failed, over all its lanes in a process."""

    def __init__(self) -> None:
        self._window: deque[tuple[str, str] | None] = deque(maxlen=WINDOW)

    def check(self, items: Sequence[Item], letters: Sequence[Letter]) -> Marks:
        """Return what to `keep` of the batch once it is committed.

        Raises BadDeploy where its failures look like the code's.
        """
        failed = {id(letter.item) for letter in letters if not letter.behind}
        marks = [
            (item.record.key, item.envelope.agency) if id(item) in failed else None
            for item in items
        ]
        window = [*self._window, *marks][-WINDOW:]
        failures = [each for each in window if each is not None]
        if (
            len(failures) >= FAILURES
            and len(failures) * 5 > len(window)
            and len({key for key, _ in failures}) >= KEYS
            and len({agency for _, agency in failures}) >= AGENCIES
        ):
            cause = letters[0].cause if letters else "see the letters"
            raise BadDeploy(
                f"{len(failures)} of the last {len(window)} records failed, from several keys "
                f"and agencies; the last with {cause}. Nothing more is parked: deploy mended code"
            )
        return marks

    def keep(self, marks: Marks) -> None:
        """Take a committed batch into account."""
        self._window.extend(marks)
