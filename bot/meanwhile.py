"""What a colleague changed while a form was open, for the form to say."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from bot.replies import Choice
from bot.views.history import Meanwhile
from core.conflicts import FieldChange, untouched
from core.context import Ctx
from core.enums import EntityType
from core.errors import Conflict
from core.members import find_member
from core.queries.history import changes_in_words

_PEOPLE = ("owner", "manager", "delegate")
"""Fields that hold a person: Slack's id in the form, the member's in the column."""
_SHOWN_AS = {**{f"{name}_id": (name,) for name in _PEOPLE}, "starts_at": ("day", "at")}
"""Columns that a form shows under other names."""


def meanwhile(ctx: Ctx, entity: EntityType, conflict: Conflict, currency: str = "") -> Meanwhile:
    """What a Conflict("edited_meanwhile") of core.conflicts.refuse_stale says, in words.

    Amounts are in `currency`, empty for the workspace's.
    """
    changed = {one.field: (one.old, one.new) for one in cast("Sequence[FieldChange]", conflict.data["changes"])}
    words = changes_in_words(ctx, entity, changed, currency)
    return Meanwhile(str(conflict.data["who"] or ""), words, cast("int", conflict.data["version"]))


def with_theirs(ctx: Ctx, conflict: Conflict, typed: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, by field of the form; where nothing was typed and a colleague changed it, what is there `now`."""
    columns = {name: value.value if isinstance(value, Choice) else value for name, value in typed.items()}
    for name in _PEOPLE:
        if name in typed:
            member = find_member(ctx, str(typed[name] or ""))
            # Somebody who is chosen for the first time is no member yet, and yet not nobody.
            columns[f"{name}_id"] = member.id if member else typed[name]
    if typed.get("day") and typed.get("at"):
        columns["starts_at"] = datetime.combine(typed["day"], typed["at"], ctx.actor.zone)
    theirs = [name for column in untouched(conflict, columns) for name in _SHOWN_AS.get(column, (column,))]
    return {**typed, **{name: now[name] for name in theirs if name in now}}
