"""One's own settings: when Rapport reminds, and when one is away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from babel import Locale, UnknownLocaleError

from bot.payloads import Element
from bot.replies import Block, Choice, Message, Modal
from bot.routes import ComeBack, RefuseStandIn, SaveOwnSettings, ShowDigestSettings, ShowNotices, ShowOwnSettings
from bot.views import kit
from bot.views.forms import Form, Person, Select
from bot.views.history import edited_meanwhile
from bot.views.records import confirmation
from bot.views.settings import Meanwhile
from bot.views.settings_fields import Switch, Weekdays, ticked, weekday_choices
from bot.views.when import WhenText
from core.away import OPEN
from core.i18n import Viewer
from core.own_settings import OwnSettings, Standing
from core.schedules import in_words_order
from core.when import understand

NEVER = "never"
HALF_HOURS = tuple(time(minutes // 60, minutes % 60) for minutes in range(5 * 60, 14 * 60 + 1, 30))


@dataclass(frozen=True)
class DayText(WhenText):
    """A day in words, without an hour."""

    placeholder: str = "friday, in 2 weeks, 30.11."

    def read_at(self, element: Element, viewer: Viewer, now: datetime | None) -> Mapping[str, Any]:
        if now is None:
            raise TypeError(f"{self.name} is read at a moment")
        return {self.name: understand(element.text(), viewer.locale, now).day}


def _chosen(
    *,
    morning: str,
    working_days: int,
    pings_on: bool,
    away_from: date | None,
    away_until: date | None,
    delegate: str,
    follows_status: bool,
) -> "Typed":
    return Typed(
        morning, OwnSettings(True, time(9), working_days, pings_on, away_from, away_until, delegate, follows_status)
    )


@dataclass(frozen=True)
class Typed:
    """What was typed. `morning` is an hour, or NEVER."""

    morning: str
    others: OwnSettings


FORM: Form[Typed] = Form(
    _chosen,
    (
        Select("morning", "Morning message", required=True, hint="All that waits for you, in one message."),
        Weekdays("working_days", "Working days", required=True),
        Switch("pings_on", "At its hour", text="Remind me again at the hour of what has one"),
        DayText("away_from", "Away from", hint="Empty: from now on."),
        DayText("away_until", "Last day away", hint="Empty: you are not away."),
        Person(
            "delegate",
            "Who stands in",
            hint="Meanwhile gets your reminders, and sees and works on your records. Nobody: they wait for you.",
        ),
        Switch("follows_status", "Slack status", text="I am away when my Slack status says so"),
    ),
)


def own_settings(
    shown: Standing,
    values: Mapping[str, Any],
    viewer: Viewer,
    *,
    notice: Meanwhile | None = None,
    seen: UUID | None = None,
) -> Modal:
    """The window. `values` stand in the inputs: what holds, or what was typed before a colleague changed it."""
    hours = sorted({*HALF_HOURS, shown.chosen.morning_at})
    form = FORM.with_choices(
        morning=[Choice(viewer.hour(one), one.isoformat()) for one in hours] + [Choice(viewer.t("Not at all"), NEVER)],
        working_days=weekday_choices(viewer),
    )
    blocks: list[Block] = edited_meanwhile(notice.who, notice.changes, viewer) if notice else []
    if shown.status_until is not None:
        blocks.append(kit.section(_by_status(shown.status_until, shown.chosen.delegate, viewer), _back(viewer)))
    # As Slack keeps what stands in an input, those that show a change made elsewhere must be other ones.
    blocks += form.blocks(viewer, values, revision=str(seen) if notice else "")
    blocks.append(kit.context(_from_slack(shown, viewer)))
    blocks.append(
        kit.actions(
            kit.button(viewer.t("Notifications"), ShowNotices(), label=viewer.t("Choose what Rapport tells you")),
            kit.button(viewer.t("Daily digest"), ShowDigestSettings()),
        )
    )
    route = SaveOwnSettings(seen or shown.seen)
    return Modal(viewer.t("My settings"), blocks, route, viewer.t("Save"), viewer.t("Cancel"))


def values_of(chosen: OwnSettings) -> dict[str, Any]:
    """What holds, by the names of the inputs."""
    return {
        "morning": chosen.morning_at.isoformat() if chosen.morning_on else NEVER,
        "working_days": ticked(chosen.working_days),
        "pings_on": chosen.pings_on,
        "away_from": chosen.away_from,
        "away_until": chosen.away_until,
        "delegate": chosen.delegate,
        "follows_status": chosen.follows_status,
    }


def _from_slack(shown: Standing, viewer: Viewer) -> str:
    try:
        locale = Locale.parse(shown.locale)
        language = str(locale.get_display_name(viewer.locale if viewer.locale else "en") or shown.locale)
    except (UnknownLocaleError, ValueError):
        language = shown.locale
    return viewer.t(
        "Your zone ({zone}) and language ({language}) come from Slack, and follow it.", zone=shown.tz, language=language
    )


def _back(viewer: Viewer) -> Block:
    return kit.button(viewer.t("I am back"), ComeBack())


def button(viewer: Viewer) -> Block:
    """The way into the window."""
    label = viewer.t("When Rapport reminds you, and when you are away")
    return kit.button(viewer.t("My settings"), ShowOwnSettings(), label=label)


# -- what holds, in words -----------------------------------------------------------------------------------------


def _by_status(until: date, delegate: str, viewer: Viewer) -> str:
    if until == OPEN:
        said = viewer.t("You are away as your Slack status says.")
    else:
        said = viewer.t("You are away until {day}, as your Slack status says.", day=viewer.when(until))
    return f"{said} {_meanwhile(delegate, viewer)}"


def _meanwhile(delegate: str, viewer: Viewer) -> str:
    if delegate:
        return viewer.t("What is due meanwhile goes to {who}, who may refuse.", who=f"<@{delegate}>")
    return viewer.t("Reminders wait, and come in one message on your first morning back.")


def in_words(shown: Standing, today: date, viewer: Viewer) -> str:
    """All that holds, in a few sentences. `today` is the person's own."""
    chosen = shown.chosen
    said = [mornings(chosen, viewer)]
    if not chosen.pings_on:
        said.append(viewer.t("Nothing is said again at its hour."))
    said.append(away(shown, today, viewer))
    return " ".join(filter(None, said))


