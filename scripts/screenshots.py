"""Takes the pictures of docs/screenshots anew: `rapport demo --fresh`, then `python scripts/screenshots.py [ADDRESS]`.

Drives the sandbox's page in headless Chromium by what the screen says, as the people of the sample company.
"""

import re
import shutil
import sys
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from re import Pattern
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
DESK: ViewportSize = {"width": 1280, "height": 800}
TALL: ViewportSize = {"width": 1280, "height": 1100}
PHONE: ViewportSize = {"width": 390, "height": 844}
LISBON, SYDNEY = ZoneInfo("Europe/Lisbon"), ZoneInfo("Australia/Sydney")
MORE = re.compile("more|More|⋯")
MONDAY, SUNDAY = 0, 6
WAIT = 60_000
"""Milliseconds until something that must appear counts as missing."""


class Screen:
    """The page as one person sees it."""

    def __init__(self, browser: Browser, address: str, person: str, place: str = "C0SALES") -> None:
        self.page: Page = browser.new_context(reduced_motion="reduce", viewport=DESK).new_page()
        self.page.set_default_timeout(WAIT)
        self.page.goto(f"{address}/#team=T0NORTHWND&as=U0{person}&c={place}")
        self.page.get_by_role("main").wait_for()
        self.page.wait_for_timeout(500)
        if self.page.get_by_role("dialog").count():
            # A window that was left open is open for this person wherever they look.
            self.page.get_by_role("dialog").get_by_label("Close", exact=True).first.click()
            self.page.get_by_role("dialog").wait_for(state="detached")

    def type(self, words: str) -> None:
        """Type into the channel, and send it."""
        composer = self.page.locator("#composer-main")
        composer.fill(f"{words} ")
        composer.press("Enter")

    def say(self, words: str, until: str) -> Locator:
        """Type into the channel; the new message that shows `until`, once it is there."""
        fitting = self.page.locator(".message", has_text=until)
        before = fitting.count()
        self.type(words)
        fitting.nth(before).wait_for()
        return fitting.last

    def asked(self, words: str, title: str) -> Locator:
        """Type a command that opens a window; the window, once it is there."""
        self.type(words)
        return self.window(title)

    def choose(self, window: Locator, field: str, option: str | Pattern[str]) -> None:
        """Choose an option of a select in a window."""
        window.locator(f"[data-block={field}] .select-trigger").click()
        self.page.get_by_role("option", name=option).first.click()

    def message(self, words: str) -> Locator:
        """The last message that shows these words."""
        found = self.page.locator(".message", has_text=words).last
        found.wait_for()
        return found

    def window(self, title: str) -> Locator:
        """The modal with this title."""
        found = self.page.get_by_role("dialog", name=title)
        found.wait_for()
        return found

    def take(self, name: str, top: Locator | None = None) -> None:
        """Keep the window as a picture, with `top` near its upper edge."""
        self.page.locator(".toast").last.wait_for(state="detached")
        if top is not None:
            top.evaluate("one => { one.style.scrollMarginTop = '12px'; one.scrollIntoView({block: 'start'}) }")
        # The page smooths nothing here, but fonts and charts take a moment.
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=FOLDER / f"{name}.png")


def found(pattern: str, text: str) -> str:
    """The first part of a text that fits. Raises ValueError where none does."""
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(text)
    return match[0]


def a_ref(browser: Browser, address: str, person: str, command: str, until: str) -> str:
    """The first record of a list: the story's numbers may change. Asked for where no picture is taken."""
    screen = Screen(browser, address, person, "C0GENERAL")
    ref = found(r"[DL]-[0-9]+", screen.say(command, until).inner_text())
    screen.page.close()
    return ref


def new_lead(browser: Browser, address: str) -> None:
    """The form, with what may already be there above it."""
    screen = Screen(browser, address, "ANA")
    screen.asked("/lead new Lena Fischer, Brücke Logistik, lena@bruecke-logistik.example, +49 30 23125 017", "New lead")
    screen.page.get_by_label("Notes").first.wait_for()
    screen.take("new-lead")


def shortcut(browser: Browser, address: str) -> None:
    """A lead made of what somebody wrote."""
    screen = Screen(browser, address, "ANA", "C0RANDOM")
    said = "Nils Berg, Fjord Robotics, nils@fjordrobotics.example, +47 22 12 34 56 asked for a demo"
    message = screen.say(said, "Nils Berg")
    message.hover()
    message.get_by_role("button", name=re.compile("[Mm]ore")).click()
    screen.page.get_by_role("menuitem", name=re.compile("Create lead")).click()
    screen.window("New lead")
    screen.take("shortcut")


