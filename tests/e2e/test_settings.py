"""The settings as an admin uses them, through the sandbox; and what they change for the others."""

from decimal import Decimal

from sqlalchemy import select

from core import notices
from core.administration import people
from core.administration.words import WordList
from core.enums import ActivityKind, NoticeMode, Role, StageKind, Visibility
from core.models import ActivityObjection, Deal, HeldNotice, LeadSource, Member, Pipeline, Product, Stage, WorkspaceRow
from core.notices import NoticeKind
from core.queries import administration as queries
from core.queries import pipeline_settings
from sandbox.driver import Modal, Person
from tests.e2e.world import World
from tests.factories import (
    make_activity,
    make_deal,
    make_lead,
    make_objection,
    make_pipeline,
    make_stage,
    put,
    the_stage,
    together,
)

HOSTILE = "<!channel> *x* <https://evil.example|ok>"


def opened(world: World, title: str, who: Person | None = None) -> Modal:
    """A section of the settings, opened from the overview."""
    admin = who or world.sam
    admin.command("/crm settings", channel="#sales")
    assert admin.modal.title == "Settings"
    rows = [line for line in admin.modal.visible_text().splitlines() if line.startswith("*")]
    admin.modal.click("Open", rows.index(f"*{title}*"))
    return admin.modal


def clicked(modal: Modal, text: str, name: str) -> None:
    """Click what is offered beside the row of a list that shows this name (what was just done stands above them)."""
    rows = [block for block in modal.blocks if block.get("accessory")]
    at = max(at for at, block in enumerate(rows) if name in str(block["text"]))
    modal.click(text, sum(str(block["accessory"]).count(f"'text': '{text}'") for block in rows[:at]))


def row(world: World) -> WorkspaceRow:
    """The workspace's row as it is now."""
    with world.ctx() as ctx:
        return ctx.session.scalars(select(WorkspaceRow).where(WorkspaceRow.workspace_id == ctx.workspace.id)).one()


# -- the workspace ------------------------------------------------------------------------------------------------


def test_who_is_no_admin_reads_whom_to_ask(world: World) -> None:
    for person in (world.ana, world.mira):
        said = person.command("/crm settings", channel="#sales")
        assert said is not None
        assert said.text == f"Settings are changed by the admins of Rapport: <@{world.sam.id}>. Ask one of them."
        assert not person.has_modal
    guest = world.guest.command("/crm settings")
    assert guest is not None
    assert "only for members" in guest.text


def test_channels_are_chosen_saved_and_taken_back(world: World) -> None:
    modal = opened(world, "Channels")
    assert "/invite @Rapport" in modal.visible_text()
    assert modal.value("Sales channel") == world.sales.id
    modal.fill({"Digest channel": "#general"})
    modal.submit("Save")
    assert "Channels saved." in modal.visible_text()
    assert row(world).digest_channel == world.sandbox.channel(world.team, "#general").id
    modal.click("Undo")
    assert "Undone." in modal.visible_text()
    assert row(world).digest_channel == ""
    assert modal.value("Digest channel") == ""
    modal.click("Redo")
    assert "Done again." in modal.visible_text()
    assert row(world).digest_channel != ""
    modal.click("Undo")
    modal.submit()
    assert "Nothing was changed." in modal.visible_text()
    modal.close()
    assert world.sam.modal.title == "Settings"


def test_a_channel_that_is_chosen_is_tried(world: World) -> None:
    modal = opened(world, "Channels")
    general = world.sandbox.channel(world.team, "#general")
    general.members.discard(world.team.app.bot_user_id)
    modal.fill({"Digest channel": "#general"})
    modal.submit("Save")
    assert "you hear from me where I cannot" in modal.visible_text()
    world.settle()
    told = world.sam.find_message("I cannot post in", world.sam.dm_with_app)
    assert f"<#{general.id}>, which is chosen for the daily digest. Rapport is not in the channel." in told.text
    assert "/invite @Rapport" in told.visible_text()
    world.sam.command("/invite @Rapport", channel="#general")
    told.click("Try again")
    world.settle()
    posted = world.sam.last_message("#general")
    assert posted.text == "Rapport posts here from now on: the daily digest."
    assert f"<@{world.sam.id}> chose this channel" in posted.visible_text()
    assert world.sam.messages("#sales") == [], "where it works, nothing is posted again"


