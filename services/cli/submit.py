"""`lienthong submit FILE`: send submissions to the gateway for the agencies of this house."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

import httpx2
import msgspec

from services.cli.errors import CommandError, StackAway
from services.cli.platform_home import settings_of_platform
from services.cli.submission_file import Written, read
from services.core.access import directory
from services.core.access.directory import Agency
from services.core.access.tokens import Issuer
from services.core.contracts.catalogue_file import load_catalogue
from services.core.settings import Settings

_SECONDS: Final = 45.0
_REST_SECONDS: Final = 0.5
AGAIN: Final = frozenset({429, 503})  #: asked too much, or no time: who asks may come again
_MARKS: Final = {"recorded": "✓", "refused": "✗", "held": "…", "pending": "·"}


def submit(file: Path, *, wait: int = 10, dry_run: bool = False, json: bool = False) -> int:
    """Submit what a file holds, in its order. Exit code 1 unless all of it was taken.

    Parameters
    ----------
    file
        One JSON object or JSON lines: type, occurred_at, data and agency, and where wanted
        officer, role and key. Without a key the content makes it, so that sending a file twice
        submits once. `-` reads standard input.
    wait
        Seconds to wait for each outcome, at most 30.
    dry_run
        Ask what would become of each now, and submit nothing. Each is decided alone, as if the
        others had not been sent.
    json
        Print each answer as a line of JSON.
    """
    return asyncio.run(_submit(read(file), wait, dry_run=dry_run, json=json))


class Client:
    """Speaks to the gateway of this house for any of its agencies."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = Issuer(settings.secrets)
        self._directory = directory.load(load_catalogue())
        # A proxy that the environment names must not see what goes to this machine, tokens least.
        self._http = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{settings.http_port}", timeout=_SECONDS, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def submit(
        self, agency: str, submission: Mapping[str, Any], key: str, wait: int
    ) -> httpx2.Response:
        """Submit and return the answer, whatever it is. Raises CommandError: nobody answers.

        Where the house has no time, comes again under the same key for as long as it waits for one
        answer.
        """
        headers = {"Idempotency-Key": key, "Prefer": f"wait={wait}"}
        until = time.monotonic() + _SECONDS
        while True:
            answer = await self._ask("POST", "/v1/submissions", agency, headers, submission)
            if answer.status_code not in AGAIN or time.monotonic() > until:
                return answer
            await asyncio.sleep(_REST_SECONDS)

    async def dry_run(self, agency: str, submission: Mapping[str, Any]) -> httpx2.Response:
        """Ask what would become of a submission now, and return the answer, whatever it is."""
        return await self._ask("POST", "/v1/submissions?dry_run=true", agency, {}, submission)

    async def events(
        self, agency: str, after: int, limit: int, wait: int, feed: str = ""
    ) -> httpx2.Response:
        """Pull an agency's feed beyond a number, and return the answer, whatever it is.

        `feed` is the one in which the number counts, where that is known.
        """
        path = f"/v1/events?after={after}&limit={limit}&wait={wait}{feed and f'&feed={feed}'}"
        return await self._ask("GET", path, agency, {}, None)

    def known(self, agency: str) -> Agency:
        """Return an agency of the directory. Raises CommandError for any other."""
        entry = self._directory.agency(agency)
        if entry is None:
            raise CommandError(f"the directory has no agency {agency}; see schemas/directory.yaml")
        return entry

    async def counts(self) -> dict[str, int]:
        """Return how much was accepted, and what became of it."""
        answer = await self._ask("GET", "/v1/counts", "platform", {}, None)
        answer.raise_for_status()
        counts: dict[str, int] = answer.json()
        return counts

    async def _ask(
        self, method: str, path: str, agency: str, headers: dict[str, str], content: object
    ) -> httpx2.Response:
        entry = self.known(agency)
        headers["Authorization"] = f"Bearer {self._issuer.issue(entry)}"
        try:
            return await self._http.request(method, path, headers=headers, json=content)
        except httpx2.TransportError as error:
            raise StackAway(
                f"the gateway does not answer on {self._http.base_url} ({type(error).__name__}): "
                f"start it with `lienthong run`"
            ) from error


def told(answer: httpx2.Response) -> Iterator[str]:
    """Say what an answer means, every reason on a line of its own."""
    said = answer.json()
    if "status" in said and answer.status_code in {200, 202}:
        yield f"{_MARKS[said['status']]} {said['status']:9} {said['type']}  {said['id']}"
        yield from map(_reason, said["reasons"])
        for fact in said["facts"]:
            yield from _irregularity(fact)
        return
    if "would" in said:
        since = f"as of {said['as_of']}" if said["as_of"] else "nothing is recorded yet"
        yield f"{_MARKS[said['would']]} would be {said['would']}, {since}"
        yield from map(_reason, said["reasons"])
        for fact in said["facts"]:
            yield from _irregularity(fact) or [f"    {fact['type']}: {fact['vi']}"]
        for ask in said["asks"]:
            yield f"    asks {ask.get('part', '')}, {ask['type']}: {ask['vi']}"
        return
    yield f"✗ turned away, {answer.status_code} {said['code']}: {said['title_vi']}"
    for flaw in said.get("errors", [{"pointer": "", "detail": said.get("detail", "")}]):
        yield f"    {flaw['pointer']} {flaw['detail']}".rstrip()


def _reason(reason: Mapping[str, Any]) -> str:
    article = f" ({reason['article']})" if reason.get("article") else ""
    where = f" at {reason['field']}" if reason.get("field") else ""
    earliest = f", allowed from {reason['next_allowed']}" if reason.get("next_allowed") else ""
    return f"    {reason['code']}{article}{where}: {reason['vi']}{earliest}"


def _irregularity(fact: Mapping[str, Any]) -> list[str]:
    noted = fact.get("irregularity")
    return [f"    irregular, {noted['code']}: {noted['vi']}"] if noted else []


async def _submit(written: list[Written], wait: int, *, dry_run: bool, json: bool) -> int:
    taken = True
    async with Client(settings_of_platform()) as client:
        for agency, key, each in written:
            if dry_run:
                answer = await client.dry_run(agency, each)
                taken &= answer.is_success and answer.json()["would"] != "refused"
            else:
                answer = await client.submit(agency, each, key or _key(agency, each), wait)
                taken &= answer.is_success and answer.json()["status"] != "refused"
            print("\n".join([answer.text] if json else told(answer)), flush=True)
    return 0 if taken else 1


def _key(agency: str, submission: dict[str, Any]) -> str:
    content = msgspec.json.encode([agency, submission], order="sorted")
    return sha256(content).hexdigest()[:32]
