"""What a mail's writer is told of it without having asked: it did not leave, or nobody knows whether it did."""

from bot.errors import mail_why
from bot.replies import Block, Message
from bot.routes import EmailArrived, OpenRecord, SendEmailAgain, ShowEmail
from bot.views import kit
from core.enums import EmailState
from core.i18n import Viewer
from core.queries.emails import MailView

SUBJECT_SHOWN = 100
TRY_AGAIN = frozenset({EmailState.FAILED, EmailState.UNKNOWN})
"""Where sending it again may help: a mail that was held back is held back again."""


def word(mail: MailView, viewer: Viewer) -> Message | None:
    """What is to be told of a mail as it stands; None where there is nothing (any more)."""
    state = mail.standing.state
    if state in (EmailState.FAILED, EmailState.HELD):
        said = viewer.t(
            "Your e-mail “{subject}” to {who} ({ref}) was not sent. {why}", **_about(mail), why=_why(mail, viewer)
        )
    elif state is EmailState.UNKNOWN:
        said = viewer.t(
            "I do not know whether your e-mail “{subject}” to {who} ({ref}) was sent. {why} If it arrived, say so. "
            "If you send it again, they may get it twice.",
            **_about(mail),
            why=_why(mail, viewer),
        )
    else:
        return None
    blocks = [kit.section(said)]
    if mail.in_mailing:
        note = viewer.t("It is part of a mailing. You are told once of all its e-mails that end for the same reason.")
        blocks.append(kit.context(note))
    return Message(said, [*blocks, kit.actions(*_buttons(mail, viewer))])


def _about(mail: MailView) -> dict[str, str]:
    return {
        "subject": kit.esc(kit.cut(mail.subject, SUBJECT_SHOWN)),
        "who": kit.esc(kit.cut(mail.to_name or mail.to_address, SUBJECT_SHOWN)),
        "ref": mail.ref,
    }


def _why(mail: MailView, viewer: Viewer) -> str:
    """The provider's own words are foreign text."""
    return kit.esc(mail_why(mail.why, viewer))


def _buttons(mail: MailView, viewer: Viewer) -> list[Block]:
    email_id = mail.standing.id
    buttons: list[Block] = []
    if mail.standing.state is EmailState.UNKNOWN:
        buttons.append(kit.button(viewer.t("It arrived"), EmailArrived(email_id)))
    if mail.standing.state in TRY_AGAIN:
        buttons.append(kit.button(viewer.t("Send again"), SendEmailAgain(email_id)))
    buttons.append(kit.button(viewer.t("Show e-mail"), ShowEmail(email_id)))
    label = viewer.t("Open {ref}", ref=mail.ref)
    buttons.append(kit.button(label, OpenRecord(mail.entity, mail.entity_id), label=label))
    return buttons
