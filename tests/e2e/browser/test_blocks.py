"""Every kind of block and element is drawn; what is not known is shown as such."""

import pytest
from playwright.sync_api import Page, expect

from sandbox import messages
from tests.e2e.browser.conftest import Workspace
from tests.e2e.browser.forms import Block, field, mrkdwn, option, options, text

pytestmark = pytest.mark.browser


def rich(*parts: Block) -> Block:
    """Return a rich_text block of one line."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def chart(kind: str) -> Block:
    """Return a line or area chart with three points."""
    data = [{"label": label, "value": value} for label, value in (("Q1", 10), ("Q2", -5), ("Q3", 20))]
    drawn = {"type": kind, "series": [{"name": "Ana", "data": data}], "axis_config": {"categories": ["Q1", "Q2", "Q3"]}}
    return {"type": "data_visualization", "title": kind.title(), "chart": drawn}


def post(page: Page, workspace: Workspace, *blocks: Block) -> None:
    """Post blocks into #sales as the app, past the validation, and wait until they are drawn."""
    channel = workspace.team.channels[workspace.channel("sales")]
    numbered = [{"block_id": f"b{index}", **block} for index, block in enumerate(blocks)]
    bot = workspace.team.app.bot_user_id
    messages.post(workspace.sandbox, workspace.team, channel, bot, "all", blocks=numbered)
    workspace.sandbox.touch(workspace.team)
    expect(page.locator(".message .block")).not_to_have_count(0)


def test_blocks_of_every_kind(page: Page, workspace: Workspace) -> None:
    button: Block = {"type": "button", "action_id": "press", "text": text("Press")}
    deal: Block = {"type": "card", "title": text("D-7"), "body": mrkdwn("*€12,000*"), "actions": [button]}
    post(
        page,
        workspace,
        {"type": "header", "text": text("A header :tada:")},
        {"type": "divider"},
        {"type": "section", "text": mrkdwn("*bold*"), "fields": [mrkdwn("left"), text("right")]},
        {"type": "context", "elements": [mrkdwn("small"), {"type": "image", "image_url": "/none", "alt_text": "dot"}]},
        {"type": "image", "image_url": "https://away.example/a.png", "alt_text": "A robot", "title": text("Robot")},
        rich({"type": "text", "text": "styled", "style": {"bold": True}}, {"type": "emoji", "name": "wave"}),
        {"type": "markdown", "text": "## Title\n1. one\n2. **two**\n\n| A | B |\n|---|---|\n| c | d |"},
        {"type": "alert", "level": "warning", "text": mrkdwn("Careful")},
        deal,
        {"type": "carousel", "elements": [{**deal, "title": text("First")}, {**deal, "title": text("Second")}]},
        {
            "type": "container",
            "title": text("Timeline"),
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [{"type": "section", "block_id": "inner", "text": mrkdwn("hidden at first")}],
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": "Head"}], [rich({"type": "text", "text": "cell"})]]},
        chart("line"),
        chart("area"),
        {
            "type": "data_visualization",
            "title": "Pie",
            "chart": {"type": "pie", "segments": [{"label": "Won", "value": 3}, {"label": "Lost", "value": 1}]},
        },
        {"type": "video", "title": text("Film"), "alt_text": "A film", "video_url": "https://v.example"},
        {"type": "file", "external_id": "F1", "source": "remote", "title": "Offer.pdf"},
        {"type": "plan", "title": "Plan", "tasks": [{"task_id": "1", "title": "Import", "status": "complete"}]},
        {"type": "task_card", "task_id": "2", "title": "Match", "status": "in_progress"},
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "rate",
                    "positive_button": {"text": text("Good"), "value": "good"},
                    "negative_button": {"text": text("Bad"), "value": "bad"},
                },
                {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": text("Delete")},
            ],
        },
        {"type": "hologram"},
    )
    body = page.locator(".message-body")
    expect(body.locator(".unknown")).to_have_text("Block “hologram” is not drawn here")
    expect(body.get_by_role("heading", name="A header 🎉")).to_be_visible()
    expect(body.get_by_role("img", name="A robot")).to_be_visible()
    expect(body.get_by_role("img", name="Pie, pie chart: Won 3, Lost 1")).to_be_visible()
    expect(body.get_by_text("75 %")).to_be_visible()
    expect(body.get_by_role("columnheader", name="Head")).to_be_visible()
    expect(body.get_by_role("button", name="Delete")).to_be_visible()
    expect(body.get_by_text("hidden at first")).to_have_count(0)
    body.get_by_role("button", name="Timeline").click()
    expect(body.get_by_text("hidden at first")).to_be_visible()


def test_elements_of_every_kind(page: Page, workspace: Workspace) -> None:
    users: Block = {"type": "users_select", "action_id": "u", "initial_user": workspace.user("mira")}
    post(
        page,
        workspace,
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "go",
                    "style": "primary",
                    "text": text("Go"),
                    "url": "https://acme.example",
                },
                {"type": "overflow", "action_id": "more", "options": options("Edit", "History")},
                {"type": "static_select", "action_id": "s", "options": options("One"), "initial_option": option("One")},
                users,
                {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-24"},
                {"type": "timepicker", "action_id": "t", "initial_time": "09:30"},
                {
                    "type": "checkboxes",
                    "action_id": "c",
                    "options": options("Tick"),
                    "initial_options": options("Tick"),
                },
                {"type": "radio_buttons", "action_id": "r", "options": options("Left", "Right")},
                {"type": "workflow_button", "action_id": "w", "text": text("Start")},
            ],
        },
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "mine",
                    "text": text("Mine"),
                    "visible_to_user_ids": [users["initial_user"]],
                }
            ],
        },
        field("in", "Words", {"type": "plain_text_input", "initial_value": "kept"}),
    )
    body = page.locator(".message-body")
    expect(body.get_by_role("link", name="Go")).to_have_attribute("rel", "noopener noreferrer")
    body.get_by_role("button", name="More choices").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Edit", "History"])
    page.keyboard.press("Escape")
    expect(body.locator("[data-action=s]")).to_have_text("One")
    expect(body.locator("[data-action=u]")).to_have_text("Mira Brandt")
    expect(body.locator("[data-action=d]")).to_have_value("2026-11-24")
    expect(body.locator("[data-action=t]")).to_have_value("09:30")
    expect(body.get_by_label("Tick")).to_be_checked()
    expect(body.get_by_label("Right")).not_to_be_checked()
    expect(body.get_by_role("button", name="Mine")).to_have_count(0)
    expect(body.get_by_label("Words")).to_have_value("kept")
    expect(body.locator(".unknown")).to_have_count(0)
