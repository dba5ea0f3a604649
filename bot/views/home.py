"""App Home: what waits for a person, their deals, and where to start."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar

from bot.replies import Block, Home
from bot.routes import (
    DismissDelivery,
    LogCall,
    NewDeal,
    NewLead,
    OpenRecord,
    RefreshHome,
    RetryDelivery,
    ShowHelp,
)
from bot.views import kit
from bot.views.activities import due_line
from bot.views.help import first_steps, quick_actions
from core.i18n import Viewer
from core.queries.deals import DealRow
from core.queries.home import DeadLetter, HomeData
from core.queries.records import Page

T = TypeVar("T")
UNDELIVERED = {
    "card.edit": "The update of a card",
    "card.not_shared": "A message",
    "card.post": "A card",
    "home.publish": "Somebody's App Home",
    "member.welcome": "A welcome message",
    "profile.sync": "Reading a profile",
}
"""What kinds of delivery are called; others are a message."""
NAME_SHOWN = 200


def home(data: HomeData, viewer: Viewer) -> Home:
    """The person's App Home: at most some 60 blocks (Slack takes 100), two each for eight rows a list and the frame."""
    if data.is_new and not data.dead:
        return _first_time(viewer)
    blocks = [
        quick_actions(viewer),
        *_dead(data, viewer),
        *_due(data, viewer),
        kit.divider(),
        *_deals(data, viewer),
        kit.context(viewer.t("Type `/crm help` anywhere to see every command.")),
    ]
    return Home(blocks)


def _first_time(viewer: Viewer) -> Home:
    return Home(
        [
            kit.header(viewer.t("Welcome to Rapport")),
            kit.section(
                viewer.t("Rapport is your team's CRM inside Slack: leads, calls, deals and quotes without another tab.")
            ),
            *first_steps(viewer),
            kit.actions(
                kit.button(viewer.t("New lead"), NewLead(), style="primary"),
                kit.button(viewer.t("New deal"), NewDeal()),
                kit.button(viewer.t("See all commands"), ShowHelp()),
            ),
        ]
    )


# -- follow-ups ---------------------------------------------------------------------------------------------------


def _due(data: HomeData, viewer: Viewer) -> list[Block]:
    blocks: list[Block] = [kit.header(viewer.t("Follow-ups due"))]
    if not data.due.rows:
        text = viewer.t("Nothing is due today. A follow-up shows here on its day.")
        return [*blocks, kit.section(text), kit.actions(kit.button(viewer.t("Log call"), LogCall()))]
    for item in data.due.rows:
        blocks += due_line(item, viewer)
    deals_page = data.deals.page
    turns = _turns(data.due, lambda page: RefreshHome(page, deals_page), viewer.t("follow-ups"), viewer)
    return blocks + turns


def _turns(page: Page[T], route: Callable[[int], RefreshHome], what: str, viewer: Viewer) -> list[Block]:
    """Previous and Next, where there is more; `what` names the list for those who hear it."""
    buttons = [
        kit.button(text, route(number), label=f"{text}: {what}")
        for text, number, wanted in (
            (viewer.t("Previous"), page.page - 1, page.page > 0),
            (viewer.t("Next"), page.page + 1, page.has_more),
        )
        if wanted
    ]
    return [kit.actions(*buttons)] if buttons else []


# -- deals --------------------------------------------------------------------------------------------------------


def _deals(data: HomeData, viewer: Viewer) -> list[Block]:
    blocks: list[Block] = [kit.header(viewer.t("My open deals"))]
    if not data.deals.rows:
        button = kit.button(viewer.t("New deal"), NewDeal())
        return [*blocks, kit.section(viewer.t("You have no open deals.")), kit.actions(button)]
    for stage, deals in groupby(data.deals.rows, key=lambda deal: deal.stage):
        blocks.append(kit.context(f"*{kit.esc(stage)}*"))
        blocks += [_deal(deal, viewer) for deal in deals]
    due_page = data.due.page
    return blocks + _turns(data.deals, lambda page: RefreshHome(due_page, page), viewer.t("deals"), viewer)


def _deal(deal: DealRow, viewer: Viewer) -> Block:
    name = f"*{kit.esc(kit.cut(deal.name, NAME_SHOWN))}* · {deal.ref}"
    if deal.account and deal.account != deal.name:
        name += f" · {kit.esc(kit.cut(deal.account, NAME_SHOWN))}"
    facts = [
        viewer.money(deal.value, deal.currency) if deal.value is not None else viewer.t("No value yet"),
        viewer.nt("{n} day in this stage", "{n} days in this stage", deal.days_in_stage),
    ]
    if deal.expected_close:
        close = viewer.relative_date(deal.expected_close, deal.today)
        facts.append(
            viewer.t("should have closed {when}", when=close)
            if deal.expected_close < deal.today
            else viewer.t("closes {when}", when=close)
        )
    label = viewer.t("Open {ref} {name}", ref=deal.ref, name=deal.name)
    button = kit.button(viewer.t("Open"), OpenRecord("deal", deal.id), label=label)
    return kit.section(f"{name}\n{kit.esc(' · '.join(facts))}", button)


# -- what could not be sent ---------------------------------------------------------------------------------------


def _dead(data: HomeData, viewer: Viewer) -> list[Block]:
    if not data.dead:
        return []
    blocks: list[Block] = [
        kit.header(viewer.t("Could not be sent")),
        kit.context(viewer.t("Only admins see this. Mend the reason, then retry.")),
    ]
    for letter in data.dead:
        blocks += _letter(letter, viewer)
    if data.more_dead:
        blocks.append(kit.context(viewer.t("There are more; they show when these are dealt with.")))
    return [*blocks, kit.divider()]


def _letter(letter: DeadLetter, viewer: Viewer) -> Sequence[Block]:
    what = [f"*{viewer.t(UNDELIVERED.get(letter.kind, 'A message'))}*"]
    if letter.record is not None:
        what.append(f"{letter.record.ref} {kit.esc(kit.cut(letter.record.name, NAME_SHOWN))}")
    if letter.channel:
        what.append(f"<@{letter.channel}>" if letter.channel.startswith(("U", "W")) else f"<#{letter.channel}>")
    reason = kit.esc(kit.cut(viewer.t(letter.reason) if letter.reason else "", 300))
    return (
        kit.section("\n".join(filter(None, (" · ".join(what), reason)))),
        kit.actions(
            kit.button(viewer.t("Retry"), RetryDelivery(letter.id)),
            kit.button(viewer.t("Give up"), DismissDelivery(letter.id)),
        ),
    )
