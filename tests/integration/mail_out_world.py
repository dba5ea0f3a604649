"""A workspace that writes mails: its rep in the sandbox's Slack, its prospect behind the sandbox's SendGrid."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from uuid import UUID

from sqlalchemy import select
from structlog.testing import capture_logs

from core.access import load
from core.db import Database
from core.emails import drafts
from core.emails.drafts import EmailInput
from core.models import Delivery, Email
from core.workspaces import system_ctx
from notifications.email import MailSender, SendGridSender
from notifications.failures import Backoff
from notifications.mailing import MailSettings
from notifications.plans import Kind
from notifications.relay import Relay
from notifications.worker import Worker
from sandbox.driver import Mailbox
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from tests.factories import make_lead
from tests.integration.relay_world import RelayWorld, TickingClock, greeted_world, sandbox_on

LENA = "lena@acme.example"
SITE = "https://rapport.example"
SECRET = "a secret of the tests that is long enough"
DOMAIN = "in.northwind.example"
MAIL = MailSettings("sales@northwind.example", DOMAIN, SITE, SECRET)


@dataclass
class MailWorld:
    """What a test does and sees."""

    world: RelayWorld
    sandbox: Sandbox
    server: SandboxServer
    lead_id: UUID
    settings: MailSettings = MAIL

    @property
    def clock(self) -> TickingClock:
        """The clock of all."""
        return self.world.clock

    def write(self, subject: str = "Your visit", body: str = "Hi Lena,\n\nthank you.", **over: object) -> UUID:
        """Ben, whose lead it is, writes to Lena; the mail's id."""
        with self.world.ctx("ben") as ctx:
            values = EmailInput(subject, body, **over)  # type: ignore[arg-type]
            return drafts.send(ctx, "lead", self.lead_id, values).id

    def email(self, email_id: UUID) -> Email:
        """The mail as it is now."""
        with self.world.database.begin(self.world.workspace_id) as session:
            return load(system_ctx(session, self.clock, self.world.workspace_id, "test"), Email, email_id)

    def sender(self) -> SendGridSender:
        """SendGrid's client, as the worker has it."""
        return SendGridSender(self.sandbox.mail.account.api_key, self.server.url, self.clock)

    def worker(self, sender: MailSender | None = None) -> Worker:
        """A worker on the test's clock."""
        world = self.world
        return Worker(
            world.database,
            self.clock,
            world.recorder,
            mail_sender=sender or self.sender(),
            mail=self.settings,
            backoff=Backoff(Random(1)),
        )

    def relay(self, sender: MailSender | None = None) -> Relay:
        """One of its relays."""
        return self.worker(sender)._relay(self.clock)

    def settle(self, sender: MailSender | None = None) -> int:
        """Do all that is due."""
        return self.worker(sender).run_once(only=[self.world.workspace_id], sleep=self.clock.sleep)

    def later(self, minutes: float, sender: MailSender | None = None) -> int:
        """Let time pass, and do what is due then."""
        self.clock.sleep(minutes * 60)
        return self.settle(sender)

    @property
    def mailbox(self) -> Mailbox:
        """What lies in everybody's mailboxes."""
        return Mailbox(self.sandbox.mail)

    def arrived(self) -> list[str]:
        """The subjects in Lena's mailbox."""
        return [one.subject for one in self.mailbox.mails(LENA)]

    def words(self) -> list[str]:
        """What Ben is told in direct messages, apart from the welcome."""
        ben = self.world.person("ben")
        told = [post for posts in self.world.team.messages.values() for post in posts if post.by_app]
        with self.world.ctx() as ctx:
            mine = set(
                ctx.session.scalars(
                    select(Delivery.remote_id).where(Delivery.kind == Kind.EMAIL_WORD, Delivery.lane == ben)
                )
            )
        return [post.text for post in told if post.ts in mine]

    def deliveries(self) -> list[Delivery]:
        """The deliveries of mails."""
        return [one for one in self.world.deliveries() if one.kind == Kind.EMAIL]


@contextmanager
def mail_world(database: Database) -> Iterator[MailWorld]:
    """A fresh workspace in a fresh sandbox; Ben has a lead with an address."""
    clock = TickingClock()
    sandbox = sandbox_on(clock)
    with SandboxServer(sandbox) as server, capture_logs() as logs:
        world = greeted_world(database, server, clock, "ben")
        ben = world.member_id("ben")
        with world.ctx("sam") as ctx:
            lead_id = make_lead(ctx, "Lena Fischer", owner_id=ben, email=LENA, company="Acme GmbH").id
        yield MailWorld(world, sandbox, server, lead_id)
    troubles = ("workspace_failed", "relay_failed", "delivery_not_composed")
    assert [entry for entry in logs if entry["event"] in troubles] == []
    assert LENA not in str(logs)
