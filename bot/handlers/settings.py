"""The settings: the overview, its sections, the workspace itself, and the people in it."""

from collections.abc import Callable
from dataclasses import asdict
from typing import cast
from uuid import UUID

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.meanwhile import with_theirs
from bot.replies import Choices, Modal, OpenModal, Replace, Reply, Say, UpdateModal
from bot.routes import (
    AskDeactivation,
    EditMember,
    FindCountry,
    OpenSection,
    ReactivateMember,
    SaveChannels,
    SaveDeactivation,
    SaveMember,
    SaveRegion,
    SaveVisibility,
    SearchProducts,
    Section,
    ShowSection,
    TryChannels,
    UndoSetting,
    UnknownRoute,
)
from bot.views import bulk as bulk_views
from bot.views import settings as views
from bot.views import settings_lists as lists
from bot.views import settings_people as people_views
from bot.views import settings_pipelines as pipeline_views
from bot.views.settings import Done, Meanwhile, Notice, Shown
from core import bulk, undo
from core.access import Power, has_power
from core.administration import people, workspace
from core.administration.people import MemberInput
from core.administration.workspace import ChannelsInput, RegionInput
from core.context import Ctx
from core.enums import Visibility
from core.errors import Conflict
from core.queries import administration as queries
from core.queries import pipeline_settings
from core.queries.administration import WorkspaceSettings
from core.queries.history import anything_changed

SECTION_MODALS: dict[Section, Callable[[Ctx, ShowSection, Notice], Modal]] = {}
"""Sections whose windows are made elsewhere."""


@command("crm", "settings", summary="Change the settings (admins)")
def settings_command(ctx: Ctx, _call: CommandCall) -> Reply:
    """The overview for admins; for others whom to ask."""
    if not has_power(ctx, Power.CONFIGURE):
        return Say(views.not_admin(queries.admins(ctx), ctx.viewer))
    return OpenModal(views.hub(ctx.viewer))


@on(OpenSection)
def open_section(ctx: Ctx, route: OpenSection, _request: Request) -> Reply:
    """A section on top of the overview."""
    return OpenModal(section_modal(ctx, ShowSection(route.section)))


@on(ShowSection)
def show_section(ctx: Ctx, route: ShowSection, _request: Request) -> Reply:
    """Another page of it, or back to it."""
    return UpdateModal(section_modal(ctx, route))


@on(UndoSetting)
def undo_setting(ctx: Ctx, route: UndoSetting, _request: Request) -> Reply:
    """Take back what was just changed; the section shows what now is."""
    done = taken_back(ctx, route.change_id)
    return UpdateModal(section_modal(ctx, ShowSection(route.section, route.pipeline_id), done))


def taken_back(ctx: Ctx, change_id: UUID) -> Done:
    """Take a change back, and say so with the way to do it again. Raises what core.bulk.take_back does."""
    if bulk.take_back(ctx, change_id) is None:
        return Done(bulk_views.started(ctx.viewer).text)
    again = undo.brings_back(ctx, change_id)
    return Done(ctx.viewer.t("Done again.") if again else ctx.viewer.t("Undone."), ctx.change_id, was_undo=not again)


def section_modal(ctx: Ctx, route: ShowSection, notice: Notice = None) -> Modal:
    """A section as it is now."""
    viewer, page = ctx.viewer, route.page
    if route.section in SECTION_MODALS:
        return SECTION_MODALS[route.section](ctx, route, notice)
    match route.section:
        case Section.CHANNELS | Section.REGION | Section.VISIBILITY:
            return _workspace_modal(ctx, route.section, queries.workspace_settings(ctx), notice)
        case Section.PEOPLE:
            return people_views.people_modal(queries.member_page(ctx, page), notice, viewer)
        case Section.PIPELINES:
            return pipeline_views.pipelines_modal(pipeline_settings.pipelines(ctx), notice, viewer)
        case Section.STAGES:
            if route.pipeline_id is None:
                raise UnknownRoute(route.id)
            return pipeline_views.stages_modal(
                pipeline_settings.pipeline_stages(ctx, route.pipeline_id), notice, viewer
            )
        case Section.PRODUCTS:
            found = queries.product_page(ctx, route.words, page)
            return lists.products_modal(found, route.words, Shown(notice, revision(ctx)), viewer)
        case _:
            which = next(one for one, section in lists.LISTS.items() if section is route.section)
            return lists.words_modal(which, queries.word_page(ctx, which, page), notice, viewer)


