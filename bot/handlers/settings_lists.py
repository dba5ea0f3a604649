"""The settings of pipelines, stages, lists of words, and products."""

from dataclasses import asdict, replace
from uuid import UUID

from bot.dispatch import Request, on, on_submit
from bot.handlers.settings import revision, saved, seen_with, unless_meanwhile
from bot.meanwhile import with_theirs
from bot.replies import Choice, Choices, Modal, Reply, UpdateModal
from bot.routes import (
    AskMerge,
    AskPipelineRemoval,
    AskStageRemoval,
    EditPipeline,
    EditProduct,
    EditStage,
    EditWord,
    FindOtherObjection,
    NewStage,
    RemoveWord,
    SaveMerge,
    SavePipeline,
    SavePipelineRemoval,
    SaveProduct,
    SaveStage,
    SaveStageRemoval,
    SaveWord,
    Section,
    ShiftPipeline,
    ShiftStage,
    ShiftWord,
    ShowSection,
)
from bot.views import kit
from bot.views import settings_lists as lists
from bot.views import settings_pipelines as views
from bot.views.forms import Form
from bot.views.settings import Done, Meanwhile, Shown
from core.administration import merging, pipelines, products, removal, stages, words
from core.administration.products import ProductInput
from core.administration.stages import StageInput
from core.administration.words import WordList
from core.context import Ctx
from core.enums import StageKind
from core.errors import Conflict
from core.queries import administration as queries
from core.queries import pipeline_settings
from core.queries.activities import find_objections

# -- pipelines ----------------------------------------------------------------------------------------------------


@on(EditPipeline)
def edit_pipeline(ctx: Ctx, route: EditPipeline, _request: Request) -> Reply:
    """The form of a pipeline, new or existing."""
    shown = Shown(None, revision(ctx))
    if route.pipeline_id is None:
        return UpdateModal(views.pipeline_modal(SavePipeline(), "", shown, ctx.viewer))
    found = pipeline_settings.pipeline_stages(ctx, route.pipeline_id)
    return UpdateModal(views.pipeline_modal(SavePipeline(found.id, found.seen), found.name, shown, ctx.viewer))


@on_submit(SavePipeline, views.PIPELINE_FORM)
def save_pipeline(ctx: Ctx, route: SavePipeline, name: str) -> Reply:
    """Its name."""

    def save() -> Reply:
        if route.pipeline_id is None:
            text = ctx.viewer.t("Pipeline {name} added.", name=kit.esc(pipelines.add(ctx, name).name))
        else:
            pipelines.rename(ctx, route.pipeline_id, name, route.seen)
            text = ctx.viewer.t("Saved.")
        return saved(ctx, text, ShowSection(Section.PIPELINES))

    def again(notice: Meanwhile, conflict: Conflict) -> Modal:
        return views.pipeline_modal(
            replace(route, seen=seen_with(conflict)), name, Shown(notice, revision(ctx)), ctx.viewer
        )

    return unless_meanwhile(ctx, save, again)


@on(ShiftPipeline)
def shift_pipeline(ctx: Ctx, route: ShiftPipeline, _request: Request) -> Reply:
    """Up or down."""
    pipeline = pipelines.shift(ctx, route.pipeline_id, up=route.up)
    text = ctx.viewer.t("Pipeline {name} moved.", name=kit.esc(pipeline.name))
    return saved(ctx, text, ShowSection(Section.PIPELINES))


@on(AskPipelineRemoval)
def ask_pipeline_removal(ctx: Ctx, route: AskPipelineRemoval, _request: Request) -> Reply:
    """Where do its deals go?"""
    found = pipeline_settings.pipeline_removal(ctx, route.pipeline_id)
    return UpdateModal(views.pipeline_removal_modal(found, Shown(None, revision(ctx)), ctx.viewer))


def _pipeline_removal_form(_ctx: Ctx, route: SavePipelineRemoval) -> Form[UUID | None]:
    return views.removal_form(int(route.asked))


@on_submit(SavePipelineRemoval, _pipeline_removal_form)
def save_pipeline_removal(ctx: Ctx, route: SavePipelineRemoval, target_id: UUID | None) -> Reply:
    """The pipeline goes, its deals move on."""
    found = pipeline_settings.pipeline_removal(ctx, route.pipeline_id)
    if found.deals and not route.asked:
        notice = Done(ctx.viewer.t("A deal came in meanwhile."))
        return UpdateModal(views.pipeline_removal_modal(found, Shown(notice, revision(ctx)), ctx.viewer))
    moved = removal.remove_pipeline(ctx, route.pipeline_id, target_id)
    text = views.pipeline_removed_text(found.name, moved, ctx.viewer)
    return saved(ctx, text, ShowSection(Section.PIPELINES), later=bool(moved.later))