def test_a_channel_that_is_kept_is_not_tried_again(world: World) -> None:
    modal = opened(world, "Channels")
    modal.fill({"Replies channel": "#sales"})
    modal.submit("Save")
    world.settle()
    assert world.sam.messages("#sales") == []


def test_the_region_with_a_search_for_countries(world: World) -> None:
    modal = opened(world, "Region")
    assert "Germany (DE)" in modal.options("Country", "germ")
    modal.choose("Country", "Germany (DE)", query="germ")
    modal.fill({"Currency": "EUR", "Language": "German (Germany)"})
    modal.submit()
    now = row(world)
    assert (now.currency, now.country, now.locale) == ("EUR", "DE", "de_DE")


def test_sight_changes_what_others_see_at_once(world: World) -> None:
    with world.ctx() as ctx:
        make_lead(ctx, "Lena Fischer", owner=world.member(world.ben))
    before = world.ana.command("/lead view L-1")
    assert before is not None
    assert "cannot find" in before.text
    modal = opened(world, "Who sees what")
    modal.choose("Sales reps see", "Everybody's")
    modal.submit()
    assert row(world).visibility is Visibility.ALL
    after = world.ana.command("/lead view L-1")
    assert after is not None
    assert "Lena Fischer" in after.text


def test_two_admins_at_one_form(world: World) -> None:
    with world.ctx() as ctx:
        mira = ctx.session.get_one(Member, (ctx.workspace.id, world.member(world.mira).id))
        mira.role = Role.ADMIN
    first, second = opened(world, "Channels"), opened(world, "Channels", world.mira)
    first.fill({"Replies channel": "#general", "Digest channel": "#general"})
    first.submit()
    second.fill({"Replies channel": "#sales"})
    second.submit()
    assert "Sam Lee changed this meanwhile" in second.visible_text()
    assert second.value("Replies channel") == world.sales.id
    second.submit()
    assert "Channels saved." in second.visible_text()
    # What Mira never touched stays as Sam has just chosen it.
    assert row(world).replies_channel == world.sales.id != row(world).digest_channel
    assert row(world).digest_channel
    forms = stages_window(world), stages_window(world, who=world.mira)
    for form in forms:
        clicked(form, "Edit", "Proposal")
    forms[0].fill({"Chance to win, in percent": "55", "Asked for before a deal enters": ["Next step"]})
    forms[0].submit()
    forms[1].fill({"Name": "Offer"})
    forms[1].submit()
    forms[1].submit()
    assert "Open · 55\N{NO-BREAK SPACE}%" in forms[1].visible_text().split("*Offer*")[1].split("*Negotiation*")[0]
    assert "Asks for: Next step" in forms[1].visible_text()
    people_forms = opened(world, "People"), opened(world, "People", world.mira)
    for form in people_forms:
        clicked(form, "Edit", world.ana.id)
    people_forms[0].fill({"Manager": "Ben Okafor"})
    people_forms[0].submit()
    people_forms[1].fill({"Role": "Manager"})
    people_forms[1].submit()
    people_forms[1].submit()
    ana = world.member(world.ana)
    assert (ana.role, ana.manager_id) == (Role.MANAGER, world.member(world.ben).id)


# -- people -------------------------------------------------------------------------------------------------------