def mornings(chosen: OwnSettings, viewer: Viewer) -> str:
    """When the morning message comes."""
    if not chosen.morning_on:
        return viewer.t("There is no morning message.")
    return viewer.t(
        "Your morning message comes at {hour}, {days}.",
        hour=viewer.hour(chosen.morning_at),
        days=viewer.weekdays(in_words_order(chosen.working_days)),
    )


def away(shown: Standing, today: date, viewer: Viewer) -> str:
    """Whether one is away, or will be, and what becomes of what is due; of who is here, only who would stand in."""
    chosen = shown.chosen
    if chosen.away_until is None and shown.status_until is not None:
        return _by_status(shown.status_until, chosen.delegate, viewer)
    if chosen.away_until is None:
        return viewer.t("When you are away, {who} stands in.", who=f"<@{chosen.delegate}>") if chosen.delegate else ""
    until = viewer.when(chosen.away_until)
    if chosen.away_from is not None and chosen.away_from > today:
        said = viewer.t("You are away from {day} to {until}.", day=viewer.when(chosen.away_from), until=until)
    else:
        said = viewer.t("You are away; your last day away is {day}.", day=until)
    return f"{said} {_meanwhile(chosen.delegate, viewer)}"


def saved(shown: Standing, today: date, change_id: UUID | None, viewer: Viewer) -> Message:
    """What holds now, and the way back; nothing to take back (None) where nothing was changed."""
    text = in_words(shown, today, viewer)
    if change_id is None:
        text = f"{viewer.t('Nothing was changed.')} {text}"
        return Message(text, [kit.section(text), kit.actions(button(viewer))])
    return Message(text, [*confirmation(viewer, text, change_id), kit.actions(button(viewer))])


def back(change_id: UUID | None, viewer: Viewer) -> Message:
    """That one is here again."""
    if change_id is None:
        text = viewer.t("You are here; Rapport reminds you.")
        return Message(text, [kit.section(text)])
    text = viewer.t("You are back: Rapport reminds you again. What you missed today, if anything, comes now.")
    return Message(text, confirmation(viewer, text, change_id))


def standing(shown: Standing, today: date, viewer: Viewer) -> Message:
    """Whether one is away, and how that is changed."""
    text = away(shown, today, viewer)
    if not text:
        text = viewer.t("You are not away. To be reminded later: `/crm away until friday`")
        return Message(text, [kit.section(text), kit.actions(button(viewer))])
    return Message(text, [kit.section(text), kit.actions(_back(viewer), button(viewer))])


