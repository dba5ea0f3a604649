"""A workspace in the sandbox's strict Slack, and a relay that works for it on a clock the test moves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from threading import Lock
from uuid import UUID

from sqlalchemy import select

from bot.client import SlackConnection
from bot.replies import Home, Message
from bot.tokens import Installation
from bot.views import kit
from core import workspaces
from core.access import Verb, load
from core.context import Ctx
from core.db import Database
from core.enums import DeliveryState, EntityType
from core.events import CardShared, Event, RecordChanged
from core.models import Card, Delivery, Lead, Member
from core.queries.leads import lead_card
from notifications.claims import LEASE
from notifications.content import Shown
from notifications.failures import Backoff, Failure
from notifications.relay import Relay
from notifications.slack import Answer, Sender, SlackSender
from notifications.worker import Worker
from sandbox.defaults import fresh_team
from sandbox.model import Message as SlackMessage
from sandbox.model import Team
from sandbox.rules import Rules
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from tests.factories import START, make_lead
from tests.snapshots import Snapshot, snapshot


class TickingClock:
    """A clock that tests and threads move; sleeping on it moves it."""

    __test__ = False

    def __init__(self) -> None:
        self._now, self._lock = START, Lock()

    def now(self) -> datetime:
        """Aware, in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        with self._lock:
            self._now += timedelta(seconds=seconds)


class PlainContent:
    """Content that needs no product views: a lead's name, as far as the actor may see the lead."""

    def card(self, ctx: Ctx, entity: EntityType, record_id: UUID, *, public: bool) -> Shown:
        """The lead's name and, where not public, its phone."""
        lead = load(ctx, Lead, record_id, Verb.SEE)
        text = f"{lead.name} ({lead.status})" + ("" if public else f" {lead.phone}")
        message = Message(text, [kit.section(kit.esc(text))])
        return Shown(lead_card(ctx, record_id), message)

    def home(self, ctx: Ctx) -> Home:
        """The names of the actor's leads."""
        names = ctx.session.scalars(select(Lead.name).where(Lead.owner_id == ctx.actor.member_id).order_by(Lead.id))
        return Home([kit.section(", ".join(names) or "nothing")])

    def welcome(self, ctx: Ctx, *, installer: bool) -> Message:
        """Says in which language and zone the person is greeted."""
        return Message(f"Welcome {ctx.actor.name} {ctx.actor.locale} {ctx.actor.tz} {installer}")


@dataclass
class Recorder:
    """Passes calls on and remembers when each was made and how it ended."""

    inner: Sender
    clock: TickingClock
    calls: list[tuple[datetime, str, str, str]] = field(default_factory=list)

    def call(self, team_id: str, method: str, arguments: Mapping[str, object]) -> Answer:
        """As the inner sender."""
        channel = str(arguments.get("channel") or arguments.get("user_id") or arguments.get("user"))
        at = self.clock.now()
        try:
            answer = self.inner.call(team_id, method, arguments)
        except Failure as failure:
            self.calls.append((at, method, channel, failure.code))
            raise
        self.calls.append((at, method, channel, "ok"))
        return answer

    def upload(self, url: str, content: bytes) -> None:
        """As the inner sender."""
        self.inner.upload(url, content)

    def times(self, method: str, outcome: str = "ok") -> list[datetime]:
        """When calls of a method were made that ended so."""
        return [at for at, called, _, ended in self.calls if called == method and ended == outcome]

    def of(self, method: str) -> list[str]:
        """How the calls of a method ended, in order."""
        return [ended for _, called, _, ended in self.calls if called == method]


class OneTeam:
    """The token of the test's own workspace."""

    def __init__(self, team: Team) -> None:
        self._team = team

    def find(self, team_id: str) -> Installation | None:
        """The installation, for that team alone."""
        app = self._team.app
        return Installation(team_id, app.bot_token, app.bot_user_id) if team_id == self._team.id else None


