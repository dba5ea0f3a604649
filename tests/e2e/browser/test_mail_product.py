"""E-mail in the browser, on both sides: the rep in Slack and the prospect in a mailbox, with what the screens say."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.emails.templates import TemplateInput, create
from tests.e2e.browser.conftest import OpenWindow
from tests.e2e.world import World

pytestmark = pytest.mark.browser

ZOE = "zoe@limafoods.example"


@pytest.fixture
def screen(open_window: OpenWindow, world: World) -> Page:
    """Ana's screen, in #sales, where replies are told; there is one template."""
    world.configure(replies_channel=world.sales.id)
    with world.ctx(world.sam) as ctx:
        create(ctx, TemplateInput("First contact", "Robots for {{company}}", "Hello {{first_name}},\n\na call?"))
    page = open_window()
    page.goto(f"{world.backend.server.url}/#team={world.team.id}&as={world.ana.id}&c={world.sales.id}")
    page.get_by_role("main").wait_for()
    return page


def dialog(page: Page, title: str) -> Locator:
    """The window whose title begins so, once it is there."""
    found = page.get_by_role("dialog", name=re.compile(f"^{title}"))
    found.wait_for()
    return found


def latest(page: Page, text: str) -> Locator:
    """The last message that shows this."""
    found = page.locator(".message", has_text=text).last
    found.wait_for()
    return found


def test_written_answered_and_answered_again_on_two_screens(screen: Page, world: World) -> None:
    screen.locator("#composer-main").fill(f"/lead new Zoe Lima, Lima Foods, {ZOE}")
    screen.locator("#composer-main").press("Enter")
    dialog(screen, "New lead").get_by_role("button", name="Create").click()
    latest(screen, "L-1 · Zoe Lima").get_by_role("button", name="E-mail").click()
    mail = dialog(screen, "E-mail")
    mail.locator(".select-trigger").first.click()
    screen.get_by_role("option", name=re.compile("First contact")).click()
    expect(mail.get_by_label("Subject")).to_have_value("Robots for Lima Foods")
    mail.get_by_role("button", name="Send", exact=True).click()
    latest(screen, "is on its way")
    world.settle()

    # The prospect's side: she opens it and answers in German, above the quote.
    screen.get_by_role("link", name="Mailboxes").click()
    screen.locator(".mail-row").first.click()
    letter = screen.locator(".letter").last
    expect(letter.frame_locator("iframe").get_by_text("Hello Zoe,")).to_be_visible()
    letter.get_by_role("button", name="Open", exact=True).click()
    screen.get_by_role("menuitem").first.click()
    expect(letter.get_by_role("list", name="What happened to it")).to_contain_text("open")
    letter.get_by_role("button", name="Reply").click()
    form = dialog(screen, "Reply to Ana Costa")
    form.get_by_label("Your words").fill("Gerne, Dienstag um 10 Uhr passt.")
    form.get_by_label("Language of the quote").select_option("de")
    form.get_by_role("button", name="Send").click()
    expect(form).to_have_count(0)
    world.settle()

    # The rep's side: the channel heard of it, and the answer is written from there.
    screen.get_by_role("link", name="Slack").click()
    alert = latest(screen, "Gerne, Dienstag um 10 Uhr passt.")
    expect(alert).to_contain_text("Zoe Lima")
    expect(alert).not_to_contain_text("schrieb")
    alert.get_by_role("button", name="Reply to Zoe Lima").click()
    answer = dialog(screen, "Reply")
    answer.get_by_label("Your answer").fill("Sehr gern, bis Dienstag!")
    answer.get_by_role("button", name="Send", exact=True).click()
    expect(answer).to_have_count(0)
    world.settle()

    # In the prospect's mailbox it is one conversation.
    screen.get_by_role("link", name="Mailboxes").click()
    expect(screen.locator(".mail-row")).to_have_count(1)
    screen.locator(".mail-row").click()
    expect(screen.locator(".letter")).to_have_count(3)
    expect(
        screen.locator(".letter").last.frame_locator("iframe").get_by_text("Sehr gern, bis Dienstag!")
    ).to_be_visible()
    assert world.mailbox.lost == []
