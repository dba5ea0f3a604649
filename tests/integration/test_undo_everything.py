"""Everything that is done to a record stands in its history and is taken back from there: one walk over all of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, inspect, select

from core import accounts, activities, channels, claims, contacts, deals, leads, quotes, tags, tasks, undo
from core.accounts import AccountInput
from core.activities import CallInput
from core.contacts import ContactInput
from core.context import Ctx
from core.deals import DealInput, LossInput
from core.emails import unanswered
from core.enums import CallOutcome, Direction, EntityType, LeadStatus, QuoteStatus
from core.history import tracked_models
from core.leads import ConversionInput, LeadInput
from core.models import Account, Contact, Deal, Lead, LossReason, Member, Quote
from core.queries.history import history_page
from core.quotes import LineInput, QuoteInput
from core.tasks import NoteInput, TaskInput
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_account,
    make_contact,
    make_deal,
    make_lead,
    make_member,
    make_tag,
    the_stage,
)
from tests.integration.mail_world import make_email

AREAS = ("account", "call", "channel", "contact", "deal", "follow_up", "lead", "note", "quote", "record", "tag", "task")
CHANNEL = "C042"
CORE = Path(__file__).parents[2] / "core"
State = dict[tuple[str, UUID], dict[str, Any]]
Record = tuple[EntityType, UUID]


@dataclass
class Desk:
    """Ana's records, each of a kind."""

    ctx_for: CtxFor
    clock: FixedClock
    ana: Member
    ben: Member
    account: Account
    contact: Contact
    lead: Lead
    deal: Deal

    @contextmanager
    def ctx(self) -> Iterator[Ctx]:
        """One transaction in which Ana acts."""
        with self.ctx_for(self.ana) as ctx:
            yield ctx

    def quote(self, status: QuoteStatus = QuoteStatus.DRAFT) -> UUID:
        """A quote with one line that got there."""
        with self.ctx() as ctx:
            made = quotes.create(ctx, self.offer(LineInput(None, "Robot arm", Decimal(2), Decimal(100)))).id
        with self.ctx() as ctx:
            ctx.session.scalars(select(Quote).where(Quote.id == made)).one().status = status
        return made

    def offer(self, *lines: LineInput) -> QuoteInput:
        """A quote on the deal."""
        return QuoteInput(self.deal.id, self.clock.now().date() + timedelta(days=30), "", lines)

    def task(self) -> UUID:
        """A task of Ana's on her lead."""
        with self.ctx() as ctx:
            return tasks.create(ctx, "lead", self.lead.id, TaskInput("Send the deck")).id

    def state(self) -> State:
        """Every tracked value of every living row: what has to be as it was."""
        found: State = {}
        with self.ctx_for() as ctx:
            for model in tracked_models().values():
                if model.__entity__ in undo.KEPT:  # type: ignore[attr-defined]
                    continue
                living = select(model).where(
                    model.workspace_id == ctx.workspace.id,
                    model.archived_at.is_(None),  # type: ignore[attr-defined]
                )
                for row in ctx.session.scalars(living):
                    values = {name: getattr(row, name) for name in model.__tracked__}  # type: ignore[attr-defined]
                    found[model.__entity__, row.id] = values  # type: ignore[attr-defined]
        return found


Act = Callable[[Desk, Ctx], Record]
Ready = Callable[[Desk], Any]


@pytest.fixture
def desk(ctx_for: CtxFor, clock: FixedClock) -> Desk:
    with ctx_for() as ctx:
        ana, ben = make_member(ctx, "Ana Silva"), make_member(ctx, "Ben Okafor")
        account = make_account(ctx, "Acme GmbH", owner=ana)
        contact = make_contact(ctx, "Ben Berg", account=account, owner=ana)
        lead, deal = make_lead(ctx, "Zoe Lima", owner=ana), make_deal(ctx, "Rollout", owner=ana)
        make_tag(ctx, "vip")
    return Desk(ctx_for, clock, ana, ben, account, contact, lead, deal)


def about(kind: EntityType, record_id: UUID) -> Record:
    return kind, record_id


WALK: dict[str, tuple[Ready | None, Callable[[Desk, Ctx, Any], Record]]] = {}


def step(name: str, ready: Ready | None = None) -> Callable[[Callable[[Desk, Ctx, Any], Record]], None]:
    """One operation of the walk: what has to be there first, what is done, and on which record it is looked up."""

    def keep(act: Callable[[Desk, Ctx, Any], Record]) -> None:
        assert name not in WALK
        WALK[name] = (ready, act)

    return keep


