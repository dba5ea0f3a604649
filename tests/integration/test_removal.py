"""What is removed, merged or handed over, and where all that hung on it goes: at once, or by the worker."""

import time
from collections.abc import Mapping
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core import activities, bulk, deals, jobs, undo
from core.activities import CallInput
from core.administration import merging, people, pipelines, removal, words
from core.administration.removal import Moved
from core.administration.words import WordList
from core.context import Ctx, Workspace
from core.db import Database
from core.enums import BulkState, CallOutcome, Direction, EntityType, LeadStatus, Role, StageKind
from core.errors import Conflict, Invalid, NotFound
from core.models import ActivityObjection, BulkJob, Deal, Lead, Member, Objection, Pipeline, Stage
from core.queries import administration as queries
from core.queries import pipeline_settings
from core.queries.activities import find_objections
from notifications.bulk import BulkRunner
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_activity,
    make_deal,
    make_lead,
    make_member,
    make_objection,
    put,
    the_stage,
    together,
)
from tests.integration.lead_world import at_once

MANY = jobs.AT_ONCE + 150


class Slack:
    """Takes every call."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def call(self, team_id: str, method: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
        self.said.append((str(arguments["channel"]), str(arguments["text"])))
        return {"ok": True, "channel": f"D{arguments['channel']}", "ts": "1.1"}


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def runner(database: Database, clock: FixedClock, slack: Slack) -> BulkRunner:
    return BulkRunner(database, clock, slack)


@pytest.fixture
def ada(ctx_for: CtxFor) -> Member:
    """The workspace's admin."""
    with ctx_for() as ctx:
        return ctx.session.scalars(select(Member).where(Member.role == Role.ADMIN)).one()


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def partners(ctx_for: CtxFor, ada: Member) -> UUID:
    """A second pipeline: Lead in, Qualified, Proposal, Negotiation, Won, Lost, and one more stage called Talking."""
    with ctx_for(ada) as ctx:
        made = pipelines.add(ctx, "Partners")
        put(ctx, Stage(pipeline_id=made.id, name="Talking", position=4, kind=StageKind.OPEN))
        return made.id


def finish(runner: BulkRunner, workspace: Workspace) -> int:
    pieces = 0
    while runner.round([workspace.id]):
        pieces += 1
    return pieces


def stages_in(ctx: Ctx, pipeline_id: UUID) -> dict[str, Stage]:
    query = select(Stage).where(Stage.pipeline_id == pipeline_id)
    return {one.name: one for one in ctx.session.scalars(query)}


def sales_id(ctx: Ctx) -> UUID:
    return ctx.session.scalars(select(Pipeline.id).where(Pipeline.name == "Sales")).one()


def where(ctx: Ctx) -> dict[str, int]:
    """How many deals stand in each stage: `Sales/Proposal`."""
    query = (
        select(Pipeline.name + "/" + Stage.name, func.count())
        .select_from(Deal)
        .join(Stage, Stage.id == Deal.stage_id)
        .join(Pipeline, Pipeline.id == Deal.pipeline_id)
        .where(Deal.workspace_id == ctx.workspace.id)
        .group_by(Pipeline.name, Stage.name)
    )
    return {str(row[0]): int(row[1]) for row in ctx.session.execute(query)}


def make_many(ctx: Ctx, stage: Stage, count: int = MANY) -> None:
    with together(ctx):
        for n in range(count):
            make_deal(ctx, f"Deal {n}", stage=stage)


def make_many_leads(ctx: Ctx, owner: Member) -> None:
    with together(ctx):
        for n in range(MANY):
            make_lead(ctx, f"Lead {n}", owner=owner)


# -- pipelines ----------------------------------------------------------------------------------------------------


