"""App Home: what waits for a person, their deals, and where to start."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar

from bot.replies import Block, Home
from bot.routes import (
    Action,
    DismissDelivery,
    LogCall,
    NewDeal,
    NewLead,
    OpenRecord,
    RefreshHome,
    RetryDelivery,
    RunWords,
    ShowHelp,
    ShowNotices,
    ShowPipeline,
    SwitchHome,
    TaskDone,
    UndoOnHome,
)
from bot.views import kit, meetings, mornings, own_settings
from bot.views.activities import due_line
from bot.views.help import first_steps, quick_actions
from bot.views.records import undo_button
from bot.views.replies import waiting_rows
from bot.views.tasks import later
from bot.views.triage import home_rows as triage_rows
from bot.views.when import due
from core.enums import EntityType
from core.i18n import Viewer
from core.notices import NoticeKind
from core.queries.day import TaskItem
from core.queries.deals import DealRow
from core.queries.home import DeadLetter, HomeData, StoodFor
from core.queries.pipeline import Sum, Whose
from core.queries.records import Page

T = TypeVar("T")
UNDELIVERED = {
    "audit.export": "An export of the audit",
    "channel.refused": "A message",
    "channel.try": "The first post in a channel",
    "card.edit": "The update of a card",
    "card.not_shared": "A message",
    "card.post": "A card",
    "digest.message": "A pipeline digest",
    "digest.details": "A pipeline digest's details",
    "home.publish": "Somebody's App Home",
    "item.ping": "A reminder",
    "records.given": "Word to a leaver's successor",
    "report.weekly": "The weekly report",
    "member.welcome": "A welcome message",
    "notices.morning": "A morning message",
    "profile.sync": "Reading a profile",
}
"""What kinds of delivery are called; others are a message."""
POSTED: Mapping[str, str] = {
    NoticeKind.ASSIGNED: "Word to a new owner",
    NoticeKind.TASK: "Word of a task",
    NoticeKind.EXPIRED: "Word of an expired quote",
    NoticeKind.BOUNCED: "Word of a mail that came back",
    NoticeKind.SPAM: "Word of a spam report",
    NoticeKind.WON: "The announcement of a win",
    NoticeKind.SHARED: "A shared card",
    NoticeKind.REPLY: "The alert of an answer",
}
"""What a card is called that was to be posted, by why."""
NAME_SHOWN = 200
STAGE_SHOWN = 60
STAGES_SHOWN = 12
SUMS_SHOWN = 8
MEETING_SHOWN = 100


def home(data: HomeData, viewer: Viewer) -> Home:
    """The person's App Home: at most some 95 blocks (Slack takes 100), two each for eight rows a list and the frame."""
    if data.is_new and not data.dead and not (data.triage and data.triage.count):
        return _first_time(viewer, admin=data.is_admin)
    blocks = [
        quick_actions(viewer),
        *_views(data, viewer),
        *_dead(data, viewer),
        *waiting_rows(data.replies, viewer, more=data.more_replies),
        *triage_rows(data.triage, viewer),
        *_meetings(data, viewer),
        *_done(data, viewer),
        *_due(data, viewer),
        *_tasks(data, viewer),
        *(_stood_for(one, data, viewer) for one in data.stood_for),
        kit.divider(),
        *_pipeline(data, viewer),
        *_deals(data, viewer),
        *_recent(data, viewer),
        kit.divider(),
        kit.actions(
            own_settings.button(viewer),
            kit.button(viewer.t("Notifications"), ShowNotices(), label=viewer.t("Choose what Rapport tells you")),
            *_settings(data, viewer),
            kit.button(viewer.t("See all commands"), ShowHelp()),
        ),
    ]
    return Home(blocks)


def _settings(data: HomeData, viewer: Viewer) -> list[Block]:
    return [_settings_button(viewer)] if data.is_admin else []


def _settings_button(viewer: Viewer) -> Block:
    return kit.button(viewer.t("Settings"), RunWords("crm", "settings"), label=viewer.t("Settings of this workspace"))


def _views(data: HomeData, viewer: Viewer) -> list[Block]:
    """Mine and Team, for those who manage somebody. The line says which one it is; the colour only repeats that."""
    if not data.has_team:
        return []
    says = viewer.t("This is your team's day.") if data.team else viewer.t("This is your own day.")
    buttons = [
        kit.button(text, SwitchHome(team), style="primary" if team is data.team else "", label=label)
        for text, team, label in (
            (viewer.t("Mine"), False, viewer.t("Show my own day")),
            (viewer.t("Team"), True, viewer.t("Show my team's day")),
        )
    ]
    return [kit.context(says), kit.actions(*buttons)]