def test_roles_managers_and_the_last_admin(world: World) -> None:
    modal = opened(world, "People")
    clicked(modal, "Edit", world.ana.id)
    modal.fill({"Role": "Manager", "Manager": "Ben Okafor"})
    modal.submit()
    assert f"Saved: <@{world.ana.id}> is now Manager and reports to <@{world.ben.id}>." in modal.visible_text()
    assert world.member(world.ana).manager_id == world.member(world.ben).id
    clicked(modal, "Edit", world.ana.id)
    modal.fill({"Manager": "Mira Brandt"})
    modal.submit()
    assert f"Saved: <@{world.ana.id}> now reports to <@{world.mira.id}>." in modal.visible_text()
    clicked(modal, "Edit", world.ana.id)
    modal.fill({"Manager": "Ben Okafor"})
    modal.submit()
    clicked(modal, "Edit", world.ben.id)
    modal.fill({"Manager": "Ana Costa"})
    modal.submit()
    assert set(modal.errors) == {"Manager"}
    modal.click("Back")
    clicked(modal, "Edit", world.sam.id)
    modal.fill({"Role": "Sales rep"})
    modal.submit()
    assert "Somebody has to be an admin" in modal.errors["Role"]


def test_who_leaves_hands_over_and_is_turned_away(world: World) -> None:
    with world.ctx() as ctx:
        make_lead(ctx, owner=world.member(world.ana))
        make_deal(ctx, owner=world.member(world.ana))
    modal = opened(world, "People")
    clicked(modal, "Edit", world.ana.id)
    modal.click("Take access away")
    assert "1 lead, 1 deal open" in modal.visible_text()
    modal.submit("Take access away")
    assert set(modal.errors) == {"Who takes over"}
    modal.fill({"Who takes over": "Ben Okafor"})
    modal.submit()
    assert f"2 records went to <@{world.ben.id}>" in modal.visible_text()
    said = world.ana.command("/lead list")
    assert said is not None
    assert "access to Rapport was taken away" in said.text
    assert {deal.owner_id for deal in world.rows(Deal)} == {world.member(world.ben).id}
    world.settle()
    assert "gave you 2 records of" in world.ben.last_message(world.ben.dm_with_app).visible_text()
    clicked(modal, "Edit", world.ana.id)
    modal.click("Give access back")
    again = world.ana.command("/lead list")
    assert again is not None
    assert "taken away" not in again.text
    with world.ctx(world.ben) as ctx:
        notices.choose(ctx, world.ben.id, {NoticeKind.ASSIGNED: NoticeMode.MORNING})
    with world.ctx(world.sam) as ctx:
        lead = make_lead(ctx, owner=world.member(world.ana))
        people.deactivate(ctx, world.member(world.ana).id, world.ben.id)
    world.settle()
    assert [kept.entity_id for kept in world.rows(HeldNotice)] == [lead.id]


# -- pipelines and stages -----------------------------------------------------------------------------------------


def stages_window(world: World, pipeline: str = "Sales", who: Person | None = None) -> Modal:
    modal = opened(world, "Pipelines", who)
    clicked(modal, "Stages", pipeline)
    assert modal.title == "Stages"
    return modal


def stage_names(world: World) -> list[str]:
    with world.ctx(world.sam) as ctx:
        (sales,) = [one for one in pipeline_settings.pipelines(ctx) if one.name == "Sales"]
        return [one.name for one in pipeline_settings.pipeline_stages(ctx, sales.id).stages]


def test_a_pipeline_is_added_and_renamed(world: World) -> None:
    modal = opened(world, "Pipelines")
    modal.click("Add pipeline")
    modal.fill({"Name": "sales"})
    modal.submit("Add")
    assert "already" in modal.errors["Name"]
    modal.fill({"Name": HOSTILE})
    modal.submit("Add")
    assert "<!channel>" not in modal.visible_text()
    clicked(modal, "Rename", "evil.example")
    modal.fill({"Name": "Partners"})
    modal.submit("Save")
    assert {one.name for one in world.rows(Pipeline)} == {"Sales", "Partners"}


