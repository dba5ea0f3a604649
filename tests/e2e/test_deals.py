"""Deals in Slack: commands, the card's buttons, forms; through the sandbox."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core import undo
from core.enums import StageKind, Visibility
from core.models import Account, Deal, LossReason, Outbox, Stage, StageChange
from tests.e2e.world import World
from tests.factories import make_account, make_contact, make_deal
from tests.together import at_once

HOSTILE = "<!channel> *x* <https://evil.example|ok> & `y`"


@pytest.fixture
def deal(world: World) -> Deal:
    with world.ctx(world.ana) as ctx:
        account = make_account(ctx, "Acme GmbH", owner=world.member(world.ana))
        return make_deal(ctx, "Acme rollout", account=account, owner=world.member(world.ana), currency="EUR")


def stage_of(world: World, deal_id: object) -> Stage:
    (deal,) = [one for one in world.rows(Deal) if one.id == deal_id]
    return next(stage for stage in world.rows(Stage) if stage.id == deal.stage_id)


def announcements(world: World) -> int:
    with world.ctx() as ctx:
        return ctx.session.query(Outbox).filter_by(workspace_id=world.workspace_id, kind="deal.won").count()


# -- creating -----------------------------------------------------------------------------------------------------


def test_a_deal_from_the_form_to_the_card_and_back(world: World) -> None:
    ana = world.ana
    with world.ctx(ana) as ctx:
        account = make_account(ctx, "Globex AG", owner=world.member(ana))
        make_contact(ctx, "Lena Fischer", account=account, owner=world.member(ana))
    world.jump(minutes=1)
    with world.ctx(ana) as ctx:
        make_contact(ctx, "Lena Abel", owner=world.member(ana))
    ana.command("/deal new Globex pilot", channel="#sales")
    assert ana.modal.title == "New deal"
    assert ana.modal.value("Name") == "Globex pilot"
    ana.modal.click("More fields")
    assert ana.modal.options("Contact", "lena") == ["C-2 Lena Abel", "C-1 Lena Fischer"]
    ana.modal.choose("Account", "Globex AG", query="glob")
    assert ana.modal.options("Contact", "lena") == ["C-1 Lena Fischer", "C-2 Lena Abel"], "its own people first"
    assert ana.modal.options("Contact")[0] == "C-1 Lena Fischer"
    ana.modal.choose("Contact", "Lena Fischer", query="lena")
    ana.modal.fill({"Value": "12.5k", "Expected close": "2027-01-31"})
    ana.modal.choose("Currency", "CHF")
    ana.modal.choose("Stage", "Proposal")
    ana.modal.submit()

    (made,) = world.rows(Deal)
    (globex,) = world.rows(Account)
    assert (made.name, made.value, made.currency, made.account_id) == (
        "Globex pilot",
        Decimal(12_500),
        "CHF",
        globex.id,
    )
    said = ana.last_message("#sales")
    assert said.is_ephemeral
    assert f"Deal D-{made.number} created." in said.text
    for words in ("Proposal · 50%", "CHF", "Globex AG", "Lena Fischer", "31 Jan 2027"):
        assert words in said.visible_text(), words
    for button in ("Undo", "Won", "Lost", "Log call", "New quote", "Edit", "Assign"):
        assert said.has_button(button), button

    said.click("Undo")
    assert world.rows(Deal) == []


def test_what_cannot_be_used_is_said_under_its_field(world: World) -> None:
    ana = world.ana
    ana.command("/deal new")
    ana.modal.fill({"Name": "Acme", "Value": "a lot"})
    ana.modal.submit()
    assert "amount" in ana.modal.errors["Value"]
    assert ana.modal.value("Name") == "Acme"
    assert world.rows(Deal) == []


def test_a_double_submit_is_one_deal(world: World) -> None:
    ana = world.ana
    ana.command("/deal new Acme")
    world.sandbox.faults.on_delivery("interactive", "duplicate", copies=3, parallel=True)
    ana.modal.submit()
    assert len(world.rows(Deal)) == 1


@pytest.mark.parametrize("turned", [False, True], ids=["as written", "the other way"])
def test_a_deal_for_a_colleague(world: World, monkeypatch: pytest.MonkeyPatch, turned: bool) -> None:
    if turned:  # the history of an undo may have been written in any order
        changes = undo._changes
        monkeypatch.setattr(undo, "_changes", lambda ctx, change_id: changes(ctx, change_id)[::-1])
    ana = world.ana
    ana.command("/deal new For Ben", channel="#sales")
    ana.modal.choose("Owner", "Ben Okafor")
    ana.modal.submit()
    said = ana.last_message("#sales").visible_text()
    assert "created" in said
    assert "cannot see it any more" in said
    assert "For Ben" not in said
    ana.last_message("#sales").click("Undo")
    assert world.rows(Deal) == []
    assert "For Ben" not in ana.last_message("#sales").visible_text()
    ana.last_message("#sales").click("Redo")
    assert [deal.name for deal in world.rows(Deal)] == ["For Ben"]
    assert "For Ben" not in ana.last_message("#sales").visible_text()


# -- looking ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["D-{}", "d{}", "{}", "acme", "Acme roll"])
def test_view_by_reference_or_name(world: World, deal: Deal, words: str) -> None:
    said = world.ana.command(f"/deal view {words.format(deal.number)}")
    assert said is not None
    assert f"D-{deal.number} · Acme rollout" in said.visible_text()
    assert "€12,000.00" in said.text


def test_nothing_of_other_peoples_deals_leaks(world: World, deal: Deal) -> None:
    ben = world.ben
    for line in (f"/deal view D-{deal.number}", f"/deal move D-{deal.number} won", "/deal view D-999"):
        said = ben.command(line)
        assert said is not None
        assert said.text == "I cannot find that. It may not exist, or you may not have access to it."
    for line in ("/deal view acme", "/deal list acme", "/deal list"):
        said = ben.command(line)
        assert said is not None
        assert "rollout" not in said.visible_text()
    assert stage_of(world, deal.id).name == "Lead in"


def test_seen_but_not_theirs(world: World, deal: Deal) -> None:
    world.configure(visibility=Visibility.ALL)
    ben = world.ben
    said = ben.command(f"/deal view D-{deal.number}")
    assert said is not None
    for button in ("Won", "Lost", "Edit", "Assign", "Log call", "New quote"):
        assert not said.has_button(button), button
    for line in (f"/deal move D-{deal.number} won", f"/deal move D-{deal.number} lost"):
        refused = ben.command(line)
        assert refused is not None
        assert "may look at this record but not change it" in refused.text
    assert not ben.has_modal


def test_several_may_be_meant(world: World, deal: Deal) -> None:
    with world.ctx(world.ana) as ctx:
        make_deal(ctx, "Acme renewal", owner=world.member(world.ana))
    said = world.ana.command("/deal view acme", channel="#sales")
    assert said is not None
    assert "Acme renewal" in said.visible_text()
    said.click("Open", nth=0)
    assert "D-" in world.ana.last_message("#sales").text
    said = world.ana.command("/deal move acme won")
    assert said is not None
    assert "More than one deal" in said.visible_text()


@pytest.mark.parametrize("line", ["/deal view", "/deal move"])
def test_without_a_deal_there_is_an_example(world: World, line: str) -> None:
    said = world.ana.command(line)
    assert said is not None
    assert "D-7" in said.visible_text()


def test_an_empty_list_has_a_next_step_and_a_long_one_pages(world: World) -> None:
    ana = world.ana
    said = ana.command("/deal list", channel="#sales")
    assert said is not None
    assert "No open deals yet." in said.visible_text()
    said.click("New deal")
    assert ana.modal.title == "New deal"
    ana.modal.close()
    with world.ctx(ana) as ctx:
        for n in range(10):
            make_deal(ctx, f"Deal {n}", owner=world.member(ana))
    said = ana.command("/deal list", channel="#sales")
    assert said is not None
    assert not said.has_button("Previous")
    said.click("Next")
    page = ana.last_message("#sales")
    assert "Deal 9" in page.visible_text()
    page.click("Previous")
    assert "Deal 0" in ana.last_message("#sales").visible_text()


def test_foreign_text_stays_text(world: World) -> None:
    ana = world.ana
    with world.ctx(ana) as ctx:
        made = make_deal(
            ctx,
            HOSTILE,
            owner=world.member(ana),
            account=make_account(ctx, HOSTILE, owner=world.member(ana)),
            next_step="y" * 5000,
        )
    for line in (f"/deal view D-{made.number}", "/deal list", f"/deal move D-{made.number} prop"):
        said = ana.command(line)
        assert said is not None
        assert "<!channel>" not in said.text
        assert "<https" not in said.text
    assert world.driver.violations == []


# -- moving -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Proposal", "prop", "propsal"])
def test_move_by_command_and_undo(world: World, deal: Deal, words: str) -> None:
    ana = world.ana
    said = ana.command(f"/deal move D-{deal.number} {words}", channel="#sales")
    assert said is not None
    assert f"D-{deal.number} Acme rollout moved to Proposal." in said.text
    assert stage_of(world, deal.id).name == "Proposal"
    said.click("Undo")
    assert stage_of(world, deal.id).name == "Lead in"
    assert world.rows(StageChange) == []
    assert "Undone" in ana.last_message("#sales").text


def test_move_by_name(world: World, deal: Deal) -> None:
    said = world.ana.command("/deal move acme rollout negotiation")
    assert said is not None
    assert "moved to Negotiation" in said.text


def test_an_unknown_stage_is_answered_with_the_stages(world: World, deal: Deal) -> None:
    nearly = world.ana.command("/deal move acmee rollout negotiation")
    assert nearly is not None
    assert "Did you mean one of these?" in nearly.text
    assert f"D-{deal.number}" in nearly.visible_text()
    said = world.ana.command(f"/deal move D-{deal.number} zzz")
    assert said is not None
    assert said.text == "There is no stage “zzz”. Choose one below."
    said.choose("Stage", "Proposal")
    assert stage_of(world, deal.id).name == "Proposal"
    said = world.ana.command(f"/deal move D-{deal.number}")
    assert said is not None
    assert "Which stage?" in said.visible_text()


def test_the_stage_it_is_in(world: World, deal: Deal) -> None:
    said = world.ana.command(f"/deal move D-{deal.number} lead in")
    assert said is not None
    assert "already" in said.text
    assert not said.has_button("Undo")
    assert world.rows(StageChange) == []


def test_the_select_on_the_card(world: World, deal: Deal) -> None:
    ana = world.ana
    card = ana.command(f"/deal view D-{deal.number}", channel="#sales")
    assert card is not None
    card.choose("Stage", "Negotiation")
    moved = ana.last_message("#sales")
    assert "moved to Negotiation" in moved.text
    assert moved.has_button("Undo")
    assert stage_of(world, deal.id).name == "Negotiation"


def test_lost_by_the_select_asks_why(world: World, deal: Deal) -> None:
    ana = world.ana
    card = ana.command(f"/deal view D-{deal.number}", channel="#sales")
    assert card is not None
    card.choose("Stage", "Lost")
    assert ana.modal.title == "Deal lost"
    ana.modal.submit()
    assert "Reason" in ana.modal.errors
    assert stage_of(world, deal.id).kind is StageKind.OPEN
    ana.modal.choose("Reason", "Competitor")
    ana.modal.fill({"Lost to": "Globex", "Note": "Cheaper"})
    ana.modal.submit()

    (lost,) = world.rows(Deal)
    (why,) = [one for one in world.rows(LossReason) if one.id == lost.loss_reason_id]
    assert (why.name, lost.competitor) == ("Competitor", "Globex")
    said = ana.last_message("#sales")
    assert "is lost: Competitor" in said.text
    assert "Cheaper" in said.visible_text()
    assert not said.has_button("Won")
    said.click("Undo")
    assert stage_of(world, deal.id).name == "Lead in"


@pytest.mark.parametrize("way", ["button", "command"])
def test_lost_by_button_and_command(world: World, deal: Deal, way: str) -> None:
    ana = world.ana
    if way == "command":
        ana.command(f"/deal move D-{deal.number} lost", channel="#sales")
    else:
        card = ana.command(f"/deal view D-{deal.number}", channel="#sales")
        assert card is not None
        card.click("Lost")
    ana.modal.choose("Reason", "Price")
    ana.modal.submit()
    assert stage_of(world, deal.id).kind is StageKind.LOST


def test_won_is_announced_once_however_often_it_is_clicked(world: World, deal: Deal) -> None:
    ana = world.ana
    card = ana.command(f"/deal view D-{deal.number}", channel="#sales")
    again = ana.command(f"/deal view D-{deal.number}", channel="#sales")
    assert card is not None
    assert again is not None
    card.click("Won")
    assert "is won: €12,000.00" in card.text
    again.click("Won")
    assert "already" in again.text
    assert announcements(world) == 1
    world.settle()
    posts = [one for one in world.ben.messages("#sales") if "Acme rollout" in one.visible_text()]
    assert len(posts) == 1


def test_the_way_through_the_stages(world: World, deal: Deal) -> None:
    ana = world.ana
    ana.command(f"/deal move D-{deal.number} qualified")
    world.jump(days=3)
    card = ana.command(f"/deal move D-{deal.number} proposal", channel="#sales")
    assert card is not None
    card.click("Stages")
    assert ana.modal.title == "Stages"
    assert "Qualified" in ana.modal.visible_text()
    assert "3 days" in ana.modal.visible_text()


# -- editing ------------------------------------------------------------------------------------------------------


def test_edit_and_undo(world: World, deal: Deal) -> None:
    ana = world.ana
    card = ana.command(f"/deal view D-{deal.number}", channel="#sales")
    assert card is not None
    card.click("Edit")
    assert ana.modal.value("Value") == "12,000"
    ana.modal.fill({"Name": "Acme big rollout", "Value": "20k"})
    ana.modal.submit()
    said = ana.last_message("#sales")
    assert f"Deal D-{deal.number} saved." in said.text
    (edited,) = world.rows(Deal)
    assert (edited.name, edited.value, edited.currency) == ("Acme big rollout", Decimal(20_000), "EUR")
    assert edited.account_id == deal.account_id
    said.click("Undo")
    (back,) = world.rows(Deal)
    assert back.name == "Acme rollout"


def test_who_was_overtaken_sees_what_changed_and_keeps_what_they_typed(world: World, deal: Deal) -> None:
    ana, mira = world.ana, world.mira
    card = ana.command(f"/deal view D-{deal.number}", channel="#sales")
    assert card is not None
    card.click("Edit")
    ana.modal.fill({"Name": "Ana's name", "Expected close": "2027-02-01"})

    theirs = mira.command(f"/deal view D-{deal.number}", channel="#sales")
    assert theirs is not None
    theirs.click("Edit")
    mira.modal.fill({"Value": "99"})
    mira.modal.submit()

    ana.modal.submit()
    assert "Mira Brandt changed this meanwhile" in ana.modal.visible_text()
    assert "Value: €12,000.00 → €99.00" in ana.modal.visible_text()
    assert ana.modal.value("Name") == "Ana's name"
    assert world.rows(Deal)[0].name == "Acme rollout"
    ana.modal.fill({"Next follow-up": "tomorrow"})
    assert "Understood: " in ana.modal.visible_text(), "the form is as it was, with what is understood"
    ana.modal.submit()
    (saved,) = world.rows(Deal)
    assert (saved.name, saved.expected_close, saved.value) == ("Ana's name", date(2027, 2, 1), 99)


def test_assign(world: World, deal: Deal) -> None:
    mira = world.mira
    card = mira.command(f"/deal view D-{deal.number}", channel="#sales")
    assert card is not None
    card.click("Assign")
    mira.modal.choose("Owner", "Ben Okafor")
    mira.modal.submit()
    assert f"<@{world.ben.id}>" in mira.last_message("#sales").text
    assert world.rows(Deal)[0].owner_id == world.member(world.ben).id


def test_two_people_win_at_once(world: World, deal: Deal) -> None:
    cards = [who.command(f"/deal view D-{deal.number}", channel="#sales") for who in (world.ana, world.mira)]
    assert at_once(*(lambda card=card: card.click("Won") for card in cards if card is not None)) == []
    assert announcements(world) == 1


def test_a_stale_deal_says_so(world: World, deal: Deal) -> None:
    world.jump(timedelta(days=30))
    said = world.ana.command(f"/deal view D-{deal.number}")
    assert said is not None
    entered = world.rows(Deal)[0].stage_entered_at
    assert f"since <!date^{int(entered.timestamp())}^" in said.visible_text()
    assert "longer than usual" in said.visible_text()


def test_guests_are_told_why(world: World, deal: Deal) -> None:
    said = world.guest.command(f"/deal view D-{deal.number}")
    assert said is not None
    assert "only for members" in said.text