def _first_time(viewer: Viewer, *, admin: bool) -> Home:
    """What Rapport is and where to begin; an admin begins with the settings as well."""
    more: list[Block] = []
    if admin:
        text = viewer.t(
            "You are an admin here: check the currency, the pipeline and the channels before the team starts."
        )
        more = [kit.section(text, _settings_button(viewer))]
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
            *more,
        ]
    )


# -- meetings -----------------------------------------------------------------------------------------------------


def _meetings(data: HomeData, viewer: Viewer) -> list[Block]:
    """Today's, and those that are to be logged, in one block; each opens from the three dots."""
    if not data.meetings:
        return []
    lines = [
        f"*{kit.esc(kit.cut(one.subject, MEETING_SHOWN))}*\n{meetings.line(one, data.today, viewer)}"
        + (f" · <@{one.owner}>" if data.team and one.owner else "")
        for one in data.meetings
    ]
    routes: list[tuple[str, Action]] = [
        (kit.cut(one.subject, kit.OPTION_TEXT_MAX), OpenRecord(EntityType.ACTIVITY.value, one.id))
        for one in data.meetings
    ]
    return [kit.header(viewer.t("Meetings")), kit.section("\n".join(lines), kit.overflow(routes))]


def _done(data: HomeData, viewer: Viewer) -> list[Block]:
    """What was done or put off a moment ago, and the way back: the row it stood in is gone."""
    done = data.done
    if done is None:
        return []
    what = " ".join(filter(None, (done.ref, kit.esc(kit.cut(done.name, NAME_SHOWN)))))
    text = viewer.t("Done: {what}.", what=what)
    if done.day is not None:
        text = viewer.t("Put off: {what}. Due {day}.", what=what, day=viewer.relative_date(done.day, data.today))
    return [kit.section(text, undo_button(UndoOnHome(done.change_id), viewer, was_undo=False))]


# -- follow-ups ---------------------------------------------------------------------------------------------------


def _due(data: HomeData, viewer: Viewer) -> list[Block]:
    blocks: list[Block] = [kit.header(viewer.t("Follow-ups due"))]
    if not data.due.rows:
        # What to do instead stands in the row of quick actions above.
        return [*blocks, kit.section(viewer.t("Nothing is due today. A follow-up shows here on its day."))]
    for item in data.due.rows:
        blocks += due_line(item, viewer)
    return blocks + _turns(data.due, lambda page: _refresh(data, due=page), viewer.t("follow-ups"), viewer)


def _refresh(
    data: HomeData, *, due: int | None = None, deals: int | None = None, tasks: int | None = None
) -> RefreshHome:
    """Another page of one list; the others keep theirs."""
    return RefreshHome(
        data.due.page if due is None else due,
        data.deals.page if deals is None else deals,
        data.tasks.page if tasks is None else tasks,
    )


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


# -- tasks --------------------------------------------------------------------------------------------------------


def _tasks(data: HomeData, viewer: Viewer) -> list[Block]:
    if not data.tasks.rows:
        return []
    blocks: list[Block] = [kit.header(viewer.t("Tasks due"))]
    for item in data.tasks.rows:
        blocks += _task(item, viewer)
    return blocks + _turns(data.tasks, lambda page: _refresh(data, tasks=page), viewer.t("tasks"), viewer)


def _task(item: TaskItem, viewer: Viewer) -> list[Block]:
    """What is to be done on which record, since when, and what can be done about it right here."""
    about, subject = item.record, kit.cut(item.subject, NAME_SHOWN)
    facts = [due(item.day, item.at, item.today, viewer)]
    more: list[tuple[str, Action]] = later(item.id, viewer)
    if about is not None:
        facts.append(f"{about.ref} {kit.esc(kit.cut(about.name, NAME_SHOWN))}")
        more = [
            (viewer.t("Log call"), LogCall(about.entity.value, about.id)),
            *more,
            (viewer.t("Open {ref}", ref=about.ref), OpenRecord(about.entity.value, about.id)),
        ]
    if item.owner:
        facts.append(f"<@{item.owner}>")
    done = kit.button(viewer.t("Done"), TaskDone(item.id), label=viewer.t("Done: {subject}", subject=subject))
    return [kit.section(f"*{kit.esc(subject)}*\n{' · '.join(facts)}"), kit.actions(done, kit.overflow(more))]


# -- those who are away --------------------------------------------------------------------------------------------


