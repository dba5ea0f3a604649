"""What follows from a call's end, in one transaction with the delivery's own state."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel, Field
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core import members
from core.cards import HOME
from core.context import Ctx, new_id
from core.enums import Role
from core.events import HomeChanged
from core.models import Card, Member
from core.status import SlackStatus
from notifications import claims, notices, routing
from notifications.claims import Claimed
from notifications.desk import Call
from notifications.digests import details_plan as digest_details
from notifications.failures import MAX_ATTEMPTS, VANISHED, Backoff, Failure, Permanent, RateLimited
from notifications.plans import ChannelTried, Kind, NewCard, NotShared, Plan, Purpose, card_edit
from notifications.reply_places import owners_place
from notifications.reports import details_plan as report_details
from notifications.slack import Answer

log = structlog.get_logger()


class Posted(BaseModel):
    """What chat.postMessage and chat.update answer."""

    channel: str = ""
    ts: str = ""


class Profile(BaseModel):
    """A user's profile in users.info."""

    real_name: str = ""
    display_name: str = ""
    email: str = ""
    status_emoji: str = ""
    status_text: str = ""
    status_expiration: int = 0


class SlackUser(BaseModel):
    """A user in users.info (docs.slack.dev/reference/objects/user-object)."""

    team_id: str = ""
    name: str = ""
    real_name: str = ""
    tz: str | None = ""
    locale: str | None = ""
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    profile: Profile = Field(default_factory=Profile)


class UserInfo(BaseModel):
    """What users.info answers."""

    user: SlackUser = Field(default_factory=SlackUser)


def succeeded(ctx: Ctx, delivery: Claimed, call: Call, answer: Answer) -> None:
    """Slack did it: mark it, and keep what the answer tells."""
    posted = Posted.model_validate(dict(answer)) if call.kind is not Kind.PROFILE else Posted()
    ended = claims.mark_sent(ctx, delivery, posted.ts)
    if not ended.first:
        log.warning("sent_twice", delivery_id=str(delivery.id), kind=delivery.kind)
    match call.kind:
        case Kind.PROFILE:
            _take_profile(ctx, call.member_id, UserInfo.model_validate(dict(answer)).user)
        case Kind.CARD_POST if call.new_card is not None:
            _keep_card(ctx, call.new_card, posted, call.digest, look_again=ended.overtaken)
        case Kind.CARD_EDIT if call.card_id is not None:
            _card_shows(ctx, call.card_id, call.digest, gone=call.farewell)
        case Kind.MORNING:
            notices.mark_told(ctx, call.held)
        case Kind.DIGEST:
            routing.put(ctx, [digest_details(delivery, posted.channel, posted.ts)])
        case Kind.WEEKLY:
            routing.put(ctx, [report_details(delivery, posted.channel, posted.ts)])
        case Kind.DAY if call.new_card is not None:
            notices.mark_told(ctx, call.held)
            # A morning message shows many records, none of which knows yet that it does.
            _keep_card(ctx, call.new_card, posted, call.digest, look_again=True)
        case _:
            pass


def failed(ctx: Ctx, delivery: Claimed, call: Call | None, failure: Failure, backoff: Backoff) -> None:
    """Slack did not: wait, try again, or give up. `call` is None where not even the message could be made."""
    if isinstance(failure, RateLimited):
        # Slack counts by method and workspace: nothing else of this method may go out before that either.
        if call is not None:
            claims.hold(ctx, claims.method_lane(call.kind), ctx.now + failure.wait)
        claims.put_off(ctx, delivery, ctx.now, failure.reason, counts=False)
    elif isinstance(failure, Permanent):
        _refused(ctx, delivery, call, failure)
    elif delivery.attempt >= MAX_ATTEMPTS:
        _give_up(ctx, delivery, call, failure)
    else:
        claims.put_off(ctx, delivery, ctx.now + backoff.after(delivery.attempt), failure.reason)


def _refused(ctx: Ctx, delivery: Claimed, call: Call | None, failure: Permanent) -> None:
    if call is not None and call.card_id is not None and failure.code in VANISHED:
        _card_shows(ctx, call.card_id, "", gone=True)
        claims.mark_skipped(ctx, delivery, "The message is gone.")
    elif call is not None and call.member_id is not None and failure.code == "user_not_found":
        if call.kind is Kind.HOME:
            _forget_home(ctx, call.member_id)
        claims.mark_skipped(ctx, delivery, failure.reason)
    else:
        _give_up(ctx, delivery, call, failure)


