"""Routes of the settings."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bot.routes.base import Action, Lookup, Submission
from core.administration.words import WordList


class Section(StrEnum):
    """A part of the settings, each a window of its own."""

    CHANNELS = "channels"
    REGION = "region"
    VISIBILITY = "visibility"
    PEOPLE = "people"
    PIPELINES = "pipelines"
    STAGES = "stages"
    SOURCES = "sources"
    LOSS_REASONS = "loss_reasons"
    OBJECTIONS = "objections"
    PRODUCTS = "products"
    TEMPLATES = "templates"
    MAIL = "mail"
    TARGETS = "targets"


@dataclass(frozen=True)
class OpenSection(Action, id="settings.open"):
    """Open a section on top of the overview."""

    section: Section


@dataclass(frozen=True)
class ShowSection(Action, id="settings.show"):
    """Show a section in the window one is in: another page, or back from a form."""

    section: Section
    pipeline_id: UUID | None = None
    """Whose stages are shown."""
    page: int = 0
    words: str = ""


@dataclass(frozen=True)
class UndoSetting(Action, id="settings.undo"):
    """Take back what was just changed in a section."""

    change_id: UUID
    section: Section
    pipeline_id: UUID | None = None


@dataclass(frozen=True)
class SaveChannels(Submission, id="settings.channels"):
    """Where Rapport posts. `seen`, here and below, is the last change the form knew."""

    seen: UUID | None = None


@dataclass(frozen=True)
class TryChannels(Action, id="settings.try_channels"):
    """Try once more to post in a chosen channel; empty, as in older messages, for all of them."""

    channel: str = ""


@dataclass(frozen=True)
class SaveRegion(Submission, id="settings.region"):
    """Currency, country, language."""

    seen: UUID | None = None


@dataclass(frozen=True)
class FindCountry(Lookup, id="pick.country"):
    """Search countries."""


@dataclass(frozen=True)
class SaveVisibility(Submission, id="settings.visibility"):
    """How far reps see."""

    seen: UUID | None = None


@dataclass(frozen=True)
class EditMember(Action, id="settings.member"):
    """Open the form of a member."""

    member_id: UUID


@dataclass(frozen=True)
class SaveMember(Submission, id="settings.save_member"):
    """A member's role and manager."""

    member_id: UUID
    seen: UUID | None = None


@dataclass(frozen=True)
class AskDeactivation(Action, id="settings.deactivate"):
    """Ask who takes over from a member whose access is to be taken away."""

    member_id: UUID


@dataclass(frozen=True)
class SaveDeactivation(Submission, id="settings.save_deactivation"):
    """Take a member's access away."""

    member_id: UUID


@dataclass(frozen=True)
class ReactivateMember(Action, id="settings.reactivate"):
    """Let a member in again."""

    member_id: UUID


@dataclass(frozen=True)
class EditPipeline(Action, id="settings.pipeline"):
    """Open the form of a pipeline, new or existing."""

    pipeline_id: UUID | None = None


@dataclass(frozen=True)
class SavePipeline(Submission, id="settings.save_pipeline"):
    """A pipeline's name."""

    pipeline_id: UUID | None = None
    seen: UUID | None = None


@dataclass(frozen=True)
class ShiftPipeline(Action, id="settings.shift_pipe"):
    """Exchange a pipeline with the one before or behind it."""

    pipeline_id: UUID
    up: bool


@dataclass(frozen=True)
class AskPipelineRemoval(Action, id="settings.remove_pipe"):
    """Ask where the deals of a pipeline go that is to be removed."""

    pipeline_id: UUID


@dataclass(frozen=True)
class SavePipelineRemoval(Submission, id="settings.save_pipe_removal"):
    """Remove a pipeline. `asked`: whether the window asked where its deals go."""

    pipeline_id: UUID
    asked: bool = False


@dataclass(frozen=True)
class NewStage(Action, id="settings.new_stage"):
    """Open the form of a new stage."""

    pipeline_id: UUID


@dataclass(frozen=True)
class EditStage(Action, id="settings.stage"):
    """Open the form of a stage."""

    stage_id: UUID


@dataclass(frozen=True)
class SaveStage(Submission, id="settings.save_stage"):
    """A stage, new or existing."""

    pipeline_id: UUID
    stage_id: UUID | None = None
    seen: UUID | None = None


@dataclass(frozen=True)
class ShiftStage(Action, id="settings.shift_stage"):
    """Exchange a stage with the one before or behind it."""

    stage_id: UUID
    up: bool


@dataclass(frozen=True)
class AskStageRemoval(Action, id="settings.remove_stage"):
    """Ask where the deals of a stage go that is to be removed."""

    stage_id: UUID


@dataclass(frozen=True)
class SaveStageRemoval(Submission, id="settings.save_removal"):
    """Remove a stage."""

    stage_id: UUID


@dataclass(frozen=True)
class EditWord(Action, id="settings.word"):
    """Open the form of a word of a list, new or existing."""

    which: WordList
    word_id: UUID | None = None


@dataclass(frozen=True)
class SaveWord(Submission, id="settings.save_word"):
    """A word of a list."""

    which: WordList
    word_id: UUID | None = None
    seen: UUID | None = None


@dataclass(frozen=True)
class RemoveWord(Action, id="settings.remove_word"):
    """Take a word off its list."""

    which: WordList
    word_id: UUID


@dataclass(frozen=True)
class ShiftWord(Action, id="settings.shift_word"):
    """Exchange a word with the one before or behind it."""

    which: WordList
    word_id: UUID
    up: bool
    page: int = 0


@dataclass(frozen=True)
class AskMerge(Action, id="settings.ask_merge"):
    """Ask which objection takes the place of one."""

    word_id: UUID


@dataclass(frozen=True)
class SaveMerge(Submission, id="settings.merge"):
    """Put another objection in place of one."""

    word_id: UUID


@dataclass(frozen=True)
class FindOtherObjection(Lookup, id="pick.other_objection"):
    """Search objections an existing one may be merged into."""


@dataclass(frozen=True)
class EditProduct(Action, id="settings.product"):
    """Open the form of a product, new or existing."""

    product_id: UUID | None = None


@dataclass(frozen=True)
class SaveProduct(Submission, id="settings.save_product"):
    """A product."""

    product_id: UUID | None = None
    seen: UUID | None = None


@dataclass(frozen=True)
class SearchProducts(Submission, id="settings.search_products"):
    """Find products by name or number."""


@dataclass(frozen=True)
class EditTemplate(Action, id="settings.template"):
    """Open the form of an e-mail template, new or existing."""

    template_id: UUID | None = None


@dataclass(frozen=True)
class SaveTemplate(Submission, id="settings.save_template"):
    """An e-mail template; `version` is the one its form was opened on."""

    template_id: UUID | None = None
    version: int = 0


@dataclass(frozen=True)
class PreviewTemplate(Action, id="settings.preview_template"):
    """Show the template that is being typed for a sample person."""


@dataclass(frozen=True)
class RemoveTemplate(Action, id="settings.remove_template"):
    """Take an e-mail template off the list."""

    template_id: UUID


@dataclass(frozen=True)
class SaveMail(Submission, id="settings.mail"):
    """Whom mails come from, and what stands below them."""

    seen: UUID | None = None
