"""What a colleague changed while a form was open, for the form to say."""

from collections.abc import Sequence
from typing import cast

from bot.views.history import Meanwhile
from core.conflicts import FieldChange
from core.context import Ctx
from core.enums import EntityType
from core.errors import Conflict
from core.queries.history import changes_in_words


def meanwhile(ctx: Ctx, entity: EntityType, conflict: Conflict, currency: str = "") -> Meanwhile:
    """What a Conflict("edited_meanwhile") of core.conflicts.refuse_stale says, in words.

    Amounts are in `currency`, empty for the workspace's.
    """
    changed = {one.field: (one.old, one.new) for one in cast("Sequence[FieldChange]", conflict.data["changes"])}
    words = changes_in_words(ctx, entity, changed, currency)
    return Meanwhile(str(conflict.data["who"] or ""), words, cast("int", conflict.data["version"]))
