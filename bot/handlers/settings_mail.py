"""The settings of e-mail: templates, whom mails come from, and what stands below them."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, cast
from uuid import UUID

from bot.dispatch import Request, on, on_submit
from bot.handlers.settings import SECTION_MODALS, revision, saved, unless_meanwhile
from bot.meanwhile import with_theirs
from bot.replies import FieldErrors, Modal, OpenModal, Reply, UpdateModal
from bot.routes import (
    EditTemplate,
    PreviewTemplate,
    RemoveTemplate,
    SaveMail,
    SaveTemplate,
    Section,
    ShowSection,
)
from bot.views import emails as mail_views
from bot.views import kit
from bot.views import settings_mail as views
from bot.views.settings import Meanwhile, Notice, Shown
from core.access import Power, require_power
from core.administration import workspace
from core.administration.workspace import MailInput
from core.context import Ctx
from core.emails import templates
from core.emails.drafts import Warning as MailWarning
from core.emails.templates import TemplateInput, fill
from core.errors import Conflict
from core.queries import administration
from core.queries import emails as queries
from core.queries.emails import TemplateDetails

Values = Mapping[str, Any]


def templates_modal(ctx: Ctx, route: ShowSection, notice: Notice) -> Modal:
    """A page of the templates."""
    return views.templates_modal(queries.template_page(ctx, route.page), notice, ctx.viewer)


def mail_modal(ctx: Ctx, _route: ShowSection, notice: Notice) -> Modal:
    """Sender and footer as they are now. Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    data = queries.mail_settings(ctx)
    return views.mail_modal(data, asdict(data), Shown(notice, revision(ctx)), ctx.viewer)


SECTION_MODALS.update({Section.TEMPLATES: templates_modal, Section.MAIL: mail_modal})


# -- templates ----------------------------------------------------------------------------------------------------


@on(EditTemplate)
def edit_template(ctx: Ctx, route: EditTemplate, _request: Request) -> Reply:
    """The form of a template, new or existing."""
    shown = Shown(None, revision(ctx))
    if route.template_id is None:
        return UpdateModal(views.template_modal(SaveTemplate(), {}, shown, ctx.viewer))
    found = queries.template(ctx, route.template_id)
    return UpdateModal(
        views.template_modal(SaveTemplate(found.id, found.version), _values_of(found), shown, ctx.viewer)
    )


@on_submit(SaveTemplate, views.TEMPLATE_FORM)
def save_template(ctx: Ctx, route: SaveTemplate, values: TemplateInput) -> Reply:
    """A template, new or existing; a placeholder that there is none of is refused with the nearest one."""
    unknown = {name: fill(getattr(values, name), {}).unknown for name in ("subject", "body")}
    if any(unknown.values()):
        problems = {name: views.unknown_placeholder(found, ctx.viewer) for name, found in unknown.items() if found}
        return FieldErrors(problems)
    try:
        if route.template_id is None:
            name = templates.create(ctx, values).name
            text = ctx.viewer.t("{name} added.", name=kit.esc(name))
        else:
            name = templates.edit(ctx, route.template_id, values, route.version).name
            text = ctx.viewer.t("{name} saved.", name=kit.esc(name))
    except Conflict as conflict:
        if conflict.code != "edited_meanwhile" or route.template_id is None:
            raise
        return _saved_meanwhile(ctx, route, route.template_id, values, conflict)
    return saved(ctx, text, ShowSection(Section.TEMPLATES))


def _saved_meanwhile(
    ctx: Ctx, route: SaveTemplate, template_id: UUID, values: TemplateInput, conflict: Conflict
) -> Reply:
    """The form again, with what was typed, theirs where nothing was, and above it what another admin saved."""
    who, changes = administration.meanwhile(ctx, conflict)
    follow_up = queries.template_row(ctx, values.follow_up_id) if values.follow_up_id else None
    typed = {**asdict(values), "follow_up_id": views.template_chosen(follow_up)}
    newer = replace(route, version=cast("int", conflict.data["version"]))
    notice = Shown(Meanwhile(who, changes), revision(ctx))
    shown = with_theirs(ctx, conflict, typed, _values_of(queries.template(ctx, template_id)))
    return UpdateModal(views.template_modal(newer, shown, notice, ctx.viewer))


def _values_of(template: TemplateDetails) -> dict[str, Any]:
    """A template as its form shows it."""
    return {**asdict(template), "follow_up_id": views.template_chosen(template.follow_up)}


@on(PreviewTemplate)
def preview_template(ctx: Ctx, _route: PreviewTemplate, request: Request) -> Reply:
    """What is typed, as a sample person gets it."""
    typed = views.TEMPLATE_FORM.typed(request.state)
    mine = {
        "sender_name": ctx.actor.name,
        "sender_first_name": ctx.actor.name.partition(" ")[0],
        "our_company": ctx.workspace.name,
    }
    subject, body = (fill(str(typed.get(name) or ""), {**views.SAMPLE, **mine}) for name in ("subject", "body"))
    unknown = dict.fromkeys((*subject.unknown, *body.unknown))
    mail = mail_views.Preview(
        ctx.actor.name,
        f"{views.SAMPLE['name']} <lena.fischer@acme.example>",
        subject.text,
        body.text,
        queries.mail_settings(ctx).mail_footer,
        [MailWarning("unknown_field", {"field": name}) for name in unknown],
    )
    return OpenModal(mail_views.preview_modal(mail, ctx.viewer))


@on(RemoveTemplate)
def remove_template(ctx: Ctx, route: RemoveTemplate, _request: Request) -> Reply:
    """Off the list; Undo brings it back."""
    template = templates.archive(ctx, route.template_id)
    text = ctx.viewer.t("{name} removed.", name=kit.esc(template.name))
    return saved(ctx, text, ShowSection(Section.TEMPLATES))


# -- the workspace ------------------------------------------------------------------------------------------------


@on_submit(SaveMail, views.MAIL_FORM)
def save_mail(ctx: Ctx, route: SaveMail, values: MailInput) -> Reply:
    """Whom mails come from, and what stands below them."""

    def save() -> Reply:
        workspace.set_mail(ctx, values, route.seen)
        return saved(ctx, ctx.viewer.t("Saved."), ShowSection(Section.MAIL))

    def again(notice: Meanwhile, conflict: Conflict) -> Modal:
        data = queries.mail_settings(ctx)
        typed = with_theirs(ctx, conflict, asdict(values), asdict(data))
        return views.mail_modal(data, typed, Shown(notice, revision(ctx)), ctx.viewer)

    return unless_meanwhile(ctx, save, again)
