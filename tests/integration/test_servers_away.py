"""A process waits for servers that start late or start again, says for what, and does not end."""

import asyncio
import json
import sys
from pathlib import Path

import httpx2
import msgspec

from services.core.settings import Settings
from tests.conftest import free_ports, stack_in
from tests.hearings.process import Program
from tests.patience import PATIENCE


async def _until_ready(port: int, program: Program) -> None:
    async with asyncio.timeout(PATIENCE), httpx2.AsyncClient(trust_env=False) as http:
        while (await http.get(f"http://127.0.0.1:{port}/health/ready")).status_code != 200:
            program.must_run()
            await asyncio.sleep(0.1)


async def _until_said(program: Program, word: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while word not in program.said:
            program.must_run()
            await asyncio.sleep(0.1)


async def test_run_waits_for_servers_that_start_after_it_and_goes_on_when_they_start_again(
    short_home: Path,
) -> None:
    stack = stack_in(short_home)
    started: Settings = await asyncio.to_thread(stack.start)
    await asyncio.to_thread(stack.stop)
    port = free_ports()[0]
    settings = msgspec.structs.replace(started, http_port=port, partitions=3)
    command = [sys.executable, "-m", "services.cli", "run", "--json"]
    with Program.run(command, settings, short_home / "run.log") as program:
        await _until_said(program, '"waiting"')
        assert str(settings.postgres_host) in program.said
        async with httpx2.AsyncClient(trust_env=False) as http:
            health = f"http://127.0.0.1:{port}/health"
            assert (await http.get(f"{health}/live")).status_code == 200
            assert (await http.get(f"{health}/ready")).status_code == 503
        await asyncio.to_thread(stack.start)
        await _until_ready(port, program)

        await asyncio.to_thread(stack.stop)
        await _until_said(program, "lane_in_doubt")
        await asyncio.to_thread(stack.start)
        await _until_ready(port, program)
        await program.stop()
        lines = [each for each in program.said.splitlines() if not each.startswith("http://")]
        assert all(isinstance(json.loads(each), dict) for each in lines)


async def test_setup_waits_for_a_database_that_starts_after_it(short_home: Path) -> None:
    stack = stack_in(short_home)
    started: Settings = await asyncio.to_thread(stack.start)
    await asyncio.to_thread(stack.stop)
    command = [sys.executable, "-m", "services.cli", "setup"]
    with Program.run(command, started, short_home / "setup.log") as program:
        await _until_said(program, "waiting")
        await asyncio.to_thread(stack.start)
        async with asyncio.timeout(PATIENCE):
            while program.runs:
                await asyncio.sleep(0.1)
        assert "services have their schemas" in program.said
        assert program._popen.returncode == 0
