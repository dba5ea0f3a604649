"""Mails that come in: matched to what they answer, with all that follows, once; and answered or put away."""

from collections.abc import Iterator
from datetime import date, timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from core.access import load
from core.context import Workspace
from core.db import Database
from core.emails import drafts, replies
from core.emails.drafts import EmailInput
from core.emails.tokens import new_token, reply_address
from core.enums import (
    ActivityKind,
    Direction,
    EntityType,
    InboundState,
    InboxKind,
    LeadStatus,
    MailKind,
    Role,
    Visibility,
)
from core.errors import Conflict, Forbidden, NotFound
from core.inbox import Stored
from core.models import (
    Activity,
    Deal,
    Email,
    InboundAttachment,
    InboundEmail,
    Lead,
    Member,
    Outbox,
    WorkspaceRow,
)
from core.queries import replies as queries
from core.queries.activities import timeline
from core.queries.reply_cards import files_of, reply_card
from notifications.inbox import Unplaced, Unreadable
from notifications.incoming import MailProcessor
from notifications.reply_text import ReplyCutter
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_contact, make_deal, make_lead, make_member, make_workspace, the_stage
from tests.integration.lead_world import events
from tests.samples.posts import CONTENT_TYPE, parsed_post, part, post

DOMAIN = "reply.example"
LENA = "lena@acme.example"
QUOTED = "Dienstag passt.\n\nAm Mo., 16. März 2026 um 10:00 Uhr schrieb Ana Silva <ana@us.example>:\n> Wann passt es?"


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva", tz="Pacific/Auckland")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


@pytest.fixture
def lead(ctx_for: CtxFor, ana: Member) -> Lead:
    with ctx_for() as ctx:
        return make_lead(ctx, owner=ana, email=LENA, company="Acme GmbH")


@pytest.fixture
def mail(ctx_for: CtxFor, ana: Member, lead: Lead) -> Email:
    return written(ctx_for, ana, lead)


@pytest.fixture
def take(database: Database, clock: FixedClock) -> Iterator["Take"]:
    """Takes posts in, with one parser process for all of a test's."""
    cutter = ReplyCutter()
    yield Take(MailProcessor(database, clock, DOMAIN, cutter), clock)
    cutter.close()


class Take:
    """`take(parsed_post(...))` does what the worker does with a stored post."""

    def __init__(self, processor: MailProcessor, clock: FixedClock) -> None:
        self.processor, self.clock = processor, clock

    def __call__(self, body: bytes, content_type: str = CONTENT_TYPE) -> str:
        headers = {"content_type": content_type, "timestamp": "0"}
        return self.processor(Stored(uuid4(), InboxKind.MAIL, headers, body, self.clock.now(), 1))


def written(ctx_for: CtxFor, by: Member, lead: Lead, subject: str = "Offer") -> Email:
    with ctx_for(by) as ctx:
        email = drafts.send(ctx, "lead", lead.id, EmailInput(subject, "Hi,\n\nWann passt es?\n\nAna"))
    with ctx_for() as ctx:
        row = load(ctx, Email, email.id)
        row.message_id = f"<{email.id}@mail.example>"
        return row


def to(email: Email) -> str:
    return reply_address(email.token, DOMAIN)


def mails(ctx_for: CtxFor) -> list[InboundEmail]:
    with ctx_for() as ctx:
        here = InboundEmail.workspace_id == ctx.workspace.id
        return list(ctx.session.scalars(select(InboundEmail).where(here).order_by(InboundEmail.id)))


def the_mail(ctx_for: CtxFor) -> InboundEmail:
    [found] = mails(ctx_for)
    return found


def fresh(ctx_for: CtxFor, lead: Lead) -> Lead:
    with ctx_for() as ctx:
        return load(ctx, Lead, lead.id)


# -- what it belongs to -----------------------------------------------------------------------------------------------


