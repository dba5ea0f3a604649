"""The workspace itself: where it posts, its region, and how far its reps see."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from babel import Locale, UnknownLocaleError
from sqlalchemy import select

from core import digests, reports
from core.access import Power, require_power
from core.conflicts import refuse_changed
from core.context import Ctx
from core.enums import Visibility
from core.errors import Invalid
from core.events import ChannelsChosen
from core.i18n import normalise_locale
from core.models import WorkspaceRow
from core.money import is_currency
from core.normalise import Unusable, email, multiline_text
from core.operations import operation

_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,}")
"""A Slack channel, public or private; direct messages begin with D."""
CHANNELS = ("sales_channel", "replies_channel", "digest_channel")
REGION = ("currency", "country", "locale")
MAIL = ("mail_from", "mail_footer", "no_answer_days")
FOOTER_MAX = 1000
"""Characters below each mail."""
NO_ANSWER_MAX = 60
"""Days; the table has the same limit."""


@dataclass(frozen=True)
class ChannelsInput:
    """Slack channel ids; empty for nowhere."""

    sales_channel: str = ""
    replies_channel: str = ""
    digest_channel: str = ""


@dataclass(frozen=True)
class RegionInput:
    """Currency (ISO 4217), country of phone numbers (ISO 3166), and the language of channel posts (CLDR)."""

    currency: str
    country: str
    locale: str


@dataclass(frozen=True)
class MailInput:
    """The address mails come from (empty: the installation's own), and the text below each of them.

    `no_answer_days`: after so many days a mail that nobody answered is a follow-up; 0 for never.
    """

    mail_from: str = ""
    mail_footer: str = ""
    no_answer_days: int = 3


@operation("settings.channels")
def set_channels(ctx: Ctx, values: ChannelsInput, seen: UUID | None) -> None:
    """Say where Rapport posts; channels that were not chosen before are tried. `seen` is the last change the form knew.

    Raises Invalid, Forbidden, Conflict("edited_meanwhile").
    """
    row = _locked(ctx)
    refuse_changed(ctx, row, seen, CHANNELS)
    chosen = {name: getattr(values, name) for name in CHANNELS}
    problems = {name: "channel_invalid" for name, value in chosen.items() if value and not _CHANNEL.fullmatch(value)}
    if problems:
        raise Invalid(problems)
    before = {getattr(row, name) for name in CHANNELS}
    digest_before = row.digest_channel
    for name, value in chosen.items():
        setattr(row, name, value)
    ctx.session.flush()
    digests.follow_channel(ctx, digest_before)
    reports.follow_channel(ctx, digest_before)
    _try(ctx, [value for value in chosen.values() if value not in before])


@operation("settings.try_channels")
def try_channels(ctx: Ctx, channel: str = "") -> None:
    """Try once more to post in a channel, if it is still chosen; without one, in all that are. Raises Forbidden."""
    row = _locked(ctx)
    chosen = [getattr(row, name) for name in CHANNELS]
    _try(ctx, [one for one in chosen if channel in ("", one)])


def channel_uses(ctx: Ctx, channel: str) -> tuple[str, ...]:
    """What a channel is chosen for as the settings are now: names of CHANNELS."""
    row = ctx.session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == ctx.workspace.id)).one()
    return tuple(name for name in CHANNELS if getattr(row, name) == channel)


def _try(ctx: Ctx, channels: Iterable[str]) -> None:
    """Asked of Slack by the worker: whether one may post in a channel shows by posting alone."""
    chosen = tuple(dict.fromkeys(filter(None, channels)))
    if chosen:
        ctx.emit(ChannelsChosen(chosen, ctx.actor.member_id))


@operation("settings.region")
def set_region(ctx: Ctx, values: RegionInput, seen: UUID | None) -> None:
    """Set currency, country and language. Amounts already stored keep the currency they were typed in.

    Raises Invalid, Forbidden, Conflict("edited_meanwhile").
    """
    row = _locked(ctx)
    refuse_changed(ctx, row, seen, REGION)
    problems = {
        "currency": not is_currency(values.currency),
        "country": values.country not in Locale("en").territories or not re.fullmatch("[A-Z]{2}", values.country),
        "locale": not _is_locale(values.locale),
    }
    if any(problems.values()):
        raise Invalid({name: "choice_invalid" for name, wrong in problems.items() if wrong})
    row.currency, row.country, row.locale = values.currency, values.country, normalise_locale(values.locale)


@operation("settings.visibility")
def set_visibility(ctx: Ctx, visibility: Visibility, seen: UUID | None) -> None:
    """Set how far reps see. Raises Forbidden, Conflict("edited_meanwhile")."""
    row = _locked(ctx)
    refuse_changed(ctx, row, seen, ("visibility",))
    row.visibility = visibility


@operation("settings.mail")
def set_mail(ctx: Ctx, values: MailInput, seen: UUID | None) -> None:
    """Set whom mails come from, what stands below them, and when the lack of an answer is brought up.

    Raises Invalid, Forbidden, Conflict("edited_meanwhile").
    """
    row = _locked(ctx)
    refuse_changed(ctx, row, seen, MAIL)
    footer = multiline_text(values.mail_footer)
    if len(footer) > FOOTER_MAX:
        raise Invalid({"mail_footer": "too_long"})
    if not 0 <= values.no_answer_days <= NO_ANSWER_MAX:
        raise Invalid({"no_answer_days": "number_out_of_range"})
    try:
        row.mail_from = email(values.mail_from) if values.mail_from.strip() else ""
    except Unusable as error:
        raise Invalid({"mail_from": error.code}) from error
    row.mail_footer, row.no_answer_days = footer, values.no_answer_days


def _locked(ctx: Ctx) -> WorkspaceRow:
    require_power(ctx, Power.CONFIGURE)
    query = select(WorkspaceRow).where(WorkspaceRow.workspace_id == ctx.workspace.id)
    return ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def _is_locale(tag: str) -> bool:
    try:
        Locale.parse(tag)
    except (UnknownLocaleError, ValueError):
        return False
    return True