@dataclass
class RelayWorld:
    """One workspace, its Slack, and what moves messages between them."""

    database: Database
    server: SandboxServer
    team: Team
    clock: TickingClock
    workspace_id: UUID
    recorder: Recorder
    content: PlainContent = field(default_factory=PlainContent)

    @property
    def sales(self) -> str:
        """The id of #sales, where the app is a member."""
        return self.channel("sales")

    def channel(self, name: str) -> str:
        """A channel's id."""
        return next(channel.id for channel in self.team.channels.values() if channel.name == name)

    def person(self, name: str) -> str:
        """A Slack user's id."""
        return next(user.id for user in self.team.users.values() if user.name == name)

    @contextmanager
    def ctx(self, name: str = "sam") -> Iterator[Ctx]:
        """One transaction in which a person acts; on first sight they become a member."""
        with self.database.begin(self.workspace_id) as session:
            yield workspaces.enter(
                session, self.clock, workspaces.SlackPerson(self.team.id, self.person(name), name), "test"
            )

    def member_id(self, name: str) -> UUID:
        """A person's member id."""
        with self.ctx(name) as ctx:
            assert ctx.actor.member_id is not None
            return ctx.actor.member_id

    def emit(self, *events: Event, by: str = "sam") -> None:
        """Say that things happened."""
        with self.ctx(by) as ctx:
            for event in events:
                ctx.emit(event)

    def lead(self, name: str = "Lena Fischer", owner: str = "") -> UUID:
        """A lead's id."""
        owner_id = self.member_id(owner) if owner else None
        with self.ctx() as ctx:
            return make_lead(ctx, name, owner_id=owner_id).id

    def rename(self, lead_id: UUID, name: str) -> None:
        """Change a lead as an operation does."""
        with self.ctx() as ctx:
            load(ctx, Lead, lead_id).name = name
            ctx.emit(RecordChanged("lead", lead_id))

    def share(self, lead_id: UUID, channel: str, by: str = "sam") -> None:
        """Put a lead's card into a channel."""
        member_id = self.member_id(by)
        self.emit(CardShared("lead", lead_id, channel, member_id))

    def worker(self, lease: timedelta = LEASE) -> Worker:
        """A worker on the test's clock, without jitter."""
        return Worker(self.database, self.clock, self.recorder, self.content, backoff=Backoff(Random(1)), lease=lease)

    def relay(self, **options: object) -> Relay:
        """A relay on the test's clock."""
        return Relay(self.database, self.clock, self.recorder, self.content, **options)  # type: ignore[arg-type]

    def settle(self) -> int:
        """Do all that is due; waiting costs no time."""
        return self.worker().run_once(only=[self.workspace_id], sleep=self.clock.sleep)

    def settle_newcomers(self) -> None:
        """Get the greetings out of the way, so that a test sees its own messages alone."""
        self.settle()
        self.clock.sleep(5)
        self.recorder.calls.clear()

    def posts(self, channel: str) -> list[SlackMessage]:
        """What the app's posts in a channel look like now."""
        return [message for message in self.team.messages.get(channel, []) if message.by_app]

    def deliveries(self) -> list[Delivery]:
        """All deliveries of the workspace, oldest first."""
        with self.ctx() as ctx:
            query = select(Delivery).where(Delivery.workspace_id == self.workspace_id).order_by(Delivery.id)
            return list(ctx.session.scalars(query))

    def in_state(self, state: DeliveryState) -> list[Delivery]:
        """The deliveries in a state."""
        return [one for one in self.deliveries() if one.state is state]

    def cards(self) -> list[Card]:
        """The cards that stand in Slack."""
        with self.ctx() as ctx:
            return list(ctx.session.scalars(select(Card).where(Card.workspace_id == self.workspace_id)))

    def members(self) -> list[Member]:
        """Everybody."""
        with self.ctx() as ctx:
            return list(ctx.session.scalars(select(Member).where(Member.workspace_id == self.workspace_id)))


def sandbox_on(clock: TickingClock, *, channel_burst: int = Rules.channel_burst) -> Sandbox:
    """A sandbox whose limits follow the test's clock."""
    rules = Rules(channel_burst=channel_burst, deliver_own_messages=False)
    return Sandbox(rules=rules, timer=lambda: clock.now().timestamp())


def make_world(database: Database, server: SandboxServer, clock: TickingClock) -> RelayWorld:
    """A fresh workspace; Sam brought Rapport in and is its admin."""
    world = _outside(database, server, clock)
    world.member_id("sam")
    return world


def greeted_world(database: Database, server: SandboxServer, clock: TickingClock, *others: str) -> RelayWorld:
    """The same a little later: Sam and others were greeted. What they were told then does not stand in this Slack."""
    world, (team_id, rows, since) = _outside(database, server, clock), _greeted(database, others)
    with database.begin(world.workspace_id) as session:
        # The sandbox's ids of a team, its people and its channels end alike.
        rows.copy_into(session, world.workspace_id, {team_id[2:]: world.team.id[2:]})
    clock.sleep(since.total_seconds())
    return world


def _outside(database: Database, server: SandboxServer, clock: TickingClock) -> RelayWorld:
    """A fresh team that has not met Rapport yet."""
    team = fresh_team({})
    server.sandbox.add_team(team)
    sender = SlackSender(SlackConnection(server.api_url), OneTeam(team))
    return RelayWorld(database, server, team, clock, workspaces.workspace_id_for(team.id), Recorder(sender, clock))


@cache
def _greeted(database: Database, others: tuple[str, ...]) -> tuple[str, Snapshot, timedelta]:
    """Made once by the product itself: the team's id, what the database holds, and how long that took on its clock."""
    clock = TickingClock()
    with SandboxServer(sandbox_on(clock)) as server:
        world = make_world(database, server, clock)
        for name in others:
            world.member_id(name)
        world.settle_newcomers()
        with database.begin(world.workspace_id) as session:
            return world.team.id, snapshot(session, world.workspace_id), clock.now() - START
