"""Mails that came in: answering, putting away, and sorting those that matched nothing."""

from datetime import timedelta
from typing import Any

from bot.dispatch import Request, on, on_submit
from bot.replies import CloseModal, FieldErrors, OpenModal, Replace, Reply, Say, UpdateModal
from bot.routes import (
    AnswerReply,
    ItIsAReply,
    LeadFromMail,
    LinkMail,
    NotAReply,
    NotOurs,
    PutBack,
    ReopenReply,
    ReplyDone,
    SaveAnswer,
    SaveMailLead,
    SaveMailLink,
    ShowOriginal,
    ShowTriage,
    SnoozeReply,
)
from bot.views import replies as views
from bot.views import triage as triage_views
from bot.views.replies import Answered
from core import activities, duplicates
from core.context import Ctx
from core.emails import drafts, replies, triage
from core.emails.drafts import EmailInput
from core.enums import EntityType
from core.errors import Forbidden
from core.leads import LeadInput
from core.normalise import NAME_MAX, NOTES_MAX, company_domain
from core.queries import replies as queries
from core.queries.records import hit_of
from core.queries.replies import Triage, TriageRow
from core.queries.reply_cards import reply_card


@on(AnswerReply)
def answer_reply(ctx: Ctx, route: AnswerReply, _request: Request) -> Reply:
    """The window of an answer, for those who may write about the record."""
    card = reply_card(ctx, route.inbound_id)
    if not card.can_edit:
        raise Forbidden("not_yours")
    return OpenModal(views.answer_modal(card, drafts.draft_answer(ctx, route.inbound_id), ctx.viewer))


@on_submit(SaveAnswer, views.ANSWER_FORM)
def save_answer(ctx: Ctx, route: SaveAnswer, body: str) -> Reply:
    """Put the answer on its way."""
    drafts.answer(ctx, route.inbound_id, EmailInput("", body))
    card = reply_card(ctx, route.inbound_id)
    done = Answered(card.who or card.email, card.ref, card.about, card.about_id)
    return CloseModal(views.answered(done, ctx.change_id, ctx.viewer))


@on(SnoozeReply)
def snooze_reply(ctx: Ctx, route: SnoozeReply, _request: Request) -> Reply:
    """Some days from the person's today."""
    inbound = replies.open_reply(ctx, route.inbound_id)
    card = reply_card(ctx, inbound.id)
    day = ctx.today.date() + timedelta(days=route.days)
    activities.set_follow_up(ctx, card.about.value, card.about_id, day)
    return Say(views.snoozed(reply_card(ctx, inbound.id), ctx.change_id, ctx.viewer))


@on(ReplyDone)
def reply_done(ctx: Ctx, route: ReplyDone, _request: Request) -> Reply:
    """It was dealt with in another way."""
    replies.done(ctx, route.inbound_id)
    return Say(views.put_away(reply_card(ctx, route.inbound_id), ctx.viewer))


@on(NotAReply)
def not_a_reply(ctx: Ctx, route: NotAReply, _request: Request) -> Reply:
    """Nobody wrote it."""
    replies.not_a_reply(ctx, route.inbound_id)
    return Say(views.put_away(reply_card(ctx, route.inbound_id), ctx.viewer))


@on(ReopenReply)
def reopen_reply(ctx: Ctx, route: ReopenReply, _request: Request) -> Reply:
    """It is to be answered after all."""
    replies.reopen(ctx, route.inbound_id)
    return Replace(views.reopened(reply_card(ctx, route.inbound_id), ctx.viewer))


@on(ItIsAReply)
def it_is_a_reply(ctx: Ctx, route: ItIsAReply, _request: Request) -> Reply:
    """A person wrote it."""
    replies.by_a_person(ctx, route.inbound_id)
    return Replace(views.reopened(reply_card(ctx, route.inbound_id), ctx.viewer))


@on(ShowOriginal)
def show_original(ctx: Ctx, route: ShowOriginal, _request: Request) -> Reply:
    """All of its text."""
    return OpenModal(views.original_modal(queries.original(ctx, route.inbound_id), ctx.viewer))


