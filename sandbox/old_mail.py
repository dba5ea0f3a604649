"""Mails of earlier days, put back into the mailboxes from what the product keeps: the post office itself forgets."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select

from core import workspaces
from core.context import Clock, Ctx
from core.db import Database
from core.enums import EmailProgress, EmailState
from core.models import Email, InboundEmail
from notifications.mailing import MailSettings, NoSender, wire_message
from sandbox.jsons import JsonObject, as_object, copy_json
from sandbox.mail.composing import WIRE, make_mails, message_id_of
from sandbox.mail.office import PostOffice
from sandbox.mail.writing import Letter, draft
from sandbox.model import Team

KEPT = 200
"""The newest so many in each direction: more would take long at the start."""
SAID: dict[EmailProgress, tuple[str, ...]] = {
    EmailProgress.OPENED: ("open",),
    EmailProgress.CLICKED: ("open", "click"),
    EmailProgress.SPAM: ("spamreport",),
}
FAILED = frozenset({EmailProgress.BOUNCED, EmailProgress.BLOCKED, EmailProgress.DROPPED})


def restore(database: Database, clock: Clock, team: Team, office: PostOffice, settings: MailSettings) -> int:
    """Fill the mailboxes with what this workspace sent and got; how many mails that were."""
    with database.begin(workspaces.workspace_id_for(team.id)) as session:
        ctx = workspaces.system_ctx(session, clock, workspaces.workspace_id_for(team.id), "mailboxes")
        putting: list[tuple[datetime, Callable[[], None]]] = [
            *(
                (mail.sent_at or mail.created_at, partial(_put_sent, ctx, office, mail, settings))
                for mail in _sent(ctx)
            ),
            *((mail.received_at, partial(_put_received, office, mail)) for mail in _received(ctx)),
        ]
        for _, put in sorted(putting, key=lambda one: one[0]):
            put()
    office.touch()
    return len(putting)


def _sent(ctx: Ctx) -> list[Email]:
    query = select(Email).where(Email.workspace_id == ctx.workspace.id, Email.state == EmailState.SENT)
    return list(ctx.session.scalars(query.order_by(Email.created_at.desc()).limit(KEPT)))


def _received(ctx: Ctx) -> list[InboundEmail]:
    query = select(InboundEmail).where(InboundEmail.workspace_id == ctx.workspace.id)
    return list(ctx.session.scalars(query.order_by(InboundEmail.received_at.desc()).limit(KEPT)))


def _put_sent(ctx: Ctx, office: PostOffice, email: Email, settings: MailSettings) -> None:
    # Only those of which the sandbox's own SendGrid can have been the sender, for the thread's sake.
    if not email.provider_id or email.message_id != message_id_of(email.provider_id):
        return
    try:
        body: JsonObject = copy_json(as_object(wire_message(ctx, email, settings)))
    except NoSender:
        return
    at = email.sent_at or email.created_at
    for made in make_mails(body, email.provider_id, at):
        kept = office.keep(made.sent.to, "inbox", made.raw, made.sent, at.timestamp())
        kept.read = True
        kept.arrived = email.progress not in FAILED
        kept.said = ["processed", "delivered" if kept.arrived else "bounce"]
        kept.said += SAID.get(email.progress, ()) if email.progress is not None else ()


def _put_received(office: PostOffice, mail: InboundEmail) -> None:
    sender = f'"{mail.from_name}" <{mail.from_address}>' if mail.from_name else mail.from_address
    headers = [("References", " ".join(mail.thread_ids))] if mail.thread_ids else []
    letter = Letter(sender, (mail.to_addresses or [""])[0], mail.subject, mail.body, headers=headers)
    message = draft(letter, mail.received_at)
    if mail.message_id:
        message.replace_header("Message-ID", mail.message_id)
    office.keep(mail.from_address, "sent", message.as_bytes(policy=WIRE), at=mail.received_at.timestamp())
