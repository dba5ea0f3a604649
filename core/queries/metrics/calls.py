"""Calls by outcome with their length, objections heard, and what became of the mails."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Integer, cast, func, select

from core.context import Ctx
from core.enums import CallOutcome
from core.prepared import Built, read
from core.queries.metrics.figures import how_many
from core.queries.metrics.rows import Number, rows_of
from core.queries.metrics.span import Shape, Span

HUNDRED = 100


@dataclass(frozen=True)
class Calls:
    """Calls made. `average` is of those whose length is known, None where none is; without seconds."""

    count: int
    by_outcome: dict[CallOutcome | None, int]
    average: timedelta | None


@dataclass(frozen=True)
class Mails:
    """Mails that left in a span, and what is known of those same mails by now."""

    sent: int
    delivered: int
    opened: int
    """By a person, of the delivered."""
    replied: int

    @property
    def delivered_rate(self) -> Decimal | None:
        """In percent of the sent; None for none."""
        return rate(self.delivered, self.sent)

    @property
    def opened_rate(self) -> Decimal | None:
        """In percent of the delivered; None for none."""
        return rate(self.opened, self.delivered)

    @property
    def replied_rate(self) -> Decimal | None:
        """In percent of the delivered; None for none."""
        return rate(self.replied, self.delivered)


def rate(part: int, whole: int) -> Decimal | None:
    """In percent, to one digit; None of nothing."""
    return None if not whole else round(Decimal(part * HUNDRED) / whole, 1)


def calls(ctx: Ctx, span: Span) -> Calls:
    """Calls made in a span."""
    outcomes: Counter[CallOutcome | None] = Counter()
    timed = length = 0
    for outcome, count, with_length, total in read(ctx, _by_outcome, span.shape, **span.values):
        outcomes[CallOutcome(outcome) if outcome else None] += count
        timed, length = timed + with_length, length + total
    order = [*CallOutcome, None]
    by_outcome = dict(sorted(outcomes.items(), key=lambda one: (-one[1], order.index(one[0]))))
    average = timedelta(minutes=round(length / timed)) if timed else None
    return Calls(sum(outcomes.values()), by_outcome, average)


def _by_outcome(ctx: Ctx, span: Shape) -> Built:
    rows = rows_of(ctx, Number.CALLS, span).subquery()
    minutes = cast(func.nullif(rows.c.was, ""), Integer)
    return select(rows.c.becomes, func.count(), func.count(minutes), func.coalesce(func.sum(minutes), 0)).group_by(
        rows.c.becomes
    )


def by_word(ctx: Ctx, number: Number, span: Span) -> tuple[tuple[str, int], ...]:
    """How often each word stands in what a number counts (its `becomes`): reasons of losses, objections."""
    return tuple((word, count) for word, count in read(ctx, _words, number, span.shape, **span.values))


def _words(ctx: Ctx, number: Number, span: Shape) -> Built:
    rows = rows_of(ctx, number, span).subquery()
    return (
        select(rows.c.becomes, func.count())
        .group_by(rows.c.becomes)
        .order_by(func.count().desc(), rows.c.becomes.collate("C"))
    )


def mails(ctx: Ctx, span: Span) -> Mails:
    """Mails that left in a span."""
    return Mails(*(how_many(ctx, one, span) for one in (Number.MAILS, Number.DELIVERED, Number.OPENED, Number.REPLIED)))