# -- stages -------------------------------------------------------------------------------------------------------


@on(NewStage)
def new_stage(ctx: Ctx, route: NewStage, _request: Request) -> Reply:
    """The form of a new stage."""
    values = {"kind": StageKind.OPEN}
    shown = Shown(None, revision(ctx))
    return UpdateModal(views.stage_modal(SaveStage(route.pipeline_id), StageKind.OPEN, values, shown, ctx.viewer))


@on(EditStage)
def edit_stage(ctx: Ctx, route: EditStage, _request: Request) -> Reply:
    """The form of a stage."""
    found = pipeline_settings.stage(ctx, route.stage_id)
    saving = SaveStage(found.pipeline_id, found.stage.id, found.seen)
    shown = Shown(None, revision(ctx))
    return UpdateModal(views.stage_modal(saving, found.stage.kind, asdict(found.stage), shown, ctx.viewer))


@on_submit(SaveStage, views.STAGE_FORM)
def save_stage(ctx: Ctx, route: SaveStage, values: StageInput) -> Reply:
    """A stage, new or existing."""

    def save() -> Reply:
        if route.stage_id is None:
            text = ctx.viewer.t("Stage {name} added.", name=kit.esc(stages.add(ctx, route.pipeline_id, values).name))
        else:
            text = ctx.viewer.t(
                "Stage {name} saved.", name=kit.esc(stages.edit(ctx, route.stage_id, values, route.seen).name)
            )
        return saved(ctx, text, ShowSection(Section.STAGES, route.pipeline_id))

    def again(notice: Meanwhile, conflict: Conflict) -> Modal:
        shown, newer = Shown(notice, revision(ctx)), replace(route, seen=seen_with(conflict))
        if route.stage_id is None:
            return views.stage_modal(newer, values.kind, asdict(values), shown, ctx.viewer)
        now = pipeline_settings.stage(ctx, route.stage_id).stage
        typed = with_theirs(ctx, conflict, asdict(values), asdict(now))
        return views.stage_modal(newer, now.kind, typed, shown, ctx.viewer)

    return unless_meanwhile(ctx, save, again)


@on(ShiftStage)
def shift_stage(ctx: Ctx, route: ShiftStage, _request: Request) -> Reply:
    """Up or down."""
    stage = stages.shift(ctx, route.stage_id, up=route.up)
    text = ctx.viewer.t("Stage {name} moved.", name=kit.esc(stage.name))
    return saved(ctx, text, ShowSection(Section.STAGES, stage.pipeline_id))


@on(AskStageRemoval)
def ask_stage_removal(ctx: Ctx, route: AskStageRemoval, _request: Request) -> Reply:
    """Where do its deals go?"""
    found = pipeline_settings.stage_removal(ctx, route.stage_id)
    return UpdateModal(views.removal_modal(found, Shown(None, revision(ctx)), ctx.viewer))


def _removal_form(ctx: Ctx, route: SaveStageRemoval) -> Form[UUID | None]:
    return views.removal_form(pipeline_settings.stage(ctx, route.stage_id).stage.deals)


@on_submit(SaveStageRemoval, _removal_form)
def save_stage_removal(ctx: Ctx, route: SaveStageRemoval, target_id: UUID | None) -> Reply:
    """The stage goes, its deals move on."""
    found = pipeline_settings.stage(ctx, route.stage_id)
    moved = removal.remove_stage(ctx, route.stage_id, target_id)
    text = views.removed_text(found.stage.name, moved, ctx.viewer)
    return saved(ctx, text, ShowSection(Section.STAGES, found.pipeline_id), later=bool(moved.later))


# -- words --------------------------------------------------------------------------------------------------------


@on(EditWord)
def edit_word(ctx: Ctx, route: EditWord, _request: Request) -> Reply:
    """The form of a word, new or existing."""
    shown = Shown(None, revision(ctx))
    if route.word_id is None:
        return UpdateModal(lists.word_modal(SaveWord(route.which), "", shown, ctx.viewer))
    found = queries.word(ctx, route.which, route.word_id)
    saving = SaveWord(route.which, route.word_id, found.seen)
    return UpdateModal(lists.word_modal(saving, found.row.name, shown, ctx.viewer))


