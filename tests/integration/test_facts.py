"""What the rules have to know is read for a whole batch of events at once, and is what each event alone would find."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event as listening

from core.cards import HOME
from core.context import Ctx, new_id
from core.emails.replies import REPLY
from core.enums import EntityType, InboundState, MailKind
from core.events import DealWon, Event, MemberJoined, RecordAssigned, RecordChanged, StandInGone, TaskGiven
from core.models import Card, InboundEmail, Lead, Member
from core.mornings import MORNING
from core.queries.reply_cards import reply_card
from notifications import claims, routing
from notifications.facts import FactFinder
from notifications.plans import Kind, NewCard, Plan, Purpose
from notifications.reply_places import ALERTS_KEPT
from notifications.rules import LiveCard
from tests.conftest import CtxFor
from tests.factories import START, make_account, make_activity, make_deal, make_lead, make_member, make_quote, put

TOMORROW = START.date() + timedelta(days=1)
MUCH_TOO_OLD = START - timedelta(days=6)


def card(ctx: Ctx, entity: str, entity_id: UUID, **over: object) -> Card:
    values: dict[str, object] = {"channel": "C1", "ts": new_id().hex, "created_at": ctx.now, **over}
    return put(ctx, Card(entity=entity, entity_id=entity_id, **values))


def reply_to(ctx: Ctx, lead: Lead, received_at: datetime = START) -> InboundEmail:
    return put(
        ctx,
        InboundEmail(
            key=new_id().hex,
            state=InboundState.LINKED,
            kind=MailKind.HUMAN,
            lead_id=lead.id,
            owner_id=lead.owner_id,
            from_address="lena@acme.example",
            to_addresses=[],
            received_at=received_at,
        ),
    )


def live(one: Card) -> LiveCard:
    return LiveCard(one.id, one.channel)


@contextmanager
def counted(ctx: Ctx) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    ctx.session.flush()
    connection = ctx.session.connection()
    listening.listen(connection, "before_cursor_execute", note)
    yield sent
    listening.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def team(ctx_for: CtxFor) -> tuple[Member, Member, Member]:
    """Ana, whose manager is Mira, and Ben, who left."""
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira Brandt")
        ana = make_member(ctx, "Ana Silva", manager_id=mira.id)
        return ana, make_member(ctx, "Ben Okafor", active=False), mira


def changes(ctx: Ctx, owner: Member, count: int) -> list[Event]:
    """Changed records of every kind and a mail about one of them, each with a card of its own."""
    records: list[tuple[str, UUID]] = []
    for number in range(count):
        lead = make_lead(ctx, f"Lead {number}", owner=owner, next_follow_up=TOMORROW, next_follow_up_at=time(15))
        deal = make_deal(ctx, owner=owner)
        account = make_account(ctx, owner=owner)
        records += [(REPLY, reply_to(ctx, lead).id)]
        records += [(EntityType.LEAD, lead.id), (EntityType.DEAL, deal.id), (EntityType.ACCOUNT, account.id)]
        records += [(EntityType.QUOTE, make_quote(ctx, deal).id)]
    for entity, record_id in records:
        card(ctx, entity, record_id)
    return [RecordChanged(entity, record_id) for entity, record_id in records]


def test_a_batch_takes_no_more_statements_than_one_event_of_each_kind(
    ctx_for: CtxFor, team: tuple[Member, Member, Member]
) -> None:
    ana, *_ = team
    with ctx_for() as ctx:
        events = changes(ctx, ana, 12)
        with counted(ctx) as few:
            FactFinder(ctx, events[:5])
        with counted(ctx) as many:
            finder = FactFinder(ctx, events)
            for one in events:
                finder.about(one)
    assert len(few) == len(many) <= 15


def test_the_facts_of_a_batch_are_those_of_each_event_alone(
    ctx_for: CtxFor, team: tuple[Member, Member, Member]
) -> None:
    ana, ben, mira = team
    with ctx_for() as ctx:
        events = [*changes(ctx, ana, 2), *changes(ctx, ben, 1)]
        task = make_activity(ctx, make_lead(ctx), kind="task", owner_id=mira.id, due_on=TOMORROW, due_time=time(8))
        events += [
            RecordChanged(EntityType.ACTIVITY, task.id),
            RecordChanged(EntityType.LEAD, new_id()),
            MemberJoined(ana.id, installer=False),
            RecordAssigned(EntityType.LEAD, new_id(), ben.id, ana.id),
            TaskGiven(task.id, mira.id, ana.id),
            StandInGone(ana.id, ben.id),
            StandInGone(mira.id, ben.id),
            DealWon(new_id(), ana.id),
        ]
        card(ctx, HOME, ana.id)
        card(ctx, MORNING, mira.id, created_at=START - timedelta(days=1))
        together = FactFinder(ctx, events)
        for one in events:
            assert together.about(one) == FactFinder(ctx, [one]).about(one)


def test_whose_a_record_is_and_what_shows_it(ctx_for: CtxFor, team: tuple[Member, Member, Member]) -> None:
    ana, ben, mira = team
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana, next_follow_up=TOMORROW, next_follow_up_at=time(15))
        over = make_lead(ctx, owner=ana, next_follow_up=date(2026, 3, 2), next_follow_up_at=time(15))
        left, nobodys = make_lead(ctx, owner=ben), make_lead(ctx)
        quote = make_quote(ctx, make_deal(ctx, owner=mira))
        shown, alert = card(ctx, EntityType.LEAD, lead.id), card(ctx, REPLY, reply_to(ctx, lead).id)
        card(ctx, EntityType.LEAD, lead.id, retired_at=START)
        card(ctx, EntityType.DEAL, lead.id)  # of something else that has the same id
        card(ctx, HOME, ana.id)
        card(ctx, MORNING, ana.id, created_at=MUCH_TOO_OLD)
        card(ctx, MORNING, mira.id, created_at=START - timedelta(days=2))
        morning = card(ctx, MORNING, mira.id, created_at=START - timedelta(days=1))
        events = [
            RecordChanged(entity, row.id)
            for entity, row in [("lead", lead), ("lead", over), ("lead", left), ("lead", nobodys), ("quote", quote)]
        ]
        finder = FactFinder(ctx, [*events, StandInGone(ana.id, ben.id)])
        of_ana, too_late, of_who_left, of_nobody, of_mira = (finder.about(one) for one in events)
        gone = finder.about(StandInGone(ana.id, ben.id))
    assert (of_ana.owner_id, dict(of_ana.people), of_ana.homes) == (ana.id, {ana.id: ana.slack_user_id}, {ana.id})
    assert (of_ana.cards, dict(of_ana.mornings)) == ((live(shown), live(alert)), {})
    assert of_ana.timed is not None
    assert (of_ana.timed.entity_id, too_late.timed) == (lead.id, None)
    assert (of_who_left.owner_id, dict(of_who_left.people)) == (ben.id, {})
    assert (of_nobody.owner_id, dict(of_nobody.people)) == (None, {})
    assert (of_mira.owner_id, dict(of_mira.mornings), of_mira.homes) == (mira.id, {mira.id: live(morning)}, frozenset())
    assert (gone.readers, set(gone.people)) == ((ana.id, mira.id), {ana.id, mira.id})


def test_of_the_alerts_about_a_record_the_latest_are_kept_up(
    ctx_for: CtxFor, team: tuple[Member, Member, Member]
) -> None:
    ana, *_ = team
    with ctx_for() as ctx:
        leads = [make_lead(ctx, owner=ana) for _ in range(2)]
        alerts = {
            lead.id: [
                card(ctx, REPLY, reply_to(ctx, lead, START + timedelta(minutes=minute)).id)
                for minute in range(ALERTS_KEPT + 1)
            ]
            for lead in leads
        }
        events = [RecordChanged(EntityType.LEAD, lead.id) for lead in leads]
        finder = FactFinder(ctx, events)
        for one in events:
            assert finder.about(one).cards == tuple(live(alert) for alert in alerts[one.entity_id][1:])


def test_an_alert_under_way_is_overtaken_by_what_happens_to_its_record_alone(
    ctx_for: CtxFor, team: tuple[Member, Member, Member]
) -> None:
    ana, *_ = team
    with ctx_for() as ctx:
        leads = [make_lead(ctx, owner=ana) for _ in range(2)]
        replies = [reply_to(ctx, lead) for lead in leads]
        plans = [
            Plan(
                f"reply:{one.id}", f"C{one.id}", Kind.CARD_POST, NewCard(REPLY, one.id, "C1", Purpose.REPLY, None, None)
            )
            for one in replies
        ]
        routing.put(ctx, plans)
        claimed = {one.key: one for one in claims.claim(ctx, 5).claimed}
        ctx.emit(RecordChanged(EntityType.LEAD, leads[0].id))
    with ctx_for() as ctx:
        routing.route(ctx)
        ended = [claims.mark_sent(ctx, claimed[plan.key], "1.1").overtaken for plan in plans]
    assert ended == [True, False]


def test_an_alert_is_read_in_a_few_statements(ctx_for: CtxFor, team: tuple[Member, Member, Member]) -> None:
    ana, *_ = team
    with ctx_for() as ctx:
        inbound = reply_to(ctx, make_lead(ctx, owner=ana))
        ctx.session.flush()
        ctx.session.expunge_all()
        with counted(ctx) as sent:
            reply_card(ctx, inbound.id)
    assert len(sent) <= 5


def test_a_batch_is_routed_and_leased_in_a_few_statements(ctx_for: CtxFor, team: tuple[Member, Member, Member]) -> None:
    ana, *_ = team
    with ctx_for() as ctx:
        for one in changes(ctx, ana, 5):
            ctx.emit(one)
    with ctx_for() as ctx:
        with counted(ctx) as routed:
            assert routing.route(ctx) > 20
        with counted(ctx) as leased:
            harvest = claims.claim(ctx, 5)
        assert len(harvest.claimed) >= 1
        assert claims.claim(ctx, 5).claimed == ()
    assert len(routed) <= 25
    assert len(leased) == 2