def test_a_pipeline_is_ordered_and_goes_with_its_deals_to_another(world: World) -> None:
    modal = opened(world, "Pipelines")
    assert "Remove" not in str(modal.blocks)
    modal.click("Add pipeline")
    modal.fill({"Name": "Partners"})
    modal.submit("Add")
    clicked(modal, "Move up", "Partners")
    assert "Pipeline Partners moved." in modal.visible_text()
    with world.ctx() as ctx:
        partners = next(one for one in world.rows(Pipeline) if one.name == "Partners")
        for name, kind in (("Proposal", "Acme"), ("Lead in", "Globex")):
            stage = ctx.session.scalars(select(Stage).where(Stage.pipeline_id == partners.id, Stage.name == name)).one()
            make_deal(ctx, kind, owner=world.member(world.ana), stage=stage)
    clicked(modal, "Stages", "Partners")
    clicked(modal, "Edit", "Proposal")
    modal.fill({"Name": "Offer"})
    modal.submit("Save")
    modal.click("Back")
    clicked(modal, "Remove", "Partners")
    assert "*Partners* has 2 deals" in modal.visible_text()
    assert "Where Sales has no such stage: Offer → Lead in" in modal.visible_text()
    modal.submit("Remove")
    assert set(modal.errors) == {"Its deals go to"}
    modal.choose("Its deals go to", "Sales")
    modal.submit("Remove")
    assert "Pipeline Partners is removed; 2 deals moved." in modal.visible_text()
    card = world.ana.command("/deal view D-1")
    assert card is not None
    assert "Lead in" in card.visible_text()
    modal.click("Undo")
    assert [one.name for one in world.rows(Pipeline)] == ["Sales", "Partners"]
    card = world.ana.command("/deal view D-1")
    assert card is not None
    assert "Offer" in card.visible_text()


def test_a_pipeline_that_somebody_else_removed_meanwhile(world: World) -> None:
    with world.ctx() as ctx:
        ctx.session.get_one(Member, (ctx.workspace.id, world.member(world.mira).id)).role = Role.ADMIN
        make_pipeline(ctx)
    first, second = opened(world, "Pipelines"), opened(world, "Pipelines", world.mira)
    clicked(first, "Remove", "Partners")
    clicked(second, "Remove", "Partners")
    assert "*Partners* has no deals" in first.visible_text()
    first.submit("Remove")
    assert "Pipeline Partners is removed." in first.visible_text()
    second.submit("Remove")
    assert "This was removed meanwhile." in second.visible_text()


def test_a_stage_of_many_deals_is_emptied_in_the_background(world: World) -> None:
    owner = world.member(world.ana)
    with world.ctx() as ctx, together(ctx):
        stage = the_stage(ctx, "Proposal")
        for n in range(120):
            make_deal(ctx, f"Deal {n}", owner=owner, stage=stage)
    modal = stages_window(world)
    clicked(modal, "Remove", "Proposal")
    modal.choose("Its deals go to", "Qualified")
    modal.submit("Remove")
    assert "120 deals leave stage Proposal now" in modal.visible_text()
    assert not modal.has_button("Undo")
    world.settle()
    done = world.sam.find_message("Stage Proposal is removed", world.sam.dm_with_app)
    assert done.text == "Stage Proposal is removed; 120 deals moved."
    assert "Proposal" not in stage_names(world)
    done.click("Undo all")
    world.settle()
    assert {deal.stage_id for deal in world.rows(Deal)} == {stage.id}


def test_a_stage_is_added_moved_edited_and_asks_for_fields(world: World) -> None:
    modal = stages_window(world)
    modal.click("Add stage")
    modal.fill({"Name": "Demo", "Chance to win, in percent": 60, "Days until a deal needs attention": 5})
    modal.submit("Add")
    clicked(modal, "Move up", "Demo")
    assert stage_names(world)[:5] == ["Lead in", "Qualified", "Proposal", "Demo", "Negotiation"]
    clicked(modal, "Edit", "Demo")
    assert modal.value("Chance to win, in percent") == "60"
    modal.choose("Asked for before a deal enters", "Value", "Next step")
    modal.submit("Save")
    assert "Asks for: Value, Next step" in modal.visible_text()
    clicked(modal, "Edit", "Won")
    assert "Chance to win, in percent" not in modal.labels()
    modal.click("Back")
    assert modal.title == "Stages"


