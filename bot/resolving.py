"""Which record is meant: the one the channel belongs to where a command names none, or one chosen in a form."""

from collections.abc import Sequence
from uuid import UUID

from bot.replies import Choice
from core.activities import SUBJECTS
from core.channels import record_of
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.queries.records import Hit, find_by_ref, hit_of
from core.refs import parse_ref


def record_here(ctx: Ctx, channel_id: str, *kinds: EntityType) -> Hit | None:
    """The record this channel belongs to, where it is of one of these kinds (none named: of any)."""
    about = record_of(ctx, channel_id)
    if about is None or not _fits(about[0], kinds):
        return None
    try:
        return hit_of(ctx, *about)
    except NotFound:  # taken back since
        return None


def record_named_in(ctx: Ctx, words: str) -> Hit | None:
    """The first record the words name by its reference and something can be planned on."""
    refs = (parse_ref(word.strip(".,;:()")) for word in words.split())
    found = (find_by_ref(ctx, ref) for ref in refs if ref is not None and ref.kind in SUBJECTS)
    return next((hit_of(ctx, *one) for one in found if one is not None), None)


def deal_here(ctx: Ctx, channel_id: str) -> UUID | None:
    """The deal this channel belongs to."""
    found = record_here(ctx, channel_id, EntityType.DEAL)
    return found.id if found else None


def lead_here(ctx: Ctx, channel_id: str) -> UUID | None:
    """The lead this channel belongs to."""
    found = record_here(ctx, channel_id, EntityType.LEAD)
    return found.id if found else None


def chosen(ctx: Ctx, entity: EntityType, record_id: UUID | None) -> Choice | None:
    """A record that was chosen in a form, as its input shows it again; None where it is not to be seen any more."""
    if record_id is None:
        return None
    try:
        return Choice(hit_of(ctx, entity, record_id).name, str(record_id))
    except NotFound:
        return None


def _fits(kind: EntityType, kinds: Sequence[EntityType]) -> bool:
    return not kinds or kind in kinds