def test_a_reply_is_on_the_record_with_all_that_follows(
    ctx_for: CtxFor, clock: FixedClock, ana: Member, lead: Lead, mail: Email, take: Take
) -> None:
    clock.advance(hours=5)
    assert take(parsed_post(to=to(mail), text=QUOTED)) == "human, linked"
    found = the_mail(ctx_for)
    assert (found.state, found.kind, found.lead_id) == (InboundState.LINKED, MailKind.HUMAN, lead.id)
    assert (found.email_id, found.owner_id) == (mail.id, ana.id)
    assert (found.new_words, found.cut) == ("Dienstag passt.", True)
    assert "Wann passt es?" in found.body
    assert (found.stranger, found.unproven, found.handled_at) == (False, False, None)
    after = fresh(ctx_for, lead)
    assert after.status is LeadStatus.REPLIED
    assert after.last_touch_at == clock.now()
    # Fourteen o'clock in London is the next day in Auckland.
    assert after.next_follow_up == date(2026, 3, 17)
    with ctx_for() as ctx:
        assert load(ctx, Email, mail.id).replied_at == clock.now()
        activity = load(ctx, Activity, found.activity_id or uuid4())
        assert (activity.kind, activity.direction, activity.lead_id) == (ActivityKind.EMAIL, Direction.INBOUND, lead.id)
        assert (activity.subject, activity.notes) == ("Re: Offer", "Dienstag passt.")
    assert events(ctx_for, "reply.arrived") == [{"inbound_id": str(found.id)}]


def test_the_same_mail_again_changes_nothing(ctx_for: CtxFor, mail: Email, take: Take) -> None:
    take(parsed_post(to=to(mail)))
    assert take(parsed_post(to=to(mail))) == "It was here already."
    assert len(mails(ctx_for)) == 1
    assert len(events(ctx_for, "reply.arrived")) == 1