def test_a_stage_goes_and_its_deals_move_on(world: World) -> None:
    with world.ctx() as ctx:
        ana = world.member(world.ana)
        make_deal(ctx, "Acme", owner=ana, stage=the_stage(ctx, "Proposal"))
        make_deal(ctx, "Globex", owner=ana, stage=the_stage(ctx, "Proposal"))
    modal = stages_window(world)
    clicked(modal, "Remove", "Proposal")
    assert "2 deals are in *Proposal*" in modal.visible_text()
    modal.submit("Remove")
    assert set(modal.errors) == {"Its deals go to"}
    modal.choose("Its deals go to", "Qualified")
    modal.submit("Remove")
    assert "Stage Proposal is removed; 2 deals moved." in modal.visible_text()
    card = world.ana.command("/deal view D-1")
    assert card is not None
    assert "Qualified" in card.visible_text()
    modal.click("Undo")
    card = world.ana.command("/deal view D-1")
    assert card is not None
    assert "Proposal" in card.visible_text()
    clicked(modal, "Remove", "Lost")
    assert "A pipeline needs a stage" in world.sam.modal.visible_text()


def ask_at_proposal(world: World) -> None:
    with world.ctx() as ctx:
        stage = the_stage(ctx, "Proposal")
        stage.required_fields = ["value", "next_step"]
        the_stage(ctx, "Won").required_fields = ["expected_close"]


def test_a_move_asks_for_what_is_missing_and_for_nothing_else(world: World) -> None:
    ask_at_proposal(world)
    with world.ctx() as ctx:
        make_deal(ctx, HOSTILE, owner=world.member(world.ana), value=None)
    card = world.ana.command("/deal view D-1", channel="#sales")
    assert card is not None
    card.choose("Stage", "Proposal")
    modal = world.ana.modal
    assert (modal.title, modal.labels()) == ("Move D-1", ["Value", "Next step"])
    assert "<!channel>" not in modal.visible_text()
    modal.fill({"Value": "12k", "Next step": "Send the offer"})
    modal.submit("Move")
    said = world.ana.last_message("#sales")
    assert "moved to Proposal" in said.text
    (deal,) = world.rows(Deal)
    assert (deal.value, deal.next_step) == (Decimal(12_000), "Send the offer")
    said.click("Undo")
    (deal,) = world.rows(Deal)
    assert (deal.value, deal.next_step) == (None, "")


def test_a_stage_that_asks_for_more_meanwhile_keeps_what_was_typed(world: World) -> None:
    ask_at_proposal(world)
    with world.ctx() as ctx:
        make_deal(ctx, owner=world.member(world.ana), value=None)
    world.ana.command("/deal move D-1 proposal", channel="#sales")
    modal = world.ana.modal
    modal.fill({"Value": "12k", "Next step": "Send the offer"})
    with world.ctx() as ctx:
        the_stage(ctx, "Proposal").required_fields = ["value", "next_step", "expected_close"]
    modal.submit("Move")
    assert modal.labels() == ["Value", "Expected close", "Next step"]
    assert (modal.value("Value"), modal.value("Next step")) == ("12k", "Send the offer")
    modal.fill({"Expected close": world.sandbox.clock.now().date()})
    modal.submit("Move")
    assert "moved to Proposal" in world.ana.last_message("#sales").text


