"""A sales team in Slack, fresh for each test: people at their screens on one side, the product behind its HTTP address
on the other, real loopback requests between them.

    def test_a_lead_is_created(world):
        world.ana.command("/lead new", channel="sales")
        world.ana.modal.fill({"Name": "Zoe Lima"})
        world.ana.modal.submit()
        world.settle()
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar
from uuid import UUID

from cryptography.fernet import Fernet
from sqlalchemy import delete, func, select

from bot.client import SlackConnection
from bot.tokens import StoredTokens
from core import schedules, workspaces
from core.access import visible
from core.context import Ctx
from core.db import Database
from core.enums import Role
from core.models import Lane, Member, Outbox, Schedule, TenantModel, WorkspaceRow
from core.secrets import Secrets
from notifications.email import SendGridSender
from notifications.mailing import MailSettings
from notifications.slack import SlackSender
from notifications.worker import Worker
from sandbox.clock import SandboxClock
from sandbox.defaults import SIGNING_SECRET, fresh_team
from sandbox.driver import Driver, Mailbox, Person
from sandbox.model import Team
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from tests.snapshots import Snapshot, snapshot
from web.app import create_app
from web.loopback import serving
from web.manifest import manifest
from web.parts import Parts

P = ParamSpec("P")
T = TypeVar("T")
Row = TypeVar("Row", bound=TenantModel)


class AtOnce(Executor):
    """Runs what is to happen after the answer at once, so that a test sees it when the act returns."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it here and now."""
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
            raise
        return done


SITE = "https://rapport.example"
"""Where the product's pages are for this world."""
MAIL = MailSettings(
    mail_from="sales@northwind.example",
    inbound_domain="in.northwind.example",
    site=SITE,
    secret="known to the tests",
)
"""What the installation says about mail."""


@dataclass(frozen=True)
class Backend:
    """The product behind its address, and the simulator it talks to; shared by the tests of one process."""

    sandbox: Sandbox
    server: SandboxServer
    parts: Parts
    secrets: Secrets
    key: str
    """That tokens are sealed with."""
    url: str

    @property
    def request_url(self) -> str:
        """Where Slack sends everything."""
        return f"{self.url}/slack/events"


@contextmanager
def running_backend(database: Database, sandbox: Sandbox | None = None) -> Iterator[Backend]:
    """The sandbox (a fresh one) and the product, each on a port of its own, until the context ends."""
    sandbox = sandbox or _on_one_clock()
    key = Fernet.generate_key().decode()
    secrets = Secrets(key)
    with SandboxServer(sandbox) as server:
        parts = Parts(
            signing_secret=SIGNING_SECRET,
            tokens=StoredTokens(database, secrets),
            database=database,
            clock=sandbox.clock,
            slack=SlackConnection(server.api_url),
            later=AtOnce(),
            site=SITE,
            events_key=sandbox.mail.poster.events_signer.public_key,
            inbound_key=sandbox.mail.poster.inbound_signer.public_key,
            secret=MAIL.secret,
        )
        with serving(create_app(parts)) as url:
            sandbox.mail.account.serve(url, SITE, MAIL.inbound_domain)
            yield Backend(sandbox, server, parts, secrets, key, url)


def _on_one_clock() -> Sandbox:
    """A sandbox whose limits, and the lives of triggers and response URLs, follow its clock, as the worker's waiting
    does here (`World.settle`).

    By real time, what is to come back in a second would come back forty times before one has passed.
    """
    clock = SandboxClock()
    return Sandbox(clock=clock, timer=clock.unix)


