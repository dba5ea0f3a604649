"""Contacts on the screen: the card."""

from bot.replies import Block, Message
from bot.routes import LogCall, OpenRecord, ShareCard, ShowHistory
from bot.views import kit, people, tags
from bot.views.accounts import NOTES_SHOWN, deal_blocks
from bot.views.activities import timeline_blocks
from core.i18n import Viewer
from core.queries.contacts import ContactCard


def card(contact: ContactCard, viewer: Viewer) -> Message:
    """A person: where they work, how to reach them, what happened."""
    follow_up = viewer.relative_date(contact.next_follow_up, contact.today) if contact.next_follow_up else ""
    last_touch = viewer.date(viewer.local_date(contact.last_touch_at)) if contact.last_touch_at else ""
    company = f"{kit.esc(contact.account_name)} ({contact.account_ref})" if contact.account_id else ""
    pairs = [
        (viewer.t("Company"), company),
        (viewer.t("Owner"), people.owner(contact.owner, viewer)),
        (viewer.t("Email"), people.mail(contact.email)),
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
        buttons.append(kit.button(viewer.t("Log call"), LogCall("contact", contact.id), style="primary"))
    if contact.account_id is not None:
        route = OpenRecord("account", contact.account_id)
        label = viewer.t("Open account {ref}", ref=contact.account_ref)
        buttons.append(kit.button(viewer.t("Open account"), route, label=label))
    if contact.can_edit:
        buttons.append(tags.button(contact.entity, contact.id, viewer))
    buttons.append(kit.button(viewer.t("History"), ShowHistory("contact", contact.id)))
    share = ShareCard("contact", contact.id)
    buttons.append(kit.button(viewer.t("Share"), share, label=viewer.t("Share in this channel")))
    return buttons
