"""Reading what admins decide: settings, members, lists of words, products."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from core.access import Power, Verb, load, require_power, visible
from core.administration.naming import still_there
from core.administration.people import OPEN, count_open
from core.administration.words import MODELS, WordList
from core.conflicts import FieldChange as StoredChange
from core.conflicts import last_change
from core.context import Ctx
from core.enums import EntityType, Role, Visibility
from core.errors import Conflict
from core.models import ActivityObjection, Member, Objection, Product, WorkspaceRow
from core.queries.history import FieldChange, Value, Word, fields_of
from core.queries.quotes import product_fits
from core.queries.records import Page

PAGE_SIZE = 30
"""Rows of a page: a team, or a whole list, at a glance. A window holds a hundred blocks."""


@dataclass(frozen=True)
class WorkspaceSettings:
    """The workspace's row as its forms show it; `seen` is the last change they know."""

    sales_channel: str
    replies_channel: str
    digest_channel: str
    currency: str
    country: str
    locale: str
    visibility: Visibility
    seen: UUID | None


@dataclass(frozen=True)
class MemberRow:
    """A member; `slack_user_id` and `manager` are Slack user ids, the latter empty for nobody."""

    id: UUID
    slack_user_id: str
    name: str
    role: Role
    manager: str
    active: bool


@dataclass(frozen=True)
class MemberDetails:
    """A member as the form shows them, with how many records of each kind they have open."""

    row: MemberRow
    open: tuple[tuple[EntityType, int], ...]
    seen: UUID | None


@dataclass(frozen=True)
class WordRow:
    """A word of a list."""

    id: UUID
    name: str


@dataclass(frozen=True)
class WordDetails:
    """A word as its form shows it."""

    row: WordRow
    seen: UUID | None


@dataclass(frozen=True)
class ProductItem:
    """A product. The price is in `currency`, without tax; the tax in percent."""

    id: UUID
    name: str
    sku: str
    unit_price: Decimal
    currency: str
    tax_percent: Decimal
    active: bool


@dataclass(frozen=True)
class ProductDetails:
    """A product as its form shows it."""

    row: ProductItem
    seen: UUID | None


def admins(ctx: Ctx) -> list[str]:
    """Slack user ids of those who administer Rapport here, for everybody to read."""
    query = visible(ctx, Member).where(Member.role == Role.ADMIN, Member.active, Member.guest.is_(False))
    return list(ctx.session.scalars(query.order_by(Member.id).with_only_columns(Member.slack_user_id)))