def test_a_pipeline_goes_each_deal_to_the_namesake_of_its_stage_and_undo_brings_all_back(
    ctx_for: CtxFor, ada: Member, partners: UUID
) -> None:
    with ctx_for() as ctx:
        there = stages_in(ctx, partners)
        for name, over in (("Proposal", {}), ("Talking", {}), ("Won", {"closed_at": ctx.now})):
            make_deal(ctx, name, stage=there[name], **over)
        sales = sales_id(ctx)
    with ctx_for(ada) as ctx:
        found = pipeline_settings.pipeline_removal(ctx, partners)
        assert (found.deals, [(way.name, way.elsewhere) for way in found.targets]) == (
            3,
            [("Sales", (("Talking", "Lead in"),))],
        )
    for target in (None, partners, UUID(int=1)):
        with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
            removal.remove_pipeline(ctx, partners, target)
        assert list(refused.value.fields) == ["target"]
    with ctx_for(ada) as ctx:
        assert removal.remove_pipeline(ctx, partners, sales) == Moved(3)
        change = ctx.change_id
    with ctx_for(ada) as ctx:
        assert where(ctx) == {"Sales/Proposal": 1, "Sales/Lead in": 1, "Sales/Won": 1}
        assert [row.name for row in pipeline_settings.pipelines(ctx)] == ["Sales"]
        won = ctx.session.scalars(select(Deal).where(Deal.name == "Won")).one()
        assert won.closed_at == ctx.now
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ada) as ctx:
        assert where(ctx) == {"Partners/Proposal": 1, "Partners/Talking": 1, "Partners/Won": 1}
        assert [(row.name, row.stages) for row in pipeline_settings.pipelines(ctx)] == [("Sales", 6), ("Partners", 7)]


