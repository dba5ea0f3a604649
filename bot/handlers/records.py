"""What can be done to records of any kind: find, open, share, look back, undo."""

from uuid import UUID

from bot.dispatch import Request, on
from bot.replies import Choices, Message, Modal, OpenModal, Replace, Reply, Say, UpdateModal
from bot.routes import (
    FindAccount,
    FindContact,
    FindDeal,
    FindRecord,
    OpenRecord,
    SaveMove,
    SendEmail,
    ShareCard,
    ShowHistory,
    TurnHistory,
    Undo,
    UndoInHistory,
)
from bot.views import bulk as bulk_views
from bot.views import records as views
from bot.views.forms import as_id, find
from bot.views.history import history_modal
from core import bulk, records, undo
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.queries.deals import deal_card
from core.queries.history import history_page
from core.queries.records import SEARCHABLE, Hit, card_after, card_of, hit_of, people_at, recent, search, similar

LOOKUP_ROWS = 20
"""Options of one kind; who does not see theirs types one letter more."""


@on(OpenRecord)
def open_record(ctx: Ctx, route: OpenRecord, request: Request) -> Reply:
    """The record's card: said in a conversation, as a window elsewhere."""
    card = card_of(ctx, EntityType(route.entity), route.entity_id)
    if request.channel_id:
        return Say(views.card(card, ctx.viewer))
    return OpenModal(views.card_modal(card, ctx.viewer))


@on(ShareCard)
def share_card(ctx: Ctx, route: ShareCard, request: Request) -> Reply:
    """The card for everybody in the channel; the worker posts it."""
    shared = records.share(ctx, EntityType(route.entity), route.entity_id, request.channel_id)
    return Say(views.shared(shared, request.channel_id, ctx.viewer))


@on(Undo)
def undo_change(ctx: Ctx, route: Undo, _request: Request) -> Reply:
    """Take a change back, from the message that confirmed it."""
    changed = bulk.take_back(ctx, route.change_id)
    if changed is None:
        return Replace(bulk_views.started(ctx.viewer))
    again = undo.brings_back(ctx, route.change_id)
    return Replace(views.undone(card_after(ctx, changed), ctx.change_id, ctx.viewer, again=again))


@on(ShowHistory)
def show_history(ctx: Ctx, route: ShowHistory, _request: Request) -> Reply:
    """Who changed what, newest first."""
    return OpenModal(_history(ctx, EntityType(route.entity), route.entity_id))


@on(TurnHistory)
def turn_history(ctx: Ctx, route: TurnHistory, _request: Request) -> Reply:
    """Another page of it."""
    return UpdateModal(_history(ctx, EntityType(route.entity), route.entity_id, route.page))


@on(UndoInHistory)
def undo_in_history(ctx: Ctx, route: UndoInHistory, _request: Request) -> Reply:
    """Take a change back and show the history that now is."""
    changed = bulk.take_back(ctx, route.change_id)
    try:
        done = ctx.viewer.t("Undone.") if changed is not None else bulk_views.started(ctx.viewer).text
        return UpdateModal(_history(ctx, EntityType(route.entity), route.entity_id, route.page, done))
    except NotFound:
        # The record's creation was taken back, or it went back to somebody else: there is no history to show.
        return UpdateModal(views.gone_modal(ctx.viewer))


@on(FindRecord)
def find_record(ctx: Ctx, _route: FindRecord, request: Request) -> Reply:
    """Records of every kind; before anything is typed, the person's own."""
    if request.query.strip():
        found = search(ctx, request.query, SEARCHABLE, LOOKUP_ROWS) or similar(ctx, request.query, limit=LOOKUP_ROWS)
    else:
        found = [hit for kind in SEARCHABLE for hit in recent(ctx, kind, LOOKUP_ROWS // 4, open_only=True)]
    return Choices(groups=views.grouped_choices([hit for hit in found if hit.entity in SEARCHABLE], ctx.viewer))


@on(FindDeal)
def find_deal(ctx: Ctx, _route: FindDeal, request: Request) -> Reply:
    """Open deals."""
    return _of_kind(ctx, EntityType.DEAL, request)


@on(FindAccount)
def find_account(ctx: Ctx, _route: FindAccount, request: Request) -> Reply:
    """Accounts."""
    return _of_kind(ctx, EntityType.ACCOUNT, request)


@on(FindContact)
def find_contact(ctx: Ctx, _route: FindContact, request: Request) -> Reply:
    """Contacts, those of the company at hand first."""
    company = _company_at_hand(ctx, request)
    here = people_at(ctx, company, request.query, LOOKUP_ROWS) if company else []
    others = [hit for hit in _found(ctx, EntityType.CONTACT, request.query) if hit not in here]
    return Choices(views.choices([*here, *others][:LOOKUP_ROWS]))


def _company_at_hand(ctx: Ctx, request: Request) -> UUID | None:
    """The company that is chosen in the window, else that of the deal the window is about."""
    chosen = find(request.state, "account_id")
    if chosen is not None:
        return as_id(chosen.text()) if chosen.text() else None
    match request.modal:
        case SaveMove(deal_id=deal_id) | SendEmail(entity="deal", entity_id=deal_id):
            return deal_card(ctx, deal_id).account_id
        case _:
            return None


def found_elsewhere(ctx: Ctx, words: str, kind: EntityType) -> Message | None:
    """What words mean that no name or company begins with: the record, several to choose from, or what is called
    nearly that; None for nothing.
    """
    found = [hit for hit in search(ctx, words, (kind,), LOOKUP_ROWS) if hit.entity is kind]
    if len(found) == 1:
        return views.card(card_of(ctx, kind, found[0].id), ctx.viewer)
    if found:
        return views.hits(found, words, ctx.viewer)
    near = similar(ctx, words, (kind,))
    return views.similar_hits(near, words, ctx.viewer) if near else None


def _history(ctx: Ctx, kind: EntityType, record_id: UUID, page: int = 0, notice: str = "") -> Modal:
    changes = history_page(ctx, kind, record_id, page)
    return history_modal(hit_of(ctx, kind, record_id), changes, ctx.viewer, notice)


def _of_kind(ctx: Ctx, kind: EntityType, request: Request) -> Reply:
    return Choices(views.choices(_found(ctx, kind, request.query)))


def _found(ctx: Ctx, kind: EntityType, words: str) -> list[Hit]:
    """Open records of a kind that are called so, or nearly so; before anything is typed, the person's own."""
    if not words.strip():
        return recent(ctx, kind, LOOKUP_ROWS, open_only=True)
    found = search(ctx, words, (kind,), LOOKUP_ROWS, open_only=True)
    found = found or similar(ctx, words, (kind,), LOOKUP_ROWS, open_only=True)
    return [hit for hit in found if hit.entity is kind]