@step("account.create")
def _(_desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.ACCOUNT, accounts.create(ctx, AccountInput("Globex")).id


@step("account.edit")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    values = AccountInput("Acme AG", "acme.example", "+49 30 1234567", desk.ana.slack_user_id, "Big")
    return EntityType.ACCOUNT, accounts.edit(ctx, desk.account.id, values, desk.account.version).id


@step("contact.create")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.CONTACT, contacts.create(ctx, ContactInput("Kim Roe", desk.account.id)).id


@step("contact.edit")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    values = ContactInput("Benno Berg", email="b@acme.example", next_follow_up=ctx.today.date(), title="CFO")
    values = replace(values, owner=desk.ana.slack_user_id)
    return EntityType.CONTACT, contacts.edit(ctx, desk.contact.id, values, desk.contact.version).id


@step("lead.create")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.LEAD, leads.create(ctx, LeadInput("Kim Roe", owner=desk.ana.slack_user_id)).id


@step("lead.edit")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    values = LeadInput("Zoe de Lima", "Lima Lda", "zoe@lima.example", owner=desk.ana.slack_user_id)
    return EntityType.LEAD, leads.edit(ctx, desk.lead.id, values, desk.lead.version).id


@step("lead.assign")
def _(_desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.LEAD, leads.assign(ctx, _desk.lead.id, "").id


@step("lead.status")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.LEAD, leads.set_status(ctx, desk.lead.id, LeadStatus.LOST).id


@step("lead.convert")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    values = ConversionInput(None, "Lima Lda", "Zoe Lima", "Lima rollout", Decimal(500), "EUR", None)
    leads.convert(ctx, desk.lead.id, values)
    return EntityType.LEAD, desk.lead.id


@step("deal.create")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.DEAL, deals.create(ctx, DealInput("Second", desk.account.id)).id


@step("deal.edit")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    values = DealInput("Rollout 2", desk.account.id, value=Decimal(7), currency="EUR", owner=desk.ana.slack_user_id)
    values = replace(values, stage_id=the_stage(ctx, "Qualified").id, next_step="Call")
    return EntityType.DEAL, deals.edit(ctx, desk.deal.id, values, desk.deal.version).id


@step("deal.assign")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.DEAL, deals.assign(ctx, desk.deal.id, "").id


@step("deal.move")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.DEAL, deals.move(ctx, desk.deal.id, the_stage(ctx, "Proposal").id).id


@step("deal.win")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.DEAL, deals.win(ctx, desk.deal.id).id


@step("deal.lose")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    reason = ctx.session.scalars(select(LossReason.id)).first()
    return EntityType.DEAL, deals.lose(ctx, desk.deal.id, LossInput(reason, "Initech", "Too slow")).id


def _unowned(desk: Desk) -> None:
    with desk.ctx_for() as ctx:
        ctx.session.get_one(Deal, (ctx.workspace.id, desk.deal.id)).owner_id = None


@step("record.claim", _unowned)
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.DEAL, claims.claim(ctx, EntityType.DEAL, desk.deal.id).id


@step("call.log")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    call = CallInput(
        direction=Direction.OUTBOUND,
        outcome=CallOutcome.INTERESTED,
        duration_minutes=5,
        objections=("new:Too dear",),
        notes="Nice",
        next_step="Mail",
        next_follow_up=ctx.today.date(),
    )
    activities.log_call(ctx, "lead", desk.lead.id, call)
    return EntityType.LEAD, desk.lead.id


@step("follow_up.set")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    activities.set_follow_up(ctx, "contact", desk.contact.id, ctx.today.date())
    return EntityType.CONTACT, desk.contact.id


def _unanswered(desk: Desk) -> None:
    with desk.ctx() as ctx:
        make_email(ctx, desk.contact)
    desk.clock.advance(days=5)


@step("follow_up.no_answer", _unanswered)
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    assert unanswered.bring_up(ctx) == 1
    return EntityType.CONTACT, desk.contact.id


@step("note.save")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    tasks.save_note(ctx, "account", desk.account.id, NoteInput("She said yes"))
    return EntityType.ACCOUNT, desk.account.id


@step("task.create")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    tasks.create(ctx, "deal", desk.deal.id, TaskInput("Send the deck", ctx.today.date()))
    return EntityType.DEAL, desk.deal.id


@step("task.done", Desk.task)
def _(desk: Desk, ctx: Ctx, task: UUID) -> Record:
    tasks.done(ctx, task)
    return EntityType.LEAD, desk.lead.id


def _done_task(desk: Desk) -> UUID:
    task = desk.task()
    with desk.ctx() as ctx:
        tasks.done(ctx, task)
    return task


@step("task.reopen", _done_task)
def _(desk: Desk, ctx: Ctx, task: UUID) -> Record:
    tasks.reopen(ctx, task)
    return EntityType.LEAD, desk.lead.id


@step("task.snooze", Desk.task)
def _(desk: Desk, ctx: Ctx, task: UUID) -> Record:
    tasks.snooze(ctx, task, ctx.today.date() + timedelta(days=7))
    return EntityType.LEAD, desk.lead.id


def _task_of_bens(desk: Desk) -> UUID:
    task = desk.task()
    with desk.ctx_for() as ctx:
        row = ctx.session.get_one(tracked_models()["activity"], (ctx.workspace.id, task))
        row.owner_id = desk.ben.id  # type: ignore[attr-defined]  # an activity has one
    return task


@step("task.assign", _task_of_bens)
def _(desk: Desk, ctx: Ctx, task: UUID) -> Record:
    tasks.assign(ctx, task, desk.ana.slack_user_id)
    return EntityType.LEAD, desk.lead.id


@step("tag.set")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    tags.set_tags(ctx, EntityType.LEAD, desk.lead.id, ["new:hot", "new:fair"])
    return EntityType.LEAD, desk.lead.id


def _tagged(desk: Desk) -> UUID:
    with desk.ctx() as ctx:
        tags.set_tags(ctx, EntityType.DEAL, desk.deal.id, ["new:hot"])
        return tags.tag_ids(ctx, ["new:hot"])[0]


@step("tag.change", _tagged)
def _(desk: Desk, ctx: Ctx, tag: UUID) -> Record:
    tags.change_tag(ctx, EntityType.DEAL, desk.deal.id, tag, on=False)
    return EntityType.DEAL, desk.deal.id


@step("channel.link")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    channels.link(ctx, CHANNEL, "account", desk.account.id)
    return EntityType.ACCOUNT, desk.account.id


def _linked(desk: Desk) -> None:
    with desk.ctx() as ctx:
        channels.link(ctx, CHANNEL, "contact", desk.contact.id)


@step("channel.unlink", _linked)
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    channels.unlink(ctx, CHANNEL)
    return EntityType.CONTACT, desk.contact.id


@step("quote.draft")
def _(desk: Desk, ctx: Ctx, _: Any) -> Record:
    return EntityType.QUOTE, quotes.create(ctx, desk.offer(LineInput(None, "Arm", Decimal(1), Decimal(9)))).id


@step("quote.edit", Desk.quote)
def _(desk: Desk, ctx: Ctx, quote: UUID) -> Record:
    # The same sum in other words, and a line more that costs nothing: only the lines tell.
    lines = (
        LineInput(None, "Robot arm, used", Decimal(1), Decimal(200)),
        LineInput(None, "Manual", Decimal(1), Decimal(0)),
    )
    version = ctx.session.scalars(select(Quote.version).where(Quote.id == quote)).one()
    return EntityType.QUOTE, quotes.edit(ctx, quote, desk.offer(*lines), version).id


@step("quote.send", Desk.quote)
def _(_desk: Desk, ctx: Ctx, quote: UUID) -> Record:
    return EntityType.QUOTE, quotes.mark_sent(ctx, quote).id


@step("quote.accept", lambda desk: desk.quote(QuoteStatus.SENT))
def _(_desk: Desk, ctx: Ctx, quote: UUID) -> Record:
    return EntityType.QUOTE, quotes.accept(ctx, quote).id


@step("quote.reject", lambda desk: desk.quote(QuoteStatus.SENT))
def _(_desk: Desk, ctx: Ctx, quote: UUID) -> Record:
    return EntityType.QUOTE, quotes.reject(ctx, quote).id


def _overdue(desk: Desk) -> UUID:
    quote = desk.quote(QuoteStatus.SENT)
    desk.clock.advance(days=40)
    return quote


@step("quote.expire", _overdue)
def _(_desk: Desk, ctx: Ctx, quote: UUID) -> Record:
    assert quotes.expire_due(ctx) == 1
    return EntityType.QUOTE, quote


@step("quote.new_version", lambda desk: desk.quote(QuoteStatus.REJECTED))
def _(_desk: Desk, ctx: Ctx, quote: UUID) -> Record:
    return EntityType.QUOTE, quotes.new_version(ctx, quote).id


@step("quote.copy", Desk.quote)
def _(desk: Desk, ctx: Ctx, quote: UUID) -> Record:
    return EntityType.QUOTE, quotes.copy(ctx, quote, desk.deal.id).id


def test_the_walk_leaves_no_operation_on_records_out() -> None:
    written = {name for path in CORE.rglob("*.py") for name in re.findall(r'@operation\("([^"]+)"', path.read_text())}
    assert set(WALK) == {name for name in written if name.partition(".")[0] in AREAS}


@pytest.mark.parametrize("name", WALK)
def test_what_was_done_stands_in_the_records_history_and_is_taken_back_there(desk: Desk, name: str) -> None:
    ready, act = WALK[name]
    given = ready(desk) if ready else None
    before = desk.state()
    desk.clock.advance(minutes=1)
    with desk.ctx() as ctx:
        record = act(desk, ctx, given)
    assert desk.state() != before
    with desk.ctx() as ctx:
        item = history_page(ctx, *record).page.rows[0]
    assert item.can_undo
    assert item.fields or item.parts, "the history says what changed"
    with desk.ctx() as ctx:
        undo.undo(ctx, item.change_id)
        taken_back = ctx.change_id
    assert desk.state() == before
    with desk.ctx() as ctx:
        undo.undo(ctx, taken_back)
    assert desk.state() != before, "and done again from there"


def test_every_tracked_kind_is_part_of_what_the_walk_compares() -> None:
    tables = {inspect(model).local_table for model in tracked_models().values()}
    assert all(isinstance(table, Table) and "archived_at" in table.c for table in tables)
