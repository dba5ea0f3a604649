"""Leads: taking in, looking, changing, giving away, converting."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, cast
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.lists import listed
from bot.handlers.more import expands
from bot.handlers.records import found_elsewhere
from bot.meanwhile import meanwhile, with_theirs
from bot.replies import (
    Choice,
    CloseModal,
    Message,
    Modal,
    Nothing,
    OpenModal,
    Replace,
    Reply,
    Say,
    UpdateModal,
)
from bot.resolving import chosen, lead_here
from bot.routes import (
    AssignLead,
    CheckLead,
    ConvertLead,
    EditLead,
    ListLeads,
    NewLead,
    SaveConversion,
    SaveLead,
    SaveLeadOwner,
    SetLeadStatus,
    UnknownRoute,
)
from bot.saving import confirmed, saved
from bot.views import leads as views
from bot.views import records as shared
from bot.views.leads import ConversionData, LeadFormData, NewOwner
from core import duplicates, freetext, leads
from core.context import Ctx
from core.duplicates import Match
from core.enums import EntityType, LeadStatus
from core.errors import Conflict, Forbidden, NotFound
from core.freetext import LeadText
from core.leads import ConversionInput, LeadInput
from core.normalise import NAME_MAX, NOTES_MAX
from core.queries import leads as queries
from core.queries import stages
from core.queries.history import anything_changed
from core.queries.leads import LeadCard, LeadRow
from core.queries.records import Page, card_of, find_by_ref
from core.refs import Ref, parse_ref

WORDS_MAX = 100
Values = Mapping[str, Any]


# -- commands -----------------------------------------------------------------------------------------------------


@command("lead", "new", arguments="[free text]", summary="Create a lead; what you type after it fills the form")
def new_lead_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/lead new`, or `/lead new Ana Silva, Acme GmbH, ana@acme.io`."""
    found = freetext.parse_lead(call.text, ctx.workspace.country)
    return OpenModal(prefilled_form(ctx, found, found.notes))


def prefilled_form(ctx: Ctx, found: LeadText, notes: str) -> Modal:
    """The form of a new lead with what was found in a text, and what may already be here above it."""
    values = LeadInput(
        name=found.name[:NAME_MAX],
        company=found.company[:NAME_MAX],
        email=found.email,
        phone=found.phone,
        owner=ctx.actor.slack_user_id,
        notes=notes[:NOTES_MAX],
    )
    return _form(ctx, SaveLead(), _values(values), _matches(ctx, values))


@command("lead", "view", arguments="REF", summary="Show a lead", also=("show",))
def view_lead(ctx: Ctx, call: CommandCall) -> Reply:
    """`/lead view L-42`, `/lead view 42`, `/lead view silva`."""
    here = lead_here(ctx, call.channel_id) if not call.text else None
    if here is not None:
        return Say(views.card(queries.lead_card(ctx, here), ctx.viewer))
    if not call.text:
        return Say(views.which_lead(ctx.viewer))
    number = call.text.lstrip("#")
    ref = parse_ref(call.text) or (parse_ref(f"L-{number}") if number.isdecimal() else None)
    if ref is not None:
        return Say(_card_of_ref(ctx, ref))
    words = call.text[:WORDS_MAX]
    page = queries.lead_page(ctx, words, 0)
    if len(page.rows) == 1:
        return Say(views.card(queries.lead_card(ctx, page.rows[0].id), ctx.viewer))
    return Say(_listed(ctx, page, words))


@command("lead", "find", arguments="WORDS", summary="Find leads by name, company, e-mail or phone")
def find_leads(ctx: Ctx, call: CommandCall) -> Reply:
    """`/lead find silva acme`."""
    if not call.text:
        return Say(views.find_what(ctx.viewer))
    words = call.text[:WORDS_MAX]
    return Say(_listed(ctx, queries.lead_page(ctx, words, 0), words))


def _listed(ctx: Ctx, page: Page[LeadRow], words: str) -> Message:
    """What the words found; where that is nothing, leads that have them elsewhere, or are called nearly that."""
    elsewhere = None if page.rows else found_elsewhere(ctx, words, EntityType.LEAD)
    return elsewhere or views.listing(page, words, ctx.viewer)


@on(ListLeads)
def list_leads(ctx: Ctx, route: ListLeads, _request: Request) -> Reply:
    """Another page of what was searched for, in place; without words the list as the person had it last."""
    if not route.words:
        return Replace(listed(ctx, EntityType.LEAD))
    return Replace(views.listing(queries.lead_page(ctx, route.words, route.page), route.words, ctx.viewer))


# -- the form -----------------------------------------------------------------------------------------------------


@on(NewLead)
def new_lead(ctx: Ctx, _route: NewLead, _request: Request) -> Reply:
    """The button and the shortcut: an empty form, owned by whoever opens it."""
    return OpenModal(_form(ctx, SaveLead(), {"owner": ctx.actor.slack_user_id}))


