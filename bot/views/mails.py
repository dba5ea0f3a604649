"""A mail of ours on the screen: that it is on its way, what can be done with it, its text and what became of it."""

from uuid import UUID

from bot import errors
from bot.replies import Block, Message, Modal
from bot.routes import ComposeEmail, EmailArrived, OpenRecord, SendEmailAgain, ShowEmail, StopEmail
from bot.views import kit
from bot.views.emails import text_blocks
from bot.views.mail_standing import event_line, standing
from bot.views.records import confirmation
from core.emails import sending
from core.enums import EmailState, EntityType
from core.i18n import Viewer
from core.queries.emails import MailView

# -- what was done ------------------------------------------------------------------------------------------------


def sent(
    mail: MailView, change_id: UUID, viewer: Viewer, *, also: str = "", where: str = "", quote_id: UUID | None = None
) -> Message:
    """That a mail is on its way, and what happens next. `also` is what followed from it, translated and escaped;
    `where` the channel answers are told in; `quote_id` the quote it brings. Undo works until the mail has left.
    """
    subject = kit.esc(mail.subject)
    text = viewer.t("The e-mail to {who} is on its way: “{subject}”.", who=_who(mail), subject=subject)
    answers = viewer.t("You hear of an answer here in Slack.")
    if where:
        answers = viewer.t("An answer is told in {channel}.", channel=f"<#{where}>")
    said = " ".join(filter(None, (text, also, answers)))
    buttons = _look(mail, viewer)
    if quote_id is not None:
        buttons.insert(0, kit.button(viewer.t("Open quote"), OpenRecord("quote", quote_id)))
    return Message(said, [*confirmation(viewer, said, change_id), kit.actions(*buttons)])


def stopped_text(mail: MailView, viewer: Viewer) -> str:
    """A mail that was kept from leaving."""
    return viewer.t("Stopped: the e-mail to {who} does not leave.", who=_who(mail))


def again_text(mail: MailView, viewer: Viewer) -> str:
    """A mail that is sent once more."""
    return viewer.t("The e-mail to {who} is on its way again.", who=_who(mail))


def arrived_text(mail: MailView, viewer: Viewer) -> str:
    """A mail of which somebody knows that it left."""
    return viewer.t("Good: the e-mail to {who} counts as sent.", who=_who(mail))


def _who(mail: MailView) -> str:
    return kit.esc(kit.cut(mail.to_name or mail.to_address, 80))


def now(text: str, mail: MailView, viewer: Viewer) -> Message:
    """What was just done to a mail, with what can be done next. `text` is translated and escaped."""
    return Message(text, [kit.section(text), kit.actions(*mail_buttons(mail, viewer))])


def mail_buttons(mail: MailView, viewer: Viewer) -> list[Block]:
    """What can be done with a mail now."""
    steps = step_buttons(mail, viewer) if mail.can_edit else []
    return [*steps, *_look(mail, viewer)]


def _look(mail: MailView, viewer: Viewer) -> list[Block]:
    buttons: list[Block] = []
    buttons.append(kit.button(viewer.t("Show e-mail"), ShowEmail(mail.standing.id)))
    text = viewer.t("Open {ref}", ref=mail.ref)
    buttons.append(kit.button(text, OpenRecord(mail.entity.value, mail.entity_id)))
    return buttons


def step_buttons(mail: MailView, viewer: Viewer) -> list[Block]:
    """What its writer may make of a mail that has not left, or of which nobody knows whether it did."""
    email_id, state, who = mail.standing.id, mail.standing.state, mail.to_name or mail.to_address
    buttons: list[Block] = []
    if state in sending.STOPPABLE:
        label = viewer.t("Stop the e-mail to {who}", who=who)
        buttons.append(kit.button(viewer.t("Stop"), StopEmail(email_id), label=label))
    if state is EmailState.UNKNOWN:
        label = viewer.t("The e-mail to {who} arrived", who=who)
        buttons.append(kit.button(viewer.t("It arrived"), EmailArrived(email_id), label=label))
    if state in sending.REPEATABLE:
        question = None
        if state is EmailState.UNKNOWN:
            question = kit.confirm(
                viewer.t("Send it again?"),
                viewer.t("If it did leave the first time, {who} gets it twice.", who=kit.cut(who, 150)),
                viewer.t("Send again"),
                viewer.t("Cancel"),
            )
        label = viewer.t("Send the e-mail to {who} again", who=who)
        buttons.append(kit.button(viewer.t("Send again"), SendEmailAgain(email_id), label=label, confirm=question))
    return buttons


# -- a mail -------------------------------------------------------------------------------------------------------


def mail_modal(mail: MailView, viewer: Viewer, notice: str = "") -> Modal:
    """A mail of ours: its text, where it stands, and what happened to it, one line an event."""
    who = " · ".join(filter(None, (mail.to_name, mail.to_address)))
    head = [
        viewer.t("*To:* {who}", who=kit.esc(who)),
        viewer.t("*From:* {who}", who=kit.esc(f"{mail.from_name} <{mail.from_address}>")),
        viewer.t("*Subject:* {subject}", subject=kit.esc(mail.subject)),
        viewer.t("*State:* {state}", state=standing(mail.standing, viewer)),
    ]
    blocks: list[Block] = [kit.section(notice)] if notice else []
    blocks.append(kit.section("\n".join(head)))
    if mail.why:
        blocks.append(kit.alert(kit.esc(kit.cut(errors.mail_why(mail.why, viewer), 180)), "warning"))
    buttons = [one for one in mail_buttons(mail, viewer) if one["action_id"] != ShowEmail.id]
    if mail.can_edit and mail.entity is not EntityType.ACCOUNT:
        again = ComposeEmail(mail.entity.value, mail.entity_id, follows_id=mail.standing.id)
        buttons.append(kit.button(viewer.t("Write again"), again, label=viewer.t("Write another e-mail")))
    blocks += [kit.actions(*buttons), kit.divider(), *text_blocks(mail.body)]
    if mail.quoted:
        blocks.append(kit.context(viewer.t("The text that is answered stands below it.")))
    blocks += [kit.divider(), kit.section("\n".join(_history(mail, viewer)))]
    return Modal(viewer.t("E-mail"), blocks, close=viewer.t("Close"))


def _history(mail: MailView, viewer: Viewer) -> list[str]:
    written = viewer.t("{when}: Written by {who}", when=viewer.slack_date(mail.created_at), who=kit.esc(mail.sender))
    lines = [written]
    if mail.sent_at is not None:
        lines.append(viewer.t("{when}: Sent", when=viewer.slack_date(mail.sent_at)))
    lines += [event_line(event, viewer) for event in mail.events]
    if mail.standing.replied_at is not None:
        lines.append(viewer.t("{when}: Answered", when=viewer.slack_date(mail.standing.replied_at)))
    return lines
