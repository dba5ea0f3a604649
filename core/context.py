"""Who acts, in which workspace, at which time, inside which transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat
from sqlalchemy.orm import Session

from core.enums import Role, Visibility
from core.i18n import Viewer

if TYPE_CHECKING:
    from core.events import Event
    from core.models.base import TenantModel


class Clock(Protocol):
    """Where time comes from; the only one, so that a demo or a test can move it."""

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that asks the machine


class FileClock:
    """The machine's clock plus the seconds a file holds (the demo's jump to tomorrow morning)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The current moment plus the offset, aware, in UTC; a missing or half-written file counts as no offset."""
        try:
            offset = float(self._path.read_text())
        except (OSError, ValueError):
            offset = 0.0
        return SystemClock().now() + timedelta(seconds=offset)


def make_clock(offset_file: Path | None) -> Clock:
    """The clock a process runs on: the machine's, or the demo's where an offset file is named."""
    return FileClock(offset_file) if offset_file else SystemClock()


def new_id() -> UUID:
    """A fresh UUIDv7: sortable by time, safe to make in any process (RFC 9562 §5.7)."""
    return uuid_utils.compat.uuid7()


@dataclass(frozen=True)
class Actor:
    """The person (or the system) on whose behalf a transaction runs.

    `member_id` is None for the system: the worker, a migration, a first installation.
    """

    member_id: UUID | None
    slack_user_id: str
    name: str
    role: Role
    locale: str = "en_US"
    tz: str = "UTC"
    introduced: bool = True
    """Whether Slack was asked who this is: a colleague, and not a guest."""

    @property
    def zone(self) -> ZoneInfo:
        """The actor's IANA time zone."""
        return ZoneInfo(self.tz)


SYSTEM = Actor(member_id=None, slack_user_id="", name="Rapport", role=Role.ADMIN)


@dataclass(frozen=True)
class Workspace:
    """One Slack workspace's settings, as every operation may need them."""

    id: UUID
    team_id: str
    name: str
    currency: str = "USD"
    locale: str = "en_US"
    country: str = "US"
    visibility: Visibility = Visibility.OWN
    sales_channel: str = ""


@dataclass(eq=False)
class Ctx:
    """One transaction: its session, workspace, actor and time. Operations and queries take it first."""

    session: Session
    workspace: Workspace
    actor: Actor
    now: datetime
    source: str = "system"
    """Where the request came from, for the history: `/lead new`, `button deal.move`, `terminal`, `worker`."""
    change_id: UUID = field(default_factory=new_id)
    """Groups everything this transaction changes, so that it can be undone as one."""
    operation: str = ""
    undoes: UUID | None = None
    site: str = ""
    """Where the product's pages are (https://…, no slash at the end); empty where it has none."""
    can_ask_slack: bool = False
    """Whether whoever runs this answers core.errors.Stranger by asking Slack, and runs it again."""
    before_commit: list[Callable[[], None]] = field(default_factory=list)

    def add(self, row: "TenantModel") -> None:
        """Put a new row into this workspace."""
        row.workspace_id = self.workspace.id
        self.session.add(row)

    def emit(self, event: "Event") -> None:
        """Say that something happened; what is sent because of it is decided after the commit (outbox)."""
        from core import outbox  # outbox needs the models, which need this module

        outbox.put(self, event)

    @property
    def today(self) -> "datetime":
        """The actor's current moment in the actor's own zone; `.date()` of it is the day they live in."""
        return self.now.astimezone(self.actor.zone)

    @property
    def viewer(self) -> Viewer:
        """How the actor reads: their language and zone."""
        return Viewer(self.actor.locale, self.actor.tz)
