"""Reading the targets of a month: of each person and team, with how far they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func

from core.access import Power, Verb, has_power, load, mine_and_below, visible
from core.context import Ctx
from core.enums import Role, TargetKind
from core.errors import Forbidden
from core.models import Deal, Member
from core.normalise import name_text
from core.queries import metrics
from core.queries.metrics import Progress, Span
from core.queries.metrics.targets import NUMBERS, Set, managers, outermost, set_for
from core.queries.pipeline import Whose
from core.queries.records import Page
from core.targets import Holder, Wanted, may_set, month_before

PAGE_SIZE = 8
CURRENCIES_MAX = 6
"""Of the form: a workspace sells in one or two, and a phone shows no more."""


@dataclass(frozen=True)
class TargetRow:
    """A person, or the team that works for them, with their targets.

    `added_up` are a team's that nobody set: its people's together.
    """

    holder: Holder
    slack_user_id: str
    name: str
    progress: tuple[Progress, ...]
    added_up: tuple[Progress, ...]
    may_set: bool


@dataclass(frozen=True)
class TargetPage:
    """A page of a month's targets, each team before its people. `this_month` is the actor's."""

    month: date
    this_month: date
    words: str
    page: Page[TargetRow]
    may_set: bool
    to_copy: bool
    """The month before has some."""


@dataclass(frozen=True)
class TargetDetails:
    """What the form of somebody's targets shows. `currencies`: those that values may be typed in, most used first."""

    row: TargetRow
    wanted: tuple[Wanted, ...]
    currencies: tuple[str, ...]


@dataclass(frozen=True)
class MonthProgress:
    """How far a month's targets of some people are. `days_left` are its days from Monday to Friday, today's too."""

    month: date
    whose: Whose
    span: Span
    progress: tuple[Progress, ...]
    days_left: int
    may_set: bool


def month_progress(ctx: Ctx, month: date, whose: Whose, zone: ZoneInfo) -> MonthProgress:
    """How far a month's targets are: theirs whose numbers the actor may ask for, else those they usually read."""
    asked = whose if whose in metrics.whose_choices(ctx) else metrics.usual_whose(ctx)
    span = metrics.month_of(month, zone, metrics.people_of(ctx, asked))
    today = max(ctx.now.astimezone(zone).date(), month)
    left = metrics.working_days(today) if today.replace(day=1) == month else 0
    return MonthProgress(
        month, asked, span, metrics.progress(ctx, month, span), left, has_power(ctx, Power.SET_TARGETS)
    )


def this_month(ctx: Ctx) -> date:
    """The first day of the actor's month."""
    return ctx.today.date().replace(day=1)


def target_page(ctx: Ctx, month: date, words: str = "", page: int = 0, size: int = PAGE_SIZE) -> TargetPage:
    """The month's targets of all whom the actor looks after; with words, of people whose names contain them."""
    reader = _Reader(ctx, month)
    typed = name_text(words).casefold()
    holders = [one for one in reader.holders() if typed in reader.people[one.member_id].name.casefold()]
    start = page * size
    rows = tuple(reader.row(one) for one in holders[start : start + size])
    shown = Page(rows, page, len(holders) > start + size)
    sets = has_power(ctx, Power.SET_TARGETS)
    to_copy = sets and bool(set_for(ctx, month_before(month)))
    return TargetPage(month, this_month(ctx), words, shown, sets, to_copy)


def target_details(ctx: Ctx, holder: Holder, month: date) -> TargetDetails:
    """Somebody's targets of a month, to be changed. Raises NotFound, Forbidden."""
    load(ctx, Member, holder.member_id, Verb.SEE)
    if not may_set(ctx, holder.member_id):
        raise Forbidden("targets_of_others")
    reader = _Reader(ctx, month)
    wanted = tuple(Wanted(one.kind, one.amount, one.currency) for one in reader.set_of[holder])
    used = [one.currency for one in wanted if one.currency]
    currencies = tuple(dict.fromkeys((ctx.workspace.currency, *used, *_sold_in(ctx))))
    return TargetDetails(reader.row(holder), wanted, currencies[: max(CURRENCIES_MAX, len(used) + 1)])


def _sold_in(ctx: Ctx) -> Sequence[str]:
    """The currencies of the deals the actor may see, those of the most deals first."""
    query = visible(ctx, Deal).with_only_columns(Deal.currency).group_by(Deal.currency)
    return ctx.session.scalars(query.order_by(func.count().desc(), Deal.currency).limit(CURRENCIES_MAX)).all()


@dataclass(frozen=True)
class _Person:
    id: UUID
    slack_user_id: str
    name: str
    manager_id: UUID | None