def test_the_same_mail_many_times_at_once_is_taken_once(ctx_for: CtxFor, mail: Email, take: Take) -> None:
    body = parsed_post(to=to(mail))
    threads = [Thread(target=take, args=(body,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mails(ctx_for)) == 1
    assert len(events(ctx_for, "reply.arrived")) == 1


@pytest.mark.parametrize("headers", ["In-Reply-To: {id}\r\n", "References: <x@y.example> {id} <z@y.example>\r\n"])
def test_without_a_token_the_mails_before_it_say_what_it_belongs_to(
    ctx_for: CtxFor, lead: Lead, mail: Email, take: Take, headers: str
) -> None:
    take(parsed_post(to="ana@reply.example", headers=headers.format(id=mail.message_id)))
    assert the_mail(ctx_for).lead_id == lead.id


def test_the_token_counts_in_any_case_and_in_any_header(ctx_for: CtxFor, lead: Lead, mail: Email, take: Take) -> None:
    take(parsed_post(to="inbox@reply.example", headers=f'Cc: "Ana Silva" <{to(mail).upper()}>\r\n'))
    assert the_mail(ctx_for).lead_id == lead.id


def test_another_address_than_was_written_to_is_shown(ctx_for: CtxFor, lead: Lead, mail: Email, take: Take) -> None:
    take(parsed_post(to=to(mail), sender="Kim <kim@gmail.com>", dkim="{@gmail.com : pass}"))
    found = the_mail(ctx_for)
    assert (found.lead_id, found.stranger, found.unproven) == (lead.id, True, False)


def test_a_stranger_without_a_name_is_not_called_as_the_record_is(
    ctx_for: CtxFor, ana: Member, mail: Email, take: Take
) -> None:
    take(parsed_post(to=to(mail), sender="kim@gmail.com", dkim="{@gmail.com : pass}"))
    with ctx_for(ana) as ctx:
        assert reply_card(ctx, the_mail(ctx_for).id).who == ""
        assert [row.who for row in queries.waiting(ctx, [ana.id], 5)] == ["kim@gmail.com"]


def test_a_sender_nobody_stands_for_is_shown(ctx_for: CtxFor, lead: Lead, mail: Email, take: Take) -> None:
    take(parsed_post(to=to(mail), dkim="{@evil.example : pass}", spf="fail"))
    found = the_mail(ctx_for)
    assert (found.lead_id, found.stranger, found.unproven) == (lead.id, False, True)


def test_a_known_sender_without_a_token_is_a_suggestion_and_no_new_lead(
    ctx_for: CtxFor, ana: Member, lead: Lead, take: Take, mail: Email
) -> None:
    with ctx_for() as ctx:
        contact = make_contact(ctx, owner=ana, email=LENA)
        make_lead(ctx, "Somebody else", email="x@y.example")
        before = ctx.session.scalar(select(func.count()).select_from(Lead))
    take(parsed_post(to=reply_address(new_token(lead.workspace_id), DOMAIN)))
    found = the_mail(ctx_for)
    assert (found.state, found.lead_id, found.contact_id) == (InboundState.TRIAGE, None, None)
    assert (found.suggested_lead_id, found.suggested_contact_id) == (lead.id, contact.id)
    assert fresh(ctx_for, lead).status is LeadStatus.CONTACTED
    assert events(ctx_for, "reply.arrived") == []
    with ctx_for() as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(Lead)) == before


def test_a_mail_that_may_have_been_tampered_with_matches_nothing(ctx_for: CtxFor, mail: Email, take: Take) -> None:
    smuggled = part("envelope", '{"to":["x@reply.example"],"from":"x@evil.example"}')
    take(parsed_post(to=to(mail), more=(smuggled,)))
    found = the_mail(ctx_for)
    assert (found.state, found.unproven) == (InboundState.TRIAGE, True)


def test_what_a_converted_lead_answers_is_on_its_deal(
    ctx_for: CtxFor, ana: Member, lead: Lead, mail: Email, take: Take
) -> None:
    with ctx_for() as ctx:
        deal = make_deal(ctx, owner=ana)
        row = load(ctx, Lead, lead.id)
        row.status, row.deal_id = LeadStatus.CONVERTED, deal.id
    take(parsed_post(to=to(mail)))
    assert the_mail(ctx_for).deal_id == deal.id
    assert fresh(ctx_for, lead).status is LeadStatus.CONVERTED


def test_a_record_that_was_taken_back_gets_no_mail(ctx_for: CtxFor, lead: Lead, mail: Email, take: Take) -> None:
    with ctx_for() as ctx:
        load(ctx, Lead, lead.id).archived_at = ctx.now
    take(parsed_post(to=to(mail)))
    found = the_mail(ctx_for)
    assert (found.state, found.lead_id, found.suggested_lead_id) == (InboundState.TRIAGE, None, None)


def test_who_wrote_answers_where_the_owner_left(
    ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead, take: Take
) -> None:
    with ctx_for() as ctx:
        load(ctx, Lead, lead.id).owner_id = None
    email = written(ctx_for, ben, lead)
    take(parsed_post(to=to(email)))
    assert the_mail(ctx_for).owner_id == ben.id


# -- whose it is ------------------------------------------------------------------------------------------------------


def test_a_mail_goes_to_the_workspace_of_its_token_alone(
    database: Database, clock: FixedClock, ctx_for: CtxFor, lead: Lead, mail: Email, take: Take
) -> None:
    other = make_workspace(database, clock)
    take(parsed_post(to=reply_address(new_token(other.id), DOMAIN), headers=f"In-Reply-To: {mail.message_id}\r\n"))
    assert mails(ctx_for) == []
    with database.begin(other.id) as session:
        found = session.scalars(select(InboundEmail)).one()
        assert (found.state, found.suggested_lead_id) == (InboundState.TRIAGE, None)


def test_a_mail_for_nobody_stays_where_it_is(database: Database, clock: FixedClock, mail: Email, take: Take) -> None:
    make_workspace(database, clock)
    with pytest.raises(Unplaced):
        take(parsed_post(to="info@reply.example"))


def test_what_is_no_mail_is_said_to_be_none(take: Take) -> None:
    with pytest.raises(Unreadable):
        take(b"{}", "application/json")


# -- kinds ------------------------------------------------------------------------------------------------------------


def test_an_out_of_office_note_is_quiet_and_waits_for_the_day(
    ctx_for: CtxFor, lead: Lead, mail: Email, take: Take
) -> None:
    with ctx_for() as ctx:
        load(ctx, Lead, lead.id).next_follow_up = date(2026, 3, 18)
    take(
        parsed_post(
            to=to(mail),
            subject="Abwesenheitsnotiz",
            text="Ich bin bis zum 22.03. nicht im Büro und ab Montag wieder da.",
            headers="Auto-Submitted: auto-replied\r\n",
        )
    )
    found = the_mail(ctx_for)
    assert (found.kind, found.lead_id, found.away_until) == (MailKind.AWAY, lead.id, date(2026, 3, 23))
    after = fresh(ctx_for, lead)
    assert (after.status, after.next_follow_up) == (LeadStatus.CONTACTED, date(2026, 3, 23))
    assert events(ctx_for, "reply.arrived") == []
    with ctx_for() as ctx:
        assert load(ctx, Email, mail.id).replied_at is None
        newest = timeline(ctx, "lead", lead.id)[0]
        assert (newest.direction, newest.reply_id, newest.automatic) == (Direction.INBOUND, found.id, True)


def test_a_later_follow_up_is_left_alone(ctx_for: CtxFor, lead: Lead, mail: Email, take: Take) -> None:
    with ctx_for() as ctx:
        load(ctx, Lead, lead.id).next_follow_up = date(2026, 4, 20)
    away = parsed_post(to=to(mail), text="Back on 23 March.", headers="Auto-Submitted: auto-replied\r\n")
    take(away)
    assert fresh(ctx_for, lead).next_follow_up == date(2026, 4, 20)


def test_a_bounce_notice_counts_as_trouble_of_the_mail(ctx_for: CtxFor, lead: Lead, mail: Email, take: Take) -> None:
    take(
        parsed_post(
            to=to(mail),
            sender="MAILER-DAEMON@mx.example",
            envelope_from="",
            headers="Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        )
    )
    found = the_mail(ctx_for)
    assert (found.kind, found.lead_id, found.activity_id) == (MailKind.BOUNCE, lead.id, None)
    with ctx_for() as ctx:
        assert load(ctx, Email, mail.id).failed_at is not None
    assert len(events(ctx_for, "email.came_back")) == 1
    assert events(ctx_for, "reply.arrived") == []
    assert fresh(ctx_for, lead).status is LeadStatus.CONTACTED


def test_list_mail_is_kept_and_quiet(ctx_for: CtxFor, lead: Lead, mail: Email, take: Take) -> None:
    take(parsed_post(to=to(mail), headers="List-Id: <news.acme.example>\r\n"))
    assert the_mail(ctx_for).kind is MailKind.LIST
    assert fresh(ctx_for, lead).status is LeadStatus.CONTACTED
    assert events(ctx_for, "reply.arrived") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LeadStatus.NEW, LeadStatus.REPLIED),
        (LeadStatus.CONTACTED, LeadStatus.REPLIED),
        (LeadStatus.QUALIFIED, LeadStatus.QUALIFIED),
        (LeadStatus.LOST, LeadStatus.LOST),
    ],
)
def test_a_lead_never_goes_back(
    ctx_for: CtxFor, lead: Lead, mail: Email, take: Take, before: LeadStatus, after: LeadStatus
) -> None:
    with ctx_for() as ctx:
        load(ctx, Lead, lead.id).status = before
    take(parsed_post(to=to(mail)))
    assert fresh(ctx_for, lead).status is after


