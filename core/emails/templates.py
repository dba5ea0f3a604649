"""Texts that are sent again and again, and the placeholders in them: a fixed list of fields, and nothing to compute.

`{{first_name}}` stands for what is known of the person; `{{first_name|there}}` says what stands there where nothing is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from core.access import Power, load, require_power
from core.administration.naming import refuse_taken, still_there, take_turn, to_revive, usable
from core.conflicts import refuse_stale
from core.context import Ctx
from core.errors import Invalid
from core.models import EmailTemplate
from core.normalise import multiline_text, name_text
from core.operations import operation

FIELDS = (
    "first_name",
    "last_name",
    "name",
    "company",
    "deal",
    "quote",
    "quote_total",
    "sender_name",
    "sender_first_name",
    "our_company",
)
"""All that may stand between `{{` and `}}`."""
SUBJECT_MAX = 250
"""Characters; mail programs show about seventy, and a header has to be folded from 998 on (RFC 5322 §2.1.1)."""
BODY_MAX = 10_000
"""Characters of a mail. What is typed in Slack has at most 3,000; a quote's lines may need more."""
TEMPLATE_BODY_MAX = 2_800
"""Of a template: filled, it still fits Slack's text input, which takes 3,000 (docs.slack.dev, plain-text input)."""
_PLACE = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")
"""Without a place where two parts could match the same blanks, so that no text takes long."""


@dataclass(frozen=True)
class Filled:
    """A text with its placeholders filled. What could not be filled stands there as it was written."""

    text: str
    missing: tuple[str, ...] = ()
    """Fields of which nothing is known."""
    unknown: tuple[str, ...] = ()
    """Placeholders that are no fields."""


@dataclass(frozen=True)
class TemplateInput:
    """A template as it is typed. `follow_up_id`: the template that is prepared where nobody answers."""

    name: str
    subject: str
    body: str
    follow_up_id: UUID | None = None


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Put what is known into the places of a text. Values are put in as they are and never looked into again."""
    missing: dict[str, None] = {}
    unknown: dict[str, None] = {}

    def put(match: re.Match[str]) -> str:
        field, instead = match[1].strip().lower().replace(" ", "_"), (match[2] or "").strip()
        if field not in FIELDS:
            unknown[match[1].strip()] = None
            return match[0]
        value = values.get(field) or instead
        if not value:
            missing[field] = None
            return match[0]
        return value

    filled = _PLACE.sub(put, text)
    return Filled(filled, tuple(missing), tuple(unknown))


@operation("template.create")
def create(ctx: Ctx, values: TemplateInput) -> EmailTemplate:
    """A new template; one of that name that was removed comes back with the new words. Raises Invalid, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    name = usable(values.name)
    checked = _checked(values)
    take_turn(ctx, EmailTemplate)
    found = to_revive(ctx, EmailTemplate, name)
    template = found or EmailTemplate(name=name)
    _write(ctx, template, name, checked)
    if found is None:
        ctx.add(template)
    return template


@operation("template.edit")
def edit(ctx: Ctx, template_id: UUID, values: TemplateInput, expected: int) -> EmailTemplate:
    """Change a template; mails that were written from it stay. `expected` is the version the form was opened on.

    Raises Invalid, NotFound("removed_meanwhile"), Forbidden, Conflict("edited_meanwhile").
    """
    require_power(ctx, Power.CONFIGURE)
    name = usable(values.name)
    checked = _checked(values)
    take_turn(ctx, EmailTemplate)
    template = still_there(ctx, EmailTemplate, template_id)
    refuse_stale(ctx, template, expected, ("name", "subject", "body", "follow_up_id"))
    refuse_taken(ctx, template, name)
    _write(ctx, template, name, checked)
    return template


@operation("template.archive")
def archive(ctx: Ctx, template_id: UUID) -> EmailTemplate:
    """Take a template off the list. Raises NotFound("removed_meanwhile"), Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    template = still_there(ctx, EmailTemplate, template_id)
    template.archived_at = ctx.now
    return template


def _write(ctx: Ctx, template: EmailTemplate, name: str, values: TemplateInput) -> None:
    if values.follow_up_id is not None and values.follow_up_id != template.id:
        load(ctx, EmailTemplate, values.follow_up_id)
    # Both at once: the table checks that they agree.
    template.name_key, template.name = ctx.session.execute(select(func.lower(name))).scalar_one(), name
    template.subject, template.body = values.subject, values.body
    template.follow_up_id = values.follow_up_id


def _checked(values: TemplateInput) -> TemplateInput:
    subject, body = name_text(values.subject), multiline_text(values.body)
    problems: dict[str, str] = {}
    for field, text, limit in (("subject", subject, SUBJECT_MAX), ("body", body, TEMPLATE_BODY_MAX)):
        if not text:
            problems[field] = "required"
        elif len(text) > limit:
            problems[field] = "too_long"
        elif fill(text, {}).unknown:
            problems[field] = "placeholder_unknown"
    if problems:
        raise Invalid(problems)
    return TemplateInput(values.name, subject, body, values.follow_up_id)
