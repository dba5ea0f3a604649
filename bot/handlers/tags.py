"""Tags of records: seen on their cards, changed in a window."""

from bot.dispatch import Request, on, on_submit
from bot.replies import Choices, OpenModal, Reply
from bot.routes import EditTags, FindTag, SaveTags
from bot.saving import confirmed, saved
from bot.views import tags as views
from bot.views.tags import TagsInput
from core import tags
from core.context import Ctx
from core.enums import EntityType
from core.errors import Forbidden
from core.queries import tags as queries
from core.queries.records import card_of, hit_of


@on(EditTags)
def edit_tags(ctx: Ctx, route: EditTags, _request: Request) -> Reply:
    """The window, with the tags as they are."""
    entity = EntityType(route.entity)
    hit = hit_of(ctx, entity, route.entity_id)
    if not card_of(ctx, entity, route.entity_id).can_edit:
        raise Forbidden("not_yours")
    return OpenModal(views.modal(hit, queries.tags_of(ctx, entity, route.entity_id), ctx.viewer))


@on_submit(SaveTags, views.TAGS_FORM)
def save_tags(ctx: Ctx, route: SaveTags, values: TagsInput) -> Reply:
    """Exactly those that were chosen."""
    entity = EntityType(route.entity)
    tags.set_tags(ctx, entity, route.entity_id, values.tags)
    said = ctx.viewer.t("Tags of {ref} saved.", ref=hit_of(ctx, entity, route.entity_id).ref)
    return saved(ctx, confirmed(ctx, entity, route.entity_id, said))


@on(FindTag)
def find_tag(ctx: Ctx, _route: FindTag, request: Request) -> Reply:
    """Tags there are; what is typed can be added."""
    return Choices(views.choices(queries.find_tags(ctx, request.query), request.query, ctx.viewer))