def workspace_settings(ctx: Ctx) -> WorkspaceSettings:
    """The workspace's settings as they are now. Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    query = select(WorkspaceRow).where(WorkspaceRow.workspace_id == ctx.workspace.id)
    row = ctx.session.scalars(query.execution_options(populate_existing=True)).one()
    return WorkspaceSettings(
        sales_channel=row.sales_channel,
        replies_channel=row.replies_channel,
        digest_channel=row.digest_channel,
        currency=row.currency,
        country=row.country,
        locale=row.locale,
        visibility=row.visibility,
        seen=last_change(ctx, WorkspaceRow.__entity__, row.workspace_id),
    )


# -- people -------------------------------------------------------------------------------------------------------


def member_page(ctx: Ctx, page: int = 0) -> Page[MemberRow]:
    """A page of the members, those without access last. Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    rows = _members(ctx, Member.guest.is_(False), page * PAGE_SIZE, PAGE_SIZE + 1)
    return Page(tuple(rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def member(ctx: Ctx, member_id: UUID) -> MemberDetails:
    """One member. Raises NotFound, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    load(ctx, Member, member_id, Verb.SEE)
    row = _members(ctx, Member.id == member_id, 0, 1)[0]
    counts = tuple((kind, count_open(ctx, model, member_id)) for kind, model in OPEN.items())
    return MemberDetails(row, counts, last_change(ctx, Member.__entity__, member_id))


def _members(ctx: Ctx, condition: ColumnElement[bool], offset: int, limit: int) -> list[MemberRow]:
    manager = aliased(Member)
    query = (
        visible(ctx, Member)
        .where(condition)
        .outerjoin(manager, and_(manager.workspace_id == Member.workspace_id, manager.id == Member.manager_id))
        .order_by(Member.active.desc(), func.lower(Member.name), Member.id)
        .offset(offset)
        .limit(limit)
        .with_only_columns(
            Member.id,
            Member.slack_user_id,
            Member.name,
            Member.role,
            func.coalesce(manager.slack_user_id, ""),
            Member.active,
            maintain_column_froms=True,
        )
    )
    return [MemberRow(*row) for row in ctx.session.execute(query)]


# -- lists --------------------------------------------------------------------------------------------------------


def word_page(ctx: Ctx, which: WordList, page: int = 0) -> Page[WordRow]:
    """A page of a list of words. Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    model = MODELS[which]
    order = Objection.name_key if model is Objection else model.position  # type: ignore[union-attr]  # all others have one
    query = visible(ctx, model).order_by(order, model.id).offset(page * PAGE_SIZE).limit(PAGE_SIZE + 1)
    rows = [WordRow(*row) for row in ctx.session.execute(query.with_only_columns(model.id, model.name))]
    return Page(tuple(rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def word(ctx: Ctx, which: WordList, word_id: UUID) -> WordDetails:
    """One word. Raises NotFound, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    row = still_there(ctx, MODELS[which], word_id, Verb.SEE)
    return WordDetails(WordRow(row.id, row.name), last_change(ctx, which.value, word_id))


def calls_with(ctx: Ctx, objection_id: UUID) -> int:
    """On how many calls an objection was heard. Raises Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    query = visible(ctx, ActivityObjection).where(ActivityObjection.objection_id == objection_id)
    return ctx.session.execute(query.with_only_columns(func.count())).scalar_one()


def product_page(ctx: Ctx, words: str = "", page: int = 0) -> Page[ProductItem]:
    """A page of the products, those that are not offered last; with words, of those that contain them.

    Raises Forbidden.
    """
    require_power(ctx, Power.CONFIGURE)
    query = visible(ctx, Product).where(*product_fits(words))
    query = query.order_by(Product.active.desc(), Product.name_key, Product.id)
    rows = list(ctx.session.scalars(query.offset(page * PAGE_SIZE).limit(PAGE_SIZE + 1)))
    return Page(tuple(_product(row) for row in rows[:PAGE_SIZE]), page, len(rows) > PAGE_SIZE)


def product(ctx: Ctx, product_id: UUID) -> ProductDetails:
    """One product. Raises NotFound, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    row = still_there(ctx, Product, product_id, Verb.SEE)
    return ProductDetails(_product(row), last_change(ctx, Product.__entity__, product_id))


def _product(row: Product) -> ProductItem:
    return ProductItem(row.id, row.name, row.sku, row.unit_price, row.currency, row.tax_percent.normalize(), row.active)


# -- what somebody else changed -----------------------------------------------------------------------------------


def meanwhile(ctx: Ctx, conflict: Conflict) -> tuple[str, tuple[FieldChange, ...]]:
    """What a Conflict("edited_meanwhile") of core.conflicts.refuse_changed says: who, and what in words.

    A member's values are told as their history tells them.
    """
    changes = cast("Sequence[StoredChange]", conflict.data["changes"])
    if conflict.data.get("entity") == Member.__entity__:
        words = fields_of(ctx, [(Member, {one.field: [one.old, one.new] for one in changes}, "")])[0]
    else:
        words = tuple(
            FieldChange(one.field, _in_words(one.field, one.old), _in_words(one.field, one.new)) for one in changes
        )
    return str(conflict.data["who"] or ""), words


def _in_words(field: str, value: object) -> Value:
    match value:
        case None | "":
            return None
        case list():
            return ", ".join(str(one).removesuffix("_id").replace("_", " ") for one in value) or None
        case bool():
            return Word("yes" if value else "no")
        case str() if field == "visibility":
            return Word(value)
        case str() if field.endswith("_channel"):
            return f"#{value}"
        case _:
            return str(value)
