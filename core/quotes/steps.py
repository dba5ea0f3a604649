"""A quote's way: sent, then accepted, rejected or expired. One table says which step may follow which."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select

from core.access import Verb, load, visible
from core.context import Ctx, new_id
from core.enums import ActivityKind, QuoteStatus
from core.errors import Conflict
from core.events import QuoteExpired
from core.i18n import Viewer
from core.models import Activity, Deal, History, Member, Quote
from core.operations import operation
from core.quotes.drafts import announce
from core.refs import quote_ref

OPEN = frozenset({QuoteStatus.SENT, QuoteStatus.VIEWED})
"""With the customer, and not decided."""
_DECISIONS = frozenset({QuoteStatus.ACCEPTED, QuoteStatus.REJECTED, QuoteStatus.EXPIRED})
TRANSITIONS: Mapping[QuoteStatus, frozenset[QuoteStatus]] = MappingProxyType(
    {
        QuoteStatus.DRAFT: frozenset({QuoteStatus.SENT}),
        QuoteStatus.SENT: _DECISIONS | {QuoteStatus.VIEWED},
        QuoteStatus.VIEWED: _DECISIONS,
        QuoteStatus.ACCEPTED: frozenset(),
        QuoteStatus.REJECTED: frozenset(),
        QuoteStatus.EXPIRED: frozenset(),
    }
)
"""What a quote may become. What is decided stays so: who offers again makes a new version."""
EXPIRED_AT_ONCE = 200
"""Quotes that one run expires in one workspace; the others' turn comes with the next."""


@operation("quote.send")
def mark_sent(ctx: Ctx, quote_id: UUID) -> Quote:
    """The draft went to the customer: from now on its lines are fixed.

    Raises Conflict("quote_step") where it is no draft any more, Conflict("quote_out_of_date") where the last day it
    holds is over in UTC (the worker would let it expire at once), NotFound, Forbidden.
    """
    quote = load(ctx, Quote, quote_id)
    _refuse_step(ctx, quote, QuoteStatus.SENT)
    _refuse_out_of_date(ctx, quote)
    quote.status, quote.sent_at = QuoteStatus.SENT, ctx.now
    announce(ctx, quote)
    return quote


def refuse_to_send(ctx: Ctx, quote_id: UUID) -> None:
    """Refuse to mail a quote that is decided or out of date, before anything is written about it; one that is with the
    customer already may be mailed again.

    Raises Conflict("quote_step"), Conflict("quote_out_of_date"), NotFound, Forbidden.
    """
    quote = load(ctx, Quote, quote_id)
    if quote.status not in OPEN:
        _refuse_step(ctx, quote, QuoteStatus.SENT)
    _refuse_out_of_date(ctx, quote)


@operation("quote.accept")
def accept(ctx: Ctx, quote_id: UUID) -> Quote:
    """The customer takes the offer: the deal is worth what the quote comes to before tax, in the quote's currency.

    The deal's timeline says so; its stage and its other quotes stay as they are.
    Raises Conflict("quote_step"), NotFound, Forbidden.
    """
    # The deal before its quote, as everywhere: of two people who decide at once one waits, and none locks crosswise.
    deal = load(ctx, Deal, load(ctx, Quote, quote_id, Verb.SEE).deal_id)
    quote = load(ctx, Quote, quote_id)
    _refuse_step(ctx, quote, QuoteStatus.ACCEPTED)
    quote.status, quote.decided_at = QuoteStatus.ACCEPTED, ctx.now
    ctx.session.flush()  # the quote comes first in the history, so that undo shows its card
    deal.value, deal.currency = quote.subtotal, quote.currency
    ctx.add(
        Activity(
            kind=ActivityKind.NOTE, deal_id=deal.id, at=ctx.now, owner_id=ctx.actor.member_id, notes=_told(ctx, quote)
        )
    )
    announce(ctx, quote)
    return quote


@operation("quote.reject")
def reject(ctx: Ctx, quote_id: UUID) -> Quote:
    """The customer does not take the offer. Raises Conflict("quote_step"), NotFound, Forbidden."""
    quote = load(ctx, Quote, quote_id)
    _refuse_step(ctx, quote, QuoteStatus.REJECTED)
    quote.status, quote.decided_at = QuoteStatus.REJECTED, ctx.now
    announce(ctx, quote)
    return quote


@operation("quote.expire")
def expire_due(ctx: Ctx) -> int:
    """Let every undecided quote expire whose last day is over, and say how many did; the deals' owners are told.

    A day is over when it is in UTC: one moment for everybody who looks at the same quote. Each quote is a change of
    its own, so that none is undone with another. At most EXPIRED_AT_ONCE; what somebody works on right now is left
    for the next run.
    """
    query = (
        visible(ctx, Quote)
        .where(Quote.status.in_(OPEN), Quote.valid_until < ctx.now.date())
        .order_by(Quote.valid_until, Quote.id)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(of=Quote, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    due = ctx.session.scalars(query).all()
    for quote in due:
        ctx.change_id = new_id()
        quote.status, quote.decided_at = QuoteStatus.EXPIRED, ctx.now
        announce(ctx, quote)
        owner_id = ctx.session.scalar(
            select(Deal.owner_id).where(Deal.workspace_id == ctx.workspace.id, Deal.id == quote.deal_id)
        )
        if owner_id is not None:
            ctx.emit(QuoteExpired(quote.id, owner_id))
        ctx.session.flush()
    return len(due)


def _refuse_out_of_date(ctx: Ctx, quote: Quote) -> None:
    if quote.valid_until < ctx.now.date():
        raise Conflict("quote_out_of_date", ref=_ref(quote))


def _refuse_step(ctx: Ctx, quote: Quote, to: QuoteStatus) -> None:
    """Raise Conflict("quote_step") with `ref`, `status` (as it is), `to` (as it was to be) and `who` made it so."""
    if to not in TRANSITIONS[quote.status]:
        raise Conflict("quote_step", ref=_ref(quote), status=quote.status, to=to, who=_who_decided(ctx, quote))


def _who_decided(ctx: Ctx, quote: Quote) -> str | None:
    """Who brought the quote to where it stands; None for the worker and for a new draft."""
    query = (
        select(Member.name)
        .join(History, (History.workspace_id == Member.workspace_id) & (History.actor_id == Member.id))
        .where(
            History.workspace_id == ctx.workspace.id,
            History.entity == "quote",
            History.entity_id == quote.id,
            History.changes["status"][1].astext == quote.status.value,
        )
        .order_by(History.id.desc())
        .limit(1)
    )
    return ctx.session.scalar(query) if quote.status is not QuoteStatus.DRAFT else None


def _told(ctx: Ctx, quote: Quote) -> str:
    """What the timeline keeps; everybody reads it, so it is in the workspace's language."""
    team = Viewer(ctx.workspace.locale, "UTC")
    return team.t("Quote {ref} accepted: {amount}", ref=_ref(quote), amount=team.money(quote.total, quote.currency))


def _ref(quote: Quote) -> str:
    return quote_ref(quote.year, quote.sequence)