def test_the_command_and_won_ask_as_well_and_back_is_free(world: World) -> None:
    ask_at_proposal(world)
    with world.ctx() as ctx:
        make_deal(ctx, owner=world.member(world.ana), stage=the_stage(ctx, "Negotiation"), value=None)
    back = world.ana.command("/deal move D-1 proposal", channel="#sales")
    assert back is not None
    assert "moved to Proposal" in back.text
    back.click("Won")
    assert world.ana.modal.labels() == ["Expected close"]
    world.ana.modal.fill({"Expected close": world.sandbox.clock.now().date()})
    world.ana.modal.submit("Move")
    assert "is won" in world.ana.last_message("#sales").text
    with world.ctx() as ctx:
        make_deal(ctx, owner=world.member(world.ana), value=None)
    world.ana.command("/deal move D-2 proposal", channel="#sales")
    assert world.ana.modal.title == "Move D-2"


def test_the_form_shows_hidden_fields_when_the_stage_asks_for_them(world: World) -> None:
    ask_at_proposal(world)
    world.ana.command("/deal new Acme", channel="#sales")
    modal = world.ana.modal
    assert "Next step" not in modal.labels()
    modal.fill({"Value": "5k", "Stage": "Proposal"})
    modal.submit("Create")
    assert "asks for: Next step" in modal.visible_text()
    assert (modal.value("Name"), modal.value("Value"), modal.value("Stage")) == ("Acme", "5k", "Proposal")
    modal.fill({"Next step": "Call Lena"})
    modal.submit("Create")
    (deal,) = world.rows(Deal)
    assert (deal.name, deal.value, deal.next_step) == ("Acme", Decimal(5000), "Call Lena")


def test_several_pipelines_are_told_apart_in_the_form(world: World) -> None:
    with world.ctx() as ctx:
        partners = make_pipeline(ctx)
        make_stage(ctx, partners, "Talking")
        make_stage(ctx, partners, "Signed", kind=StageKind.WON)
        make_deal(ctx, owner=world.member(world.ana))
    card = world.ana.command("/deal view D-1", channel="#sales")
    assert card is not None
    card.click("Edit")
    assert "Talking" in world.ana.modal.options("Stage")
    world.ana.modal.fill({"Stage": "Talking"})
    world.ana.modal.submit()
    (deal,) = world.rows(Deal)
    assert deal.pipeline_id == partners.id
    moved = world.ana.command("/deal move D-1 signed", channel="#sales")
    assert moved is not None
    assert "is won" in moved.text


def test_more_fields_keep_what_is_typed(world: World) -> None:
    world.ana.command("/deal new", channel="#sales")
    modal = world.ana.modal
    modal.fill({"Name": "Acme rollout", "Value": "9k"})
    modal.click("More fields")
    assert not modal.has_button("More fields")
    assert (modal.value("Name"), modal.value("Value")) == ("Acme rollout", "9k")
    modal.fill({"Next step": "Call"})
    modal.submit("Create")
    world.ana.command("/lead new Lena Fischer, Acme GmbH")
    lead = world.ana.modal
    assert "Source" not in lead.labels()
    lead.click("More fields")
    lead.fill({"E-mail": "lena@acme.example", "Source": "Referral"})
    assert (lead.value("Name"), lead.value("Source")) == ("Lena Fischer", "Referral")
    lead.submit("Create")
    world.ana.command("/call log L-1")
    call = world.ana.modal
    call.fill({"Outcome": "Connected", "Notes": "Nice"})
    call.click("More fields")
    assert (call.value("Outcome"), call.value("Notes")) == ("Connected", "Nice")
    call.fill({"Duration (minutes)": 12})
    call.submit()
    assert not world.ana.has_modal


# -- lists --------------------------------------------------------------------------------------------------------


def test_words_of_a_list(world: World) -> None:
    modal = opened(world, "Lead sources")
    modal.click("Add")
    modal.fill({"Name": HOSTILE})
    modal.submit("Add")
    assert "<!channel>" not in modal.visible_text()
    clicked(modal, "Remove", "Referral")
    assert "Referral removed." in modal.visible_text()
    world.ana.command("/lead new Zoe")
    world.ana.modal.click("More fields")
    assert "Referral" not in world.ana.modal.options("Source")
    modal.click("Undo")
    assert {"Referral", HOSTILE} <= {one.name for one in world.rows(LeadSource)}