def test_a_closed_deal_gets_no_follow_up(ctx_for: CtxFor, ana: Member, take: Take) -> None:
    with ctx_for() as ctx:
        contact = make_contact(ctx, owner=ana, email=LENA)
        deal = make_deal(ctx, owner=ana, contact_id=contact.id)
    with ctx_for(ana) as ctx:
        email = drafts.send(ctx, "deal", deal.id, EmailInput("Offer", "Hi"))
    with ctx_for() as ctx:
        row = load(ctx, Deal, deal.id)
        row.closed_at, row.stage_id = ctx.now, the_stage(ctx, "Won").id
    take(parsed_post(to=to(email)))
    with ctx_for() as ctx:
        assert load(ctx, Deal, deal.id).next_follow_up is None


# -- what comes with it -----------------------------------------------------------------------------------------------


def test_files_are_kept_and_listed(ctx_for: CtxFor, ana: Member, mail: Email, take: Take) -> None:
    files = (
        part("attachment1", b"%PDF-1.7", extra='; filename="Angebot.pdf"', headers="Content-Type: application/pdf\r\n"),
        part("attachment2", b"\x00\x01", extra='; filename="../x.exe"'),
    )
    take(parsed_post(to=to(mail), more=files))
    found = the_mail(ctx_for)
    with ctx_for(ana) as ctx:
        listed = files_of(ctx, found.id)
        assert [(one.name, one.content_type, one.size, one.kept) for one in listed] == [
            ("Angebot.pdf", "application/pdf", 8, True),
            ("x.exe", "text/plain", 2, True),
        ]
        kept = select(InboundAttachment.content).where(InboundAttachment.inbound_email_id == found.id)
        assert set(ctx.session.scalars(kept)) == {b"%PDF-1.7", b"\x00\x01"}