class _Reader:
    """A month's targets and what stands against them, read in a handful of statements for everybody at once."""

    def __init__(self, ctx: Ctx, month: date) -> None:
        self._ctx = ctx
        self._targets = set_for(ctx, month)
        self.set_of: defaultdict[Holder, list[Set]] = defaultdict(list)
        for one in sorted(self._targets, key=lambda one: (list(TargetKind).index(one.kind), one.currency)):
            self.set_of[Holder(one.member_id, one.team)].append(one)
        self._manager_of = managers(ctx)
        self.people = self._read_people()
        self._below: defaultdict[UUID | None, list[_Person]] = defaultdict(list)
        for person in self.people.values():
            above = person.manager_id if person.manager_id in self.people else None
            self._below[above].append(person)
        self._done = self._read_done(metrics.month_of(month, ctx.actor.zone))

    def _read_people(self) -> dict[UUID, _Person]:
        """Whom the actor looks after, by name: colleagues with access, and those who have a target all the same."""
        ctx = self._ctx
        has_target = Member.id.in_({one.member_id for one in self._targets})
        query = visible(ctx, Member).where((Member.active & Member.guest.is_(False)) | has_target)
        if ctx.actor.role is not Role.ADMIN:
            query = query.where(Member.id.in_(mine_and_below(ctx)))
        query = query.order_by(func.lower(Member.name), Member.id)
        found = query.with_only_columns(Member.id, Member.slack_user_id, Member.name, Member.manager_id)
        return {row.id: _Person(*row) for row in ctx.session.execute(found)}

    def _read_done(self, month: metrics.Span) -> Mapping[tuple[TargetKind, str], Mapping[UUID, Decimal]]:
        done: defaultdict[tuple[TargetKind, str], defaultdict[UUID, Decimal]]
        done = defaultdict(lambda: defaultdict(Decimal))
        for kind in dict.fromkeys(one.kind for one in self._targets):
            for owner_id, sums in metrics.per_person(self._ctx, NUMBERS[kind], month).items():
                if owner_id is None:
                    continue
                for money in sums:
                    if kind is TargetKind.VALUE_WON:
                        done[kind, money.currency][owner_id] += money.value
                    else:
                        done[kind, ""][owner_id] += money.count
        return done

    def holders(self) -> list[Holder]:
        """Everybody in the order of who works for whom, each team before its manager and people."""
        found: list[Holder] = []
        seen: set[UUID] = set()

        def walk(people: Sequence[_Person]) -> None:
            for person in people:
                if person.id in seen:
                    continue
                seen.add(person.id)
                if self._below[person.id] or Holder(person.id, team=True) in self.set_of:
                    found.append(Holder(person.id, team=True))
                found.append(Holder(person.id))
                walk(self._below[person.id])

        # Teams first; who works for nobody and has nobody comes last.
        walk(sorted(self._below[None], key=lambda one: not self._below[one.id]))
        return found

    def row(self, holder: Holder) -> TargetRow:
        """What somebody is to reach, and how far they are."""
        person = self.people[holder.member_id]
        own = self.set_of[holder]
        together = self._together(holder) if holder.team else frozenset({holder.member_id})
        kinds = {(one.kind, one.currency) for one in own}
        added = self._added_up(together, kinds) if holder.team else ()
        return TargetRow(
            holder,
            person.slack_user_id,
            person.name,
            tuple(self._progress(one.kind, one.currency, one.amount, together) for one in own),
            added,
            may_set(self._ctx, holder.member_id),
        )

    def _added_up(self, together: frozenset[UUID], kinds: set[tuple[TargetKind, str]]) -> tuple[Progress, ...]:
        sums: defaultdict[tuple[TargetKind, str], Decimal] = defaultdict(Decimal)
        for one in outermost(self._targets, self._manager_of, together):
            if (one.kind, one.currency) not in kinds:
                sums[one.kind, one.currency] += one.amount
        return tuple(self._progress(*key, amount, together) for key, amount in sorted(sums.items()))

    def _progress(self, kind: TargetKind, currency: str, amount: Decimal, together: frozenset[UUID]) -> Progress:
        done = self._done[kind, currency]
        return Progress(kind, currency, amount, sum((done[one] for one in together if one in done), Decimal(0)))

    def _together(self, holder: Holder) -> frozenset[UUID]:
        """The manager and all below, those without access too: what they did this month was done for the team."""
        found = {holder.member_id}
        while more := {one for one, above in self._manager_of.items() if above in found} - found:
            found |= more
        return frozenset(found)
