"""The settings of pipelines, stages, lists of words, and products."""

from dataclasses import asdict, replace
from uuid import UUID

from bot.dispatch import Request, on, on_submit
from bot.handlers.settings import revision, saved, unless_meanwhile
from bot.replies import Modal, Reply, UpdateModal
from bot.routes import (
    AskStageRemoval,
    EditPipeline,
    EditProduct,
    EditStage,
    EditWord,
    NewStage,
    RemoveWord,
    SavePipeline,
    SaveProduct,
    SaveStage,
    SaveStageRemoval,
    SaveWord,
    Section,
    ShiftStage,
    ShowSection,
)
from bot.views import kit
from bot.views import settings_lists as lists
from bot.views import settings_pipelines as views
from bot.views.forms import Form
from bot.views.settings import Meanwhile, Shown
from core.administration import pipelines, products, stages, words
from core.administration.products import ProductInput
from core.administration.stages import StageInput
from core.context import Ctx
from core.enums import StageKind
from core.queries import administration as queries
from core.queries import pipeline_settings

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

    def again(notice: Meanwhile, seen: UUID) -> Modal:
        return views.pipeline_modal(replace(route, seen=seen), name, Shown(notice, revision(ctx)), ctx.viewer)

    return unless_meanwhile(ctx, save, again)


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

    def again(notice: Meanwhile, seen: UUID) -> Modal:
        kind = pipeline_settings.stage(ctx, route.stage_id).stage.kind if route.stage_id else values.kind
        shown = Shown(notice, revision(ctx))
        return views.stage_modal(replace(route, seen=seen), kind, asdict(values), shown, ctx.viewer)

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
    removal = pipeline_settings.stage_removal(ctx, route.stage_id)
    return UpdateModal(views.removal_modal(removal, Shown(None, revision(ctx)), ctx.viewer))


def _removal_form(ctx: Ctx, route: SaveStageRemoval) -> Form[UUID | None]:
    return views.removal_form(pipeline_settings.stage(ctx, route.stage_id).stage.deals)


@on_submit(SaveStageRemoval, _removal_form)
def save_stage_removal(ctx: Ctx, route: SaveStageRemoval, target_id: UUID | None) -> Reply:
    """The stage goes, its deals move on."""
    found = pipeline_settings.stage(ctx, route.stage_id)
    moved = stages.remove(ctx, route.stage_id, target_id)
    text = views.removed_text(found.stage.name, moved, ctx.viewer)
    return saved(ctx, text, ShowSection(Section.STAGES, found.pipeline_id))


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

    def again(notice: Meanwhile, seen: UUID) -> Modal:
        return lists.word_modal(replace(route, seen=seen), name, Shown(notice, revision(ctx)), ctx.viewer)

    return unless_meanwhile(ctx, save, again)


@on(RemoveWord)
def remove_word(ctx: Ctx, route: RemoveWord, _request: Request) -> Reply:
    """Off the list; Undo brings it back."""
    word = words.remove(ctx, route.which, route.word_id)
    text = ctx.viewer.t("{name} removed.", name=kit.esc(word.name))
    return saved(ctx, text, ShowSection(lists.LISTS[route.which]))


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

    def again(notice: Meanwhile, seen: UUID) -> Modal:
        shown = Shown(notice, revision(ctx))
        return lists.product_modal(replace(route, seen=seen), asdict(values), shown, ctx.viewer)

    return unless_meanwhile(ctx, save, again)
