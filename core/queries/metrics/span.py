"""What a number is counted over: a time, whose, and in which zone a day ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, true
from sqlalchemy.orm import InstrumentedAttribute

from core.around import scope
from core.context import Ctx
from core.enums import Role
from core.params import among, timestamp
from core.queries.pipeline import Whose
from core.schedules import moment

SATURDAY = 5


@dataclass(frozen=True)
class Span:
    """A half-open time [since, until), aware; whose (member ids, None for everybody's); and the zone of its days."""

    since: datetime
    until: datetime
    people: frozenset[UUID] | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    @property
    def shape(self) -> "Shape":
        """How a statement over it looks."""
        return Shape(of_all=self.people is None)

    @property
    def values(self) -> dict[str, object]:
        """What the parameters of such a statement are."""
        first_day, day_after = self.days
        times = {"since": self.since, "until": self.until, "first_day": first_day, "day_after": day_after}
        return {**times, "people": list(self.people or ())}

    @property
    def days(self) -> tuple[date, date]:
        """The local days that ended in it: from the first, up to and without the second."""
        return self.since.astimezone(self.zone).date(), self.until.astimezone(self.zone).date()


@dataclass(frozen=True)
class Shape:
    """What decides how a statement over a span looks; the rest of the span are its named parameters."""

    of_all: bool

    @property
    def until(self) -> BindParameter[datetime]:
        """The first moment after the span."""
        return timestamp("until")

    def within(
        self, column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    ) -> ColumnElement[bool]:
        """Whether a moment lies in the span."""
        return and_(column >= timestamp("since"), column < self.until)

    def of_its_days(self, column: InstrumentedAttribute[date | None]) -> ColumnElement[bool]:
        """Whether a day ended in the span."""
        return and_(column >= bindparam("first_day", type_=Date()), column < bindparam("day_after", type_=Date()))

    def owned(self, column: InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
        """Whether something is theirs; what is nobody's is counted only where everybody is meant."""
        return true() if self.of_all else among(column, "people")


def month_of(day: date, zone: ZoneInfo, people: frozenset[UUID] | None = None) -> Span:
    """The whole month a day lies in."""
    first = day.replace(day=1)
    after = (first.replace(year=first.year + 1, month=1)) if first.month == 12 else first.replace(month=first.month + 1)
    return Span(moment(first, time.min, zone), moment(after, time.min, zone), people, zone)


def working_days(day: date) -> int:
    """The days from Monday to Friday left in a day's month, that day too."""
    left, month = 0, day.month
    while day.month == month:
        left += day.weekday() < SATURDAY
        day += timedelta(days=1)
    return left


def people_of(ctx: Ctx, whose: Whose) -> frozenset[UUID] | None:
    """The members meant: oneself, oneself with all who work for one, or everybody one may see."""
    if whose is Whose.ALL:
        return None
    me = frozenset({ctx.actor.member_id} if ctx.actor.member_id else ())
    return me | scope(ctx).reports if whose is Whose.TEAM else me


def usual_whose(ctx: Ctx) -> Whose:
    """Whose numbers somebody reads who asks for their own digest: a rep theirs, a manager their people's."""
    return {Role.REP: Whose.MINE, Role.MANAGER: Whose.TEAM, Role.ADMIN: Whose.ALL}[ctx.actor.role]


def whose_choices(ctx: Ctx) -> tuple[Whose, ...]:
    """Whose numbers somebody may ask for."""
    more = {Role.REP: (), Role.MANAGER: (Whose.TEAM,), Role.ADMIN: (Whose.TEAM, Whose.ALL)}
    return (Whose.MINE, *more[ctx.actor.role])


@dataclass(frozen=True)
class Money:
    """What some records of one currency come to; those without a value count as nothing."""

    currency: str
    count: int
    value: Decimal


@dataclass(frozen=True)
class Figure:
    """A number: how many, what they are worth (one sum a currency, never added up), and who did it, the busiest first.

    `people` are Slack user ids, empty for nobody in particular.
    """

    count: int = 0
    sums: tuple[Money, ...] = ()
    people: tuple[tuple[str, int], ...] = ()

    def value(self, currency: str) -> Decimal:
        """What those of a currency are worth."""
        return sum((one.value for one in self.sums if one.currency == currency), Decimal(0))


def by_first(sums: Mapping[str, Money], first: str) -> tuple[Money, ...]:
    """Sums in the order they are read: the workspace's own currency first, then the most records."""
    return tuple(sorted(sums.values(), key=lambda one: (one.currency != first, -one.count, one.currency)))