def test_an_html_mail_is_read_as_text(ctx_for: CtxFor, mail: Email, take: Take) -> None:
    markup = "<div>Dienstag <b>passt</b>.</div><br><div>Am 16.03.26 um 10:00 schrieb Ana Silva:</div><blockquote>Wann?"
    take(parsed_post(to=to(mail), text=None, html=markup))
    found = the_mail(ctx_for)
    assert found.new_words == "Dienstag passt."
    assert "<" not in found.body


def test_a_mail_without_anything_is_kept(ctx_for: CtxFor, clock: FixedClock, mail: Email, take: Take) -> None:
    take(post(part("to", to(mail))))
    found = the_mail(ctx_for)
    assert (found.state, found.body, found.from_address) == (InboundState.LINKED, "", "")


# -- who sees it ------------------------------------------------------------------------------------------------------


def test_a_reply_is_seen_as_its_record_is(
    ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead, mail: Email, take: Take
) -> None:
    take(parsed_post(to=to(mail), text=QUOTED))
    found = the_mail(ctx_for)
    with ctx_for(ana) as ctx:
        card = reply_card(ctx, found.id)
        assert (card.about, card.about_id, card.who, card.words) == (
            EntityType.LEAD,
            lead.id,
            "Lena Fischer",
            "Dienstag passt.",
        )
        assert card.said is not None
        assert (card.said.subject, card.said.by) == ("Offer", "Ana Silva")
        assert card.company == "Acme GmbH"
        whole = queries.original(ctx, found.id)
        assert ("Wann passt es?" in whole.body, whole.also_to) == (True, ())
        assert [row.id for row in queries.waiting(ctx, [ana.id], 5)] == [found.id]
        assert queries.triage(ctx) is None
    with ctx_for(ben) as ctx:
        for read in (reply_card, queries.original):
            with pytest.raises(NotFound):
                read(ctx, found.id)
        for act in (replies.done, replies.not_a_reply, replies.reopen):
            with pytest.raises(NotFound):
                act(ctx, found.id)
        assert queries.waiting(ctx, [ana.id, ben.id], 5) == []


def test_who_may_look_may_not_always_act(
    workspace: Workspace, ctx_for: CtxFor, ben: Member, mail: Email, take: Take
) -> None:
    take(parsed_post(to=to(mail)))
    with ctx_for() as ctx:
        row = ctx.session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == workspace.id)).one()
        row.visibility = Visibility.ALL
    found = the_mail(ctx_for)
    with ctx_for(ben) as ctx:
        assert not reply_card(ctx, found.id).can_edit
        with pytest.raises(Forbidden):
            replies.done(ctx, found.id)


# -- dealing with it --------------------------------------------------------------------------------------------------


def test_an_answer_deals_with_it_and_threads(ctx_for: CtxFor, ana: Member, mail: Email, take: Take) -> None:
    take(parsed_post(to=to(mail), headers=f"In-Reply-To: {mail.message_id}\r\n"))
    found = the_mail(ctx_for)
    with ctx_for(ana) as ctx:
        answer = drafts.answer(ctx, found.id, EmailInput("", "Schön, bis Dienstag."))
        assert answer.in_reply_to == found.message_id
        assert answer.thread_ids == [mail.message_id, found.message_id]
        assert answer.subject == "Re: Offer"
    after = the_mail(ctx_for)
    assert (after.answer_id, after.handled_by_id) == (answer.id, ana.id)
    with ctx_for(ana) as ctx:
        card = reply_card(ctx, found.id)
        assert (card.answered, card.handler) == (True, "Ana Silva")
        assert queries.waiting(ctx, [ana.id], 5) == []
        with pytest.raises(Conflict, match="reply_handled"):
            replies.done(ctx, found.id)
        with pytest.raises(Conflict, match="mail_answered"):
            replies.reopen(ctx, found.id)