def saved(ctx: Ctx, text: str, route: ShowSection, *, later: bool = False) -> Reply:
    """What was just done, above the section it was done in. `text` is translated and escaped.

    `later`: the worker is still at it, and says itself when that can be undone.
    """
    if later:
        return UpdateModal(section_modal(ctx, route, Done(text)))
    done = Done(text, ctx.change_id) if anything_changed(ctx) else Done(ctx.viewer.t("Nothing was changed."))
    return UpdateModal(section_modal(ctx, route, done))


def revision(ctx: Ctx) -> str:
    """What tells the inputs of a form from those of the form shown before it: Slack keeps what was typed in an input
    as long as its id stays.
    """
    return ctx.change_id.hex[-8:]


def unless_meanwhile(ctx: Ctx, save: Callable[[], Reply], again: Callable[[Meanwhile, Conflict], Modal]) -> Reply:
    """Save a form; where another admin changed the same meanwhile, show it again with what they did.

    `again` makes that form, which holds what was typed, and theirs where nothing was (bot.meanwhile.with_theirs).
    """
    try:
        return save()
    except Conflict as conflict:
        if conflict.code != "edited_meanwhile":
            raise
        return UpdateModal(again(Meanwhile(*queries.meanwhile(ctx, conflict)), conflict))


def seen_with(conflict: Conflict) -> UUID:
    """The change that is seen once a Conflict("edited_meanwhile") of core.conflicts.refuse_changed was read."""
    return cast("UUID", conflict.data["version"])


@on_submit(SearchProducts, lists.SEARCH_FORM)
def search_products(ctx: Ctx, _route: SearchProducts, words: str) -> Reply:
    """Products that contain the words."""
    return UpdateModal(section_modal(ctx, ShowSection(Section.PRODUCTS, words=words)))


# -- the workspace ------------------------------------------------------------------------------------------------


def _workspace_modal(ctx: Ctx, section: Section, data: WorkspaceSettings, notice: Notice) -> Modal:
    shown = Shown(notice, revision(ctx))
    match section:
        case Section.CHANNELS:
            return views.channels_modal(data, asdict(data), shown, ctx.viewer)
        case Section.REGION:
            return views.region_modal(data, asdict(data), shown, ctx.viewer)
        case _:
            return views.visibility_modal(data, data.visibility, shown, ctx.viewer)


@on_submit(SaveChannels, views.CHANNELS_FORM)
def save_channels(ctx: Ctx, route: SaveChannels, values: ChannelsInput) -> Reply:
    """Where Rapport posts."""

    def save() -> Reply:
        workspace.set_channels(ctx, values, route.seen)
        return saved(ctx, views.channels_saved(values, ctx.viewer), ShowSection(Section.CHANNELS))

    def again(notice: Meanwhile, conflict: Conflict) -> Modal:
        data = queries.workspace_settings(ctx)
        typed = with_theirs(ctx, conflict, asdict(values), asdict(data))
        return views.channels_modal(data, typed, Shown(notice, revision(ctx)), ctx.viewer)

    return unless_meanwhile(ctx, save, again)


@on(TryChannels)
def try_channels(ctx: Ctx, route: TryChannels, _request: Request) -> Reply:
    """Once more, after somebody invited Rapport."""
    workspace.try_channels(ctx, route.channel)
    return Replace(views.channels_tried(route.channel, ctx.viewer))


