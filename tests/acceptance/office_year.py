"""A year of one enforcement office: what its courts, officers, banks and parties do, and when.

Each case follows a plot, with dice for whoever acts in it: in time, late, or never; told at once,
or days later. What is refused is let go, for only what was recorded counts.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from services.core.contracts.days import VIET_NAM
from services.core.contracts.event import Event
from services.core.contracts.events import deadline
from services.core.doors.problems import Problem
from services.simulator.play import Became
from tests.acceptance.memory_house import CATALOGUE, CODEC, MemoryHouse

BEGIN: Final = datetime(2026, 7, 1, 8, tzinfo=VIET_NAM)
END: Final = datetime(2027, 7, 1, tzinfo=VIET_NAM)

Plot: TypeAlias = Iterator[timedelta]


class Voice(NamedTuple):
    """Who says something."""

    agency: str
    officer: str | None
    role: str


COURT: Final = Voice("toa-da-nang", "thu-ky-hoa", "COURT")
HEAD: Final = Voice("thads-da-nang", "le-van-an", "HEAD")
CASHIER: Final = Voice("thads-da-nang", "pham-thi-cuc", "CASHIER")
OFFICER: Final = Voice("thads-khu-vuc-3", "tran-thi-binh", "OFFICER")
PARTY: Final = Voice("cong-thads", None, "PARTY")
BANK: Final = Voice("nh-song-cam", "can-bo-nh", "HOLDER")
LAND: Final = Voice("dat-dai-da-nang", "can-bo-dat", "HOLDER")
INSURER: Final = Voice("bhxh-da-nang", "can-bo-bhxh", "HOLDER")
POLICE: Final = Voice("ca-thi-hanh-an-da-nang", "dao-van-em", "POLICE")
COMMUNE: Final = Voice("ubnd-phuong-song-cam", "ngo-thi-giang", "COMMUNE")
PROCURACY: Final = Voice("vks-khu-vuc-3", "ho-van-khanh", "PROCURACY")
VALUER: Final = Voice("tdg-ngu-son", "bui-van-lam", "VALUER")
AUCTIONEER: Final = Voice("dg-cam-giang", "ly-thi-mai", "AUCTIONEER")
CENTRAL: Final = Voice("cuc-quan-ly-thads", None, "CENTRAL_BODY")
ELSEWHERE: Final = Voice("thads-hue", "nguyen-thi-huong", "HEAD")  #: to whom cases are entrusted


def doc(name: str) -> dict[str, str]:
    """Return a paper."""
    return {"document_id": name, "sha256": "0" * 64}


class Year:
    """The dice, the clock on the wall, and who is to act next."""

    def __init__(self, house: MemoryHouse, seed: int) -> None:
        self.house, self.dice = house, Random(seed)  # noqa: S311 - the same year again
        self.late = 0.1  #: the share of what is told only days after it happened
        self.became: Counter[tuple[str, str]] = Counter()
        self.numbers = itertools.count(1)
        self._clocks: dict[str, tuple[deadline.Started, datetime]] = {}
        self._heard: dict[tuple[str, int], int] = {}
        self._waiting: list[tuple[datetime, int, Plot]] = []

    @property
    def now(self) -> datetime:
        """The moment in Viet Nam."""
        return self.house.clock.moment.astimezone(VIET_NAM)

    def run(self) -> None:
        """Let everybody act until the year is over."""
        while self._waiting and self._waiting[0][0] < END:
            moment, _, plot = heapq.heappop(self._waiting)
            self.let_pass(moment)
            if (wait := next(plot, None)) is not None:
                self.begin(plot, wait)
        self.let_pass(END)

    def let_pass(self, moment: datetime) -> None:
        """Let it be a moment."""
        for _said in self.house.move(max(moment, self.now)):
            pass

    def begin(self, plot: Plot, wait: timedelta = timedelta()) -> None:
        """Let somebody act beside the others, after a while."""
        moment = (max(self.now, BEGIN) + wait).replace(microsecond=0)
        odd = self.dice.random()
        if odd < 0.06:  # at the very end of a day, or at the very hour of an alarm
            moment = moment.replace(hour=0 if odd < 0.03 else 17, minute=0, second=0)
        heapq.heappush(self._waiting, (moment, next(self.numbers), plot))

    def running(self, part: str, rules: tuple[str, ...]) -> list[tuple[deadline.Started, datetime]]:
        """Return clocks of a part, with the moments at which they are due as of now."""
        for event in self._new_of_clocks():
            if isinstance(event, deadline.Started) and event.due:
                self._clocks[event.clock_id] = event, event.due
            elif isinstance(event, deadline.Resumed | deadline.Extended):
                self._clocks[event.clock_id] = self._clocks[event.clock_id][0], event.new_due
        return [
            each
            for each in self._clocks.values()
            if each[0].watched == part and each[0].rule_id in rules
        ]

    def _new_of_clocks(self) -> Iterator[Event]:
        for target, records in self.house.log.records.items():
            if target[0].endswith(".deadline.events"):
                for record in records[self._heard.get(target, 0) :]:
                    yield CODEC.decode(record.value)
                self._heard[target] = len(records)

    def new_id(self) -> str:
        """Mint an id of version 7 that the seed alone decides."""
        stamp = int(self.now.timestamp() * 1000)
        low = self.dice.getrandbits(62) | 1 << 63
        return str(UUID(int=stamp << 80 | 7 << 76 | self.dice.getrandbits(12) << 64 | low))

    def say(
        self, who: Voice, type_: str, part: str, at: datetime | None = None, **data: Any
    ) -> str | None:
        """Say what happened, now or before; return the fact, None where it was not recorded.

        No two things are said at one moment: their order could not be read off what was recorded.
        """
        part_field = CATALOGUE.event(f"thads.{type_}").part
        said = {
            "type": f"thads.{type_}",
            "occurred_at": (at or self.now).isoformat(),
            "data": {part_field: part, **{name.rstrip("_"): said for name, said in data.items()}},
            "role": who.role,
        }
        if who.officer:
            said["officer"] = who.officer
        try:
            became = self.house.submit(who.agency, said)
        except Problem as problem:
            became = Became("turned away", (problem.code,))
        self.let_pass(self.now + timedelta(seconds=1))
        for code in became.codes or ("-",):
            self.became[f"{type_} {became.status}", code] += 1
        return became.facts[0] if became.status == "recorded" else None


def file(year: Year, plot: str) -> Plot:
    """Open a judgment and follow its plot."""
    yield timedelta()
    this = File(year, plot)
    yield from this.opened()


class File:
    """One judgment and its one case, or two."""

    def __init__(self, year: Year, plot: str) -> None:
        self.year, self.dice, self.plot = year, year.dice, plot
        self.id = year.new_id()
        self.debtor, self.creditor, self.state = (f"{self.id}.p{n}" for n in (1, 2, 3))
        self.case = f"{self.id}.c1"
        self.amount = self.dice.randrange(2, 900) * 1_000_000
        self.paid = 0
        self.decision = ""
        self.verification: str | None = None
        self.coercion_paper: str | None = None
        self.back = timedelta()  #: how long ago that happened which is told next

    # -- dice

    def some(self, low: float, high: float) -> timedelta:
        """Return a while, of days."""
        return timedelta(seconds=round(86_400 * self.dice.uniform(low, high)))

    def soon(self) -> timedelta:
        """Return a while within a day or two."""
        return self.some(0.02, 1.6)

    def around(self, days: float) -> timedelta:
        """Return a while about as long as a term: often in time, often late."""
        return self.some(0.1, 2.2 * days)

    def by(self, share: float) -> bool:
        """Throw the dice."""
        return self.dice.random() < share

    @property
    def now(self) -> datetime:
        """When that happened which is told next."""
        return max(self.year.now - self.back, BEGIN)

    @property
    def today(self) -> str:
        """The day on which it did."""
        return self.now.date().isoformat()

    def earlier(self) -> str:
        """Return today, or sometimes a day or two before."""
        back = self.dice.choice([0, 0, 0, 1, 2])
        return (self.now - timedelta(days=back)).date().isoformat()

    def at_night(self) -> datetime:
        """Return when a thing happened that is only told now: now, or some days ago."""
        return max(self.year.now - self.some(0.5, 6), BEGIN)

    def say(self, who: Voice, type_: str, part: str = "", **data: Any) -> str | None:
        """Say something of the case, now or some days after; return the fact, if there is one."""
        fact = self.year.say(who, type_, part or self.case, **{"at": self.now, **data})
        self.back = self.some(0.2, 5) if self.by(self.year.late) else timedelta()
        return fact

    def signed(self, who: Voice = HEAD, **more: Any) -> dict[str, Any]:
        """Return what every decision has."""
        number = f"{next(self.year.numbers)}/QĐ"
        return {
            "decision_no": number,
            "decided_on": self.today,
            "signed_by": who.officer or who.agency,
            "capacity": "OFFICER" if who.role == "OFFICER" else "HEAD",
            "document": doc(number),
            **more,
        }

    def beside(self, plot: Plot, wait: timedelta | None = None) -> None:
        """Let something happen beside."""
        self.year.begin(plot, self.soon() if wait is None else wait)

    # -- opening

    def opened(self) -> Plot:
        """The judgment, up to the decision that opens the case."""
        kind = {"provisional": "PROVISIONAL_MEASURE", "bankrupt": "BANKRUPTCY"}.get(
            self.plot, "ARBITRAL" if self.plot == "arbitral" else "CIVIL"
        )
        at_once = self.plot in {"at_once", "provisional"}
        fee = self.plot in {"fee", "bankrupt", "provisional"}
        nature = {"act": "ACT", "worker": "WORKER", "child": "PERSON"}.get(self.plot, "MONEY")
        item = {
            "item_no": 1,
            "nature": nature,
            "initiative": "EX_OFFICIO" if fee else "ON_REQUEST",
            "creditor": self.state if self.plot == "fee" else self.creditor,
            "debtor": self.debtor,
        }
        if nature == "MONEY":
            item["amount"] = self.amount
        number = next(self.year.numbers)
        self.say(
            COURT,
            "judgment.issued",
            self.id,
            court_id=COURT.agency,
            judgment_no=f"{number}/2026/DS-ST",
            kind=kind,
            issued_on=self.earlier() if self.year.now > BEGIN + timedelta(days=3) else self.today,
            enforceable="AT_ONCE" if at_once else "ON_EFFECT",
            parties=[
                {"ref": self.debtor, "kind": "PERSON"},
                {"ref": self.creditor, "kind": "ORGANISATION"},
                {"ref": self.state, "kind": "STATE"},
            ],
            items=[item],
        )
        if not at_once or self.by(0.5):
            yield self.around(1)
            self.say(COURT, "judgment.made_effective", self.id, effective_on=self.today, items=[1])
        if self.plot == "early":
            self.say(
                PARTY,
                "case.requested",
                items=[1],
                requester=self.creditor,
                channel="POST",
                received_on=self.today,
            )
        if self.by(0.12):
            return  # the court never hands it over
        yield self.around(15 if at_once or kind == "ARBITRAL" else 24)
        sent: dict[str, Any] = {
            "to_agency": HEAD.agency,
            "sent_at": self.now.isoformat(),
            "documents": [doc(f"{number}/2026")],
        }
        if self.say(COURT, "judgment.transferred", self.id, **sent) is None:
            done = {"already_done": True, "document": doc(f"{number}/2026")}
            self.say(COURT, "judgment.transferred", self.id, **sent, **done)
        yield self.soon()
        self.say(HEAD, "judgment.received", self.id, received_on=self.earlier(), missing=[])
        if not fee and self.plot != "early":
            yield self.around(2)
            self.say(
                PARTY,
                "case.requested",
                items=[1],
                requester=self.creditor,
                channel="DIGITAL",
                received_on=self.earlier(),
            )
        if self.plot == "conditional":
            yield self.around(5)
            self.say(
                PARTY,
                "case.new_information_received",
                received_on=self.earlier(),
                about="LEGAL_CONDITION",
            )
        yield self.around(0.5 if self.plot == "provisional" else 4)
        if self.plot == "declined" or self.by(0.06):
            self.say(HEAD, "case.request_declined", ground="c", **self.signed())
            return
        if self.by(0.05):
            return  # nobody ever decides
        yield from self.decided(fee=fee)

    def decided(self, *, fee: bool) -> Plot:
        """The decision, who is told of it, and what comes of it."""
        provisional = self.plot == "provisional"
        of_money = self.plot not in {"act", "worker", "child"}
        amount: dict[str, Any] = {"amount": self.amount} if of_money else {}
        decision = self.say(
            HEAD,
            "case.decided",
            items=[1],
            initiative="EX_OFFICIO" if fee else "ON_REQUEST",
            debtor=self.debtor,
            provisional=provisional,
            **amount,
            **self.signed(),
        )
        if decision is None:
            return
        self.decision = decision
        yield timedelta(minutes=20)
        self.say(
            HEAD,
            "case.officer_assigned",
            officer_id=OFFICER.officer,
            assigned_at=self.now.isoformat(),
            no_conflict=True,
            provisional=provisional,
        )
        self.told(decision, "ENFORCEMENT_DECISION", provisional=provisional)
        yield from getattr(self, self.plot)()

    def told(self, paper: str | None, notice: str, **more: Any) -> None:
        """Tell parties and procuracy of a paper: soon, late, twice, or never; at once or after."""
        if paper is None:
            return
        for as_, who in (
            ("DEBTOR", self.debtor),
            ("CREDITOR", self.creditor),
            ("PROCURACY", PROCURACY.agency),
        ):
            is_first = notice == "ENFORCEMENT_DECISION" and as_ == "DEBTOR"
            if is_first or self.by(0.88):
                wait = self.around(1 if is_first else 2)
                self.beside(self.notice(paper, notice, as_, who, more), wait)
                if self.by(0.1):
                    self.beside(self.notice(paper, notice, as_, who, more), self.around(9))

    def notice(self, paper: str, notice: str, as_: str, who: str, more: dict[str, Any]) -> Plot:
        """One notice."""
        yield timedelta()
        at = self.at_night() if self.by(0.15) else self.year.now
        self.say(
            OFFICER,
            "case.notified",
            at=at,
            document_event_id=paper,
            notice=notice,
            addressee=who,
            as_=as_,
            method="POST",
            valid_on=at.date().isoformat(),
            **more,
        )

    # -- what is done in every case

    def voluntary(self) -> Plot:
        """The debtor's time, and the verification after it."""
        yield self.some(13, 18)
        self.ask_about()
        yield self.around(7)
        if self.by(0.9):
            yield from self.verified("CONDITIONS_FOUND")

    def verified(self, finding: str) -> Plot:
        """The means are verified."""
        at = self.at_night() if self.by(0.15) else self.year.now
        self.verification = self.say(
            OFFICER,
            "case.verified",
            at=at,
            verified_on=at.date().isoformat(),
            finding=finding,
            minutes=doc("bb"),
        )
        yield timedelta(minutes=5)

    def ask_about(self) -> None:
        """Bank, registry and insurance are asked about the debtor."""
        asked = ((BANK, ["ACCOUNT"]), (LAND, ["LAND"]), (INSURER, ["INCOME"]))
        for number, (holder, kinds) in enumerate(asked, 1):
            self.beside(self.information(f"{self.case}.r{number}", holder, kinds))

    def information(
        self, request: str, holder: Voice, kinds: list[str], *, provisional: bool = False
    ) -> Plot:
        """One request, answered in time, late, in part, or never."""
        yield timedelta()
        self.say(
            OFFICER,
            "information.requested",
            request,
            holder_id=holder.agency,
            subject=self.debtor,
            kinds=kinds,
            provisional=provisional,
            basis={"judgment_no": "1", "decision_no": "1"},
        )
        if self.by(0.1):
            return
        yield self.around(0.8)
        if self.by(0.9):
            at = self.year.now - self.some(0, 0.4) if self.by(0.2) else self.year.now
            for wait in [timedelta()] if self.by(0.85) else [self.around(2), self.around(3)]:
                self.beside(
                    self.acknowledges(holder, request, at, kinds, provisional=provisional), wait
                )
        yield self.around(0.25 if "ACCOUNT" in kinds else 2)
        answer = self.dice.choice(["FULL"] * 4 + ["PARTIAL", "declined", "withdrawn", ""])
        if answer == "PARTIAL":
            self.answered(holder, request, answer)
            yield self.around(3)
            answer = "FULL"
        if answer == "FULL":
            self.answered(holder, request, answer)
        elif answer == "declined":
            self.say(
                holder,
                "information.declined",
                request,
                declined_at=self.now.isoformat(),
                ground="NOT_HOLDER",
                document=doc("nh"),
            )
        elif answer == "withdrawn":
            self.say(OFFICER, "information.withdrawn", request)

    def acknowledges(
        self, holder: Voice, request: str, at: datetime, kinds: list[str], *, provisional: bool
    ) -> Plot:
        """The holder says that he has the request, perhaps after he has answered it."""
        yield timedelta()
        self.say(
            holder,
            "information.acknowledged",
            request,
            at=at,
            received_at=at.isoformat(),
            kinds=kinds,
            provisional=provisional,
        )

    def answered(self, holder: Voice, request: str, completeness: str) -> None:
        """The holder answers, and may say only later that he did."""
        at = self.year.now - self.some(0.01, 3) if self.by(0.2) else self.year.now
        self.say(
            holder,
            "information.answered",
            request,
            at=at,
            answered_at=at.isoformat(),
            completeness=completeness,
            found=True,
            documents=[],
        )

    def collect(self, amount: int, source: str = "VOLUNTARY", **more: Any) -> None:
        """Money comes in."""
        at = self.at_night() if source == "VOLUNTARY" and self.by(0.2) else self.year.now
        data = {"costs": 0, "costs_advanced": False, **more}
        receipt = f"PT-{next(self.year.numbers)}"
        self.say(
            CASHIER,
            "payment.collected",
            at=at,
            receipt_no=receipt,
            amount=amount,
            source=source,
            collected_on=at.date().isoformat(),
            **data,
        )

    def pay_out(self, amount: int, purpose: str = "CREDITOR") -> None:
        """Money leaves."""
        voucher = f"PC-{next(self.year.numbers)}"
        payee = self.state if purpose == "STATE_BUDGET" else self.creditor
        self.say(
            CASHIER,
            "payment.paid_out",
            voucher_no=voucher,
            payee=payee,
            amount=amount,
            fee=0,
            purpose=purpose,
            paid_on=self.today,
        )

    def complete(self) -> None:
        """The case is done."""
        self.say(OFFICER, "case.completed", completed_on=self.today)

    def ground(self, *calls_for: str, who: Voice = HEAD, provisional: bool = False) -> str | None:
        """A ground arises."""
        return self.say(
            who,
            "case.ground_found",
            calls_for=list(calls_for),
            ground="as found",
            arose_on=self.earlier(),
            provisional=provisional,
        )

    # -- plots

    def pays(self) -> Plot:
        """The debtor pays of himself, in one sum or two, and the creditor gets it."""
        yield self.around(5)
        half = self.amount // 2
        self.collect(half)
        if self.by(0.7):
            yield self.around(4)
            self.collect(self.amount - half)
        else:
            half -= 1
        yield self.around(6)
        self.pay_out(half)
        yield self.around(5)
        self.pay_out(self.amount - half)
        if self.by(0.6):
            yield self.soon()
            self.complete()

    def fee(self) -> Plot:
        """A fee for the State."""
        yield self.around(8)
        self.collect(self.amount)
        yield self.around(8)
        self.pay_out(self.amount, "STATE_BUDGET")
        yield self.soon()
        self.complete()

    def performs(self) -> Plot:
        """It is done between the parties; the explanation of the court comes before."""
        self.beside(self.clarification(PARTY))
        yield self.around(9)
        at = self.at_night() if self.by(0.3) else self.year.now
        self.say(
            OFFICER,
            "case.performed",
            at=at,
            items=[1],
            performed_on=at.date().isoformat(),
            evidence=doc("bb"),
            amount=self.amount,
        )
        yield self.around(6)
        self.complete()

    def clarification(self, who: Voice) -> Plot:
        """The court is asked what its judgment means."""
        yield self.soon()
        part = f"{self.id}.q1"
        self.say(who, "judgment.clarification_requested", part, received_on=self.earlier())
        if who is HEAD:
            yield self.around(4)
            self.say(HEAD, "case.postponed", ground="g", items=[1], **self.signed())
        yield self.some(1, 20)
        if self.by(0.4):
            self.extend(COURT, part, "L-13-1")
        yield self.around(20)
        if self.by(0.85):
            answer = self.say(
                COURT,
                "judgment.clarified",
                part,
                outcome="EXPLAINED",
                answered_on=self.today,
                document=doc("tl"),
            )
            if who is HEAD and answer:
                yield self.around(4)
                resumed = self.say(HEAD, "case.resumed", cause_event_id=answer, **self.signed())
                self.told(resumed, "RESUMPTION")

    early = pays
    arbitral = performs
    at_once = pays
    conditional = pays
    declined = pays

    def asks_court(self) -> Plot:
        """The office itself asks, and postpones until it is answered."""
        yield self.some(1, 20)
        yield from self.clarification(HEAD)
        yield from self.voluntary()

    def poor(self) -> Plot:
        """No means: declared, published, verified again, and perhaps means after all."""
        yield self.some(13, 24)
        self.ask_about()
        yield self.around(4)
        yield from self.verified(self.dice.choice(["NO_CONDITIONS", "ADDRESS_UNKNOWN"]))
        yield self.around(4)
        if self.by(0.2):
            self.ground("UNENFORCEABLE")
            yield self.around(4)
        declared = self.say(
            HEAD,
            "case.declared_unenforceable",
            ground="a",
            ground_on=self.today,
            verification_id=self.verification or self.id,
            cycle=self.dice.choice(["SIX_MONTHS", "SIX_MONTHS", "YEAR"]),
            **self.signed(),
        )
        self.told(declared, "UNENFORCEABLE")
        if self.by(0.8):
            yield self.around(9)
            self.say(
                HEAD,
                "case.published",
                portal_at=self.now.isoformat(),
                commune_id=COMMUNE.agency,
            )
        news = ["CONDITIONS", "CONFLICTING_RESULT", "PROTESTED_RESULT"]
        for about in self.dice.sample(news, self.dice.choice([0, 2])):
            yield self.some(5, 60)
            self.say(
                OFFICER, "case.new_information_received", received_on=self.earlier(), about=about
            )
            yield self.around(8)
            if self.by(0.8):
                yield from self.verified("NO_CONDITIONS")
        yield self.some(60, 300)
        yield from self.verified(self.dice.choice(["NO_CONDITIONS", "CONDITIONS_FOUND"]))
        yield self.around(20)
        resumed = self.say(
            HEAD, "case.resumed", cause_event_id=self.verification or self.id, **self.signed()
        )
        self.told(resumed, "RESUMPTION")

    def postponed(self) -> Plot:
        """A ground to postpone, and its end."""
        yield from self.voluntary()
        self.ground("POSTPONE")
        yield self.around(4)
        paper = self.say(HEAD, "case.postponed", ground="a", items=[1], **self.signed())
        self.told(paper, "POSTPONEMENT")
        yield self.some(10, 60)
        cause = self.ground("RESUME", who=OFFICER)
        yield self.around(4)
        resumed = self.say(HEAD, "case.resumed", cause_event_id=cause or self.id, **self.signed())
        self.told(resumed, "RESUMPTION")

    def demanded(self) -> Plot:
        """The procuracy demands postponement, for three months at most."""
        yield from self.voluntary()
        on = self.today
        self.say(
            PROCURACY,
            "case.postponement_demanded",
            demanded_on=on,
            received_at=self.now.isoformat(),
            until=on,
        )
        yield self.around(0.6)
        paper = self.say(
            HEAD, "case.postponed", ground="DEMAND", items=[1], demanded_on=on, **self.signed()
        )
        self.told(paper, "POSTPONEMENT")
        cause = None
        if self.by(0.5):
            yield self.some(10, 80)
            cause = self.ground("RESUME")
        else:
            yield self.some(93, 104)
            cause = next(
                (
                    envelope.id
                    for envelope, event in self.year.house.history()
                    if isinstance(event, deadline.Expired)
                    and event.rule_id == "L-46-5"
                    and event.watched == self.case
                ),
                None,
            )
        yield self.around(3)
        self.say(HEAD, "case.resumed", cause_event_id=cause or self.id, **self.signed())

    def suspended(self) -> Plot:
        """Bankruptcy proceedings: suspended, and on again."""
        yield from self.voluntary()
        self.ground("SUSPEND")
        yield self.around(4)
        paper = self.say(HEAD, "case.suspended", basis="OWN", ground="a", **self.signed())
        self.told(paper, "SUSPENSION")
        yield self.some(10, 90)
        cause = self.ground("RESUME")
        yield self.around(4)
        resumed = self.say(HEAD, "case.resumed", cause_event_id=cause or self.id, **self.signed())
        self.told(resumed, "RESUMPTION")

    def ordered(self) -> Plot:
        """A protest: suspended by order, then upheld or annulled."""
        yield self.some(2, 30)
        paper = self.say(
            HEAD,
            "case.suspended",
            basis="ORDER",
            ground="PROTEST",
            received_on=self.earlier(),
            **self.signed(),
        )
        if self.by(0.5):
            self.told(paper, "SUSPENSION")
        elif paper and self.by(0.5):
            late = self.notice(paper, "SUSPENSION", "DEBTOR", self.debtor, {})
            self.beside(late, self.some(6, 14))
        yield self.some(20, 90)
        outcome = self.dice.choice(["UPHELD", "AMENDED", "ANNULLED"])
        cause = self.say(
            COURT,
            "judgment.revised",
            self.id,
            outcome=outcome,
            items=[1],
            received_on=self.earlier(),
            document=doc("gdt"),
        )
        yield self.around(4)
        if outcome == "ANNULLED":
            self.terminate("1")
        else:
            self.say(HEAD, "case.resumed", cause_event_id=cause or self.id, **self.signed())

    def terminate(self, ground: str) -> str | None:
        """The case ends without performance."""
        paper = self.say(HEAD, "case.terminated", ground=ground, items=[1], **self.signed())
        self.told(paper, "TERMINATION")
        return paper

    def exempted(self) -> Plot:
        """The court remits what is owed."""
        yield from self.secured("STOP_TRANSFER")
        yield self.some(20, 60)
        self.say(
            COURT,
            "case.exempted",
            amount=self.amount,
            effective_on=self.today,
            whole=True,
            **self.signed(COURT, capacity="JUDGE"),
        )
        yield self.around(4)
        self.terminate("7")

    def stopped(self) -> Plot:
        """A ground to terminate; bankruptcy proceedings stop, and it is recalled."""
        yield self.some(2, 50)
        self.ground("TERMINATE")
        yield self.around(4)
        paper = self.terminate("5")
        yield self.some(10, 60)
        if self.by(0.8):
            self.ground("RECALL_TERMINATION")
            yield self.around(4)
            self.say(
                HEAD,
                "case.decision_recalled",
                recalled_event_id=paper or self.id,
                action="RECALL",
                **self.signed(),
            )

    def entrusted(self) -> Plot:
        """The case goes to another office."""
        yield self.some(2, 40)
        self.ground("ENTRUST")
        yield self.around(4)
        yield from self.entrust("CASE", provisional=False)

    def entrust(self, kind: str, *, provisional: bool) -> Plot:
        """To another office, and what that does."""
        paper = self.say(
            HEAD,
            "case.entrusted",
            to_agency=ELSEWHERE.agency,
            kind=kind,
            items=[1],
            documents=[doc("hs")],
            **self.signed(),
        )
        if not provisional:
            self.told(paper, "OTHER_DECISION")
        yield self.around(2)
        self.say(
            ELSEWHERE,
            "case.entrustment_received",
            received_on=self.earlier(),
            kind=kind,
            provisional=provisional,
        )
        yield self.around(0.5 if provisional else 6)
        if kind == "ASSET":
            self.say(
                ELSEWHERE,
                "case.entrusted_asset_decided",
                asset=f"{self.id}.a1",
                **self.signed(ELSEWHERE),
            )
        elif self.by(0.8):
            self.say(
                ELSEWHERE,
                "case.decided",
                f"{self.id}.c2",
                items=[1],
                provisional=provisional,
                previous_case_id=self.case,
                initiative="EX_OFFICIO" if provisional else "ON_REQUEST",
                debtor=self.debtor,
                amount=self.amount,
                **self.signed(ELSEWHERE),
            )

    def asset_elsewhere(self) -> Plot:
        """An asset lies elsewhere."""
        yield from self.voluntary()
        yield from self.entrust("ASSET", provisional=False)

    def provisional(self) -> Plot:
        """A provisional measure: everything at once."""
        yield self.around(0.5)
        if self.by(0.7):
            yield from self.verified("CONDITIONS_FOUND")
        self.beside(self.information(f"{self.case}.r1", LAND, ["LAND"], provisional=True))
        yield self.some(3, 30)
        if self.by(0.5):
            self.ground("ENTRUST", provisional=True)
            yield self.around(0.9)
            yield from self.entrust("CASE", provisional=True)
        else:
            self.ground("END_PROVISIONAL", provisional=True)
            yield self.around(0.6)
            self.terminate("8")

    bankrupt = fee

    # -- security

    def secured(self, kind: str) -> Plot:
        """A security measure, urgent or not."""
        measure = f"{self.case}.m{next(self.year.numbers)}"
        voice = HEAD if kind == "EXIT_BAN" else OFFICER
        if kind in {"BLOCK", "SEIZE"} and self.by(0.6):
            minutes = self.say(
                OFFICER,
                "measure.minuted",
                measure,
                kind=kind,
                holder_id=BANK.agency,
                minuted_at=self.now.isoformat(),
            )
            self.beside(self.measure_told(measure, minutes, "PROCURACY"), self.around(0.5))
            yield self.around(0.9)
        ordered = self.say(
            voice,
            "measure.ordered",
            measure,
            kind=kind,
            holder_id=BANK.agency,
            subject=self.debtor,
            amount=self.amount,
            exit_ban_excluded=False,
            **self.signed(voice),
        )
        as_ = "EXIT_CONTROL" if kind == "EXIT_BAN" else "HOLDER"
        self.beside(self.measure_told(measure, ordered, as_), self.around(0.4))
        self.beside(self.measure_told(measure, ordered, "PROCURACY"), self.around(2))
        yield self.around(0.9)
        at = self.at_night() if self.by(0.15) else self.year.now
        executed = self.say(
            BANK, "measure.executed", measure, at=at, executed_at=at.isoformat(), result="DONE"
        )
        for as_ in ("DEBTOR", "CREDITOR"):
            self.beside(self.measure_told(measure, executed, as_), self.around(2))
        self.beside(self.unsecured(measure, voice), self.some(20, 120))

    def measure_told(self, measure: str, paper: str | None, as_: str) -> Plot:
        """Somebody is told of a measure."""
        yield timedelta()
        who = {"DEBTOR": self.debtor, "CREDITOR": self.creditor, "PROCURACY": PROCURACY.agency}
        if paper is None or self.by(0.1):
            return
        at = self.year.now - self.some(0.1, 2) if self.by(0.2) else self.year.now
        self.say(
            OFFICER,
            "measure.notified",
            measure,
            at=at,
            document_event_id=paper,
            addressee=who.get(as_, BANK.agency),
            as_=as_,
            method="DIGITAL",
            valid_at=at.isoformat(),
        )

    def unsecured(self, measure: str, voice: Voice) -> Plot:
        """A measure is lifted."""
        yield timedelta()
        self.ground("END_SECURITY")
        yield self.around(2.5)
        self.say(
            voice,
            "measure.lifted",
            measure,
            ground="a",
            decided_on=self.today,
            decision_no=f"{next(self.year.numbers)}/QĐ",
            signed_by=voice.officer,
        )

    # -- coercion

    def means(self) -> Plot:
        """Means are found, and the debtor will not pay."""
        yield from self.voluntary()
        yield self.soon()
        self.say(
            OFFICER,
            "case.persuasion_recorded",
            held_on=self.today,
            participants=["OFFICER"],
            outcome="REFUSED",
        )

    def coerced(self, kind: str, **more: Any) -> str:
        """Coercion is decided and told."""
        coercion = f"{self.case}.k{next(self.year.numbers)}"
        data = {"real_estate": False, "seizable": True, "only_home": False, **more}
        decided = self.say(
            OFFICER,
            "coercion.decided",
            coercion,
            kind=kind,
            items=[1],
            **data,
            **self.signed(OFFICER),
        )
        self.told(decided, "COERCION_DECISION")
        self.coercion_paper = decided
        return coercion

    def account(self) -> Plot:
        """Blocked, then taken from the account."""
        self.beside(self.secured("BLOCK"), self.some(8, 25))
        self.beside(self.complaints("c"), self.some(25, 50))
        yield from self.means()
        yield self.around(6)
        coercion = self.coerced("ACCOUNT", value=self.amount, holder_id=BANK.agency)
        yield self.soon()
        if self.coercion_paper:
            yield from self.notice(
                self.coercion_paper, "COERCION_DECISION", "HOLDER", BANK.agency, {}
            )
        yield self.around(0.5)
        self.executed(coercion, "ACCOUNT", BANK, amount=self.amount)
        yield self.soon()
        self.collect(self.amount, "DEDUCTION")
        if self.by(0.5):
            yield self.soon()
            self.lifted(coercion)
        yield self.around(8)
        self.pay_out(self.amount)
        yield self.around(3)
        self.lifted(coercion)
        yield self.soon()
        self.complete()

    def executed(self, coercion: str, kind: str, who: Voice = OFFICER, **more: Any) -> None:
        """Coercion is carried out."""
        began = self.now - timedelta(hours=2)
        self.say(
            who,
            "coercion.executed",
            coercion,
            kind=kind,
            started_at=began.isoformat(),
            ended_at=(began + timedelta(hours=1)).isoformat(),
            result="DONE",
            resistance="NONE",
            minutes=doc("bb"),
            **more,
        )

    def lifted(self, coercion: str, ground: str = "3a") -> None:
        """Coercion ends."""
        self.say(
            OFFICER,
            "coercion.lifted",
            coercion,
            ground=ground,
            decided_on=self.today,
            decision_no=f"{next(self.year.numbers)}/QĐ",
            signed_by=OFFICER.officer,
        )

    def exploits(self) -> Plot:
        """A shop is run for the creditor, and an exit ban stands beside."""
        self.beside(self.secured("EXIT_BAN"), self.some(8, 25))
        yield from self.means()
        coercion = self.coerced("EXPLOIT", value=self.amount)
        yield self.some(5, 30)
        self.ground("END_EXPLOITATION")
        yield self.around(2.5)
        self.lifted(coercion, "4a")
        yield self.some(5, 30)
        self.terminate("6")

    def handed(self, kind: str) -> Plot:
        """An act, a child, a worker."""
        self.beside(self.secured("SEIZE"), self.some(8, 25))
        yield from self.means()
        yield self.around(3)
        self.coerced(kind)
        yield self.around(4)
        if self.by(0.7):
            self.say(
                OFFICER, "case.performed", items=[1], performed_on=self.today, evidence=doc("bb")
            )

    def act(self) -> Plot:
        """An act."""
        yield from self.handed("ACT")

    worker = act

    def child(self) -> Plot:
        """A child."""
        yield from self.handed("HANDOVER")

    def goods(self) -> Plot:
        """Movables are seized and sold."""
        yield from self.seized(movable=True)

    def house(self) -> Plot:
        """A house is seized with force, and sold."""
        self.beside(self.complaints("c"), self.some(45, 80))
        yield from self.seized(movable=False)

    def seized(self, *, movable: bool) -> Plot:
        """A seizure: planned, put off, carried out, and the sale after it."""
        yield from self.means()
        yield self.around(3)
        coercion = self.coerced("SEIZURE", value=self.amount, asset=f"{self.id}.a1", exception="a")
        yield self.soon()
        self.say(
            OFFICER,
            "coercion.protection_requested",
            coercion,
            police_id=POLICE.agency,
            received_at=self.now.isoformat(),
        )
        yield self.around(2.5)
        if self.by(0.8):
            self.say(
                POLICE,
                "coercion.protection_planned",
                coercion,
                ready_at=self.now.isoformat(),
                document=doc("pa"),
            )
        for attempt in ("first", "second"):
            yield from self.scheduled(coercion, movable=movable)
            if attempt == "first" and self.by(0.4):
                self.say(OFFICER, "coercion.postponed", coercion, reason="WEATHER")
            else:
                break
        self.executed(coercion, "SEIZURE")
        yield self.around(4)
        yield from self.sold(coercion, movable=movable)

    def scheduled(self, coercion: str, *, movable: bool) -> Plot:
        """The hours are kept, the plan approved, sent, and noticed."""
        day = self.year.now + self.some(6, 16)
        while day.weekday() > 3:
            day += timedelta(days=1)
        start = day.replace(hour=self.dice.choice([7, 8, 9, 13]), minute=30, second=0)
        finish = start + timedelta(hours=2)
        booking = self.year.new_id()
        hours = {"starts_at": start.isoformat(), "ends_at": finish.isoformat()}
        self.say(
            OFFICER,
            "coercion.booking_requested",
            coercion,
            booking_id=booking,
            unit_ids=[POLICE.agency, OFFICER.officer],
            **hours,
        )
        yield timedelta(minutes=30)
        force = self.by(0.8)
        told = [PROCURACY.agency, COMMUNE.agency, POLICE.agency]
        plan = self.say(
            HEAD,
            "coercion.scheduled",
            coercion,
            commune_id=COMMUNE.agency,
            force_mobilised=force,
            forces=["COMMUNE_POLICE"],
            cost_estimate=2_000_000,
            real_estate=not movable,
            immediate=False,
            addressees=told,
            booking_id=booking,
            police_id=POLICE.agency,
            **hours,
        )
        if plan:
            self.beside(self.notice(plan, "COST_NOTICE", "DEBTOR", self.debtor, {}), self.around(4))
            for as_, who in (("DEBTOR", self.debtor), ("COMMUNE", told[1]), ("PROCURACY", told[0])):
                if self.by(0.9):
                    self.beside(self.notice(plan, "SEIZURE_NOTICE", as_, who, {}), self.around(2))
            yield self.around(0.3)
            self.say(
                OFFICER,
                "coercion.plan_sent",
                coercion,
                addressees=told,
                sent_at=self.now.isoformat(),
            )
            for voice in (PROCURACY, COMMUNE, POLICE):
                if self.by(0.8):
                    self.beside(self.acknowledged(coercion, voice), self.around(1.2))
        yield max(finish + self.some(0.01, 0.3) - self.year.now, self.soon())

    def acknowledged(self, coercion: str, voice: Voice) -> Plot:
        """Somebody has the plan."""
        yield timedelta()
        self.say(
            voice,
            "coercion.plan_acknowledged",
            coercion,
            attends=True,
            received_at=self.now.isoformat(),
        )

    def priced(self, sale: str, round_: int, who: Voice = VALUER) -> str | None:
        """The price is known."""
        basis = "VALUER" if who is VALUER else "AGREED"
        return self.say(
            who,
            "sale.priced",
            sale,
            price=self.amount,
            basis=basis,
            priced_on=self.today,
            round=round_,
        )

    def sold(self, coercion: str, *, movable: bool) -> Plot:
        """Valued, perhaps again, auctioned, unsold, reduced, sold and handed over."""
        sale = f"{coercion}.s1"
        if self.by(0.8):
            self.say(
                OFFICER,
                "sale.valuation_contracted",
                sale,
                asset=f"{self.id}.a1",
                valuer_id=VALUER.agency,
                signed_on=self.today,
            )
            yield self.around(5)
            price = self.priced(sale, 1)
        else:
            price = self.priced(sale, 1, OFFICER)
        if price is None:
            return
        yield self.soon()
        yield from self.notice(price, "PRICE", "DEBTOR", self.debtor, {})
        self.beside(self.notice(price, "PRICE", "CREDITOR", self.creditor, {}))
        if self.by(0.6):
            more = {"movable": True} if movable else {}
            buyer = f"{self.id}.b1"
            self.beside(self.notice(price, "PRIORITY_RIGHT", "PRIORITY", buyer, more))
            if self.by(0.3):
                yield self.some(2, 9)
                self.say(
                    OFFICER,
                    "sale.sold",
                    sale,
                    buyer=buyer,
                    buyer_kind="PRIORITY",
                    price=self.amount,
                    sold_at=self.now.isoformat(),
                )
        if self.by(0.4):
            yield self.around(4)
            self.say(
                PARTY,
                "sale.revaluation_requested",
                sale,
                party=self.debtor,
                advance=1_000_000,
                received_on=self.today,
            )
            yield self.around(6)
            self.priced(sale, 2)
        else:
            yield self.some(8, 12)
        yield self.around(7)
        if self.by(0.2):
            self.say(
                OFFICER,
                "sale.sold",
                sale,
                buyer=f"{self.id}.b1",
                buyer_kind="PRIORITY",
                price=self.amount,
                sold_at=self.now.isoformat(),
            )
            return
        for _ in range(3):
            contracted = self.say(
                OFFICER,
                "sale.auction_contracted",
                sale,
                auctioneer_id=AUCTIONEER.agency,
                signed_on=self.earlier(),
                start_price=self.amount,
                movable=movable,
            )
            if contracted:
                break
            yield self.around(7)
        yield from self.auctioned(sale)
        if self.by(0.4):
            yield self.soon()
            self.lifted(coercion)
        yield self.around(4)
        self.say(OFFICER, "sale.handed_over", sale, handed_on=self.today, **self.signed(OFFICER))
        yield self.around(4)
        self.pay_out(3_000_000, "ADVANCED_COSTS")
        self.pay_out(self.amount - 1_000_000)
        yield self.around(8)
        self.pay_out(1_000_000)
        yield self.around(2)
        self.lifted(coercion)
        yield self.soon()
        self.complete()

    def auctioned(self, sale: str) -> Plot:
        """Announced, halted for a while, unsold, announced again, sold or redeemed."""
        price = self.amount
        if self.by(0.4):
            yield self.some(25, 65)
        yield self.soon()
        for attempt in (1, 2):
            opens = self.year.now + self.some(5, 20)
            self.say(AUCTIONEER, "sale.announced", sale, opens_at=opens.isoformat())
            if self.by(0.5):
                yield self.soon()
                self.halted(sale, "PAUSE")
                yield self.some(2, 25)
                self.say(OFFICER, "sale.unhalted", sale, resumed_at=self.now.isoformat())
                if self.by(0.5):
                    yield self.soon()
                    self.say(
                        AUCTIONEER,
                        "sale.announced",
                        sale,
                        opens_at=(self.year.now + self.some(5, 20)).isoformat(),
                    )
            yield self.around(12)
            if self.by(0.15):
                self.collect(price + 3_000_000, "REDEMPTION", costs=3_000_000, costs_advanced=True)
                yield timedelta(minutes=10)
                self.say(OFFICER, "sale.redeemed", sale, paid=price, paid_at=self.now.isoformat())
                return
            if attempt == 1 and self.by(0.6):
                self.say(
                    AUCTIONEER, "sale.unsold", sale, round=1, notice_received_on=self.earlier()
                )
                yield self.around(4)
                price = price * 95 // 100
                self.say(
                    OFFICER, "sale.price_reduced", sale, new_price=price, **self.signed(OFFICER)
                )
                yield self.soon()
            else:
                break
        self.say(
            AUCTIONEER,
            "sale.sold",
            sale,
            buyer=f"{self.id}.b2",
            buyer_kind="AUCTION",
            price=price,
            sold_at=self.now.isoformat(),
        )
        yield self.soon()
        self.collect(price + 3_000_000, "SALE", costs=3_000_000, costs_advanced=True)
        if self.by(0.5):
            yield timedelta(hours=2)
            self.pay_out(3_000_000, "ADVANCED_COSTS")

    def halted(self, sale: str, kind: str) -> None:
        """The auction is paused or stopped."""
        self.say(
            OFFICER,
            "sale.halted",
            sale,
            kind=kind,
            ground="COMPLAINT",
            halted_at=self.now.isoformat(),
        )

    def extend(self, who: Voice, part: str, *rules: str) -> None:
        """More time is taken, or asked for in vain."""
        for clock, due in self.year.running(part, rules):
            day = (due + self.some(0, 40)).astimezone(VIET_NAM).replace(hour=0, minute=0, second=0)
            self.say(
                who,
                "deadline.extended",
                part,
                clock_id=clock.clock_id,
                rule_id=clock.rule_id,
                cause_event_id=clock.cause_event_id,
                due=due.isoformat(),
                new_due=day.isoformat(),
                ground="COMPLEX",
            )

    # -- complaints

    def complains(self) -> Plot:
        """Complaints about acts before coercion, and about security."""
        self.beside(self.complaints("a"), self.some(3, 20))
        yield from self.secured("BLOCK")
        self.beside(self.complaints("b"), self.some(3, 20))
        yield from self.voluntary()

    def complaints(self, kind: str) -> Plot:
        """A complaint, accepted, paused, decided, and the second one."""
        first = f"{self.case}.x{next(self.year.numbers)}"
        told = yield from self.complaint(first, "1", kind, HEAD, {})
        if told is None or (kind == "b" and self.by(0.5)):
            return
        yield self.some(2, 22)
        if self.by(0.75):
            second = f"{self.case}.x{next(self.year.numbers)}"
            yield from self.complaint(second, "2", kind, CENTRAL, {"first_complaint_id": first})

    def complaint(self, id_: str, level: str, kind: str, who: Voice, more: dict[str, Any]) -> Any:
        """One complaint at one level; return the notice of what was decided."""
        self.say(
            PARTY,
            "complaint.filed",
            id_,
            level=level,
            act_kind=kind,
            known_on=self.today,
            received_on=self.earlier(),
            complainant=self.debtor,
            act_event_id=self.decision,
            **more,
        )
        yield self.around(4 if level == "1" else 8)
        luck = self.dice.random()
        if luck < 0.1:
            self.say(who, "complaint.rejected", id_, ground="1", document=doc("tb"))
            return None
        if luck < 0.2:
            self.say(PARTY, "complaint.withdrawn", id_, whole=True, withdrawn_on=self.today)
            yield self.soon()
            self.say(who, "complaint.discontinued", id_, ground="a", document=doc("tb"))
            return None
        self.say(
            who,
            "complaint.accepted",
            id_,
            accepted_on=self.earlier(),
            level=level,
            act_kind=kind,
            resolver_id=who.officer or who.agency,
        )
        if self.by(0.6):
            yield self.around(3)
            self.say(who, "complaint.paused", id_, ground="a", paused_on=self.today)
            yield self.some(1, 30)
            self.say(who, "complaint.resumed", id_, resumed_on=self.today)
        if self.by(0.4):
            yield self.around(2)
            rules = ("L-102-1", "L-102-2", "L-102-3", "L-102-4", "L-102-5")
            self.extend(who, id_, *rules)
            if self.by(0.5):
                self.say(who, "complaint.paused", id_, ground="a", paused_on=self.today)
                yield self.some(1, 30)
                self.say(who, "complaint.resumed", id_, resumed_on=self.today)
        yield self.around({"a": 12, "b": 4, "c": 28}[kind] + (12 if level == "2" else 0))
        decided = self.say(
            who,
            "complaint.decided",
            id_,
            level=level,
            act_kind=kind,
            conclusion="WRONG",
            remedy="KEEP",
            **self.signed(who),
        )
        if decided is None:
            return None
        yield self.around(2)
        return self.say(
            who,
            "complaint.notified",
            id_,
            document_event_id=decided,
            notice="DECISION",
            level=level,
            addressee=self.debtor,
            method="POST",
            valid_on=self.today,
        )


