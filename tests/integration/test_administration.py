"""What admins decide, and what has to stay true whatever they decide."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.handlers.settings import seen_with
from core import deals, leads, tasks, undo
from core.administration import merging, people, pipelines, products, removal, stages, words, workspace
from core.administration.people import MemberInput
from core.administration.products import ProductInput
from core.administration.removal import Moved
from core.administration.stages import StageInput
from core.administration.words import WordList
from core.administration.workspace import ChannelsInput, RegionInput
from core.conflicts import FieldChange
from core.context import Ctx
from core.deals import DealInput
from core.enums import ActivityKind, EntityType, LeadStatus, Role, StageKind, Visibility
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.leads import LeadInput
from core.models import (
    Account,
    Activity,
    Contact,
    Deal,
    History,
    Lead,
    LeadSource,
    LossReason,
    Member,
    Objection,
    Pipeline,
    Product,
    Stage,
    WorkspaceRow,
)
from core.queries import administration as queries
from core.queries import pipeline_settings
from core.queries import stages as stage_queries
from core.queries.history import changes_in_words
from core.queries.leads import lead_card, sources
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_account,
    make_activity,
    make_contact,
    make_deal,
    make_lead,
    make_member,
    make_objection,
    make_pipeline,
    make_product,
    make_stage,
    the_stage,
)
from tests.integration.lead_world import events
from tests.together import at_once

HOSTILE = "<!channel> *x* <https://evil|ok>"


@pytest.fixture
def ada(ctx_for: CtxFor) -> Member:
    """The workspace's admin."""
    with ctx_for() as ctx:
        return ctx.session.scalars(select(Member).where(Member.role == Role.ADMIN)).one()


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


def sales(ctx: Ctx) -> Pipeline:
    return ctx.session.scalars(select(Pipeline).where(Pipeline.name == "Sales")).one()


def names(ctx: Ctx) -> list[str]:
    return [one.name for one in pipeline_settings.pipeline_stages(ctx, sales(ctx).id).stages]


def source(ctx: Ctx, name: str) -> LeadSource:
    return ctx.session.scalars(select(LeadSource).where(LeadSource.name == name)).one()


# -- who may ------------------------------------------------------------------------------------------------------

SOMETHING = UUID(int=1)
CHANGES: dict[str, Callable[[Ctx], object]] = {
    "channels": lambda ctx: workspace.set_channels(ctx, ChannelsInput(), None),
    "region": lambda ctx: workspace.set_region(ctx, RegionInput("EUR", "DE", "de_DE"), None),
    "visibility": lambda ctx: workspace.set_visibility(ctx, Visibility.ALL, None),
    "member": lambda ctx: people.edit(ctx, SOMETHING, MemberInput(Role.ADMIN), None),
    "deactivate": lambda ctx: people.deactivate(ctx, SOMETHING, ""),
    "reactivate": lambda ctx: people.reactivate(ctx, SOMETHING),
    "pipeline": lambda ctx: pipelines.add(ctx, "Partners"),
    "rename pipeline": lambda ctx: pipelines.rename(ctx, SOMETHING, "Partners", None),
    "stage": lambda ctx: stages.add(ctx, SOMETHING, StageInput("Demo")),
    "edit stage": lambda ctx: stages.edit(ctx, SOMETHING, StageInput("Demo"), None),
    "shift stage": lambda ctx: stages.shift(ctx, SOMETHING, up=True),
    "remove stage": lambda ctx: removal.remove_stage(ctx, SOMETHING, None),
    "remove pipeline": lambda ctx: removal.remove_pipeline(ctx, SOMETHING, None),
    "shift pipeline": lambda ctx: pipelines.shift(ctx, SOMETHING, up=True),
    "merge": lambda ctx: merging.merge(ctx, SOMETHING, None),
    "shift word": lambda ctx: words.shift(ctx, WordList.SOURCES, SOMETHING, up=True),
    "read removal": lambda ctx: pipeline_settings.pipeline_removal(ctx, SOMETHING),
    "word": lambda ctx: words.add(ctx, WordList.SOURCES, "Fair"),
    "rename word": lambda ctx: words.rename(ctx, WordList.SOURCES, SOMETHING, "Fair", None),
    "remove word": lambda ctx: words.remove(ctx, WordList.SOURCES, SOMETHING),
    "product": lambda ctx: products.add(ctx, ProductInput("Licence", Decimal(1), "EUR")),
    "edit product": lambda ctx: products.edit(ctx, SOMETHING, ProductInput("Licence", Decimal(1), "EUR"), None),
    "read settings": queries.workspace_settings,
    "read members": queries.member_page,
    "read member": lambda ctx: queries.member(ctx, SOMETHING),
    "read pipelines": pipeline_settings.pipelines,
    "read stages": lambda ctx: pipeline_settings.pipeline_stages(ctx, SOMETHING),
    "read stage": lambda ctx: pipeline_settings.stage(ctx, SOMETHING),
    "read words": lambda ctx: queries.word_page(ctx, WordList.OBJECTIONS),
    "read word": lambda ctx: queries.word(ctx, WordList.OBJECTIONS, SOMETHING),
    "read products": queries.product_page,
    "read product": lambda ctx: queries.product(ctx, SOMETHING),
}


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER])
@pytest.mark.parametrize("change", CHANGES)
def test_only_admins_decide_and_look(ctx_for: CtxFor, role: Role, change: str) -> None:
    with ctx_for() as ctx:
        member = make_member(ctx, role=role)
    with ctx_for(member) as ctx, pytest.raises(Forbidden) as refused:
        CHANGES[change](ctx)
    assert refused.value.code == "needs_admin"


