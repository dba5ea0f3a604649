"""The mailbox page in a real browser: reading, what a prospect does, keyboard, phone, and that mails can do nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from sandbox.driver import Mailbox
from sandbox.mail.office import PostOffice
from sandbox.server import SandboxServer
from tests.e2e.browser.conftest import OpenWindow
from tests.e2e.browser.toy import ToyApp

pytestmark = pytest.mark.browser

ZOE, DOMAIN = "zoe@limafoods.example", "in.northwind.example"
PHONE: ViewportSize = {"width": 390, "height": 844}
HTML = """<p>Hi Zoe, <a href="https://northwind.example/video">the video</a></p>
<img src="https://tracker.example/x.png"><script>document.body.textContent = 'taken over'</script>"""


@pytest.fixture
def office(served: tuple[SandboxServer, ToyApp]) -> Iterator[PostOffice]:
    found = served[0].sandbox.mail
    found.account.inbound_domain = DOMAIN
    yield found
    found.forget()


@pytest.fixture
def page(open_window: OpenWindow, served: tuple[SandboxServer, ToyApp], office: PostOffice) -> Page:
    """The page, with one mail to Zoe. That a mail's script and pictures are blocked is no error."""
    send(office)
    opened = open_window(expects=("Blocked script execution", "Loading the image", "img-src"))
    opened.goto(f"{served[0].url}/mail")
    opened.get_by_role("main").wait_for()
    return opened


def send(office: PostOffice, subject: str = "Picking cell", to: str = ZOE, **headers: str) -> None:
    office.accept(
        {
            "personalizations": [{"to": [{"email": to, "name": "Zoe Lima"}]}],
            "from": {"email": "ana@northwind.example", "name": "Ana Costa"},
            "reply_to": {"email": f"r+token@{DOMAIN}"},
            "subject": subject,
            "content": [{"type": "text/plain", "value": "Hi Zoe, the video"}, {"type": "text/html", "value": HTML}],
            "headers": headers,
        }
    )


def letter(page: Page) -> Locator:
    """The mail that lies open, once its conversation was chosen."""
    page.locator(".mail-row").first.click()
    found = page.locator(".letter:not(.letter-folded)").last
    found.wait_for()
    return found


def test_a_mail_is_read_and_its_ways_of_being_seen(page: Page) -> None:
    expect(page.get_by_role("link", name=re.compile("Zoe Lima.*1 unread"))).to_be_visible()
    mail = letter(page)
    frame = mail.frame_locator("iframe")
    expect(frame.get_by_text("Hi Zoe,")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("unread"))).to_have_count(0)
    mail.get_by_role("tab", name="Mail").press("ArrowRight")
    expect(mail.get_by_role("tab", name="Plain text")).to_be_focused()
    expect(mail.get_by_role("tabpanel")).to_have_text("Hi Zoe, the video")
    mail.get_by_role("tab", name="Headers").click()
    expect(mail.get_by_role("tabpanel")).to_contain_text(f"r+token@{DOMAIN}")


def test_a_mail_runs_nothing_and_loads_nothing(page: Page) -> None:
    frame = letter(page).frame_locator("iframe")
    expect(frame.get_by_text("taken over")).to_have_count(0)
    assert frame.locator("img").evaluate("image => image.naturalWidth") == 0
    assert letter(page).locator("iframe").get_attribute("sandbox") == "allow-same-origin"


def test_what_a_prospect_does(page: Page, office: PostOffice) -> None:
    mail = letter(page)
    mail.frame_locator("iframe").get_by_text("the video").click()
    expect(page.get_by_text("Followed the link to https://northwind.example/video.")).to_be_visible()
    mail.get_by_role("button", name="Open", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("Privacy proxy")).click()
    mail.get_by_role("button", name="Report spam").click()
    said = mail.get_by_role("list", name="What happened to it")
    expect(said).to_contain_text("spamreport")
    expect(said).to_contain_text("click")
    assert Mailbox(office).last(ZOE).said == ["processed", "delivered", "click", "open", "spamreport"]


def test_a_page_of_the_app_opens_in_a_tab_of_its_own(
    page: Page, office: PostOffice, served: tuple[SandboxServer, ToyApp]
) -> None:
    office.account.sites["https://northwind.example"] = served[0].url
    page.reload()
    mail = letter(page)
    with page.expect_popup() as followed:
        mail.frame_locator("iframe").get_by_text("the video").click()
    assert followed.value.url == f"{served[0].url}/video"
    mail.get_by_role("button", name="Unsubscribe").click()
    with page.expect_popup() as seen:
        page.get_by_role("menuitem", name=re.compile("See the page")).click()
    assert seen.value.url == f"{served[0].url}/video"
    del office.account.sites["https://northwind.example"]


