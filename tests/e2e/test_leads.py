"""Leads, from the command to the deal, through the sandbox."""

from datetime import timedelta

import pytest

from core import leads
from core.enums import LeadStatus
from core.leads import ConversionInput, LeadInput
from core.models import Account, Contact, Deal, Lead
from sandbox.driver import MessageHandle, Person
from tests.e2e.world import World
from tests.factories import make_account, make_contact, make_lead, make_loss_reason, make_pipeline, make_stage

HOSTILE = "<!channel> *x* <https://evil.example|ok>"


def saw(answer: MessageHandle | None) -> MessageHandle:
    """What a command was answered with."""
    assert answer is not None
    return answer


def lead_of(world: World, who: Person | None = None, name: str = "Lena Fischer", **over: object) -> Lead:
    """A lead that somebody (or nobody) owns."""
    with world.ctx() as ctx:
        return make_lead(ctx, name, owner=world.member(who) if who else None, **over)


# -- new ----------------------------------------------------------------------------------------------------------


def test_a_line_of_text_becomes_a_lead_and_undo_takes_it_back(world: World) -> None:
    ana = world.ana
    ana.command(
        "/lead new Lena Fischer, Acme GmbH, lena@acme.example, +49 30 1234567, met at the fair", channel="#sales"
    )
    assert ana.modal.title == "New lead"
    assert ana.modal.value("Notes") == "met at the fair"
    ana.modal.click("More fields")
    ana.modal.fill({"Source": "Referral"})
    ana.modal.submit("Create")

    said = ana.last_message("#sales")
    assert said.is_ephemeral
    assert said.text == "Lead L-1 created. Lead L-1: Lena Fischer, Acme GmbH, New"
    assert {"Undo", "Log call", "Convert", "Edit", "Assign"} <= set(said.buttons())
    (lead,) = world.rows(Lead)
    assert (lead.email, lead.phone, lead.owner_id) == ("lena@acme.example", "+49301234567", world.member(ana).id)
    said.click("Undo")
    assert world.rows(Lead) == []


def test_the_shortcut_opens_an_empty_form(world: World) -> None:
    world.ana.shortcut("New lead")
    assert world.ana.modal.title == "New lead"
    world.ana.modal.fill({"Name": "Zoe"})
    world.ana.modal.submit()
    assert [lead.name for lead in world.rows(Lead)] == ["Zoe"]


def test_what_cannot_be_used_is_said_under_its_field(world: World) -> None:
    ana = world.ana
    ana.command("/lead new Lena")
    ana.modal.click("More fields")
    ana.modal.fill({"Phone": "12", "Next follow-up": world.sandbox.clock.now().date() - timedelta(days=3)})
    ana.modal.submit()
    assert set(ana.modal.errors) == {"Phone", "Next follow-up"}
    ana.modal.fill({"Phone": "+49 30 1234567", "Next follow-up": None})
    ana.modal.submit()
    assert len(world.rows(Lead)) == 1


def test_hostile_and_very_long_text_is_harmless(world: World) -> None:
    ana = world.ana
    ana.command("/lead new", channel="#sales")
    ana.modal.fill({"Name": HOSTILE, "Company": HOSTILE, "Notes": "x" * 3000})
    ana.modal.submit()
    said = ana.last_message("#sales")
    assert "<!channel>" not in said.text
    assert [lead.name for lead in world.rows(Lead)] == [HOSTILE]
    ana.command("/lead new " + "word " * 1000)
    assert ana.modal.title == "New lead"


def test_a_double_click_and_retries_make_one_lead(world: World) -> None:
    ana = world.ana
    ana.command("/lead new Lena Fischer", channel="#sales")
    world.sandbox.faults.on_delivery("interactive", "duplicate", copies=3, parallel=True)
    ana.modal.submit()
    assert len(world.rows(Lead)) == 1


def test_a_guest_is_turned_away(world: World) -> None:
    for text in ("new", "list", "view L-1"):
        assert "only for members" in saw(world.guest.command(f"/lead {text}")).text
    assert not world.guest.has_modal


# -- what is already here ------------------------------------------------------------------------------------------


