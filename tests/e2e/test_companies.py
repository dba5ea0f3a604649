"""Companies and people: their cards, their forms, and the way between them and their deals."""

import pytest

from core.enums import Visibility
from core.models import Account, Contact, Deal
from sandbox.driver import MessageHandle
from tests.e2e.world import World
from tests.factories import make_account, make_contact, make_deal, make_lead


@pytest.fixture
def acme(world: World) -> Account:
    """Ana's company A-1, with C-1 Ben Berg and the deal D-1 that was the lead L-1."""
    with world.ctx(world.ana) as ctx:
        ana = world.member(world.ana)
        account = make_account(ctx, "Acme GmbH", owner=ana, domain="acme.example")
        contact = make_contact(ctx, "Ben Berg", account=account, owner=ana, email="ben@acme.example")
        deal = make_deal(ctx, "Rollout", account=account, owner=ana, contact_id=contact.id)
        make_lead(ctx, "Ben Berg", owner=ana, deal_id=deal.id)
        return account


def card(world: World, words: str) -> MessageHandle:
    """What `/crm WORDS` shows Ana in #sales."""
    shown = world.ana.command(f"/crm {words}", channel="#sales")
    assert shown is not None
    return shown


def account_now(world: World) -> Account:
    """The one account."""
    (account,) = world.rows(Account)
    return account


def test_an_account_is_changed_and_changed_back(world: World, acme: Account) -> None:
    card(world, "A-1").click("Edit")
    assert world.ana.modal.value("Mail domain") == "acme.example"
    world.ana.modal.fill({"Name": "Acme AG", "Mail domain": "https://www.Acme-Group.example/about", "Notes": "Big"})
    world.ana.modal.submit()
    said = world.ana.last_message("#sales")
    assert "Account A-1 saved." in said.visible_text()
    assert "Acme AG" in said.visible_text()
    assert account_now(world).domain == "acme-group.example"
    said.click("Undo")
    assert (account_now(world).name, account_now(world).domain, account_now(world).notes) == (
        "Acme GmbH",
        "acme.example",
        "",
    )


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("Name", " ", "type a name"),
        ("Mail domain", "not a domain", "does not look like a mail domain"),
        ("Mail domain", "gmail.com", "says nothing about the company"),
        ("Phone", "12", "does not look like a phone number"),
    ],
)
def test_what_cannot_be_used_is_said_below_its_field(
    world: World, acme: Account, field: str, typed: str, sentence: str
) -> None:
    card(world, "A-1").click("Edit")
    world.ana.modal.fill({field: typed})
    world.ana.modal.submit()
    assert sentence in " ".join(world.ana.modal.errors.values())
    assert account_now(world).name == "Acme GmbH"


def test_a_person_is_taken_in_from_the_companys_card(world: World, acme: Account) -> None:
    card(world, "A-1").click("New contact")
    modal = world.ana.modal
    assert (modal.title, modal.value("Company"), modal.value("Owner")) == ("New contact", "Acme GmbH", world.ana.id)
    modal.fill({"Name": "Rosa Lima", "Phone": "12"})
    modal.submit()
    assert "does not look like a phone number" in " ".join(modal.errors.values())
    modal.fill({"Phone": ""})
    modal.click("More fields")
    modal.fill({"Job title": "CFO"})
    modal.submit()
    said = world.ana.last_message("#sales")
    assert "Contact C-2 created." in said.visible_text()
    made = world.rows(Contact)[-1]
    assert (made.name, made.title, made.account_id) == ("Rosa Lima", "CFO", acme.id)
    said.click("Undo")
    assert [one.name for one in world.rows(Contact)] == ["Ben Berg"]


def test_saving_what_is_there_changes_nothing(world: World, acme: Account) -> None:
    card(world, "A-1").click("Edit")
    world.ana.modal.submit()
    assert "Nothing was changed" in world.ana.last_message("#sales").text
    assert account_now(world).version == acme.version


