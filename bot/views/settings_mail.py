"""The settings of e-mail: templates, whom mails come from, and what stands below them."""

from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz, process

from bot.replies import Block, Choice, Modal
from bot.routes import (
    EditTemplate,
    FindTemplate,
    PreviewTemplate,
    RemoveTemplate,
    SaveMail,
    SaveTemplate,
    Section,
)
from bot.views import kit
from bot.views.forms import Email, Form, Number, Search, Text
from bot.views.settings import Notice, Shown, back, pager, top
from core.administration.naming import NAME_MAX
from core.administration.workspace import FOOTER_MAX, NO_ANSWER_MAX, MailInput
from core.emails.templates import FIELDS, SUBJECT_MAX, TEMPLATE_BODY_MAX, TemplateInput
from core.i18n import Viewer
from core.queries.emails import MailSettings, TemplateRow
from core.queries.records import Page

MEANINGS: Mapping[str, str] = {
    "first_name": "first name of the person",
    "last_name": "family name of the person",
    "name": "full name of the person",
    "company": "the person's company",
    "deal": "name of the deal",
    "quote": "number of the quote",
    "quote_total": "what the quote comes to",
    "sender_name": "name of who sends it",
    "sender_first_name": "first name of who sends it",
    "our_company": "name of your workspace",
}
"""What each placeholder stands for; core.emails.templates.FIELDS says which there are."""
SAMPLE: Mapping[str, str] = {
    "first_name": "Lena",
    "last_name": "Fischer",
    "name": "Lena Fischer",
    "company": "Acme GmbH",
    "deal": "Acme rollout",
    "quote": "Q-2026-0007",
    "quote_total": "€11,900.00",
}
"""The person a template is shown for before anybody gets it."""
NEAR = 55
"""rapidfuzz ratio from which a placeholder is taken for a misspelt one (0 to 100)."""

TEMPLATE_FORM: Form[TemplateInput] = Form(
    TemplateInput,
    (
        Text("name", "Name", required=True, max_length=NAME_MAX, hint="What colleagues choose it by."),
        Text("subject", "Subject", required=True, max_length=SUBJECT_MAX),
        Text("body", "Text", required=True, multiline=True, max_length=TEMPLATE_BODY_MAX),
        Search(
            "follow_up_id",
            "When nobody answers",
            lookup=FindTemplate,
            ids=True,
            placeholder="Only remind the sender",
            hint="The template that is prepared then, for the sender to look at.",
        ),
    ),
)
MAIL_FORM: Form[MailInput] = Form(
    MailInput,
    (
        Email(
            "mail_from",
            "Sender address",
            hint="Mails come from your colleagues' names at this address. It has to be verified with SendGrid. "
            "Left empty, the address Rapport was set up with is used.",
        ),
        Text(
            "mail_footer",
            "Below each mail",
            multiline=True,
            max_length=FOOTER_MAX,
            hint="Company, address, register number: in many countries the law asks for it.",
        ),
        Number(
            "no_answer_days",
            "Days without an answer",
            required=True,
            low=0,
            high=NO_ANSWER_MAX,
            hint="Then whoever looks after the record is reminded in the morning, once for each mail. 0 for never.",
        ),
    ),
)


def templates_modal(page: Page[TemplateRow], notice: Notice, viewer: Viewer) -> Modal:
    """A page of the templates."""
    blocks: list[Block] = top(notice, Section.TEMPLATES, viewer)
    for row in page.rows:
        choices = [(viewer.t("Edit"), EditTemplate(row.id)), (viewer.t("Remove"), RemoveTemplate(row.id))]
        text = f"*{kit.esc(row.name)}*\n{kit.esc(kit.cut(row.subject, 150))}"
        blocks.append(kit.section(text, kit.overflow(choices)))
    if not page.rows:
        blocks.append(kit.section(viewer.t("No templates yet. A template saves typing: a first mail, a reminder.")))
    blocks.append(
        kit.actions(*pager(Section.TEMPLATES, page, viewer), kit.button(viewer.t("Add template"), EditTemplate()))
    )
    return Modal(viewer.t("E-mail templates"), blocks, close=viewer.t("Close"))


def template_modal(route: SaveTemplate, values: Mapping[str, Any], shown: Shown, viewer: Viewer) -> Modal:
    """A template, new or existing, with the placeholders it may use."""
    return Modal(
        viewer.t("Add template") if route.template_id is None else viewer.t("Edit template"),
        [
            *top(shown.notice, Section.TEMPLATES, viewer),
            *TEMPLATE_FORM.blocks(viewer, values, revision=shown.revision),
            kit.section(placeholder_help(viewer)),
            kit.actions(
                kit.button(viewer.t("Preview"), PreviewTemplate(), label=viewer.t("Show it for a sample person")),
                back(Section.TEMPLATES, viewer),
            ),
        ],
        route,
        viewer.t("Add") if route.template_id is None else viewer.t("Save"),
        viewer.t("Close"),
    )


def placeholder_help(viewer: Viewer) -> str:
    """The placeholders, each with what it stands for, and how to say what stands there where nothing is known."""
    lines = [viewer.t("*Placeholders* are filled for each person:")]
    lines += [f"`{{{{{field}}}}}` {viewer.t(MEANINGS[field])}" for field in FIELDS]
    lines.append(viewer.t("{example} puts “there” where no first name is known.", example="`{{first_name|there}}`"))
    return "\n".join(lines)


def unknown_placeholder(unknown: Sequence[str], viewer: Viewer) -> str:
    """The sentence under a field that uses what is no placeholder, with the nearest one that is."""
    typed = unknown[0]
    near = process.extractOne(typed.lower(), FIELDS, scorer=fuzz.ratio, score_cutoff=NEAR)
    shown = "{{" + kit.cut(typed, 40) + "}}"
    if near is None:
        known = ", ".join("{{" + field + "}}" for field in FIELDS)
        return viewer.t("There is no {placeholder}. You can use {known}.", placeholder=shown, known=known)
    return viewer.t(
        "There is no {placeholder}. Did you mean {nearest}?", placeholder=shown, nearest="{{" + near[0] + "}}"
    )


def template_chosen(row: TemplateRow | None) -> Choice | None:
    """A template as the form's option."""
    return Choice(row.name, str(row.id)) if row else None


def mail_modal(data: MailSettings, values: Mapping[str, Any], shown: Shown, viewer: Viewer) -> Modal:
    """Whom mails come from, and what stands below them."""
    return Modal(
        viewer.t("E-mail"),
        [*top(shown.notice, Section.MAIL, viewer), *MAIL_FORM.blocks(viewer, values, revision=shown.revision)],
        SaveMail(data.seen),
        viewer.t("Save"),
        viewer.t("Close"),
    )
