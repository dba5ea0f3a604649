"""E-mail in Slack: the window it is written in, its preview, and a mail with what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bot.replies import Block, Choice, Message, Modal
from bot.routes import (
    AllowAddress,
    ChooseReader,
    ChooseTemplate,
    ComposeEmail,
    EditContact,
    EditDeal,
    EditLead,
    FindContact,
    FindTemplate,
    KeepText,
    OpenRecord,
    PreviewEmail,
    SendEmail,
    UseTemplate,
)
from bot.views import kit, mail_warnings
from bot.views.forms import Field, Form, Search, Text
from core.emails.drafts import Recipient
from core.emails.drafts import Warning as MailWarning
from core.emails.templates import SUBJECT_MAX
from core.enums import EntityType
from core.i18n import Viewer
from core.queries.emails import TemplateRow
from core.queries.records import Hit

BODY_TYPED = 3000
"""Slack's limit for a text input; longer texts are only made, not typed."""
SHOWN = 2900
"""Characters of a text in one block; Slack takes 3,000."""
BLOCKS_OF_TEXT = 8


@dataclass(frozen=True)
class TypedEmail:
    """The window as it was submitted. `reader_id` and `template_id` only where it asked for them."""

    reader_id: UUID | None
    template_id: UUID | None
    subject: str
    body: str


@dataclass(frozen=True)
class Compose:
    """What the window shows."""

    route: SendEmail
    about: Hit
    to: Recipient | None
    sender: str
    """Name and address it comes from."""
    values: Mapping[str, Any]
    warnings: Sequence[MailWarning] = ()
    asked: TemplateRow | None = None
    """The template that was chosen while the text had been changed."""
    notice: str = ""


READER = Search(
    "reader_id",
    "To",
    required=True,
    lookup=FindContact,
    ids=True,
    reports=ChooseReader,
    placeholder="Search contacts",
)
TEMPLATE = Search(
    "template_id",
    "Template",
    lookup=FindTemplate,
    ids=True,
    reports=ChooseTemplate,
    placeholder="Choose one, or write below",
)
SUBJECT = Text("subject", "Subject", required=True, max_length=SUBJECT_MAX)
BODY = Text("body", "Text", required=True, multiline=True, max_length=BODY_TYPED)


def email_form(route: SendEmail) -> Form[TypedEmail]:
    """The window's form: a deal's asks who of its people gets it; with a quote there is no template to choose."""
    fields: list[Field] = [SUBJECT, BODY]
    if route.quote_id is None:
        fields.insert(0, TEMPLATE)
    if route.entity == EntityType.DEAL:
        fields.insert(0, READER)
    return Form(_typed, tuple(fields))


def _typed(subject: str, body: str, reader_id: UUID | None = None, template_id: UUID | None = None) -> TypedEmail:
    return TypedEmail(reader_id, template_id, subject, body)


def compose_modal(data: Compose, viewer: Viewer) -> Modal:
    """A mail being written: to whom, what stands against it, template, subject and text."""
    route = data.route
    blocks: list[Block] = [kit.section(_addressed(data, viewer))]
    if data.notice:
        blocks.append(kit.alert(data.notice, "warning"))
    blocks += [mail_warnings.block(one, viewer) for one in data.warnings]
    blocks += _asking(data.asked, viewer)
    blocks += _inputs(data, viewer)
    blocks.append(kit.actions(kit.button(viewer.t("Preview"), PreviewEmail())))
    anyway = any(one.code == "mailed_today" for one in data.warnings)
    return Modal(
        title=viewer.t("Send quote") if route.quote_id else viewer.t("E-mail"),
        blocks=blocks,
        route=route,
        submit=viewer.t("Send anyway") if anyway else viewer.t("Send"),
        close=viewer.t("Cancel"),
    )


def _inputs(data: Compose, viewer: Viewer) -> list[Block]:
    """Those that are filled in anew get a name of their own: Slack keeps what was typed under an old one."""
    revision = str(data.route.revision) if data.route.revision else ""
    return [
        field.block(viewer, data.values.get(field.name), (), "" if field is READER else revision)
        for field in email_form(data.route).fields
    ]


def _addressed(data: Compose, viewer: Viewer) -> str:
    to = " · ".join(filter(None, (data.to.name, data.to.address))) if data.to else ""
    lines = [
        viewer.t("*To:* {who}", who=kit.esc(kit.cut(to, 300)) or "–"),
        viewer.t("*From:* {who}", who=kit.esc(kit.cut(data.sender, 300))),
    ]
    about = " · ".join(filter(None, (data.about.ref, data.about.name, data.about.detail)))
    return "\n".join([*lines, viewer.t("*About:* {record}", record=kit.esc(kit.cut(about, 200)))])


def _asking(template: TemplateRow | None, viewer: Viewer) -> list[Block]:
    """What was typed is not thrown away for a template unless its writer says so."""
    if template is None:
        return []
    text = viewer.t(
        "You have changed the text. Replace it with “{template}”?", template=kit.esc(kit.cut(template.name, 60))
    )
    return [
        kit.alert(text, "warning"),
        kit.actions(
            kit.button(viewer.t("Replace my text"), UseTemplate(template.id)),
            kit.button(viewer.t("Keep my text"), KeepText()),
        ),
    ]


def template_choices(found: Sequence[TemplateRow]) -> list[Choice]:
    """Templates as options."""
    return [template_choice(one) for one in found]


