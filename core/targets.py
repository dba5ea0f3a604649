"""Targets: what people and teams are to reach in a month, set by those who look after them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from core.access import Power, Verb, load, may_touch, require_power, visible
from core.conflicts import FieldChange
from core.context import Ctx
from core.enums import TargetKind
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.locks import take_turns
from core.models import History, Member, Target
from core.money import LARGEST, is_currency, round_money
from core.normalise import Unusable
from core.operations import operation
from core.when import understand

COUNT_MAX = 1_000_000
"""Calls or mails in a month."""
YEARS = 5
"""Months so many years around this one may have targets."""

_NUMBERS = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})|(?P<month>\d{1,2})[./-](?P<year>\d{4})")


class Holder(NamedTuple):
    """Whose target: a member's own, or (`team`) that of all who work for them, themselves included."""

    member_id: UUID
    team: bool = False


@dataclass(frozen=True)
class Wanted:
    """One thing to reach. `currency` is ISO 4217 for value won, empty for calls and mails."""

    kind: TargetKind
    amount: Decimal
    currency: str = ""


@dataclass(frozen=True)
class TargetsInput:
    """What somebody is to reach in a month; None, 0 and what is left out stand for no target."""

    value_won: Mapping[str, Decimal | None] = field(default_factory=dict)
    """By currency."""
    calls: int | None = None
    mails: int | None = None


@operation("target.set")
def set_targets(ctx: Ctx, holder: Holder, month: date, values: TargetsInput, seen: tuple[Wanted, ...]) -> None:
    """Say all that somebody, or a team, is to reach in a month (its first day); `seen` is what the form showed.

    Raises Invalid, NotFound, Forbidden, Conflict("edited_meanwhile").
    """
    rows = _locked(ctx, holder, month)
    _refuse_changed(ctx, rows, seen)
    wanted = {(one.kind, one.currency): one.amount for one in _checked(values)}
    _put(ctx, holder, month, rows, wanted)
    for key, row in rows.items():
        if key not in wanted and row.archived_at is None:
            row.archived_at = ctx.now


@operation("target.remove")
def remove(ctx: Ctx, holder: Holder, month: date) -> None:
    """Take away all that somebody, or a team, was to reach in a month.

    Raises Invalid, NotFound (also where there is nothing to take away), Forbidden.
    """
    living = [row for row in _locked(ctx, holder, month).values() if row.archived_at is None]
    if not living:
        raise NotFound
    for row in living:
        row.archived_at = ctx.now


@operation("target.copy")
def copy_last_month(ctx: Ctx, month: date) -> int:
    """Give the month the targets of the one before: to all whom the actor sets them for and who have none yet.

    How many people and teams that were. Who has no access any more gets none. Raises Invalid, Forbidden.
    """
    require_power(ctx, Power.SET_TARGETS)
    _check_month(ctx, month)
    take_turns(ctx, _turn(month))
    before, now = _of_month(ctx, month_before(month)), _of_month(ctx, month)
    taken = {holder for holder, rows in now.items() if any(row.archived_at is None for row in rows.values())}
    here = set(ctx.session.scalars(visible(ctx, Member).where(Member.active).with_only_columns(Member.id)))
    copied = 0
    for holder, rows in before.items():
        wanted = {key: row.amount for key, row in rows.items() if row.archived_at is None}
        if wanted and holder not in taken and holder.member_id in here and may_set(ctx, holder.member_id):
            _put(ctx, holder, month, now.get(holder, {}), wanted)
            copied += 1
    return copied


def may_set(ctx: Ctx, member_id: UUID) -> bool:
    """Whether the actor says what this member, or their team, is to reach."""
    return may_touch(ctx, Target(member_id=member_id), Verb.EDIT)


def in_reach(month: date, today: date) -> bool:
    """Whether targets are set and read for a month: it lies within YEARS of today's year."""
    return abs(month.year - today.year) <= YEARS


def month_before(month: date) -> date:
    """The first day of the month before."""
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def month_after(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + (month.month == 12), month.month % 12 + 1, 1)


def month_meant(text: str, locale: str, now: datetime) -> date:
    """The first day of the month that somebody typed at their own moment `now`: `december`, `2026-12`, `next`.

    Nothing typed is the month that runs. Raises Unusable("month_unclear"), and Unusable("month_invalid") for one that
    nobody sets targets for.
    """
    month = _month_typed(text, locale, now)
    if not in_reach(month, now.date()):
        raise Unusable("month_invalid")
    return month


