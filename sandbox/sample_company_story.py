"""The sample company's story as a plan: who does what, when. Made from one random generator; nothing is done here."""

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from uuid import UUID

from core import contacts, deals, leads
from core.activities import NEW_OBJECTION, CallInput
from core.context import Actor
from core.enums import CallOutcome, Direction
from core.meetings import MeetingInput
from sandbox import sample_company_data as data
from sandbox import sample_company_steps as steps
from sandbox.sample_company_steps import Company, Loss

HISTORY_DAYS = 548
"""Eighteen months."""
RECENT_DAYS = 110
"""Deals that are still open began at most so long ago."""
LEADS, CONVERTED, LOST, UNTAKEN = 40, 10, 6, 6
DIRECT_DEALS, OPEN_DEALS = 50, 22
OPEN_STAGES = ("Lead in", "Qualified", "Proposal", "Negotiation")
DUE_IN_DAYS = (-3, -1, 0, 0, 0, 1, 2, 5)
"""When follow-ups are due, counted from today: some late, some now, some soon; the next eight a week later."""
SPOKEN = (CallOutcome.CONNECTED, CallOutcome.INTERESTED, CallOutcome.MEETING_BOOKED, CallOutcome.CALL_BACK)
MISSED = (CallOutcome.VOICEMAIL, CallOutcome.NO_ANSWER)
LAST_CALL_DAYS = (4.3, 6.4, 8.2, 5.1, 10.6, 4.7, 9.3)
"""When what is still open was last talked about, in turn: before the earliest follow-up above is due."""
NEW_DEALS = (0.9, 3.3)
"""When the newest deals began; at least 0.8 days ago, so that a working hour of that day is over."""
ENDED = (("won", 0.9), ("lost", 2.8), ("won", 4.2), ("lost", 8.9), ("won", 15.5), ("lost", 24.0))
"""How and when the latest deals ended."""
MEETINGS = ((-1, time(10)), (0, time(14, 30)), (1, time(11)), (0, time(16)), (3, time(9, 30)))
"""The meetings of each seller, in turn: in how many days, and when; the first one waits to be logged."""
MEETING_PLANNED_DAYS = 3.2
"""When they were agreed on."""
MOVED_DAYS = 0.9
"""When some of the open deals were moved last."""


@dataclass(frozen=True)
class Step:
    """Something one person does at one moment: a function of sample_company_steps and what it is told."""

    at: datetime
    actor: Actor
    do: Callable[..., None]
    told: tuple[object, ...]


def tell(dice: random.Random, now: datetime, sellers: tuple[Actor, Actor, Actor]) -> list[Step]:
    """Plan the story up to `now` (aware), in the order of time. The same dice and moment give the same story."""
    teller = _Teller(dice, now, sellers)
    for number in range(LEADS):
        teller.lead(number)
    for number in range(DIRECT_DEALS):
        teller.direct_deal(number)
    return sorted(teller.steps, key=lambda step: step.at)


