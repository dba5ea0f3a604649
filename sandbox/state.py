"""The sandbox as a whole: its workspaces, its clock, its rules, and what ties them together."""

import secrets
import string
import time
from collections.abc import Callable
from threading import Condition, RLock
from typing import Literal

from sandbox.clock import SandboxClock
from sandbox.faults import Faults
from sandbox.model import Channel, Notice, Team, User, Violation
from sandbox.ratelimit import RateLimiter
from sandbox.rules import Rules

ALPHABET = string.ascii_uppercase + string.digits


class NotThereError(LookupError):
    """Someone asked for a team, person, channel or message the sandbox does not have, in plain words."""


def new_id(prefix: str, length: int = 10) -> str:
    """Return a random Slack-like id. Random, because ids of an earlier run may still be stored by the app."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


class SandboxState:
    """All state, guarded by one lock. Never hold the lock while calling the app: it calls back."""

    def __init__(
        self,
        *,
        rules: Rules | None = None,
        clock: SandboxClock | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty sandbox; `timer` measures real waiting in seconds."""
        self.rules = rules or Rules()
        self.clock = clock or SandboxClock()
        self.timer = timer
        self.faults = Faults()
        self.limiter = RateLimiter(self.rules, timer)
        self.lock = RLock()
        self.changed = Condition(self.lock)
        self.teams: dict[str, Team] = {}
        self.base_url = ""

    def add_team(self, team: Team) -> Team:
        """Take in a workspace."""
        with self.lock:
            self.teams[team.id] = team
        return team

    def team(self, team_id: str | None = None) -> Team:
        """Return a workspace, the first one when no id is given."""
        with self.lock:
            if not team_id:
                return next(iter(self.teams.values()))
            if team_id not in self.teams:
                message = f"there is no workspace {team_id}"
                raise NotThereError(message)
            return self.teams[team_id]

    def touch(self, team: Team) -> None:
        """Tell the waiting pages that something changed."""
        with self.changed:
            team.rev += 1
            self.changed.notify_all()

    def notice(self, team: Team, user_id: str, text: str, level: Literal["info", "warning", "error"] = "error") -> None:
        """Show a banner to a person."""
        with self.lock:
            team.notices.append(Notice(new_id("N"), user_id, text, level))
            del team.notices[:-50]
            self.touch(team)

    def violation(self, team: Team, kind: str, detail: str) -> None:
        """Record that the app broke a rule."""
        with self.lock:
            team.violations.append(Violation(kind, detail))
            self.touch(team)

    def lint(self, team: Team, kind: str, detail: str) -> None:
        """Record what Slack accepts but people suffer from."""
        with self.lock:
            team.lints.append(Violation(kind, detail))

    def person(self, team: Team, user_id: str) -> User:
        """Return a person of a workspace."""
        with self.lock:
            if user_id not in team.users:
                message = f"there is nobody with the id {user_id} in {team.name}"
                raise NotThereError(message)
            return team.users[user_id]

    def channel(self, team: Team, channel_id: str) -> Channel:
        """Return a channel of a workspace, by id or by name."""
        with self.lock:
            found = team.channels.get(channel_id)
            if found is None:
                name = channel_id.removeprefix("#")
                found = next((c for c in team.channels.values() if c.kind != "im" and c.name == name), None)
            if found is None:
                message = f"there is no channel {channel_id} in {team.name}"
                raise NotThereError(message)
            return found

    def open_im(self, team: Team, one: str, other: str) -> Channel:
        """Return the direct message between two users, opening it when needed.

        Its id follows from the two users, so that an app which stored it finds it again after a restart.
        """
        with self.lock:
            members = {one, other}
            for channel in team.channels.values():
                if channel.kind == "im" and channel.members == members:
                    return channel
            first, second = sorted((one, other))
            # Both ids in full: two people's ids may end alike, and their conversations must not meet.
            channel_id = f"D{first[1:]}{second[1:]}"
            channel = Channel(id=channel_id, name="directmessage", kind="im", members=members)
            team.channels[channel_id] = channel
            self.touch(team)
            return channel
