"""Lists with their filters, giving away by command, claiming: through the sandbox."""

import time

from core import bulk, jobs
from core.enums import EntityType
from core.models import Deal, Lead
from sandbox.driver import MessageHandle
from tests.e2e.world import World
from tests.factories import make_deal, make_lead, together


def saw(answer: MessageHandle | None) -> MessageHandle:
    """What a command was answered with."""
    assert answer is not None
    return answer


def test_a_list_is_filtered_in_place_and_kept_as_ones_own(world: World) -> None:
    with world.ctx() as ctx:
        make_lead(ctx, "Mine New", owner=world.member(world.ana))
        make_lead(ctx, "Free Contacted", status="contacted")
    ana = world.ana
    assert "Open leads: yours and unassigned" in saw(ana.command("/lead list", channel="#sales")).visible_text()
    said = saw(ana.command("/lead list mine new", channel="#sales"))
    assert "Mine · New · Newest first" in said.visible_text()
    before = len(ana.messages("#sales"))
    said.click("Filter")
    assert (ana.modal.value("Owner"), ana.modal.value("Status")) == ("Mine", "New")
    ana.modal.fill({"Owner": "Unassigned", "Status": "Contacted"})
    ana.modal.submit("Show")
    said = ana.last_message("#sales")
    assert len(ana.messages("#sales")) == before, "the list is edited in place"
    assert "Unassigned · Contacted · Newest first" in said.visible_text()
    assert "Free Contacted" in said.visible_text()
    assert "Mine New" not in said.visible_text()
    assert "Mine New" in saw(ana.command("/lead list", channel="#sales")).visible_text(), "what was tried is not kept"
    said.click("Save as mine")
    assert "`/lead list` shows you this list from now on." in said.visible_text()
    said = saw(ana.command("/lead list", channel="#sales"))
    assert "Mine New" not in said.visible_text()

    ana.say(ana.dm_with_app, "lead list")
    ana.last_message(ana.dm_with_app).click("Filter")
    ana.modal.fill({"Owner": "Mine"})
    before = len(ana.messages())
    ana.modal.submit("Show")
    assert len(ana.messages()) == before, "in the conversation with the app too"
    said.click("Clear")
    assert "Open leads: yours and unassigned" in said.visible_text()


def test_a_list_in_a_window_is_filtered_there(world: World) -> None:
    with world.ctx() as ctx:
        make_deal(ctx, "Anybody's", owner=world.member(world.ben))
    ana = world.ana
    ana.open_home()
    ana.home.click("See all commands")
    ana.modal.click("Deals")
    ana.modal.click("Filter")
    ana.modal.fill({"Owner": "Mine"})
    ana.modal.submit("Show")
    assert "Nothing here fits this filter." in ana.modal.visible_text()


def test_pages_keep_their_filter(world: World) -> None:
    with world.ctx() as ctx:
        for n in range(9):
            make_deal(ctx, f"Deal {n}", owner=world.member(world.ana))
        make_deal(ctx, "Nobody's")
    ana = world.ana
    ana.command("/deal list mine", channel="#sales")
    ana.last_message("#sales").click("Next")
    said = ana.last_message("#sales")
    assert "Deal 8" in said.visible_text()
    assert "Nobody's" not in said.visible_text()
    assert "Next" not in said.buttons()


def test_an_unknown_source_is_answered_with_those_there_are(world: World) -> None:
    said = saw(world.ana.command("/lead list source:moon"))
    assert "“moon”" in said.text
    assert "Referral" in said.text


def test_nothing_fits(world: World) -> None:
    said = saw(world.ana.command("/deal list won"))
    assert said.text == "Nothing here fits this filter."
    assert {"Clear", "New deal"} <= set(said.buttons())


def test_a_lead_is_given_away_by_command_and_taken_back(world: World) -> None:
    with world.ctx() as ctx:
        make_lead(ctx, "Lena Fischer", owner=world.member(world.ana))
    ana, ben = world.ana, world.ben
    said = saw(ana.command(f"/lead assign lena <@{ben.id}|ben>", channel="#sales"))
    assert said.text.startswith("L-1 now belongs to")
    world.settle()
    assert "Lena Fischer" in ben.last_message().text
    assert world.rows(Lead)[0].owner_id == world.member(ben).id
    assert "cannot find" in saw(ana.command(f"/lead assign L-1 <@{ben.id}>", channel="#sales")).text
    said.click("Undo")
    assert world.rows(Lead)[0].owner_id == world.member(ana).id
    assert "belongs to" in saw(ana.command("/lead assign L-1 me")).text
    assert "For example" in saw(ana.command("/lead assign")).text
    guest = next(user for user in world.team.users.values() if user.is_guest)
    assert "has no access to Rapport" in saw(ana.command(f"/lead assign L-1 <@{guest.id}|gus>")).text
    assert world.rows(Lead)[0].owner_id == world.member(ana).id


def test_without_a_person_the_window_asks(world: World) -> None:
    with world.ctx() as ctx:
        make_deal(ctx, owner=world.member(world.ana))
    world.ana.command("/deal assign D-1", channel="#sales")
    assert world.ana.modal.title
    assert world.ana.modal.value("Owner") == world.ana.id
    assert "cannot find" in saw(world.ana.command("/deal assign L-1 me")).text
    world.ana.modal.close()
    world.ana.command("/deal assign D-1 benn", channel="#sales")
    assert world.ana.modal.value("Owner") == world.ana.id


