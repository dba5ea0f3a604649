"""Calls and follow-ups in Slack, through the sandbox."""

from datetime import date, timedelta

import pytest

from core import leads
from core.enums import CallOutcome, Direction, LeadStatus, Visibility
from core.models import Activity, Deal, Lead, Objection
from sandbox.driver import MessageHandle
from tests.e2e.world import World
from tests.factories import make_deal, make_lead, make_objection

HOSTILE = "<!channel> *x* <https://evil.example|ok>"


@pytest.fixture
def lead(world: World) -> Lead:
    with world.ctx(world.ana) as ctx:
        return make_lead(ctx, "Lena Fischer", company="Acme GmbH", owner=world.member(world.ana))


def saw(answer: MessageHandle | None) -> MessageHandle:
    """What a command was answered with."""
    assert answer is not None
    return answer


def today_of(world: World) -> date:
    """The day it is for Ana."""
    with world.ctx(world.ana) as ctx:
        return ctx.today.date()


def test_a_call_with_a_new_and_a_known_objection(world: World, lead: Lead) -> None:
    ana = world.ana
    with world.ctx() as ctx:
        make_objection(ctx, "Too expensive")
    ana.command(f"/call log L-{lead.number}", channel="#sales")
    assert ana.modal.title == "Log a call"
    assert ana.modal.value("Direction") == "Outbound"
    assert "Lena Fischer" in ana.modal.value("Record")
    assert ana.modal.options("Objections", query="tim") == ["Add “tim”"]
    ana.modal.choose("Outcome", "Interested")
    ana.modal.choose("Objections", "Too expensive", query="too")
    ana.modal.click("More fields")
    ana.modal.fill({"Duration (minutes)": "12", "Notes": "Wants a demo", "Next step": "Send the deck"})
    tomorrow = today_of(world) + timedelta(days=1)
    ana.modal.fill({"Next follow-up": tomorrow.isoformat()})
    ana.modal.submit()

    (call,) = world.rows(Activity)
    assert (call.outcome, call.direction, call.duration_minutes) == (CallOutcome.INTERESTED, Direction.OUTBOUND, 12)
    (saved,) = world.rows(Lead)
    assert (saved.status, saved.next_follow_up) == (LeadStatus.QUALIFIED, tomorrow)
    said = ana.last_message("#sales")
    assert said.is_ephemeral
    assert said.text == (
        f"Call logged on L-{lead.number} Lena Fischer: Interested. Status is now Qualified. Next follow-up: tomorrow."
    )
    card = saw(ana.command(f"/lead view L-{lead.number}", channel="#sales"))
    for words in ("Outbound call", "Interested", "12 minutes", "Wants a demo", "Too expensive", "Send the deck"):
        assert words in card.visible_text(), words

    said.click("Undo")
    assert world.rows(Activity) == []
    (back,) = world.rows(Lead)
    assert (back.status, back.next_follow_up, back.last_touch_at) == (LeadStatus.NEW, None, None)


def test_the_card_it_was_opened_on_shows_what_came_of_it(world: World, lead: Lead) -> None:
    ana = world.ana
    card = saw(ana.command(f"/lead view L-{lead.number}", channel="#sales"))
    card.click("Log call")
    ana.modal.choose("Outcome", "Interested")
    ana.modal.click("More fields")
    ana.modal.submit()
    (shown,) = ana.messages("#sales")
    assert "Call logged on L-1" in shown.visible_text()
    assert "‹Qualified›" in shown.visible_text()
    assert "Follow up tomorrow" in shown.visible_text()

    shown.click("Log call")
    with world.ctx(ana) as ctx:
        other = make_lead(ctx, "Ben Berg", owner=world.member(ana))
    ana.modal.choose("Record", f"L-{other.number} Ben Berg", query="berg")
    ana.modal.choose("Outcome", "No answer")
    ana.modal.submit()
    assert [m.visible_text().splitlines()[0] for m in ana.messages("#sales")] == [
        "Call logged on L-1 Lena Fischer: Interested. Status is now Qualified. No follow-up is planned.",
        "Call logged on L-2 Ben Berg: No answer. No follow-up is planned.",
    ], "a card of another record stays as it is"