class World:
    """One workspace: Mira manages Ana and Ben, Sam administers; Gus is a guest, Olga comes from another company."""

    def __init__(self, backend: Backend, like: "Installed | None" = None) -> None:
        """Make the workspace in the sandbox and in the database; there by copying, where there is one `like` it."""
        self.backend = backend
        self.sandbox = backend.sandbox
        self.team: Team = self.sandbox.add_team(fresh_team(manifest(SITE), request_url=backend.request_url))
        self.driver = Driver(self.sandbox, self.team)
        self.mailbox = Mailbox(self.sandbox.mail)
        self.database = backend.parts.database
        self.workspace_id: UUID = workspaces.workspace_id_for(self.team.id)
        self.ana = self.driver.as_("Ana Costa")
        self.ben = self.driver.as_("Ben Okafor")
        self.mira = self.driver.as_("Mira Brandt")
        self.sam = self.driver.as_("Sam Lee")
        self.guest = self.driver.as_("Gus Ferreira")
        self.outsider = self.driver.as_("Olga Petrova")
        self.sales = self.sandbox.channel(self.team, "#sales")
        if like is None:
            self._install()
        else:
            like.copy_into(self)

    @property
    def bot_token(self) -> str:
        """The app's token as the database holds it."""
        return self.backend.secrets.seal(self.team.app.bot_token, bound_to=self.team.id)

    def _install(self) -> None:
        sam = workspaces.SlackPerson(self.team.id, self.sam.id, self.sam.user.real_name)
        with self.database.begin(self.workspace_id) as session:
            ctx = workspaces.enter(session, self.sandbox.clock, sam, "install")
            row = session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == self.workspace_id)).one()
            row.name, row.sales_channel = self.team.name, self.sales.id
            row.bot_user_id = self.team.app.bot_user_id
            row.bot_token = self.bot_token
            mira = self._member(ctx, self.mira, Role.MANAGER)
            for rep in (self.ana, self.ben):
                self._member(ctx, rep, Role.REP).manager_id = mira.id
            self._member(ctx, self.guest, Role.REP).guest = True
            self._member(ctx, self.sam, Role.ADMIN)
            session.flush()
            schedules.follow_members(ctx)
            # The story begins after everybody was welcomed.
            session.execute(delete(Outbox).where(Outbox.workspace_id == self.workspace_id))

    def _member(self, ctx: Ctx, person: Person, role: Role) -> Member:
        known = ctx.session.scalars(
            select(Member).where(Member.workspace_id == self.workspace_id, Member.slack_user_id == person.id)
        ).one_or_none()
        member = known or workspaces.add_member(ctx, person.id, person.user.real_name, role)
        member.tz, member.locale = person.user.tz, person.user.locale.replace("-", "_")
        member.email, member.synced_at = person.user.email, ctx.now
        return member

    @contextmanager
    def ctx(self, person: Person | None = None, source: str = "test") -> Iterator[Ctx]:
        """One transaction in which a person of the team acts; without one, the system."""
        with self.database.begin(self.workspace_id) as session:
            ctx = workspaces.system_ctx(session, self.sandbox.clock, self.workspace_id, source)
            if person is not None:
                member = session.scalars(
                    select(Member).where(Member.workspace_id == self.workspace_id, Member.slack_user_id == person.id)
                ).one()
                ctx.actor = workspaces.describe_member(member)
            yield ctx

    def rows(self, model: type[Row]) -> list[Row]:
        """Every living record of a kind, oldest first, whoever owns it."""
        with self.ctx() as ctx:
            return list(ctx.session.scalars(visible(ctx, model).order_by(model.id)))

    def member(self, person: Person) -> Member:
        """The product's own row of a person."""
        with self.ctx() as ctx:
            found = select(Member).where(Member.workspace_id == self.workspace_id, Member.slack_user_id == person.id)
            return ctx.session.scalars(found).one()

    def configure(self, **settings: object) -> None:
        """Set columns of the workspace's row: `world.configure(visibility=Visibility.ALL)`."""
        with self.ctx() as ctx:
            row = ctx.session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == self.workspace_id)).one()
            for name, value in settings.items():
                setattr(row, name, value)

    def jump(self, by: timedelta | None = None, **parts: float) -> None:
        """Move everybody's clock: `world.jump(days=1)`."""
        self.sandbox.clock.advance((by or timedelta(**parts)).total_seconds())

    def jump_to(self, moment: datetime) -> None:
        """Move everybody's clock to a moment."""
        self.sandbox.clock.jump_to(moment)

    def keep_schedules(self) -> None:
        """Let schedules follow people whose zone a test changed in the database."""
        with self.ctx() as ctx:
            schedules.follow_members(ctx)

    def settle(self) -> int:
        """Let the worker do what is due in this workspace, and SendGrid tell what became of it; how much it did.

        Where it would wait for a channel's pace, everybody's clock moves on instead.
        """
        done = 0
        while True:
            self.driver.settle()
            done += self.worker.run_once(only={self.workspace_id}, sleep=self.sandbox.clock.advance)
            self.driver.settle()
            if not self.mailbox.settle():
                return done

    @property
    def worker(self) -> Worker:
        """A worker as `rapport worker` runs it."""
        parts = self.backend.parts
        mails = SendGridSender(self.sandbox.mail.account.api_key, self.backend.server.url, parts.clock)
        slack = SlackSender(parts.slack, parts.tokens)
        return Worker(parts.database, parts.clock, slack, mail_sender=mails, mail=MAIL)

    def free_lanes(self) -> None:
        """Forget what the pace of channels and `Retry-After` still ask to wait for."""
        with self.ctx() as ctx:
            ctx.session.execute(delete(Lane).where(Lane.workspace_id == self.workspace_id))


class Installed:
    """What an installation leaves in the database: made once by the product, and then copied for each test."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._rows: Snapshot | None = None
        self._team, self._token = "", ""
        self._until: datetime | None = None

    def copy_into(self, world: World) -> None:
        """Install the product for a world. What was due meanwhile was not when it was made: then it is made anew."""
        if self._rows is None or (self._until is not None and world.sandbox.clock.now() >= self._until):
            self._make()
        assert self._rows is not None
        # The sandbox's ids of a team, its people and its channels end alike.
        changed = {self._token: world.bot_token, self._team[2:]: world.team.id[2:]}
        with world.database.begin(world.workspace_id) as session:
            self._rows.copy_into(session, world.workspace_id, changed)

    def _make(self) -> None:
        world = World(self._backend)
        self._team = world.team.id
        with world.database.begin(world.workspace_id) as session:
            self._token = session.scalars(select(WorkspaceRow.bot_token)).one()
            self._until = session.scalar(select(func.min(Schedule.next_due_at)))
            self._rows = snapshot(session, world.workspace_id)
