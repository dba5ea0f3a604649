"""The driver: people, the clock, and what the app did wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.acts.base import Actor
from sandbox.clock import SandboxClock
from sandbox.driver.errors import NotOnScreenError, ProtocolError
from sandbox.driver.person import Person
from sandbox.model import Team, User, Violation
from sandbox.simulator import Sandbox


class Driver:
    """Drives one workspace of a sandbox."""

    def __init__(self, sandbox: Sandbox, team: Team | None = None, *, strict: bool = True) -> None:
        """Drive `team` (by default the first). With `strict`, an act raises when the app broke the rules."""
        self.sandbox = sandbox
        self.team = team or sandbox.team()
        self._strict = strict

    @property
    def clock(self) -> SandboxClock:
        """The sandbox's clock."""
        return self.sandbox.clock

    @property
    def violations(self) -> list[Violation]:
        """Every rule the app broke so far."""
        return list(self.team.violations)

    @property
    def lints(self) -> list[Violation]:
        """What Slack accepts but people suffer from."""
        return list(self.team.lints)

    def as_(self, who: User | str) -> Person:
        """Be someone: a user, an id, a name or a real name."""
        for user in self.team.users.values():
            if who is user or who in (user.id, user.name, user.real_name):
                return Person(Actor(self.sandbox, self.team, user), lambda: self._strict)
        raise NotOnScreenError(f"the person {who}", "\n".join(u.real_name for u in self.team.users.values()))

    def settle(self, timeout: float = 10.0) -> None:
        """Wait until background events were delivered; raises when the app broke the rules meanwhile."""
        before = len(self.team.violations)
        self.sandbox.events.settle(timeout)
        broken = self.team.violations[before:]
        if broken and self._strict:
            raise ProtocolError(broken)

    @contextmanager
    def tolerating(self) -> Iterator[list[Violation]]:
        """Let violations pass for a while; they are in the list yielded once the block has ended."""
        before, strict = len(self.team.violations), self._strict
        found: list[Violation] = []
        self._strict = False
        try:
            yield found
        finally:
            self._strict = strict
            found.extend(self.team.violations[before:])
