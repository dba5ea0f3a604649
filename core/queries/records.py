"""Reading records of any kind: pages of rows, search, cards."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar, Union
from uuid import UUID

from core.access import Verb, load, load_any
from core.context import Ctx
from core.enums import ActivityKind, EntityType
from core.errors import NotFound
from core.models import Activity, Tagging
from core.queries.search import SEARCHABLE, Hit, find_by_ref, hit_of, people_at, recent, search
from core.queries.similar import similar

if TYPE_CHECKING:
    from core.queries.accounts import AccountCard
    from core.queries.contacts import ContactCard
    from core.queries.deals import DealCard
    from core.queries.leads import LeadCard
    from core.queries.meetings import MeetingCard
    from core.queries.quotes import QuoteCard
    from core.queries.reply_cards import ReplyCard
    from core.queries.tasks import TaskRow

__all__ = [
    "SEARCHABLE",
    "AnyCard",
    "Hit",
    "Page",
    "card_after",
    "card_of",
    "find_by_ref",
    "hit_of",
    "people_at",
    "recent",
    "search",
    "similar",
]

T = TypeVar("T")
AnyCard = Union[
    "LeadCard", "AccountCard", "ContactCard", "DealCard", "QuoteCard", "TaskRow", "MeetingCard", "ReplyCard"
]


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of many rows. `page` counts from 0; `has_more` was found out by reading one row more, not by counting."""

    rows: tuple[T, ...] = ()
    page: int = 0
    has_more: bool = False


def card_of(ctx: Ctx, entity: EntityType, record_id: UUID) -> AnyCard:
    """A record's card data, whatever its kind. Raises NotFound."""
    # Imported here because the areas' queries use Page from this module.
    from core.queries import accounts, contacts, deals, leads, meetings, quotes, reply_cards, tasks

    match entity:
        case EntityType.LEAD:
            return leads.lead_card(ctx, record_id)
        case EntityType.ACCOUNT:
            return accounts.account_card(ctx, record_id)
        case EntityType.CONTACT:
            return contacts.contact_card(ctx, record_id)
        case EntityType.DEAL:
            return deals.deal_card(ctx, record_id)
        case EntityType.QUOTE:
            return quotes.quote_card(ctx, record_id)
        case EntityType.ACTIVITY:
            if load(ctx, Activity, record_id, Verb.SEE).kind is ActivityKind.MEETING:
                return meetings.meeting_card(ctx, record_id)
            return tasks.task_row(ctx, record_id)
        case EntityType.REPLY:
            return reply_cards.reply_card(ctx, record_id)
        case _:
            raise NotFound


def card_after(ctx: Ctx, changed: Iterable[tuple[str, UUID]]) -> AnyCard | None:
    """The card to show after an undo of these records (kind and id): the first that is still there and may be seen.

    A call or a tag that was taken back stands for the record it was about; a task on no record for itself.
    """
    for entity, record_id in changed:
        try:
            about = _stands_for(ctx, entity, record_id)
            if about is not None:
                return card_of(ctx, *about)
        except NotFound:
            continue
    return None


def _stands_for(ctx: Ctx, entity: str, record_id: UUID) -> tuple[EntityType, UUID] | None:
    attached = {Activity.__entity__: Activity, Tagging.__entity__: Tagging}
    if entity in attached:
        row = load_any(ctx, attached[entity], record_id, Verb.SEE)
        subjects = ((kind, getattr(row, f"{kind.value}_id")) for kind in SEARCHABLE)
        alone = (EntityType.ACTIVITY, record_id) if isinstance(row, Activity) else None
        return next((subject for subject in subjects if subject[1] is not None), alone)
    return (EntityType(entity), record_id) if entity in (*SEARCHABLE, EntityType.QUOTE) else None
