"""From a stored post of the inbound webhook to a mail in its workspace."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import structlog
from sqlalchemy.exc import NoResultFound

from core.context import Clock
from core.db import Database
from core.emails import replies
from core.emails.replies import IncomingMail
from core.emails.tokens import token_in, workspace_of
from core.enums import MailKind
from core.normalise import multiline_text
from core.workspaces import system_ctx
from notifications import whose
from notifications.away import return_date
from notifications.inbound import TEXT_MAX, Arrived, read_mail
from notifications.inbox import Stored, Unplaced, Unreadable
from notifications.mail_kinds import kind_of, speaks_for
from notifications.multipart import NotAForm
from notifications.reply_text import ReplyCutter

log = structlog.get_logger()
SOURCE = "mail"
STATEMENT_TIMEOUT_MS = 15_000
"""Attachments of many megabytes take longer to write than what people wait for."""


HERE_ALREADY = "It was here already."


class MailProcessor:
    """Takes mails in (notifications.inbox.Processor). Any number may run, with one parser process or several."""

    def __init__(self, database: Database, clock: Clock, domain: str, cutter: ReplyCutter) -> None:
        """`domain` is the one replies come to; empty for none, and then only Message-IDs are matched."""
        self._database, self._clock, self._domain, self._cutter = database, clock, domain, cutter

    def __call__(self, stored: Stored) -> str:
        """Take a stored mail in; a note for an operator.

        Raises Unreadable, Unplaced, core.errors.Busy, sqlalchemy.exc.DBAPIError.
        """
        try:
            arrived = read_mail(stored.headers.get("content_type", ""), stored.body)
        except NotAForm as error:
            raise Unreadable(str(error)) from error
        # SendGrid may tell of a mail several times: looking for its new words is what costs.
        workspace_id, here = self._place(arrived)
        if here:
            return HERE_ALREADY
        mail = replace(self._mail(arrived), received_at=stored.received_at, inbox_item=stored.id)
        with self._database.begin(workspace_id, statement_timeout_ms=STATEMENT_TIMEOUT_MS) as session:
            ctx = system_ctx(session, self._clock, workspace_id, SOURCE)
            found = replies.receive(ctx, mail, self._domain)
            note = HERE_ALREADY if found is None else f"{found.kind.value}, {found.state.value}"
        log.info("mail_taken_in", item_id=str(stored.id), note=note)
        return note

    def _mail(self, arrived: Arrived) -> IncomingMail:
        text = arrived.text or multiline_text(self._cutter.words_of(arrived.html)[:TEXT_MAX] if arrived.html else "")
        kind = kind_of(arrived.facts)
        words = self._cutter.cut(text)
        now = self._clock.now()
        return IncomingMail(
            key=arrived.key,
            kind=kind,
            recipients=arrived.recipients,
            from_address=arrived.from_address,
            from_name=arrived.from_name,
            subject=arrived.subject,
            message_id=arrived.message_id,
            thread_ids=arrived.thread_ids,
            body=text,
            new_words=words.text,
            cut=words.sure,
            received_at=now,
            unproven=arrived.suspicious
            or not speaks_for(arrived.from_address, arrived.dkim, arrived.spf, arrived.facts.bounce_path or ""),
            suspicious=arrived.suspicious,
            away_until=return_date(arrived.subject, text, now.date()) if kind is MailKind.AWAY else None,
            files=arrived.files,
        )

    def _place(self, arrived: Arrived) -> tuple[UUID, bool]:
        """The first workspace it may be for that is one here, and whether it has the mail already. Raises Unplaced."""
        for workspace_id in self._may_be_for(arrived):
            try:
                with self._database.begin(workspace_id) as session:
                    ctx = system_ctx(session, self._clock, workspace_id, SOURCE)
                    return workspace_id, replies.is_here(ctx, arrived.key)
            except NoResultFound:
                log.info("mail_of_another_installation", workspace_id=str(workspace_id))
        raise Unplaced

    def _may_be_for(self, arrived: Arrived) -> Iterator[UUID]:
        """By the token in an address, by the mails it names, else the only workspace there is."""
        tokens = [token_in(address, self._domain) for address in arrived.recipients]
        named = [workspace_of(token) for token in tokens if token]
        yield from dict.fromkeys(workspace_id for workspace_id in named if workspace_id)
        ours = whose.by_message_id(self._database, arrived.thread_ids)
        yield from dict.fromkeys(ours[one] for one in reversed(arrived.thread_ids) if one in ours)
        only = whose.the_only(self._database)
        if only is not None:
            yield only
