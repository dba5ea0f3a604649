"""Many records at once: choosing them, the question before it is done, and how far it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot import errors
from bot.payloads import Element
from bot.replies import Choice, Message, Modal
from bot.routes import ChooseBulk, FindTag, RunWords, StartBulk, UndoBulk
from bot.views import kit, mailings, notices, people, settings_lists, settings_pipelines
from bot.views.forms import Field, Form, Person, Search, Select
from bot.views.leads import STATUS
from core import jobs
from core.administration.removal import Moved
from core.bulk import Progress
from core.enums import BulkState, EntityType, LeadStatus
from core.errors import DomainError
from core.i18n import Viewer
from core.leads import BY_HAND
from core.queries.deals import DealRow
from core.queries.leads import LeadRow

TICKED, EVERYTHING = "ticked", "all"


@dataclass(frozen=True)
class Ticks(Field):
    """At most ten choices with a box each (Slack's limit for checkboxes)."""

    def element(self, viewer: Viewer, value: Any, choices: Sequence[Choice]) -> dict[str, Any]:  # noqa: ARG002
        return {"type": "checkboxes", "options": kit.options(choices[:10])}

    def read(self, element: Element, viewer: Viewer) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(element.texts())

    def empty(self) -> tuple[str, ...]:
        return ()

    def raw(self, element: Element) -> list[str]:
        return element.texts()


@dataclass(frozen=True)
class BulkInput:
    """What is to be done to which records. `action` is `assign`, `tag`, `untag`, or `status` and a lead's status."""

    rows: tuple[str, ...]
    which: str
    action: str
    owner: str
    tags: tuple[str, ...]


BULK_FORM: Form[BulkInput] = Form(
    BulkInput,
    (
        Select("which", "Which", required=True),
        Ticks("rows", "On this page"),
        Select("action", "What to do", required=True),
        Person("owner", "New owner", hint="For “Assign”. Leave empty to give them to nobody."),
        Search("tags", "Tag", lookup=FindTag, many=True, hint="For adding or removing a tag: choose one."),
    ),
)
NOTHING_TYPED: Form[tuple[()]] = Form(tuple, ())
"""The question has no inputs."""


def select_modal(
    route: ChooseBulk, rows: Sequence[LeadRow | DealRow], total: int, viewer: Viewer, *, longer: bool = False
) -> Modal:
    """The rows of a page with a box each, and what can be done to them.

    `total` is how many of the list can be changed at once; `longer`: it has more.
    """
    if longer:
        everything = viewer.t("The first {n} records of the list", n=total)
    else:
        everything = viewer.nt("The {n} record of the list", "All {n} records of the list", total)
    form = BULK_FORM.with_choices(
        which=[Choice(viewer.t("Those ticked below"), TICKED), Choice(everything, EVERYTHING)],
        rows=[Choice(f"{row.ref} {row.name}", str(row.id)) for row in rows],
        action=_actions(EntityType(route.entity), viewer),
    )
    return Modal(
        title=viewer.t("Change several"),
        blocks=form.blocks(viewer, {"which": TICKED}),
        route=route,
        submit=viewer.t("Next"),
        close=viewer.t("Cancel"),
    )


def _actions(entity: EntityType, viewer: Viewer) -> list[Choice]:
    made = [Choice(viewer.t("Assign to the new owner"), jobs.ASSIGN)]
    if entity is EntityType.LEAD:
        made += [
            Choice(viewer.t("Set status: {status}", status=viewer.t(STATUS[status])), f"{jobs.STATUS} {status.value}")
            for status in BY_HAND
        ]
        made.append(Choice(viewer.t("Send an e-mail"), jobs.MAIL))
    return [*made, Choice(viewer.t("Add the tag"), jobs.TAG), Choice(viewer.t("Remove the tag"), jobs.UNTAG)]


def confirm_modal(route: StartBulk, total: int, viewer: Viewer, tag: str = "") -> Modal:
    """What is about to be done, to how many. `tag` is the name of the one that is put on or taken off."""
    named = f"“{kit.esc(tag)}”"
    match route.kind:
        case jobs.ASSIGN:
            owner = people.owner(route.value, viewer)
            text = viewer.nt(
                "{n} record gets a new owner: {owner}.", "{n} records get a new owner: {owner}.", total, owner=owner
            )
        case jobs.STATUS:
            status = viewer.t(STATUS[LeadStatus(route.value)])
            text = viewer.nt("{n} lead becomes: {status}.", "{n} leads become: {status}.", total, status=status)
        case jobs.TAG:
            text = viewer.nt("{n} record gets the tag {tag}.", "{n} records get the tag {tag}.", total, tag=named)
        case _:
            text = viewer.nt("{n} record loses the tag {tag}.", "{n} records lose the tag {tag}.", total, tag=named)
    note = viewer.t("What you may not change is left as it is. It can be undone as one for a day.")
    return Modal(
        title=viewer.t("Change several"),
        blocks=[kit.section(text), kit.context(note)],
        route=route,
        submit=viewer.t("Do it"),
        close=viewer.t("Cancel"),
    )


def started(viewer: Viewer) -> Message:
    """That the worker has it now."""
    text = viewer.t("Under way. I show you how far it is in a direct message.")
    return Message(text, [kit.section(text)])


def progress(job: Progress, viewer: Viewer) -> Message:
    """How far a bulk change is, in one message that is edited as it goes on."""
    if job.kind == jobs.MAIL:
        return mailings.progress(job, viewer)
    text = _progress_text(job, viewer)
    blocks = [kit.section(text)]
    if job.state not in jobs.OPEN and job.kind != jobs.UNDO and job.changed:
        label = viewer.t("Undo the whole change")
        blocks.append(kit.actions(kit.button(viewer.t("Undo all"), UndoBulk(job.job_id), label=label)))
    return Message(text, blocks)


def _progress_text(job: Progress, viewer: Viewer) -> str:
    if job.state is BulkState.STOPPED:
        why = kit.esc(errors.sentence(DomainError(job.code, **job.why), viewer))
        if not job.done:
            return viewer.t("This was not done. {why}", why=why)
        done, total = viewer.number(job.done), viewer.number(job.total)
        return viewer.t("Stopped after {done} of {total}. {why}", done=done, total=total, why=why)
    if job.state is not BulkState.DONE:
        done, total = viewer.number(job.done), viewer.number(job.total)
        working = viewer.t("Working: {done} of {total}.", done=done, total=total)
        return " ".join(filter(None, (_heading(job, viewer), working)))
    return _done_text(job, viewer)


def _heading(job: Progress, viewer: Viewer) -> str:
    """What is being done, where that is not what the person just chose in a list."""
    name = f"*{kit.esc(job.name)}*"
    match job.kind:
        case jobs.REMOVE_STAGE:
            return viewer.t("Removing stage {name}.", name=name)
        case jobs.REMOVE_PIPELINE:
            return viewer.t("Removing pipeline {name}.", name=name)
        case jobs.HAND_OVER:
            return viewer.t("Handing over what {name} had open.", name=name)
        case jobs.MERGE:
            return viewer.t("Merging objection {name}.", name=name)
        case _:
            return ""


def _done_text(job: Progress, viewer: Viewer) -> str:
    match job.kind:
        case jobs.UNDO:
            return viewer.nt(
                "Undone: {n} record is as it was before.", "Undone: {n} records are as they were before.", job.total
            )
        case jobs.REMOVE_STAGE:
            return settings_pipelines.removed_text(job.name, Moved(job.done), viewer)
        case jobs.REMOVE_PIPELINE:
            return settings_pipelines.pipeline_removed_text(job.name, Moved(job.done), viewer)
        case jobs.MERGE:
            return settings_lists.merged_text(job.name, Moved(job.done), viewer)
        case jobs.HAND_OVER:
            return viewer.nt(
                "{n} record of {name} is handed over.",
                "{n} records of {name} are handed over.",
                job.done,
                name=kit.esc(job.name),
            )
    text = viewer.nt("Done: {n} record.", "Done: {n} records.", job.changed)
    if job.unchanged:
        text += " " + viewer.nt("{n} was so already.", "{n} were so already.", job.unchanged)
    if job.skipped:
        text += " " + viewer.nt(
            "{n} was left as it is: it is gone, or not yours to change.",
            "{n} were left as they are: they are gone, or not yours to change.",
            job.skipped,
        )
    return text


def handed_over(count: int, leaver: str, giver: str, viewer: Viewer) -> Message:
    """What a leaver's successor is told, once. `leaver` and `giver` are names."""
    text = viewer.nt(
        "{who} gave you {n} record of {name}.",
        "{who} gave you {n} records of {name}.",
        count,
        who=kit.esc(giver),
        name=kit.esc(leaver),
    )
    return _given(text, (EntityType.LEAD, EntityType.DEAL), viewer)


def received(job: Progress, giver: str, viewer: Viewer) -> Message:
    """What the new owner of many records is told, once. `giver` is a name."""
    if job.kind == jobs.HAND_OVER:
        return handed_over(job.changed, job.name, giver, viewer)
    count, who = job.changed, kit.esc(giver)
    if job.entity is EntityType.LEAD:
        text = viewer.nt("{who} gave you {n} lead.", "{who} gave you {n} leads.", count, who=who)
    else:
        text = viewer.nt("{who} gave you {n} deal.", "{who} gave you {n} deals.", count, who=who)
    return _given(text, (job.entity,), viewer)


def _given(text: str, kinds: Iterable[EntityType], viewer: Viewer) -> Message:
    """That somebody has more records now, with the lists of these kinds and how they hear of it."""
    lists = {EntityType.LEAD: viewer.t("My leads"), EntityType.DEAL: viewer.t("My deals")}
    buttons = [kit.button(lists[kind], RunWords(kind.value, "list mine")) for kind in kinds]
    return Message(text, [kit.section(text), kit.actions(*buttons, notices.settings_button("", viewer))])


def taken_back(job: Progress, taker: str, viewer: Viewer) -> Message:
    """What stands in its place once `taker` (a name) has undone that change."""
    count, who = job.changed, kit.esc(taker)
    if job.kind == jobs.HAND_OVER:
        text = viewer.nt(
            "{who} took back the {n} record of {name} that you were given.",
            "{who} took back the {n} records of {name} that you were given.",
            count,
            who=who,
            name=kit.esc(job.name),
        )
    elif job.entity is EntityType.LEAD:
        text = viewer.nt(
            "{who} took back the {n} lead that you were given.",
            "{who} took back the {n} leads that you were given.",
            count,
            who=who,
        )
    else:
        text = viewer.nt(
            "{who} took back the {n} deal that you were given.",
            "{who} took back the {n} deals that you were given.",
            count,
            who=who,
        )
    return Message(text, [kit.section(text)])
