"""Messages: writing, threads, cards, tables, charts, formatted text, and who sees what."""

import pytest
from playwright.sync_api import Page, expect

from sandbox import messages
from tests.e2e.browser.conftest import Open, Workspace, run

pytestmark = pytest.mark.browser


def post(workspace: Workspace, text: str) -> None:
    """Let Ben say something in #sales, as Slack stores it."""
    channel = workspace.team.channels[workspace.channel("sales")]
    messages.post(workspace.sandbox, workspace.team, channel, workspace.user("ben"), text)
    workspace.sandbox.touch(workspace.team)


def test_what_is_written_appears_for_others_and_markup_stays_text(open_page: Open, workspace: Workspace) -> None:
    ana, ben = open_page("ana"), open_page("ben")
    composer = ana.locator("#composer-main")
    composer.fill("Look <b>here</b> & *there* @Ben Okafor")
    composer.press("Enter")
    message = ben.locator(".message").last
    expect(message).to_contain_text("Look <b>here</b> & there @Ben Okafor")
    expect(message.locator("strong")).to_have_text("there")
    expect(message.locator(".mention-me")).to_have_text("@Ben Okafor")


def test_formatted_text_is_drawn_as_slack_draws_it(page: Page, workspace: Workspace) -> None:
    post(
        workspace,
        "*bold* _it_ ~gone~ `code` 2*3*4 <https://acme.example|Acme> <!channel> :tada: &lt;i&gt;\n"
        "> quoted\n<!date^1795510800^{date_num} {time}|then>\n```pre\n  text```",
    )
    body = page.locator(".message").last.locator(".message-body")
    expect(body.locator("strong")).to_have_text("bold")
    expect(body.locator("em")).to_have_text("it")
    expect(body.locator("s")).to_have_text("gone")
    expect(body.locator("code")).to_have_text("code")
    expect(body.locator("a")).to_have_attribute("href", "https://acme.example")
    expect(body.locator(".broadcast")).to_have_text("@channel")
    expect(body.locator("blockquote")).to_have_text("quoted")
    expect(body.locator("time")).to_have_text("2026-11-24 09:00")
    expect(body.locator("pre")).to_have_text("pre\n  text")
    expect(body).to_contain_text("2*3*4")
    expect(body).to_contain_text("🎉 <i>")


def test_who_writes_sees_the_newest_however_far_up_they_had_read(page: Page, workspace: Workspace) -> None:
    for number in range(40):
        post(workspace, f"Line {number}")
    expect(page.locator(".message").last).to_contain_text("Line 39")
    page.locator(".message").first.scroll_into_view_if_needed()
    expect(page.get_by_text("Line 39")).not_to_be_in_viewport()
    run(page, "/whisper secret")
    expect(page.get_by_text("Psst, secret")).to_be_in_viewport()


def test_a_link_that_is_not_a_link_is_not_followed(page: Page, workspace: Workspace) -> None:
    post(workspace, "<javascript:alert(1)|click me>")
    message = page.locator(".message").last
    expect(message).to_contain_text("click me")
    expect(message.locator("a")).to_have_count(0)


def test_only_one_person_sees_an_ephemeral_answer(open_page: Open) -> None:
    ana, ben = open_page("ana"), open_page("ben")
    run(ana, "/whisper secret")
    expect(ana.get_by_text("Psst, secret")).to_be_visible()
    expect(ana.get_by_text("Only visible to you")).to_be_visible()
    composer = ana.locator("#composer-main")
    composer.fill("after it")
    composer.press("Enter")
    expect(ben.get_by_text("after it")).to_be_visible()
    expect(ben.get_by_text("Psst")).to_have_count(0)


def test_a_thread_opens_beside_the_channel_and_refuses_commands(page: Page, workspace: Workspace) -> None:
    post(workspace, "Who takes Acme?")
    message = page.locator("#messages .message").last
    message.hover()
    message.get_by_role("button", name="Reply in thread").click()
    composer = page.locator("#composer-thread")
    composer.fill("I do")
    composer.press("Enter")
    expect(message.get_by_role("button", name="1 reply")).to_be_visible()
    expect(page.locator("#thread-messages .message")).to_have_count(2)
    composer.fill("/card ")
    composer.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("/card is not supported in threads")
    expect(composer).to_have_value("/card ")


def test_a_select_in_a_message_acts_at_once_and_others_see_it(open_page: Open) -> None:
    ana, ben = open_page("ana"), open_page("ben")
    run(ana, "/card")
    ana.locator("[data-block=moves] .select-trigger").click()
    ana.get_by_role("option", name="Won").click()
    expect(ana.get_by_text("Robot arms: Won")).to_be_visible()
    expect(ben.get_by_text("Robot arms: Won")).to_be_visible()


def test_a_button_that_asks_first_does_nothing_when_denied(page: Page) -> None:
    run(page, "/card")
    lost = page.get_by_role("button", name="Lost")
    lost.click()
    question = page.get_by_role("alertdialog", name="Really lost?")
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_be_hidden()
    expect(page.get_by_text("Robot arms: Lead in")).to_be_visible()
    lost.click()
    question.get_by_role("button", name="Yes, lost").click()
    expect(page.get_by_text("Robot arms: Lost")).to_be_visible()


def test_a_data_table_sorts_and_turns_pages(page: Page) -> None:
    run(page, "/figures")
    table = page.get_by_role("table", name="Open deals")
    names = table.get_by_role("rowheader")
    expect(names).to_have_text(["Deal 1", "Deal 2", "Deal 3"])
    table.get_by_role("button", name="Value").click()
    expect(names).to_have_text(["Deal 4", "Deal 7", "Deal 2"])
    table.get_by_role("button", name="Value").click()
    expect(names).to_have_text(["Deal 6", "Deal 3", "Deal 1"])
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("4–6 of 7")).to_be_visible()
    expect(names).to_have_text(["Deal 5", "Deal 2", "Deal 7"])


def test_a_chart_is_drawn_and_can_be_read_without_seeing_it(page: Page) -> None:
    run(page, "/figures")
    chart = page.get_by_role("img", name="Won by month, bar chart. Ana: Oct 12,000, Nov 18,000")
    expect(chart.locator("rect")).to_have_count(4)
    heights = chart.locator("rect").evaluate_all("bars => bars.map(bar => Number(bar.getAttribute('height')))")
    assert heights[1] / heights[0] == pytest.approx(18000 / 12000)
    expect(page.locator(".legend")).to_have_text("AnaBen")


def test_reactions_count_people(open_page: Open, workspace: Workspace) -> None:
    post(workspace, "Won it!")
    ana, mira = open_page("ana"), open_page("mira")
    for who in (ana, mira):
        message = who.locator(".message").last
        message.hover()
        message.get_by_role("button", name="Add reaction").click()
        who.get_by_role("menuitem", name="tada").click()
    expect(ana.get_by_role("button", name="tada, 2")).to_be_visible()
    ana.get_by_role("button", name="tada, 2").click()
    expect(mira.get_by_role("button", name="tada, 1")).to_be_visible()


def test_a_message_shortcut_gets_the_message(page: Page, workspace: Workspace) -> None:
    post(workspace, "Call Acme back")
    message = page.locator(".message").last
    message.hover()
    message.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Keep this").click()
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(page.get_by_text("Kept: Call Acme back")).to_be_visible()
