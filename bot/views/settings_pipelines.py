"""The settings of pipelines: their names, their stages, and what becomes of deals when a stage goes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from bot.labels import field_label
from bot.replies import Block, Choice, Modal
from bot.routes import (
    Action,
    AskPipelineRemoval,
    AskStageRemoval,
    EditPipeline,
    EditStage,
    NewStage,
    SavePipeline,
    SavePipelineRemoval,
    SaveStage,
    SaveStageRemoval,
    Section,
    ShiftPipeline,
    ShiftStage,
    ShowSection,
)
from bot.views import kit
from bot.views.activities import Word
from bot.views.forms import Form, Number, Select, Text
from bot.views.settings import Notice, Shown, back, top
from bot.views.settings_fields import Checks
from core.administration.naming import NAME_MAX
from core.administration.removal import Moved
from core.administration.stages import STALE_DAYS_MAX, StageInput
from core.enums import StageKind
from core.i18n import Viewer
from core.queries.pipeline_settings import PipelineRemoval, PipelineRow, PipelineStages, StageItem, StageRemoval
from core.requirements import REQUIRABLE

KINDS: Mapping[StageKind, str] = {StageKind.OPEN: "Open", StageKind.WON: "Won", StageKind.LOST: "Lost"}
SHOWN: Mapping[StageKind, tuple[str, ...]] = {
    StageKind.OPEN: ("name", "probability", "stale_days", "required_fields"),
    StageKind.WON: ("name", "required_fields"),
    StageKind.LOST: ("name",),
}
"""What there is to decide about a stage of each kind."""
WAYS_SHOWN = 10
"""Pipelines whose differing stages are listed before one is chosen."""


def _name(name: str) -> str:
    return name


PIPELINE_FORM: Form[str] = Form(_name, (Text("name", "Name", required=True, max_length=NAME_MAX),))


def _stage(kind: StageKind | None, **typed: Any) -> StageInput:
    return StageInput(kind=kind or StageKind.OPEN, **typed)


STAGE_FORM: Form[StageInput] = Form(
    _stage,
    (
        Text("name", "Name", required=True, max_length=NAME_MAX),
        Word("kind", "Deals in it are", vocabulary=StageKind),
        Number("probability", "Chance to win, in percent", high=100),
        Number(
            "stale_days",
            "Days until a deal needs attention",
            low=1,
            high=STALE_DAYS_MAX,
            hint="Left empty, a deal may stay here as long as it likes.",
        ),
        Checks("required_fields", "Asked for before a deal enters"),
    ),
)


def _target(target: UUID | None = None) -> UUID | None:
    return target


REMOVAL_FORM: Form[UUID | None] = Form(_target, (Select("target", "Its deals go to", required=True, ids=True),))
NO_DEALS_FORM: Form[UUID | None] = Form(_target, ())


def removal_form(deals: int) -> Form[UUID | None]:
    """What removing a stage with so many deals asks."""
    return REMOVAL_FORM if deals else NO_DEALS_FORM


# -- pipelines ----------------------------------------------------------------------------------------------------


def pipelines_modal(rows: Sequence[PipelineRow], notice: Notice, viewer: Viewer) -> Modal:
    """The pipelines, each with the way to its stages."""
    blocks = top(notice, Section.PIPELINES, viewer)
    for at, row in enumerate(rows):
        facts = (
            viewer.nt("{n} stage", "{n} stages", row.stages),
            viewer.nt("{n} open deal", "{n} open deals", row.deals),
        )
        choices: list[tuple[str, Action]] = [
            (viewer.t("Stages"), ShowSection(Section.STAGES, row.id)),
            (viewer.t("Rename"), EditPipeline(row.id)),
        ]
        if at:
            choices.append((viewer.t("Move up"), ShiftPipeline(row.id, up=True)))
        if at + 1 < len(rows):
            choices.append((viewer.t("Move down"), ShiftPipeline(row.id, up=False)))
        if len(rows) > 1:
            choices.append((viewer.t("Remove"), AskPipelineRemoval(row.id)))
        blocks.append(kit.section(f"*{kit.esc(row.name)}*\n{' · '.join(facts)}", kit.overflow(choices)))
    blocks.append(kit.actions(kit.button(viewer.t("Add pipeline"), EditPipeline())))
    blocks.append(kit.context(viewer.t("New deals start in the first pipeline.")))
    return Modal(viewer.t("Pipelines"), blocks, close=viewer.t("Close"))


def pipeline_modal(route: SavePipeline, name: str, shown: Shown, viewer: Viewer) -> Modal:
    """A pipeline's name."""
    blocks = [
        *top(shown.notice, Section.PIPELINES, viewer),
        *PIPELINE_FORM.blocks(viewer, {"name": name}, revision=shown.revision),
    ]
    if route.pipeline_id is None:
        blocks.append(kit.context(viewer.t("It starts with six stages, which you can change.")))
    return Modal(
        viewer.t("Add pipeline") if route.pipeline_id is None else viewer.t("Rename pipeline"),
        [*blocks, kit.actions(back(Section.PIPELINES, viewer))],
        route,
        viewer.t("Add") if route.pipeline_id is None else viewer.t("Save"),
        viewer.t("Close"),
    )


