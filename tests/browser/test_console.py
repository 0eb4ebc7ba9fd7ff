"""The console as people use it: in a real browser, on a real house."""

import asyncio
import shutil
import threading
import time
from collections.abc import Coroutine, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from services.all import NAMES
from services.core.bus.chain import Tail, number
from services.core.bus.kafka import Sender
from services.core.bus.record import Outgoing
from services.core.contracts.identifiers import new_id
from services.core.settings import Settings
from services.flows import picture
from services.flows.windows import Flow
from services.gateway import service as gateway
from services.simulator.story import rows
from tests.doors.house import (
    COURT,
    ENFORCERS,
    OPERATOR,
    Door,
    effective,
    issued,
    open_door,
    transferred,
)
from tests.integration.test_cli_case import PLAYED, Case
from tests.patience import PATIENCE
from tests.unit.telling import threads

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    *("--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
BURST = 10_000
MILLISECONDS = 120_000.0  #: of patience with the browser; only what hangs takes as long
T = TypeVar("T")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing")


class House:
    """A house that runs in a thread of its own, for a browser that is driven from this one."""

    def __init__(self, settings: Settings, names: Iterable[str] = NAMES) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._open = open_door(settings, names=names)
        self.door: Door = self.do(self._open.__aenter__())
        self.case = Case(self.door, rows())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work in the house."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(PATIENCE)

    def close(self) -> None:
        self.do(self._open.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    async def story(self) -> None:
        """Both cases up to the voluntary period, a refusal in one and a breach in the other."""
        for n in PLAYED:
            await self.case.play(n)
        await self.case.play(26, "refused")
        await self.case.play(17, document_event_id=new_id())
        await self.door.settled()


@pytest.fixture(scope="module")
def house(
    settings_of_module: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    home = tmp_path_factory.mktemp("home")
    house = House(msgspec.structs.replace(settings_of_module, home=home))
    try:
        house.do(house.story())
        yield house
    finally:
        house.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=MILLISECONDS
        )
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of; a test that provokes it takes note and clears it."""
    return []


@pytest.fixture
def context(browser: Browser, complaints: list[str]) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.set_default_timeout(MILLISECONDS)
    expect.set_options(timeout=MILLISECONDS)
    context.on(
        "console",
        lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None,
    )
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert complaints == []


@pytest.fixture
def page(house: House, context: BrowserContext) -> Page:
    """The list of facts, as an operator sees it."""
    return signed_in(context.new_page(), house, OPERATOR)


def signed_in(page: Page, house: House, agency: str) -> Page:
    page.goto(f"{house.door.url}/console")
    page.get_by_label("Mã truy cập").fill(house.door.token(agency))
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/console")
    return page


def connected(page: Page) -> Page:
    expect(page.locator("#status.connected")).to_be_visible()
    return page


def fact_of(house: House, number: str) -> str:
    answer = house.do(house.door.submit(issued(judgment_no=number))).json()
    return str(answer["facts"][0]["id"])


def test_a_fact_is_shown_as_it_is_recorded_and_the_page_is_never_loaded_again(
    house: House, page: Page
) -> None:
    connected(page).evaluate("window.kept = true")
    fact = fact_of(house, "61/2026/DS-PT")
    row = page.locator(f"#f-{fact}")
    expect(row).to_contain_text("toa-da-nang")
    expect(row).to_contain_text("judgment.issued")
    expect(row).to_contain_text("đã ghi nhận")
    assert page.locator("#facts li").first.get_attribute("id") == f"f-{fact}"
    assert page.evaluate("window.kept")

    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(f"#f-{fact}")).to_contain_text("a judgment was issued")
    page.get_by_role("link", name="Flows").click()  # the cookie keeps the language
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("main")).to_contain_text("There is no picture of the flows")


def test_seven_tabs_of_one_browser_stay_usable_and_all_are_live(
    house: House, page: Page, context: BrowserContext
) -> None:
    tabs = [page]
    for _ in range(6):
        tab = context.new_page()
        tab.goto(f"{house.door.url}/console")
        tabs.append(tab)
    for tab in tabs:
        connected(tab)
    fact = fact_of(house, "62/2026/DS-PT")
    for tab in tabs:
        expect(tab.locator(f"#f-{fact}")).to_have_count(1)
    tabs[-1].goto(f"{house.door.url}/console/cases/{house.case.id_of('J')}")
    expect(tabs[-1].get_by_role("heading", level=1)).to_be_visible()
    page.close()
    later = fact_of(house, "63/2026/DS-PT")
    expect(tabs[1].locator("#facts li").first).to_have_attribute("id", f"f-{later}")


def test_the_map_says_in_lines_and_in_a_table_who_sends_to_whom_and_when_it_is_old(
    house: House, page: Page
) -> None:
    flow = Flow(COURT, "thads.judgment.issued", ENFORCERS, 4, 4.0, 0.1, 0.1, 0.0, buckets={})
    home, now = house.door.whole.settings.home, time.time()
    picture.write(home, picture.Picture(now + 3_600, [flow]))
    page.goto(f"{house.door.url}/console/flows")
    expect(page.locator("svg path.edge")).to_have_count(1)
    expect(page.get_by_role("row", name=f"{COURT} {ENFORCERS}")).to_contain_text("4.0")
    expect(page.get_by_role("alert")).to_have_count(0)
    picture.write(home, picture.Picture(now - 3_600, [flow]))
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("lienthong run flows")
    (home / picture.FILE).unlink()


def test_from_the_sign_in_to_a_case_by_the_keyboard_alone(
    house: House, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{house.door.url}/console/sign-in")
    focus(page, "#token")
    page.keyboard.insert_text(house.door.token(OPERATOR))
    page.keyboard.press("Enter")
    page.wait_for_url("**/console")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    focus(page, "#number")
    page.keyboard.insert_text("702/qđ-thads")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/console/cases/{house.case.id_of('J.c2')}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("702/QĐ-THADS")


def focus(page: Page, selector: str) -> None:
    """Press Tab until something has the focus, and see that the focus can be seen."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.activeElement.matches(wanted)".replace("wanted", f"'{selector}'")
        ):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            return
    raise AssertionError(f"twenty times Tab did not lead to {selector}")


def test_a_cases_thread_marks_refusals_and_breaches_and_says_who_must_act(
    house: House, page: Page
) -> None:
    page.goto(f"{house.door.url}/console/cases/{house.case.id_of('J.c1')}")
    refused = page.locator("li.refused")
    expect(refused).to_contain_text("TỪ CHỐI")
    expect(refused).to_contain_text("case.completed")
    expect(page.get_by_role("region", name="Ai phải làm gì tiếp theo")).to_contain_text(
        "thads-da-nang"
    )
    page.goto(f"{house.door.url}/console/cases/{house.case.id_of('J')}")
    expect(page.locator("li.noted").first).to_contain_text("BẤT THƯỜNG")
    expect(page.get_by_role("region", name="Các phần")).to_contain_text("VOLUNTARY")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_anothers_case_looks_to_an_agency_as_one_that_does_not_exist(
    house: House, context: BrowserContext, complaints: list[str]
) -> None:
    page = signed_in(context.new_page(), house, "nh-song-cam")
    texts = []
    for case in (house.case.id_of("J.c1"), f"{new_id()}.c1"):
        answer = page.goto(f"{house.door.url}/console/cases/{case}")
        assert answer is not None
        assert answer.status == 404
        texts.append(page.content().replace(case, "…"))
    assert texts[0] == texts[1]
    answer = page.goto(f"{house.door.url}/console/cases?number=702/QĐ-THADS")
    assert answer is not None
    assert answer.status == 404
    complaints.clear()  # each 404 is one


def test_an_agency_sees_its_own_feed_live_and_of_a_case_what_it_may(
    house: House, context: BrowserContext
) -> None:
    page = connected(signed_in(context.new_page(), house, ENFORCERS))
    judgment, unheard = new_id(), fact_of(house, "63/2026/DS-PT")
    facts = [
        house.do(house.door.submit(claim)).json()["facts"][0]["id"]
        for claim in (issued(judgment), effective(judgment), transferred(judgment))
    ]
    house.do(house.door.settled())
    for fact in facts:
        expect(page.locator(f"#f-{fact}")).to_be_visible()
    expect(page.locator(f"#f-{unheard}")).to_have_count(0)
    all_ = 5  # with the clock of the transfer, which started and stopped
    expect(page.locator(f"#facts li:has(a[href*='{judgment}'])")).to_have_count(all_)
    page.locator(f"#f-{facts[2]} a").click()
    page.wait_for_url(f"**/console/cases/{judgment}#f-{facts[2]}")
    expect(page.locator("ol.lines li")).to_have_count(all_)
    expect(page.locator("li:target")).to_contain_text("judgment.transferred")


def test_a_page_survives_a_burst_and_says_what_it_skipped(
    settings: Settings, tmp_path: Path, context: BrowserContext
) -> None:
    house = House(msgspec.structs.replace(settings, home=tmp_path), (gateway.NAME,))
    try:
        page = connected(signed_in(context.new_page(), house, OPERATOR))
        page.evaluate(COUNTING)
        *_, last = house.do(burst(house.door))
        expect(page.locator(f"#f-{last}")).to_be_visible()
        shown, skipped = page.evaluate("[window.shown, window.skipped]")
        assert shown + skipped == BURST
        assert skipped > shown
        assert page.locator("#facts li").count() <= 301
        expect(page.locator("#status.connected")).to_be_visible()
    finally:
        context.close()
        house.close()


COUNTING = """
window.shown = window.skipped = 0;
document.body.addEventListener("htmx:sseMessage", ({detail: {data}}) => {
  window.shown += data.match(/<li id=/g)?.length ?? 0;
  window.skipped += Number(data.match(/class="gap">\\D*(\\d+)/)?.[1] ?? 0);
});
"""


async def burst(door: Door) -> list[str]:
    """Let a lane of cases, whose service does not run here, record as much as it can at once."""
    fact = threads.moved("VOLUNTARY")
    settings, target = door.whole.settings, (door.whole.topics.events("case"), 0)
    envelopes = [
        msgspec.structs.replace(fact.envelope, id=id_, causation=id_, correlation=id_)
        for id_ in (new_id() for _ in range(BURST))
    ]
    outgoing = [
        Outgoing(*target, threads.JUDGMENT, fact.record.value, envelope) for envelope in envelopes
    ]
    records = list(number("cases/0", target, Tail(), outgoing).records)
    sender = Sender(settings)
    await sender.start()
    try:
        while records:
            sent, _ = await sender.send(target, records)
            del records[:sent]
    finally:
        sender.abandon()
    return [envelope.id for envelope in envelopes]


def test_foreign_scripts_and_foreign_forms_do_nothing(
    house: House, page: Page, complaints: list[str]
) -> None:
    page.evaluate(
        "(() => { const foreign = document.createElement('script');"
        " foreign.textContent = 'window.broken = true'; document.body.append(foreign); })()"
    )
    assert page.evaluate("window.broken === undefined")
    assert any("Content Security Policy" in each for each in complaints)
    complaints.clear()
    assert page.evaluate("document.cookie") == ""

    foreign = page.request.post(
        f"{house.door.url}/console/sign-out",
        headers={"Origin": "http://elsewhere.example"},
        max_redirects=0,
    )
    assert foreign.status == 403
    page.get_by_role("button", name="Thoát").click()
    page.wait_for_url("**/console/sign-in")
    page.goto(f"{house.door.url}/console/cases/{house.case.id_of('J.c1')}")
    page.wait_for_url("**/console/sign-in?next=**")
    page.get_by_label("Mã truy cập").fill(f"{house.door.token(COURT)}x")
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert")).to_be_visible()
    complaints.clear()  # the answer is a 403