def test_no_reply_takes_back_what_followed_and_can_be_taken_back(
    ctx_for: CtxFor, ana: Member, lead: Lead, mail: Email, take: Take
) -> None:
    take(parsed_post(to=to(mail)))
    found = the_mail(ctx_for)
    with ctx_for(ana) as ctx:
        replies.not_a_reply(ctx, found.id)
    assert fresh(ctx_for, lead).status is LeadStatus.CONTACTED
    with ctx_for() as ctx:
        assert load(ctx, Email, mail.id).replied_at is None
    with ctx_for(ana) as ctx:
        assert queries.waiting(ctx, [ana.id], 5) == []
        replies.reopen(ctx, found.id)
    assert fresh(ctx_for, lead).status is LeadStatus.REPLIED
    with ctx_for(ana) as ctx:
        assert [row.id for row in queries.waiting(ctx, [ana.id], 5)] == [found.id]
        assert load(ctx, Email, mail.id).replied_at is not None


@pytest.mark.parametrize("headers", ["Precedence: bulk\r\n", "List-Id: <news.acme.example>\r\n"])
def test_what_was_taken_for_automatic_can_be_a_persons(
    ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead, mail: Email, take: Take, headers: str
) -> None:
    take(parsed_post(to=to(mail), headers=headers))
    found = the_mail(ctx_for)
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        replies.by_a_person(ctx, found.id)
    with ctx_for(ana) as ctx:
        assert queries.original(ctx, found.id).to_correct
        replies.by_a_person(ctx, found.id)
        replies.by_a_person(ctx, found.id)
    assert fresh(ctx_for, lead).status is LeadStatus.REPLIED
    assert len(events(ctx_for, "reply.arrived")) == 1
    with ctx_for(ana) as ctx:
        assert [row.id for row in queries.waiting(ctx, [ana.id], 5)] == [found.id]
        assert not queries.original(ctx, found.id).to_correct


def test_no_reply_leaves_the_lead_where_another_reply_brought_it(
    ctx_for: CtxFor, ana: Member, lead: Lead, mail: Email, take: Take
) -> None:
    take(parsed_post(to=to(mail)))
    take(parsed_post(to=to(mail), text="Noch etwas"))
    with ctx_for(ana) as ctx:
        replies.not_a_reply(ctx, mails(ctx_for)[0].id)
    assert fresh(ctx_for, lead).status is LeadStatus.REPLIED


def test_the_oldest_reply_waits_first_and_a_manager_sees_the_teams(
    ctx_for: CtxFor, clock: FixedClock, ana: Member, mail: Email, take: Take
) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira Brandt", role=Role.MANAGER)
        load(ctx, Member, ana.id).manager_id = mira.id
    take(parsed_post(to=to(mail)))
    clock.advance(timedelta(hours=1))
    take(parsed_post(to=to(mail), text="Noch etwas"))
    with ctx_for(mira) as ctx:
        rows = queries.waiting(ctx, [ana.id], 1, name_owners=True)
        assert [(row.words, row.owner) for row in rows] == [("Dienstag passt.", ana.slack_user_id)]


def test_those_who_sort_mails_see_that_one_came(ctx_for: CtxFor, lead: Lead, mail: Email, take: Take) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira Brandt", role=Role.MANAGER)
        outbox = select(Outbox).where(Outbox.workspace_id == ctx.workspace.id, Outbox.kind == "home.changed")
        before = {row.id for row in ctx.session.scalars(outbox)}
    take(parsed_post(to=reply_address(new_token(lead.workspace_id), DOMAIN)))
    with ctx_for() as ctx:
        told = {UUID(str(row.payload["member_id"])) for row in ctx.session.scalars(outbox) if row.id not in before}
        assert mira.id in told
        assert not told & {lead.owner_id}