def pipeline_removal_form(removal: PipelineRemoval) -> Form[UUID | None]:
    """What removing a pipeline asks: nothing where it has no deals."""
    if not removal.deals:
        return NO_DEALS_FORM
    return REMOVAL_FORM.with_choices(target=[Choice(way.name, str(way.id)) for way in removal.targets])


def pipeline_removal_modal(removal: PipelineRemoval, shown: Shown, viewer: Viewer) -> Modal:
    """Where the deals of a pipeline go that is removed, and which of its stages have no namesake there."""
    name = f"*{kit.esc(removal.name)}*"
    if removal.deals:
        text = viewer.nt(
            "{pipeline} has {n} deal, won and lost ones included. It goes to the pipeline you choose, into the stage "
            "of the same name; what happened so far stays in its history.",
            "{pipeline} has {n} deals, won and lost ones included. They go to the pipeline you choose, each into the "
            "stage of the same name; what happened so far stays in their history.",
            removal.deals,
            pipeline=name,
        )
    else:
        text = viewer.t("{pipeline} has no deals. Its stages go with it.", pipeline=name)
    blocks: list[Block] = [
        *top(shown.notice, Section.PIPELINES, viewer),
        kit.section(text),
        *pipeline_removal_form(removal).blocks(viewer, {}, revision=shown.revision),
    ]
    for way in removal.targets[:WAYS_SHOWN] if removal.deals else ():
        if way.elsewhere:
            pairs = ", ".join(f"{kit.esc(old)} → {kit.esc(new)}" for old, new in way.elsewhere)
            blocks.append(
                kit.context(
                    viewer.t("Where {pipeline} has no such stage: {stages}", pipeline=kit.esc(way.name), stages=pairs)
                )
            )
    return Modal(
        viewer.t("Remove pipeline"),
        [*blocks, kit.actions(back(Section.PIPELINES, viewer))],
        SavePipelineRemoval(removal.id, asked=bool(removal.deals)),
        viewer.t("Remove"),
        viewer.t("Close"),
    )


def pipeline_removed_text(name: str, moved: Moved, viewer: Viewer) -> str:
    """A pipeline that is gone, or goes once the worker has moved its deals."""
    if moved.later:
        return viewer.t(
            "{n} deals leave pipeline {name} now; it is removed with the last of them. "
            "I show you how far it is in a direct message.",
            n=viewer.number(moved.later),
            name=kit.esc(name),
        )
    if not moved.now:
        return viewer.t("Pipeline {name} is removed.", name=kit.esc(name))
    return viewer.nt(
        "Pipeline {name} is removed; {n} deal moved.",
        "Pipeline {name} is removed; {n} deals moved.",
        moved.now,
        name=kit.esc(name),
    )


# -- stages -------------------------------------------------------------------------------------------------------


def stages_modal(pipeline: PipelineStages, notice: Notice, viewer: Viewer) -> Modal:
    """The stages of a pipeline in order."""
    blocks = top(notice, Section.STAGES, viewer, pipeline.id)
    blocks.append(kit.section(f"*{kit.esc(pipeline.name)}*"))
    for at, stage in enumerate(pipeline.stages):
        around = (pipeline.stages[at - 1] if at else None, *pipeline.stages[at + 1 : at + 2])
        blocks.append(kit.section(_stage_text(stage, viewer), kit.overflow(_stage_choices(stage, around, viewer))))
    add = kit.button(viewer.t("Add stage"), NewStage(pipeline.id))
    return Modal(
        viewer.t("Stages"), [*blocks, kit.actions(add, back(Section.PIPELINES, viewer))], close=viewer.t("Close")
    )