def test_existing_people_and_companies_show_while_typing_and_can_be_opened(world: World) -> None:
    lead_of(world, None, "Lena Fischer", company="Acme GmbH", email="lena@acme.example")
    with world.ctx() as ctx:
        make_account(ctx, "Globex AG")
        make_contact(ctx, "Lena Fisher")
    ana = world.ana
    ana.command("/lead new")
    ana.modal.fill({"Notes": "keep me", "Name": "Lena Fischer"})
    assert "*L-1* · Lena Fischer, Acme GmbH\nsimilar name" in ana.modal.visible_text()
    assert "*C-1*" in ana.modal.visible_text()
    ana.modal.fill({"Company": "Globex"})
    assert "*A-1* · Globex AG\nsimilar company" in ana.modal.visible_text()
    ana.modal.fill({"E-mail": "lena@acme.example"})
    assert "same e-mail address" in ana.modal.visible_text()

    ana.modal.click("Open")
    assert ana.modal.title == "L-1"
    ana.modal.close()
    assert (ana.modal.value("Name"), ana.modal.value("Notes")) == ("Lena Fischer", "keep me")
    ana.modal.submit("Create anyway")
    assert len(world.rows(Lead)) == 2


def test_the_notice_goes_away_with_what_it_was_about(world: World) -> None:
    lead_of(world, None)
    ana = world.ana
    ana.command("/lead new Lena Fischer")
    assert ana.modal.submit_text == "Create anyway"
    ana.modal.fill({"Name": "Somebody Else"})
    assert ana.modal.submit_text == "Create"
    assert "L-1" not in ana.modal.visible_text()


def test_a_keystroke_that_changes_nothing_leaves_the_window_alone(world: World) -> None:
    lead_of(world, None)
    ana = world.ana
    ana.command("/lead new Lena Fischer")
    before = ana.modal.view.hash
    ana.modal.fill({"Name": "Lena Fischer x", "Company": "Umbrella"})
    assert ana.modal.view.hash == before


def test_somebody_who_came_first_is_shown_before_a_second_one_is_made(world: World) -> None:
    ana, ben = world.ana, world.ben
    ana.command("/lead new Lena Fischer, Acme GmbH, lena@acme.example", channel="#sales")
    ana.modal.fill({"Notes": "keep me"})
    ben.command("/lead new Lena Fischer, Acme GmbH, lena@acme.example", channel="#sales")
    ben.modal.fill({"Owner": None})
    ben.modal.submit("Create")
    ana.modal.submit("Create")
    assert "same e-mail address" in ana.modal.visible_text()
    assert ana.modal.value("Notes") == "keep me"
    assert len(world.rows(Lead)) == 1
    ana.modal.submit("Create anyway")
    assert len(world.rows(Lead)) == 2


def test_leads_of_others_are_not_given_away_by_the_notice(world: World) -> None:
    lead_of(world, world.ben, email="lena@acme.example")
    world.ana.command("/lead new Lena Fischer, lena@acme.example")
    assert world.ana.modal.submit_text == "Create"
    world.ana.modal.submit()
    assert len(world.rows(Lead)) == 2


# -- looking -------------------------------------------------------------------------------------------------------


def test_view_takes_a_reference_a_number_or_words(world: World) -> None:
    lead_of(world, world.ana)
    lead_of(world, world.ana, "Bo Lind", company="Globex")
    lead_of(world, world.ana, "Bo Berg")
    for text in ("L-1", "l1", "#1", "1", "fischer"):
        assert "L-1 · Lena Fischer" in saw(world.ana.command(f"/lead view {text}")).visible_text()
    assert "bo lind" in saw(world.ana.command("/lead view bo")).visible_text().lower()
    assert "bo berg" in saw(world.ana.command("/lead view bo")).visible_text().lower()
    assert "for example" in saw(world.ana.command("/lead view")).text
    assert "No lead fits" in saw(world.ana.command("/lead view nobody")).text
    assert "cannot find" in saw(world.ana.command("/lead view L-99")).text


def test_what_one_may_not_see_does_not_exist(world: World) -> None:
    lead_of(world, world.ben)
    for text in ("view L-1", "view 1", "view fischer", "find fischer", "find L-1", "list"):
        answer = saw(world.ana.command(f"/lead {text}"))
        assert "Lena" not in answer.visible_text()
    assert saw(world.ana.command("/lead view L-1")).text == saw(world.ana.command("/lead view L-77")).text
    assert "Lena Fischer" in saw(world.mira.command("/lead view L-1")).visible_text()


def test_the_list_pages_in_place(world: World) -> None:
    for n in range(10):
        lead_of(world, world.ana, f"Lead number {n}")
    listed = saw(world.ana.command("/lead list", channel="#sales"))
    assert "Lead number 9" in listed.visible_text()
    assert not listed.has_button("Previous")
    listed.click("Next")
    page = world.ana.last_message("#sales")
    assert "Lead number 0" in page.visible_text()
    assert not page.has_button("Next")
    page.click("Open")
    assert "L-2 · Lead number 1" in world.ana.last_message("#sales").visible_text()


