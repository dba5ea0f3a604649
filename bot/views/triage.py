"""The list of mails that matched nothing, and sorting them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from bot.replies import Block, Message, Modal
from bot.routes import (
    Action,
    FindRecord,
    LeadFromMail,
    LinkMail,
    NotOurs,
    OpenRecord,
    PutBack,
    SaveMailLead,
    SaveMailLink,
    ShowOriginal,
    ShowTriage,
)
from bot.views import kit
from bot.views.activities import RecordField
from bot.views.forms import Email, Form, Person, Text
from bot.views.records import record_choice
from bot.views.replies import quotation
from core.duplicates import Match
from core.enums import EntityType, MailKind
from core.i18n import Viewer
from core.leads import LeadInput
from core.normalise import NAME_MAX, NOTES_MAX, PHONE_MAX
from core.queries.records import Hit
from core.queries.replies import Triage, TriageRow

WORDS_SHOWN = 200
SENDER_SHOWN = 120
MATCHES_SHOWN = 5
LINK_FORM: Form[tuple[EntityType, UUID]] = Form(
    lambda record: record,
    (RecordField("record", "Record", required=True, lookup=FindRecord, placeholder="Search by name or reference"),),
)
LEAD_FORM: Form[LeadInput] = Form(
    LeadInput,
    (
        Text("name", "Name", required=True, max_length=NAME_MAX),
        Text("company", "Company", max_length=NAME_MAX),
        Email("email", "E-mail"),
        Text("phone", "Phone", max_length=PHONE_MAX),
        Person("owner", "Owner"),
        Text("notes", "Notes", max_length=NOTES_MAX, multiline=True),
    ),
)
KINDS = {
    MailKind.AWAY: "Automatic answer",
    MailKind.BOUNCE: "Bounce notice",
    MailKind.LIST: "Mailing list",
}


def home_rows(triage: Triage | None, viewer: Viewer) -> list[Block]:
    """The list's first mails in App Home, a block each."""
    if triage is None or not triage.count:
        return []
    blocks: list[Block] = [kit.header(viewer.t("Mails to sort")), _count(triage, viewer)]
    blocks += [kit.section(_text(row, viewer), kit.overflow(_choices(row, viewer))) for row in triage.rows.rows]
    return blocks


def listing(triage: Triage, viewer: Viewer) -> Message:
    """A page of the list."""
    if not triage.rows.rows:
        text = viewer.t("No mail waits to be sorted.")
        return Message(text, [kit.section(text)])
    blocks: list[Block] = [kit.header(viewer.t("Mails to sort")), _count(triage, viewer, alone=True)]
    for row in triage.rows.rows:
        blocks += [kit.section(_text(row, viewer)), kit.actions(*_buttons(row, viewer))]
    page = triage.rows.page
    pager = [kit.button(viewer.t("Previous"), ShowTriage(page - 1))] if page else []
    if triage.rows.has_more:
        pager.append(kit.button(viewer.t("Next"), ShowTriage(page + 1)))
    text = viewer.nt("{n} mail waits to be sorted.", "{n} mails wait to be sorted.", triage.count)
    return Message(text, [*blocks, *([kit.actions(*pager)] if pager else [])])


def _count(triage: Triage, viewer: Viewer, *, alone: bool = False) -> Block:
    text = viewer.nt("{n} mail waits to be sorted.", "{n} mails wait to be sorted.", triage.count)
    if triage.oldest is not None:
        text = viewer.t("{count} The oldest came {when}.", count=text, when=viewer.slack_date(triage.oldest))
    if alone:
        return kit.section(text)
    return kit.section(text, kit.button(viewer.t("Sort"), ShowTriage(), label=viewer.t("All mails that wait")))


def _text(row: TriageRow, viewer: Viewer) -> str:
    sender = f"{row.who} <{row.email}>" if row.who else row.email
    facts = [kit.esc(kit.cut(sender, SENDER_SHOWN)), viewer.slack_date(row.received_at)]
    if row.kind in KINDS:
        facts.append(viewer.t(KINDS[row.kind]))
    if row.files:
        facts.append(viewer.nt("{n} file", "{n} files", row.files))
    if row.unproven:
        facts.append(viewer.t("sender not proven"))
    lines = [f"*{kit.esc(kit.cut(row.subject, WORDS_SHOWN)) or viewer.t('(no subject)')}*", " · ".join(facts)]
    if row.words:
        lines.append(kit.esc(kit.cut(row.words, WORDS_SHOWN)))
    if row.suggestion is not None:
        lines.append(viewer.t("The address belongs to {record}.", record=_named(row.suggestion)))
    return "\n".join(lines)


