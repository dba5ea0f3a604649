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
    ShareCard,
    ShowHistory,
    TurnHistory,
    Undo,
    UndoInHistory,
)
from bot.views import bulk as bulk_views
from bot.views import records as views
from bot.views.history import history_modal
from core import bulk, records, undo
from core.context import Ctx
from core.enums import EntityType
from core.errors import NotFound
from core.queries.history import history_page
from core.queries.records import SEARCHABLE, Hit, card_after, card_of, hit_of, recent, search, similar

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
    """Contacts."""
    return _of_kind(ctx, EntityType.CONTACT, request)


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
    found: list[Hit]
    if request.query.strip():
        found = search(ctx, request.query, (kind,), LOOKUP_ROWS, open_only=True)
        found = found or similar(ctx, request.query, (kind,), LOOKUP_ROWS, open_only=True)
    else:
        found = recent(ctx, kind, LOOKUP_ROWS, open_only=True)
    return Choices(views.choices([hit for hit in found if hit.entity is kind]))
