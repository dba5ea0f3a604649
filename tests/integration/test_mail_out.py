"""A mail's way to SendGrid, whatever goes wrong on it: taken once, or its writer hears of it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core import jobs, undo
from core.db import Database
from core.emails import drafts, sending, suppressions
from core.emails.drafts import EmailInput
from core.enums import BulkState, DeliveryState, EmailProgress, EmailState, SuppressionReason
from core.errors import Conflict
from core.models import BulkJob, Email, History, WorkspaceRow
from notifications.email import ConsoleMailSender, Message
from notifications.failures import MAX_ATTEMPTS, Failure, OutcomeUnknown, Permanent
from notifications.mailing import MailSettings
from tests.factories import put
from tests.integration.mail_out_world import LENA, MAIL, MailWorld, mail_world


@pytest.fixture
def world(database: Database) -> Iterator[MailWorld]:
    with mail_world(database) as found:
        yield found


class Killed(BaseException):
    """The process is gone at this moment."""


class Sender:
    """A sender that does as it is told, and counts."""

    def __init__(self, *ends: Failure | type[BaseException] | str) -> None:
        self.ends, self.taken = list(ends), 0

    def send(self, message: Message) -> str:
        """The next end, or success."""
        end = self.ends.pop(0) if self.ends else "id"
        if isinstance(end, str):
            self.taken += 1
            return end
        raise end


def progress(world: MailWorld, email: Email, how: EmailProgress) -> None:
    """What SendGrid's events do to a mail."""
    with world.world.ctx("sam") as ctx:
        ctx.session.get_one(Email, (email.workspace_id, email.id)).progress = how


def test_a_mail_is_handed_over_once_and_arrives(world: MailWorld) -> None:
    email_id = world.write()
    assert world.email(email_id).state is EmailState.QUEUED
    world.settle()
    assert world.arrived() == ["Your visit"]
    email = world.email(email_id)
    assert (email.state, email.why) == (EmailState.SENT, "")
    assert len(email.provider_id) == 22
    assert world.mailbox.last(LENA).message_id.startswith(f"<{email.provider_id}")
    (delivery,) = world.deliveries()
    assert (delivery.state, delivery.remote_id, delivery.attempts) == (DeliveryState.SENT, email.provider_id, 1)
    assert world.later(60) == 0
    assert world.words() == []


def test_several_mails_do_not_wait_for_each_other(world: MailWorld) -> None:
    before = world.clock.now()
    for number in range(7):
        world.write(f"Mail {number}")
    world.settle()
    assert sorted(world.arrived()) == [f"Mail {number}" for number in range(7)]
    # Slack's pace of a second would have been seven.
    assert world.clock.now() - before < timedelta(seconds=3)


@pytest.mark.parametrize(("mode", "arrives"), [("drop_after", 1), ("drop_before", 0)])
def test_a_mail_whose_answer_was_lost_is_not_repeated(world: MailWorld, mode: str, arrives: int) -> None:
    world.sandbox.faults.on_call("mail/send", mode)  # type: ignore[arg-type]  # one of its modes
    email_id = world.write()
    world.settle()
    assert world.email(email_id).state is EmailState.UNKNOWN
    for _ in range(10):
        world.later(1)
    assert len(world.arrived()) == arrives
    assert world.email(email_id).state is EmailState.UNKNOWN
    (asked,) = world.words()
    assert "I do not know whether your e-mail “Your visit” to Lena Fischer" in asked
    world.later(60 * 24)
    assert len(world.words()) == 1
    assert len(world.arrived()) == arrives


def test_an_event_says_that_it_left_before_anybody_is_asked(world: MailWorld) -> None:
    world.sandbox.faults.on_call("mail/send", "drop_after")
    email_id = world.write()
    world.settle()
    progress(world, world.email(email_id), EmailProgress.PROCESSED)
    world.later(3)
    assert world.email(email_id).state is EmailState.SENT
    world.later(30)
    assert world.words() == []
    assert len(world.arrived()) == 1


def test_the_writer_says_that_it_arrived_or_sends_it_again(world: MailWorld) -> None:
    world.sandbox.faults.on_call("mail/send", "drop_before", times=2)
    there, lost = world.write("There"), world.write("Lost")
    world.settle()
    begun = world.email(there).sending_at
    world.later(11)
    with world.world.ctx("ben") as ctx:
        sending.it_arrived(ctx, there)
        sending.send_again(ctx, lost)
    world.settle()
    assert world.arrived() == ["Lost"]
    assert (world.email(there).state, world.email(there).sent_at) == (EmailState.SENT, begun)
    assert world.email(lost).state is EmailState.SENT


