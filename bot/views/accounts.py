"""Accounts on the screen: the card and the form."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.replies import Block, Message, Modal
from bot.routes import EditAccount, LogCall, NewContact, NewTask, OpenRecord, PlanMeeting, SaveAccount
from bot.views import kit, people, tags
from bot.views.activities import timeline_blocks
from bot.views.forms import Form, Person, Text
from bot.views.history import Meanwhile, edited_meanwhile, revision_of
from bot.views.records import rarely
from core.accounts import AccountInput
from core.i18n import Viewer
from core.normalise import EMAIL_MAX, NAME_MAX, NOTES_MAX, PHONE_MAX
from core.queries.accounts import AccountCard, OpenDeal

NOTES_SHOWN = 500


def card(account: AccountCard, viewer: Viewer) -> Message:
    """A company: its people, its open deals, what happened."""
    pairs = [
        (viewer.t("Owner"), people.owner(account.owner, viewer)),
        (viewer.t("Mail domain"), kit.esc(account.domain)),
        (viewer.t("Phone"), people.phone(account.phone, account.phone_shown)),
        (viewer.t("Last touch"), viewer.slack_day(account.last_touch_at) if account.last_touch_at else ""),
    ]
    blocks: list[Block] = [kit.header(f"{account.ref} · {account.name}"), *kit.fields(pairs)]
    if account.notes:
        blocks.append(kit.section(kit.esc(kit.cut(account.notes, NOTES_SHOWN))))
    blocks += deal_blocks(account.deals, viewer)
    blocks += _people(account, viewer)
    blocks += tags.line(account.tags, viewer)
    blocks += timeline_blocks(account.timeline, viewer)
    blocks.append(kit.actions(*_buttons(account, viewer)))
    text = viewer.nt(
        "Account {ref}: {name}, {n} open deal",
        "Account {ref}: {name}, {n} open deals",
        len(account.deals),
        ref=account.ref,
        name=kit.esc(account.name),
    )
    return Message(text, blocks)


def deal_blocks(deals: Sequence[OpenDeal], viewer: Viewer) -> list[Block]:
    """Open deals, each with a button that opens it; nothing where there are none."""
    if not deals:
        return []
    blocks: list[Block] = [kit.section(f"*{viewer.t('Open deals')}*")]
    for deal in deals:
        facts = [kit.esc(deal.stage)]
        if deal.value is not None:
            facts.append(viewer.money(deal.value, deal.currency))
        label = viewer.t("Open deal {ref}", ref=deal.ref)
        button = kit.button(viewer.t("Open"), OpenRecord("deal", deal.id), label=label)
        blocks.append(kit.section(f"*{deal.ref}* · {kit.esc(deal.name)}\n{' · '.join(facts)}", button))
    return blocks


def _people(account: AccountCard, viewer: Viewer) -> list[Block]:
    if not account.people:
        return []
    blocks: list[Block] = [kit.section(f"*{viewer.t('People')}*")]
    for person in account.people:
        who = kit.esc(", ".join(part for part in (person.name, person.title) if part))
        label = viewer.t("Open contact {ref}", ref=person.ref)
        button = kit.button(viewer.t("Open"), OpenRecord("contact", person.id), label=label)
        blocks.append(kit.section(f"*{person.ref}* · {who}\n{people.mail(person.email) or '–'}", button))
    return blocks


def _buttons(account: AccountCard, viewer: Viewer) -> list[Block]:
    buttons: list[Block] = []
    if account.can_edit:
        buttons = [
            kit.button(viewer.t("Log call"), LogCall("account", account.id, on_card=True), style="primary"),
            kit.button(viewer.t("New contact"), NewContact(account.id)),
            kit.button(viewer.t("Edit"), EditAccount(account.id)),
            kit.button(viewer.t("Plan meeting"), PlanMeeting("account", account.id)),
            kit.button(viewer.t("New task"), NewTask("account", account.id)),
            tags.button(account.entity, account.id, viewer),
        ]
    return [*buttons, kit.overflow(rarely(account, viewer))]


# -- the form -----------------------------------------------------------------------------------------------------

ACCOUNT_FORM: Form[AccountInput] = Form(
    AccountInput,
    (
        Text("name", "Name", required=True, max_length=NAME_MAX),
        Text("domain", "Mail domain", max_length=EMAIL_MAX, placeholder="acme.com"),
        Text("phone", "Phone", max_length=PHONE_MAX),
        Person("owner", "Owner"),
        Text("notes", "Notes", max_length=NOTES_MAX, multiline=True),
    ),
)
FIELD_NAMES = tuple(one.name for one in ACCOUNT_FORM.fields)


def values_of(account: AccountCard) -> dict[str, Any]:
    """The account as its form shows it."""
    return {name: getattr(account, name) for name in FIELD_NAMES}


def form(account: AccountCard, values: Mapping[str, Any], viewer: Viewer, meanwhile: Meanwhile | None = None) -> Modal:
    """The form of an account, showing `values`; with what somebody else changed since it was opened."""
    changed = edited_meanwhile(meanwhile.who, meanwhile.changes, viewer) if meanwhile else []
    return Modal(
        viewer.t("Edit {ref}", ref=account.ref),
        [*changed, *ACCOUNT_FORM.blocks(viewer, values, revision=revision_of(meanwhile))],
        SaveAccount(account.id, meanwhile.version if meanwhile else account.version),
        viewer.t("Save"),
        viewer.t("Cancel"),
    )