def _stage_choices(
    stage: StageItem, around: Sequence[StageItem | None], viewer: Viewer
) -> list[tuple[str, EditStage | ShiftStage | AskStageRemoval]]:
    """What can be done to a stage; it is exchanged with neighbours that are open, or closing, as it is."""

    def beside(other: StageItem | None) -> bool:
        return other is not None and (other.kind is StageKind.OPEN) == (stage.kind is StageKind.OPEN)

    before, *after = around
    choices: list[tuple[str, EditStage | ShiftStage | AskStageRemoval]] = [(viewer.t("Edit"), EditStage(stage.id))]
    if beside(before):
        choices.append((viewer.t("Move up"), ShiftStage(stage.id, up=True)))
    if after and beside(after[0]):
        choices.append((viewer.t("Move down"), ShiftStage(stage.id, up=False)))
    return [*choices, (viewer.t("Remove"), AskStageRemoval(stage.id))]


def _stage_text(stage: StageItem, viewer: Viewer) -> str:
    facts = [viewer.t(KINDS[stage.kind])]
    if stage.kind is StageKind.OPEN:
        facts.append(viewer.percent(stage.probability))
        if stage.stale_days:
            facts.append(viewer.nt("attention after {n} day", "attention after {n} days", stage.stale_days))
    facts.append(viewer.nt("{n} deal", "{n} deals", stage.deals))
    lines = [f"*{kit.esc(stage.name)}*", " · ".join(facts)]
    if stage.required_fields:
        names = ", ".join(field_label(name, viewer) for name in stage.required_fields)
        lines.append(viewer.t("Asks for: {fields}", fields=names))
    return "\n".join(lines)


def stage_modal(route: SaveStage, kind: StageKind, values: Mapping[str, Any], shown: Shown, viewer: Viewer) -> Modal:
    """A stage, new or existing."""
    new = route.stage_id is None
    form = STAGE_FORM.with_choices(
        kind=[Choice(viewer.t(text), one.value) for one, text in KINDS.items()],
        required_fields=[Choice(field_label(name, viewer), name) for name in REQUIRABLE],
    )
    asked = ("name", "kind", "probability", "stale_days", "required_fields") if new else SHOWN[kind]
    return Modal(
        viewer.t("Add stage") if new else viewer.t("Edit stage"),
        [
            *top(shown.notice, Section.STAGES, viewer, route.pipeline_id),
            *form.blocks(viewer, values, revision=shown.revision, only=asked),
            kit.actions(back(Section.STAGES, viewer, route.pipeline_id)),
        ],
        route,
        viewer.t("Add") if new else viewer.t("Save"),
        viewer.t("Close"),
    )


def removal_modal(removal: StageRemoval, shown: Shown, viewer: Viewer) -> Modal:
    """Where the deals of a stage go that is removed."""
    stage = removal.stage
    name = kit.esc(stage.name)
    if stage.deals:
        text = viewer.nt(
            "{n} deal is in {stage}. It moves to the stage you choose; what happened so far stays in its history.",
            "{n} deals are in {stage}. They move to the stage you choose; what happened so far stays in their history.",
            stage.deals,
            stage=f"*{name}*",
        )
    else:
        text = viewer.t("No deal is in {stage}.", stage=f"*{name}*")
    several = len(removal.targets) > 1
    form = REMOVAL_FORM.with_choices(
        target=[
            Choice(name, str(stage_id), group=pipeline if several else "")
            for pipeline, targets in removal.targets
            for stage_id, name in targets
        ]
    )
    blocks: list[Block] = [kit.section(text)]
    if stage.deals:
        blocks += form.blocks(viewer, {}, revision=shown.revision)
    return Modal(
        viewer.t("Remove stage"),
        [*blocks, kit.actions(back(Section.STAGES, viewer, removal.pipeline_id))],
        SaveStageRemoval(stage.id),
        viewer.t("Remove"),
        viewer.t("Close"),
    )


def removed_text(name: str, moved: Moved, viewer: Viewer) -> str:
    """A stage that is gone, or goes once the worker has moved its deals."""
    if moved.later:
        return viewer.t(
            "{n} deals leave stage {name} now; it is removed with the last of them. "
            "I show you how far it is in a direct message.",
            n=viewer.number(moved.later),
            name=kit.esc(name),
        )
    if not moved.now:
        return viewer.t("Stage {name} is removed.", name=kit.esc(name))
    return viewer.nt(
        "Stage {name} is removed; {n} deal moved.",
        "Stage {name} is removed; {n} deals moved.",
        moved.now,
        name=kit.esc(name),
    )