def test_an_empty_list_says_what_to_do_next(world: World) -> None:
    empty = saw(world.ana.command("/lead list"))
    assert empty.buttons() == ["Filter", "New lead"]
    empty.click("New lead")
    assert world.ana.modal.title == "New lead"
    assert "Find whom?" in saw(world.ana.command("/lead find")).text


# -- changing ------------------------------------------------------------------------------------------------------


def test_an_edit_is_confirmed_and_can_be_undone(world: World) -> None:
    lead_of(world, world.ana, company="Acme GmbH")
    saw(world.ana.command("/lead view L-1", channel="#sales")).click("Edit")
    assert world.ana.modal.title == "Edit L-1"
    world.ana.modal.fill({"Company": "Acme AG", "E-mail": "lena@acme.example"})
    world.ana.modal.submit("Save")
    (card,) = world.ana.messages("#sales")
    assert "Lead L-1 saved." in card.text, "in place of the card as it was"
    world.ana.last_message("#sales").click("Undo")
    assert [(lead.company, lead.email) for lead in world.rows(Lead)] == [("Acme GmbH", "")]


def test_where_nothing_was_changed_there_is_nothing_to_undo(world: World) -> None:
    lead_of(world, world.ana, company="Acme GmbH")
    card = saw(world.ana.command("/lead view L-1", channel="#sales"))
    card.click("Edit")
    world.ana.modal.submit("Save")
    assert world.ana.last_message("#sales").visible_text() == "Nothing was changed."
    card.choose("Status", "Qualified")
    card.choose("Status", "Qualified")
    assert world.ana.last_message("#sales").visible_text() == "Nothing was changed."
    assert "Undo" in card.visible_text(), "what was changed before can still be taken back"


def test_each_form_on_ones_own_card_is_answered_in_its_place(world: World) -> None:
    ana = world.ana
    lead_of(world, ana, company="Acme GmbH")
    with world.ctx(world.sam) as ctx:
        make_loss_reason(ctx)
    card = saw(ana.command("/lead view L-1", channel="#sales"))
    card.click("Tags")
    ana.modal.choose("Tags", "Add “vip”", query="vip")
    ana.modal.submit()
    assert "Tags of L-1 saved." in card.visible_text()
    card.click("Convert")
    ana.modal.submit()
    assert "Lead L-1 is now deal D-1." in card.visible_text()
    card.click("New quote")
    ana.modal.fill({"Description": "Robot", "Unit price": "100"})
    ana.modal.submit()
    quote = ana.last_message("#sales")
    assert "Lead L-1 is now deal D-1." in card.visible_text(), "a quote that is made is another record"
    quote.click("Edit")
    ana.modal.fill({"Unit price": "150"})
    ana.modal.submit()
    assert "150" in quote.visible_text()
    card.click("Lost")
    ana.modal.choose("Reason", "Too early")
    ana.modal.submit()
    assert "Reopen in stage" in card.visible_text()
    assert len(ana.messages("#sales")) == 2


def test_a_list_stays_where_a_card_was_edited_in_a_window_above_it(world: World) -> None:
    ana = world.ana
    lead_of(world, ana, email="lena@acme.example")
    saw(ana.command("/lead list", channel="#sales")).click("New lead")
    ana.modal.fill({"E-mail": "lena@acme.example"})
    ana.modal.click("Open")
    assert "L-1" in ana.modal.visible_text()
    ana.modal.click("Edit")
    ana.modal.fill({"Company": "Acme AG"})
    ana.modal.submit("Save")
    listed, said = ana.messages("#sales")
    assert "[New lead]" in listed.visible_text()
    assert "Lead L-1 saved." in said.text


def test_who_comes_second_sees_what_changed_and_keeps_what_they_typed(world: World) -> None:
    lead_of(world, world.ana, company="Acme GmbH")
    for person in (world.ana, world.mira):
        saw(person.command("/lead view L-1", channel="#sales")).click("Edit")
    world.mira.modal.click("More fields")
    world.mira.modal.fill({"Company": "Acme AG", "Source": "Referral"})
    world.mira.modal.submit()
    world.ana.modal.fill({"Notes": "Wants a pilot"})
    world.ana.modal.submit()

    shown = world.ana.modal.visible_text()
    assert "Mira Brandt changed this meanwhile" in shown
    assert "Company: Acme GmbH → Acme AG" in shown
    assert "Source: Referral" in shown
    assert world.ana.modal.value("Notes") == "Wants a pilot"
    assert world.ana.modal.value("Company") == "Acme AG", "what she did not touch is not taken back"
    world.ana.modal.submit()
    assert [(lead.company, lead.notes) for lead in world.rows(Lead)] == [("Acme AG", "Wants a pilot")]


