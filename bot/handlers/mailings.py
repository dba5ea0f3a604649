"""One template to many leads of a list."""

from uuid import UUID

from bot.dispatch import Request, on, on_submit
from bot.replies import CloseModal, Modal, OpenModal, Replace, Reply, UpdateModal
from bot.routes import ChooseMailing, PreviewMailing, StartMailing, StopMailing, UnknownRoute
from bot.views import mailings as views
from bot.views.emails import Preview
from bot.views.forms import as_id
from bot.views.mailings import MailingData, MailingInput
from core import bulk
from core.context import Ctx
from core.emails import mailings
from core.enums import EntityType
from core.errors import Invalid, NotFound
from core.lists import ListFilter
from core.queries import emails as queries
from core.queries.lists import matching_ids


def mailing_modal(ctx: Ctx, chosen: ListFilter, ids: tuple[UUID, ...]) -> Modal:
    """The window, once it is known who is meant. Raises Invalid where that is nobody, or too many."""
    total = len(_meant(ctx, chosen, ids))
    if not total:
        raise Invalid({"rows": "rows_required"})
    if total > mailings.MOST:
        raise Invalid({"which": "too_many_mails"})
    return views.mailing_modal(MailingData(StartMailing(chosen, ids), total), ctx.viewer)


@on(ChooseMailing)
def choose_mailing(ctx: Ctx, _route: ChooseMailing, request: Request) -> Reply:
    """Who gets this template, and who does not."""
    route = request.modal
    if not isinstance(route, StartMailing) or not request.chosen:
        raise UnknownRoute(StartMailing.id)
    meant, template_id = _meant(ctx, route.chosen, route.ids), as_id(request.chosen)
    audience = mailings.audience(ctx, meant, template_id)
    return UpdateModal(views.mailing_modal(MailingData(route, len(meant), template_id, audience), ctx.viewer))


@on(PreviewMailing)
def preview_mailing(ctx: Ctx, route: PreviewMailing, request: Request) -> Reply:
    """What one of them gets; another one in the same window."""
    reached = mailings.audience(ctx, _meant(ctx, route.chosen, route.ids), route.template_id).reached
    if not 0 <= route.page < len(reached):
        raise NotFound
    reader = reached[route.page]
    settings = queries.mail_settings(ctx)
    sender = f"{ctx.actor.name} <{settings.mail_from}>" if settings.mail_from else ctx.actor.name
    mail = Preview(sender, f"{reader.name} <{reader.address}>", reader.subject, reader.body, settings.mail_footer)
    modal = views.preview_modal(route, reader, len(reached), mail, ctx.viewer)
    return OpenModal(modal) if isinstance(request.modal, StartMailing) else UpdateModal(modal)


@on_submit(StartMailing, views.MAILING_FORM)
def start_mailing(ctx: Ctx, route: StartMailing, values: MailingInput) -> Reply:
    """Hand it to the worker."""
    mailings.start(ctx, _meant(ctx, route.chosen, route.ids), values.template_id, values.per_hour)
    return CloseModal(views.started(ctx.viewer))


@on(StopMailing)
def stop_mailing(ctx: Ctx, route: StopMailing, _request: Request) -> Reply:
    """Nobody further gets it."""
    mailings.stop(ctx, route.job_id)
    return Replace(views.progress(bulk.progress(ctx, route.job_id), ctx.viewer))


def _meant(ctx: Ctx, chosen: ListFilter, ids: tuple[UUID, ...]) -> list[UUID]:
    """One more than may be meant, so that too many are known as such."""
    return list(ids) if ids else matching_ids(ctx, EntityType.LEAD, chosen, mailings.MOST + 1)