def _month_typed(text: str, locale: str, now: datetime) -> date:
    this_month = now.replace(day=1)
    words = text.strip().casefold().removesuffix(" month")
    match words:
        case "" | "this":
            return this_month.date()
        case "last":
            return month_before(this_month.date())
        case "next":
            return month_after(this_month.date())
    numbers = _NUMBERS.fullmatch(words)
    try:
        if numbers is not None:
            return date(int(numbers["y"] or numbers["year"]), int(numbers["m"] or numbers["month"]), 1)
        return understand(f"1 {words}", locale, this_month).day.replace(day=1)
    except ValueError as error:
        raise Unusable("month_unclear") from error


_Key = tuple[TargetKind, str]
_Rows = dict[_Key, Target]


def _locked(ctx: Ctx, holder: Holder, month: date) -> _Rows:
    """The rows there are for them, removed ones too, with the turn that changes of the month take.

    A row that is not there yet cannot be locked, so two people would both make it.
    """
    require_power(ctx, Power.SET_TARGETS)
    _check_month(ctx, month)
    load(ctx, Member, holder.member_id, Verb.SEE)
    if not may_set(ctx, holder.member_id):
        raise Forbidden("targets_of_others")
    take_turns(ctx, _turn(month))
    return _of_month(ctx, month).get(holder, {})


def _of_month(ctx: Ctx, month: date) -> dict[Holder, _Rows]:
    query = select(Target).where(Target.workspace_id == ctx.workspace.id, Target.month == month).order_by(Target.id)
    found: dict[Holder, _Rows] = {}
    for row in ctx.session.scalars(query.execution_options(populate_existing=True)):
        found.setdefault(Holder(row.member_id, row.team), {})[row.kind, row.currency] = row
    return found


def _put(ctx: Ctx, holder: Holder, month: date, rows: _Rows, wanted: Mapping[_Key, Decimal]) -> None:
    """Set what is wanted: what was removed before comes back, as there is one row for each thing."""
    for (kind, currency), amount in wanted.items():
        row = rows.get((kind, currency))
        if row is None:
            ctx.add(Target(kind=kind, currency=currency, month=month, amount=amount, **holder._asdict()))
        else:
            row.amount, row.archived_at = amount, None


def _checked(values: TargetsInput) -> Iterable[Wanted]:
    problems: dict[str, str] = {}
    wanted = []
    for currency, amount in values.value_won.items():
        if not is_currency(currency):
            problems[f"value_{currency}"] = "choice_invalid"
        elif amount and not 0 < amount <= LARGEST:
            problems[f"value_{currency}"] = "amount_negative" if amount < 0 else "amount_too_large"
        elif amount and (rounded := round_money(amount, currency)):
            wanted.append(Wanted(TargetKind.VALUE_WON, rounded, currency))
    for kind, count in ((TargetKind.CALLS, values.calls), (TargetKind.MAILS, values.mails)):
        if count and not 0 < count <= COUNT_MAX:
            problems[kind.value] = "number_out_of_range"
        elif count:
            wanted.append(Wanted(kind, Decimal(count)))
    if problems:
        raise Invalid(problems)
    return wanted


def _check_month(ctx: Ctx, month: date) -> None:
    if month.day != 1 or not in_reach(month, ctx.today.date()):
        raise Invalid({"month": "month_invalid"})


def _turn(month: date) -> str:
    return f"targets:{month.isoformat()}"


def _refuse_changed(ctx: Ctx, rows: _Rows, seen: tuple[Wanted, ...]) -> None:
    """Where somebody changed them since the form was opened, say who and what, as core.conflicts does of one record."""
    then = {(one.kind, one.currency): one.amount for one in seen}
    now = {key: row.amount for key, row in rows.items() if row.archived_at is None}
    if then == now:
        return
    query = (
        select(History.id, History.at, Member.name)
        .outerjoin(Member, (Member.workspace_id == History.workspace_id) & (Member.id == History.actor_id))
        .where(
            History.workspace_id == ctx.workspace.id,
            History.entity == Target.__entity__,
            History.entity_id.in_([row.id for row in rows.values()]),
        )
    )
    last = ctx.session.execute(query.order_by(History.id.desc()).limit(1)).one()
    differing = [key for key in dict.fromkeys((*then, *now)) if then.get(key) != now.get(key)]
    changes = [
        FieldChange(kind.value, _text(then.get((kind, currency)), currency), _text(now.get((kind, currency)), currency))
        for kind, currency in differing
    ]
    raise Conflict("edited_meanwhile", changes=changes, who=last.name, at=last.at, version=last.id)


def _text(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else f"{amount.normalize():f} {currency}".strip()
