"""One's own settings: reminders, being away and being back, standing in for a colleague."""

import html
import re
from dataclasses import replace
from datetime import date, time
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.more import expands
from bot.handlers.settings import seen_with
from bot.meanwhile import with_theirs
from bot.replies import CloseModal, Modal, OpenModal, Replace, Reply, Say, UpdateModal
from bot.routes import ComeBack, RefuseStandIn, SaveOwnSettings, ShowOwnSettings
from bot.views import own_settings as views
from bot.views.own_settings import NEVER, Typed
from bot.views.settings import Meanwhile
from core import own_settings
from core.context import Ctx
from core.errors import Conflict, Invalid
from core.own_settings import OwnSettings
from core.queries import administration as queries
from core.queries.history import anything_changed
from core.when import understand

MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
FROM = re.compile(
    r"^(?:from|ab|vom|von|desde|del)\b\s*(.+?)\s*\b(?:until|to|till|bis|zum|hasta|al)\b\s*(.+)$", re.IGNORECASE
)


@command("crm", "me", summary="Your settings: morning message, working days, being away")
def me(ctx: Ctx, _call: CommandCall) -> Reply:
    """`/crm me`."""
    return OpenModal(_modal(ctx))


@on(ShowOwnSettings)
def show(ctx: Ctx, _route: ShowOwnSettings, _request: Request) -> Reply:
    """The button in App Home and below the morning message."""
    return OpenModal(_modal(ctx))


@expands(SaveOwnSettings)
def _whole(ctx: Ctx, _route: SaveOwnSettings, request: Request) -> Modal:
    shown = own_settings.standing(ctx)
    return views.own_settings(shown, views.FORM.typed(request.state), ctx.viewer)


@on_submit(SaveOwnSettings, views.FORM)
def save(ctx: Ctx, route: SaveOwnSettings, typed: Typed) -> Reply:
    """Keep them; where they were changed elsewhere meanwhile, show that first."""
    values = _values(ctx, typed)
    try:
        own_settings.save(ctx, values, route.seen)
    except Conflict as conflict:
        if conflict.code != "edited_meanwhile":
            raise
        shown, seen = own_settings.standing(ctx), seen_with(conflict)
        notice = Meanwhile(*queries.meanwhile(ctx, conflict))
        stands = with_theirs(ctx, conflict, views.values_of(values), views.values_of(shown.chosen))
        return UpdateModal(views.own_settings(shown, stands, ctx.viewer, notice=notice, seen=seen))
    return CloseModal(views.saved(own_settings.standing(ctx), ctx.today.date(), _change(ctx), ctx.viewer))


@command(
    "crm",
    "away",
    arguments="[until DAY] [@colleague]",
    summary="Hold your reminders until you are back, or hand them over",
)
def away(ctx: Ctx, call: CommandCall) -> Reply:
    """`/crm away until friday`, `/crm away from monday until friday @ben`, `/crm away`."""
    words = html.unescape(call.text).strip()
    if not words:
        return Say(views.standing(own_settings.standing(ctx), ctx.today.date(), ctx.viewer))
    named = MENTION.search(words)
    start, until = _stretch(ctx, " ".join(MENTION.sub(" ", words).split()))
    own_settings.go_away(ctx, until, start, named.group(1) if named else None)
    return Say(views.saved(own_settings.standing(ctx), ctx.today.date(), _change(ctx), ctx.viewer))


@command("crm", "back", summary="You are back: be reminded again")
def back(ctx: Ctx, _call: CommandCall) -> Reply:
    """`/crm back`."""
    own_settings.come_back(ctx)
    return Say(views.back(_change(ctx), ctx.viewer))


@on(ComeBack)
def come_back(ctx: Ctx, _route: ComeBack, request: Request) -> Reply:
    """The button; in the window of the settings, what holds now is shown there."""
    own_settings.come_back(ctx)
    if request.modal is not None:
        return UpdateModal(_modal(ctx))
    return Replace(views.back(_change(ctx), ctx.viewer))


@on(RefuseStandIn)
def refuse(ctx: Ctx, route: RefuseStandIn, _request: Request) -> Reply:
    """Who was named cannot."""
    member = own_settings.refuse(ctx, route.member_id)
    return Replace(views.refused(member.slack_user_id, ctx.change_id, ctx.viewer))


def _modal(ctx: Ctx) -> Modal:
    shown = own_settings.standing(ctx)
    return views.own_settings(shown, views.values_of(shown.chosen), ctx.viewer)


def _values(ctx: Ctx, typed: Typed) -> OwnSettings:
    """What was chosen; who wants no message keeps their hour."""
    if typed.morning == NEVER:
        return replace(typed.others, morning_on=False, morning_at=own_settings.standing(ctx).chosen.morning_at)
    try:
        return replace(typed.others, morning_at=time.fromisoformat(typed.morning))
    except ValueError as error:
        raise Invalid({"morning": "choice_invalid"}) from error


def _stretch(ctx: Ctx, words: str) -> tuple[date | None, date]:
    """The first day (None: now) and the last one. Raises Invalid."""
    both = FROM.match(words)
    first, last = both.groups() if both else ("", words)
    try:
        until = understand(last, ctx.viewer.locale, ctx.today).day
        return (understand(first, ctx.viewer.locale, ctx.today).day if first else None), until
    except ValueError as error:
        raise Invalid({"away_until": str(error)}) from error


def _change(ctx: Ctx) -> UUID | None:
    return ctx.change_id if anything_changed(ctx) else None
