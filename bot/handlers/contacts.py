"""Contacts: taking a person in, and changing what is known of them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from bot.dispatch import Request, on, on_submit
from bot.handlers.more import expands
from bot.meanwhile import meanwhile, with_theirs
from bot.replies import Choice, CloseModal, Modal, OpenModal, Reply, UpdateModal
from bot.resolving import chosen
from bot.routes import EditContact, NewContact, SaveContact
from bot.saving import confirmed, saved
from bot.views import contacts as views
from core import contacts
from core.contacts import ContactInput
from core.context import Ctx
from core.enums import EntityType
from core.errors import Conflict, Forbidden
from core.queries import contacts as queries
from core.queries.records import hit_of
from core.refs import contact_ref


@on(NewContact)
def new_contact(ctx: Ctx, route: NewContact, _request: Request) -> Reply:
    """The form of a new person at a company, owned by whoever opens it."""
    company = hit_of(ctx, EntityType.ACCOUNT, route.account_id)
    values = {"account_id": Choice(company.name, str(company.id)), "owner": ctx.actor.slack_user_id}
    return OpenModal(views.new_form(values, ctx.viewer))


@on(EditContact)
def edit_contact(ctx: Ctx, route: EditContact, _request: Request) -> Reply:
    """The form, as the contact is now."""
    contact = queries.contact_card(ctx, route.contact_id)
    if not contact.can_edit:
        raise Forbidden("not_yours")
    return OpenModal(views.form(contact, views.values_of(contact), ctx.viewer))


@expands(SaveContact)
def all_fields(ctx: Ctx, route: SaveContact, request: Request) -> Modal:
    """The form with its rarer fields too, as it is filled in; it stays on the version it was opened on."""
    typed = views.CONTACT_FORM.kept(request.state)
    if route.contact_id is None:
        return views.new_form(typed, ctx.viewer, expanded=True)
    contact = replace(queries.contact_card(ctx, route.contact_id), version=route.version)
    return views.form(contact, typed, ctx.viewer, expanded=True)


@on_submit(SaveContact, views.CONTACT_FORM)
def save_contact(ctx: Ctx, route: SaveContact, values: ContactInput) -> Reply:
    """Create or save; who saves on top of somebody else's change sees it first and keeps what was typed."""
    if route.contact_id is None:
        made = contacts.create(ctx, values)
        said = ctx.viewer.t("Contact {ref} created.", ref=contact_ref(made.number))
        return CloseModal(confirmed(ctx, EntityType.CONTACT, made.id, said))
    try:
        contact = contacts.edit(ctx, route.contact_id, values, route.version)
    except Conflict as conflict:
        if conflict.code != "edited_meanwhile":
            raise
        return _edited_meanwhile(ctx, route.contact_id, values, conflict)
    said = ctx.viewer.t("Contact {ref} saved.", ref=contact_ref(contact.number))
    return saved(ctx, confirmed(ctx, EntityType.CONTACT, contact.id, said))


def _edited_meanwhile(ctx: Ctx, contact_id: UUID, values: ContactInput, conflict: Conflict) -> Reply:
    typed: dict[str, Any] = {name: getattr(values, name) for name in views.FIELD_NAMES}
    typed["account_id"] = chosen(ctx, EntityType.ACCOUNT, values.account_id)
    contact = queries.contact_card(ctx, contact_id)
    # A field that was not in sight shows what is there now.
    now = views.values_of(contact)
    for unseen in (one for one in views.CONTACT_FORM.fields if one.more):
        typed |= unseen.either(typed, now)
    typed = with_theirs(ctx, conflict, typed, now)
    return UpdateModal(views.form(contact, typed, ctx.viewer, meanwhile(ctx, EntityType.CONTACT, conflict)))
