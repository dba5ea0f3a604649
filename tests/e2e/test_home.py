"""App Home, help and what Rapport answers to those who write to it."""

from datetime import timedelta

import pytest

from core import activities
from core.enums import ActivityKind, DeliveryState
from core.models import Delivery, Lead
from sandbox.driver.person import Home
from tests.e2e.world import World
from tests.factories import make_activity, make_deal, make_lead, put, the_stage


def waits(home: Home) -> str:
    """What App Home says above the records one worked on last."""
    return home.text().partition("Worked on last")[0]


def test_the_first_home_offers_the_first_lead(world: World) -> None:
    home = world.ana.open_home()
    assert "Welcome to Rapport" in home.text()
    home.click("New lead")
    assert world.ana.modal.title == "New lead"
    world.ana.modal.fill({"Name": "Zoe Lima"})
    world.ana.modal.submit()
    assert [lead.name for lead in world.rows(Lead)] == ["Zoe Lima"]
    assert "Zoe Lima" in world.ana.last_message().visible_text(), "told in the direct message: there is no channel here"
    assert "Nothing is due today" in world.ana.open_home().text()


def test_follow_ups_are_done_and_put_off_on_home_itself(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        today, ana = ctx.today.date(), world.member(world.ana)
        make_lead(ctx, "Overdue Olaf", owner=ana, next_follow_up=today - timedelta(days=2))
        make_lead(ctx, "Today Tina", owner=ana, next_follow_up=today)
    home = world.ana.open_home()
    assert home.text().index("Overdue Olaf") < home.text().index("Today Tina")
    home.click("Done")
    assert not world.ana.has_modal
    assert "Overdue Olaf" not in waits(home).partition("Follow-ups due")[2]
    assert "Done: L-1 Overdue Olaf." in home.text()
    home.click("Undo")
    assert "Overdue Olaf" in waits(home).partition("Follow-ups due")[2]
    assert not home.has_button("Undo")
    home.click("Done")
    home.click("Snooze until tomorrow")
    assert "Today Tina" not in waits(home).partition("Follow-ups due")[2]
    olaf, tina = world.rows(Lead)
    assert (olaf.next_follow_up, tina.next_follow_up) == (None, today + timedelta(days=1))
    world.jump(days=1)
    assert "Today Tina" in world.ana.open_home().text()
    with world.ctx(world.ana) as ctx:
        activities.set_follow_up(ctx, "lead", olaf.id, today + timedelta(days=5))
    assert "Put off" not in world.ana.open_home().text(), "what was not due is planned"


def test_deals_open_as_windows_and_change_there(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        make_deal(ctx, "Rollout", owner=world.member(world.ana))
        make_deal(ctx, "Somebody else's", owner=world.member(world.ben))
        make_deal(ctx, "Late one", owner=world.member(world.ana), stage=the_stage(ctx, "Negotiation"))
    home = world.ana.open_home()
    assert "Somebody else's" not in home.text()
    deals = waits(home).partition("My open deals")[2]
    assert deals.index("Lead in") < deals.index("Rollout") < deals.index("Negotiation")
    home.click("Open")
    assert world.ana.modal.title == "D-1"
    assert "Rollout" in world.ana.modal.text()
    assert len(world.ana.modals) == 1


def test_both_lists_have_pages(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        ana = world.member(world.ana)
        for number in range(1, 10):
            make_lead(ctx, f"Lead {number}", owner=ana, next_follow_up=ctx.today.date() - timedelta(days=20 - number))
            make_deal(ctx, f"Deal {number}", owner=ana)
    home = world.ana.open_home()
    assert "Lead 9" not in waits(home)
    home.click("Next", nth=0)
    assert "Lead 9" in waits(home)
    assert "Deal 1" in waits(home)
    home.click("Next")
    assert "Deal 9" in waits(home)
    assert "Lead 9" in waits(home), "the other list keeps its page"
    home.click("Previous", nth=0)
    assert "Lead 1" in waits(home)


def test_tasks_are_done_and_put_off_on_home_itself(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        today, ana = ctx.today.date(), world.member(world.ana)
        lead = make_lead(ctx, "Zoe Lima", owner=ana)
        for subject, days in (("Send the deck", -1), ("Call the lawyer", 0)):
            make_activity(
                ctx,
                lead,
                kind=ActivityKind.TASK,
                subject=subject,
                notes="",
                owner_id=ana.id,
                due_on=today + timedelta(days=days),
            )
    home = world.ana.open_home()
    assert "Tasks due" in home.text()
    assert home.text().index("Send the deck") < home.text().index("Call the lawyer")
    home.click("Done")
    assert "Send the deck" not in waits(home).partition("Tasks due")[2]
    assert "Done: Send the deck." in home.text()
    home.click("Snooze until tomorrow")
    assert "Tasks due" not in home.text()


def test_a_manager_switches_to_the_team_and_stays_there(world: World) -> None:
    with world.ctx() as ctx:
        ana, mira = world.member(world.ana), world.member(world.mira)
        today = ctx.now.date()
        make_lead(ctx, "Ana's lead", owner=ana, next_follow_up=today - timedelta(days=1))
        make_lead(ctx, "Mira's lead", owner=mira, next_follow_up=today - timedelta(days=1))
        make_deal(ctx, "Ana's deal", owner=ana)
    assert "Team" not in world.ana.open_home().buttons()
    home = world.mira.open_home()
    assert "Mira's lead" in home.text()
    assert "Ana's lead" not in home.text()
    home.click("Team")
    assert "Ana's lead" in home.text()
    assert "Ana's deal" in home.text()
    assert "Team pipeline" in home.text()
    home.click("Snooze until tomorrow")
    assert "This is your team's day." in home.text(), "what is done there leads nowhere else"
    home.click("Mine")
    assert "Ana's deal" not in waits(home)


def test_a_guest_reads_one_sentence_and_nothing_else(world: World) -> None:
    home = world.guest.open_home()
    assert "only for members" in home.text()
    assert home.buttons() == []
    assert world.guest.messages() == [], "nobody is written to for having looked"


def test_an_admin_retries_and_gives_up_what_could_not_be_sent(world: World) -> None:
    with world.ctx() as ctx:
        for number in (1, 2):
            put(
                ctx,
                Delivery(
                    key=f"test:{number}",
                    lane=f"lane{number}",
                    kind="card.post",
                    payload={"channel": world.sales.id},
                    state=DeliveryState.DEAD,
                    next_at=ctx.now,
                    created_at=ctx.now,
                    last_error=f"Reason {number}.",
                ),
            )
    assert "Could not be sent" not in world.ana.open_home().text()
    home = world.sam.open_home()
    assert "Reason 1." in home.text()
    home.click("Give up", nth=1)
    assert "Reason 2." not in home.text()
    home.click("Retry")
    assert "Could not be sent" not in home.text()
    assert [row.state for row in world.rows(Delivery)] == [DeliveryState.PENDING, DeliveryState.SKIPPED]


@pytest.mark.parametrize("line", ["/crm", "/crm help", "/crm HELP", "/lead", "/lead help", "/call", "/deal", "/quote"])
def test_every_command_explains_itself(world: World, line: str) -> None:
    said = world.ana.command(line, channel="#sales")
    assert said is not None
    assert said.is_ephemeral
    assert f"{line.split(maxsplit=1)[0]} help" in said.visible_text()
    assert said.has_button("New lead")


def test_help_names_every_command_once(world: World) -> None:
    said = world.ana.command("/crm help")
    assert said is not None
    for usage in ("/lead new", "/lead view REF", "/call log", "/deal move REF STAGE", "/quote new"):
        assert said.visible_text().count(f"{usage}") == 1, usage


def test_a_misspelt_word_names_the_nearest_and_a_topic_its_commands(world: World) -> None:
    said = world.ana.command("/lead nwe Zoe")
    assert said is not None
    assert "Did you mean" in said.text
    assert "/lead new" in said.text
    topic = world.ana.command("/crm help deal")
    assert topic is not None
    assert "/deal move" in topic.visible_text()
    assert "/lead new" not in topic.visible_text()
    button = world.ana.command("/crm blah blah")
    assert button is not None
    assert "I find nothing called “blah blah”" in button.visible_text()
    assert "/lead new" not in button.visible_text(), "who searched does not want the list of commands"
    button.click("See all commands")
    assert "/lead new" in world.ana.last_message().visible_text()


def test_words_that_are_no_command_find_records(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        make_lead(ctx, "Smith & Sons", owner=world.member(world.ana))
        make_lead(ctx, "Ada Lovelace", owner=world.member(world.ana), company="Engines")
        make_deal(ctx, "Ada's engine", owner=world.member(world.ana))
        make_lead(ctx, "Ada of Ben", owner=world.member(world.ben))
    one = world.ana.command("/crm smith & s")
    assert one is not None
    assert "Smith & Sons" in one.visible_text()
    assert one.has_button("History"), "a single hit is shown as its card"
    several = world.ana.command("/crm ada")
    assert several is not None
    assert "2 records fit" in several.text
    assert "Ada of Ben" not in several.visible_text()
    several.click("Open")
    assert world.ana.last_message().has_button("History")
    shown = world.ana.command("/lead show L-2")
    assert shown is not None
    assert "Ada Lovelace" in shown.visible_text()
    by_ref = world.ana.command("/lead L-2")
    assert by_ref is not None
    assert "Ada Lovelace" in by_ref.visible_text()


def test_who_writes_to_rapport_is_told_how_to_get_things_done(world: World) -> None:
    dm = world.ana.dm_with_app
    world.ana.say(dm, "who is on call?")
    assert "I find nothing called “who is on call?”" in world.ana.last_message().text
    world.ana.say("#sales", f"<@{world.team.app.bot_user_id}>")
    answer = world.ana.last_message("#sales")
    assert answer.is_from_app
    assert answer.is_ephemeral
    assert "what you would type after a slash" in answer.text
    count = len(world.ana.messages("#sales"))
    world.ana.say("#sales", "an ordinary word")
    assert len(world.ana.messages("#sales")) == count + 1, "what is said in channels is none of its business"


def test_a_word_of_another_command_is_offered_there(world: World) -> None:
    with world.ctx() as ctx:
        make_lead(ctx, "Lena Fischer", owner=world.member(world.ana))
    told = world.ana.command(f"/crm assign L-1 <@{world.ben.id}|ben>", channel="#sales")
    assert told is not None
    assert told.text == "I do not know “assign”. Did you mean lead assign L-1 @ben?"
    told.click("Yes, do it")
    assert world.ana.last_message("#sales").text.startswith("L-1 now belongs to")
    several = world.ana.command("/crm assign", channel="#sales")
    assert several is not None
    assert "/lead assign REF @user" in several.text
    assert "/deal assign REF @user" in several.text
    moved = world.ana.command("/lead move D-7 proposal")
    assert moved is not None
    assert "Did you mean deal move D-7 proposal" in moved.text


def test_a_record_comes_before_a_word_of_a_command(world: World) -> None:
    with world.ctx() as ctx:
        make_lead(ctx, "Move It", owner=world.member(world.ana))
        make_lead(ctx, "Brücke Logistik", owner=world.member(world.ana))
    for words, name in (("move it", "Move It"), ("brücke", "Brücke Logistik")):
        found = world.ana.command(f"/crm {words}")
        assert found is not None
        assert f"· {name}" in found.visible_text()
        assert found.has_button("History"), "it is the card of what was meant, no guess"