def deal(browser: Browser, address: str) -> None:
    """A deal's card, and what happened to it."""
    ref = a_ref(browser, address, "ANA", "/deal list mine negotiation", "Negotiation ·")
    screen = Screen(browser, address, "ANA")
    screen.page.set_viewport_size(TALL)
    card = screen.say(f"/deal view {ref}", "Stage")
    screen.take("deal", card)
    screen.page.set_viewport_size(DESK)
    card.get_by_role("button", name=MORE).last.click()
    screen.page.get_by_role("menuitem", name="History").click()
    screen.window("History")
    screen.take("history")


def move(browser: Browser, address: str) -> None:
    """A move that asks for what the stage needs."""
    ref = a_ref(browser, address, "BEN", "/deal list mine", "in stage")
    screen = Screen(browser, address, "BEN")
    screen.type(f"/deal move {ref} lost")
    screen.page.get_by_role("dialog").wait_for()
    screen.take("move")


def quote(browser: Browser, address: str) -> None:
    """The line editor."""
    ref = a_ref(browser, address, "BEN", "/deal list mine", "in stage")
    screen = Screen(browser, address, "BEN")
    editor = screen.asked(f"/quote new {ref}", "New quote")
    editor.locator(".select-trigger").first.click()
    screen.page.get_by_role("option", name=re.compile("Picker arm")).click()
    editor.get_by_text("Total:").last.wait_for()
    screen.page.wait_for_timeout(800)
    screen.take("quote")


def email(browser: Browser, address: str) -> None:
    """A mail from a template, the answer to it in its reader's mailbox, and what the channel hears of it."""
    ref = a_ref(browser, address, "ANA", "/lead list mine contacted", "Contacted ·")
    screen = Screen(browser, address, "ANA")
    window = screen.asked(f"/email {ref} after our call", "E-mail")
    screen.page.wait_for_timeout(500)
    screen.take("email")
    window.get_by_role("button", name="Send", exact=True).click()
    screen.message("Undo")
    screen.page.wait_for_timeout(8000)  # a mail waits five seconds for Undo
    screen.page.get_by_role("link", name="Mailboxes").click()
    screen.page.locator(".mail-row").first.click()
    letter = screen.page.locator(".letter").last
    letter.get_by_role("button", name="Open", exact=True).click()
    screen.page.get_by_role("menuitem").first.click()
    letter.get_by_role("button", name="Reply").click()
    form = screen.page.get_by_role("dialog")
    form.get_by_label("Your words").fill("Thank you, the plan fits. Could you come by on Tuesday at ten?")
    form.get_by_role("button", name="Send").click()
    form.wait_for(state="detached")
    screen.page.wait_for_timeout(1500)
    screen.take("mailbox")
    screen.page.get_by_role("link", name="Slack").click()
    screen.take("reply", screen.message("Could you come by on Tuesday"))


def mailing(browser: Browser, address: str) -> None:
    """One mail to several."""
    screen = Screen(browser, address, "BEN")
    window = _selected(screen, "/lead list mine", "New lead")
    screen.choose(window, "action", "Send an e-mail")
    window.get_by_role("button", name="Next").click()
    screen.window("E-mail to several").locator(".select-trigger").first.click()
    screen.page.get_by_role("option", name=re.compile("Checking in")).click()
    screen.page.get_by_text("get it.").wait_for()
    screen.take("mailing")


def pipeline(browser: Browser, address: str) -> None:
    """The open deals by stage, and what needs attention."""
    screen = Screen(browser, address, "MIRA")
    screen.page.set_viewport_size(TALL)
    screen.take("pipeline", screen.say("/pipeline", "weighted"))


def lists(browser: Browser, address: str) -> None:
    """A filtered list, and on a phone."""
    screen = Screen(browser, address, "BEN")
    screen.take("list", screen.say("/deal list mine", "in stage"))
    screen.page.set_viewport_size(PHONE)
    screen.take("list-phone", screen.message("in stage"))


def search(browser: Browser, address: str) -> None:
    """Everything with a word in it."""
    screen = Screen(browser, address, "MIRA", "C0RANDOM")
    screen.take("search", screen.say("/crm brücke", "records fit"))


def bulk(browser: Browser, address: str) -> None:
    """Many records at once, and how far it is."""
    screen = Screen(browser, address, "MIRA")
    window = _selected(screen, "/deal list all", "New deal")
    screen.choose(window, "action", "Add the tag")
    window.locator("[data-block=tags] .select-trigger").click()
    screen.page.get_by_role("combobox").press_sequentially("review")
    screen.page.get_by_role("option", name=re.compile("review")).click()
    screen.page.keyboard.press("Escape")
    screen.take("bulk")
    window.get_by_role("button", name="Next").click()
    # The message that shows how far it is would be edited within a second; here it is read in peace.
    screen.page.request.post(
        f"{address}/sandbox/faults", data={"method": "chat.update", "mode": "delay", "seconds": 15}
    )
    screen.window("Change several").get_by_role("button", name="Do it").click()
    screen.message("Under way.")
    screen.page.get_by_role("navigation").get_by_role("button", name="Rapport").click()
    screen.page.get_by_role("tab", name="Messages").click()
    screen.take("bulk-progress", screen.message(" of 60"))
    screen.page.request.post(f"{address}/sandbox/faults", data={"clear": True})