@on_submit(SaveWord, lists.WORD_FORM)
def save_word(ctx: Ctx, route: SaveWord, name: str) -> Reply:
    """A word, new or existing."""

    def save() -> Reply:
        if route.word_id is None:
            word = words.add(ctx, route.which, name)
            text = ctx.viewer.t("{name} added.", name=kit.esc(word.name))
        else:
            word = words.rename(ctx, route.which, route.word_id, name, route.seen)
            text = ctx.viewer.t("{name} saved.", name=kit.esc(word.name))
        return saved(ctx, text, ShowSection(lists.LISTS[route.which]))

    def again(notice: Meanwhile, conflict: Conflict) -> Modal:
        return lists.word_modal(
            replace(route, seen=seen_with(conflict)), name, Shown(notice, revision(ctx)), ctx.viewer
        )

    return unless_meanwhile(ctx, save, again)


@on(RemoveWord)
def remove_word(ctx: Ctx, route: RemoveWord, _request: Request) -> Reply:
    """Off the list; Undo brings it back."""
    word = words.remove(ctx, route.which, route.word_id)
    text = ctx.viewer.t("{name} removed.", name=kit.esc(word.name))
    return saved(ctx, text, ShowSection(lists.LISTS[route.which]))


@on(ShiftWord)
def shift_word(ctx: Ctx, route: ShiftWord, _request: Request) -> Reply:
    """Up or down; the page stays."""
    word = words.shift(ctx, route.which, route.word_id, up=route.up)
    text = ctx.viewer.t("{name} moved.", name=kit.esc(word.name))
    return saved(ctx, text, ShowSection(lists.LISTS[route.which], page=route.page))


@on(AskMerge)
def ask_merge(ctx: Ctx, route: AskMerge, _request: Request) -> Reply:
    """Which one takes its place?"""
    found = queries.word(ctx, WordList.OBJECTIONS, route.word_id)
    calls = queries.calls_with(ctx, route.word_id)
    return UpdateModal(lists.merge_modal(found.row, calls, Shown(None, revision(ctx)), ctx.viewer))


@on(FindOtherObjection)
def find_other_objection(ctx: Ctx, _route: FindOtherObjection, request: Request) -> Reply:
    """The objections there are, without the one that is to be merged."""
    own = request.modal.word_id if isinstance(request.modal, SaveMerge) else None
    found = find_objections(ctx, request.query)
    return Choices([Choice(one.name, str(one.id)) for one in found if one.id != own])


@on_submit(SaveMerge, lists.MERGE_FORM)
def save_merge(ctx: Ctx, route: SaveMerge, target_id: UUID | None) -> Reply:
    """One takes the place of the other."""
    found = queries.word(ctx, WordList.OBJECTIONS, route.word_id)
    moved = merging.merge(ctx, route.word_id, target_id)
    text = lists.merged_text(found.row.name, moved, ctx.viewer)
    return saved(ctx, text, ShowSection(Section.OBJECTIONS), later=bool(moved.later))


# -- products -----------------------------------------------------------------------------------------------------


@on(EditProduct)
def edit_product(ctx: Ctx, route: EditProduct, _request: Request) -> Reply:
    """The form of a product, new or existing."""
    shown = Shown(None, revision(ctx))
    if route.product_id is None:
        new = {"currency": ctx.workspace.currency, "active": True}
        return UpdateModal(lists.product_modal(SaveProduct(), new, shown, ctx.viewer))
    found = queries.product(ctx, route.product_id)
    saving = SaveProduct(route.product_id, found.seen)
    return UpdateModal(lists.product_modal(saving, asdict(found.row), shown, ctx.viewer))


@on_submit(SaveProduct, lists.PRODUCT_FORM)
def save_product(ctx: Ctx, route: SaveProduct, values: ProductInput) -> Reply:
    """A product, new or existing."""

    def save() -> Reply:
        if route.product_id is None:
            product = products.add(ctx, values)
            text = ctx.viewer.t("{name} added.", name=kit.esc(product.name))
        else:
            product = products.edit(ctx, route.product_id, values, route.seen)
            text = ctx.viewer.t("{name} saved.", name=kit.esc(product.name))
        return saved(ctx, text, ShowSection(Section.PRODUCTS))

    def again(notice: Meanwhile, conflict: Conflict) -> Modal:
        shown, newer = Shown(notice, revision(ctx)), replace(route, seen=seen_with(conflict))
        now = asdict(queries.product(ctx, route.product_id).row) if route.product_id else {}
        return lists.product_modal(newer, with_theirs(ctx, conflict, asdict(values), now), shown, ctx.viewer)

    return unless_meanwhile(ctx, save, again)