@on(EditLead)
def edit_lead(ctx: Ctx, route: EditLead, _request: Request) -> Reply:
    """The form of a lead, as it is now."""
    lead = _editable(ctx, route.lead_id)
    return OpenModal(_form(ctx, SaveLead(lead.id, lead.version), _values(_as_input(lead)), ref=lead.ref))


@on(CheckLead)
def check_lead(ctx: Ctx, _route: CheckLead, request: Request) -> Reply:
    """While a name, company, address or number is typed: show what may already be here, if that changed."""
    route = request.modal
    if not isinstance(route, SaveLead):
        raise UnknownRoute(CheckLead.id)
    typed = views.LEAD_FORM.typed(request.state)
    found = _typed_matches(ctx, route, typed)
    if _shown(found) == route.shown:
        return Nothing()
    ref = queries.lead_card(ctx, route.lead_id).ref if route.lead_id else ""
    return UpdateModal(_form(ctx, route, typed, found, ref=ref))


@expands(SaveLead)
def all_fields(ctx: Ctx, route: SaveLead, request: Request) -> Modal:
    """The form with its rarer fields too, as it is filled in."""
    typed = views.LEAD_FORM.typed(request.state)
    ref = queries.lead_card(ctx, route.lead_id).ref if route.lead_id else ""
    return _form(ctx, replace(route, more=True), typed, _typed_matches(ctx, route, typed), ref=ref)


def _typed_matches(ctx: Ctx, route: SaveLead, typed: Values) -> list[Match]:
    """What may already be here of what is typed so far."""
    found = duplicates.matches(ctx, *(str(typed.get(name) or "") for name in ("name", "company", "email", "phone")))
    return [match for match in found if match.id != route.lead_id]


@on_submit(SaveLead, views.LEAD_FORM)
def save_lead(ctx: Ctx, route: SaveLead, values: LeadInput) -> Reply:
    """Create or save; where something stands against it, the form stays with what was typed."""
    try:
        if route.lead_id is None:
            lead = leads.create(ctx, values, seen=[match_id for match_id, _ in route.shown])
            said = ctx.viewer.t("Lead {ref} created.", ref=str(Ref(EntityType.LEAD, lead.number)))
        else:
            lead = leads.edit(ctx, route.lead_id, values, route.version)
            said = ctx.viewer.t("Lead {ref} saved.", ref=str(Ref(EntityType.LEAD, lead.number)))
    except Conflict as conflict:
        return _refused(ctx, route, values, conflict)
    if route.lead_id is None:
        return CloseModal(_made(ctx, lead.id, said))
    return saved(ctx, confirmed(ctx, EntityType.LEAD, lead.id, said))


def _refused(ctx: Ctx, route: SaveLead, values: LeadInput, conflict: Conflict) -> Reply:
    typed = _values(values)
    if conflict.code == "duplicate":
        return UpdateModal(_form(ctx, route, typed, cast("list[Match]", conflict.data["matches"])))
    if conflict.code != "edited_meanwhile" or route.lead_id is None:
        raise conflict
    lead = queries.lead_card(ctx, route.lead_id)
    changed = meanwhile(ctx, EntityType.LEAD, conflict)
    newer = replace(route, version=changed.version, more=True)
    # A field that was not in sight shows what is there now.
    now = _values(_as_input(lead))
    for unseen in (one for one in views.LEAD_FORM.fields if one.more):
        typed |= unseen.either(typed, now)
    typed = with_theirs(ctx, conflict, typed, now)
    sources = queries.sources(ctx, lead.id)
    data = LeadFormData(newer, typed, sources, (), lead.ref, changed)
    return UpdateModal(views.lead_modal(data, ctx.viewer))


def _form(ctx: Ctx, route: SaveLead, values: Values, matches: Sequence[Match] = (), ref: str = "") -> Modal:
    route = replace(route, shown=_shown(matches))
    return views.lead_modal(LeadFormData(route, values, queries.sources(ctx, route.lead_id), matches, ref), ctx.viewer)


def _shown(matches: Sequence[Match]) -> tuple[tuple[UUID, str], ...]:
    return tuple((match.id, match.likeness.value) for match in matches)


def _matches(ctx: Ctx, values: LeadInput) -> list[Match]:
    return duplicates.matches(ctx, values.name, values.company, values.email, values.phone)


def _values(values: LeadInput) -> dict[str, Any]:
    return {one.name: getattr(values, one.name) for one in fields(values)}


def _as_input(lead: LeadCard) -> LeadInput:
    return LeadInput(
        name=lead.name,
        company=lead.company,
        email=lead.email,
        phone=lead.phone,
        source_id=lead.source_id,
        owner=lead.owner,
        next_follow_up=lead.next_follow_up,
        next_follow_up_at=lead.next_follow_up_at,
        notes=lead.notes,
    )


# -- status, owner ------------------------------------------------------------------------------------------------


