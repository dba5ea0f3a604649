"""The main job from start to end, as people do it: a lead, a call, a deal, a quote; and everybody who may not.

The single steps have tests of their own; this one proves that they hold together.
"""

from decimal import Decimal

from core.enums import LeadStatus
from core.models import Account, Activity, Contact, Deal, Lead, Objection, Quote, Stage
from sandbox.driver import MessageHandle
from tests.e2e.world import World


def stage_name(world: World) -> str:
    (deal,) = world.rows(Deal)
    return next(stage.name for stage in world.rows(Stage) if stage.id == deal.stage_id)


def latest(world: World, who: str = "ana") -> MessageHandle:
    message: MessageHandle = getattr(world, who).last_message("#sales")
    return message


def test_from_a_lead_to_a_quote(world: World) -> None:
    ana = world.ana

    # A lead from free text.
    ana.command("/lead new Zoe Lima, Lima Foods, zoe@limafoods.com, +49 30 1234567", channel="#sales")
    assert ana.modal.value("Name") == "Zoe Lima"
    ana.modal.submit()
    assert not ana.has_modal
    created = latest(world)
    assert created.is_ephemeral
    assert "L-1" in created.text

    # A call with an objection nobody had before, from the button on the card.
    created.click("Log call")
    ana.modal.choose("Outcome", "Interested")
    ana.modal.click("More fields")
    ana.modal.fill({"Duration (minutes)": "12", "Notes": "Wants a pilot in spring."})
    ana.modal.choose("Objections", "Add “Too expensive”", query="Too expensive")
    ana.modal.submit()
    (call,) = world.rows(Activity)
    assert call.duration_minutes == 12
    assert [one.name for one in world.rows(Objection)] == ["Too expensive"]
    assert world.rows(Lead)[0].status is LeadStatus.QUALIFIED

    # The lead becomes an account, a contact and a deal.
    card = ana.command("/lead view L-1", channel="#sales")
    assert card is not None
    card.click("Convert")
    ana.modal.fill({"Deal name": "Lima pilot", "Value": "12k"})
    ana.modal.submit()
    assert ([a.name for a in world.rows(Account)], [c.name for c in world.rows(Contact)]) == (
        ["Lima Foods"],
        ["Zoe Lima"],
    )
    assert world.rows(Deal)[0].value == Decimal(12_000)
    assert world.rows(Lead)[0].deal_id == world.rows(Deal)[0].id

    # The deal moves, and the move is taken back.
    ana.command("/deal move D-1 proposal", channel="#sales")
    assert stage_name(world) == "Proposal"
    latest(world).click("Undo")
    assert stage_name(world) == "Lead in"

    # A quote with three lines.
    ana.command("/quote new D-1", channel="#sales")
    ana.modal.fill({"Description": "Robot arm", "Quantity": "2", "Unit price": "5000", "Tax %": "19"})
    for number, (words, price) in enumerate((("Setup", "1200"), ("Training", "800.50")), start=2):
        ana.modal.click("Add line")
        ana.modal.fill({f"Description, line {number}": words, f"Unit price, line {number}": price})
    ana.modal.submit()
    (quote,) = world.rows(Quote)
    assert (quote.subtotal, quote.tax, quote.total) == (Decimal("12000.50"), Decimal("2280.10"), Decimal("14280.60"))

    # Won: the channel hears of it, once, however often it is clicked.
    won = ana.command("/deal view D-1", channel="#sales")
    assert won is not None
    won.click("Won")
    world.settle()
    announced = [m for m in world.ben.messages("#sales") if not m.is_ephemeral and "Lima pilot" in m.visible_text()]
    assert len(announced) == 1

    # A colleague without the right learns nothing, at any door.
    doors = (
        "/lead view L-1",
        "/deal view D-1",
        "/deal move D-1 won",
        "/call log L-1",
        "/quote new D-1",
        f"/quote view Q-{quote.year}-0001",
        "/lead find lima",
        "/deal list",
    )
    for line in doors:
        answer = world.ben.command(line, channel="#general")
        shown = answer.visible_text() if answer else ""
        assert answer is not None, line
        assert not world.ben.has_modal, line
        assert not any(secret in shown for secret in ("Zoe", "Lima", "limafoods", "12,000")), (line, shown)

    # Their manager sees it and may work on it.
    seen = world.mira.command("/deal view D-1", channel="#general")
    assert seen is not None
    assert "Lima pilot" in seen.visible_text()
