"""Deliveries of words about a mail to who sent it."""

from bot.views import mail_words as views
from core.errors import NotFound
from core.queries.emails import mail_view
from notifications.claims import Claimed
from notifications.desk import Call, Composed, Desk, Skip, post, read
from notifications.plans import Kind, MailWord


def mail_word(desk: Desk, delivery: Claimed) -> Composed:
    """What the rep has to know of a mail: it was refused, or nobody knows whether it left."""
    about = read(MailWord, delivery)
    ctx = desk.as_member(about.member_id)
    if ctx is None:
        return Skip("The person is not here any more.")
    try:
        message = views.word(mail_view(ctx, about.email_id), ctx.viewer)
    except NotFound:
        return Skip("The person may not see the record any more.")
    if message is None:
        return Skip("The mail has left meanwhile.")
    return Call(Kind.EMAIL_WORD, post(ctx.actor.slack_user_id, message, delivery.id))
