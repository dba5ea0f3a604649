"""A sample company for the demo: eighteen months of selling robots, the same in every start.

Everything is done by the people themselves through the product's own operations, in the order of time, each step at its
own moment: the history, the time in each stage and the last touches are what they would be had it all happened.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Text, and_, cast, delete, not_, select
from sqlalchemy.orm import Session

from core import targets, workspaces
from core.administration.workspace import ChannelsInput, set_channels
from core.context import Actor, Clock, Ctx, Workspace
from core.db import Database
from core.enums import Role
from core.events import MemberJoined, RecordChanged
from core.models import Activity, Lead, Member, Outbox, Product, WorkspaceRow
from core.operations import operation
from core.targets import Holder, TargetsInput
from core.workspaces import SlackPerson
from sandbox.model import Team, User
from sandbox.sample_company_data import PRODUCTS
from sandbox.sample_company_mail import FOOTER, SENDER, add_templates, with_mails
from sandbox.sample_company_quotes import with_quotes
from sandbox.sample_company_story import Step, tell

SEED = 7
CURRENCY, LOCALE, COUNTRY = "EUR", "en_GB", "DE"
STEPS_KEPT = 50


@dataclass(frozen=True)
class Staff:
    """The people of the story, as actors."""

    ana: Actor
    ben: Actor
    mira: Actor
    sam: Actor


def ensure_sample_company(database: Database, clock: Clock, team: Team) -> bool:
    """Fill the team's workspace; all or nothing. False where it has leads already, which then stay as they are."""
    workspace_id = workspaces.workspace_id_for(team.id)
    with database.begin(workspace_id) as session:
        if session.scalar(select(Lead.id).where(Lead.workspace_id == workspace_id).limit(1)) is not None:
            return False
        workspace, staff = _set_up(session, clock, team)
        begun = _ctx(session, workspace, staff.sam, clock.now() - timedelta(days=560))
        _add_products(begun)
        add_templates(begun)
        dice = random.Random(SEED)  # noqa: S311 - a story
        story = tell(dice, clock.now(), (staff.ana, staff.ben, staff.mira))
        _play(session, workspace, with_mails(with_quotes(story, clock.now()), clock.now()))
        sales = next(one.id for one in team.channels.values() if one.name == "sales")
        now = _ctx(session, workspace, staff.sam, clock.now())
        set_channels(now, ChannelsInput(sales, sales, sales), None)
        _set_targets(_ctx(session, workspace, staff.mira, clock.now()), staff)
        session.flush()
        _hush(session, workspace)
    return True


def _set_up(session: Session, clock: Clock, team: Team) -> tuple[Workspace, Staff]:
    """The workspace and its people: Mira manages Ana and Ben, Sam administers."""
    people = {user.role_hint + user.name: user for user in team.users.values()}
    ana, ben = people["repana"], people["repben"]
    mira, sam = people["managermira"], people["adminsam"]
    ctx = workspaces.enter(session, clock, SlackPerson(team.id, sam.id, sam.real_name), "sample data")
    row = session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == ctx.workspace.id)).one()
    row.name, row.currency, row.locale, row.country = team.name, CURRENCY, LOCALE, COUNTRY
    row.mail_from, row.mail_footer = SENDER, FOOTER
    row.bot_user_id = team.app.bot_user_id
    manager = _member(ctx, mira, Role.MANAGER)
    reps = [_member(ctx, user, Role.REP) for user in (ana, ben)]
    for rep in reps:
        rep.manager_id = manager.id
    admin = _member(ctx, sam, Role.ADMIN)
    session.flush()
    actors = [workspaces.describe_member(one) for one in (*reps, manager, admin)]
    return workspaces.describe(row), Staff(*actors)


def _member(ctx: Ctx, user: User, role: Role) -> Member:
    query = select(Member).where(Member.workspace_id == ctx.workspace.id, Member.slack_user_id == user.id)
    member = ctx.session.scalars(query).one_or_none()
    member = member or workspaces.add_member(ctx, user.id, user.real_name, role)
    member.tz, member.locale, member.email = user.tz, user.locale.replace("-", "_"), user.email
    member.synced_at = ctx.now
    return member


@operation("product.create")
def _add_products(ctx: Ctx) -> None:
    for name, sku, price, tax in PRODUCTS:
        product = Product(name=name, sku=sku, unit_price=Decimal(price), currency=CURRENCY, tax_percent=Decimal(tax))
        ctx.add(product)


def _set_targets(ctx: Ctx, staff: Staff) -> None:
    """What Mira wants of her team and of each of the reps, this month and next."""
    this_month = ctx.today.date().replace(day=1)
    for month in (this_month, targets.month_after(this_month)):
        for holder, won, calls in (
            (Holder(_id(staff.mira), team=True), 250_000, 160),
            (Holder(_id(staff.ana)), 110_000, 60),
            (Holder(_id(staff.ben)), 90_000, 60),
        ):
            targets.set_targets(ctx, holder, month, TargetsInput({CURRENCY: Decimal(won)}, calls), ())


def _id(actor: Actor) -> UUID:
    if actor.member_id is None:
        raise LookupError(actor.name)
    return actor.member_id


def _play(session: Session, workspace: Workspace, story: Sequence[Step]) -> None:
    """Do every step at its moment."""
    made: dict[str, UUID] = {}
    for count, step in enumerate(story, start=1):
        step.do(_ctx(session, workspace, step.actor, step.at), made, *step.told)
        if count % STEPS_KEPT == 0:
            # Fewer known objects make each of the following flushes cheaper.
            session.flush()
            session.expunge_all()


def _ctx(session: Session, workspace: Workspace, actor: Actor, at: datetime) -> Ctx:
    """Somebody at some moment; a transaction elsewhere has one actor and one moment."""
    session.info.pop("scope", None)  # whom the last one may see (core.access)
    ctx = session.info["ctx"] = Ctx(session, workspace, actor, at, "sample data")
    return ctx


def _hush(session: Session, workspace: Workspace) -> None:
    """Nobody is told of eighteen months at once. The people are still welcomed, and reminded of what is to come."""
    to_come = select(cast(Activity.id, Text)).where(
        Activity.workspace_id == workspace.id, Activity.starts_at.is_not(None), Activity.done_at.is_(None)
    )
    reminds = and_(Outbox.kind == RecordChanged.kind, Outbox.payload["entity_id"].astext.in_(to_come))
    session.execute(
        delete(Outbox).where(Outbox.workspace_id == workspace.id, Outbox.kind != MemberJoined.kind, not_(reminds))
    )
