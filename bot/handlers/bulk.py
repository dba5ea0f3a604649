"""Many records of a list at once: chosen in a window, done by the worker."""

from uuid import UUID

from bot.dispatch import Request, on, on_submit
from bot.handlers.mailings import mailing_modal
from bot.replies import CloseModal, OpenModal, Replace, Reply, UpdateModal
from bot.routes import ChooseBulk, SelectRows, StartBulk, UndoBulk
from bot.views import bulk as views
from bot.views.bulk import BulkInput
from core import bulk, jobs
from core.context import Ctx
from core.enums import EntityType
from core.errors import Invalid, NotFound
from core.queries import lists as queries
from core.queries.tags import tag_called


@on(SelectRows)
def select_rows(ctx: Ctx, route: SelectRows, _request: Request) -> Reply:
    """The rows of the page the button stands under."""
    entity = EntityType(route.entity)
    page = (queries.lead_list if entity is EntityType.LEAD else queries.deal_list)(ctx, route.chosen, route.page)
    total = len(queries.matching_ids(ctx, entity, route.chosen, bulk.MOST + 1))
    if not page.rows:
        raise NotFound
    choose = ChooseBulk(route.entity, route.chosen, route.page)
    longer = total > bulk.MOST
    return OpenModal(views.select_modal(choose, page.rows, min(total, bulk.MOST), ctx.viewer, longer=longer))


@on_submit(ChooseBulk, views.BULK_FORM)
def choose_bulk(ctx: Ctx, route: ChooseBulk, values: BulkInput) -> Reply:
    """Ask once more, with what it comes to."""
    kind, _, value = values.action.partition(" ")
    if kind == jobs.ASSIGN:
        value = values.owner
    elif kind in (jobs.TAG, jobs.UNTAG):
        if len(values.tags) != 1:
            raise Invalid({"tags": "one_tag"})
        value = values.tags[0]
    everything = values.which == views.EVERYTHING
    ids = () if everything else _ids(values.rows)
    if kind == jobs.MAIL and route.entity == EntityType.LEAD:
        return UpdateModal(mailing_modal(ctx, route.chosen, ids))
    total = len(_meant(ctx, StartBulk(route.entity, kind, value, route.chosen, ids)))
    if not total:
        raise Invalid({"rows": "rows_required"})
    tag = tag_called(ctx, value) if kind in (jobs.TAG, jobs.UNTAG) else ""
    start = StartBulk(route.entity, kind, value, route.chosen, ids)
    return UpdateModal(views.confirm_modal(start, total, ctx.viewer, tag))


@on_submit(StartBulk, views.NOTHING_TYPED)
def start_bulk(ctx: Ctx, route: StartBulk, _nothing: tuple[()]) -> Reply:
    """Hand it to the worker."""
    bulk.start(ctx, EntityType(route.entity), route.kind, route.value, _meant(ctx, route))
    return CloseModal(views.started(ctx.viewer))


@on(UndoBulk)
def undo_bulk(ctx: Ctx, route: UndoBulk, _request: Request) -> Reply:
    """Hand the way back to the worker too: it takes longer than Slack waits."""
    bulk.start_undo(ctx, route.job_id)
    return Replace(views.started(ctx.viewer))


def _meant(ctx: Ctx, route: StartBulk) -> list[UUID]:
    if route.ids:
        return list(route.ids)
    return queries.matching_ids(ctx, EntityType(route.entity), route.chosen, bulk.MOST)


def _ids(rows: tuple[str, ...]) -> tuple[UUID, ...]:
    if not rows:
        raise Invalid({"rows": "rows_required"})
    try:
        return tuple(UUID(row) for row in rows)
    except ValueError as error:
        raise Invalid({"rows": "choice_invalid"}) from error