def test_the_status_select_moves_the_lead(world: World) -> None:
    lead_of(world, world.ana)
    card = saw(world.ana.command("/lead view L-1", channel="#sales"))
    card.choose("Status", "Qualified")
    said = world.ana.last_message("#sales")
    assert "Lead L-1 is now: Qualified." in said.text
    assert world.rows(Lead)[0].status is LeadStatus.QUALIFIED
    said.click("Undo")
    assert world.rows(Lead)[0].status is LeadStatus.NEW


def test_who_gives_a_lead_away_is_told_and_sees_it_no_more(world: World) -> None:
    lead_of(world, world.ana)
    saw(world.ana.command("/lead view L-1", channel="#sales")).click("Assign")
    assert world.ana.modal.title == "Assign L-1"
    world.ana.modal.fill({"Owner": "Ben Okafor"})
    world.ana.modal.submit()
    said = world.ana.last_message("#sales")
    assert said.text == f"Lead L-1 now belongs to <@{world.ben.id}>."
    assert "cannot find" in saw(world.ana.command("/lead view L-1")).text
    assert "Lena Fischer" in saw(world.ben.command("/lead view L-1")).visible_text()
    said.click("Undo")
    assert "Lena Fischer" in world.ana.last_message("#sales").visible_text()


def test_the_new_owner_hears_of_it_in_a_direct_message(world: World) -> None:
    lead_of(world, world.ana)
    with world.ctx(world.ana) as ctx:
        leads.assign(ctx, world.rows(Lead)[0].id, world.ben.id)
    world.settle()
    told = world.ben.last_message(world.ben.dm_with_app)
    assert "L-1" in told.visible_text()
    told.click("Log call")
    assert world.ben.has_modal


def test_a_card_that_was_open_when_the_right_was_lost_refuses(world: World) -> None:
    lead_of(world, world.ana)
    card = saw(world.ana.command("/lead view L-1", channel="#sales"))
    with world.ctx(world.mira) as ctx:
        leads.assign(ctx, world.rows(Lead)[0].id, world.ben.id)
    for act in (lambda: card.click("Edit"), lambda: card.click("Convert"), lambda: card.choose("Status", "Lost")):
        act()
        assert "cannot find that for you" in world.ana.last_message("#sales").text
        assert not world.ana.has_modal
    assert world.rows(Lead)[0].status is LeadStatus.NEW


# -- converting ----------------------------------------------------------------------------------------------------


def test_a_lead_becomes_a_deal_and_back(world: World) -> None:
    lead_of(world, world.ana, company="Acme GmbH", email="lena@acme.example")
    saw(world.ana.command("/lead view L-1", channel="#sales")).click("Convert")
    assert world.ana.modal.value("New account") == "Acme GmbH"
    assert world.ana.modal.value("Contact") == "Lena Fischer"
    world.ana.modal.fill({"Deal name": "Acme rollout", "Value": "12k", "Currency": "EUR", "Stage": "Proposal"})
    world.ana.modal.submit("Convert")

    said = world.ana.last_message("#sales")
    assert "Lead L-1 is now deal D-1." in said.text
    assert said.has_button("New quote"), "work goes on with the deal"
    lead = saw(world.ana.command("/lead view L-1", channel="#sales"))
    assert {"Open deal", "Open contact", "Open account"} <= set(lead.buttons())
    assert [len(world.rows(model)) for model in (Account, Contact, Deal)] == [1, 1, 1]
    world.ana.command("/call log L-1", channel="#sales")
    world.ana.modal.fill({"Outcome": "Connected", "Next follow-up": "tomorrow"})
    world.ana.modal.submit()
    logged = world.ana.last_message("#sales")
    assert logged.text == "Call logged on D-1 Acme rollout: Connected. Next follow-up: tomorrow."
    logged.click("Undo")
    lead.click("Open account")
    assert "D-1" in world.ana.last_message("#sales").visible_text()
    said.click("Undo")
    assert [len(world.rows(model)) for model in (Account, Contact, Deal)] == [0, 0, 0]
    assert world.rows(Lead)[0].status is LeadStatus.NEW


