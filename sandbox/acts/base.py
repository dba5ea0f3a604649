"""What every act needs: the person, the place, and what to show when the app fails."""

from dataclasses import dataclass

from sandbox import messages
from sandbox.delivery import Answer
from sandbox.elements import CannotDoError
from sandbox.jsons import JsonObject, as_text
from sandbox.model import Message, Team, User, View
from sandbox.simulator import Sandbox
from sandbox.view_store import find_view

CONNECTING = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Actor:
    """A person of a workspace, about to do something."""

    sandbox: Sandbox
    team: Team
    user: User

    def ask(self, payload: JsonObject) -> Answer:
        """Send the app an interaction and wait for its answer."""
        return self.sandbox.courier.send(self.team.app, "interactive", payload)

    def failed(self, what: str, answer: Answer, shown: str) -> None:
        """Record that the app failed to answer, and show the person what Slack shows."""
        reason = f"HTTP {answer.status}" if answer.failure == "http_error" else answer.failure
        detail = f"{what}: {reason} {answer.body[:200]}".strip()
        self.sandbox.violation(self.team, "not acknowledged", detail)
        self.sandbox.notice(self.team, self.user.id, shown)

    def wrong(self, kind: str, detail: str) -> None:
        """Record an answer Slack would not take, for the developer to see."""
        self.sandbox.violation(self.team, kind, detail)
        self.sandbox.notice(self.team, self.user.id, f"Developer notice: {kind}: {detail[:300]}", "warning")

    def members_only(self, what: str) -> None:
        """Refuse people of connected workspaces: an app's commands, shortcuts and Home are its own members'."""
        if self.user.team_id != self.team.id:
            message = f"{what} is not available to people from outside {self.team.name}"
            raise CannotDoError(message)

    def view(self, view_id: str) -> View:
        """Return the person's own open view."""
        view = find_view(self.team, view_id)
        if view is None or view.user != self.user.id:
            message = "this view is no longer open"
            raise CannotDoError(message)
        return view

    def message(self, channel_id: str, ts: str) -> Message:
        """Return a message the person can see."""
        return messages.need(self.sandbox, self.team, self.user, channel_id, ts)

    def place(self, container: JsonObject) -> View | Message:
        """Return the view or message an element stands in."""
        if container.get("kind") == "view":
            return self.view(as_text(container.get("view_id")))
        return self.message(as_text(container.get("channel")), as_text(container.get("ts")))
