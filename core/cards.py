"""Cards: which messages in Slack show a record, and who has opened their App Home."""

from sqlalchemy.dialects.postgresql import insert

from core.context import Ctx, new_id
from core.models import Card
from core.operations import operation

HOME = "home"
"""The `entity` of the card that stands for a member's App Home."""


@operation("home.open")
def remember_home(ctx: Ctx) -> None:
    """Remember that the acting member has opened their App Home: from now on it is kept up to date."""
    if ctx.actor.member_id is None:
        return
    row = {
        "workspace_id": ctx.workspace.id,
        "id": new_id(),
        "entity": HOME,
        "entity_id": ctx.actor.member_id,
        "channel": ctx.actor.slack_user_id,
        "ts": HOME,
        "purpose": HOME,
        "member_id": ctx.actor.member_id,
        "digest": "",
        "created_at": ctx.now,
    }
    ctx.session.execute(
        insert(Card).values(row).on_conflict_do_nothing(index_elements=["workspace_id", "channel", "ts"])
    )
