"""E-mail's health: numbers that add up, what waits, what does not add up, and the weekly line."""

import inspect
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import delete, func, select, update

from core import inbox
from core.context import Ctx, Workspace, new_id
from core.db import Database
from core.emails.tokens import new_token
from core.enums import (
    DeliveryState,
    EmailProgress,
    EmailState,
    InboundState,
    InboxKind,
    InboxState,
    MailKind,
    Role,
)
from core.errors import Forbidden
from core.models import Delivery, Email, InboundEmail, InboxItem, Member, WorkspaceRow
from core.models.inbox import HOUSE
from core.queries.email_health import KNOWN_ALREADY, MAIL_DELIVERY, Came, Doubt, Fate, Health, Sent, Waiting, health
from notifications import incoming
from notifications.housekeeping import Housekeeper
from notifications.plans import Kind
from tests.conftest import CtxFor
from tests.factories import START, FixedClock, ctx_as, make_lead, make_member, make_workspace, put
from tests.integration.mail_world import make_email
from tests.postgres import copy_database, with_database

S, P = EmailState, EmailProgress


@pytest.fixture(autouse=True)
def _empty_house(database: Database) -> None:
    with database.begin(HOUSE) as session:
        session.execute(delete(InboxItem))


def make_inbound(ctx: Ctx, state: InboundState, kind: MailKind = MailKind.HUMAN, **over: object) -> InboundEmail:
    """A mail that came in an hour ago."""
    values: dict[str, object] = {
        "key": uuid4().hex,
        "state": state,
        "kind": kind,
        "from_address": "lena@acme.example",
        "to_addresses": [],
        "received_at": ctx.now - timedelta(hours=1),
    }
    if state is InboundState.LINKED:
        values["lead_id"] = make_lead(ctx).id
    return put(ctx, InboundEmail(**(values | over)))


def now(ctx_for: CtxFor) -> Health:
    with ctx_for() as ctx:
        return health(ctx)


def test_with_nothing_sent_and_nothing_come_all_is_quiet(ctx_for: CtxFor) -> None:
    found = now(ctx_for)
    assert found.quiet
    assert (found.written, found.sent, found.fate, found.came) == (0, Sent(), Fate(), Came())
    assert (found.triage, found.unanswered, found.inbox, found.doubts) == (Waiting(), Waiting(), Waiting(), {})


def test_every_mail_is_counted_in_exactly_one_line(ctx_for: CtxFor) -> None:
    fates = [*P, None]
    with ctx_for() as ctx:
        lead = make_lead(ctx)
        for state in S:
            make_email(ctx, lead, state=state)
        for progress in fates:
            make_email(ctx, lead, progress=progress, opened_at=ctx.now if progress is P.CLICKED else None)
        make_email(ctx, lead, created_at=ctx.now - timedelta(days=8), progress=P.DELIVERED)
    found = now(ctx_for)
    assert found.written == len(S) + len(fates)
    assert found.sent == Sent(sent=1 + len(fates), waiting=2, unknown=1, held=1, failed=1, stopped=1)
    assert found.fate == Fate(delivered=4, undelivered=3, on_the_way=4, bounced=1, opened=1, spam=1)
    assert found.fate.delivered + found.fate.undelivered + found.fate.on_the_way == found.sent.sent
    assert sum(vars(found.sent).values()) == found.written


