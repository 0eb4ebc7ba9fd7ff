"""What the reader of our output has taken: of a pipe only what it has read, not what waits there.

A pipe holds 64 kB that a reader may never read. Linux says how much waits in it, also once the
reader is gone, so the number of the last line that was read whole is known.
"""

import asyncio
import fcntl
import os
import select
import stat
import struct
import termios
from collections import deque
from typing import BinaryIO, Final

_LOOK_SECONDS: Final = 0.005


class Output:
    """Numbered lines on their way to a reader.

    A file or a terminal has taken a line once it is written. A reader that is gone raises
    BrokenPipeError; `taken` is right then too.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._is_pipe = stat.S_ISFIFO(os.fstat(out.fileno()).st_mode)
        self._written = 0
        self._waiting: deque[tuple[int, int]] = deque()  #: number of a line, and where it ends

    def write(self, number: int, line: bytes) -> None:
        """Write a line and what ends it; a pipe that is full is waited for."""
        self._out.write(line + b"\n")
        self._out.flush()
        self._written += len(line) + 1
        self._waiting.append((number, self._written))

    def taken(self) -> int | None:
        """Return the number of the last line taken since it was last asked, None for no more."""
        until, last = self._written - self._unread(), None
        while self._waiting and self._waiting[0][1] <= until:
            last, _ = self._waiting.popleft()
        return last

    async def drained(self) -> None:
        """Wait until everything is taken."""
        while self._unread():
            if self._is_reader_gone():
                raise BrokenPipeError
            await asyncio.sleep(_LOOK_SECONDS)

    def _unread(self) -> int:
        if not self._is_pipe:
            return 0
        found = fcntl.ioctl(self._out.fileno(), termios.FIONREAD, struct.pack("i", 0))
        return int(struct.unpack("i", found)[0])

    def _is_reader_gone(self) -> bool:
        poll = select.poll()
        poll.register(self._out.fileno(), 0)
        return any(event & select.POLLERR for _, event in poll.poll(0))
