"""Tags: the quiet line of a card, and the window that changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.replies import Block, Choice, Modal
from bot.routes import EditTags, FindTag, SaveTags
from bot.views import kit
from bot.views.forms import Form, Search
from core.enums import EntityType
from core.i18n import Viewer
from core.normalise import name_text
from core.queries.records import Hit
from core.queries.tags import TagRow
from core.tags import NEW_TAG, TAG_MAX


@dataclass(frozen=True)
class TagsInput:
    """What was chosen: ids, or `new:` and words."""

    tags: tuple[str, ...]


TAGS_FORM: Form[TagsInput] = Form(
    TagsInput, (Search("tags", "Tags", lookup=FindTag, many=True, hint="Type a new word to add it to the list."),)
)


def line(tags: Sequence[TagRow], viewer: Viewer) -> list[Block]:
    """The tags of a card; nothing where there are none."""
    if not tags:
        return []
    return [kit.context(viewer.t("Tags: {tags}", tags=kit.esc(", ".join(tag.name for tag in tags))))]


def button(entity: EntityType, record_id: UUID, viewer: Viewer) -> Block:
    """What opens the window, beside a card's other rare actions."""
    return kit.button(viewer.t("Tags"), EditTags(entity.value, record_id), label=viewer.t("Change the tags"))


def modal(record: Hit, tags: Sequence[TagRow], viewer: Viewer) -> Modal:
    """A record's tags, to be changed."""
    chosen = [Choice(tag.name, str(tag.id)) for tag in tags]
    return Modal(
        title=viewer.t("Tags of {ref}", ref=record.ref),
        blocks=[kit.section(kit.esc(kit.cut(record.name, 200))), *TAGS_FORM.blocks(viewer, {"tags": chosen})],
        route=SaveTags(record.entity.value, record.id),
        submit=viewer.t("Save"),
        close=viewer.t("Cancel"),
    )


def choices(found: Sequence[TagRow], typed: str, viewer: Viewer) -> list[Choice]:
    """Tags of the list; what was typed is offered as a new one unless it is there already."""
    made = [Choice(tag.name, str(tag.id)) for tag in found]
    new = name_text(typed)[:TAG_MAX].strip()
    if new and new.lower() not in {tag.name.lower() for tag in found}:
        made.append(Choice(viewer.t("Add “{tag}”", tag=new), NEW_TAG + new))
    return made