def test_a_mail_that_had_left_after_all_is_not_sent_again(world: MailWorld) -> None:
    world.sandbox.faults.on_call("mail/send", "drop_after")
    email_id = world.write()
    world.settle()
    with world.world.ctx("ben") as ctx:
        sending.send_again(ctx, email_id)
    progress(world, world.email(email_id), EmailProgress.DELIVERED)
    world.settle()
    assert len(world.arrived()) == 1
    assert world.email(email_id).state is EmailState.SENT


def test_killed_after_the_commit_and_before_the_call(world: MailWorld) -> None:
    """The mark was committed, so nobody knows whether the call was made: another worker does not make it again."""
    email_id = world.write()
    sender = Sender(Killed)
    with pytest.raises(Killed):
        world.settle(sender)
    assert world.email(email_id).state is EmailState.SENDING
    world.later(0.5, sender)
    assert sender.taken == 0
    for _ in range(12):
        world.later(1, sender)
    assert sender.taken == 0
    assert world.email(email_id).state is EmailState.UNKNOWN
    assert len(world.words()) == 1


def test_killed_after_the_call_and_before_its_end_was_written_down(
    world: MailWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    email_id = world.write()
    sender = Sender()

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("notifications.postman.Postman.succeeded", killed)
        with pytest.raises(Killed):
            world.settle(sender)
    world.later(2, sender)
    assert (sender.taken, world.email(email_id).state) == (1, EmailState.UNKNOWN)


def test_killed_before_the_commit_it_is_sent_by_another(world: MailWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    email_id = world.write()
    sender = Sender()

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("core.emails.sending.begin", killed)
        with pytest.raises(Killed):
            world.settle(sender)
    world.later(2, sender)
    assert (sender.taken, world.email(email_id).state) == (1, EmailState.SENT)


def test_a_call_that_outlives_its_lease_still_counts(world: MailWorld) -> None:
    """One worker waits for SendGrid longer than its lease; the other finds the mark and does not call."""
    email_id = world.write()
    inside, go_on = threading.Event(), threading.Event()

    class Slow(Sender):
        def send(self, message: Message) -> str:
            inside.set()
            assert go_on.wait(20)
            return super().send(message)

    slow, other = Slow(), Sender()
    first = threading.Thread(target=world.settle, args=(slow,))
    first.start()
    assert inside.wait(20)
    world.later(2, other)
    assert world.email(email_id).state is EmailState.UNKNOWN
    go_on.set()
    first.join(20)
    assert (slow.taken, other.taken) == (1, 0)
    assert world.email(email_id).state is EmailState.SENT
    world.later(30, other)
    assert (other.taken, world.words()) == (0, [])


def test_a_refusal_that_comes_too_late_changes_nothing(world: MailWorld) -> None:
    email_id = world.write()
    inside, go_on = threading.Event(), threading.Event()

    class Slow(Sender):
        def send(self, message: Message) -> str:
            inside.set()
            assert go_on.wait(20)
            return super().send(message)

    slow, other = Slow(Permanent("http_400", "No.")), Sender()
    first = threading.Thread(target=world.settle, args=(slow,))
    first.start()
    assert inside.wait(20)
    world.later(2, other)
    with world.world.ctx("ben") as ctx:
        sending.send_again(ctx, email_id)
    world.settle(other)
    go_on.set()
    first.join(20)
    assert (other.taken, world.email(email_id).state) == (1, EmailState.SENT)


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_is_tried_again(world: MailWorld, status: int) -> None:
    world.sandbox.faults.on_call("mail/send", "error", times=3, status=status)
    email_id = world.write()
    world.settle()
    assert world.email(email_id).state is EmailState.QUEUED
    for _ in range(4):
        world.later(1)
    assert world.arrived() == ["Your visit"]
    assert world.email(email_id).state is EmailState.SENT


def test_an_hour_of_server_errors_ends_with_a_word_to_the_writer(world: MailWorld) -> None:
    world.sandbox.faults.on_call("mail/send", "error", times=10_000)
    email_id = world.write()
    for _ in range(30):
        world.later(5)
    assert (world.email(email_id).state, world.email(email_id).why) == (EmailState.FAILED, "mail_not_taken")
    assert world.deliveries()[0].attempts == MAX_ATTEMPTS
    (word,) = world.words()
    assert "was not sent. SendGrid did not take it for a long time." in word
    world.sandbox.faults.clear()
    with world.world.ctx("ben") as ctx:
        sending.send_again(ctx, email_id)
    world.settle()
    assert world.arrived() == ["Your visit"]


def test_all_mails_wait_when_sendgrid_asks_to(world: MailWorld) -> None:
    world.sandbox.faults.on_call("mail/send", "ratelimited", seconds=120)
    first, second = world.write("First"), world.write("Second")
    relay = world.relay()
    relay.round([world.world.workspace_id])
    assert len(world.arrived()) <= 1
    world.clock.sleep(60)
    relay.round([world.world.workspace_id])
    states = {world.email(one).state for one in (first, second)}
    assert EmailState.QUEUED in states
    world.clock.sleep(61)
    world.settle()
    assert sorted(world.arrived()) == ["First", "Second"]
    assert {one.state for one in world.deliveries()} == {DeliveryState.SENT}


def test_what_sendgrid_refuses_is_said_in_its_own_words(world: MailWorld) -> None:
    world.sandbox.mail.account.senders = ("other.example",)
    email_id = world.write()
    world.settle()
    email = world.email(email_id)
    assert email.state is EmailState.FAILED
    assert email.why.startswith("The from address does not match a verified Sender Identity.")
    (word,) = world.words()
    assert "SendGrid says: The from address does not match" in word
    assert [one.state for one in world.deliveries()] == [DeliveryState.SKIPPED]
    assert world.later(60) == 0


def test_a_wrong_key_may_be_mended_meanwhile(world: MailWorld) -> None:
    right = world.sandbox.mail.account.api_key
    sender = world.sender()
    world.sandbox.mail.account.api_key = "SG.new"
    email_id = world.write()
    world.settle(sender)
    assert world.email(email_id).state is EmailState.QUEUED
    world.sandbox.mail.account.api_key = right
    world.later(2, sender)
    assert world.arrived() == ["Your visit"]


def test_who_unsubscribed_meanwhile_gets_nothing(world: MailWorld) -> None:
    email_id = world.write()
    with world.world.ctx("sam") as ctx:
        suppressions.suppress(ctx, LENA, SuppressionReason.UNSUBSCRIBED)
    world.settle()
    assert world.arrived() == []
    assert (world.email(email_id).state, world.email(email_id).why) == (EmailState.HELD, "opted_out")
    (word,) = world.words()
    assert "was not sent. This person does not want e-mail from you any more." in word
    with world.world.ctx("ben") as ctx:
        sending.send_again(ctx, email_id)
    world.settle()
    assert (world.arrived(), world.email(email_id).state) == ([], EmailState.HELD)


def test_a_stopped_mail_does_not_leave(world: MailWorld) -> None:
    email_id = world.write()
    with world.world.ctx("ben") as ctx:
        sending.stop(ctx, email_id)
    world.settle()
    assert world.arrived() == []
    assert [one.state for one in world.deliveries()] == [DeliveryState.SKIPPED]


def test_stopping_and_sending_at_the_same_moment_end_in_one_of_the_two(world: MailWorld) -> None:
    sender = Sender()
    email_ids = [world.write(f"Mail {number}") for number in range(10)]
    refused: list[Conflict] = []

    def stop_all() -> None:
        for email_id in email_ids:
            try:
                with world.world.ctx("ben") as ctx:
                    sending.stop(ctx, email_id)
            except Conflict as error:
                refused.append(error)

    stopping = threading.Thread(target=stop_all)
    stopping.start()
    world.settle(sender)
    stopping.join()
    world.settle(sender)
    states = [world.email(one).state for one in email_ids]
    assert set(states) <= {EmailState.SENT, EmailState.STOPPED}
    assert states.count(EmailState.SENT) == sender.taken == len(refused)


def test_several_workers_send_each_mail_once(world: MailWorld) -> None:
    sender = Sender()
    email_ids = [world.write(f"Mail {number}") for number in range(25)]
    workers = [threading.Thread(target=world.settle, args=(sender,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    world.settle(sender)
    assert sender.taken == 25
    assert {world.email(one).state for one in email_ids} == {EmailState.SENT}


def test_without_an_address_to_send_from_the_writer_is_told(world: MailWorld) -> None:
    world.settings = MailSettings()
    email_id = world.write()
    world.settle()
    assert (world.email(email_id).state, world.email(email_id).why) == (EmailState.FAILED, "mail_no_sender")
    assert "An admin sets it" in world.words()[0]
    with world.world.ctx("sam") as ctx:
        ctx.session.get_one(WorkspaceRow, ctx.workspace.id).mail_from = "crm@northwind.example"
    with world.world.ctx("ben") as ctx:
        sending.send_again(ctx, email_id)
    world.settle()
    assert world.mailbox.last(LENA).header("From") == "Ben Okafor <crm@northwind.example>"


def test_what_breaks_while_a_mail_is_written_down_is_tried_again(
    world: MailWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import Busy

    email_id = world.write()

    def busy(*_: object) -> None:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr("notifications.postman.wire_message", busy)
        world.settle()
    assert world.email(email_id).state is EmailState.QUEUED
    world.later(1)
    assert world.arrived() == ["Your visit"]


def test_a_busy_database_never_makes_a_second_call_of_a_mail_under_way(
    world: MailWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import Busy

    email_id = world.write()
    sender = Sender(Killed)
    with pytest.raises(Killed):
        world.settle(sender)

    def busy(*_: object) -> None:
        raise Busy

    with monkeypatch.context() as patch:
        patch.setattr("core.emails.sending.unsure", busy)
        world.later(2, sender)
    for _ in range(5):
        world.later(2, sender)
    assert (sender.taken, world.email(email_id).state) == (0, EmailState.UNKNOWN)


def test_an_unknown_outcome_of_a_gateway_is_not_repeated_either(world: MailWorld) -> None:
    world.sandbox.faults.on_call("mail/send", "error", times=1, status=502)
    email_id = world.write()
    world.settle()
    assert world.email(email_id).state is EmailState.UNKNOWN
    sender = Sender(OutcomeUnknown("http_504", "x"))
    world.later(2, sender)
    assert len(sender.ends) == 1


def test_without_a_key_mails_are_shown_in_the_terminal(world: MailWorld) -> None:
    shown: list[str] = []
    email_id = world.write()
    world.settle(ConsoleMailSender(shown.append))
    assert "To: Lena Fischer <lena@acme.example>" in shown[0]
    assert "thank you." in shown[0]
    assert (world.email(email_id).state, world.email(email_id).provider_id) == (EmailState.SENT, "console-1")


def test_a_mail_waits_for_a_moment_in_which_its_writer_may_undo_it(world: MailWorld) -> None:
    world.settings = replace(MAIL, grace=timedelta(seconds=5))
    email_id = world.write()
    world.settle()
    assert (world.arrived(), world.email(email_id).state) == ([], EmailState.QUEUED)
    kept = world.write("Kept")
    with world.world.ctx("ben") as ctx:
        change = select(History.change_id).where(History.entity == "activity").order_by(History.id.desc()).limit(1)
        undo.undo(ctx, ctx.session.scalars(change).one())
    world.later(0.1)
    assert world.arrived() == ["Your visit"]
    assert (world.email(email_id).state, world.email(kept).state) == (EmailState.SENT, EmailState.STOPPED)
    assert {one.attempts for one in world.deliveries()} == {1}


def test_a_mailing_that_fails_is_told_once_for_each_reason(world: MailWorld) -> None:
    world.sandbox.mail.account.senders = ("other.example",)
    with world.world.ctx("ben") as ctx:
        job = BulkJob(
            kind=jobs.MAIL,
            entity="lead",
            params={},
            ids=[str(world.lead_id)],
            total=1,
            state=BulkState.DONE,
            change_id=ctx.change_id,
            member_id=ctx.actor.member_id,
            created_at=ctx.now,
        )
        put(ctx, job)
        values = EmailInput("Your visit", "Hi")
        mails = [drafts.send(ctx, "lead", world.lead_id, values, bulk_job_id=job.id).id for _ in range(5)]
    world.settle()
    assert {world.email(one).state for one in mails} == {EmailState.FAILED}
    assert len(world.words()) == 1
    with world.world.ctx("sam") as ctx:
        suppressions.suppress(ctx, LENA, SuppressionReason.SPAM)
    with world.world.ctx("ben") as ctx:
        sending.send_again(ctx, mails[0])
        sending.send_again(ctx, mails[1])
    world.settle()
    assert [world.email(one).state for one in mails[:2]] == [EmailState.HELD] * 2
    assert len(world.words()) == 2
