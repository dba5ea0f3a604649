"""Takes the pictures of docs/screenshots anew: `rapport demo --fresh`, then `python scripts/screenshots.py [ADDRESS]`.

Drives the sandbox's page in headless Chromium by what the screen says, as the people of the sample company.
"""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, ViewportSize, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
MORE = re.compile("more|More|⋯")
WAIT = 8000
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

    def say(self, words: str, until: str) -> Locator:
        """Type into the channel; the message that shows `until`, once it is there."""
        composer = self.page.locator("#composer-main")
        composer.fill(f"{words} ")
        composer.press("Enter")
        return self.message(until)

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
        """Keep the window as a picture, with `top` at its upper edge."""
        if top is not None:
            top.evaluate("one => one.scrollIntoView({block: 'start'})")
        # The page smooths nothing here, but fonts and charts take a moment.
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=FOLDER / f"{name}.png")


def found(pattern: str, text: str) -> str:
    """The first part of a text that fits. Raises ValueError where none does."""
    match = re.search(pattern, text)
    if match is None:
        raise ValueError(text)
    return match[0]


def lists(browser: Browser, address: str) -> None:
    """A filtered list, and on a phone."""
    screen = Screen(browser, address, "ANA")
    screen.take("list", screen.say("/deal list mine", "in stage"))
    screen.page.set_viewport_size(PHONE)
    screen.take("list-phone", screen.message("in stage"))


def search(browser: Browser, address: str) -> None:
    """Everything with a word in it."""
    screen = Screen(browser, address, "MIRA")
    screen.take("search", screen.say("/crm brücke", "records fit"))


def history(browser: Browser, address: str) -> None:
    """What happened to a deal."""
    screen = Screen(browser, address, "ANA")
    card = screen.say("/deal view D-57", "D-57 ·")
    card.get_by_role("button", name=MORE).last.click()
    screen.page.get_by_role("menuitem", name="History").click()
    screen.window("History")
    screen.take("history")


def move(browser: Browser, address: str) -> None:
    """A move that asks for what the stage needs."""
    screen = Screen(browser, address, "BEN")
    screen.say("/deal list mine", "in stage")
    ref = found(r"D-[0-9]+", screen.message("in stage").inner_text())
    composer = screen.page.locator("#composer-main")
    composer.fill(f"/deal move {ref} lost ")
    composer.press("Enter")
    screen.page.get_by_role("dialog").wait_for()
    screen.take("move")


def bulk(browser: Browser, address: str) -> None:
    """Many records at once, and how far it is."""
    screen = Screen(browser, address, "BEN")
    screen.say("/lead list mine", "New lead").get_by_role("button", name="Change several of these at once").click()
    window = screen.window("Change several")
    screen.take("bulk")
    window.locator("[data-block=which] .select-trigger").click()
    screen.page.get_by_role("option", name=re.compile("of the list")).click()
    window.locator("[data-block=action] .select-trigger").click()
    screen.page.get_by_role("option", name="Set status: Contacted").click()
    window.get_by_role("button", name="Next").click()
    screen.window("Change several").get_by_role("button", name="Do it").click()
    screen.message("Under way.")
    screen.page.get_by_role("navigation").get_by_role("button", name="Rapport").click()
    screen.page.get_by_role("tab", name="Messages").click()
    screen.take("bulk-progress", screen.message("Done:"))


def home(browser: Browser, address: str) -> None:
    """App Home, on a desk and on a phone."""
    screen = Screen(browser, address, "MIRA", "home")
    screen.page.locator("#home").get_by_text("Follow-ups due").wait_for()
    screen.take("home")
    screen.page.set_viewport_size(PHONE)
    screen.take("home-phone")


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


def unfurl(browser: Browser, address: str) -> None:
    """A record's link in a channel."""
    screen = Screen(browser, address, "ANA")
    link = found(r"https://\S+", screen.say("/crm url D-57", "https://").inner_text())
    screen.say(f"Have a look at {link}", "Officine Ferraro")
    screen.page.wait_for_timeout(1500)
    screen.take("unfurl")


def admin(browser: Browser, address: str) -> None:
    """The settings, and the search over every change."""
    screen = Screen(browser, address, "SAM")
    screen.take("audit", screen.say("/crm audit deal.move", "Audit"))
    composer = screen.page.locator("#composer-main")
    composer.fill("/crm settings ")
    composer.press("Enter")
    screen.window("Settings")
    screen.take("settings")


PICTURES: tuple[Callable[[Browser, str], None], ...] = (
    lists,
    search,
    history,
    move,
    bulk,
    home,
    shortcut,
    unfurl,
    admin,
)


def main() -> None:
    """Take all of them, or those whose names are given after the address."""
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            if not sys.argv[2:] or picture.__name__ in sys.argv[2:]:
                picture(browser, address)
        browser.close()


if __name__ == "__main__":
    main()
