"""Mails that matched nothing: who may sort them, what follows, two at once, and taking it back."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from core.access import load
from core.context import Ctx
from core.emails import drafts, replies, triage
from core.emails.drafts import EmailInput
from core.emails.replies import IncomingMail
from core.enums import EntityType, InboundState, LeadStatus, MailKind, Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.leads import LeadInput
from core.models import Activity, InboundEmail, Lead, Member
from core.queries import replies as queries
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_contact, make_deal, make_lead, make_member
from tests.integration.lead_world import at_once, events

KIM = LeadInput("Kim Park", "Park KG", "kim@park.example")


@pytest.fixture
def mira(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Mira Brandt", role=Role.MANAGER)


@pytest.fixture
def sam(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Sam Lee", role=Role.ADMIN)


@pytest.fixture
def ana(ctx_for: CtxFor, mira: Member) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva", manager=mira)


def arrived(ctx_for: CtxFor, kind: MailKind = MailKind.HUMAN, sender: str = "kim@park.example") -> UUID:
    """A mail that matches nothing."""
    with ctx_for() as ctx:
        mail = IncomingMail(
            key=str(uuid4()),
            kind=kind,
            recipients=("info@reply.example",),
            from_address=sender,
            from_name="Kim Park",
            subject="Price?",
            message_id="<1@park.example>",
            thread_ids=(),
            body="What does it cost?",
            new_words="What does it cost?",
            cut=True,
            received_at=ctx.now,
        )
        found = replies.receive(ctx, mail, "reply.example")
        assert found is not None
        return found.id


def now(ctx: Ctx, inbound_id: UUID) -> InboundEmail:
    return ctx.session.get_one(InboundEmail, (ctx.workspace.id, inbound_id))


def test_the_list_shows_what_waits_the_oldest_first(
    ctx_for: CtxFor, clock: FixedClock, mira: Member, ana: Member
) -> None:
    with ctx_for() as ctx:
        contact = make_contact(ctx, "Kim Park", owner=ana, email="kim@park.example")
    first, began = arrived(ctx_for), clock.now()
    for _ in range(9):
        clock.advance(timedelta(minutes=1))
        arrived(ctx_for, sender="x@y.example")
    with ctx_for(mira) as ctx:
        found = queries.triage(ctx)
        assert found is not None
        assert (found.count, found.oldest, found.rows.has_more) == (10, began, True)
        top = found.rows.rows[0]
        assert (top.id, top.who, top.subject) == (first, "Kim Park", "Price?")
        assert top.suggestion is not None
        assert top.suggestion.id == contact.id
        second = queries.triage(ctx, 1)
        assert second is not None
        assert (len(second.rows.rows), second.rows.has_more) == (2, False)
        assert queries.original(ctx, first).body == "What does it cost?"


def test_reps_do_not_sort_and_do_not_see(ctx_for: CtxFor, ana: Member) -> None:
    mail = arrived(ctx_for)
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
    with ctx_for(ana) as ctx:
        assert queries.triage(ctx) is None
        with pytest.raises(NotFound):
            queries.original(ctx, mail)
        with pytest.raises(Forbidden, match="needs_manager"):
            triage.link(ctx, mail, EntityType.LEAD, lead.id)
        with pytest.raises(Forbidden, match="needs_manager"):
            triage.new_lead(ctx, mail, KIM, ())
        with pytest.raises(Forbidden, match="needs_manager"):
            triage.not_ours(ctx, mail)
        with pytest.raises(Forbidden, match="needs_manager"):
            triage.put_back(ctx, mail)


def test_linking_does_what_a_match_does_and_undo_takes_all_of_it_back(
    ctx_for: CtxFor, mira: Member, ana: Member
) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana, status=LeadStatus.CONTACTED)
    mail = arrived(ctx_for)
    with ctx_for(mira) as ctx:
        triage.link(ctx, mail, EntityType.LEAD, lead.id)
        change_id = ctx.change_id
    with ctx_for() as ctx:
        found, after = now(ctx, mail), load(ctx, Lead, lead.id)
        assert (found.state, found.lead_id, found.owner_id) == (InboundState.LINKED, lead.id, ana.id)
        assert (after.status, after.next_follow_up) == (LeadStatus.REPLIED, ctx.now.date())
    assert len(events(ctx_for, "reply.arrived")) == 1
    with ctx_for(mira) as ctx:
        triage.put_back(ctx, mail, change_id)
    with ctx_for() as ctx:
        found, after = now(ctx, mail), load(ctx, Lead, lead.id)
        assert (found.state, found.lead_id, found.owner_id, found.activity_id) == (
            InboundState.TRIAGE,
            None,
            None,
            None,
        )
        assert (after.status, after.next_follow_up, after.last_touch_at) == (LeadStatus.CONTACTED, None, None)
        living = select(func.count()).select_from(Activity).where(Activity.archived_at.is_(None))
        assert ctx.session.scalar(living.where(Activity.workspace_id == ctx.workspace.id)) == 0
    with ctx_for(mira) as ctx:
        triage.link(ctx, mail, EntityType.LEAD, lead.id)
    assert len(events(ctx_for, "reply.arrived")) == 2


def test_a_mail_is_linked_to_what_one_may_change_alone(ctx_for: CtxFor, mira: Member, sam: Member) -> None:
    with ctx_for() as ctx:
        hidden = make_deal(ctx, owner=sam)
    mail = arrived(ctx_for)
    with ctx_for(mira) as ctx, pytest.raises(NotFound):
        triage.link(ctx, mail, EntityType.DEAL, hidden.id)
    with ctx_for(mira) as ctx, pytest.raises(Invalid):
        triage.link(ctx, mail, EntityType.QUOTE, hidden.id)
    with ctx_for(sam) as ctx:
        assert triage.link(ctx, mail, EntityType.DEAL, hidden.id).deal_id == hidden.id


def test_a_new_lead_gets_the_mail_and_undo_takes_both_back(ctx_for: CtxFor, mira: Member) -> None:
    mail = arrived(ctx_for)
    with ctx_for(mira) as ctx:
        lead = triage.new_lead(ctx, mail, KIM, ())
        change_id = ctx.change_id
        assert (lead.status, lead.email) == (LeadStatus.REPLIED, "kim@park.example")
        assert now(ctx, mail).lead_id == lead.id
    with ctx_for(mira) as ctx:
        triage.put_back(ctx, mail, change_id)
    with ctx_for() as ctx:
        assert ctx.session.get_one(Lead, (ctx.workspace.id, lead.id)).archived_at is not None
        assert now(ctx, mail).state is InboundState.TRIAGE


def test_a_known_person_is_asked_about_before_there_is_a_second_one(ctx_for: CtxFor, mira: Member, ana: Member) -> None:
    with ctx_for() as ctx:
        known = make_lead(ctx, owner=ana, email="kim@park.example")
    mail = arrived(ctx_for)
    with ctx_for(mira) as ctx, pytest.raises(Conflict, match="duplicate"):
        triage.new_lead(ctx, mail, KIM, ())
    with ctx_for() as ctx:
        assert now(ctx, mail).state is InboundState.TRIAGE
    with ctx_for(mira) as ctx:
        assert triage.new_lead(ctx, mail, KIM, [known.id]).id != known.id


def test_not_ours_is_kept_and_can_come_back(ctx_for: CtxFor, mira: Member) -> None:
    mail = arrived(ctx_for)
    with ctx_for(mira) as ctx:
        triage.not_ours(ctx, mail)
    with ctx_for(mira) as ctx:
        found = queries.triage(ctx)
        assert found is not None
        assert found.count == 0
        triage.put_back(ctx, mail)
    with ctx_for(mira) as ctx:
        found = queries.triage(ctx)
        assert found is not None
        assert found.count == 1


def test_of_two_who_sort_the_same_mail_the_second_hears_of_the_first(
    ctx_for: CtxFor, mira: Member, sam: Member, ana: Member
) -> None:
    with ctx_for() as ctx:
        leads = [make_lead(ctx, name, owner=ana).id for name in ("One", "Two")]
    mail = arrived(ctx_for)

    def link(who: Member, lead_id: UUID) -> None:
        with ctx_for(who) as ctx:
            triage.link(ctx, mail, EntityType.LEAD, lead_id)

    refused = [error for error in at_once(lambda: link(mira, leads[0]), lambda: link(sam, leads[1])) if error]
    assert [error.code for error in refused] == ["triage_done"]
    with ctx_for() as ctx:
        linked = now(ctx, mail).lead_id
    assert refused[0].data["who"] == ("Mira Brandt" if linked == leads[0] else "Sam Lee")
    assert len(events(ctx_for, "reply.arrived")) == 1


def test_a_bounce_notice_can_be_sorted_too(ctx_for: CtxFor, mira: Member, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
    mail = arrived(ctx_for, MailKind.BOUNCE)
    with ctx_for(mira) as ctx:
        triage.link(ctx, mail, EntityType.LEAD, lead.id)
        change_id = ctx.change_id
    with ctx_for(mira) as ctx:
        triage.put_back(ctx, mail, change_id)
        assert now(ctx, mail).state is InboundState.TRIAGE


def test_what_was_answered_does_not_go_back(ctx_for: CtxFor, mira: Member, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
    mail = arrived(ctx_for)
    with ctx_for(mira) as ctx:
        triage.link(ctx, mail, EntityType.LEAD, lead.id)
        change_id = ctx.change_id
    with ctx_for(ana) as ctx:
        drafts.answer(ctx, mail, EmailInput("", "It costs 12."))
    with ctx_for(mira) as ctx, pytest.raises(Conflict, match="mail_answered"):
        triage.put_back(ctx, mail, change_id)
