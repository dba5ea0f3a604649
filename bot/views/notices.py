"""The settings of what people and channels are told, and what was kept for their mornings."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.payloads import Element
from bot.replies import Block, Choice, Message, Modal
from bot.routes import OpenRecord, ReportTime, SaveNotices, ShowDigestSettings, ShowNotices
from bot.views import kit, own_settings
from bot.views.forms import Form, Select
from bot.views.reasons import reason
from core.enums import NoticeMode
from core.i18n import Viewer
from core.notices import Mornings, NoticeKind, is_channel, kinds_for
from core.queries.kept import Kept, KeptNotice
from core.schedules import in_words_order

KINDS: Mapping[NoticeKind, str] = {
    NoticeKind.ASSIGNED: "Somebody makes you the owner of a record",
    NoticeKind.TASK: "Somebody gives you a task",
    NoticeKind.EXPIRED: "A quote of one of your deals has expired",
    NoticeKind.BOUNCED: "A mail on one of your records came back",
    NoticeKind.SPAM: "A mail on one of your records was reported as spam",
    NoticeKind.WON: "A deal was won",
    NoticeKind.SHARED: "Somebody shares a record here",
    NoticeKind.REPLY: "Somebody answers a mail",
}
MODES: Mapping[NoticeMode, str] = {
    NoticeMode.INSTANT: "At once",
    NoticeMode.MORNING: "In one message in the morning",
    NoticeMode.OFF: "Not at all",
}
Modes = Mapping[NoticeKind, NoticeMode]


@dataclass(frozen=True)
class NoticeSettings:
    """How an audience (a Slack user or channel id) is told. `channel` is empty for the person's own settings."""

    audience: str
    channel: str
    modes: Modes
    may_choose: bool
    mornings: Mornings


class ModeField(Select):
    """One of the ways to be told."""

    def read(self, element: Element, viewer: Viewer) -> NoticeMode:  # noqa: ARG002
        try:
            return NoticeMode(element.text())
        except ValueError as error:
            raise ValueError("choice_invalid") from error


def form_for(audience: str) -> Form[Modes]:
    """A select for each kind of post an audience may be told of."""
    fields = tuple(ModeField(kind.value, KINDS[kind], required=True) for kind in kinds_for(audience))
    return Form(lambda **typed: {NoticeKind(kind): mode for kind, mode in typed.items()}, fields)


def settings_modal(shown: NoticeSettings, viewer: Viewer) -> Modal:
    """The form; for who may not choose, what holds."""
    title, close = viewer.t("Notifications"), viewer.t("Close")
    blocks: list[Block] = [kit.section(_about(shown, viewer))]
    if not shown.may_choose:
        lines = [f"{viewer.t(KINDS[kind])}: *{viewer.t(MODES[mode])}*" for kind, mode in shown.modes.items()]
        blocks += [kit.section("\n".join(lines)), kit.context(viewer.t("An admin can change this for the channel."))]
        return Modal(title, [*blocks, *_own(viewer)], close=close)
    choices = [Choice(viewer.t(text), mode.value) for mode, text in MODES.items()]
    form = form_for(shown.audience).with_choices(**{kind.value: choices for kind in shown.modes})
    blocks += form.blocks(viewer, {kind.value: mode.value for kind, mode in shown.modes.items()})
    blocks.append(kit.context(_mornings(shown, viewer)))
    comes = [kit.button(viewer.t("Daily digest"), ShowDigestSettings(shown.channel))]
    if not shown.channel:
        comes = [own_settings.button(viewer), *comes, kit.button(viewer.t("Weekly report"), ReportTime())]
    blocks.append(kit.actions(*comes))
    if shown.channel:
        blocks += _own(viewer)
    return Modal(title, blocks, SaveNotices(shown.channel), viewer.t("Save"), viewer.t("Cancel"))


def _about(shown: NoticeSettings, viewer: Viewer) -> str:
    if shown.channel:
        return viewer.t("What Rapport posts in {channel}, for everybody there:", channel=f"<#{shown.channel}>")
    return viewer.t("What Rapport tells you in direct messages:")


