"""What an audience wants to hear in the morning, or not at all, is taken out of what would be sent at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.replies import Block, Message
from bot.routes import OpenRecord, ShowNotices
from bot.views import kit
from core import notices
from core.context import Ctx
from core.enums import NoticeMode
from core.i18n import Viewer
from core.models import HeldNotice, Member, NoticeSetting
from notifications.plans import Kind, Morning, NewCard, NotShared, Plan, Purpose

LINES_SHOWN = 20
SWITCHED_OFF = "Shared cards are switched off for this channel."


@dataclass(frozen=True)
class Held:
    """A notice that waits."""

    id: UUID
    purpose: Purpose
    entity: str
    entity_id: UUID


@dataclass(frozen=True)
class Line:
    """A line of a morning message: why (escaped), and the record it opens."""

    text: str
    ref: str
    entity: str
    entity_id: UUID


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
    query = (
        select(NoticeSetting.audience, NoticeSetting.kind, NoticeSetting.mode, Member.morning_on)
        .outerjoin(
            Member,
            (Member.workspace_id == NoticeSetting.workspace_id) & (Member.slack_user_id == NoticeSetting.audience),
        )
        .where(NoticeSetting.workspace_id == ctx.workspace.id, NoticeSetting.audience.in_(list(audiences)))
    )
    return {
        (audience, kind): NoticeMode.INSTANT if mode is NoticeMode.MORNING and morning_on is False else mode
        for audience, kind, mode, morning_on in ctx.session.execute(query)
    }


def _hold(ctx: Ctx, key: str, card: NewCard) -> list[Plan]:
    due_at = notices.due_next(ctx, card.channel)
    row = {
        "workspace_id": ctx.workspace.id,
        # Of the plan's key: an event that is read a second time is held once.
        "id": uuid5(NAMESPACE_OID, f"{ctx.workspace.id}:{key}"),
        "audience": card.channel,
        "kind": card.purpose.value,
        "entity": card.entity,
        "entity_id": card.entity_id,
        "held_at": ctx.now,
        "due_at": due_at,
    }
    ctx.session.execute(insert(HeldNotice).values(row).on_conflict_do_nothing())
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


def waiting(ctx: Ctx, audience: str, told_since: datetime | None = None) -> list[Held]:
    """What an audience's morning message takes along right now, the oldest first.

    `told_since`: and what it took along since then (UTC), for a message that is shown again.
    """
    untold = HeldNotice.sent_at.is_(None)
    query = (
        select(HeldNotice)
        .where(
            HeldNotice.workspace_id == ctx.workspace.id,
            HeldNotice.audience == audience,
            untold if told_since is None else or_(untold, HeldNotice.sent_at >= told_since),
            HeldNotice.due_at <= ctx.now,
        )
        .order_by(HeldNotice.held_at, HeldNotice.id)
    )
    return [Held(row.id, Purpose(row.kind), row.entity, row.entity_id) for row in ctx.session.scalars(query)]


def mark_told(ctx: Ctx, held: Iterable[UUID]) -> None:
    """They need not be told again: they were, or there is nothing to tell any more."""
    ctx.session.execute(
        update(HeldNotice)
        .where(HeldNotice.workspace_id == ctx.workspace.id, HeldNotice.id.in_(list(held)))
        .values(sent_at=ctx.now)
    )


def morning_message(audience: str, lines: Sequence[Line], viewer: Viewer) -> Message:
    """What was held since the last morning, in one message."""
    title = kept_title(len(lines), viewer)
    blocks: list[Block] = [kit.header(title)]
    blocks += line_blocks(lines[:LINES_SHOWN], viewer)
    if len(lines) > LINES_SHOWN:
        more = len(lines) - LINES_SHOWN
        blocks.append(kit.context(viewer.nt("{n} more is not shown.", "{n} more are not shown.", more)))
    blocks.append(kit.actions(settings_button(audience, viewer)))
    spoken = " ".join(line.text for line in lines[:LINES_SHOWN])
    return Message(kit.cut(f"{title}. {spoken}", kit.TEXT_MAX), blocks)


def kept_title(count: int, viewer: Viewer) -> str:
    """How many notices were kept."""
    return viewer.nt("{n} notice kept for this morning", "{n} notices kept for this morning", count)


def line_blocks(lines: Sequence[Line], viewer: Viewer) -> list[Block]:
    """Each notice with the button that opens its record."""
    return [
        kit.section(
            line.text,
            kit.button(
                viewer.t("Open"), OpenRecord(line.entity, line.entity_id), label=viewer.t("Open {ref}", ref=line.ref)
            ),
        )
        for line in lines
    ]


def settings_button(audience: str, viewer: Viewer) -> Block:
    """Where the reader of a post says how they want to hear of such things. `audience` as in core.notices."""
    label = viewer.t("Choose what Rapport tells you")
    if notices.is_channel(audience):
        return kit.button(viewer.t("Notifications"), ShowNotices(audience), label=viewer.t("What is posted here"))
    return kit.button(viewer.t("Notifications"), ShowNotices(), label=label)