def _stood_for(one: StoodFor, data: HomeData, viewer: Viewer) -> Block:
    """Whom one stands in for and what waits for them, in one block; their records are under the three dots."""
    lines = [mornings.absent(one.absent, viewer)]
    mine = [replace(line, owner="") for line in one.lines]
    lines += [f"{mornings.who(line)} · {mornings.when(line, data.today, viewer)}" for line in mine]
    if one.count > len(one.lines):
        more = one.count - len(one.lines)
        lines.append(viewer.nt("and {n} more", "and {n} more", more))
    if not one.count:
        lines.append(viewer.t("Nothing of theirs is due."))
    opened = {line.record.ref: line.record for line in one.lines if line.record is not None}
    routes: list[tuple[str, Action]] = [
        (viewer.t("Open {ref}", ref=ref), OpenRecord(hit.entity.value, hit.id)) for ref, hit in opened.items()
    ]
    return kit.section("\n".join(lines), kit.overflow(routes) if routes else None)


# -- the pipeline -------------------------------------------------------------------------------------------------


def _pipeline(data: HomeData, viewer: Viewer) -> list[Block]:
    """What stands in each stage, one sum a currency: they are never added up."""
    if not data.stages:
        return []
    lines = [
        f"{kit.esc(kit.cut(stage.name, STAGE_SHOWN))}: {'; '.join(_sum(one, viewer) for one in stage.sums)}"
        for stage in data.stages[:STAGES_SHOWN]
    ]
    if len(data.stages) > STAGES_SHOWN:
        lines.append(viewer.t("The other stages are in the whole pipeline."))
    title = viewer.t("Team pipeline") if data.team else viewer.t("My pipeline")
    whole = kit.button(viewer.t("Whole pipeline"), ShowPipeline(Whose.TEAM if data.team else Whose.MINE))
    sums = "\n".join(f"*{_sum(one, viewer)}*" for one in data.totals[:SUMS_SHOWN])
    return [kit.header(title), kit.section(sums, whole), kit.section("\n".join(lines))]


def _sum(one: Sum, viewer: Viewer) -> str:
    return viewer.nt(
        "{n} deal, {value}", "{n} deals, {value}", one.count, value=viewer.short_money(one.value, one.currency)
    )


# -- records ------------------------------------------------------------------------------------------------------


def _recent(data: HomeData, viewer: Viewer) -> list[Block]:
    if not data.recent or data.team:
        return []
    rows = [
        kit.section(
            kit.record_line(hit.ref, hit.name, hit.detail, NAME_SHOWN),
            kit.button(
                viewer.t("Open"), OpenRecord(hit.entity.value, hit.id), label=viewer.t("Open {ref}", ref=hit.ref)
            ),
        )
        for hit in data.recent
    ]
    return [kit.header(viewer.t("Worked on last")), *rows]


# -- deals --------------------------------------------------------------------------------------------------------


def _deals(data: HomeData, viewer: Viewer) -> list[Block]:
    title = viewer.t("The team's open deals") if data.team else viewer.t("My open deals")
    blocks: list[Block] = [kit.header(title)]
    if not data.deals.rows:
        none = viewer.t("The team has no open deals.") if data.team else viewer.t("You have no open deals.")
        buttons = [kit.button(viewer.t("New deal"), NewDeal())]
        if data.has_team and not data.team:
            buttons.insert(0, kit.button(viewer.t("My team's day"), SwitchHome(team=True)))
        # Who owns nothing is still here to see how the others are doing.
        buttons.insert(0, kit.button(viewer.t("Company pipeline"), ShowPipeline(Whose.ALL)))
        return [*blocks, kit.section(none), kit.actions(*buttons)]
    for stage, deals in groupby(data.deals.rows, key=lambda deal: deal.stage):
        blocks.append(kit.context(f"*{kit.esc(stage)}*"))
        blocks += [_deal(deal, viewer, name_owner=data.team) for deal in deals]
    return blocks + _turns(data.deals, lambda page: _refresh(data, deals=page), viewer.t("deals"), viewer)


def _deal(deal: DealRow, viewer: Viewer, *, name_owner: bool) -> Block:
    name = kit.record_line(deal.ref, deal.name, deal.account, NAME_SHOWN)
    facts = [
        viewer.short_money(deal.value, deal.currency) if deal.value is not None else viewer.t("No value yet"),
        viewer.nt("{n} day in this stage", "{n} days in this stage", deal.days_in_stage)
        if deal.days_in_stage
        else viewer.t("in this stage since today"),
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
    text = f"{name}\n{kit.esc(' · '.join(facts))}"
    if name_owner and deal.owner:
        text += f" · <@{deal.owner}>"
    return kit.section(text, button)


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
    name = POSTED.get(letter.purpose) or UNDELIVERED.get(letter.kind, "A message")
    what = [f"*{viewer.t(name)}*"]
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