def test_who_takes_long_is_told_in_a_direct_message_without_the_card(world: World, lead: Lead) -> None:
    ana = world.ana
    card = saw(ana.command(f"/lead view L-{lead.number}", channel="#sales"))
    card.click("Log call")
    ana.modal.choose("Outcome", "Interested")
    world.jump(timedelta(minutes=31))
    ana.modal.submit()
    said = ana.last_message(ana.dm_with_app)
    assert "Call logged on L-1" in said.text
    assert "[Convert]" not in said.visible_text()


def test_a_calls_undo_stays_where_an_address_is_added_from_there(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command(f"/call log L-{lead.number}", channel="#sales")
    ana.modal.choose("Outcome", "Interested")
    ana.modal.submit()
    said = ana.last_message("#sales")
    said.click("E-mail")
    ana.modal.click("Edit")
    ana.modal.fill({"E-mail": "lena@acme.example"})
    ana.modal.submit()
    assert "[Undo]" in said.visible_text()
    assert "Call logged" in said.visible_text()
    assert "Lead L-1 saved." in ana.last_message("#sales").text


def test_a_card_that_rapport_keeps_current_is_not_replaced_by_an_answer(world: World, lead: Lead) -> None:
    ben = world.ben
    with world.ctx(world.mira) as ctx:
        leads.assign(ctx, lead.id, ben.id)
    world.settle()
    told = ben.last_message(ben.dm_with_app)
    told.click("Log call")
    ben.modal.choose("Outcome", "Interested")
    ben.modal.submit()
    said = ben.last_message(ben.dm_with_app)
    assert "Call logged on L-1" in said.text
    assert "[Convert]" not in said.visible_text(), "the card stands above"
    world.settle()
    assert "‹Qualified›" in told.visible_text()
    assert "[Undo]" in ben.last_message(ben.dm_with_app).visible_text()


def test_a_typed_objection_joins_the_list(world: World, lead: Lead) -> None:
    ana = world.ana
    for query in ("Bad timing", "BAD TIMING"):
        ana.command(f"/call log L-{lead.number}")
        ana.modal.choose("Outcome", "Connected")
        offered = ana.modal.options("Objections", query=query)
        ana.modal.choose("Objections", offered[0], query=query)
        ana.modal.submit()
    assert [one.name for one in world.rows(Objection)] == ["Bad timing"]


def test_the_button_on_the_card(world: World, lead: Lead) -> None:
    ana = world.ana
    card = saw(ana.command(f"/lead view L-{lead.number}", channel="#sales"))
    card.click("Log call")
    ana.modal.choose("Outcome", "No answer")
    ana.modal.submit()
    said = ana.last_message("#sales")
    assert "No follow-up is planned." in said.text
    said.click("Follow up tomorrow")
    planned = ana.last_message("#sales")
    assert "tomorrow" in planned.text
    assert said.has_button("Undo"), "the call is still undone from where it was confirmed"
    assert world.rows(Lead)[0].next_follow_up is not None
    planned.click("Undo")
    assert world.rows(Lead)[0].next_follow_up is None


def test_without_a_record_the_form_asks_for_it(world: World, lead: Lead) -> None:
    ana = world.ana
    with world.ctx(ana) as ctx:
        make_deal(ctx, "Acme rollout", owner=world.member(ana))
    ana.shortcut("Log a call")
    ana.modal.choose("Outcome", "Connected")
    ana.modal.submit()
    assert "Record" in ana.modal.errors
    ana.modal.choose("Record", "D-1 Acme rollout", query="acme")
    ana.modal.click("More fields")
    ana.modal.fill({"Next step": "Send the offer"})
    ana.modal.submit()
    assert world.rows(Deal)[0].next_step == "Send the offer"


def test_by_name_with_one_several_and_no_hits(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command("/call log fischer")
    assert "Lena Fischer" in ana.modal.value("Record")
    ana.modal.close()
    with world.ctx(ana) as ctx:
        make_lead(ctx, "Lena Fischer-Braun", owner=world.member(ana))
    several = saw(ana.command("/call log lena", channel="#sales"))
    assert "Which one did you call?" in several.visible_text()
    several.click("Log call", nth=1)
    assert "Lena Fischer" in ana.modal.value("Record")
    ana.modal.close()
    nobody = saw(ana.command(f"/call log {HOSTILE}", channel="#sales"))
    assert "I cannot find" in nobody.text
    assert "<!channel>" not in nobody.text
    nobody.click("Log call")
    assert ana.modal.title == "Log a call"


def test_what_cannot_be_used_keeps_the_form(world: World, lead: Lead) -> None:
    ana = world.ana
    yesterday = today_of(world) - timedelta(days=1)
    ana.command(f"/call log L-{lead.number}")
    ana.modal.choose("Outcome", "Connected")
    ana.modal.fill({"Notes": "Typed at length", "Next follow-up": yesterday.isoformat()})
    ana.modal.submit()
    assert "today or a later day" in ana.modal.errors["Next follow-up"]
    assert ana.modal.value("Notes") == "Typed at length"
    assert world.rows(Activity) == []


def test_a_double_submit_is_one_call(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command(f"/call log L-{lead.number}")
    ana.modal.choose("Outcome", "Connected")
    world.sandbox.faults.on_delivery("interactive", "duplicate", copies=3, parallel=True)
    ana.modal.submit()
    assert len(world.rows(Activity)) == 1


def test_other_peoples_records_are_not_there(world: World, lead: Lead) -> None:
    ben = world.ben
    said = saw(ben.command(f"/call log L-{lead.number}"))
    assert "Lena" not in said.visible_text()
    assert not ben.has_modal
    ben.command("/call log")
    assert ben.modal.options("Record", query="lena") == []


def test_seen_but_not_theirs_is_refused_before_anything_is_typed(world: World, lead: Lead) -> None:
    world.configure(visibility=Visibility.ALL)
    said = saw(world.ben.command(f"/call log L-{lead.number}"))
    assert "may look at this record but not change it" in said.text
    assert not world.ben.has_modal


def test_a_record_that_was_taken_away_meanwhile(world: World, lead: Lead) -> None:
    ana = world.ana
    ana.command(f"/call log L-{lead.number}")
    ana.modal.choose("Outcome", "Connected")
    ana.modal.fill({"Notes": "Typed at length"})
    with world.ctx() as ctx:
        ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).owner_id = world.member(world.ben).id
    ana.modal.submit()
    assert "cannot find" in " ".join(ana.modal.errors.values())
    assert ana.modal.value("Notes") == "Typed at length"
    assert world.rows(Activity) == []


def test_follow_ups_on_app_home(world: World) -> None:
    ana = world.ana
    today = today_of(world)
    with world.ctx(ana) as ctx:
        make_lead(ctx, "Overdue Olga", owner=world.member(ana), next_follow_up=today - timedelta(days=2))
        make_lead(ctx, "Today Tom", owner=world.member(ana), next_follow_up=today)
    home = ana.open_home()
    text = home.visible_text()
    assert text.index("Overdue Olga") < text.index("Today Tom")
    assert "2 days overdue" in text
    home.click("Done", nth=0)
    assert "2 days overdue" not in ana.home.visible_text()
    ana.home.click("Snooze for a week", nth=0)
    assert "No follow-ups" in ana.home.visible_text() or "Due today" not in ana.home.visible_text()
    planned = {lead.name: lead.next_follow_up for lead in world.rows(Lead)}
    assert planned == {"Overdue Olga": None, "Today Tom": today + timedelta(days=7)}