def _selected(screen: Screen, command: str, until: str) -> Locator:
    """The window that changes several, with all of a list chosen."""
    screen.say(command, until).get_by_role("button", name="Change several of these at once").click()
    window = screen.window("Change several")
    screen.choose(window, "which", re.compile("of the list"))
    return window


def home(browser: Browser, address: str) -> None:
    """App Home, on a desk and on a phone."""
    screen = Screen(browser, address, "MIRA", "home")
    screen.page.locator("#home").get_by_text("Follow-ups due").wait_for()
    screen.take("home")
    screen.page.set_viewport_size(PHONE)
    screen.take("home-phone")


def unfurl(browser: Browser, address: str) -> None:
    """A record's link in a channel."""
    ref = a_ref(browser, address, "BEN", "/deal list mine", "in stage")
    asked = Screen(browser, address, "BEN", "C0GENERAL")
    link = found(r"https://\S+", asked.say(f"/crm url {ref}", "https://").inner_text())
    screen = Screen(browser, address, "BEN", "C0RANDOM")
    said = screen.say(f"Have a look at {link}", "Have a look at")
    said.get_by_role("button", name=re.compile("Open")).wait_for()
    screen.take("unfurl")


def admin(browser: Browser, address: str) -> None:
    """The settings, and the search over every change."""
    screen = Screen(browser, address, "SAM")
    screen.take("audit", screen.say("/crm audit deal.move", "Audit"))
    screen.asked("/crm settings", "Settings")
    screen.take("settings")


def weekly_report(browser: Browser, address: str) -> None:
    """The report of the week that ends; the clock stays at its hour, which is set so late that the week is full."""
    screen = Screen(browser, address, "SAM", "C0GENERAL")
    window = screen.asked("/crm settings", "Settings")
    window.get_by_role("button", name="Channels").click()
    screen.window("Channels").get_by_role("button", name="When the weekly report comes").click()
    window = screen.window("Weekly report")
    screen.choose(window, "weekday", "Sunday")
    screen.choose(window, "at", "8:00\u202fpm")
    window.get_by_role("button", name="Save").click()
    window.wait_for(state="detached")
    jump(screen, address, SUNDAY, 20, SYDNEY)
    screen = Screen(browser, address, "MIRA")
    screen.take("weekly-report", screen.message("Week of"))


def digest(browser: Browser, address: str) -> None:
    """The digest of the next working morning, on a phone too; the clock stays there."""
    screen = Screen(browser, address, "BEN")
    jump(screen, address, MONDAY, 9, SYDNEY)
    screen.take("digest", screen.message("Pipeline digest"))
    screen.page.set_viewport_size(PHONE)
    screen.take("digest-phone", screen.message("Pipeline digest"))


def morning(browser: Browser, address: str) -> None:
    """What waits for somebody on the same morning, where they are."""
    screen = Screen(browser, address, "ANA")
    jump(screen, address, MONDAY, 9, LISBON)
    screen.page.get_by_role("navigation").get_by_role("button", name="Rapport").click()
    screen.page.get_by_role("tab", name="Messages").click()
    screen.take("morning", screen.message("wait for you today"))


def jump(screen: Screen, address: str, weekday: int, hour: int, zone: ZoneInfo) -> None:
    """Set the sandbox's clock to a minute past the next such hour of a day of the week."""
    now = datetime.fromtimestamp(screen.page.request.get(f"{address}/sandbox/clock").json()["now"], zone)
    at = datetime.combine(now.date() + timedelta(days=(weekday - now.weekday()) % 7), time(hour, 1), zone)
    if at <= now:
        at += timedelta(days=7)
    screen.page.request.post(f"{address}/sandbox/clock", data={"to": at.isoformat()})


PICTURES: tuple[Callable[[Browser, str], None], ...] = (
    home,
    new_lead,
    shortcut,
    deal,
    move,
    quote,
    pipeline,
    lists,
    search,
    bulk,
    unfurl,
    admin,
    mailing,
    email,
    # These move the clock on.
    weekly_report,
    digest,
    morning,
)
"""In this order: each finds what the ones before left behind."""


def main() -> None:
    """Take all of them, or those whose names are given after the address."""
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            if not sys.argv[2:] or picture.__name__ in sys.argv[2:]:
                sys.stdout.write(f"{picture.__name__}\n")
                picture(browser, address)
                for screen in browser.contexts:
                    screen.close()
        browser.close()


if __name__ == "__main__":
    main()