def test_the_first_claim_has_it_and_the_second_is_told_who(world: World) -> None:
    with world.ctx() as ctx:
        make_deal(ctx, "Free deal")
        make_lead(ctx, "Free lead")
    ana, ben = world.ana, world.ben
    for ref, command in (("D-1", "deal"), ("L-1", "lead")):
        first = saw(ana.command(f"/{command} view {ref}", channel="#sales"))
        second = saw(ben.command(f"/{command} view {ref}", channel="#sales"))
        first.click("Claim")
        assert ana.last_message("#sales").text.startswith(f"{ref} is yours now.")
        assert "Claim" not in ana.last_message("#sales").buttons()
        second.click("Claim")
        assert ben.last_message("#sales").text == "Ana Costa has it already."
    assert {row.owner_id for row in (*world.rows(Deal), *world.rows(Lead))} == {world.member(ana).id}


def test_tags_are_chosen_typed_shown_and_undone(world: World) -> None:
    with world.ctx() as ctx:
        make_lead(ctx, "Lena Fischer", owner=world.member(world.ana))
    ana = world.ana
    saw(ana.command("/lead view L-1", channel="#sales")).click("Tags")
    ana.modal.choose("Tags", "Add “vip <b>”", query="vip <b>")
    ana.modal.submit()
    said = ana.last_message("#sales")
    assert said.text.startswith("Tags of L-1 saved.")
    assert "Tags: vip &lt;b&gt;" in said.visible_text()
    assert "Lena Fischer" in saw(ana.command("/lead list tag:vip", channel="#sales")).visible_text()
    said.click("Undo")
    assert "Tags:" not in ana.last_message("#sales").visible_text()


def test_several_are_ticked_changed_by_the_worker_and_undone_as_one(world: World) -> None:
    with world.ctx() as ctx:
        for n in range(3):
            make_lead(ctx, f"Lead {n}", owner=world.member(world.ana))
    ana = world.ana
    saw(ana.command("/lead list mine", channel="#sales")).click("Select…")
    ana.modal.fill({"What to do": "Set status: Contacted"})
    ana.modal.submit("Next")
    assert "Please tick at least one record." in str(ana.modal.errors)
    ana.modal.choose("On this page", "L-1 Lead 0", "L-3 Lead 2")
    ana.modal.submit("Next")
    assert "2 leads become: Contacted." in ana.modal.visible_text()
    ana.modal.submit("Do it")
    assert ana.last_message("#sales").text.startswith("Under way.")
    world.settle()
    assert [lead.status.value for lead in world.rows(Lead)] == ["contacted", "new", "contacted"]
    report = ana.last_message()
    assert report.text == "Done: 2 records."
    report.click("Undo all")
    world.settle()
    assert {lead.status.value for lead in world.rows(Lead)} == {"new"}
    assert "Undo all" not in report.buttons()
    assert ana.last_message().text == "Undone: 2 records are as they were before."


def test_everything_a_list_shows_is_given_away(world: World) -> None:
    with world.ctx() as ctx:
        for n in range(10):
            make_deal(ctx, f"Deal {n}", owner=world.member(world.ana))
        make_deal(ctx, "Not meant")
    ana, ben = world.ana, world.ben
    saw(ana.command("/deal list mine", channel="#sales")).click("Select…")
    assert "Set status" not in ana.modal.visible_text()
    ana.modal.fill(
        {"Which": "All 10 records of the list", "What to do": "Assign to the new owner", "New owner": "Ben Okafor"}
    )
    ana.modal.submit("Next")
    ana.modal.submit("Do it")
    world.settle()
    assert ben.last_message().text == "Ana Costa gave you 10 deals."
    owners = {deal.name: deal.owner_id for deal in world.rows(Deal)}
    assert owners.pop("Not meant") is None
    assert set(owners.values()) == {world.member(ben).id}


def test_a_tag_is_asked_for_where_one_is_needed(world: World) -> None:
    with world.ctx() as ctx:
        make_lead(ctx, "Lena", owner=world.member(world.ana))
    ana = world.ana
    saw(ana.command("/lead list", channel="#sales")).click("Select…")
    ana.modal.fill({"Which": "The 1 record of the list", "What to do": "Add the tag"})
    ana.modal.submit("Next")
    assert "Please choose one tag." in str(ana.modal.errors)
    ana.modal.choose("Tag", "Add “vip”", query="vip")
    ana.modal.submit("Next")
    ana.modal.submit("Do it")
    world.settle()
    assert "Tags: vip" in saw(ana.command("/lead view L-1", channel="#sales")).visible_text()


def test_many_are_undone_from_the_history_of_one_without_keeping_anybody_waiting(world: World) -> None:
    owner = world.member(world.ana)
    with world.ctx() as ctx, together(ctx):
        ids = [make_lead(ctx, f"Lead {n}", owner=owner).id for n in range(150)]
    with world.ctx(world.ana) as ctx:
        bulk.start(ctx, EntityType.LEAD, jobs.STATUS, "contacted", ids)
    world.settle()
    ana = world.ana
    saw(ana.command("/lead view L-7", channel="#sales")).click("History")
    began = time.monotonic()
    ana.modal.click("Undo")
    assert time.monotonic() - began < 3, "Slack waits three seconds for an answer"
    assert "Under way." in ana.modal.visible_text()
    assert {lead.status.value for lead in world.rows(Lead)} == {"contacted"}
    world.settle()
    assert {lead.status.value for lead in world.rows(Lead)} == {"new"}
    assert ana.last_message(ana.dm_with_app).text == "Undone: 150 records are as they were before."
