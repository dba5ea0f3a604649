"""Writing a mail: what it starts with, what speaks against it, what follows from sending it; and taking it back."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from core import undo
from core.access import Verb, load
from core.emails import drafts, sending, suppressions, templates
from core.emails.drafts import EmailInput
from core.emails.templates import TemplateInput
from core.emails.tokens import workspace_of
from core.enums import (
    ActivityKind,
    Direction,
    EmailState,
    InboundState,
    LeadStatus,
    MailKind,
    QuoteStatus,
    Role,
    SuppressionReason,
)
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.models import Activity, Email, EmailTemplate, History, InboundEmail, Lead, Member, Outbox, Quote
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_account,
    make_contact,
    make_deal,
    make_lead,
    make_member,
    make_quote,
    put,
)

HELLO = EmailInput("Your visit to {{company}}", "Hi {{first_name}},\n\nthank you.\n\n{{sender_first_name}}")
LENA = "lena@acme.example"


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


@pytest.fixture
def sam(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Sam Lee", role=Role.ADMIN)


@pytest.fixture
def lead(ctx_for: CtxFor, ana: Member) -> Lead:
    with ctx_for() as ctx:
        return make_lead(ctx, owner=ana, email=LENA, company="Acme GmbH")


def sent(ctx_for: CtxFor, by: Member, lead: Lead, values: EmailInput = HELLO) -> Email:
    with ctx_for(by) as ctx:
        return drafts.send(ctx, "lead", lead.id, values)


def state_of(ctx_for: CtxFor, email_id: UUID) -> EmailState:
    with ctx_for() as ctx:
        return load(ctx, Email, email_id).state


def left_as(ctx_for: CtxFor, email_id: UUID, state: EmailState) -> None:
    with ctx_for() as ctx:
        load(ctx, Email, email_id).state = state


def outbox(ctx_for: CtxFor, kind: str) -> list[dict[str, object]]:
    with ctx_for() as ctx:
        return list(ctx.session.scalars(select(Outbox.payload).where(Outbox.kind == kind).order_by(Outbox.id)))


def arrived(ctx_for: CtxFor, lead: Lead, **over: object) -> UUID:
    values: dict[str, object] = {
        "key": "k1",
        "state": InboundState.LINKED,
        "kind": MailKind.HUMAN,
        "lead_id": lead.id,
        "from_address": LENA,
        "from_name": "Lena Fischer",
        "to_addresses": [],
        "subject": "Re: Your visit",
        "message_id": "<b@acme.example>",
        "thread_ids": ["<a@ours.example>"],
        "body": "Gern.\n\nLena",
        "new_words": "Gern.",
    }
    with ctx_for() as ctx:
        return put(ctx, InboundEmail(**(values | {"received_at": ctx.now} | over))).id


# -- a draft ----------------------------------------------------------------------------------------------------------


def test_a_template_is_filled_with_what_is_known(ctx_for: CtxFor, sam: Member, ana: Member, lead: Lead) -> None:
    with ctx_for(sam) as ctx:
        template = templates.create(ctx, TemplateInput("Hello", HELLO.subject, HELLO.body))
    with ctx_for(ana) as ctx:
        draft = drafts.draft(ctx, "lead", lead.id, template.id)
    assert draft.recipient is not None
    assert (draft.recipient.name, draft.recipient.address) == ("Lena Fischer", LENA)
    assert (draft.subject, draft.body) == ("Your visit to Acme GmbH", "Hi Lena,\n\nthank you.\n\nAna")
    assert draft.warnings == ()


def test_a_deal_is_written_about_to_its_contact(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        acme = make_account(ctx, "Acme GmbH")
        contact = make_contact(ctx, "Paul Meyer", account=acme, owner=ben, email="paul@acme.example")
        deal = make_deal(ctx, "Rollout", account=acme, owner=ana, contact_id=contact.id)
        lonely = make_deal(ctx, "Nobody", owner=ana)
    with ctx_for(ana) as ctx:
        draft = drafts.preview(ctx, "deal", deal.id, EmailInput("{{deal}} at {{company}}", "{{name}}"))
        assert (draft.subject, draft.body) == ("Rollout at Acme GmbH", "Paul Meyer")
        assert draft.recipient is not None
        assert draft.recipient.entity_id == contact.id
        assert [one.code for one in drafts.draft(ctx, "deal", lonely.id).warnings] == ["no_contact"]
        with pytest.raises(Conflict, match="mail_no_address"):
            drafts.send(ctx, "deal", lonely.id, EmailInput("a", "b"))
        with pytest.raises(Invalid):
            drafts.draft(ctx, "account", acme.id)


def test_what_speaks_against_a_mail_is_said(
    ctx_for: CtxFor, clock: FixedClock, ana: Member, sam: Member, lead: Lead
) -> None:
    sent(ctx_for, sam, lead, EmailInput("Hello", "Hello"))
    clock.advance(minutes=5)
    with ctx_for() as ctx:
        suppressions.suppress(ctx, LENA, SuppressionReason.BOUNCED)
        suppressions.suppress(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
    with ctx_for(ana) as ctx:
        found = drafts.warnings_for(ctx, "lead", lead.id, EmailInput("{{deal}}", "{{wrong}} {{deal}}"))
    assert [one.code for one in found] == ["missing_field", "unknown_field", "opted_out", "mailed_today"]
    assert found[0].data == {"field": "deal"}
    assert found[3].data["who"] == "Sam Lee"
    assert [one.blocks for one in found] == [True, True, True, False]


def test_yesterdays_mail_is_no_warning_and_neither_is_one_that_never_left(
    ctx_for: CtxFor, clock: FixedClock, ana: Member, lead: Lead
) -> None:
    sent(ctx_for, ana, lead)
    clock.advance(days=1)
    failed = sent(ctx_for, ana, lead)
    left_as(ctx_for, failed.id, EmailState.FAILED)
    with ctx_for(ana) as ctx:
        assert drafts.warnings_for(ctx, "lead", lead.id, HELLO) == ()


# -- sending ----------------------------------------------------------------------------------------------------------


def test_sending_puts_a_mail_on_the_timeline_and_into_the_outbox(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    email = sent(ctx_for, ana, lead)
    assert (email.subject, email.body) == ("Your visit to Acme GmbH", "Hi Lena,\n\nthank you.\n\nAna")
    assert (email.from_name, email.to_address, email.to_name) == ("Ana Silva", LENA, "Lena Fischer")
    assert email.state is EmailState.QUEUED
    with ctx_for(ana) as ctx:
        assert workspace_of(email.token) == ctx.workspace.id
        activity = ctx.session.get_one(Activity, (ctx.workspace.id, email.activity_id))
        after = load(ctx, Lead, lead.id)
        now = ctx.now
    assert (activity.kind, activity.direction, activity.lead_id) == (ActivityKind.EMAIL, Direction.OUTBOUND, lead.id)
    assert (after.status, after.last_touch_at) == (LeadStatus.CONTACTED, now)
    assert outbox(ctx_for, "email.queued") == [{"email_id": str(email.id)}]


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (LeadStatus.PROSPECT, LeadStatus.CONTACTED),
        (LeadStatus.REPLIED, LeadStatus.REPLIED),
        (LeadStatus.QUALIFIED, LeadStatus.QUALIFIED),
        (LeadStatus.LOST, LeadStatus.LOST),
    ],
)
def test_a_lead_never_falls_back(
    ctx_for: CtxFor, ana: Member, lead: Lead, status: LeadStatus, after: LeadStatus
) -> None:
    with ctx_for() as ctx:
        load(ctx, Lead, lead.id).status = status
    sent(ctx_for, ana, lead)
    with ctx_for() as ctx:
        assert load(ctx, Lead, lead.id).status is after


@pytest.mark.parametrize(
    ("subject", "body", "problems"),
    [
        ("", " \n", {"subject": "required", "body": "required"}),
        ("x" * 251, "x" * 10_001, {"subject": "too_long", "body": "too_long"}),
        ("{{nonsense}}", "{{deal}}", {"subject": "placeholder_unknown", "body": "placeholder_unfilled"}),
    ],
)
def test_a_mail_with_something_missing_does_not_leave(
    ctx_for: CtxFor, ana: Member, lead: Lead, subject: str, body: str, problems: dict[str, str]
) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        drafts.send(ctx, "lead", lead.id, EmailInput(subject, body))
    assert refused.value.fields == problems
    assert outbox(ctx_for, "email.queued") == []


def test_a_subject_is_one_line_whatever_is_typed_or_filled_in(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for() as ctx:
        load(ctx, Lead, lead.id).company = "Acme\r\nBcc: evil@example.com"
    email = sent(ctx_for, ana, lead, EmailInput("Hi\r\nX-A: b", "text"))
    filled = sent(ctx_for, ana, lead, EmailInput("Hi {{company}}", "text"))
    assert email.subject == "Hi X-A: b"
    assert "\n" not in filled.subject
    assert "\r" not in filled.subject


def test_nobody_writes_for_a_colleague_or_to_what_they_do_not_see(ctx_for: CtxFor, ben: Member, lead: Lead) -> None:
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        drafts.draft(ctx, "lead", lead.id)
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        drafts.send(ctx, "lead", lead.id, HELLO)


def test_who_does_not_want_mail_gets_none(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for() as ctx:
        suppressions.suppress(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        drafts.send(ctx, "lead", lead.id, HELLO)
    assert (refused.value.code, refused.value.data) == (
        "mail_suppressed",
        {"reason": SuppressionReason.UNSUBSCRIBED},
    )


def test_a_follow_up_stays_in_the_thread_of_the_mail_before(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    first = sent(ctx_for, ana, lead)
    with ctx_for() as ctx:
        load(ctx, Email, first.id).message_id = "<1@ours.example>"
    second = sent(ctx_for, ana, lead, EmailInput("Re: x", "again", follows_id=first.id))
    assert (second.in_reply_to, second.thread_ids) == ("<1@ours.example>", ["<1@ours.example>"])


def test_a_long_threads_header_stays_short(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    ids = [f"<{n}@ours.example>" for n in range(40)]
    inbound_id = arrived(ctx_for, lead, thread_ids=ids)
    with ctx_for(ana) as ctx:
        email = drafts.answer(ctx, inbound_id, EmailInput("", "Thanks"))
    assert email.thread_ids[0] == ids[0]
    assert email.thread_ids[-2:] == [ids[-1], "<b@acme.example>"]
    assert len(email.thread_ids) == 20


def test_a_draft_quote_is_sent_by_its_mail(ctx_for: CtxFor, clock: FixedClock, ana: Member) -> None:
    with ctx_for() as ctx:
        contact = make_contact(ctx, owner=ana, email="ben@acme.example")
        deal = make_deal(ctx, owner=ana, contact_id=contact.id, currency="EUR")
        quote = make_quote(ctx, deal, total=Decimal("1190"))
        stale = make_quote(ctx, deal, valid_until=date(2026, 1, 1))
        other = make_deal(ctx, "Other", owner=ana, contact_id=contact.id)
    values = EmailInput("Quote {{quote}}", "It comes to {{quote_total}}.")
    with ctx_for(ana) as ctx:
        email = drafts.send(ctx, "deal", deal.id, values, quote_id=quote.id)
        assert (email.subject, email.body) == ("Quote Q-2026-0001", "It comes to €1,190.00.")
        assert ctx.session.get_one(Quote, (ctx.workspace.id, quote.id)).status is QuoteStatus.SENT
        # Once more: a reminder of an offer that is out changes nothing about it.
        assert drafts.send(ctx, "deal", deal.id, values, quote_id=quote.id).quote_id == quote.id
    with ctx_for(ana) as ctx, pytest.raises(Conflict, match="quote_out_of_date"):
        drafts.send(ctx, "deal", deal.id, values, quote_id=stale.id)
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        drafts.send(ctx, "deal", other.id, values, quote_id=quote.id)


# -- answering --------------------------------------------------------------------------------------------------------


def test_an_answer_goes_into_the_thread_with_the_text_below(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    inbound_id = arrived(ctx_for, lead)
    with ctx_for(ana) as ctx:
        draft = drafts.draft_answer(ctx, inbound_id)
        assert (draft.subject, draft.body, draft.warnings) == ("Re: Your visit", "", ())
        email = drafts.answer(ctx, inbound_id, EmailInput(draft.subject, "Until then!"))
    assert email.to_address == LENA
    assert email.in_reply_to == "<b@acme.example>"
    assert email.thread_ids == ["<a@ours.example>", "<b@acme.example>"]
    assert email.quoted.splitlines()[1:] == ["> Gern.", ">", "> Lena"]
    assert email.quoted.splitlines()[0] == "On 16 Mar 2026, 09:00, Lena Fischer wrote:"
    with ctx_for() as ctx:
        inbound = load(ctx, InboundEmail, inbound_id)
        assert (inbound.answer_id, inbound.handled_by_id, inbound.handled_at) == (email.id, ana.id, ctx.now)
    with ctx_for(ana) as ctx, pytest.raises(Conflict, match="mail_answered"):
        drafts.answer(ctx, inbound_id, EmailInput("", "Again"))


def test_whoever_wrote_gets_the_answer_also_where_it_was_a_colleague(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    inbound_id = arrived(ctx_for, lead, from_address="assistant@acme.example", from_name="", subject="")
    with ctx_for(ana) as ctx:
        email = drafts.answer(ctx, inbound_id, EmailInput("", "Thanks"))
    assert (email.to_address, email.subject) == ("assistant@acme.example", "Re:")


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Your visit", "Re: Your visit"),
        ("Re: Your visit", "Re: Your visit"),
        ("AW: RE: Re[2]: Your visit", "Re: Your visit"),
        ("SV:Your visit", "Re: Your visit"),
        ("Reform: now", "Re: Reform: now"),
        ("x" * 400, "Re: " + "x" * 246),
        ("", "Re:"),
    ],
)
def test_an_answers_subject_has_one_re(ctx_for: CtxFor, ana: Member, lead: Lead, subject: str, answered: str) -> None:
    inbound_id = arrived(ctx_for, lead, subject=subject)
    with ctx_for(ana) as ctx:
        assert drafts.draft_answer(ctx, inbound_id).subject == answered


def test_a_mail_of_nobody_is_not_answered(ctx_for: CtxFor, sam: Member, lead: Lead) -> None:
    inbound_id = arrived(ctx_for, lead, state=InboundState.TRIAGE, lead_id=None)
    with ctx_for(sam) as ctx, pytest.raises(Conflict):
        drafts.answer(ctx, inbound_id, EmailInput("a", "b"))


# -- taking back ------------------------------------------------------------------------------------------------------


def last_change(ctx_for: CtxFor, lead: Lead) -> UUID:
    with ctx_for() as ctx:
        query = select(History.change_id).where(History.entity == "activity").order_by(History.id.desc()).limit(1)
        return ctx.session.scalars(query).one()


def test_undo_keeps_a_waiting_mail_from_leaving(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    email = sent(ctx_for, ana, lead)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, last_change(ctx_for, lead))
    assert state_of(ctx_for, email.id) is EmailState.STOPPED
    with ctx_for() as ctx:
        assert load(ctx, Lead, lead.id).status is LeadStatus.NEW
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        sending.send_again(ctx, email.id)


@pytest.mark.parametrize("state", [EmailState.SENDING, EmailState.UNKNOWN, EmailState.SENT])
def test_a_mail_that_left_is_not_taken_back(ctx_for: CtxFor, ana: Member, lead: Lead, state: EmailState) -> None:
    email = sent(ctx_for, ana, lead)
    left_as(ctx_for, email.id, state)
    with ctx_for(ana) as ctx, pytest.raises(Conflict, match="mail_left"):
        undo.undo(ctx, last_change(ctx_for, lead))
    assert state_of(ctx_for, email.id) is state


def test_that_a_mail_left_is_said_rather_than_what_came_of_it(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    email, change_id = sent(ctx_for, ana, lead), last_change(ctx_for, lead)
    left_as(ctx_for, email.id, EmailState.SENT)
    with ctx_for() as ctx:
        load(ctx, Lead, lead.id, Verb.EDIT).status = LeadStatus.REPLIED
    with ctx_for(ana) as ctx, pytest.raises(Conflict, match="mail_left"):
        undo.undo(ctx, change_id)


@pytest.mark.parametrize("state", [EmailState.QUEUED, EmailState.HELD, EmailState.FAILED, EmailState.STOPPED])
def test_undo_of_an_answer_leaves_the_mail_to_be_answered(
    ctx_for: CtxFor, ana: Member, lead: Lead, state: EmailState
) -> None:
    inbound_id = arrived(ctx_for, lead)
    with ctx_for(ana) as ctx:
        email_id = drafts.answer(ctx, inbound_id, EmailInput("", "Thanks")).id
    left_as(ctx_for, email_id, state)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, last_change(ctx_for, lead))
    with ctx_for() as ctx:
        inbound = load(ctx, InboundEmail, inbound_id)
        assert (inbound.answer_id, inbound.handled_at) == (None, None)


ALL = frozenset(EmailState)


@pytest.mark.parametrize(
    ("act", "allowed", "after"),
    [
        (
            sending.send_again,
            {EmailState.UNKNOWN, EmailState.FAILED, EmailState.HELD, EmailState.STOPPED},
            EmailState.QUEUED,
        ),
        (sending.it_arrived, {EmailState.UNKNOWN}, EmailState.SENT),
        (sending.stop, {EmailState.QUEUED}, EmailState.STOPPED),
    ],
)
def test_what_people_may_say_of_a_mail(
    ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead, act: object, allowed: set[EmailState], after: EmailState
) -> None:
    assert callable(act)
    email = sent(ctx_for, ana, lead)
    for state in ALL:
        left_as(ctx_for, email.id, state)
        if state in allowed:
            with ctx_for(ana) as ctx:
                act(ctx, email.id)
            assert state_of(ctx_for, email.id) is after
        else:
            with ctx_for(ana) as ctx, pytest.raises(Conflict, match="mail_step"):
                act(ctx, email.id)
            assert state_of(ctx_for, email.id) is state
        with ctx_for(ben) as ctx, pytest.raises(NotFound):
            act(ctx, email.id)


# -- suppressions -----------------------------------------------------------------------------------------------------


def test_an_address_is_off_the_list_once_and_can_come_back(ctx_for: CtxFor, clock: FixedClock, lead: Lead) -> None:
    with ctx_for() as ctx:
        assert suppressions.suppress(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
        assert not suppressions.suppress(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
        assert suppressions.standing(ctx, [LENA, "other@acme.example", ""]) == {LENA: SuppressionReason.UNSUBSCRIBED}
    with ctx_for() as ctx:
        assert suppressions.lift(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
        assert not suppressions.lift(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
        assert suppressions.standing(ctx, [LENA]) == {}
        assert suppressions.suppress(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
    # The lead's card shows each of the three changes, and none of the repetitions.
    assert [one["entity_id"] for one in outbox(ctx_for, "record.changed")] == [str(lead.id)] * 3


def test_what_the_reader_decided_is_theirs(ctx_for: CtxFor, sam: Member) -> None:
    with ctx_for() as ctx:
        for reason in SuppressionReason:
            suppressions.suppress(ctx, LENA, reason)
    with ctx_for(sam) as ctx:
        for reason in (SuppressionReason.UNSUBSCRIBED, SuppressionReason.SPAM):
            with pytest.raises(Forbidden):
                suppressions.lift(ctx, LENA, reason)
        for reason in (SuppressionReason.BOUNCED, SuppressionReason.MANUAL):
            assert suppressions.lift(ctx, LENA, reason)


def test_another_workspaces_list_is_its_own(ctx_for: CtxFor, database: object, clock: FixedClock) -> None:
    from core.db import Database
    from tests.factories import ctx_as, make_workspace

    assert isinstance(database, Database)
    with ctx_for() as ctx:
        suppressions.suppress(ctx, LENA, SuppressionReason.SPAM)
    elsewhere = make_workspace(database, clock)
    with ctx_as(database, clock, elsewhere.id, None) as ctx:
        assert suppressions.standing(ctx, [LENA]) == {}


# -- templates --------------------------------------------------------------------------------------------------------


def test_templates_are_the_admins(ctx_for: CtxFor, ana: Member, sam: Member) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Forbidden):
        templates.create(ctx, TemplateInput("Hello", "a", "b"))
    with ctx_for(sam) as ctx:
        template = templates.create(ctx, TemplateInput("Hello", "a", "b"))
        version = template.version
    with ctx_for(sam) as ctx:
        templates.edit(ctx, template.id, TemplateInput("Hello!", "c", "d", template.id), version)
    with ctx_for(sam) as ctx, pytest.raises(Conflict, match="edited_meanwhile"):
        templates.edit(ctx, template.id, TemplateInput("Hi", "c", "d"), version)
    with ctx_for(sam) as ctx:
        templates.archive(ctx, template.id)
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        drafts.draft(ctx, "lead", template.id, template.id)
    with ctx_for(sam) as ctx:
        again = templates.create(ctx, TemplateInput("HELLO!", "e", "f"))
        assert (again.id, again.name, again.archived_at) == (template.id, "HELLO!", None)


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        (TemplateInput("Hello", "", ""), {"subject": "required", "body": "required"}),
        (TemplateInput("Hello", "x" * 251, "x" * 2801), {"subject": "too_long", "body": "too_long"}),
        (TemplateInput("Hello", "{{nope}}", "b"), {"subject": "placeholder_unknown"}),
        (TemplateInput("taken", "a", "b"), {"name": "name_taken"}),
        (TemplateInput(" ", "a", "b"), {"name": "name_empty"}),
    ],
)
def test_a_template_that_cannot_be_used_is_refused(
    ctx_for: CtxFor, sam: Member, values: TemplateInput, problems: dict[str, str]
) -> None:
    with ctx_for(sam) as ctx:
        templates.create(ctx, TemplateInput("Taken", "a", "b"))
    with ctx_for(sam) as ctx, pytest.raises(Invalid) as refused:
        templates.create(ctx, values)
    assert refused.value.fields == problems
    with ctx_for(sam) as ctx:
        assert len(ctx.session.scalars(select(EmailTemplate)).all()) == 1


def test_a_template_that_is_removed_while_a_mail_is_written_does_not_keep_it_back(
    ctx_for: CtxFor, ana: Member, sam: Member, lead: Lead, clock: FixedClock
) -> None:
    with ctx_for(sam) as ctx:
        template = templates.create(ctx, TemplateInput("Hello", "a", "b"))
    assert sent(ctx_for, ana, lead, EmailInput("a", "b", template.id)).template_id == template.id
    with ctx_for(sam) as ctx:
        templates.archive(ctx, template.id)
    clock.advance(timedelta(days=1))
    assert sent(ctx_for, ana, lead, EmailInput("a", "b", template.id)).template_id is None