PLOTS: Final = (
    *("pays", "fee", "fee", "performs", "early", "arbitral", "at_once", "conditional", "declined"),
    *("asks_court", "asks_court", "poor", "poor", "poor", "poor", "postponed", "demanded"),
    *("demanded", "suspended", "suspended", "ordered", "ordered", "ordered", "exempted"),
    *("exempted", "stopped", "stopped", "entrusted", "entrusted", "asset_elsewhere"),
    *("asset_elsewhere", "provisional", "provisional", "provisional", "bankrupt"),
    *(
        "account",
        "account",
        "exploits",
        "exploits",
        "act",
        "act",
        "worker",
        "worker",
        "child",
        "child",
    ),
    *(
        "goods",
        "goods",
        "goods",
        "goods",
        "house",
        "house",
        "house",
        "house",
        "complains",
        "complains",
        "complains",
    ),
)


def begin(house: MemoryHouse, seed: int, rounds: int) -> Year:
    """Return a year in which each plot is played some times."""
    year = Year(house, seed)
    house.clock.moment = BEGIN
    plots = list(PLOTS) * rounds
    year.dice.shuffle(plots)
    for plot in plots:
        most = 40 if plot.startswith("poor") else 250
        year.begin(file(year, plot), timedelta(days=year.dice.uniform(0, most)))
    return year
