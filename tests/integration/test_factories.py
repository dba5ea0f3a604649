"""The factories give rows that the product itself could have made, in a workspace of the test's own."""

import json
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from core.context import Workspace
from core.db import Database
from core.enums import Role
from core.models import History, Lead, Member
from core.workspaces import workspace_id_for
from tests import factories as make
from tests.conftest import CtxFor
from tests.factories import FixedClock
from tests.snapshots import Snapshot, snapshot


def test_every_factory_inserts(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        boss = make.make_member(ctx, "Mia", role=Role.MANAGER)
        ana = make.make_member(ctx, manager=boss)
        account = make.make_account(ctx, owner=ana)
        stage = make.make_stage(ctx, make.make_pipeline(ctx))
        deal = make.make_deal(ctx, account=account, owner=ana)
        quote = make.make_quote(ctx, deal)
        rows = [
            make.make_contact(ctx, account=account),
            make.make_lead(ctx, owner=ana, source_id=make.make_source(ctx).id),
            make.make_deal(ctx, stage=stage, loss_reason_id=make.make_loss_reason(ctx).id),
            make.make_activity(ctx, deal),
            make.make_quote_line(ctx, quote, product_id=make.make_product(ctx).id),
            make.make_objection(ctx),
            make.make_tag(ctx),
        ]
    assert {row.workspace_id for row in rows} == {account.workspace_id}
    assert ana.manager_id == boss.id
    assert deal.stage_id != stage.id


def test_a_context_acts_as_the_member_at_the_clocks_time(ctx_for: CtxFor, clock: FixedClock) -> None:
    with ctx_for() as ctx:
        ana = make.make_member(ctx)
    clock.advance(hours=1)
    with ctx_for(ana) as ctx:
        lead = make.make_lead(ctx)
        assert ctx.session.scalars(select(History.actor_id).where(History.entity_id == lead.id)).one() == ana.id
    assert lead.created_at == make.START + timedelta(hours=1)


def test_each_test_has_a_workspace_of_its_own(database: Database, clock: FixedClock, workspace: Workspace) -> None:
    other = make.make_workspace(database, clock, name="Globex", currency="EUR")
    assert (other.name, other.currency, other.id != workspace.id) == ("Globex", "EUR", True)
    with make.ctx_as(database, clock, other.id, None) as ctx:
        make.make_lead(ctx)
    with make.ctx_as(database, clock, workspace.id, None) as ctx:
        assert ctx.session.scalars(select(Lead)).all() == []
        assert [member.role for member in ctx.session.scalars(select(Member))] == [Role.ADMIN]


def test_a_copy_holds_the_same_under_ids_of_its_own(database: Database, clock: FixedClock) -> None:
    made = make.make_workspace(database, clock)
    team_id = make.new_team_id()
    copy_id = workspace_id_for(team_id)
    with make.ctx_as(database, clock, made.id, None) as ctx:
        lead = make.make_lead(ctx, owner=make.make_member(ctx))
        original = snapshot(ctx.session, made.id)
    with database.begin(copy_id) as session:
        original.copy_into(session, copy_id, {made.team_id: team_id})
        copy = snapshot(session, copy_id)
        copied = session.scalars(select(Lead)).one()
        assert session.scalars(select(Member).where(Member.id == copied.owner_id)).one().name == "Ana Silva"
    assert copied.id != lead.id
    assert in_order(copy) == in_order(original, {made.team_id: team_id})


def in_order(rows: Snapshot, changed: Mapping[str, str] | None = None) -> dict[str, list[str]]:
    """The rows of each table, as text, in an order of their own."""
    text = rows.rows
    for old, new in (changed or {}).items():
        text = text.replace(old, new)
    return {table: sorted(map(str, found)) for table, found in json.loads(text).items()}
