"""Contacts on the screen: the card and the form."""

from collections.abc import Mapping
from typing import Any

from bot.replies import Block, Choice, Message, Modal
from bot.routes import ComposeEmail, EditContact, FindAccount, LogCall, NewTask, OpenRecord, PlanMeeting, SaveContact
from bot.views import kit, people, tags, when
from bot.views.accounts import NOTES_SHOWN, deal_blocks
from bot.views.activities import timeline_blocks
from bot.views.forms import Email, Form, Person, Search, Text
from bot.views.history import Meanwhile, edited_meanwhile, revision_of
from bot.views.records import rarely
from core.contacts import ContactInput
from core.i18n import Viewer
from core.normalise import NAME_MAX, NOTES_MAX, PHONE_MAX, SHORT_TEXT_MAX
from core.queries.contacts import ContactCard


def card(contact: ContactCard, viewer: Viewer) -> Message:
    """A person: where they work, how to reach them, what happened."""
    day, hour = contact.next_follow_up, contact.next_follow_up_at
    follow_up = viewer.slack_when(day, hour) if day else ""
    last_touch = viewer.slack_day(contact.last_touch_at) if contact.last_touch_at else ""
    company = f"{kit.esc(contact.account_name)} ({contact.account_ref})" if contact.account_id else ""
    pairs = [
        (viewer.t("Company"), company),
        (viewer.t("Owner"), people.owner(contact.owner, viewer)),
        (viewer.t("E-mail"), people.mail_of(contact.email, contact.closed, viewer)),
        (viewer.t("Phone"), people.phone(contact.phone, contact.phone_shown)),
        (viewer.t("Next follow-up"), follow_up),
        (viewer.t("Last touch"), last_touch),
    ]
    blocks: list[Block] = [kit.header(f"{contact.ref} · {contact.name}")]
    if contact.title:
        blocks.append(kit.context(kit.esc(contact.title)))
    blocks += kit.fields(pairs)
    if contact.notes:
        blocks.append(kit.section(kit.esc(kit.cut(contact.notes, NOTES_SHOWN))))
    blocks += deal_blocks(contact.deals, viewer)
    blocks += tags.line(contact.tags, viewer)
    blocks += timeline_blocks(contact.timeline, viewer)
    blocks.append(kit.actions(*_buttons(contact, viewer)))
    who = ", ".join(part for part in (contact.name, contact.account_name) if part)
    return Message(viewer.t("Contact {ref}: {name}", ref=contact.ref, name=kit.esc(who)), blocks)


def _buttons(contact: ContactCard, viewer: Viewer) -> list[Block]:
    buttons: list[Block] = []
    if contact.can_edit:
        buttons.append(kit.button(viewer.t("Log call"), LogCall("contact", contact.id, on_card=True), style="primary"))
        buttons.append(kit.button(viewer.t("E-mail"), ComposeEmail("contact", contact.id)))
    if contact.account_id is not None:
        route = OpenRecord("account", contact.account_id)
        label = viewer.t("Open account {ref}", ref=contact.account_ref)
        buttons.append(kit.button(viewer.t("Open account"), route, label=label))
    if contact.can_edit:
        buttons.append(kit.button(viewer.t("Edit"), EditContact(contact.id)))
        buttons.append(kit.button(viewer.t("Plan meeting"), PlanMeeting("contact", contact.id)))
        buttons.append(kit.button(viewer.t("New task"), NewTask("contact", contact.id)))
        buttons.append(tags.button(contact.entity, contact.id, viewer))
    return [*buttons, kit.overflow(rarely(contact, viewer))]


# -- the form -----------------------------------------------------------------------------------------------------

CONTACT_FORM: Form[ContactInput] = Form(
    ContactInput,
    (
        Text("name", "Name", required=True, max_length=NAME_MAX),
        Search("account_id", "Company", lookup=FindAccount, ids=True, placeholder="Search companies"),
        Email("email", "E-mail"),
        Text("phone", "Phone", max_length=PHONE_MAX),
        Person("owner", "Owner"),
        Text("notes", "Notes", max_length=NOTES_MAX, multiline=True),
        Text("title", "Job title", max_length=SHORT_TEXT_MAX, more=True),
        when.follow_up(),
    ),
)
FIELD_NAMES = (*(one.name for one in CONTACT_FORM.fields), "next_follow_up_at")


def values_of(contact: ContactCard) -> dict[str, Any]:
    """The contact as its form shows it."""
    account = Choice(contact.account_name, str(contact.account_id)) if contact.account_id else None
    return {name: getattr(contact, name) for name in FIELD_NAMES} | {"account_id": account}


def new_form(values: Mapping[str, Any], viewer: Viewer, *, expanded: bool = False) -> Modal:
    """The form of a new contact, showing `values`."""
    blocks = CONTACT_FORM.blocks(viewer, values, expanded=expanded)
    return Modal(viewer.t("New contact"), blocks, SaveContact(), viewer.t("Create"), viewer.t("Cancel"))


def form(
    contact: ContactCard,
    values: Mapping[str, Any],
    viewer: Viewer,
    meanwhile: Meanwhile | None = None,
    *,
    expanded: bool = False,
) -> Modal:
    """The form of a contact, showing `values`; with what somebody else changed since it was opened."""
    changed = edited_meanwhile(meanwhile.who, meanwhile.changes, viewer) if meanwhile else []
    return Modal(
        viewer.t("Edit {ref}", ref=contact.ref),
        [
            *changed,
            *CONTACT_FORM.blocks(
                viewer, values, expanded=expanded or meanwhile is not None, revision=revision_of(meanwhile)
            ),
        ],
        SaveContact(contact.id, meanwhile.version if meanwhile else contact.version),
        viewer.t("Save"),
        viewer.t("Cancel"),
    )
