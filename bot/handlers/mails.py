"""A mail of ours: looking at it, stopping it, and saying what became of one of which nobody knows."""

from collections.abc import Callable
from uuid import UUID

from bot.dispatch import Request, on
from bot.replies import OpenModal, Replace, Reply, UpdateModal
from bot.routes import EmailArrived, SendEmailAgain, ShowEmail, StopEmail
from bot.views import mails
from core.context import Ctx
from core.emails import sending
from core.i18n import Viewer
from core.queries import emails as queries
from core.queries.emails import MailView


@on(ShowEmail)
def show_email(ctx: Ctx, route: ShowEmail, _request: Request) -> Reply:
    """Its text, and what became of it."""
    return OpenModal(mails.mail_modal(queries.mail_view(ctx, route.email_id), ctx.viewer))


@on(StopEmail)
def stop_email(ctx: Ctx, route: StopEmail, request: Request) -> Reply:
    """Keep it from leaving."""
    sending.stop(ctx, route.email_id)
    return _stands(ctx, route.email_id, request, mails.stopped_text)


@on(SendEmailAgain)
def send_again(ctx: Ctx, route: SendEmailAgain, request: Request) -> Reply:
    """Once more."""
    sending.send_again(ctx, route.email_id)
    return _stands(ctx, route.email_id, request, mails.again_text)


@on(EmailArrived)
def email_arrived(ctx: Ctx, route: EmailArrived, request: Request) -> Reply:
    """It did leave."""
    sending.it_arrived(ctx, route.email_id)
    return _stands(ctx, route.email_id, request, mails.arrived_text)


def _stands(ctx: Ctx, email_id: UUID, request: Request, text: Callable[[MailView, Viewer], str]) -> Reply:
    """What was done, in the message or the window it was done in."""
    mail = queries.mail_view(ctx, email_id)
    said = text(mail, ctx.viewer)
    if request.channel_id:
        return Replace(mails.now(said, mail, ctx.viewer))
    return UpdateModal(mails.mail_modal(mail, ctx.viewer, said))