def test_everybody_may_know_who_the_admins_are(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        assert queries.admins(ctx) == [ada.slack_user_id]


def test_undo_of_a_setting_is_the_admins_too(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    with ctx_for(ada) as ctx:
        workspace.set_visibility(ctx, Visibility.ALL, queries.workspace_settings(ctx).seen)
        change = ctx.change_id
    with ctx_for(ana) as ctx, pytest.raises(Forbidden):
        undo.undo(ctx, change)
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ada) as ctx:
        assert queries.workspace_settings(ctx).visibility is Visibility.OWN


# -- the workspace ------------------------------------------------------------------------------------------------


def test_channels_region_and_sight_are_kept_and_change_what_follows(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        workspace.set_channels(ctx, ChannelsInput("C0SALES", "G0REPLIES", ""), queries.workspace_settings(ctx).seen)
    with ctx_for(ada) as ctx:
        workspace.set_region(ctx, RegionInput("EUR", "DE", "de_DE"), queries.workspace_settings(ctx).seen)
        workspace.set_visibility(ctx, Visibility.TEAM, queries.workspace_settings(ctx).seen)
    with ctx_for(ada) as ctx:
        now = queries.workspace_settings(ctx)
        assert (now.sales_channel, now.replies_channel, now.digest_channel) == ("C0SALES", "G0REPLIES", "")
        assert (ctx.workspace.currency, ctx.workspace.country, ctx.workspace.locale) == ("EUR", "DE", "de_DE")
        assert ctx.workspace.visibility is Visibility.TEAM


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (RegionInput("XYZ1", "DE", "de_DE"), "currency"),
        (RegionInput("EUR", "001", "de_DE"), "country"),
        (RegionInput("EUR", "Germany", "de_DE"), "country"),
        (RegionInput("EUR", "DE", "klingon"), "locale"),
    ],
)
def test_a_region_that_does_not_exist(ctx_for: CtxFor, ada: Member, values: RegionInput, field: str) -> None:
    with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
        workspace.set_region(ctx, values, queries.workspace_settings(ctx).seen)
    assert refused.value.fields == {field: "choice_invalid"}


@pytest.mark.parametrize("channel", ["D0DIRECT", "U0ANA", "#sales", "c0sales", "C0SALES\nX"])
def test_only_channels_are_posted_to(ctx_for: CtxFor, ada: Member, channel: str) -> None:
    with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
        workspace.set_channels(ctx, ChannelsInput(digest_channel=channel), queries.workspace_settings(ctx).seen)
    assert refused.value.fields == {"digest_channel": "channel_invalid"}