def test_an_empty_list_says_so(world: World) -> None:
    modal = opened(world, "Objections")
    assert "Nothing is on this list yet." in modal.visible_text()
    modal.click("Add")
    modal.fill({"Name": "Too expensive"})
    modal.submit("Add")
    clicked(modal, "Rename", "Too expensive")
    modal.fill({"Name": "Price"})
    modal.submit("Save")
    assert "Price saved." in modal.visible_text()
    assert WordList.OBJECTIONS.value in str(modal.blocks)


def test_two_objections_become_one(world: World) -> None:
    with world.ctx() as ctx:
        price, dear = make_objection(ctx, "Price"), make_objection(ctx, "Too dear")
        lead = make_lead(ctx, owner=world.member(world.ana))
        call = make_activity(ctx, lead, kind=ActivityKind.CALL)
        put(ctx, ActivityObjection(activity_id=call.id, objection_id=dear.id))
    modal = opened(world, "Objections")
    assert "Move up" not in str(modal.blocks)
    clicked(modal, "Merge into another", "Too dear")
    assert "*Too dear* was heard on 1 call." in modal.visible_text()
    assert modal.options("Means the same as", "") == ["Price"]
    modal.choose("Means the same as", "Price", query="pri")
    modal.submit("Merge")
    assert "Too dear is merged; 1 call changed." in modal.visible_text()
    assert [one.objection_id for one in world.rows(ActivityObjection)] == [price.id]
    modal.click("Undo")
    assert [one.objection_id for one in world.rows(ActivityObjection)] == [dear.id]
    assert "Too dear" in modal.visible_text()


def test_sources_are_put_in_order(world: World) -> None:
    modal = opened(world, "Lead sources")
    clicked(modal, "Move up", "Referral")
    assert "Referral moved." in modal.visible_text()
    world.ana.command("/lead new Zoe")
    world.ana.modal.click("More fields")
    with world.ctx(world.sam) as ctx:
        order = [row.name for row in queries.word_page(ctx, WordList.SOURCES).rows]
    assert world.ana.modal.options("Source") == order


def test_products_are_added_found_and_withdrawn(world: World) -> None:
    modal = opened(world, "Products")
    assert "No products yet." in modal.visible_text()
    modal.click("Add product")
    modal.fill({"Name": HOSTILE, "Article number": "A-1", "Price": "99.50", "Tax, in percent": "7.5"})
    modal.submit("Add")
    assert "<!channel>" not in modal.visible_text()
    modal.fill({"Search": "nothing"})
    modal.submit("Search")
    assert "No product fits" in modal.visible_text()
    modal.click("Show all")
    clicked(modal, "Edit", "A-1")
    modal.choose("Offered")
    modal.submit("Save")
    (product,) = world.rows(Product)
    assert (product.name, product.active) == (HOSTILE, False)
    assert "not offered" in modal.visible_text()


def test_a_double_submit_adds_one(world: World) -> None:
    modal = stages_window(world)
    modal.click("Add stage")
    modal.fill({"Name": "Demo"})
    world.sandbox.faults.on_delivery("interactive", "duplicate", copies=3, parallel=True)
    modal.submit("Add")
    assert [one.name for one in world.rows(Stage)].count("Demo") == 1


def test_who_lost_their_power_meanwhile_changes_nothing(world: World) -> None:
    modal = opened(world, "Channels")
    with world.ctx() as ctx:
        ctx.session.get_one(Member, (ctx.workspace.id, world.member(world.mira).id)).role = Role.ADMIN
        ctx.session.get_one(Member, (ctx.workspace.id, world.member(world.sam).id)).role = Role.REP
    modal.fill({"Digest channel": "#general"})
    modal.submit()
    assert "Only an admin of Rapport can do that." in modal.visible_text()
    assert row(world).digest_channel == ""