def _choices(row: TriageRow, viewer: Viewer) -> list[tuple[str, Action]]:
    return [
        (viewer.t("Link to…"), LinkMail(row.id)),
        (viewer.t("New lead"), LeadFromMail(row.id)),
        (viewer.t("Not ours"), NotOurs(row.id)),
        (viewer.t("Show original"), ShowOriginal(row.id)),
    ]


def _buttons(row: TriageRow, viewer: Viewer) -> list[Block]:
    who = row.who or row.email
    return [kit.button(text, route, label=f"{text}: {who}") for text, route in _choices(row, viewer)]


# -- sorting ----------------------------------------------------------------------------------------------------------


def link_modal(row: TriageRow, viewer: Viewer) -> Modal:
    """Which record a mail belongs to; whom its sender's address belongs to is chosen already."""
    values = {"record": record_choice(row.suggestion)} if row.suggestion is not None else {}
    blocks = [kit.section(_text(row, viewer)), *LINK_FORM.blocks(viewer, values)]
    return Modal(viewer.t("Link the mail"), blocks, SaveMailLink(row.id), viewer.t("Link"), viewer.t("Cancel"))


def lead_modal(row: TriageRow, values: dict[str, Any], matches: Sequence[Match], viewer: Viewer) -> Modal:
    """A new lead of whoever wrote a mail, with what may already be here above the form."""
    blocks: list[Block] = []
    for match in matches[:MATCHES_SHOWN]:
        name = ", ".join(part for part in (match.name, match.detail) if part)
        opener = kit.button(viewer.t("Open"), OpenRecord(match.entity.value, match.id))
        blocks.append(kit.section(f"*{match.ref}* · {kit.esc(kit.cut(name, WORDS_SHOWN))}", opener))
    if matches:
        note = viewer.t("This may already be here. Close this window and link the mail to it, or create a new lead.")
        blocks.insert(0, kit.alert(note, "warning"))
    blocks += LEAD_FORM.blocks(viewer, values)
    if row.words:
        blocks += [kit.context(viewer.t("The mail:")), quotation(kit.cut(row.words, WORDS_SHOWN))]
    route = SaveMailLead(row.id, tuple(match.id for match in matches))
    submit = viewer.t("Create anyway") if matches else viewer.t("Create")
    return Modal(viewer.t("New lead"), blocks, route, submit, viewer.t("Cancel"))


def linked(inbound_id: UUID, record: Hit, change_id: UUID, viewer: Viewer) -> Message:
    """A mail belongs to a record now."""
    text = viewer.t("The mail belongs to {record} now.", record=_named(record))
    opener = kit.button(viewer.t("Open"), OpenRecord(record.entity.value, record.id))
    back = kit.button(viewer.t("Undo"), PutBack(inbound_id, change_id))
    return Message(text, [kit.section(text, back), kit.actions(opener, _others(viewer))])


def not_ours(row: TriageRow, viewer: Viewer) -> Message:
    """A mail was put away."""
    sender = kit.esc(kit.cut(row.who or row.email, SENDER_SHOWN))
    text = viewer.t("The mail from {sender} is none of ours. It is kept, and shown no more.", sender=sender)
    undo = kit.button(viewer.t("Undo"), PutBack(row.id))
    return Message(text, [kit.section(text, undo), kit.actions(_others(viewer))])


def put_back(viewer: Viewer) -> Message:
    """A mail waits in the list again."""
    text = viewer.t("The mail waits to be sorted again.")
    return Message(text, [kit.section(text, kit.button(viewer.t("Sort"), ShowTriage()))])


def _others(viewer: Viewer) -> Block:
    """Back to the list: who sorts one mail mostly sorts the next."""
    return kit.button(viewer.t("Mails to sort"), ShowTriage())


def _named(record: Hit) -> str:
    return f"{record.ref} {kit.esc(kit.cut(record.name, SENDER_SHOWN))}"
