"""A mail from the claim of its delivery to its end.

The mail is marked as being sent before it is handed over, and that mark is committed. Who finds it standing later knows
that a call began whose end nobody wrote down: the mail may have left, so it is not handed over again. It is looked at
now and then until SendGrid's own events say what happened, and in the end its writer is asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from pydantic import ValidationError

from bot.errors import MAIL_WHY
from core.context import Ctx
from core.emails import sending, suppressions
from core.emails.drafts import WHY_SUPPRESSED
from core.enums import EmailState
from core.models import Email
from notifications import claims
from notifications.claims import Claimed
from notifications.desk import Unreadable
from notifications.email import MailSender, Message
from notifications.failures import MAX_ATTEMPTS, Backoff, Failure, OutcomeUnknown, Permanent, RateLimited
from notifications.mailing import MailSettings, NoSender, wire_message
from notifications.plans import Kind, MailOut, unpack

log = structlog.get_logger()
LEFT = "It has left, or somebody stopped it."


@dataclass(frozen=True)
class Handover:
    """A mail to hand over."""

    message: Message
    begun: datetime
    """What tells this call from an earlier or later one of the same mail."""


@dataclass(frozen=True)
class Done:
    """Nothing to hand over any more."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Nothing to do yet."""

    wait: timedelta
    reason: str


class Postman:
    """What a delivery of a mail comes to. Its methods but `hand_over` run inside a transaction."""

    def __init__(self, sender: MailSender, settings: MailSettings) -> None:
        self._sender, self._settings = sender, settings

    def prepare(self, ctx: Ctx, delivery: Claimed) -> Handover | Done | Later:
        """Find out what is to be done; for a mail to hand over, mark it as being sent. Raises Permanent, Unreadable."""
        email = _email_of(ctx, delivery)
        if email is None:
            return Done("The mail is not here any more.")
        match email.state:
            case EmailState.QUEUED:
                return self._begin(ctx, email, delivery)
            case EmailState.SENDING | EmailState.UNKNOWN:
                return self._look(ctx, email)
            case _:
                return Done(LEFT)

    def hand_over(self, call: Handover) -> str:
        """Call the provider, outside any transaction; its id of the mail. Raises Failure."""
        return self._sender.send(call.message)

    def succeeded(self, ctx: Ctx, delivery: Claimed, provider_id: str) -> None:
        """The provider took it."""
        if not claims.mark_sent(ctx, delivery, provider_id).first:
            log.warning("sent_twice", delivery_id=str(delivery.id), kind=delivery.kind)
        email = _email_of(ctx, delivery)
        if email is not None:
            sending.took(ctx, email, provider_id)

    def unprepared(self, ctx: Ctx, delivery: Claimed, failure: Failure, backoff: Backoff) -> None:
        """Nothing was handed over by this claim. Whether an earlier one did is as unknown as it was."""
        if isinstance(failure.__cause__, Unreadable):
            claims.mark_dead(ctx, delivery, failure.reason)
            return
        email = _email_of(ctx, delivery)
        if email is not None and email.state is EmailState.QUEUED and _is_the_end(delivery, failure):
            self._refuse(ctx, email, delivery, failure)
        else:
            claims.put_off(ctx, delivery, ctx.now + backoff.after(delivery.attempt), failure.reason)

    def failed(self, ctx: Ctx, delivery: Claimed, call: Handover, failure: Failure, backoff: Backoff) -> None:
        """The call did not succeed: look again, wait, try again, or tell the mail's writer."""
        email = _email_of(ctx, delivery)
        if email is None or email.state is not EmailState.SENDING or email.sending_at != call.begun:
            # It took so long that somebody else has dealt with the mail.
            claims.put_off(ctx, delivery, ctx.now, failure.reason)
        elif isinstance(failure, OutcomeUnknown):
            sending.unsure(ctx, email)
            claims.put_off(ctx, delivery, ctx.now + sending.LOOK_EVERY, failure.reason, counts=False)
        elif isinstance(failure, RateLimited):
            # SendGrid counts by account: no other mail of this workspace may go out before that either.
            claims.hold(ctx, claims.method_lane(Kind.EMAIL), ctx.now + failure.wait)
            sending.again(email)
            claims.put_off(ctx, delivery, ctx.now, failure.reason, counts=False)
        elif _is_the_end(delivery, failure):
            self._refuse(ctx, email, delivery, failure)
        else:
            sending.again(email)
            claims.put_off(ctx, delivery, ctx.now + backoff.after(delivery.attempt), failure.reason)

    def _begin(self, ctx: Ctx, email: Email, delivery: Claimed) -> Handover | Done | Later:
        if email.progress is not None:
            # Somebody asked for it to be sent again, and meanwhile it turned out that it had left.
            sending.took(ctx, email)
            return Done("It had left already.")
        grace = email.created_at + self._settings.grace - ctx.now
        if grace > timedelta(0) and email.bulk_job_id is None:
            return Later(min(grace, self._settings.grace), "Its writer may still undo it.")
        if delivery.attempt > MAX_ATTEMPTS:
            raise Permanent("mail_not_taken", "Sending it ended without an answer too often.")
        reason = suppressions.standing(ctx, [email.to_address]).get(email.to_address)
        if reason is not None:
            sending.hold(ctx, email, WHY_SUPPRESSED[reason])
            return Done(f"The address is not written to: {reason.value}.")
        try:
            message = wire_message(ctx, email, self._settings)
        except NoSender as error:
            raise Permanent("mail_no_sender", "There is no address to send from.") from error
        sending.begin(ctx, email)
        return Handover(message, ctx.now)

    def _look(self, ctx: Ctx, email: Email) -> Done | Later:
        if email.progress is not None:
            sending.took(ctx, email)
            return Done("SendGrid's events say that it left.")
        sending.unsure(ctx, email)
        waited = ctx.now - (email.sending_at or ctx.now)
        if waited < sending.ASK_AFTER:
            return Later(min(sending.LOOK_EVERY, sending.ASK_AFTER - waited), "It is not known yet whether it left.")
        sending.ask(ctx, email)
        return Done("Its writer was asked whether it arrived.")

    def _refuse(self, ctx: Ctx, email: Email, delivery: Claimed, failure: Failure) -> None:
        sending.refused(ctx, email, _why(failure))
        log.warning("mail_refused", email_id=str(email.id), code=failure.code)
        # Its writer is told, so it is no dead letter: those wait for an admin.
        claims.mark_skipped(ctx, delivery, failure.reason)


def _is_the_end(delivery: Claimed, failure: Failure) -> bool:
    return isinstance(failure, Permanent) or delivery.attempt >= MAX_ATTEMPTS


def _why(failure: Failure) -> str:
    """A code there are words for, the provider's own words, or that the reason is ours."""
    if failure.code in MAIL_WHY:
        return failure.code
    return failure.reason if failure.code.startswith("http_") else "mail_unreadable"


def _email_of(ctx: Ctx, delivery: Claimed) -> Email | None:
    """The mail a delivery is about, locked. Raises Unreadable."""
    try:
        email_id = unpack(MailOut, delivery.payload).email_id
    except ValidationError as error:
        raise Unreadable(delivery.kind) from error
    return sending.find(ctx, email_id)
