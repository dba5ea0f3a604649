"""Random histories of a small team, for the numbers that are counted of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from hypothesis import strategies as st
from sqlalchemy import select

from core.context import Ctx
from core.deals import stages
from core.enums import ActivityKind, CallOutcome, EmailProgress, EmailState, InboundState, MailKind, StageKind
from core.models import (
    ActivityObjection,
    Deal,
    Email,
    InboundEmail,
    LossReason,
    Member,
    Objection,
    Stage,
    StageChange,
    TenantModel,
)
from tests.factories import make_activity, make_deal, make_lead, make_loss_reason, make_member, make_objection, put

Row = TypeVar("Row", bound=TenantModel)
STEP = timedelta(hours=7)


@dataclass(frozen=True)
class Step:
    """Something that happens: what, to which of the deals or leads, and how."""

    what: str
    which: int
    how: int


OTHER_THINGS = ("value", "currency", "owner", "archive", "undo", "lead", "reply", "nothing")
THINGS = ["deal", *["stage"] * 5, *["close"] * 2, *["call"] * 2, *["mail"] * 2, *OTHER_THINGS]
STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(THINGS),
        st.integers(0, 5),
        st.integers(0, 11),
    ),
    min_size=8,
    max_size=40,
)


@dataclass(frozen=True)
class Team:
    ana: Member
    ben: Member
    stages: Sequence[Stage]
    reason: LossReason
    objections: Sequence[Objection]

    def one(self, number: int) -> Member | None:
        return (self.ana, self.ben, None)[number % 3]


def make_team(ctx: Ctx) -> Team:
    """Two people, the usual stages, a reason to lose for and two objections."""
    ana, ben = make_member(ctx, "Ana Costa"), make_member(ctx, "Ben Okafor")
    found = list(
        ctx.session.scalars(select(Stage).where(Stage.workspace_id == ctx.workspace.id).order_by(Stage.position))
    )
    objections = [make_objection(ctx, name) for name in ("Too expensive", "No time")]
    return Team(ana, ben, found, make_loss_reason(ctx), objections)


def happen(ctx: Ctx, team: Team, step: Step) -> None:
    """One thing more."""
    if step.what == "lead":
        make_lead(ctx, owner=team.one(step.how), created_by_id=ctx.actor.member_id)
    elif step.what == "deal":
        begin_deal(ctx, team, step.how)
    else:
        deals = [one for one in rows(ctx, Deal) if one.archived_at is None or step.what == "undo"]
        if deals:
            go_on(ctx, team, deals[step.which % len(deals)], step)


def begin_deal(ctx: Ctx, team: Team, how: int) -> None:
    stage = team.stages[how % 4]
    deal = make_deal(
        ctx,
        stage=stage,
        owner=team.one(how),
        currency="EUR" if how % 2 else "JPY",
        value=None if how == 3 else Decimal(1000 + how),
        expected_close=ctx.now.date() + timedelta(days=how - 2) if how % 4 else None,
        next_step="Call" if how % 5 else "",
        created_by_id=ctx.actor.member_id,
    )
    put(ctx, StageChange(deal_id=deal.id, to_stage_id=stage.id, at=ctx.now, by_id=ctx.actor.member_id))


def go_on(ctx: Ctx, team: Team, deal: Deal, step: Step) -> None:
    how, owner = step.how, team.one(step.how)
    fields: dict[str, tuple[str, object]] = {
        "close": ("expected_close", None if how == 11 else ctx.now.date() + timedelta(days=how - 4)),
        "value": ("value", None if how == 0 else Decimal(how * 777)),
        "currency": ("currency", "EUR" if how % 2 else "JPY"),
        "owner": ("owner_id", owner.id if owner else None),
        "archive": ("archived_at", ctx.now),
    }
    acts = {"stage": enter, "call": talk, "mail": write, "reply": answer}
    if step.what in fields:
        setattr(deal, *fields[step.what])
    elif step.what == "undo":
        take_back(ctx, deal)
    elif step.what in acts:
        acts[step.what](ctx, team, deal, how)


def enter(ctx: Ctx, team: Team, deal: Deal, how: int) -> None:
    stage = team.stages[how % 6]
    stages.enter(ctx, deal, stage)
    deal.loss_reason_id = team.reason.id if stage.kind is StageKind.LOST and how > 5 else None


def take_back(ctx: Ctx, deal: Deal) -> None:
    """As undo does it: what was archived comes back; else the last step is archived, and the deal is where it was."""
    if deal.archived_at is not None:
        deal.archived_at = None
        return
    way = [one for one in rows(ctx, StageChange) if one.deal_id == deal.id and one.archived_at is None]
    last = max(way, key=lambda one: (one.at, one.id))
    if last.from_stage_id is not None:
        last.archived_at = ctx.now
        deal.stage_id = last.from_stage_id
        stage = ctx.session.get_one(Stage, (deal.workspace_id, last.from_stage_id))
        deal.closed_at = None if stage.kind is StageKind.OPEN else last.at - STEP


def talk(ctx: Ctx, team: Team, deal: Deal, how: int) -> None:
    call = make_activity(
        ctx,
        deal,
        kind=ActivityKind.NOTE if how == 0 else ActivityKind.CALL,
        outcome=list(CallOutcome)[how % 8] if how % 3 else None,
        duration_minutes=how if how % 2 else None,
        owner_id=ctx.actor.member_id,
    )
    for objection in team.objections[: how % 3]:
        put(ctx, ActivityObjection(activity_id=call.id, objection_id=objection.id))
    deal.last_touch_at = ctx.now
    if how == 10:
        call.archived_at = ctx.now


def write(ctx: Ctx, _team: Team, deal: Deal, how: int) -> None:
    moment = ctx.now
    ctx.add(
        Email(
            deal_id=deal.id,
            sender_id=ctx.actor.member_id,
            from_name="Ana",
            from_address="ana@acme.example",
            to_address="zoe@lima.example",
            subject="Hello",
            body="Hello.",
            token=f"token{deal.id.hex}{moment.timestamp():.0f}",
            state=EmailState.FAILED if how == 0 else EmailState.SENT,
            created_at=moment,
            sent_at=moment if how else None,
            progress=(None, *EmailProgress)[how % 10],
            opened_at=moment if how % 2 else None,
            replied_at=moment if how % 4 == 3 else None,
        )
    )
    ctx.session.flush()


def answer(ctx: Ctx, team: Team, deal: Deal, how: int) -> None:
    owner = team.one(how)
    ctx.add(
        InboundEmail(
            key=f"{deal.id}{ctx.now}",
            state=InboundState.TRIAGE if how == 1 else InboundState.LINKED,
            kind=MailKind.AWAY if how == 2 else MailKind.HUMAN,
            deal_id=deal.id,
            owner_id=owner.id if owner else None,
            from_address="zoe@lima.example",
            to_addresses=[],
            received_at=ctx.now,
            handled_at=ctx.now if how % 4 == 3 else None,
        )
    )
    ctx.session.flush()


def rows(ctx: Ctx, model: type[Row]) -> list[Row]:
    """All of the workspace's, archived ones too."""
    found = select(model).where(model.workspace_id == ctx.workspace.id).order_by(model.id)
    return list(ctx.session.scalars(found))