def _give_up(ctx: Ctx, delivery: Claimed, call: Call | None, failure: Failure) -> None:
    if not claims.mark_dead(ctx, delivery, failure.reason):
        return
    log.error("delivery_dead", delivery_id=str(delivery.id), kind=delivery.kind, code=failure.code)
    if call is not None and call.new_card is not None:
        _tell_sharer(ctx, delivery.id, call.new_card, failure)
        _tell_owner_instead(ctx, delivery, call.new_card)
    if call is not None and call.tried is not None:
        _tell_chooser(ctx, delivery.id, call.tried, failure)
    if delivery.kind != Kind.HOME:
        _show_admins(ctx)


def _tell_sharer(ctx: Ctx, delivery_id: UUID, card: NewCard, failure: Failure) -> None:
    if card.purpose is not Purpose.SHARED or card.by_id is None:
        return
    slack_user_id = ctx.session.scalar(
        select(Member.slack_user_id).where(Member.workspace_id == ctx.workspace.id, Member.id == card.by_id)
    )
    if slack_user_id is None:
        return
    note = NotShared(card.by_id, card.entity, card.entity_id, card.channel, failure.reason)
    routing.put(ctx, [Plan(f"not_shared:{delivery_id}", slack_user_id, Kind.NOT_SHARED, note)])


def _tell_owner_instead(ctx: Ctx, delivery: Claimed, card: NewCard) -> None:
    """A reply that cannot be told in its channel is told to who has to answer."""
    if card.purpose is not Purpose.REPLY or card.personal:
        return
    place = owners_place(ctx, card.entity_id)
    if place is not None:
        instead = replace(card, channel=place.channel, member_id=place.member_id, thread="")
        routing.put(ctx, [Plan(f"{delivery.key}:owner", place.channel, Kind.CARD_POST, instead)])


def _tell_chooser(ctx: Ctx, delivery_id: UUID, tried: ChannelTried, failure: Failure) -> None:
    """Who chose a channel that cannot be posted in hears of it at once, and not when the first deal is won."""
    query = select(Member.slack_user_id).where(Member.workspace_id == ctx.workspace.id, Member.id == tried.by_id)
    slack_user_id = ctx.session.scalar(query)
    if slack_user_id is None:
        return
    word = replace(tried, error=failure.reason)
    routing.put(ctx, [Plan(f"refused:{delivery_id}", slack_user_id, Kind.CHANNEL_REFUSED, word)])


def _show_admins(ctx: Ctx) -> None:
    """Dead letters stand in the admins' App Home."""
    admins = select(Member.id).where(
        Member.workspace_id == ctx.workspace.id, Member.role == Role.ADMIN, Member.active, Member.guest.is_(False)
    )
    for member_id in ctx.session.scalars(admins):
        ctx.emit(HomeChanged(member_id))


def _take_profile(ctx: Ctx, member_id: UUID | None, user: SlackUser) -> None:
    if member_id is None:
        return
    # Organisation-wide installs name the organisation (E…) as the team; that is no outsider.
    elsewhere = bool(user.team_id) and user.team_id != ctx.workspace.team_id and not user.team_id.startswith("E")
    members.sync_profile(
        ctx,
        member_id,
        name=user.real_name or user.profile.real_name or user.profile.display_name or user.name,
        email=user.profile.email,
        tz=user.tz or "",
        locale=user.locale or "",
        status=SlackStatus(user.profile.status_emoji, user.profile.status_text, user.profile.status_expiration),
        guest=elsewhere or user.is_stranger or user.is_restricted or user.is_ultra_restricted or user.is_bot,
    )


def _keep_card(ctx: Ctx, card: NewCard, posted: Posted, digest: str, *, look_again: bool) -> None:
    """Keep where the card stands. `look_again`: what it shows may have changed while it was being posted."""
    values: dict[str, Any] = {
        "workspace_id": ctx.workspace.id,
        "id": new_id(),
        "entity": card.entity,
        "entity_id": card.entity_id,
        "channel": posted.channel or card.channel,
        "ts": posted.ts,
        "purpose": card.purpose.value,
        "member_id": card.member_id,
        "by_id": card.by_id,
        "digest": digest,
        "created_at": ctx.now,
    }
    statement = upsert(Card).values(values).on_conflict_do_nothing(index_elements=["workspace_id", "channel", "ts"])
    card_id = ctx.session.scalar(statement.returning(Card.id))
    if card_id is not None and look_again:
        routing.put(ctx, [card_edit(card_id, values["channel"])])


def _card_shows(ctx: Ctx, card_id: UUID, digest: str, *, gone: bool) -> None:
    values: dict[str, Any] = {"digest": digest} | ({"retired_at": ctx.now} if gone else {})
    ctx.session.execute(update(Card).where(Card.workspace_id == ctx.workspace.id, Card.id == card_id).values(values))


def _forget_home(ctx: Ctx, member_id: UUID) -> None:
    ctx.session.execute(
        update(Card)
        .where(Card.workspace_id == ctx.workspace.id, Card.entity == HOME, Card.entity_id == member_id)
        .values(retired_at=ctx.now)
    )