def template_choice(row: TemplateRow) -> Choice:
    """A template as an option, with its subject below."""
    return Choice(row.name, str(row.id), row.subject)


def reader_choice(reader: Recipient | None) -> Choice | None:
    """Who gets it, as the field's option."""
    return Choice(reader.name, str(reader.entity_id), reader.address) if reader else None


def cannot_write(about: Hit, warnings: Sequence[MailWarning], viewer: Viewer) -> Modal:
    """Why nothing can be written about this record, and what to do."""
    blocks: list[Block] = [kit.section(f"*{about.ref}* {kit.esc(kit.cut(about.name, 200))}")]
    blocks += [mail_warnings.block(one, viewer) for one in warnings]
    codes = {one.code for one in warnings}
    buttons: list[Block] = []
    if codes & {"no_address", *mail_warnings.OF_PERSON}:
        buttons += _edit_button(about, viewer)
    if codes & mail_warnings.LIFTED_BY_PEOPLE:
        allow = AllowAddress(about.entity.value, about.id)
        buttons.append(kit.button(viewer.t("Allow again"), allow, label=viewer.t("Write to this address again")))
    buttons.append(kit.button(viewer.t("Open"), OpenRecord(about.entity.value, about.id)))
    return Modal(viewer.t("E-mail"), [*blocks, kit.actions(*buttons)], close=viewer.t("Close"))


def _edit_button(about: Hit, viewer: Viewer) -> list[Block]:
    label = viewer.t("Edit {ref}", ref=about.ref)
    match about.entity:
        case EntityType.LEAD:
            return [kit.button(viewer.t("Edit"), EditLead(about.id), style="primary", label=label)]
        case EntityType.DEAL:
            return [kit.button(viewer.t("Edit"), EditDeal(about.id), style="primary", label=label)]
        case _:
            return [kit.button(viewer.t("Edit"), EditContact(about.id), style="primary", label=label)]


def follow_up_subject(subject: str) -> str:
    """The subject of a mail that goes on with an earlier one, so that mail programs keep them together."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"[:SUBJECT_MAX]


# -- preview ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preview:
    """A mail as its reader gets it, in words."""

    sender: str
    to: str
    subject: str
    text: str
    footer: str
    warnings: Sequence[MailWarning] = ()


def preview_modal(mail: Preview, viewer: Viewer) -> Modal:
    """The mail as it will arrive: who it is from, the subject, the text, and what stands below it."""
    return Modal(viewer.t("Preview"), preview_blocks(mail, viewer), close=viewer.t("Back"))


def preview_blocks(mail: Preview, viewer: Viewer) -> list[Block]:
    """The same, for a window of several."""
    head = [
        viewer.t("*From:* {who}", who=kit.esc(kit.cut(mail.sender, 300))),
        viewer.t("*To:* {who}", who=kit.esc(kit.cut(mail.to, 300)) or "–"),
        viewer.t("*Subject:* {subject}", subject=kit.esc(mail.subject) or "–"),
    ]
    below = [kit.esc(kit.cut(mail.footer, SHOWN // 2))] if mail.footer else []
    below.append(viewer.t("Below it stands a link to unsubscribe."))
    return [
        *(mail_warnings.block(one, viewer) for one in mail.warnings),
        kit.section("\n".join(head)),
        kit.divider(),
        *text_blocks(mail.text),
        kit.divider(),
        kit.context(*below),
    ]


def text_blocks(text: str) -> list[Block]:
    """Foreign text of any length, as it is: no line of it is read as markup."""
    rest = text or "–"
    blocks: list[Block] = []
    while rest and len(blocks) < BLOCKS_OF_TEXT:
        part, rest = rest[:SHOWN], rest[SHOWN:]
        if rest and "\n" in part:
            end = part.rindex("\n") + 1
            part, rest = part[:end], part[end:] + rest
        blocks.append({"type": "section", "text": kit.plain(part.strip("\n") or " ")})
    return blocks


# -- what was typed after the command -----------------------------------------------------------------------------


def write_to_whom(viewer: Viewer) -> Message:
    """Nothing was said that names a record."""
    text = viewer.t("To whom? Type a reference or a name, for example `/email L-42` or `/email lena intro`.")
    return Message(text, [kit.section(text)])


def which_one(found: Sequence[Hit], viewer: Viewer, template_id: UUID | None = None) -> Message:
    """Several records may be meant."""
    text = viewer.t("Which one do you want to write to?")
    rows = [
        kit.section(
            " · ".join(filter(None, (f"*{kit.esc(hit.name)}*", hit.ref, kit.esc(hit.detail)))),
            kit.button(
                viewer.t("E-mail"),
                ComposeEmail(hit.entity.value, hit.id, template_id),
                label=viewer.t("Write to {ref}", ref=hit.ref),
            ),
        )
        for hit in found
    ]
    return Message(text, [kit.section(text), *rows])


def nobody_called(words: str, viewer: Viewer) -> Message:
    """Nothing is called that."""
    text = viewer.t(
        "I cannot find “{words}”. Try `/email L-42`, or a name.", words=kit.esc(kit.cut(words, 80)).replace("`", "'")
    )
    return Message(text, [kit.section(text)])


def unknown_template(words: str, viewer: Viewer) -> str:
    """Above the window: there is no such template."""
    return viewer.t("There is no template “{words}”. Choose one below, or write.", words=kit.esc(kit.cut(words, 60)))
