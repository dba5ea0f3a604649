"""What an audience wants to hear in the morning, or not at all, is taken out of what would be sent at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import Text, select, update
from sqlalchemy.dialects.postgresql import insert

from core import notices
from core.context import Ctx
from core.enums import EntityType, NoticeMode
from core.models import HeldNotice, History, Member, NoticeSetting
from core.notices import NoticeKind
from core.params import among, here
from notifications.plans import Kind, Morning, NewCard, NotShared, Plan, Purpose

SWITCHED_OFF = "Shared cards are switched off for this channel."


def sift(ctx: Ctx, plans: Sequence[Plan]) -> list[Plan]:
    """The deliveries to make now, in their order, after everybody's wishes.

    What waits for the morning is written down, once for each plan's key, and its morning message is planned.
    """
    posts = [plan.payload for plan in plans if isinstance(plan.payload, NewCard)]
    modes = _modes(ctx, {post.channel for post in posts})
    sifted: list[Plan] = []
    for plan in plans:
        card = plan.payload
        mode = modes.get((card.channel, card.purpose.value)) if isinstance(card, NewCard) else None
        if not isinstance(card, NewCard) or mode in (None, NoticeMode.INSTANT):
            sifted.append(plan)
        elif mode is NoticeMode.MORNING:
            sifted += _hold(ctx, plan.key, card)
        else:
            sifted += _dropped(ctx, plan.key, card)
    return sifted


def _modes(ctx: Ctx, audiences: Iterable[str]) -> dict[tuple[str, str], NoticeMode]:
    """How each audience hears of each kind. Who has no morning message hears at once what was to come in it."""
    values = {"here": ctx.workspace.id, "audiences": list(audiences)}
    return {
        (audience, kind): NoticeMode.INSTANT if mode is NoticeMode.MORNING and morning_on is False else mode
        for audience, kind, mode, morning_on in ctx.session.execute(_MODES, values)
    }


_MODES = (
    select(NoticeSetting.audience, NoticeSetting.kind, NoticeSetting.mode, Member.morning_on)
    .outerjoin(
        Member, (Member.workspace_id == NoticeSetting.workspace_id) & (Member.slack_user_id == NoticeSetting.audience)
    )
    .where(
        NoticeSetting.workspace_id == here(),
        among(NoticeSetting.audience, "audiences", Text()),
    )
)


def mode_of(ctx: Ctx, audience: str, kind: NoticeKind) -> NoticeMode:
    """How an audience (a Slack user or channel id) hears of a kind of thing as it is sent."""
    return _modes(ctx, {audience}).get((audience, kind.value), NoticeMode.INSTANT)


def keep(ctx: Ctx, audience: str, kind: NoticeKind, records: Mapping[str, tuple[str, UUID]]) -> datetime:
    """Write down for an audience's morning that a kind of thing happened to records, each (entity and id) by its key.

    What is kept a second time under a key is kept once. Returns when that morning is (UTC).
    """
    due_at = notices.due_next(ctx, audience)
    rows = [
        {
            "workspace_id": ctx.workspace.id,
            "id": uuid5(NAMESPACE_OID, f"{ctx.workspace.id}:{key}"),
            "audience": audience,
            "kind": kind.value,
            "entity": entity,
            "entity_id": entity_id,
            "held_at": ctx.now,
            "due_at": due_at,
        }
        for key, (entity, entity_id) in records.items()
    ]
    if rows:
        # In pieces: a statement takes 65,535 values, and a leaver may have had more records than that allows.
        ctx.session.connection().execute(insert(HeldNotice).on_conflict_do_nothing(), rows)
    return due_at


def changed_by(ctx: Ctx, change_id: UUID) -> dict[str, tuple[str, UUID]]:
    """The leads and deals a change has touched, as `keep` takes them."""
    query = select(History.entity, History.entity_id).where(
        History.workspace_id == ctx.workspace.id,
        History.change_id == change_id,
        History.entity.in_([EntityType.LEAD.value, EntityType.DEAL.value]),
    )
    return {f"{change_id}:{row.entity_id}": (row.entity, row.entity_id) for row in ctx.session.execute(query)}


def _hold(ctx: Ctx, key: str, card: NewCard) -> list[Plan]:
    # By the plan's key: an event that is read a second time is held once.
    due_at = keep(ctx, card.channel, NoticeKind(card.purpose.value), {key: (card.entity, card.entity_id)})
    if not notices.is_channel(card.channel):
        return []  # a person's morning message, which comes by schedule, takes it along
    # A lane of its own: what waits for nine o'clock must not hold up what is said before.
    lane = f"morning:{card.channel}"
    return [Plan(f"{lane}:{due_at.isoformat()}", lane, Kind.MORNING, Morning(card.channel), due_at)]


def _dropped(ctx: Ctx, key: str, card: NewCard) -> list[Plan]:
    """Who shares a card hears that it is not wanted there; nobody waits for the other kinds."""
    if card.purpose is not Purpose.SHARED or card.by_id is None:
        return []
    query = select(Member.slack_user_id).where(Member.workspace_id == ctx.workspace.id, Member.id == card.by_id)
    sharer = ctx.session.scalar(query)
    if sharer is None:
        return []
    note = NotShared(card.by_id, card.entity, card.entity_id, card.channel, SWITCHED_OFF)
    return [Plan(f"not_shared:{key}", sharer, Kind.NOT_SHARED, note)]


def mark_told(ctx: Ctx, held: Iterable[UUID]) -> None:
    """They need not be told again: they were, or there is nothing to tell any more."""
    ids = list(held)
    if not ids:
        return
    ctx.session.execute(
        update(HeldNotice)
        .where(HeldNotice.workspace_id == ctx.workspace.id, HeldNotice.id.in_(ids))
        .values(sent_at=ctx.now)
    )