def test_one_pipeline_stays_whoever_removes_or_undoes(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        sales = sales_id(ctx)
        with pytest.raises(Conflict) as refused:
            removal.remove_pipeline(ctx, sales, None)
        assert refused.value.code == "last_pipeline"
        with pytest.raises(Conflict):
            pipeline_settings.pipeline_removal(ctx, sales)
    with ctx_for(ada) as ctx:
        partners = pipelines.add(ctx, "Partners").id
        added = ctx.change_id
    with ctx_for(ada) as ctx:
        assert removal.remove_pipeline(ctx, sales, None) == Moved(0)
    with pytest.raises(Conflict) as kept, ctx_for(ada) as ctx:
        undo.undo(ctx, added)
    assert kept.value.code == "last_pipeline"
    with ctx_for(ada) as ctx:
        assert [row.id for row in pipeline_settings.pipelines(ctx)] == [partners]


def test_two_admins_who_remove_the_last_two_pipelines_leave_one(ctx_for: CtxFor, ada: Member, partners: UUID) -> None:
    with ctx_for(ada) as ctx:
        sales = sales_id(ctx)

    def remove(pipeline_id: UUID, target_id: UUID) -> None:
        with ctx_for(ada) as ctx:
            removal.remove_pipeline(ctx, pipeline_id, target_id)

    refused = at_once(lambda: remove(sales, partners), lambda: remove(partners, sales))
    assert [error.code for error in refused if error] == ["last_pipeline"]


def test_what_somebody_removed_meanwhile_is_said_to_be_gone(ctx_for: CtxFor, ada: Member, partners: UUID) -> None:
    with ctx_for(ada) as ctx:
        removal.remove_pipeline(ctx, partners, None)
    for act in (
        lambda ctx: removal.remove_pipeline(ctx, partners, sales_id(ctx)),
        lambda ctx: pipelines.rename(ctx, partners, "Resellers", None),
        lambda ctx: pipelines.shift(ctx, partners, up=True),
        lambda ctx: pipeline_settings.pipeline_removal(ctx, partners),
    ):
        with ctx_for(ada) as ctx, pytest.raises(NotFound) as gone:
            act(ctx)
        assert gone.value.code == "removed_meanwhile"


def test_pipelines_are_ordered(ctx_for: CtxFor, ada: Member, partners: UUID) -> None:
    with ctx_for(ada) as ctx:
        pipelines.shift(ctx, partners, up=True)
        change = ctx.change_id
    with ctx_for(ada) as ctx:
        assert [row.name for row in pipeline_settings.pipelines(ctx)] == ["Partners", "Sales"]
        pipelines.shift(ctx, partners, up=True)
        undo.undo(ctx, change)
    with ctx_for(ada) as ctx:
        assert [row.name for row in pipeline_settings.pipelines(ctx)] == ["Sales", "Partners"]


# -- more than fit into one answer --------------------------------------------------------------------------------


def test_a_pipeline_with_many_deals_is_emptied_by_the_worker_and_undone_as_one(
    ctx_for: CtxFor, ada: Member, partners: UUID, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    with ctx_for() as ctx:
        make_many(ctx, stages_in(ctx, partners)["Proposal"])
        sales = sales_id(ctx)
    with ctx_for(ada) as ctx:
        assert removal.remove_pipeline(ctx, partners, sales) == Moved(0, later=MANY)
        change = ctx.change_id
    for again in (
        lambda ctx: removal.remove_pipeline(ctx, partners, sales),
        lambda ctx: bulk.take_back(ctx, change),
    ):
        with ctx_for(ada) as ctx, pytest.raises(Conflict) as running:
            again(ctx)
        assert running.value.code == "bulk_running"
    runner.round([workspace.id])
    with ctx_for(ada) as ctx:
        # Who goes on selling meanwhile is not left behind.
        make_deal(ctx, "Late", stage=stages_in(ctx, partners)["Qualified"])
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        assert where(ctx) == {"Sales/Proposal": MANY, "Sales/Qualified": 1}
        assert [row.name for row in pipeline_settings.pipelines(ctx)] == ["Sales"]
    assert slack.said[0][1] == "Removing pipeline *Partners*. Working: 100 of 250."
    assert slack.said[-1] == (f"D{ada.slack_user_id}", f"Pipeline Partners is removed; {MANY + 1} deals moved.")
    with ctx_for(ada) as ctx:
        assert bulk.take_back(ctx, change) is None
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        assert where(ctx) == {"Partners/Proposal": MANY, "Partners/Qualified": 1}
        assert [row.name for row in pipeline_settings.pipelines(ctx)] == ["Sales", "Partners"]
    with ctx_for(ada) as ctx, pytest.raises(Conflict) as twice:
        bulk.take_back(ctx, change)
    assert twice.value.code == "undo_already"


def test_a_stage_with_many_deals_goes_with_the_last_of_them(
    ctx_for: CtxFor, ada: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    with ctx_for() as ctx:
        stage, target = the_stage(ctx, "Proposal"), the_stage(ctx, "Qualified")
        make_many(ctx, stage)
    with ctx_for(ada) as ctx, pytest.raises(Invalid):
        removal.remove_stage(ctx, stage.id, None)
    with ctx_for(ada) as ctx:
        assert removal.remove_stage(ctx, stage.id, target.id) == Moved(0, later=MANY)
    runner.round([workspace.id])
    with ctx_for(ada) as ctx:
        assert where(ctx) == {"Sales/Qualified": 100, "Sales/Proposal": 150}
        assert pipeline_settings.stage(ctx, stage.id).stage.deals == 150
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        assert where(ctx) == {"Sales/Qualified": MANY}
        with pytest.raises(NotFound):
            pipeline_settings.stage(ctx, stage.id)
    assert slack.said[-1][1] == f"Stage Proposal is removed; {MANY} deals moved."


def test_where_the_target_goes_too_the_rest_stays_and_what_was_done_can_be_undone(
    ctx_for: CtxFor, ada: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    with ctx_for() as ctx:
        stage, target = the_stage(ctx, "Proposal"), the_stage(ctx, "Qualified")
        make_many(ctx, stage)
    with ctx_for(ada) as ctx:
        removal.remove_stage(ctx, stage.id, target.id)
        change = ctx.change_id
    runner.round([workspace.id])
    with ctx_for(ada) as ctx:
        removal.remove_stage(ctx, target.id, the_stage(ctx, "Negotiation").id)
    finish(runner, workspace)
    with ctx_for() as ctx:
        job = ctx.session.scalars(select(BulkJob).where(BulkJob.workspace_id == workspace.id)).one()
        assert (job.state, job.params["code"], job.done) == (BulkState.STOPPED, "target_gone", 100)
        assert where(ctx) == {"Sales/Negotiation": 100, "Sales/Proposal": 150}
    assert slack.said[-1][1].startswith("Stopped after 100 of 250. What it was to go to is not there any more.")
    with ctx_for(ada) as ctx:
        assert bulk.take_back(ctx, change) is None
    finish(runner, workspace)
    assert slack.said[-1][1].startswith("This was not done. This cannot be undone any more")


def test_a_leaver_is_out_at_once_and_the_worker_hands_over(
    ctx_for: CtxFor, ada: Member, ana: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben Okafor")
        make_many_leads(ctx, ana)
        for n in range(10):
            make_deal(ctx, f"Deal {n}", owner=ana)
        make_lead(ctx, "Over", owner=ana, status=LeadStatus.LOST)
    with ctx_for(ada) as ctx:
        assert people.deactivate(ctx, ana.id, ben.slack_user_id) == Moved(0, later=MANY + 10)
        assert not queries.member(ctx, ana.id).row.active
        change = ctx.change_id
    finish(runner, workspace)

    def owned(by: Member) -> int:
        with ctx_for() as ctx:
            rows = select(func.count()).where(Lead.workspace_id == workspace.id, Lead.owner_id == by.id)
            return ctx.session.execute(rows).scalar_one()

    assert (owned(ana), owned(ben)) == (1, MANY)
    assert (ben.slack_user_id, f"Ada Admin gave you {MANY + 10} records of Ana Costa.") in slack.said
    assert f"{MANY + 10} records of Ana Costa are handed over." in [text for _, text in slack.said]
    with ctx_for(ada) as ctx:
        assert bulk.take_back(ctx, change) is None
    finish(runner, workspace)
    assert (owned(ana), owned(ben)) == (MANY + 1, 0)
    with ctx_for(ada) as ctx:
        assert queries.member(ctx, ana.id).row.active


def test_an_admin_may_hand_over_their_own_and_leave(
    ctx_for: CtxFor, ada: Member, ana: Member, runner: BulkRunner, workspace: Workspace
) -> None:
    with ctx_for() as ctx:
        ctx.session.get_one(Member, (workspace.id, ana.id)).role = Role.ADMIN
        make_many_leads(ctx, ana)
    with ctx_for(ana) as ctx:
        people.deactivate(ctx, ana.id, ada.slack_user_id)
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        assert dict(queries.member(ctx, ana.id).open)[EntityType.LEAD] == 0


def test_what_a_stopped_handover_left_is_handed_over_later(
    ctx_for: CtxFor, ada: Member, ana: Member, runner: BulkRunner, workspace: Workspace
) -> None:
    with ctx_for() as ctx:
        ben, cleo = make_member(ctx, "Ben Okafor"), make_member(ctx, "Cleo")
        make_many_leads(ctx, ana)
    with ctx_for(ada) as ctx:
        people.deactivate(ctx, ana.id, ben.slack_user_id)
    runner.round([workspace.id])
    with ctx_for(ada) as ctx:
        people.deactivate(ctx, ben.id, cleo.slack_user_id)
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        assert dict(queries.member(ctx, ana.id).open)[EntityType.LEAD] == MANY - 100
        people.deactivate(ctx, ana.id, cleo.slack_user_id)
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        assert dict(queries.member(ctx, cleo.id).open)[EntityType.LEAD] == MANY


def test_an_undo_of_five_hundred_is_left_to_the_worker_whoever_asks(
    ctx_for: CtxFor, ada: Member, ana: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    with ctx_for() as ctx, together(ctx):
        ids = [make_lead(ctx, f"Lead {n}", owner=ana).id for n in range(bulk.MOST)]
    with ctx_for(ana) as ctx:
        job = bulk.start(ctx, EntityType.LEAD, jobs.STATUS, "contacted", ids)
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        began = time.monotonic()
        assert bulk.take_back(ctx, job.change_id) is None
        assert time.monotonic() - began < 1
    finish(runner, workspace)
    assert slack.said[-1] == (ada.slack_user_id, "Undone: 500 records are as they were before.")
    with ctx_for() as ctx:
        left = select(func.count()).where(Lead.workspace_id == workspace.id, Lead.status != LeadStatus.NEW)
        assert ctx.session.execute(left).scalar_one() == 0


# -- objections ---------------------------------------------------------------------------------------------------


def heard(ctx: Ctx, *objections: Objection) -> UUID:
    """A call on which these were heard."""
    call = make_activity(ctx, make_lead(ctx))
    for one in objections:
        put(ctx, ActivityObjection(activity_id=call.id, objection_id=one.id))
    return call.id


def on_calls(ctx: Ctx) -> dict[UUID, list[str]]:
    query = (
        select(ActivityObjection.activity_id, func.array_agg(Objection.name))
        .join(Objection, Objection.id == ActivityObjection.objection_id)
        .where(ActivityObjection.workspace_id == ctx.workspace.id, ActivityObjection.archived_at.is_(None))
        .group_by(ActivityObjection.activity_id)
    )
    return {call: sorted(names) for call, names in ctx.session.execute(query)}


def test_two_objections_become_one_calls_keep_it_and_undo_parts_them(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for() as ctx:
        price, dear, slow = (make_objection(ctx, name) for name in ("Price", "Too dear", "Too slow"))
        first, both, other = heard(ctx, dear), heard(ctx, dear, price, slow), heard(ctx, price)
        before = on_calls(ctx)
    for target in (None, dear.id, UUID(int=1)):
        with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
            merging.merge(ctx, dear.id, target)
        assert list(refused.value.fields) == ["target"]
    with ctx_for(ada) as ctx:
        assert queries.calls_with(ctx, dear.id) == 2
        assert merging.merge(ctx, dear.id, price.id) == Moved(2)
        change = ctx.change_id
    with ctx_for() as ctx:
        assert on_calls(ctx) == {first: ["Price"], both: ["Price", "Too slow"], other: ["Price"]}
        assert [one.name for one in find_objections(ctx, "")] == ["Price", "Too slow"]
    with ctx_for(ada) as ctx, pytest.raises(NotFound):
        merging.merge(ctx, dear.id, price.id)
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    with ctx_for() as ctx:
        assert on_calls(ctx) == before
        assert [one.name for one in find_objections(ctx, "")] == ["Price", "Too dear", "Too slow"]


def test_a_merged_objection_that_is_typed_again_is_the_one_it_became(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
        price, dear, cost = (make_objection(ctx, name) for name in ("Price", "Too dear", "Costs"))

    def said(*objections: str) -> list[str]:
        with ctx_for(ana) as ctx:
            values = CallInput(direction=Direction.OUTBOUND, outcome=CallOutcome.CONNECTED, objections=objections)
            call = activities.log_call(ctx, "lead", lead.id, values)
            ctx.session.flush()
            return on_calls(ctx)[call.id]

    def merged(one: Objection, other: Objection) -> UUID:
        with ctx_for(ada) as ctx:
            merging.merge(ctx, one.id, other.id)
            return ctx.change_id

    first, second = merged(dear, price), merged(price, cost)
    # Typed, chosen in a form that was opened before, and over several merges in a row.
    assert said("new:too DEAR") == said(str(dear.id)) == said("new:Price", str(price.id)) == ["Costs"]
    with ctx_for(ada) as ctx:
        words.remove(ctx, WordList.OBJECTIONS, cost.id)
    assert said("new:Too dear") == ["Costs"]
    with ctx_for(ada) as ctx:
        undo.undo(ctx, second)
    assert said("new:too dear") == ["Price"]
    with ctx_for(ada) as ctx:
        undo.undo(ctx, first)
    assert said("new:too dear") == ["Too dear"]


def test_a_merged_objection_that_an_admin_adds_again_is_one_of_its_own(
    ctx_for: CtxFor, ada: Member, ana: Member
) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx, owner=ana)
        price, dear = make_objection(ctx, "Price"), make_objection(ctx, "Too dear")
    changes: list[UUID] = []
    for one, other in ((dear, price), (price, dear)):
        with ctx_for(ada) as ctx:
            merging.merge(ctx, one.id, other.id)
        with ctx_for(ada) as ctx:
            words.add(ctx, WordList.OBJECTIONS, one.name)
            changes.append(ctx.change_id)
    with ctx_for() as ctx:
        assert {one.name for one in find_objections(ctx, "")} == {"Price", "Too dear"}
    for change in changes:
        # Both mean each other now; what is typed still is something.
        with ctx_for(ada) as ctx:
            undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        values = CallInput(direction=Direction.OUTBOUND, outcome=CallOutcome.CONNECTED, objections=("new:Price",))
        activities.log_call(ctx, "lead", lead.id, values)
    with ctx_for() as ctx:
        assert len(find_objections(ctx, "")) == 1


def test_an_objection_of_many_calls_is_merged_by_the_worker(
    ctx_for: CtxFor, ada: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    with ctx_for() as ctx:
        price, dear = make_objection(ctx, "Price"), make_objection(ctx, "Too dear")
        lead = make_lead(ctx)
        with together(ctx):
            for _ in range(MANY):
                call = make_activity(ctx, lead)
                put(ctx, ActivityObjection(activity_id=call.id, objection_id=dear.id))
    with ctx_for(ada) as ctx:
        assert merging.merge(ctx, dear.id, price.id) == Moved(0, later=MANY)
        change = ctx.change_id
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        assert queries.calls_with(ctx, price.id) == MANY
        assert [one.name for one in find_objections(ctx, "")] == ["Price"]
        bulk.take_back(ctx, change)
    finish(runner, workspace)
    with ctx_for(ada) as ctx:
        assert (queries.calls_with(ctx, price.id), queries.calls_with(ctx, dear.id)) == (0, MANY)
    assert f"Too dear is merged; {MANY} calls changed." in [text for _, text in slack.said]


@pytest.mark.parametrize("which", [WordList.SOURCES, WordList.LOSS_REASONS])
def test_words_that_are_shown_in_an_order_are_ordered(ctx_for: CtxFor, ada: Member, which: WordList) -> None:
    def shown() -> list[str]:
        with ctx_for(ada) as ctx:
            return [row.name for row in queries.word_page(ctx, which).rows]

    before = shown()
    with ctx_for(ada) as ctx:
        third = queries.word_page(ctx, which).rows[2]
        words.shift(ctx, which, third.id, up=True)
    assert shown() == [before[0], before[2], before[1], *before[3:]]
    with ctx_for(ada) as ctx:
        words.shift(ctx, which, third.id, up=True)
        words.shift(ctx, which, third.id, up=True)
        change = ctx.change_id
    assert shown()[0] == third.name
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    assert shown()[1] == third.name
    with ctx_for(ada) as ctx, pytest.raises(NotFound):
        words.shift(ctx, WordList.OBJECTIONS, make_objection(ctx).id, up=True)


def test_no_deal_is_put_into_a_pipeline_that_goes(ctx_for: CtxFor, ada: Member, ana: Member, partners: UUID) -> None:
    with ctx_for() as ctx:
        there = stages_in(ctx, partners)
        deal = make_deal(ctx, owner=ana, stage=there["Proposal"])
        sales = sales_id(ctx)

    def move() -> None:
        with ctx_for(ana) as ctx:
            deals.move(ctx, deal.id, there["Negotiation"].id)

    def remove() -> None:
        with ctx_for(ada) as ctx:
            removal.remove_pipeline(ctx, partners, sales)

    refused = at_once(move, remove)
    assert {error.code for error in refused if error} <= {"invalid", "busy"}
    with ctx_for() as ctx:
        now = ctx.session.get_one(Deal, (ctx.workspace.id, deal.id))
        assert ctx.session.get_one(Stage, (ctx.workspace.id, now.stage_id)).archived_at is None