def test_what_came_in_is_counted_and_what_waits_with_its_age(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        make_inbound(ctx, InboundState.LINKED)
        make_inbound(ctx, InboundState.LINKED, handled_at=ctx.now)
        make_inbound(ctx, InboundState.LINKED, received_at=ctx.now - timedelta(days=9))
        for kind in (MailKind.AWAY, MailKind.BOUNCE, MailKind.LIST):
            make_inbound(ctx, InboundState.LINKED, kind)
        make_inbound(ctx, InboundState.TRIAGE)
        make_inbound(ctx, InboundState.TRIAGE, received_at=ctx.now - timedelta(days=10))
        make_inbound(ctx, InboundState.NOT_OURS)
    found = now(ctx_for)
    assert found.came == Came(replies=2, automatic=3, triage=1, not_ours=1)
    assert found.triage == Waiting(2, START - timedelta(days=10))
    assert found.unanswered == Waiting(2, START - timedelta(days=9))


def test_other_workspaces_are_not_counted(database: Database, clock: FixedClock, ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        make_email(ctx, make_lead(ctx))
        make_inbound(ctx, InboundState.TRIAGE)
    other = make_workspace(database, clock)
    with ctx_as(database, clock, other.id, None) as ctx:
        assert health(ctx).quiet


@pytest.mark.parametrize(("role", "allowed"), [(Role.REP, False), (Role.MANAGER, True), (Role.ADMIN, True)])
def test_it_is_for_managers_and_admins(ctx_for: CtxFor, role: Role, *, allowed: bool) -> None:
    with ctx_for() as ctx:
        member = make_member(ctx, role=role)
    with ctx_for(member) as ctx:
        if allowed:
            assert health(ctx).quiet
        else:
            with pytest.raises(Forbidden):
                health(ctx)


# -- what does not add up -----------------------------------------------------------------------------------------


def test_mails_sendgrid_never_spoke_of(ctx_for: CtxFor, clock: FixedClock) -> None:
    with ctx_for() as ctx:
        make_email(ctx, make_lead(ctx))
        make_email(ctx, make_lead(ctx), progress=P.PROCESSED)
    assert now(ctx_for).doubts == {}
    clock.advance(hours=1, seconds=1)
    assert now(ctx_for).doubts == {Doubt.UNHEARD: 1}


def test_mails_that_do_not_leave(ctx_for: CtxFor, clock: FixedClock) -> None:
    with ctx_for() as ctx:
        for due in (ctx.now, ctx.now + timedelta(hours=1)):
            values = {"key": uuid4().hex, "lane": "email:1", "kind": Kind.EMAIL.value, "payload": {}, "next_at": due}
            put(ctx, Delivery(**values, created_at=ctx.now, attempts=0, last_error="", remote_id=""))
        make_email(ctx, make_lead(ctx), state=S.UNKNOWN)
    assert now(ctx_for).doubts == {Doubt.UNKNOWN: 1}
    clock.advance(minutes=11)
    assert now(ctx_for).doubts == {Doubt.NOT_LEAVING: 1, Doubt.UNKNOWN: 1}
    with ctx_for() as ctx:
        ctx.session.execute(update(Delivery).values(state=DeliveryState.SENT))
    assert now(ctx_for).doubts == {Doubt.UNKNOWN: 1}


def test_what_waits_in_the_inbox_or_was_given_up(ctx_for: CtxFor, database: Database, clock: FixedClock) -> None:
    with database.begin(HOUSE) as session:
        inbox.store(session, InboxKind.MAIL, {}, b"secret words", clock.now())
        inbox.store(session, InboxKind.EVENTS, {}, b"[]", clock.now() + timedelta(minutes=5))
    assert now(ctx_for).inbox == Waiting(2, START)
    assert now(ctx_for).doubts == {}
    clock.advance(minutes=11)
    assert now(ctx_for).doubts == {Doubt.NOT_READ: 1}
    with database.begin(HOUSE) as session:
        session.execute(update(InboxItem).values(state=InboxState.FAILED))
    assert now(ctx_for).doubts == {Doubt.GIVEN_UP: 2}


@pytest.fixture
def alone(owner_url: str) -> Iterator[Database]:
    """A database in which there will be one workspace."""
    name = f"rapport_{uuid4().hex[:12]}"
    own = Database(copy_database(owner_url, name, template="rapport"))
    yield own
    own.dispose()
    with psycopg.connect(with_database(owner_url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_a_mail_that_was_taken_in_and_stands_nowhere_is_missed(alone: Database, clock: FixedClock) -> None:
    workspace = make_workspace(alone, clock)
    with alone.begin(HOUSE) as session:
        items = [inbox.store(session, InboxKind.MAIL, {}, b"", clock.now()) for _ in range(3)]
        session.execute(update(InboxItem).values(state=InboxState.DONE))
        session.execute(update(InboxItem).where(InboxItem.id == items[2]).values(last_error=KNOWN_ALREADY))

    def doubts() -> dict[Doubt, int]:
        with ctx_as(alone, clock, workspace.id, None) as ctx:
            return health(ctx).doubts

    assert doubts() == {Doubt.LOST: 2}
    for item, left in zip(items, ({Doubt.LOST: 1}, {}, {}), strict=True):
        with ctx_as(alone, clock, workspace.id, None) as ctx:
            make_inbound(ctx, InboundState.TRIAGE, inbox_item=item, received_at=clock.now())
        assert doubts() == left


def test_asking_outside_leaves_the_transaction_where_it_was(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        make_lead(ctx)
        health(ctx)
        ctx.add(new_lead := Email(**mail_values(ctx)))
        ctx.session.flush()
        assert ctx.session.scalar(select(func.current_user())) == "rapport_app"
        assert new_lead.id is not None


def mail_values(ctx: Ctx) -> dict[str, object]:
    return {
        "lead_id": make_lead(ctx).id,
        "from_name": "",
        "from_address": "",
        "to_address": "a@b.example",
        "subject": "",
        "body": "",
        "token": new_token(ctx.workspace.id),
        "created_at": ctx.now,
        "id": new_id(),
    }


# -- the weekly line ----------------------------------------------------------------------------------------------


def lines(database: Database, workspace: Workspace) -> list[str]:
    with database.begin(workspace.id) as session:
        query = select(Delivery.key).where(Delivery.kind == Kind.HEALTH.value).order_by(Delivery.key)
        return list(session.scalars(query))


def test_on_mondays_the_admins_are_told_once(
    database: Database, workspace: Workspace, clock: FixedClock, ctx_for: CtxFor
) -> None:
    keeper = Housekeeper(database, clock)
    with ctx_for() as ctx:
        ctx.session.scalars(select(Member).where(Member.workspace_id == workspace.id)).one().tz = "Europe/Berlin"
        make_email(ctx, make_lead(ctx))
    clock.set(START.replace(hour=7, minute=59))  # a Monday, nine o'clock in Berlin is eight in UTC
    keeper.tell_health([workspace.id])
    assert lines(database, workspace) == []
    clock.advance(minutes=1)
    keeper.tell_health([workspace.id])
    keeper.tell_health([workspace.id])
    assert lines(database, workspace) == ["health:2026-12:UADMIN"]
    clock.advance(days=2)
    keeper.tell_health([workspace.id])
    assert len(lines(database, workspace)) == 1
    clock.advance(days=4)
    with ctx_for() as ctx:
        make_email(ctx, make_lead(ctx))
    clock.advance(days=1)
    keeper.tell_health([workspace.id])
    assert lines(database, workspace) == ["health:2026-12:UADMIN", "health:2026-13:UADMIN"]


def test_a_channel_for_replies_is_told_in_place_of_them(
    database: Database, workspace: Workspace, clock: FixedClock, ctx_for: CtxFor
) -> None:
    with ctx_for() as ctx:
        ctx.session.scalars(select(WorkspaceRow)).one().replies_channel = "C0REPLIES"
        make_inbound(ctx, InboundState.TRIAGE)
    Housekeeper(database, clock).tell_health([workspace.id])
    assert lines(database, workspace) == ["health:2026-12:C0REPLIES"]


def test_a_week_without_mail_is_not_worth_a_line(database: Database, workspace: Workspace, clock: FixedClock) -> None:
    Housekeeper(database, clock).tell_health([workspace.id])
    assert lines(database, workspace) == []


def test_the_words_of_other_parts_are_theirs() -> None:
    assert Kind.EMAIL.value == MAIL_DELIVERY
    assert f'"{KNOWN_ALREADY}"' in inspect.getsource(incoming)