def _mornings(shown: NoticeSettings, viewer: Viewer) -> str:
    comes = shown.mornings
    when = {"hour": viewer.hour(comes.at), "days": viewer.weekdays(in_words_order(comes.days))}
    if shown.channel:
        return viewer.t("The morning message comes at {hour}, {days} ({zone}).", **when, zone=comes.zone.key)
    if not comes.on:
        return viewer.t("You have no morning message: what is to come in it comes at once.")
    return viewer.t("Your morning message comes at {hour}, {days}.", **when)


def _own(viewer: Viewer) -> list[Block]:
    return [kit.actions(kit.button(viewer.t("My own notifications"), ShowNotices()))]


def saved(channel: str, modes: Modes, viewer: Viewer) -> Message:
    """What was chosen."""
    head = (
        viewer.t("Notifications in {channel} saved.", channel=f"<#{channel}>")
        if channel
        else viewer.t("Your notifications are saved.")
    )
    text = "\n".join([head, *_chosen(modes, viewer)])
    change = kit.button(viewer.t("Change"), ShowNotices(channel), label=viewer.t("Change the notifications"))
    return Message(text, [kit.section(text, change)])


def _chosen(modes: Modes, viewer: Viewer) -> list[str]:
    """What does not come at once; of the rest only that it does."""
    said = []
    for other in (NoticeMode.MORNING, NoticeMode.OFF):
        kinds = [viewer.t(KINDS[kind]) for kind, mode in modes.items() if mode is other]
        if kinds:
            said.append(f"{viewer.t(MODES[other])}: {'; '.join(kinds)}.")
    if NoticeMode.INSTANT in modes.values():
        said.append(viewer.t("At once: everything else.") if said else viewer.t("At once: all of it."))
    return said


def settings_button(audience: str, viewer: Viewer) -> Block:
    """Where the reader of a post says how they want to hear of such things. `audience` as in core.notices."""
    label = viewer.t("Choose what Rapport tells you")
    if is_channel(audience):
        return kit.button(viewer.t("Notifications"), ShowNotices(audience), label=viewer.t("What is posted here"))
    return kit.button(viewer.t("Notifications"), ShowNotices(), label=label)


def kept_message(audience: str, kept: Kept, viewer: Viewer) -> Message:
    """What was kept for an audience's morning, in a message of its own."""
    title = kept_title(kept, viewer)
    buttons = kit.actions(settings_button(audience, viewer))
    blocks = [kit.header(title), *kept_blocks(kept, viewer), buttons]
    return Message(kit.cut(f"{title}. {kept_spoken(kept, viewer)}", kit.TEXT_MAX), blocks)


def kept_title(kept: Kept, viewer: Viewer) -> str:
    """How many notices were kept."""
    return viewer.nt("{n} notice kept for this morning", "{n} notices kept for this morning", kept.count)


def kept_blocks(kept: Kept, viewer: Viewer) -> list[Block]:
    """Each notice with the button that opens its record, and how many there are besides."""
    blocks = [_kept(notice, viewer) for notice in kept.shown]
    if kept.more:
        more = viewer.nt("{n} more notice is not shown.", "{n} more notices are not shown.", len(kept.more))
        blocks.append(kit.context(more))
    return blocks


def kept_spoken(kept: Kept, viewer: Viewer) -> str:
    """The notices, as they are read out."""
    return " ".join(_why(notice, viewer) for notice in kept.shown)


def _kept(notice: KeptNotice, viewer: Viewer) -> Block:
    label = viewer.t("Open {ref}", ref=notice.card.ref)
    opened = kit.button(viewer.t("Open"), OpenRecord(notice.entity, notice.entity_id), label=label)
    return kit.section(_why(notice, viewer), opened)


def _why(notice: KeptNotice, viewer: Viewer) -> str:
    return reason(viewer, notice.kind, notice.card, "", holds=True)