@on(SetLeadStatus)
def set_status(ctx: Ctx, route: SetLeadStatus, _request: Request) -> Reply:
    """The status select on the card."""
    try:
        status = LeadStatus(route.status)
    except ValueError:
        raise UnknownRoute(route.id) from None
    lead = leads.set_status(ctx, route.lead_id, status)
    ref, shown = str(Ref(EntityType.LEAD, lead.number)), ctx.viewer.t(views.STATUS[status])
    if not anything_changed(ctx):
        return Say(Message(ctx.viewer.t("Nothing was changed.")))
    said = ctx.viewer.t("Lead {ref} is now: {status}.", ref=ref, status=shown)
    return Replace(confirmed(ctx, EntityType.LEAD, lead.id, said))


@on(AssignLead)
def assign_lead(ctx: Ctx, route: AssignLead, _request: Request) -> Reply:
    """Ask who the new owner is."""
    lead = queries.lead_card(ctx, route.lead_id)
    if not lead.can_assign:
        raise Forbidden("not_yours")
    return OpenModal(views.assign_modal(lead, ctx.viewer))


@on_submit(SaveLeadOwner, views.OWNER_FORM)
def save_owner(ctx: Ctx, route: SaveLeadOwner, new: NewOwner) -> Reply:
    """Give the lead away; the new owner is told."""
    lead = leads.assign(ctx, route.lead_id, new.owner)
    ref = str(Ref(EntityType.LEAD, lead.number))
    said = views.handed_over(ref, new.owner, ctx.viewer)
    return saved(ctx, confirmed(ctx, EntityType.LEAD, lead.id, said))


# -- conversion ---------------------------------------------------------------------------------------------------


@on(ConvertLead)
def convert_lead(ctx: Ctx, route: ConvertLead, _request: Request) -> Reply:
    """What the lead becomes: filled in as far as it is known."""
    lead = _editable(ctx, route.lead_id)
    if lead.converted:
        raise Conflict("already_converted", who=leads.converter(ctx, lead.id))
    return OpenModal(_conversion_form(ctx, lead))


@expands(SaveConversion)
def all_conversion_fields(ctx: Ctx, route: SaveConversion, request: Request) -> Modal:
    """The form with its rarer fields too, as it is filled in."""
    typed = views.CONVERSION_FORM.kept(request.state)
    return _conversion_form(ctx, _editable(ctx, route.lead_id), typed, more=True)


@on_submit(SaveConversion, views.CONVERSION_FORM)
def save_conversion(ctx: Ctx, route: SaveConversion, values: ConversionInput) -> Reply:
    """Account, contact and deal in one go; work goes on with the deal, so its card is what is shown.

    What the stage asks for in fields that are out of sight is asked for with everything typed still there.
    """
    needs = leads.needs_of_conversion(ctx, values)
    if not route.more and views.CONVERSION_FORM.hides(needs):
        typed = {one.name: getattr(values, one.name) for one in fields(values)} | {
            "account_id": chosen(ctx, EntityType.ACCOUNT, values.account_id)
        }
        return UpdateModal(_conversion_form(ctx, _editable(ctx, route.lead_id), typed, more=True, needs=needs))
    deal = leads.convert(ctx, route.lead_id, values)
    lead = queries.lead_card(ctx, route.lead_id)
    said = ctx.viewer.t("Lead {ref} is now deal {deal}.", ref=lead.ref, deal=str(Ref(EntityType.DEAL, deal.number)))
    return saved(ctx, confirmed(ctx, EntityType.DEAL, deal.id, said))


def _conversion_form(
    ctx: Ctx, lead: LeadCard, typed: Values | None = None, *, more: bool = False, needs: Sequence[str] = ()
) -> Modal:
    """The form, with the company that may be meant as long as nothing was chosen."""
    best = None
    if typed is None:
        existing = duplicates.similar_accounts(ctx, lead.company, lead.email)
        if existing:
            best = Choice(f"{existing[0].ref} {existing[0].name}", str(existing[0].id), existing[0].detail)
    choices = stages.open_stages(ctx)
    data = ConversionData(lead, best, ctx.workspace.currency, choices, typed or {}, more, needs)
    return views.convert_modal(data, ctx.viewer)


# -- what several of them need ------------------------------------------------------------------------------------


def _editable(ctx: Ctx, lead_id: UUID) -> LeadCard:
    lead = queries.lead_card(ctx, lead_id)
    if not lead.can_edit:
        raise Forbidden("not_yours")
    return lead


def _card_of_ref(ctx: Ctx, ref: Ref) -> Message:
    """The card of whatever a reference names: who types `/lead view D-7` wants to see D-7."""
    found = find_by_ref(ctx, ref)
    if found is None:
        raise NotFound
    return shared.card(card_of(ctx, *found), ctx.viewer)


def _made(ctx: Ctx, lead_id: UUID, said: str) -> Message:
    """A new lead, with an Undo button. Who made it for a colleague may not see it any more, and can take that back."""
    try:
        card = views.card(queries.lead_card(ctx, lead_id, just_made=True), ctx.viewer)
    except NotFound:
        return shared.unseen(said, ctx.change_id, ctx.viewer)
    return Message(f"{said} {card.text}", [*shared.confirmation(ctx.viewer, said, ctx.change_id), *card.blocks])
