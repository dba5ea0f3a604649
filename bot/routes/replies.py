"""Routes of mails that came in: answering, putting away, and sorting those that matched nothing."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action, Submission


@dataclass(frozen=True)
class AnswerReply(Action, id="reply.answer"):
    """Open the window in which a reply is answered."""

    inbound_id: UUID


@dataclass(frozen=True)
class SaveAnswer(Submission, id="reply.send"):
    """The answer."""

    inbound_id: UUID


@dataclass(frozen=True)
class SnoozeReply(Action, id="reply.snooze"):
    """Come back to it some days from today."""

    inbound_id: UUID
    days: int


@dataclass(frozen=True)
class ReplyDone(Action, id="reply.done"):
    """It was dealt with in another way."""

    inbound_id: UUID


@dataclass(frozen=True)
class NotAReply(Action, id="reply.not"):
    """Nobody wrote it: it was automatic."""

    inbound_id: UUID


@dataclass(frozen=True)
class ReopenReply(Action, id="reply.reopen"):
    """It is to be answered after all."""

    inbound_id: UUID


@dataclass(frozen=True)
class ItIsAReply(Action, id="reply.person"):
    """A person wrote it: it was taken for automatic."""

    inbound_id: UUID


@dataclass(frozen=True)
class ShowOriginal(Action, id="reply.original"):
    """All of a mail's text."""

    inbound_id: UUID


@dataclass(frozen=True)
class ShowTriage(Action, id="triage.show"):
    """A page of the mails that wait to be sorted."""

    page: int = 0


@dataclass(frozen=True)
class LinkMail(Action, id="triage.ask"):
    """Ask which record a mail belongs to."""

    inbound_id: UUID


@dataclass(frozen=True)
class SaveMailLink(Submission, id="triage.link"):
    """The record it belongs to."""

    inbound_id: UUID


@dataclass(frozen=True)
class LeadFromMail(Action, id="triage.lead"):
    """Open the form of a new lead with what a mail says of its sender."""

    inbound_id: UUID


@dataclass(frozen=True)
class SaveMailLead(Submission, id="triage.save_lead"):
    """The form of that lead; `seen` are the existing records that were shown in it."""

    inbound_id: UUID
    seen: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class NotOurs(Action, id="triage.not_ours"):
    """A mail concerns nobody here."""

    inbound_id: UUID


@dataclass(frozen=True)
class PutBack(Action, id="triage.back"):
    """Undo the sorting of a mail; `change_id` is the change that linked it."""

    inbound_id: UUID
    change_id: UUID | None = None
