"""Activities: logging calls, objections, follow-ups."""

import html
from datetime import timedelta
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.home import show_home
from bot.handlers.more import expands
from bot.replies import Choices, CloseModal, Modal, OpenModal, ReplaceCard, Reply, Say
from bot.resolving import record_here
from bot.routes import FindObjection, FollowUpDone, LogCall, SaveCall, SnoozeFollowUp
from bot.views import activities as views
from bot.views import records as record_views
from bot.views.activities import LoggedCall, Saved
from core import activities
from core.context import Ctx
from core.enums import CallOutcome, EntityType
from core.errors import Forbidden, NotFound
from core.queries import activities as queries
from core.queries.activities import Standing, Subject
from core.queries.records import SEARCHABLE, Hit, card_of, search, similar

HITS = 6
"""So many records of one name are offered; with more, the form's search is quicker."""


@command("call", "log", arguments="[REF]", summary="Log a call on a lead, contact, account or deal")
def log_call_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/call log`, `/call log L-42`, `/call log silva`."""
    words = html.unescape(call.text).strip()
    if not words:
        here = record_here(ctx, call.channel_id)
        return OpenModal(views.call_modal(ctx.viewer, _subject(ctx, here.entity, here.id) if here else None))
    hits = _meant(ctx, words)
    if len(hits) == 1:
        return OpenModal(views.call_modal(ctx.viewer, _subject(ctx, hits[0].entity, hits[0].id)))
    hits = hits or similar(ctx, words, limit=HITS)
    if not hits:
        return Say(views.unknown_subject(words, ctx.viewer))
    return Say(views.choose_subject(hits, ctx.viewer))


@on(LogCall)
def log_call(ctx: Ctx, route: LogCall, _request: Request) -> Reply:
    """The button on a record, and the shortcut without one."""
    subject = _subject(ctx, route.entity, route.entity_id) if route.entity_id else None
    return OpenModal(views.call_modal(ctx.viewer, subject, SaveCall(route.entity_id if route.on_card else None)))


@expands(SaveCall)
def all_fields(ctx: Ctx, route: SaveCall, request: Request) -> Modal:
    """The form with its rarer fields too, as it is filled in."""
    return views.call_form(views.CALL_FORM.kept(request.state), ctx.viewer, route, expanded=True)


@on_submit(SaveCall, views.CALL_FORM)
def save_call(ctx: Ctx, route: SaveCall, logged: LoggedCall) -> Reply:
    """Save the call on the record that is chosen in the form; the card it was opened on shows what came of it."""
    record = queries.where_it_goes_on(ctx, logged.entity, logged.entity_id)
    before = queries.standing(ctx, *record)
    activities.log_call(ctx, logged.entity, logged.entity_id, logged.call)
    saved = saved_on(ctx, *record, before, logged.call.outcome)
    said = views.call_saved(saved, ctx.viewer)
    if route.card != record[1]:
        return CloseModal(said)
    card = record_views.card(card_of(ctx, EntityType(record[0]), record[1]), ctx.viewer)
    return ReplaceCard(views.call_saved(saved, ctx.viewer, card), elsewhere=said)


def saved_on(ctx: Ctx, entity: str, entity_id: UUID, before: Standing, outcome: CallOutcome) -> Saved:
    """What a talk that was saved right now has changed about its record, which stood like `before`."""
    after = queries.standing(ctx, entity, entity_id)
    return Saved(
        subject=_subject(ctx, entity, entity_id),
        outcome=outcome,
        status=after.status if after.status != before.status else None,
        next_follow_up=after.next_follow_up,
        next_follow_up_at=after.next_follow_up_at,
        closed=after.closed,
        today=ctx.today.date(),
        change_id=ctx.change_id,
    )


@on(FindObjection)
def find_objection(ctx: Ctx, _route: FindObjection, request: Request) -> Reply:
    """Objections heard before; what is typed can be added."""
    found = queries.find_objections(ctx, request.query)
    return Choices(views.objection_choices(found, request.query, ctx.viewer))


@on(FollowUpDone)
def follow_up_done(ctx: Ctx, route: FollowUpDone, request: Request) -> Reply:
    """Nothing further is planned."""
    return _set(ctx, request, route.entity, route.entity_id, None)


@on(SnoozeFollowUp)
def snooze_follow_up(ctx: Ctx, route: SnoozeFollowUp, request: Request) -> Reply:
    """Some days from the person's today."""
    return _set(ctx, request, route.entity, route.entity_id, route.days)


def _set(ctx: Ctx, request: Request, entity: str, entity_id: UUID, days: int | None) -> Reply:
    day = None if days is None else ctx.today.date() + timedelta(days=days)
    activities.set_follow_up(ctx, entity, entity_id, day)
    if not request.channel_id:
        return show_home(ctx)
    subject = _subject(ctx, entity, entity_id)
    # Beside the message it was clicked in, not in its place: that one may hold the only Undo of a call.
    return Say(views.follow_up_set(subject, day, ctx.today.date(), ctx.change_id, ctx.viewer))


def _subject(ctx: Ctx, entity: str, entity_id: UUID) -> Subject:
    """The record; refused before anything is typed where the person may not log on it."""
    subject = queries.subject(ctx, entity, entity_id)
    if subject is None:
        raise NotFound
    if not subject.can_edit:
        raise Forbidden("not_yours")
    return subject


def _meant(ctx: Ctx, words: str) -> list[Hit]:
    """Records the words may mean; quotes have no calls of their own."""
    return [hit for hit in search(ctx, words, SEARCHABLE, HITS) if hit.entity is not EntityType.QUOTE]