@on_submit(SaveRegion, views.REGION_FORM)
def save_region(ctx: Ctx, route: SaveRegion, values: RegionInput) -> Reply:
    """Currency, country, language."""

    def save() -> Reply:
        workspace.set_region(ctx, values, route.seen)
        return saved(ctx, ctx.viewer.t("Region saved."), ShowSection(Section.REGION))

    def again(notice: Meanwhile, conflict: Conflict) -> Modal:
        data = queries.workspace_settings(ctx)
        typed = with_theirs(ctx, conflict, asdict(values), asdict(data))
        return views.region_modal(data, typed, Shown(notice, revision(ctx)), ctx.viewer)

    return unless_meanwhile(ctx, save, again)


@on_submit(SaveVisibility, views.VISIBILITY_FORM)
def save_visibility(ctx: Ctx, route: SaveVisibility, visibility: Visibility) -> Reply:
    """How far reps see."""

    def save() -> Reply:
        workspace.set_visibility(ctx, visibility, route.seen)
        return saved(ctx, ctx.viewer.t("Saved."), ShowSection(Section.VISIBILITY))

    def again(notice: Meanwhile, _conflict: Conflict) -> Modal:
        data = queries.workspace_settings(ctx)
        return views.visibility_modal(data, visibility, Shown(notice, revision(ctx)), ctx.viewer)

    return unless_meanwhile(ctx, save, again)


@on(FindCountry)
def find_country(ctx: Ctx, _route: FindCountry, request: Request) -> Reply:
    """Countries by name or code."""
    return Choices(views.country_choices(request.query, ctx.viewer))


# -- people -------------------------------------------------------------------------------------------------------


@on(EditMember)
def edit_member(ctx: Ctx, route: EditMember, _request: Request) -> Reply:
    """The form of a member."""
    found = queries.member(ctx, route.member_id)
    return UpdateModal(
        people_views.member_modal(found, people_views.values_of(found), Shown(None, revision(ctx)), ctx.viewer)
    )


@on_submit(SaveMember, people_views.MEMBER_FORM)
def save_member(ctx: Ctx, route: SaveMember, values: MemberInput) -> Reply:
    """Role and manager."""

    def save() -> Reply:
        before = queries.member(ctx, route.member_id).row
        people.edit(ctx, route.member_id, values, route.seen)
        text = people_views.saved_text(before, queries.member(ctx, route.member_id).row, ctx.viewer)
        return saved(ctx, text, ShowSection(Section.PEOPLE))

    def again(notice: Meanwhile, conflict: Conflict) -> Modal:
        found = queries.member(ctx, route.member_id)
        typed = with_theirs(ctx, conflict, asdict(values), people_views.values_of(found))
        return people_views.member_modal(found, typed, Shown(notice, revision(ctx)), ctx.viewer)

    return unless_meanwhile(ctx, save, again)


@on(AskDeactivation)
def ask_deactivation(ctx: Ctx, route: AskDeactivation, _request: Request) -> Reply:
    """Who takes over?"""
    found = queries.member(ctx, route.member_id)
    return UpdateModal(people_views.deactivation_modal(found, Shown(None, revision(ctx)), ctx.viewer))


@on_submit(SaveDeactivation, people_views.DEACTIVATION_FORM)
def save_deactivation(ctx: Ctx, route: SaveDeactivation, successor: str) -> Reply:
    """Access is gone, and what was open belongs to the successor."""
    found = queries.member(ctx, route.member_id)
    moved = people.deactivate(ctx, route.member_id, successor)
    text = people_views.left_text(found.row.slack_user_id, successor, moved, ctx.viewer)
    if found.row.id == ctx.actor.member_id:
        return UpdateModal(views.farewell(text, ctx.viewer))
    return saved(ctx, text, ShowSection(Section.PEOPLE), later=bool(moved.later))


@on(ReactivateMember)
def reactivate_member(ctx: Ctx, route: ReactivateMember, _request: Request) -> Reply:
    """Let a member in again."""
    member = people.reactivate(ctx, route.member_id)
    text = ctx.viewer.t("{who} has access again.", who=f"<@{member.slack_user_id}>")
    return saved(ctx, text, ShowSection(Section.PEOPLE))
