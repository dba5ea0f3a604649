"""The product in the browser, as its users see it: the main job with no help but what the screen says."""

import pytest
from playwright.sync_api import Locator, Page, expect

from core.models import Deal, Quote, Stage
from tests.e2e.browser.conftest import OpenWindow
from tests.e2e.world import World
from tests.factories import make_objection

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(open_window: OpenWindow, world: World) -> Page:
    """Ana's screen, in #sales."""
    page = open_window()
    page.goto(f"{world.backend.server.url}/#team={world.team.id}&as={world.ana.id}&c={world.sales.id}")
    page.get_by_role("main").wait_for()
    return page


def run(page: Page, command: str) -> None:
    """Type a command and send it."""
    page.locator("#composer-main").fill(command)
    page.locator("#composer-main").press("Enter")


def dialog(page: Page, title: str) -> Locator:
    """The window with this title, once it is there."""
    found = page.get_by_role("dialog", name=title)
    found.wait_for()
    return found


def latest(page: Page, text: str) -> Locator:
    """The last message that shows this."""
    found = page.locator(".message", has_text=text).last
    found.wait_for()
    return found


def stage_of_the_deal(world: World) -> str:
    (deal,) = world.rows(Deal)
    return next(stage.name for stage in world.rows(Stage) if stage.id == deal.stage_id)


def test_a_lead_a_call_a_deal_a_quote(screen: Page, world: World) -> None:
    with world.ctx(world.sam) as ctx:
        make_objection(ctx, "No budget")
    run(screen, "/lead new Zoe Lima, Lima Foods, zoe@limafoods.com")
    lead = dialog(screen, "New lead")
    expect(lead.get_by_label("Name", exact=False).first).to_have_value("Zoe Lima")
    lead.get_by_role("button", name="Create").click()

    latest(screen, "L-1 · Zoe Lima").get_by_role("button", name="Log call").click()
    call = dialog(screen, "Log a call")
    call.locator("[data-block=outcome] .select-trigger").click()
    screen.get_by_role("option", name="Interested", exact=True).click()
    call.locator("[data-block=objections] .select-trigger").click()
    screen.get_by_role("combobox").press_sequentially("Too expensive")
    screen.get_by_role("option", name="Too expensive").click()
    expect(screen.get_by_role("option", name="No budget")).to_be_visible()  # for a second choice
    screen.keyboard.press("Escape")
    call.get_by_label("Notes").fill("Wants a pilot in spring.")
    call.get_by_role("button", name="Save").click()

    latest(screen, "Call logged on")
    latest(screen, "L-1 · Zoe Lima").get_by_role("button", name="Convert").click()
    convert = dialog(screen, "Convert L-1")
    convert.get_by_label("Value").fill("12k")
    convert.get_by_role("button", name="Convert").click()

    latest(screen, "D-1")
    run(screen, "/deal move D-1 proposal")
    moved = latest(screen, "Proposal")
    expect(moved.get_by_role("button", name="Undo")).to_be_visible()
    assert stage_of_the_deal(world) == "Proposal"
    moved.get_by_role("button", name="Undo").click()
    latest(screen, "Undone")
    assert stage_of_the_deal(world) == "Lead in"

    run(screen, "/quote new D-1")
    quote = dialog(screen, "New quote")
    quote.get_by_label("Description").fill("Robot arm")
    quote.get_by_label("Unit price").fill("100")
    expect(quote.get_by_text("Total: US$100.00", exact=True)).to_be_visible()
    for number, price in ((2, "20"), (3, "3")):
        quote.get_by_role("button", name="Add line").click()
        quote.get_by_label(f"Description, line {number}").fill(f"Extra {number}")
        quote.get_by_label(f"Unit price, line {number}").fill(price)
    expect(quote.get_by_text("123.00").last).to_be_visible()
    quote.get_by_role("button", name="Save draft").click()
    latest(screen, "saved as a draft")
    assert [int(one.total) for one in world.rows(Quote)] == [123]


def test_a_second_person_is_refused_on_the_same_screen(screen: Page, world: World) -> None:
    run(screen, "/lead new Zoe Lima, Lima Foods")
    dialog(screen, "New lead").get_by_role("button", name="Create").click()
    latest(screen, "L-1 · Zoe Lima")
    screen.goto("about:blank")
    screen.goto(f"{world.backend.server.url}/#team={world.team.id}&as={world.ben.id}&c={world.sales.id}")
    screen.get_by_role("main").wait_for()
    run(screen, "/lead view L-1")

    latest(screen, "I cannot find that")
    expect(screen.get_by_text("Zoe")).to_have_count(0)


def test_on_a_phone_the_form_fills_the_screen(screen: Page, world: World) -> None:
    screen.set_viewport_size({"width": 390, "height": 844})
    run(screen, "/lead new")
    form = dialog(screen, "New lead")
    box = form.bounding_box()

    assert box is not None
    assert box["width"] >= 380
    form.get_by_label("Name", exact=False).first.fill("Zoe Lima")
    form.get_by_role("button", name="Create").click()
    card = latest(screen, "L-1 · Zoe Lima").bounding_box()
    assert card is not None
    assert card["width"] <= 390