def test_a_reply_in_german_with_an_attachment(page: Page, office: PostOffice, tmp_path: Path) -> None:
    plan = tmp_path / "Hallenplan.pdf"
    plan.write_bytes(b"%PDF-1.7")
    letter(page).get_by_role("button", name="Reply").click()
    form = page.get_by_role("dialog", name="Reply to Ana Costa")
    expect(form.get_by_label("Your words")).to_be_focused()
    form.get_by_label("Your words").fill("Gerne, passt Dienstag?")
    form.get_by_label("Language of the quote").select_option("de")
    form.get_by_label("Attachments").set_input_files(plan)
    form.get_by_role("button", name="Send").click()
    expect(form).to_have_count(0)
    sent = page.locator(".letter", has_text="Hallenplan.pdf")
    expect(sent).to_be_visible()
    (reply,) = Mailbox(office).mails(ZOE, folder="sent")
    assert "schrieb Ana Costa" in reply.text
    assert len(reply.thread()) == 2


def test_a_form_says_what_is_missing_and_is_left_with_escape(page: Page) -> None:
    opener = letter(page).get_by_role("button", name="Reply")
    opener.click()
    form = page.get_by_role("dialog", name="Reply to Ana Costa")
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("alert")).to_have_text("Text is missing.")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    expect(opener).to_be_focused()


def test_out_of_office_names_a_day(page: Page, office: PostOffice) -> None:
    letter(page).get_by_role("button", name="Out of office").click()
    form = page.get_by_role("dialog", name="Out of office")
    form.get_by_label("Away until").fill("2026-12-05")
    form.get_by_label("Language").select_option("de")
    form.get_by_role("button", name="Answer by itself").click()
    expect(form).to_have_count(0)
    (note,) = Mailbox(office).mails(ZOE, folder="sent")
    assert "bis zum 5. Dezember 2026" in note.text


def test_mail_to_an_address_that_bounces_is_not_in_the_mailbox(page: Page, office: PostOffice) -> None:
    page.get_by_role("button", name=re.compile("Mail to this address: Arrives")).click()
    page.get_by_role("menuitemradio", name=re.compile("^Bounces")).click()
    expect(page.get_by_role("button", name=re.compile("Mail to this address: Bounces"))).to_be_visible()
    send(office, "Second try")
    expect(page.get_by_role("region", name="Not in the mailbox")).to_contain_text("Second try")
    expect(page.get_by_text("Bounced Address")).to_be_visible()


def test_the_webhooks_drawer_and_its_switches(page: Page, office: PostOffice) -> None:
    page.get_by_role("button", name="Webhooks drawer").click()
    drawer = page.get_by_role("complementary", name="Webhooks")
    drawer.get_by_label("Duplicates").uncheck()
    drawer.get_by_label("Whole mails").uncheck()
    expect(drawer.get_by_label("Duplicates")).not_to_be_checked()
    page.wait_for_function("document.querySelectorAll('.mail-switches input:checked').length === 1")
    assert (office.line.duplicates, office.line.disorder, office.account.inbound_raw) == (False, True, False)


def test_somebody_unknown_writes(page: Page, office: PostOffice) -> None:
    page.get_by_role("button", name="New mail").click()
    form = page.get_by_role("dialog", name="New mail")
    form.get_by_label("From").fill("Kim Berg <kim@other.example>")
    form.get_by_label("Subject").fill("A question")
    form.get_by_label("Text").fill("Do you ship to Norway?")
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_role("link", name=re.compile("Kim Berg.*kim@other.example"))).to_be_visible()
    expect(page.get_by_role("heading", name="A question")).to_be_visible()
    assert Mailbox(office).mails("kim@other.example", folder="sent")[0].header("To") == f"sales@{DOMAIN}"


def test_on_a_phone_one_thing_at_a_time(page: Page) -> None:
    page.set_viewport_size(PHONE)
    mail = letter(page)
    expect(page.locator(".mail-list")).to_be_hidden()
    box = mail.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="Back to the list").click()
    expect(page.locator(".mail-row")).to_be_visible()
    page.get_by_role("button", name="Mailboxes").click()
    expect(page.get_by_role("navigation", name="Mailboxes").get_by_role("link")).to_be_visible()


def test_between_slack_and_the_mailboxes(page: Page, served: tuple[SandboxServer, ToyApp], workspace: object) -> None:
    page.get_by_role("link", name="Slack").click()
    page.get_by_role("link", name="Mailboxes").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