@pytest.mark.parametrize(("ref", "model", "label"), [("A-1", Account, "Name"), ("C-1", Contact, "Name")])
def test_who_saves_second_sees_what_changed_and_keeps_what_was_typed(
    world: World, acme: Account, ref: str, model: type[Account | Contact], label: str
) -> None:
    card(world, ref).click("Edit")
    world.ana.modal.fill({label: "Typed by Ana", "Notes": "Mine"})
    with world.ctx(world.mira) as ctx:
        (row,) = world.rows(model)
        ctx.session.get_one(model, (world.workspace_id, row.id)).phone = "+49301234567"
    world.ana.modal.submit()
    shown = world.ana.modal.text()
    assert "Mira Brandt changed this meanwhile" in shown
    assert "Phone" in shown
    assert world.ana.modal.value(label) == "Typed by Ana"
    world.ana.modal.submit()
    (row,) = world.rows(model)
    assert (row.name, row.notes) == ("Typed by Ana", "Mine")


def test_a_contact_moves_to_another_company_and_gets_a_follow_up(world: World, acme: Account) -> None:
    with world.ctx(world.ana) as ctx:
        make_account(ctx, "Globex", owner=world.member(world.ana))
        tomorrow = ctx.today.date().replace(day=ctx.today.day)
    card(world, "C-1").click("Edit")
    world.ana.modal.fill({"E-mail": "ben@globex.example"})
    world.ana.modal.choose("Company", "A-2 Globex", query="glob")
    world.ana.modal.click("More fields")
    assert world.ana.modal.value("E-mail") == "ben@globex.example"
    world.ana.modal.fill({"Job title": "CFO", "Next follow-up": tomorrow.isoformat()})
    world.ana.modal.submit()
    said = world.ana.last_message("#sales").visible_text()
    assert "Contact C-1 saved." in said
    assert "Globex" in said
    (contact,) = world.rows(Contact)
    assert (contact.email, contact.title, contact.next_follow_up) == ("ben@globex.example", "CFO", tomorrow)


def test_a_company_one_may_not_see_stays_with_its_contact(world: World, acme: Account) -> None:
    with world.ctx() as ctx:
        ctx.session.get_one(Account, (world.workspace_id, acme.id)).owner_id = world.member(world.ben).id
    shown = card(world, "C-1")
    assert "Acme" not in shown.visible_text()
    shown.click("Edit")
    world.ana.modal.fill({"Name": "Benjamin Berg"})
    world.ana.modal.submit()
    (contact,) = world.rows(Contact)
    assert (contact.name, contact.account_id) == ("Benjamin Berg", acme.id)


def test_who_may_only_look_has_no_form(world: World, acme: Account) -> None:
    old = card(world, "A-1")
    with world.ctx() as ctx:
        ctx.session.get_one(Account, (world.workspace_id, acme.id)).owner_id = world.member(world.ben).id
    old.click("Edit")
    assert "cannot find" in world.ana.last_message("#sales").text
    world.configure(visibility=Visibility.ALL)
    old.click("Edit")
    assert "not change it" in world.ana.last_message("#sales").text
    assert not card(world, "A-1").has_button("Edit")


def test_a_given_away_company_is_told_to_its_new_owner(world: World, acme: Account) -> None:
    card(world, "A-1").click("Edit")
    world.ana.modal.fill({"Owner": "Ben Okafor"})
    world.ana.modal.submit()
    world.settle()
    assert "made you the owner of A-1" in world.ben.last_message(world.ben.dm_with_app).visible_text()


def test_from_the_deal_to_its_company_person_and_lead_and_back(world: World, acme: Account) -> None:
    deal = card(world, "D-1")
    for button, seen in (
        ("A-1 Acme GmbH", "Open deals"),
        ("C-1 Ben Berg", "ben@acme.example"),
        ("L-1 Ben Berg", "L-1"),
    ):
        deal.click(button)
        assert seen in world.ana.last_message("#sales").visible_text()
    company = card(world, "A-1")
    assert "D-1" in company.visible_text()
    company.click("Open")
    assert world.ana.last_message("#sales").has_button("Won")


