"""Targets: each month's list, and setting, copying and taking away what people and teams are to reach."""

from dataclasses import replace

from bot.commands import CommandCall
from bot.dispatch import Request, command, on, on_submit
from bot.handlers.settings import SECTION_MODALS, revision, taken_back, unless_meanwhile
from bot.replies import Modal, OpenModal, Reply, UpdateModal
from bot.routes import (
    CopyTargets,
    EditTargets,
    OpenTargets,
    RemoveTargets,
    SaveTargets,
    SearchTargets,
    Section,
    ShowProgress,
    ShowSection,
    ShowTargets,
    TargetPlace,
    UndoTargets,
)
from bot.views import targets as views
from bot.views.forms import Form
from bot.views.settings import Done, Meanwhile, Notice, Shown
from core import targets
from core.context import Ctx
from core.errors import Invalid
from core.i18n import Viewer
from core.normalise import Unusable
from core.queries import targets as queries
from core.queries.history import anything_changed
from core.targets import TargetsInput


@command("report", "targets", arguments="[MONTH]", summary="What people and teams are to reach, and how far they are")
def targets_command(ctx: Ctx, call: CommandCall) -> Reply:
    """`/report targets`, `/report targets next`, `/report targets 2026-12`. Raises Invalid."""
    try:
        month = targets.month_meant(call.text, ctx.viewer.locale, ctx.today)
    except Unusable as error:
        raise Invalid({"month": error.code}) from error
    return OpenModal(_window(ctx, TargetPlace(month)))


@on(OpenTargets)
def open_targets(ctx: Ctx, route: OpenTargets, _request: Request) -> Reply:
    """The list, on top of what one is in."""
    return OpenModal(_window(ctx, route))


@on(ShowTargets)
def show_targets(ctx: Ctx, route: ShowTargets, _request: Request) -> Reply:
    """Another month or page, or back from a form."""
    return UpdateModal(_window(ctx, route))


@on_submit(SearchTargets, views.SEARCH_FORM)
def search_targets(ctx: Ctx, route: SearchTargets, words: str) -> Reply:
    """People of that name."""
    return UpdateModal(_window(ctx, TargetPlace(route.month, words)))


@on(EditTargets)
def edit_targets(ctx: Ctx, route: EditTargets, _request: Request) -> Reply:
    """The form of what somebody is to reach."""
    found = queries.target_details(ctx, route.holder, route.month)
    saving = SaveTargets(route.holder, route.month, found.currencies, found.wanted, route.back)
    values = views.values_of(found.wanted)
    return UpdateModal(views.form_modal(found, saving, values, Shown(None, revision(ctx)), ctx.viewer))


def _form(_ctx: Ctx, route: SaveTargets) -> Form[TargetsInput]:
    return views.form_for(route.currencies)


@on_submit(SaveTargets, _form)
def save_targets(ctx: Ctx, route: SaveTargets, values: TargetsInput) -> Reply:
    """Set them."""

    def save() -> Reply:
        targets.set_targets(ctx, route.holder, route.month, values, route.seen)
        return _done(ctx, ctx.viewer.t("Targets saved."), route.back)

    def again(notice: Meanwhile, _conflict: object) -> Modal:
        found = queries.target_details(ctx, route.holder, route.month)
        newer = replace(route, seen=found.wanted)
        return views.form_modal(found, newer, views.typed_values(values), Shown(notice, revision(ctx)), ctx.viewer)

    return unless_meanwhile(ctx, save, again)


@on(RemoveTargets)
def remove_targets(ctx: Ctx, route: RemoveTargets, _request: Request) -> Reply:
    """Take all of somebody's away."""
    targets.remove(ctx, route.holder, route.month)
    return _done(ctx, ctx.viewer.t("Targets removed."), route.back)


@on(CopyTargets)
def copy_targets(ctx: Ctx, route: CopyTargets, _request: Request) -> Reply:
    """All of the month before once more."""
    return _done(ctx, views.copied(targets.copy_last_month(ctx, route.month), ctx.viewer), TargetPlace(route.month))


@on(UndoTargets)
def undo_targets(ctx: Ctx, route: UndoTargets, _request: Request) -> Reply:
    """Take back what was just done; the list shows what now is."""
    return UpdateModal(_window(ctx, route.back, taken_back(ctx, route.change_id)))


@on(ShowProgress)
def show_progress(ctx: Ctx, route: ShowProgress, _request: Request) -> Reply:
    """What a digest or a report said of targets: how far they are, and what counts."""
    shown = queries.month_progress(ctx, route.month, route.whose, Viewer("", route.tz).zone)
    return OpenModal(views.progress_modal(shown, ctx.viewer))


def _section(ctx: Ctx, _route: ShowSection, notice: Notice) -> Modal:
    return _window(ctx, TargetPlace(), notice)


SECTION_MODALS[Section.TARGETS] = _section


def _window(ctx: Ctx, place: TargetPlace, notice: Notice = None) -> Modal:
    shown = queries.target_page(ctx, place.month or queries.this_month(ctx), place.words, place.page)
    return views.page_modal(shown, notice, revision(ctx), ctx.viewer)


def _done(ctx: Ctx, text: str, place: TargetPlace) -> Reply:
    done = Done(text, ctx.change_id) if anything_changed(ctx) else Done(ctx.viewer.t("Nothing was changed."))
    return UpdateModal(_window(ctx, place, done))