def by_status(shown: Standing, today: date, viewer: Viewer) -> Message:
    """To who is away as their Slack status says: what follows, and how to say otherwise, now or for good."""
    text = away(shown, today, viewer)
    return Message(
        text, [kit.section(text), kit.actions(kit.button(viewer.t("I am here"), ComeBack()), button(viewer))]
    )


def refused(who: str, change_id: UUID, viewer: Viewer) -> Message:
    """That one does not stand in, and the way back. `who` is a Slack user id."""
    text = viewer.t("You do not stand in for {who}. They are told, and their reminders wait.", who=f"<@{who}>")
    return Message(text, confirmation(viewer, text, change_id))


# -- standing in --------------------------------------------------------------------------------------------------


def asked(who: str, first: date | None, until: date, member_id: UUID, viewer: Viewer) -> Message:
    """To who was named: what that means, and the way out. The member is away from `first` (None: now) until a day."""
    person = f"<@{who}>"
    if until == OPEN:
        text = viewer.t("{who} is away and named you to stand in.", who=person)
    elif first is not None:
        text = viewer.t(
            "{who} is away from {day} to {until} and named you to stand in.",
            who=person,
            day=viewer.when(first),
            until=viewer.when(until),
        )
    else:
        text = viewer.t("{who} is away until {until} and named you to stand in.", who=person, until=viewer.when(until))
    means = viewer.t("What is due meanwhile comes in your morning message, and you see and work on their records.")
    refuse = kit.button(viewer.t("I cannot"), RefuseStandIn(member_id), label=viewer.t("I cannot stand in"))
    return Message(f"{text} {means}", [kit.section(f"{text}\n{means}"), kit.actions(refuse)])


def over(who: str, viewer: Viewer, *, here: bool) -> Message:
    """To who was named: they are not needed any more. `here`: who was away is here again."""
    person = f"<@{who}>"
    if here:
        text = viewer.t("{who} is here: you do not stand in for them any more.", who=person)
    else:
        text = viewer.t("{who} arranged it otherwise: you do not stand in for them any more.", who=person)
    return Message(text, [kit.section(text)])


def gone(who: str, delegate: str, away_too: tuple[date | None, date] | None, viewer: Viewer, *, own: bool) -> Message:
    """To who is away (`own`), or their manager: nobody stands in.

    `away_too` is from when (None: now) until when the one who was to is away; None where they do not stand in at all.
    """
    person, other = f"<@{who}>", f"<@{delegate}>"
    if own:
        text = _stands_in_no_more(other, viewer) if away_too is None else _away_too(other, *away_too, viewer)
        return Message(text, [kit.section(text), kit.actions(button(viewer))])
    text = viewer.t(
        "{delegate} cannot stand in for {who}, who is away. What is due of theirs waits; it stands in your App Home, "
        "under Team.",
        delegate=other,
        who=person,
    )
    return Message(text, [kit.section(text)])


def again(who: str, delegate: str, viewer: Viewer, *, own: bool) -> Message:
    """To who is away (`own`), or their manager: the one who refused stands in after all."""
    if own:
        text = viewer.t("{delegate} stands in for you after all.", delegate=f"<@{delegate}>")
    else:
        text = viewer.t("{delegate} stands in for {who} after all.", delegate=f"<@{delegate}>", who=f"<@{who}>")
    return Message(text, [kit.section(text)])


def _stands_in_no_more(delegate: str, viewer: Viewer) -> str:
    return viewer.t("{delegate} cannot stand in for you. Your reminders wait until you are back.", delegate=delegate)


def _away_too(delegate: str, first: date | None, until: date, viewer: Viewer) -> str:
    waits = viewer.t("What is due meanwhile waits until one of you is back.")
    if until == OPEN:
        said = viewer.t("{delegate} cannot stand in for you now: they are away too.", delegate=delegate)
    elif first is None:
        said = viewer.t(
            "{delegate} cannot stand in for you until {day}: they are away too.",
            delegate=delegate,
            day=viewer.when(until),
        )
    else:
        said = viewer.t(
            "{delegate} cannot stand in for you from {day} to {until}: they are away too.",
            delegate=delegate,
            day=viewer.when(first),
            until=viewer.when(until),
        )
    return f"{said} {waits}"