def test_two_admins_who_save_the_same_form_see_each_other(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for() as ctx:
        other = make_member(ctx, "Otto", role=Role.ADMIN)
    with ctx_for(ada) as ctx:
        opened = queries.workspace_settings(ctx).seen
    with ctx_for(other) as ctx:
        workspace.set_channels(ctx, ChannelsInput("C0OTTO"), opened)
    with ctx_for(ada) as ctx, pytest.raises(Conflict) as refused:
        workspace.set_channels(ctx, ChannelsInput("C0ADA"), opened)
    assert refused.value.code == "edited_meanwhile"
    assert refused.value.data["who"] == "Otto"
    assert refused.value.data["changes"] == [FieldChange("sales_channel", "", "C0OTTO")]
    with ctx_for(ada) as ctx:
        workspace.set_visibility(ctx, Visibility.ALL, opened)  # another form: no conflict
    with ctx_for(ada) as ctx:
        workspace.set_channels(ctx, ChannelsInput("C0ADA"), queries.workspace_settings(ctx).seen)
        assert queries.workspace_settings(ctx).sales_channel == "C0ADA"


# -- people -------------------------------------------------------------------------------------------------------


def set_member(ctx_for: CtxFor, by: Member, member: Member, role: Role, manager: Member | None = None) -> UUID:
    """Set a member in a transaction of its own; the change's id."""
    with ctx_for(by) as ctx:
        seen = queries.member(ctx, member.id).seen
        people.edit(ctx, member.id, MemberInput(role, manager.slack_user_id if manager else ""), seen)
        return ctx.change_id


def test_a_manager_sees_what_their_people_have_from_then_on(
    ctx_for: CtxFor, ada: Member, ana: Member, ben: Member
) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
    set_member(ctx_for, ada, ben, Role.MANAGER)
    change = set_member(ctx_for, ada, ana, Role.REP, ben)
    with ctx_for(ben) as ctx:
        assert lead_card(ctx, lead.id).can_edit
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        lead_card(ctx, lead.id)


def test_nobody_is_above_themselves(ctx_for: CtxFor, ada: Member, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        cara = make_member(ctx, "Cara")
    set_member(ctx_for, ada, ana, Role.MANAGER, ben)
    set_member(ctx_for, ada, ben, Role.MANAGER, cara)
    for above, problem in ((ana, "manager_circle"), (ben, "manager_circle"), (cara, "manager_self")):
        with pytest.raises(Invalid) as refused:
            set_member(ctx_for, ada, cara, Role.MANAGER, above)
        assert refused.value.fields == {"manager": problem}


def test_two_who_put_each_other_above_at_once_make_no_circle(
    ctx_for: CtxFor, ada: Member, ana: Member, ben: Member
) -> None:
    refused = at_once(
        lambda: set_member(ctx_for, ada, ana, Role.MANAGER, ben),
        lambda: set_member(ctx_for, ada, ben, Role.MANAGER, ana),
    )
    assert len(refused) == 1
    with ctx_for(ada) as ctx:
        managed = [row.manager for row in queries.member_page(ctx).rows if row.manager]
        assert len(managed) == 1


def test_undo_makes_no_circle_either(ctx_for: CtxFor, ada: Member, ana: Member, ben: Member) -> None:
    set_member(ctx_for, ada, ana, Role.MANAGER, ben)
    change = set_member(ctx_for, ada, ana, Role.MANAGER)
    set_member(ctx_for, ada, ben, Role.MANAGER, ana)
    with pytest.raises(Conflict) as refused, ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    assert refused.value.code == "manager_circle"


def test_somebody_stays_admin(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    with pytest.raises(Invalid) as refused:
        set_member(ctx_for, ada, ada, Role.REP)
    assert refused.value.fields == {"role": "last_admin"}
    with ctx_for(ada) as ctx, pytest.raises(Conflict) as left:
        people.deactivate(ctx, ada.id, "")
    assert left.value.code == "last_admin"
    change = set_member(ctx_for, ada, ana, Role.ADMIN)
    set_member(ctx_for, ana, ada, Role.REP)
    with pytest.raises(Conflict) as undone, ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    assert undone.value.code == "last_admin"


def test_two_admins_who_demote_each_other_at_once_leave_one(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    set_member(ctx_for, ada, ana, Role.ADMIN)
    at_once(
        lambda: set_member(ctx_for, ada, ana, Role.REP),
        lambda: set_member(ctx_for, ana, ada, Role.REP),
    )
    with ctx_for() as ctx:
        assert len(queries.admins(ctx)) == 1


def test_who_leaves_hands_over_what_is_open(ctx_for: CtxFor, ada: Member, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        lead, lost = make_lead(ctx, owner=ana), make_lead(ctx, owner=ana, status=LeadStatus.LOST)
        deal = make_deal(ctx, owner=ana)
        won = make_deal(ctx, owner=ana, stage=the_stage(ctx, "Won"), closed_at=ctx.now)
        account, contact = make_account(ctx, owner=ana), make_contact(ctx, owner=ana)
    with ctx_for(ada) as ctx:
        assert dict(queries.member(ctx, ana.id).open) == {
            EntityType.LEAD: 1,
            EntityType.DEAL: 1,
            EntityType.ACCOUNT: 1,
            EntityType.CONTACT: 1,
            EntityType.ACTIVITY: 0,
        }
    for successor, code in (("", "successor_required"), (ana.slack_user_id, "successor_same")):
        with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
            people.deactivate(ctx, ana.id, successor)
        assert refused.value.fields == {"successor": code}
    with ctx_for(ada) as ctx:
        assert people.deactivate(ctx, ana.id, ben.slack_user_id) == Moved(4)
        change = ctx.change_id

    def owners() -> list[UUID | None]:
        with ctx_for() as ctx:
            here = ctx.workspace.id
            handed = [
                ctx.session.get_one(Lead, (here, lead.id)).owner_id,
                ctx.session.get_one(Deal, (here, deal.id)).owner_id,
                ctx.session.get_one(Account, (here, account.id)).owner_id,
                ctx.session.get_one(Contact, (here, contact.id)).owner_id,
            ]
            kept = [
                ctx.session.get_one(Lead, (here, lost.id)).owner_id,
                ctx.session.get_one(Deal, (here, won.id)).owner_id,
            ]
            return handed + kept

    assert owners() == [ben.id] * 4 + [ana.id] * 2
    with ctx_for(ada) as ctx:
        row = next(row for row in queries.member_page(ctx).rows if row.id == ana.id)
        assert not row.active
        undo.undo(ctx, change)
    assert owners() == [ana.id] * 6
    with ctx_for(ada) as ctx:
        assert queries.member(ctx, ana.id).row.active


def test_who_leaves_hands_over_tasks_too(ctx_for: CtxFor, ada: Member, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        cleo = make_member(ctx, "Cleo")
        own, cleos = make_lead(ctx, owner=ana), make_lead(ctx, owner=cleo)
        task = {"kind": ActivityKind.TASK, "subject": "Send the deck", "owner_id": ana.id}
        on_own, on_cleos = make_activity(ctx, own, **task), make_activity(ctx, cleos, **task)
        done = make_activity(ctx, own, **task, done_at=ctx.now)
        call = make_activity(ctx, own, owner_id=ana.id)
    with ctx_for(ana) as ctx:
        alone = tasks.create(ctx, "", None, tasks.TaskInput("Book the room"))

    def owners() -> list[UUID | None]:
        with ctx_for() as ctx:
            rows = (on_own, alone, on_cleos, done, call)
            return [ctx.session.get_one(Activity, (ctx.workspace.id, row.id)).owner_id for row in rows]

    with ctx_for(ada) as ctx:
        assert dict(queries.member(ctx, ana.id).open)[EntityType.ACTIVITY] == 3
        assert people.deactivate(ctx, ana.id, ben.slack_user_id) == Moved(4)
        change = ctx.change_id
    # What was to be done on a colleague's record is theirs: Ben may not see it.
    assert owners() == [ben.id, ben.id, cleo.id, ana.id, ana.id]
    assert [(told["task_id"], told["owner_id"]) for told in events(ctx_for, "task.given")] == [
        (str(on_cleos.id), str(cleo.id))
    ]
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    assert owners() == [ana.id] * 5


def test_who_left_may_come_back(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    with ctx_for(ada) as ctx:
        assert people.deactivate(ctx, ana.id, "") == Moved(0)
    with ctx_for(ada) as ctx:
        people.reactivate(ctx, ana.id)
    with ctx_for(ada) as ctx:
        assert queries.member(ctx, ana.id).row.active


def test_members_are_paged_and_guests_are_none(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for() as ctx:
        for number in range(queries.PAGE_SIZE + 1):
            make_member(ctx, f"Colleague {number:02}")
        make_member(ctx, "Gus Guest", guest=True)
    with ctx_for(ada) as ctx:
        first, second = queries.member_page(ctx), queries.member_page(ctx, 1)
        assert (len(first.rows), first.has_more) == (queries.PAGE_SIZE, True)
        assert (len(second.rows), second.has_more) == (2, False)
        assert "Gus Guest" not in {row.name for row in (*first.rows, *second.rows)}


# -- stages -------------------------------------------------------------------------------------------------------


def test_a_new_stage_stands_behind_the_last_of_its_kind(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        stages.add(ctx, sales(ctx).id, StageInput("Demo", probability=60, stale_days=5))
        change = ctx.change_id
    with ctx_for(ada) as ctx:
        stages.add(ctx, sales(ctx).id, StageInput("Cancelled", StageKind.LOST, probability=50))
    with ctx_for(ada) as ctx:
        assert names(ctx) == [
            "Lead in", "Qualified", "Proposal", "Negotiation", "Demo", "Won", "Lost", "Cancelled",
        ]  # fmt: skip
        assert the_stage(ctx, "Cancelled").probability == 0
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
        assert "Demo" not in names(ctx)


def test_stages_change_places_and_closing_ones_stay_behind(ctx_for: CtxFor, ada: Member) -> None:
    def shifted(name: str, *, up: bool) -> list[str]:
        with ctx_for(ada) as ctx:
            stages.shift(ctx, the_stage(ctx, name).id, up=up)
            return names(ctx)[:6]

    start = ["Lead in", "Qualified", "Proposal", "Negotiation", "Won", "Lost"]
    assert shifted("Proposal", up=True) == ["Lead in", "Proposal", "Qualified", "Negotiation", "Won", "Lost"]
    assert shifted("Proposal", up=False) == start
    for name, up in (("Lead in", True), ("Negotiation", False), ("Won", True), ("Lost", False)):
        assert shifted(name, up=up) == start
    assert shifted("Lost", up=True)[-2:] == ["Lost", "Won"]


def test_names_are_taken_whatever_their_case(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
        stages.add(ctx, sales(ctx).id, StageInput("  QUALIFIED "))
    assert refused.value.fields == {"name": "name_taken"}
    with ctx_for(ada) as ctx:
        partners = pipelines.add(ctx, "Partners")
        assert stages.add(ctx, partners.id, StageInput("Demo")).name == "Demo"
    with ctx_for(ada) as ctx, pytest.raises(Invalid):
        pipelines.add(ctx, "PARTNERS")
    with ctx_for(ada) as ctx, pytest.raises(Invalid):
        stages.edit(ctx, the_stage(ctx, "Proposal").id, StageInput("won"), None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (StageInput(" "), "name"),
        (StageInput("x" * 61), "name"),
        (StageInput("Demo", probability=101), "probability"),
        (StageInput("Demo", stale_days=0), "stale_days"),
        (StageInput("Demo", required_fields=("owner_id",)), "required_fields"),
    ],
)
def test_what_a_stage_cannot_be(ctx_for: CtxFor, ada: Member, values: StageInput, field: str) -> None:
    with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
        stages.add(ctx, sales(ctx).id, values)
    assert set(refused.value.fields) == {field}


def test_a_removed_stage_moves_its_deals_and_undo_brings_all_back(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    with ctx_for() as ctx:
        stage, target = the_stage(ctx, "Proposal"), the_stage(ctx, "Negotiation")
        mine = [make_deal(ctx, f"Deal {n}", owner=ana, stage=stage) for n in range(3)]
        make_deal(ctx, "Elsewhere", owner=ana)
    with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
        removal.remove_stage(ctx, stage.id, None)
    assert refused.value.fields == {"target": "required"}
    with ctx_for(ada) as ctx, pytest.raises(Invalid):
        removal.remove_stage(ctx, stage.id, stage.id)
    with ctx_for(ada) as ctx, pytest.raises(Invalid):
        removal.remove_stage(ctx, stage.id, the_stage(ctx, "Won").id)
    with ctx_for(ada) as ctx:
        assert removal.remove_stage(ctx, stage.id, target.id) == Moved(3)
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        way = stage_queries.way_of(ctx, mine[0].id)
        assert [step.name for step in way.steps] == ["Negotiation"]
        assert "Proposal" not in [one.name for one in stage_queries.stages_of(ctx, stage.pipeline_id)]
        told = changes_in_words(ctx, EntityType.DEAL, {"stage_id": [str(stage.id), str(target.id)]})
        assert (told[0].old, told[0].new) == ("Proposal", "Negotiation")
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    with ctx_for(ana) as ctx:
        stage_ids = {ctx.session.get_one(Deal, (ctx.workspace.id, one.id)).stage_id for one in mine}
        assert stage_ids == {stage.id}
        assert "Proposal" in [one.name for one in stage_queries.stages_of(ctx, stage.pipeline_id)]


def test_a_closed_stage_goes_without_announcing_its_deals_again(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        other = stages.add(ctx, sales(ctx).id, StageInput("Signed", StageKind.WON))
        won = make_deal(ctx, stage=the_stage(ctx, "Won"), closed_at=ctx.now)
    with ctx_for(ada) as ctx:
        removal.remove_stage(ctx, the_stage(ctx, "Won").id, other.id)
        deal = ctx.session.get_one(Deal, (ctx.workspace.id, won.id))
        assert (deal.stage_id, deal.closed_at) == (other.id, won.closed_at)


@pytest.mark.parametrize("name", ["Won", "Lost"])
def test_a_pipeline_keeps_a_stage_of_each_kind(ctx_for: CtxFor, ada: Member, name: str) -> None:
    with ctx_for(ada) as ctx, pytest.raises(Conflict) as refused:
        removal.remove_stage(ctx, the_stage(ctx, name).id, None)
    assert refused.value.code == "last_stage"
    with ctx_for(ada) as ctx, pytest.raises(Conflict):
        pipeline_settings.stage_removal(ctx, the_stage(ctx, name).id)


def test_undo_keeps_a_stage_of_each_kind_too(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        other = stages.add(ctx, sales(ctx).id, StageInput("Signed", StageKind.WON))
        change = ctx.change_id
    with ctx_for(ada) as ctx:
        removal.remove_stage(ctx, the_stage(ctx, "Won").id, None)
    with pytest.raises(Conflict) as refused, ctx_for(ada) as ctx:
        undo.undo(ctx, change)
    assert refused.value.code == "last_stage"
    with ctx_for(ada) as ctx:
        assert other.name in names(ctx)


def test_two_who_remove_the_last_two_at_once_leave_one(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        other = stages.add(ctx, sales(ctx).id, StageInput("Signed", StageKind.WON))
        won = the_stage(ctx, "Won")

    def remove(stage: Stage) -> None:
        with ctx_for(ada) as ctx:
            removal.remove_stage(ctx, stage.id, None)

    refused = at_once(lambda: remove(other), lambda: remove(won))
    assert [error.code for error in refused] == ["last_stage"]


def test_a_deal_that_enters_a_stage_while_it_goes_is_not_left_behind(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    with ctx_for() as ctx:
        deal = make_deal(ctx, owner=ana)
        stage, target = the_stage(ctx, "Proposal"), the_stage(ctx, "Negotiation")

    def move() -> None:
        with ctx_for(ana) as ctx:
            deals.move(ctx, deal.id, stage.id)

    def remove() -> None:
        with ctx_for(ada) as ctx:
            removal.remove_stage(ctx, stage.id, target.id)

    refused = at_once(move, remove)
    assert {error.code for error in refused} <= {"invalid", "busy"}
    with ctx_for() as ctx:
        now = ctx.session.get_one(Deal, (ctx.workspace.id, deal.id))
        there = ctx.session.get_one(Stage, (ctx.workspace.id, now.stage_id))
        assert there.archived_at is None


def test_a_removed_name_comes_back_by_adding_it(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        removed = the_stage(ctx, "Proposal").id
        removal.remove_stage(ctx, removed, None)
    with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
        stages.edit(ctx, the_stage(ctx, "Qualified").id, StageInput("proposal"), None)
    assert refused.value.fields == {"name": "name_removed"}
    with ctx_for(ada) as ctx:
        back = stages.add(ctx, sales(ctx).id, StageInput("PROPOSAL", probability=55))
        assert (back.id, back.name, back.probability) == (removed, "PROPOSAL", 55)


def test_two_admins_who_rename_a_stage_at_once(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for() as ctx:
        otto = make_member(ctx, "Otto", role=Role.ADMIN)
    with ctx_for(ada) as ctx:
        opened = pipeline_settings.stage(ctx, the_stage(ctx, "Proposal").id)

    def rename(by: Member, name: str) -> None:
        with ctx_for(by) as ctx:
            stages.edit(ctx, opened.stage.id, StageInput(name, probability=50, stale_days=14), opened.seen)

    refused = at_once(lambda: rename(ada, "Offer"), lambda: rename(otto, "Quote"))
    assert [error.code for error in refused] == ["edited_meanwhile"]
    first = "Quote" if refused[0].data["who"] == "Otto" else "Offer"
    with ctx_for(ada) as ctx:
        assert first in names(ctx)
        assert isinstance(refused[0], Conflict)
        _who, changed = queries.meanwhile(ctx, refused[0])
        assert [(one.old, one.new) for one in changed] == [("Proposal", first)]
        seen = seen_with(refused[0])
        stages.edit(ctx, opened.stage.id, StageInput("Third", probability=50, stale_days=14), seen)


def test_a_pipeline_begins_with_stages_and_comes_back_after_undo(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        made = pipelines.add(ctx, "Partners")
        change = ctx.change_id
    with ctx_for(ada) as ctx:
        assert [(row.name, row.stages) for row in pipeline_settings.pipelines(ctx)] == [("Sales", 6), ("Partners", 6)]
        undo.undo(ctx, change)
    with ctx_for(ada) as ctx:
        assert [row.name for row in pipeline_settings.pipelines(ctx)] == ["Sales"]
        again = pipelines.add(ctx, "partners")
        assert (again.id, again.name) == (made.id, "partners")
    with ctx_for(ada) as ctx:
        assert pipeline_settings.pipeline_stages(ctx, made.id).stages[0].name == "Lead in"
        pipelines.rename(ctx, made.id, "Resellers", pipeline_settings.pipeline_stages(ctx, made.id).seen)
        assert pipeline_settings.pipelines(ctx)[1].name == "Resellers"


# -- lists --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", WordList)
def test_words_are_added_renamed_removed_and_brought_back(ctx_for: CtxFor, ada: Member, which: WordList) -> None:
    with ctx_for(ada) as ctx:
        word_id = words.add(ctx, which, f"  {HOSTILE} ").id
    with ctx_for(ada) as ctx, pytest.raises(Invalid):
        words.add(ctx, which, HOSTILE.upper())
    with ctx_for(ada) as ctx:
        words.rename(ctx, which, word_id, "Ärger", queries.word(ctx, which, word_id).seen)
        change = ctx.change_id
    with ctx_for(ada) as ctx:
        undo.undo(ctx, change)
        assert queries.word(ctx, which, word_id).row.name == HOSTILE
    with ctx_for(ada) as ctx:
        words.remove(ctx, which, word_id)
        removal = ctx.change_id
    with ctx_for(ada) as ctx, pytest.raises(NotFound):
        queries.word(ctx, which, word_id)
    with ctx_for(ada) as ctx:
        assert words.add(ctx, which, HOSTILE.lower()).id == word_id
    with ctx_for(ada) as ctx:
        assert queries.word(ctx, which, word_id).row.name == HOSTILE.lower()
        assert removal != ctx.change_id


@pytest.mark.parametrize("which", WordList)
def test_taking_a_removal_back(ctx_for: CtxFor, ada: Member, which: WordList) -> None:
    with ctx_for(ada) as ctx:
        word_id = words.add(ctx, which, "Fair").id
        addition = ctx.change_id
    with ctx_for(ada) as ctx:
        words.remove(ctx, which, word_id)
        removal = ctx.change_id
    with ctx_for(ada) as ctx:
        undo.undo(ctx, removal)
        assert queries.word(ctx, which, word_id).row.name == "Fair"
    with ctx_for(ada) as ctx:
        undo.undo(ctx, addition)
    with ctx_for(ada) as ctx, pytest.raises(NotFound):
        queries.word(ctx, which, word_id)


def test_a_removed_source_stays_on_its_leads_and_leaves_the_form(ctx_for: CtxFor, ada: Member, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        event = source(ctx, "Event")
        lead = leads.create(ctx, LeadInput("Lena", source_id=event.id, owner=ana.slack_user_id))
        version = lead.version
    with ctx_for(ada) as ctx:
        words.remove(ctx, WordList.SOURCES, event.id)
    with ctx_for(ana) as ctx:
        assert lead_card(ctx, lead.id).source == "Event"
        assert "Event" not in [one.name for one in sources(ctx)]
        assert "Event" in [one.name for one in sources(ctx, lead.id)]
        leads.edit(ctx, lead.id, LeadInput("Lena F", source_id=event.id, owner=ana.slack_user_id), version)
        assert lead_card(ctx, lead.id).source == "Event"
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        leads.create(ctx, LeadInput("Zoe", source_id=event.id))


def test_one_loss_reason_stays(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        reasons = list(ctx.session.scalars(select(LossReason).order_by(LossReason.position)))
        for reason in reasons[1:]:
            words.remove(ctx, WordList.LOSS_REASONS, reason.id)
    with ctx_for(ada) as ctx, pytest.raises(Conflict) as refused:
        words.remove(ctx, WordList.LOSS_REASONS, reasons[0].id)
    assert refused.value.code == "last_loss_reason"


def test_two_admins_cannot_give_one_name_twice_at_once(ctx_for: CtxFor, ada: Member) -> None:
    def add(name: str) -> None:
        with ctx_for(ada) as ctx:
            words.add(ctx, WordList.SOURCES, name)

    refused = at_once(lambda: add("Trade fair"), lambda: add("TRADE FAIR"))
    assert len(refused) == 1
    assert isinstance(refused[0], Invalid)
    with ctx_for() as ctx:
        found = [row.name for row in ctx.session.scalars(select(LeadSource)) if row.name.lower() == "trade fair"]
        assert len(found) == 1


def test_an_objections_key_follows_its_name(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for() as ctx:
        objection = make_objection(ctx)
    with ctx_for(ada) as ctx:
        words.rename(ctx, WordList.OBJECTIONS, objection.id, "Straße ZU Weit", None)
    with ctx_for() as ctx:
        assert ctx.session.scalars(select(Objection.name_key)).one() == "straße zu weit"


def test_products(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        made = products.add(ctx, ProductInput(HOSTILE, Decimal("99.999"), "EUR", "A-1", Decimal("7.5")))
        assert (made.unit_price, made.tax_percent, made.active) == (Decimal("100.00"), Decimal("7.5"), True)
    with ctx_for(ada) as ctx:
        found = queries.product(ctx, made.id)
        values = ProductInput("Licence", Decimal(80), "USD", active=False)
        products.edit(ctx, made.id, values, found.seen)
        change = ctx.change_id
    with ctx_for(ada) as ctx:
        assert queries.product_page(ctx, "lic").rows[0].active is False
        assert queries.product_page(ctx, "a-1").rows == ()
        undo.undo(ctx, change)
    with ctx_for(ada) as ctx:
        row = queries.product_page(ctx, "a-1").rows[0]
        assert (row.name, row.unit_price, row.currency, row.active) == (HOSTILE, Decimal(100), "EUR", True)


def test_what_a_product_cannot_be(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for() as ctx:
        make_product(ctx, "Licence")
    with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
        products.add(ctx, ProductInput("Support", None, "EURO", "x" * 61, Decimal(101)))
    assert set(refused.value.fields) == {"unit_price", "currency", "sku", "tax_percent"}
    with ctx_for(ada) as ctx, pytest.raises(Invalid) as taken:
        products.add(ctx, ProductInput("LICENCE", Decimal(1), "EUR"))
    assert taken.value.fields == {"name": "name_taken"}


def test_the_history_says_what_was_done_in_the_settings(ctx_for: CtxFor, ada: Member, clock: FixedClock) -> None:
    with ctx_for(ada) as ctx:
        stages.edit(ctx, the_stage(ctx, "Proposal").id, StageInput("Offer", probability=50, stale_days=14), None)
        change = ctx.change_id
    with ctx_for() as ctx:
        (entry,) = ctx.session.scalars(select(History).where(History.change_id == change))
        assert (entry.entity, entry.operation, entry.changes) == (
            "stage",
            "stage.edit",
            {"name": ["Proposal", "Offer"]},
        )
        assert entry.actor_id == ada.id


# -- deals that enter stages that ask ----------------------------------------------------------------------------


@pytest.fixture
def asking(ctx_for: CtxFor, ada: Member) -> UUID:
    """Proposal asks for the value, the contact and the next step."""
    with ctx_for(ada) as ctx:
        stage = the_stage(ctx, "Proposal")
        wanted = ("value", "contact_id", "next_step")
        stages.edit(ctx, stage.id, StageInput("Proposal", probability=50, required_fields=wanted), None)
        return stage.id


def test_a_stage_is_entered_with_what_it_asks_for(ctx_for: CtxFor, ana: Member, asking: UUID) -> None:
    with ctx_for(ana) as ctx:
        contact = make_contact(ctx, account=make_account(ctx, owner=ana), owner=ana)
        deal = deals.create(ctx, DealInput("Acme", owner=ana.slack_user_id))
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        deals.move(ctx, deal.id, asking)
    assert refused.value.fields == dict.fromkeys(("value", "contact_id", "next_step"), "stage_needs")
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as blank:
        deals.move(ctx, deal.id, asking, deals.StageNeeds(Decimal(5), contact_id=contact.id, next_step="  "))
    assert blank.value.fields == {"next_step": "stage_needs"}
    with ctx_for(ana) as ctx:
        moved = deals.move(
            ctx, deal.id, asking, deals.StageNeeds(Decimal(500), contact_id=contact.id, next_step="Call")
        )
        change = ctx.change_id
        assert (moved.stage_id, moved.value, moved.next_step) == (asking, Decimal(500), "Call")
        assert (moved.contact_id, moved.account_id, moved.owner_id) == (contact.id, contact.account_id, ana.id)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
        before = ctx.session.get_one(Deal, (ctx.workspace.id, deal.id))
        assert (before.value, before.contact_id, before.next_step) == (None, None, "")


def test_what_somebody_filled_in_meanwhile_stays(ctx_for: CtxFor, ana: Member, asking: UUID) -> None:
    with ctx_for(ana) as ctx:
        contact = make_contact(ctx, owner=ana)
        deal = make_deal(ctx, owner=ana, contact_id=contact.id, value=Decimal(9), next_step="Theirs")
    with ctx_for(ana) as ctx:
        moved = deals.move(ctx, deal.id, asking, deals.StageNeeds(Decimal(1), next_step="Mine"))
        assert (moved.value, moved.next_step) == (Decimal(9), "Theirs")


def test_moving_back_is_free(ctx_for: CtxFor, ana: Member, asking: UUID) -> None:
    with ctx_for(ana) as ctx:
        later = make_deal(ctx, owner=ana, stage=the_stage(ctx, "Negotiation"), value=None)
        lost = make_deal(ctx, owner=ana, stage=the_stage(ctx, "Lost"), value=None, closed_at=ctx.now)
    for deal in (later, lost):
        with ctx_for(ana) as ctx:
            assert deals.move(ctx, deal.id, asking).stage_id == asking


def test_forms_and_won_ask_as_well_and_conversion_does_not(
    ctx_for: CtxFor, ada: Member, ana: Member, asking: UUID
) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as created:
        deals.create(ctx, DealInput("Acme", stage_id=asking, value=Decimal(1), owner=ana.slack_user_id))
    assert set(created.value.fields) == {"contact_id", "next_step"}
    with ctx_for(ana) as ctx:
        deal = deals.create(ctx, DealInput("Acme", owner=ana.slack_user_id))
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as edited:
        deals.edit(ctx, deal.id, DealInput("Other", stage_id=asking, owner=ana.slack_user_id), 1)
    assert set(edited.value.fields) == {"value", "contact_id", "next_step"}
    with ctx_for(ada) as ctx:
        stages.edit(ctx, the_stage(ctx, "Won").id, StageInput("Won", required_fields=("value",)), None)
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as won:
        deals.win(ctx, deal.id)
    assert won.value.fields == {"value": "stage_needs"}
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx, owner=ana, company="Acme")
        values = leads.ConversionInput(None, "Acme", "Lena", "Acme", None, "EUR", asking)
        with pytest.raises(Invalid) as told:
            leads.convert(ctx, lead.id, values)
        # The company and the person come with the conversion.
        assert told.value.fields == {"value": "stage_needs", "next_step": "stage_needs"}
        assert not ctx.session.scalars(select(Account)).all()
        given = replace(values, value=Decimal(5000), next_step=" Call ")
        converted = leads.convert(ctx, lead.id, given)
        assert (converted.stage_id, converted.next_step) == (asking, "Call")


def test_a_lost_stage_asks_for_nothing_but_why(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        stage = stages.edit(ctx, the_stage(ctx, "Lost").id, StageInput("Lost", required_fields=("value",)), None)
        assert stage.required_fields == []


def test_a_deal_changes_pipelines_by_its_form(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        partners = make_pipeline(ctx)
        talking = make_stage(ctx, partners)
        deal = make_deal(ctx, owner=ana)
        sales_stage, version = deal.stage_id, deal.version
        assert [(row.name, row.pipeline) for row in stage_queries.open_stages(ctx)][-1] == ("Talking", "Partners")
    with ctx_for(ana) as ctx:
        moved = deals.edit(ctx, deal.id, DealInput(deal.name, stage_id=talking.id, owner=ana.slack_user_id), version)
        change = ctx.change_id
        assert (moved.pipeline_id, moved.stage_id) == (partners.id, talking.id)
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
        back = ctx.session.get_one(Deal, (ctx.workspace.id, deal.id))
        assert (back.pipeline_id, back.stage_id) == (sales(ctx).id, sales_stage)


def test_with_one_pipeline_there_is_nothing_to_tell_apart(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        assert {row.pipeline for row in stage_queries.open_stages(ctx)} == {""}
        assert ctx.session.scalars(select(Product)).all() == []
        assert ctx.session.scalars(select(WorkspaceRow)).one().visibility is Visibility.OWN
