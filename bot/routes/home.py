"""Routes of App Home, of help, and of what admins look after."""

from dataclasses import dataclass
from uuid import UUID

from bot.routes.base import Action


@dataclass(frozen=True)
class RefreshHome(Action, id="home.refresh"):
    """Paint App Home anew."""

    due_page: int = 0
    deals_page: int = 0
    tasks_page: int = 0


@dataclass(frozen=True)
class SwitchHome(Action, id="home.switch"):
    """Show one's own day and deals in App Home, or the team's."""

    team: bool = False


@dataclass(frozen=True)
class UndoOnHome(Action, id="home.undo"):
    """What was done on App Home a moment ago was not to be done."""

    change_id: UUID


@dataclass(frozen=True)
class RetryDelivery(Action, id="delivery.retry"):
    """Try a dead letter again."""

    delivery_id: UUID


@dataclass(frozen=True)
class DismissDelivery(Action, id="delivery.dismiss"):
    """Give a dead letter up."""

    delivery_id: UUID


@dataclass(frozen=True)
class ShowHelp(Action, id="help.show"):
    """What is possible."""
