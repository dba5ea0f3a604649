"""The settings: the overview, what all of its windows share, and the workspace's own forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from babel import Locale

from bot.replies import Block, Choice, Message, Modal
from bot.routes import (
    FindCountry,
    OpenSection,
    OpenTargets,
    ReportTime,
    SaveChannels,
    SaveRegion,
    SaveVisibility,
    Section,
    ShowDigestSettings,
    ShowNotices,
    ShowSection,
    UndoSetting,
)
from bot.views import kit
from bot.views.deal_forms import currency_choices
from bot.views.forms import Form, Search, Select
from bot.views.history import edited_meanwhile
from bot.views.records import undo_button
from bot.views.settings_fields import Channel, Radio
from core.administration.workspace import ChannelsInput, RegionInput
from core.enums import Visibility
from core.i18n import Viewer, languages, normalise_locale
from core.queries.administration import WorkspaceSettings
from core.queries.history import FieldChange
from core.queries.records import Page

SECTIONS: Mapping[Section, tuple[str, str]] = {
    Section.CHANNELS: ("Channels", "Where Rapport posts won deals, replies and the daily digest"),
    Section.REGION: ("Region", "Currency, country and language of the workspace"),
    Section.VISIBILITY: ("Who sees what", "How far sales reps see beyond their own records"),
    Section.PEOPLE: ("People", "Roles, managers, and those who leave"),
    Section.PIPELINES: ("Pipelines", "Stages, their chances, and what they ask for"),
    Section.SOURCES: ("Lead sources", "Where leads come from"),
    Section.LOSS_REASONS: ("Loss reasons", "Why deals are lost"),
    Section.OBJECTIONS: ("Objections", "What prospects say on calls"),
    Section.TEMPLATES: ("E-mail templates", "First mails, reminders: written once, filled for each person"),
    Section.MAIL: ("E-mail", "Whom mails come from, and what stands below them"),
    Section.PRODUCTS: ("Products", "What you sell, with prices and tax"),
    Section.TARGETS: ("Targets", "What people and teams are to reach in a month"),
}
"""The overview: title and what is in it."""
SIGHT: Mapping[Visibility, tuple[str, str]] = {
    Visibility.OWN: ("Their own", "Their own records and those nobody has"),
    Visibility.TEAM: ("Their team's", "Also those of their manager and of colleagues with the same manager"),
    Visibility.ALL: ("Everybody's", "All records; they still change only their own"),
}
LOCALES = (
    *("en_US", "en_GB", "de_DE", "de_AT", "de_CH", "fr_FR", "fr_CH", "es_ES", "es_MX", "it_IT", "nl_NL", "pt_PT"),
    *("pt_BR", "pl_PL", "sv_SE", "da_DK", "nb_NO", "fi_FI", "cs_CZ", "hu_HU", "ro_RO", "el_GR", "tr_TR", "ja_JP"),
    *("ko_KR", "zh_CN", "zh_TW", "hi_IN", "he_IL", "ar_AE"),
)
"""What the form offers beside the languages there are catalogues for: numbers and money follow any of them."""

CHANNELS_FORM: Form[ChannelsInput] = Form(
    ChannelsInput,
    (
        Channel("sales_channel", "Sales channel", hint="Won deals are announced here."),
        Channel("replies_channel", "Replies channel", hint="Answers of prospects are told here."),
        Channel("digest_channel", "Digest channel", hint="The team's daily pipeline digest goes here."),
    ),
)
REGION_FORM: Form[RegionInput] = Form(
    RegionInput,
    (
        Select("currency", "Currency", required=True, hint="New deals start with it; existing ones keep theirs."),
        Search(
            "country",
            "Country",
            required=True,
            lookup=FindCountry,
            hint="Phone numbers without a country code are read as numbers of this country.",
        ),
        Select("locale", "Language", required=True, hint="Of what is posted in channels. People read their own."),
    ),
)


def _sight(visibility: Visibility) -> Visibility:
    return visibility


VISIBILITY_FORM: Form[Visibility] = Form(
    _sight, (Radio("visibility", "Sales reps see", required=True, vocabulary=Visibility),)
)


@dataclass(frozen=True)
class Done:
    """What was just changed, translated and escaped; `change_id` is what Undo takes back, None for nothing.

    `was_undo`: what was done is itself an undo, so that its button does the first thing again.
    """

    text: str
    change_id: UUID | None = None
    was_undo: bool = False


@dataclass(frozen=True)
class Meanwhile:
    """What another admin changed since a form was opened; `who` is empty for the system."""

    who: str
    changes: Sequence[FieldChange]


Notice = Done | Meanwhile | None


@dataclass(frozen=True)
class Shown:
    """How a window is shown this time: what is said above it, and what tells its inputs from earlier ones."""

    notice: Notice = None
    revision: str = ""


def top(notice: Notice, section: Section, viewer: Viewer, pipeline_id: UUID | None = None) -> list[Block]:
    """Above a section or a form: what was just done with Undo, or what somebody else did meanwhile."""
    if notice is None:
        return []
    if isinstance(notice, Meanwhile):
        return edited_meanwhile(notice.who, notice.changes, viewer)
    button = None
    if notice.change_id is not None:
        undo = UndoSetting(notice.change_id, section, pipeline_id)
        button = undo_button(undo, viewer, was_undo=notice.was_undo)
    return [kit.section(notice.text, button), kit.divider()]


def hub(viewer: Viewer) -> Modal:
    """The overview."""
    blocks = [
        kit.section(
            f"*{viewer.t(title)}*\n{viewer.t(what)}",
            kit.button(
                viewer.t("Open"), OpenSection(section), label=viewer.t("Open {section}", section=viewer.t(title))
            ),
        )
        for section, (title, what) in SECTIONS.items()
    ]
    return Modal(viewer.t("Settings"), blocks, close=viewer.t("Close"))


def not_admin(admins: Sequence[str], viewer: Viewer) -> Message:
    """Whom to ask, for those who may not change settings; and what is theirs to set."""
    names = ", ".join(f"<@{one}>" for one in admins)
    text = viewer.t("Settings are changed by the admins of Rapport: {names}. Ask one of them.", names=names)
    own = kit.actions(
        kit.button(viewer.t("My notifications"), ShowNotices()),
        kit.button(viewer.t("My daily digest"), ShowDigestSettings()),
        kit.button(viewer.t("My weekly report"), ReportTime()),
        kit.button(viewer.t("Targets"), OpenTargets()),
    )
    return Message(text, [kit.section(text), own])


def farewell(text: str, viewer: Viewer) -> Modal:
    """For an admin who took their own access away. `text` is translated and escaped."""
    return Modal(viewer.t("Settings"), [kit.section(text)], close=viewer.t("Close"))


def back(section: Section, viewer: Viewer, pipeline_id: UUID | None = None) -> Block:
    """The button that leads from a form to its list."""
    title = viewer.t(SECTIONS[section][0]) if section in SECTIONS else viewer.t("Stages")
    return kit.button(
        viewer.t("Back"), ShowSection(section, pipeline_id), label=viewer.t("Back to {section}", section=title)
    )


def pager(section: Section, page: Page[Any], viewer: Viewer, words: str = "") -> list[Block]:
    """Buttons to the pages around this one."""
    found: list[Block] = []
    if page.page:
        found.append(kit.button(viewer.t("Previous"), ShowSection(section, page=page.page - 1, words=words)))
    if page.has_more:
        found.append(kit.button(viewer.t("Next"), ShowSection(section, page=page.page + 1, words=words)))
    return found


def channels_modal(data: WorkspaceSettings, values: Mapping[str, Any], shown: Shown, viewer: Viewer) -> Modal:
    """Where Rapport posts."""
    hint = viewer.t("Rapport posts only where it is a member: type `/invite @Rapport` in each of these channels.")
    return Modal(
        viewer.t("Channels"),
        [
            *top(shown.notice, Section.CHANNELS, viewer),
            kit.section(hint),
            *CHANNELS_FORM.blocks(viewer, values, revision=shown.revision),
            *_digest_hour(data.digest_channel, viewer),
        ],
        SaveChannels(data.seen),
        viewer.t("Save"),
        viewer.t("Close"),
    )


def _digest_hour(channel: str, viewer: Viewer) -> list[Block]:
    if not channel:
        return []
    digest = kit.button(viewer.t("When the digest comes"), ShowDigestSettings(channel))
    return [kit.actions(digest, kit.button(viewer.t("When the weekly report comes"), ReportTime(channel)))]


def channels_saved(values: ChannelsInput, viewer: Viewer) -> str:
    """That the channels are saved; whether they can be posted in, the worker finds out."""
    saved = viewer.t("Channels saved.")
    if not any((values.sales_channel, values.replies_channel, values.digest_channel)):
        return saved
    return f"{saved} {viewer.t('I post a line in each new one; you hear from me where I cannot.')}"


def channels_tried(channel: str, viewer: Viewer) -> Message:
    """That a channel is tried again; empty for all that are chosen."""
    if channel:
        text = viewer.t("I try to post in {channel}; you hear from me where I cannot.", channel=f"<#{channel}>")
    else:
        text = viewer.t("I try to post in the chosen channels; you hear from me where I cannot.")
    return Message(text, [kit.section(text)])


def region_modal(data: WorkspaceSettings, values: Mapping[str, Any], shown: Shown, viewer: Viewer) -> Modal:
    """Currency, country and language."""
    form = REGION_FORM.with_choices(
        currency=currency_choices(data.currency, str(values["currency"])),
        locale=locale_choices(viewer, data.locale, str(values["locale"])),
    )
    named = {**values, "country": country_choice(str(values["country"]), viewer)}
    return Modal(
        viewer.t("Region"),
        [*top(shown.notice, Section.REGION, viewer), *form.blocks(viewer, named, revision=shown.revision)],
        SaveRegion(data.seen),
        viewer.t("Save"),
        viewer.t("Close"),
    )


def visibility_modal(data: WorkspaceSettings, value: Visibility, shown: Shown, viewer: Viewer) -> Modal:
    """How far reps see."""
    form = VISIBILITY_FORM.with_choices(
        visibility=[Choice(viewer.t(text), one.value, viewer.t(what)) for one, (text, what) in SIGHT.items()]
    )
    about = viewer.t("Managers see what their people have, at any depth; admins see everything.")
    return Modal(
        viewer.t("Who sees what"),
        [
            *top(shown.notice, Section.VISIBILITY, viewer),
            *form.blocks(viewer, {"visibility": value.value}, revision=shown.revision),
            kit.context(about),
        ],
        SaveVisibility(data.seen),
        viewer.t("Save"),
        viewer.t("Close"),
    )


def locale_choices(viewer: Viewer, *first: str) -> list[Choice]:
    """Languages, the ones given first."""
    tags = dict.fromkeys((*filter(None, first), *(normalise_locale(one) for one in languages()), *LOCALES))
    return [Choice(str(Locale.parse(tag).get_display_name(viewer.locale) or tag), tag) for tag in tags]


def country_choice(code: str, viewer: Viewer) -> Choice:
    """A country (ISO 3166) by its name."""
    return Choice(f"{_territories(viewer).get(code, code)} ({code})", code)


def country_choices(words: str, viewer: Viewer) -> list[Choice]:
    """Countries whose name or code begins with the words, then those that contain them; all for no words."""
    typed = words.strip().casefold()
    names = {code: name for code, name in _territories(viewer).items() if code.isalpha() and len(code) == 2}
    fitting = [(code, name) for code, name in names.items() if typed in name.casefold() or code.casefold() == typed]
    fitting.sort(key=lambda one: (not one[1].casefold().startswith(typed), one[1].casefold()))
    return [country_choice(code, viewer) for code, _ in fitting[: kit.OPTIONS_MAX]]


def _territories(viewer: Viewer) -> Mapping[str, str]:
    found: Mapping[str, str] = Locale.parse(normalise_locale(viewer.locale)).territories
    return found
