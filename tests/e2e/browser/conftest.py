"""A browser, a sandbox with a toy app, and a page for each person who looks."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, ViewportSize, sync_playwright

from sandbox.defaults import fresh_team
from sandbox.model import Team
from sandbox.server import SandboxServer
from sandbox.simulator import Sandbox
from tests.e2e.browser.toy import MANIFEST, ToyApp

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first has no windows of its own, and so takes half the time of the others."""
NO_BROWSER = "Chromium is not installed: on Debian, `apt-get install chromium-headless-shell`; elsewhere any Chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
WAIT = 8000  # milliseconds until something that must appear counts as missing

NO_FAULTS = ("Failed to load resource",)
"""What the console may say in every test: a request that fails is the business of the test that makes it fail."""

Open = Callable[..., Page]
OpenWindow = Callable[..., Page]


@dataclass(frozen=True)
class Workspace:
    """A running sandbox with its workspace and the toy app."""

    url: str
    sandbox: Sandbox
    team: Team
    toy: ToyApp

    def user(self, name: str) -> str:
        """Return the id of the person with this handle."""
        return next(user.id for user in self.team.users.values() if user.name == name)

    def channel(self, name: str) -> str:
        """Return the id of the channel with this name."""
        return next(channel.id for channel in self.team.channels.values() if channel.name == name)

    def address(self, name: str, place: str = "sales") -> str:
        """Return the page's address for a person in a channel (or `home`)."""
        where = place if place == "home" else self.channel(place)
        return f"{self.url}/#team={self.team.id}&as={self.user(name)}&c={where}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[SandboxServer, ToyApp]]:
    """One sandbox and one toy app for all tests; each test has a workspace of its own in them."""
    toy = ToyApp()
    server = SandboxServer(Sandbox())
    with server:
        toy.connect(server.api_url)
        yield server, toy
    toy.stop()


@pytest.fixture
def workspace(served: tuple[SandboxServer, ToyApp]) -> Workspace:
    server, toy = served
    team = server.sandbox.add_team(fresh_team(MANIFEST, request_url=toy.url))
    toy.install(team)
    toy.submitted.clear()
    return Workspace(server.url, server.sandbox, team, toy)


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Iterator[list[Page]]:
    """The windows that tests have opened so far: a new one costs more than a test does, and knows no file yet."""
    opened: list[Page] = []
    yield opened
    for page in opened:
        page.context.close()


@pytest.fixture
def open_window(browser: Browser, windows: list[Page]) -> Iterator[OpenWindow]:
    """Open a blank window: `open_window(PHONE)`. Errors in its page fail the test, but for those it `expects`."""
    used: list[Page] = []
    expected: list[str] = [*NO_FAULTS]
    faults: list[str] = []

    def failed(error: Error) -> None:
        faults.append(str(error))

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(part in message.text for part in expected):
            faults.append(message.text)

    def opened(viewport: ViewportSize | None = None, *, expects: Sequence[str] = ()) -> Page:
        if len(used) == len(windows):
            windows.append(browser.new_context(reduced_motion="reduce", locale="en-GB").new_page())
        page = windows[len(used)]
        used.append(page)
        expected.extend(expects)
        page.set_default_timeout(WAIT)
        page.set_viewport_size(viewport or DESKTOP)
        page.on("pageerror", failed)
        page.on("console", said)
        return page

    yield opened
    for page in used:
        for popup in page.context.pages[1:]:
            popup.close()
        page.evaluate("sessionStorage.clear()")
        page.goto("about:blank")
        page.remove_listener("pageerror", failed)
        page.remove_listener("console", said)
    assert faults == []


@pytest.fixture
def open_page(open_window: OpenWindow, workspace: Workspace) -> Open:
    """Open the page as somebody: `open_page("ana", "sales")`."""

    def opened(name: str = "ana", place: str = "sales", viewport: ViewportSize | None = None) -> Page:
        page = open_window(viewport)
        page.goto(workspace.address(name, place))
        page.get_by_role("main").wait_for()
        return page

    return opened


@pytest.fixture
def page(open_page: Open) -> Page:
    """The page as Ana, a sales representative, in #sales."""
    return open_page()


def run(page: Page, command: str) -> None:
    """Type a slash command into the channel's composer and send it."""
    composer = page.locator("#composer-main")
    composer.fill(command + " ")
    composer.press("Enter")
