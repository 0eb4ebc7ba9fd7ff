"""Runs the built image: setup, every service, one submission to its outcome, a stop, the doctor.

`deploy/images/check` has built it and says how a command is run in it. The servers are those of the
compose file, the settings those of its services, their addresses put right for here.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx2
import psutil

from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from tests.conftest import free_ports
from tests.doors.house import COURT, issued
from tests.images.compose import PASSWORD, SERVICES, broker, postgres

_READY_SECONDS: Final = 180.0


def environment(service: str, settings: Settings, http_port: int) -> dict[str, str]:
    """Return what the compose file gives a service, with addresses and passwords of here."""
    here = {
        "LIENTHONG_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "LIENTHONG_KAFKA_AGENCY_BOOTSTRAP": settings.kafka_agency_bootstrap,
        "LIENTHONG_KAFKA_PASSWORD": PASSWORD if service == "setup" else "of-services",
        "LIENTHONG_KAFKA_SERVICES_PASSWORD": "of-services",
        "LIENTHONG_KAFKA_FLOWS_PASSWORD": "of-flows",
        "LIENTHONG_HTTP_HOST": "127.0.0.1",  # the image has no network of its own here
        "LIENTHONG_HTTP_PORT": str(http_port),
        "LIENTHONG_METRICS_PORT": "0",
    }
    given: Mapping[str, Any] = SERVICES[service]["environment"]
    return {name: here.get(name, str(value)) for name, value in given.items()}


class Image:
    """The image, and what its commands are told."""

    def __init__(self, work: Path, settings: Settings) -> None:
        self._command = str(work / "in-image")
        self._settings = settings
        self.http_port = free_ports()[0]

    async def start(self, service: str, *command: str) -> asyncio.subprocess.Process:
        given = environment(service, self._settings, self.http_port)
        return await asyncio.create_subprocess_exec(
            self._command,
            *(f"{name}={value}" for name, value in given.items()),
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )

    async def run(self, service: str, *command: str, codes: tuple[int, ...] = (0,)) -> str:
        """Run a command to its end and return what it said."""
        process = await self.start(service, *command)
        said, troubles = [each.decode() for each in await process.communicate()]
        if process.returncode not in codes or "Traceback" in troubles:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{said}{troubles}")
        return said.strip()


async def submitted(http: httpx2.AsyncClient, token: str) -> str:
    """Submit one judgment and return what became of it."""
    answer = await http.post(
        "/v1/submissions",
        json=issued(),
        headers={
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": new_id(),
            "Prefer": "wait=30",
        },
    )
    return str(answer.json().get("status", answer.text))


async def rehearse(work: Path, settings: Settings) -> None:
    image = Image(work, settings)
    print("setup:", (await image.run("setup", "setup")).splitlines()[-1])
    doctor = await image.run("setup", "doctor", codes=(0, 1))
    print("doctor:", next(line for line in doctor.splitlines() if "Java" in line))
    log = asyncio.create_task(_running(image, work))
    try:
        async with httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{image.http_port}", timeout=60, trust_env=False
        ) as http:
            began = time.monotonic()
            await _ready(http, log)
            print(f"run: ready after {time.monotonic() - began:.0f} s")
            token = (await image.run("house", "token", COURT)).splitlines()[-1]
            outcome = await submitted(http, token)
            print("submission:", outcome)
            if outcome != "recorded":
                sys.exit("expected it to be recorded")
        grant = await image.run("setup", "access", "grant", COURT)
        if settings.kafka_agency_bootstrap not in grant:
            sys.exit(f"the grant names another address than {settings.kafka_agency_bootstrap}")
        print("access grant:", grant.splitlines()[0])
    finally:
        began = time.monotonic()
        for process in _of_services(settings):
            process.terminate()
        grace = float(SERVICES["house"]["stop_grace_period"].removesuffix("s"))
        await asyncio.wait([log], timeout=grace)
    if not log.done():
        sys.exit(f"it did not stop within the grace period of {grace:.0f} s")
    print(f"stop: exit code {log.result()} after {time.monotonic() - began:.1f} s")
    if log.result():
        sys.exit("expected exit code 0")


async def _running(image: Image, work: Path) -> int:
    process = await image.start("house", *SERVICES["house"]["command"])
    said = b"".join(await process.communicate())
    (work / "services.log").write_bytes(said)
    if process.returncode:
        sys.stderr.write(said.decode()[-3000:])
    return process.returncode or 0


async def _ready(http: httpx2.AsyncClient, running: asyncio.Task[int]) -> None:
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until and not running.done():
        with contextlib.suppress(httpx2.TransportError):
            if (await http.get("/health/ready")).is_success:
                return
        await asyncio.sleep(0.2)
    sys.exit("it did not become ready")


def _of_services(settings: Settings) -> list[psutil.Process]:
    """Return the processes of `lienthong run` that were told of this check's broker."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = process.cmdline()
            is_run = "--no-prepare" in command and "python" in Path(command[0]).name
            told = process.environ().get("LIENTHONG_KAFKA_BOOTSTRAP") if is_run else None
            if told == settings.kafka_bootstrap:
                found.append(process)
    return found


def main() -> None:
    """Run the rehearsal in the folder where the image was built."""
    work = Path(sys.argv[1])
    for folder in ("kafka", "postgres-home"):
        (work / folder).mkdir()
    with postgres(work / "postgres-home", work / "sockets"), broker(work / "kafka") as settings:
        asyncio.run(rehearse(work, settings))


if __name__ == "__main__":
    main()