def test_a_deal_names_only_records_one_may_open(world: World, acme: Account) -> None:
    with world.ctx() as ctx:
        ctx.session.get_one(Account, (world.workspace_id, acme.id)).owner_id = world.member(world.ben).id
    buttons = card(world, "D-1").buttons()
    assert "C-1 Ben Berg" in buttons
    assert not any(one.startswith("A-1") for one in buttons)


@pytest.mark.parametrize("ref", ["A-1", "C-1", "D-1", "L-1"])
def test_every_card_makes_the_channel_its_own_and_asks_before_it_takes_one_away(
    world: World, acme: Account, ref: str
) -> None:
    card(world, ref).click("Link to this channel")
    assert f"belongs to {ref}" in world.ana.last_message("#sales").text
    other = "D-1" if ref != "D-1" else "A-1"
    card(world, other).click("Link to this channel")
    asked = world.ana.last_message("#sales")
    assert f"already belongs to {ref}" in asked.text
    asked.click(f"Link to {other} instead")
    assert f"belongs to {other}" in world.ana.last_message("#sales").text


def test_a_direct_message_is_nobodys_channel(world: World, acme: Account) -> None:
    shown = world.ana.command("/crm A-1")
    assert shown is not None
    shown.click("Link to this channel")
    assert "channels only" in world.ana.last_message().text


def test_a_closed_deal_offers_only_the_way_back(world: World, acme: Account) -> None:
    card(world, "D-1").click("Won")
    closed = card(world, "D-1")
    for button in ("Won", "Lost", "Claim", "New quote", "Assign"):
        assert not closed.has_button(button), button
    assert closed.options("Reopen in stage…") == ["Lead in", "Qualified", "Proposal", "Negotiation"]
    closed.choose("Reopen in stage…", "Negotiation")
    (deal,) = world.rows(Deal)
    assert deal.closed_at is None


def test_a_shared_card_has_buttons_for_everybody(world: World, acme: Account) -> None:
    card(world, "D-1").click("Share in this channel")
    with world.ctx() as ctx:
        make_lead(ctx, "Nobody's Lead")
    card(world, "L-2").click("Share in this channel")
    world.settle()
    deal, lead = (world.ben.find_message(text, "#sales") for text in ("shared D-1", "shared L-2"))
    assert deal.buttons() == ["Notifications", "Open"]
    deal.click("Open")
    assert "cannot find" in world.ben.last_message("#sales").text
    assert lead.buttons() == ["Notifications", "Claim", "Open"]
    lead.click("Claim")
    world.settle()
    assert "is yours now" in world.ben.last_message("#sales").visible_text()
    assert lead.buttons() == [], "who shared it may not see it any more"


def test_a_follow_up_after_a_call_leaves_the_calls_undo(world: World, acme: Account) -> None:
    card(world, "C-1").click("Log call")
    world.ana.modal.fill({"Outcome": "Connected"})
    world.ana.modal.submit()
    logged = world.ana.last_message("#sales")
    logged.click("Follow up tomorrow")
    said = world.ana.last_message("#sales")
    assert "Follow-up on C-1" in said.text
    assert said.has_button("Undo")
    assert logged.has_button("Undo")
    logged.click("Undo")
    assert "Undone" in logged.visible_text()


def test_the_former_owners_home_forgets_what_went(world: World, acme: Account) -> None:
    assert "Rollout" in world.ana.open_home().text().partition("Worked on last")[0]
    world.mira.command("/deal assign D-1 @ben", channel="#sales")
    world.settle()
    assert "Rollout" not in world.ana.home.text().partition("Worked on last")[0]