@dataclass
class _Teller:
    """Plans the story."""

    dice: random.Random
    now: datetime
    sellers: tuple[Actor, Actor, Actor]
    steps: list[Step] = field(default_factory=list)
    latest: dict[str, datetime] = field(default_factory=dict)
    keepers: dict[str, Actor] = field(default_factory=dict)
    names_used: dict[str, int] = field(default_factory=dict)
    meetings: dict[UUID | None, int] = field(default_factory=dict)
    dues_used: dict[tuple[UUID | None, str], int] = field(default_factory=dict)
    last_calls: Iterator[tuple[float, CallOutcome]] = field(
        default_factory=lambda: zip(cycle(LAST_CALL_DAYS), cycle(SPOKEN), strict=False)
    )

    # -- leads ----------------------------------------------------------------------------------------------------

    def lead(self, number: int) -> None:
        """One lead: the first ones long converted, some lost, most in work, a few that nobody has taken yet."""
        key, (company, country) = f"lead {number}", data.COMPANIES[number % len(data.COMPANIES)]
        owner = self.keeper_of(company)
        converted, lost = number < CONVERTED, CONVERTED <= number < CONVERTED + LOST
        taken = number < LEADS - UNTAKEN
        begun = self.dice.uniform(150, 540) if converted or lost else self.dice.uniform(6, 60)
        if not taken:
            begun /= 10  # nobody leaves a lead alone for long
        who = self.person(country)
        values = leads.LeadInput(
            name=who,
            company=company,
            email=mail_of(who, company),
            phone=self.phone(country),
            owner=owner.slack_user_id if taken else "",
            notes=self.dice.choice(data.LEAD_NOTES),
        )
        self.step(begun, owner, key, steps.make_lead, key, values, self.dice.randrange(8))
        if taken:
            self.first_calls(key, owner, begun)
        if converted:
            self.convert(key, owner, who, company, begun)
        elif lost:
            self.step(begun * 0.3, owner, key, steps.lose_lead, key)
        elif taken:
            days_ago, outcome = next(self.last_calls)
            self.call("lead", key, days_ago, owner, outcome, follow_up=self.follow_up(owner, "lead"))

    def first_calls(self, key: str, owner: Actor, begun: float) -> None:
        """The first calls on a lead; the very first one often reaches nobody."""
        for nth in range(self.dice.randrange(1, 4)):
            missed = nth == 0 and self.dice.random() < 0.5
            self.call("lead", key, begun * (0.85 - nth * 0.1), owner, self.dice.choice(MISSED if missed else SPOKEN))

    def convert(self, key: str, owner: Actor, who: str, company: str, begun: float) -> None:
        """The lead becomes a deal, which then takes its way."""
        deal = f"deal of {key}"
        values = leads.ConversionInput(
            account_id=None,
            account_name=company,
            contact_name=who,
            deal_name=self.deal_name(company),
            value=Decimal(self.dice.randrange(8, 90) * 1000),
            currency="EUR",
            stage_id=None,
        )
        self.step(begun * 0.55, owner, key, steps.convert, key, deal, values)
        self.latest[deal] = self.latest[key]
        self.way(deal, owner, begun * 0.54, self.dice.choice(("won", "won", "lost")))

    # -- deals ----------------------------------------------------------------------------------------------------

    def direct_deal(self, number: int) -> None:
        """A deal with a company that is known: the first ones are open still, of the others most were won."""
        key, (company, country) = f"deal {number}", data.COMPANIES[(number * 5 + 3) % len(data.COMPANIES)]
        owner = self.keeper_of(company)
        is_open = number < OPEN_DEALS
        begun = self.dice.uniform(14, RECENT_DAYS) if is_open else self.dice.uniform(100, HISTORY_DAYS - 8)
        is_new, ended = number < len(NEW_DEALS), ENDED[number - OPEN_DEALS :][:1] if not is_open else ()
        if is_new:
            begun = NEW_DEALS[number]
        elif ended:
            begun /= 3
        close_in = self.dice.randrange(5, 90) if is_open else -begun + self.dice.randrange(30, 90)
        values = deals.DealInput(
            name=self.deal_name(company),
            value=Decimal(self.dice.randrange(6, 180) * 500),
            currency=data.CURRENCIES.get(country, "EUR"),
            owner=owner.slack_user_id,
            expected_close=self.now.date() + timedelta(days=close_in),
        )
        self.step(begun, owner, key, steps.make_deal, key, self.company(company, country), values)
        if is_new:
            soon = self.now.astimezone(owner.zone).date() + timedelta(days=2)
            self.call("deal", key, begun, owner, CallOutcome.CONNECTED, follow_up=soon)
            return
        end = "open" if is_open else self.dice.choices(("won", "lost"), weights=(50, 50))[0]
        end, until = ended[0] if ended else (end, None)
        reached = self.way(key, owner, begun - 1, end, until)
        if is_open and number % 2 == 1:
            self.meeting(key, owner)
        if is_open and number % 4 == 0 and reached < len(OPEN_STAGES):
            self.step(MOVED_DAYS, owner, key, steps.move, key, OPEN_STAGES[reached])

    def way(self, key: str, owner: Actor, begun: float, end: str, until: float | None = None) -> int:
        """A deal's way through the stages, with calls in between, to its end or to where it stands today.

        `begun`, `until`: days ago. `end`: won, lost or open. Returns how many stages it has seen.
        """
        reached = self.dice.randrange(1, 5) if end == "open" else self.dice.randrange(2, 5)
        outcome = CallOutcome.CALL_BACK
        if until is not None:
            reached = max(reached, 3)  # what ended lately had an offer
        if end == "open":
            until, outcome = next(self.last_calls)
        elif until is None:
            until = max(begun - self.dice.uniform(30, 110), 30.0)
        pace, days_ago = (begun - until) / (reached + 1), begun
        for stage in OPEN_STAGES[1:reached]:
            self.call("deal", key, days_ago - pace * 0.4, owner, self.dice.choice((*SPOKEN, *MISSED)))
            days_ago -= pace * self.dice.uniform(0.6, 1.0)
            self.step(days_ago, owner, key, steps.move, key, stage)
        if reached >= 3 and self.dice.random() < 0.28:
            self.step(days_ago - pace * 0.2, owner, key, steps.draft_quote, key, self.dice.randrange(10_000))
        if end == "won":
            self.step(until, owner, key, steps.win, key)
        elif end == "lost":
            loss = Loss(self.dice.randrange(7), self.dice.choice(data.COMPETITORS), self.dice.choice(data.LOSS_NOTES))
            self.step(until, owner, key, steps.lose, key, loss)
        else:
            day = self.follow_up(owner, "deal") if self.dice.random() < 0.75 else None
            self.call("deal", key, until, owner, outcome, follow_up=day)
        return reached

    # -- one step -------------------------------------------------------------------------------------------------

    def call(
        self,
        entity: str,
        key: str,
        days_ago: float,
        owner: Actor,
        outcome: CallOutcome,
        *,
        follow_up: date | None = None,
    ) -> None:
        """One call, sometimes with an objection."""
        spoken = outcome not in MISSED
        heard = spoken and self.dice.random() < 0.35
        values = CallInput(
            direction=Direction.OUTBOUND if self.dice.random() < 0.8 else Direction.INBOUND,
            outcome=outcome,
            duration_minutes=self.dice.randrange(3, 40) if spoken else 1,
            objections=(NEW_OBJECTION + self.dice.choice(data.OBJECTIONS),) if heard else (),
            notes=self.dice.choice(data.CALL_NOTES) if spoken else "",
            next_step=self.dice.choice(data.NEXT_STEPS) if spoken and self.dice.random() < 0.6 else "",
            next_follow_up=follow_up,
        )
        self.step(days_ago, owner, key, steps.log_call, entity, key, values)

    def meeting(self, key: str, owner: Actor) -> None:
        """The seller's next meeting, on a working day. No dice are thrown: the rest of the story stays as it is."""
        nth = self.meetings[owner.member_id] = self.meetings.get(owner.member_id, -1) + 1
        days, hour = MEETINGS[nth % len(MEETINGS)]
        day = self.now.astimezone(owner.zone).date() + timedelta(days=days + 7 * (nth // len(MEETINGS)))
        beyond = day.weekday() - 4
        if beyond > 0:
            day += timedelta(days=-beyond if days < 0 else 3 - beyond)
        words = data.MEETINGS[nth % len(data.MEETINGS)]
        values = MeetingInput(words, day, hour, 45, location=data.PLACES[nth % len(data.PLACES)])
        at = self.now - timedelta(days=MEETING_PLANNED_DAYS)
        self.steps.append(Step(at, owner, steps.plan_meeting, (key, values)))

    def step(self, days_ago: float, actor: Actor, thread: str, do: Callable[..., None], *told: object) -> None:
        """Plan one step. Steps of one thread happen in the order in which they are planned."""
        at = self.moment(days_ago, actor)
        before = self.latest.get(thread)
        if before is not None and at <= before:
            at = before + timedelta(minutes=self.dice.randrange(10, 40))
        self.latest[thread] = at
        self.steps.append(Step(at, actor, do, told))

    def moment(self, days_ago: float, actor: Actor) -> datetime:
        """A working hour of that day where the actor lives; of the Friday before, if it was a weekend."""
        day = (self.now - timedelta(days=days_ago)).astimezone(actor.zone).date()
        day -= timedelta(days=max(0, day.weekday() - 4))
        hour = time(self.dice.randrange(9, 17), self.dice.randrange(60))
        return datetime.combine(day, hour, actor.zone).astimezone(self.now.tzinfo)

    # -- small choices --------------------------------------------------------------------------------------------

    def keeper_of(self, company: str) -> Actor:
        """Whoever looks after a company looks after all that concerns it. Mira keeps a few of her own."""
        seller = self.dice.choices(self.sellers, weights=(45, 38, 17))[0]
        return self.keepers.setdefault(company, seller)

    def company(self, name: str, country: str) -> Company:
        """A company with a person."""
        who = self.person(country)
        person = contacts.ContactInput(
            name=who, email=mail_of(who, name), phone=self.phone(country), title=self.dice.choice(data.TITLES)
        )
        return Company(name, domain_of(name), person)

    def deal_name(self, company: str) -> str:
        """The company's first words and what it is about."""
        return f"{' '.join(company.split(' ')[:2]).rstrip('.&').strip()}: {self.dice.choice(data.DEAL_THEMES)}"

    def person(self, country: str) -> str:
        """The next person of a country; after the last one, first names and surnames are mixed."""
        names = data.PEOPLE[country]
        nth = self.names_used[country] = self.names_used.get(country, -1) + 1
        if nth < len(names):
            return names[nth]
        shift = nth // len(names)
        first, last = names[nth % len(names)], names[(nth + shift) % len(names)]
        return f"{first.split(' ', 1)[0]} {last.split(' ', 1)[1]}"

    def phone(self, country: str) -> str:
        """A telephone number of a country's range for fiction."""
        pattern = data.PHONES[country]
        return pattern.format(*(self.dice.randrange(10, 99) for _ in range(pattern.count("{"))))

    def follow_up(self, actor: Actor, kind: str) -> date:
        """The next due day of the actor's own row: everybody has late leads and deals, some of today and some soon."""
        key = (actor.member_id, kind)
        nth = self.dues_used[key] = self.dues_used.get(key, -1) + 1
        weeks, place = divmod(nth, len(DUE_IN_DAYS))
        return self.now.astimezone(actor.zone).date() + timedelta(days=DUE_IN_DAYS[place] + 7 * weeks)


def domain_of(company: str) -> str:
    """A domain that can belong to nobody (RFC 2606 keeps `.example`)."""
    return "".join(letter for letter in _plain(company) if letter.isalnum()) + ".example"


def mail_of(person: str, company: str) -> str:
    """First name, dot, surname, at the company."""
    words = ("".join(letter for letter in word if letter.isalpha()) for word in _plain(person).split())
    return f"{'.'.join(words)}@{domain_of(company)}"


def _plain(text: str) -> str:
    """Lower-case ASCII: letters lose their accents."""
    bare = text.lower().replace("ł", "l").replace("ø", "o").replace("ß", "ss")
    return unicodedata.normalize("NFKD", bare).encode("ascii", "ignore").decode()
