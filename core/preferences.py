"""What each person chose for themselves and finds again: the filter of a list."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.context import Ctx
from core.models import Preference
from core.operations import operation


@operation("preference.save")
def remember(ctx: Ctx, name: str, value: Mapping[str, Any]) -> None:
    """Keep a choice (JSON values) of the acting member under a name, in place of the one before."""
    if ctx.actor.member_id is None:
        return
    row = {"workspace_id": ctx.workspace.id, "member_id": ctx.actor.member_id, "name": name, "value": dict(value)}
    statement = insert(Preference).values(row)
    ctx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "member_id", "name"], set_={"value": statement.excluded.value}
        )
    )


def recall(ctx: Ctx, name: str) -> dict[str, Any] | None:
    """What the acting member chose; None where they never did."""
    return ctx.session.scalar(
        select(Preference.value).where(
            Preference.workspace_id == ctx.workspace.id,
            Preference.member_id == ctx.actor.member_id,
            Preference.name == name,
        )
    )