def test_the_company_that_is_already_here_is_offered(world: World) -> None:
    with world.ctx() as ctx:
        make_account(ctx, "Acme", owner=world.member(world.ana))
    lead_of(world, world.ana, company="Acme GmbH")
    saw(world.ana.command("/lead view L-1", channel="#sales")).click("Convert")
    assert "Acme" in world.ana.modal.value("Account")
    assert world.ana.modal.value("New account") == ""
    world.ana.modal.submit()
    assert len(world.rows(Account)) == 1


@pytest.mark.parametrize("opened_before", [True, False])
def test_the_second_to_convert_hears_who_was_first(world: World, *, opened_before: bool) -> None:
    lead = lead_of(world, world.ana, company="Acme GmbH")
    card = saw(world.ana.command("/lead view L-1", channel="#sales"))
    if opened_before:
        card.click("Convert")
    with world.ctx(world.mira) as ctx:
        leads.convert(ctx, lead.id, ConversionInput(None, "Acme", "Lena", "Acme", None, "EUR", None))
    if opened_before:
        world.ana.modal.submit()
        heard = " ".join(world.ana.modal.errors.values())
    else:
        card.click("Convert")
        heard = world.ana.last_message("#sales").text
    assert heard == "Mira Brandt has already converted this lead."
    assert len(world.rows(Deal)) == 1


def test_a_conversion_goes_to_any_pipeline_and_is_asked_what_its_stage_asks_for(world: World) -> None:
    with world.ctx() as ctx:
        partners = make_pipeline(ctx)
        make_stage(ctx, partners, "Talking", required_fields=["value", "next_step", "contact_id"])
        acme = make_account(ctx, "Acme Holding", owner=world.member(world.ana))
    lead_of(world, world.ana, company="Lima Foods")
    saw(world.ana.command("/lead view L-1", channel="#sales")).click("Convert")
    modal = world.ana.modal
    assert "Next step" not in modal.labels()
    modal.choose("Account", "Acme Holding", query="acme")
    modal.fill({"Deal name": "Rollout", "Stage": "Talking", "Currency": "CHF"})
    modal.submit("Convert")
    assert "asks for: Value, Next step" in modal.visible_text()
    typed = (modal.value("Deal name"), modal.value("Stage"), modal.value("Currency"), modal.value("Contact"))
    assert typed == ("Rollout", "Talking", "CHF", "Lena Fischer")
    assert "Acme Holding" in modal.value("Account")
    modal.fill({"Value": "5k"})
    modal.submit("Convert")
    assert set(modal.errors) == {"Next step"}
    modal.fill({"Next step": "Call Lena"})
    modal.submit("Convert")
    (deal,) = world.rows(Deal)
    assert (deal.pipeline_id, deal.account_id, deal.next_step) == (partners.id, acme.id, "Call Lena")
    assert [one.name for one in world.rows(Account)] == ["Acme Holding"]


def test_a_conversion_with_its_rarer_fields_keeps_what_is_typed(world: World) -> None:
    lead_of(world, world.ana, company="Lima Foods")
    saw(world.ana.command("/lead view L-1", channel="#sales")).click("Convert")
    modal = world.ana.modal
    modal.fill({"Deal name": "Rollout", "Value": "7k"})
    modal.click("More fields")
    assert (modal.value("Deal name"), modal.value("Value")) == ("Rollout", "7k")
    modal.fill({"Expected close": world.sandbox.clock.now().date()})
    modal.submit("Convert")
    (deal,) = world.rows(Deal)
    assert (deal.name, deal.expected_close) == ("Rollout", world.sandbox.clock.now().date())


def test_a_company_is_needed(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        leads.create(ctx, LeadInput("Zoe", owner=world.ana.id))
    saw(world.ana.command("/lead view zoe", channel="#sales")).click("Convert")
    world.ana.modal.submit()
    assert set(world.ana.modal.errors) == {"New account"}


def test_what_is_typed_below_outlives_the_windows_above(world: World) -> None:
    ana = world.ana
    ana.command("/lead new Zoe Lima, Lima Foods, zoe@limafoods.com", channel="#sales")
    ana.modal.submit()
    ana.command("/lead new", channel="#sales")
    ana.modal.fill({"Name": "Zoe L.", "Notes": "half typed", "E-mail": "zoe@limafoods.com"})
    ana.modal.click("Open")
    ana.modal.click("Edit")
    ana.modal.fill({"Company": "Lima Foods SA"})
    ana.modal.submit()

    assert world.rows(Lead)[0].company == "Lima Foods SA"
    while ana.modal.title != "New lead":
        ana.modal.close()
    assert ana.modal.value("Notes") == "half typed"
