"""Around the messages: who you are, the clock, the Home tab, autocomplete, phone, a sandbox that restarts."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.browser.conftest import Open, Workspace, run

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}


def test_commands_are_offered_while_typing(page: Page) -> None:
    composer = page.locator("#composer-main")
    composer.press_sequentially("/")
    offers = page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(offers).to_have_count(5)
    composer.press_sequentially("wh")
    expect(offers).to_have_count(1)
    composer.press("Enter")
    expect(composer).to_have_value("/whisper ")
    expect(offers).to_contain_text("WORDS")
    composer.press_sequentially("hi")
    composer.press("Enter")
    expect(page.get_by_text("Psst, hi")).to_be_visible()


def test_an_unknown_command_is_refused_and_kept(page: Page) -> None:
    run(page, "/nothing here")
    expect(page.get_by_role("alert")).to_contain_text("/nothing is not a valid command")
    expect(page.locator("#composer-main")).to_have_value("/nothing here ")


def test_switching_the_person_shows_their_workspace(page: Page, workspace: Workspace) -> None:
    expect(page.get_by_role("button", name="sales-leaders")).to_have_count(0)
    page.get_by_role("button", name=re.compile("You are Ana Costa")).click()
    page.get_by_role("menuitemradio", name=re.compile("Mira Brandt.*manager")).click()
    expect(page.get_by_role("button", name="sales-leaders")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("You are Mira Brandt"))).to_be_visible()
    expect(page).to_have_url(re.compile(f"as={workspace.user('mira')}"))
    page.reload()
    expect(page.get_by_role("button", name=re.compile("You are Mira Brandt"))).to_be_visible()


def test_the_clock_jumps_for_everybody(open_page: Open, workspace: Workspace) -> None:
    page = open_page()
    page.get_by_role("button", name=re.compile("Move the clock")).click()
    page.get_by_label("Any moment, your time").fill("2027-01-04T09:00")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("button", name=re.compile("4 Jan, 09:0"))).to_be_visible()
    assert workspace.sandbox.clock.now().date().isoformat() == "2027-01-04"
    page.get_by_role("button", name=re.compile("Move the clock")).click()
    page.get_by_role("menuitem", name=re.compile("1 hour later")).click()
    expect(page.get_by_role("button", name=re.compile("4 Jan, 10:0"))).to_be_visible()
    page.get_by_role("button", name=re.compile("Move the clock")).click()
    page.get_by_role("menuitem", name="Reset to the real time").click()
    expect(page.locator(".clock-moved")).to_be_hidden()


def test_the_home_tab_is_published_on_opening_and_messages_is_beside_it(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("button", name="Rapport").click()
    expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("Opened 1 times")
    page.get_by_role("tab", name="Messages").click()
    expect(page.locator("#composer-main")).to_have_attribute("placeholder", "Message Rapport")
    page.get_by_role("tab", name="Home").click()
    expect(page.get_by_role("tabpanel", name="Home")).to_contain_text("Opened 2 times")


def test_unread_channels_say_so(open_page: Open) -> None:
    ana, ben = open_page("ana", "general"), open_page("ben", "sales")
    composer = ben.locator("#composer-main")
    composer.fill("News")
    composer.press("Enter")
    entry = ana.get_by_role("navigation").get_by_role("button", name=re.compile("^sales"))
    expect(entry).to_have_accessible_name("sales 1 unread")
    entry.click()
    expect(entry).to_have_accessible_name("sales")
    expect(ana.get_by_text("News")).to_be_visible()


def test_a_global_shortcut_opens_its_modal(page: Page) -> None:
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name=re.compile("Fill a form")).click()
    expect(page.get_by_role("dialog", name="Every input")).to_be_visible()


def test_an_app_that_does_not_answer_is_reported(page: Page, workspace: Workspace) -> None:
    workspace.team.app.request_url = "http://127.0.0.1:9/nobody-listens"
    run(page, "/card")
    expect(page.locator(".toast-error")).to_contain_text("/card failed")
    page.get_by_role("button", name=re.compile("Developer drawer, 1")).click()
    expect(page.get_by_role("complementary", name="Developer drawer")).to_contain_text("not acknowledged")


def test_on_a_phone_the_sidebar_slides_in_and_modals_fill_the_screen(open_page: Open) -> None:
    page = open_page(viewport=PHONE)
    expect(page.get_by_role("navigation")).to_be_hidden()
    page.get_by_role("button", name="Channels and people").click()
    page.get_by_role("navigation").get_by_role("button", name="general").click()
    expect(page.get_by_role("heading", name="general")).to_be_visible()
    expect(page.get_by_role("navigation")).to_be_hidden()
    run(page, "/form")
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (PHONE["width"], PHONE["height"])
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_page_reconnects_by_itself(page: Page) -> None:
    page.route("**/sandbox/state*", lambda route: route.abort())
    page.locator("#composer-main").fill("half a sentence")
    banner = page.get_by_role("alert")
    page.evaluate("() => fetch('/sandbox/clock', {method: 'POST', body: JSON.stringify({advance_seconds: 1})})")
    expect(banner).to_contain_text("Reconnecting")
    page.unroute("**/sandbox/state*")
    expect(banner).to_be_hidden()
    expect(page.locator("#composer-main")).to_have_value("half a sentence")
