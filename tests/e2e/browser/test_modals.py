"""Modals: every input, searching, errors, typing that survives a redraw, the stack."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser.conftest import Workspace, run

pytestmark = pytest.mark.browser


def choose(page: Page, block: str, option: str) -> None:
    """Open the select of a block and pick an option by its text."""
    page.locator(f"[data-block={block}] .select-trigger").click()
    page.get_by_role("option", name=option).click()


def test_every_input_reaches_the_app(page: Page, workspace: Workspace) -> None:
    run(page, "/form")
    dialog = page.get_by_role("dialog", name="Every input")
    expect(dialog.get_by_label("Name")).to_be_focused()
    for label, value in (
        ("Name", "Ana Silva"),
        ("E-mail", "ana@acme.example"),
        ("Web site", "https://acme.example"),
        ("Notes", "two\nlines"),
        ("Story", "once upon a time"),
        ("Day", "2026-11-24"),
        ("Time", "09:30"),
        ("Moment", "2026-11-24T10:15"),
    ):
        dialog.get_by_label(label).fill(value)
    choose(page, "source", "Web")
    choose(page, "owner", "Mira Brandt")
    choose(page, "room", "# general")
    choose(page, "talk", "# random")
    choose(page, "team", "Ben Okafor")
    page.get_by_role("option", name="Sam Lee").click()
    page.keyboard.press("Escape")
    choose(page, "tags", "Hot")
    page.keyboard.press("Escape")
    dialog.get_by_label("Visit").check()
    dialog.get_by_label("Out", exact=True).check()
    dialog.get_by_label("Choose files").set_input_files(
        files=[{"name": "offer.txt", "mimeType": "text/plain", "buffer": b"x"}]
    )
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    got = {block: dict(next(iter(actions.values()))) for block, actions in workspace.toy.submitted[0].items()}
    assert got["name"]["value"] == "Ana Silva"
    assert got["mail"]["value"] == "ana@acme.example"
    assert got["site"]["value"] == "https://acme.example"
    assert got["notes"]["value"] == "two\nlines"
    assert got["rich"]["rich_text_value"]["elements"][0]["elements"][0]["text"] == "once upon a time"
    assert got["source"]["selected_option"]["value"] == "web"
    assert got["owner"]["selected_user"] == workspace.user("mira")
    assert got["room"]["selected_channel"] == workspace.channel("general")
    assert got["talk"]["selected_conversation"] == workspace.channel("random")
    assert got["team"]["selected_users"] == [workspace.user("ben"), workspace.user("sam")]
    assert [one["value"] for one in got["tags"]["selected_options"]] == ["hot"]
    assert got["day"]["selected_date"] == "2026-11-24"
    assert got["time"]["selected_time"] == "09:30"
    assert got["both"]["selected_date_time"] == 1795515300  # 10:15 in Lisbon, which is UTC in November
    assert [one["value"] for one in got["ways"]["selected_options"]] == ["visit"]
    assert got["side"]["selected_option"]["value"] == "out"
    assert [one["name"] for one in got["file"]["files"]] == ["offer.txt"]


def test_an_external_select_searches_while_typing_by_keyboard(page: Page, workspace: Workspace) -> None:
    run(page, "/form")
    trigger = page.locator("[data-block=company] .select-trigger")
    trigger.press("Enter")
    search = page.get_by_role("combobox")
    expect(search).to_be_focused()
    search.press_sequentially("a")
    expect(page.get_by_text("Type at least 2 letters")).to_be_visible()
    search.press_sequentially("c")
    expect(page.get_by_role("option")).to_have_count(2)
    search.press("ArrowDown")
    search.press("Enter")
    expect(trigger).to_have_text("Acorn Ltd")
    expect(trigger).to_be_focused()
    trigger.press("Enter")
    search.press("Escape")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_errors_stand_under_their_fields_and_nothing_typed_is_lost(page: Page, workspace: Workspace) -> None:
    run(page, "/form")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Nobody")
    dialog.get_by_label("Notes").fill("keep me")
    choose(page, "source", "Fair")
    dialog.get_by_role("button", name="Save").click()
    name = dialog.get_by_label("Name")
    expect(dialog.get_by_text("Nobody is not a name.")).to_be_visible()
    expect(dialog.get_by_text("Look again.")).to_be_visible()
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(re.compile("Nobody is not a name. As on the card"))
    expect(dialog.get_by_label("Notes")).to_have_value("keep me")
    name.fill("Ana")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert workspace.toy.submitted[0]["name"]["v"]["value"] == "Ana"


def test_a_redraw_by_the_app_keeps_focus_caret_and_text(page: Page) -> None:
    run(page, "/form")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Half a na")
    price = dialog.get_by_label("Price")
    price.press_sequentially("125")
    price.press("Home")
    price.press_sequentially("3")
    expect(dialog.get_by_text("Twice that is 6250")).to_be_visible()
    expect(price).to_be_focused()
    expect(price).to_have_value("3125")
    assert price.evaluate("field => field.selectionStart") == 1
    expect(dialog.get_by_label("Name")).to_have_value("Half a na")


def test_pushed_modals_go_back_one_at_a_time_and_the_cross_closes_all(page: Page) -> None:
    run(page, "/steps")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Deeper").click()
    expect(dialog).to_have_accessible_name("Step 2")
    dialog.get_by_role("button", name="Deeper").click()
    expect(dialog).to_have_accessible_name("Step 3")
    dialog.get_by_role("button", name="Back").click()
    expect(dialog).to_have_accessible_name("Step 2")
    page.keyboard.press("Escape")
    expect(dialog).to_have_accessible_name("Step 1")
    dialog.get_by_role("button", name="Deeper").click()
    expect(dialog).to_have_accessible_name("Step 2")
    dialog.locator(".modal-head").get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#composer-main")).to_be_focused()


def test_the_keyboard_stays_inside_an_open_modal(page: Page) -> None:
    run(page, "/steps")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        assert dialog.evaluate("el => el.contains(document.activeElement)")


def test_a_counter_warns_before_the_limit(page: Page) -> None:
    run(page, "/form")
    name = page.get_by_role("dialog").get_by_label("Name")
    name.fill("x" * 10)
    expect(page.locator(".counter")).to_be_hidden()
    name.fill("x" * 22)
    expect(page.locator(".counter")).to_have_text("-2")