# -- the list of what matched nothing ---------------------------------------------------------------------------------


@on(ShowTriage)
def show_triage(ctx: Ctx, route: ShowTriage, _request: Request) -> Reply:
    """A page of it."""
    return Replace(triage_views.listing(_triage(ctx, route.page), ctx.viewer))


@on(LinkMail)
def ask_link(ctx: Ctx, route: LinkMail, _request: Request) -> Reply:
    """Which record a mail belongs to."""
    return OpenModal(triage_views.link_modal(_waiting(ctx, route.inbound_id), ctx.viewer))


@on_submit(SaveMailLink, triage_views.LINK_FORM)
def save_link(ctx: Ctx, route: SaveMailLink, record: tuple[EntityType, Any]) -> Reply:
    """Put it onto the record."""
    kind, record_id = record
    if kind not in triage.LINKABLE:
        return FieldErrors({"record": ctx.viewer.t("A mail belongs to a lead, a contact, a company or a deal.")})
    triage.link(ctx, route.inbound_id, kind, record_id)
    return CloseModal(triage_views.linked(route.inbound_id, hit_of(ctx, kind, record_id), ctx.change_id, ctx.viewer))


@on(LeadFromMail)
def lead_from_mail(ctx: Ctx, route: LeadFromMail, _request: Request) -> Reply:
    """The form of a lead with what the mail says of its sender; whom the address belongs to stands above it."""
    row = _waiting(ctx, route.inbound_id)
    name = (row.who or row.email.partition("@")[0].replace(".", " ").title())[:NAME_MAX]
    values = {"name": name, "company": _company(row.email), "email": row.email, "owner": ctx.actor.slack_user_id}
    found = duplicates.matches(ctx, name, values["company"], row.email, "")
    return OpenModal(triage_views.lead_modal(row, values, found, ctx.viewer))


@on_submit(SaveMailLead, triage_views.LEAD_FORM)
def save_lead(ctx: Ctx, route: SaveMailLead, values: LeadInput) -> Reply:
    """Make the lead and put the mail onto it; who is here already is shown before."""
    row = _waiting(ctx, route.inbound_id)
    found = duplicates.matches(ctx, values.name, values.company, values.email, values.phone)
    if any(match.exact and match.id not in route.seen for match in found):
        return UpdateModal(triage_views.lead_modal(row, _typed(values), found, ctx.viewer))
    lead = triage.new_lead(ctx, route.inbound_id, values, route.seen)
    hit = hit_of(ctx, EntityType.LEAD, lead.id)
    return CloseModal(triage_views.linked(route.inbound_id, hit, ctx.change_id, ctx.viewer))


@on(NotOurs)
def not_ours(ctx: Ctx, route: NotOurs, _request: Request) -> Reply:
    """It concerns nobody here."""
    row = _waiting(ctx, route.inbound_id)
    triage.not_ours(ctx, route.inbound_id)
    return Say(triage_views.not_ours(row, ctx.viewer))


@on(PutBack)
def put_back(ctx: Ctx, route: PutBack, _request: Request) -> Reply:
    """Sort it anew."""
    triage.put_back(ctx, route.inbound_id, route.change_id)
    return Replace(triage_views.put_back(ctx.viewer))


def _triage(ctx: Ctx, page: int) -> Triage:
    found = queries.triage(ctx, page)
    if found is None:
        raise Forbidden("needs_manager")
    return found if found.rows.rows or not page else _triage(ctx, 0)


def _waiting(ctx: Ctx, inbound_id: Any) -> TriageRow:
    """The mail, where it still waits."""
    triage.waiting(ctx, inbound_id)
    return queries.triage_row(ctx, inbound_id)


def _company(address: str) -> str:
    """What an address lets guess of a company: the name in its domain."""
    domain = company_domain(address)
    return domain.rsplit(".", 1)[0].rpartition(".")[2].replace("-", " ").title() if domain else ""


def _typed(values: LeadInput) -> dict[str, Any]:
    return {
        "name": values.name,
        "company": values.company,
        "email": values.email,
        "phone": values.phone,
        "owner": values.owner,
        "notes": values.notes[:NOTES_MAX],
    }
