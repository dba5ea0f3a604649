"""The settings of lists: lead sources, loss reasons, objections, products."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bot.replies import Block, Modal
from bot.routes import (
    Action,
    AskMerge,
    EditProduct,
    EditWord,
    FindOtherObjection,
    RemoveWord,
    SaveMerge,
    SaveProduct,
    SaveWord,
    SearchProducts,
    Section,
    ShiftWord,
    ShowSection,
)
from bot.views import kit
from bot.views.deal_forms import currency_choices
from bot.views.forms import Form, Money, Percent, Search, Select, Text
from bot.views.settings import SECTIONS, Notice, Shown, back, pager, top
from bot.views.settings_fields import Switch
from core.administration.naming import NAME_MAX as WORD_MAX
from core.administration.products import SKU_MAX, ProductInput
from core.administration.removal import Moved
from core.administration.words import ORDERED, WordList
from core.i18n import Viewer
from core.normalise import NAME_MAX
from core.queries.administration import ProductItem, WordRow
from core.queries.records import Page

LISTS: Mapping[WordList, Section] = {
    WordList.SOURCES: Section.SOURCES,
    WordList.LOSS_REASONS: Section.LOSS_REASONS,
    WordList.OBJECTIONS: Section.OBJECTIONS,
}
WORDS_MAX = 100


def _name(name: str) -> str:
    return name


WORD_FORM: Form[str] = Form(_name, (Text("name", "Name", required=True, max_length=WORD_MAX),))


def _target(target: UUID | None = None) -> UUID | None:
    return target


MERGE_FORM: Form[UUID | None] = Form(
    _target, (Search("target", "Means the same as", required=True, lookup=FindOtherObjection, ids=True),)
)


def _words(words: str) -> str:
    return words


SEARCH_FORM: Form[str] = Form(
    _words, (Text("words", "Search", max_length=WORDS_MAX, placeholder="Part of a name or number"),)
)
PRODUCT_FORM: Form[ProductInput] = Form(
    ProductInput,
    (
        Text("name", "Name", required=True, max_length=NAME_MAX),
        Text("sku", "Article number", max_length=SKU_MAX),
        Money("unit_price", "Price", required=True, hint="For one piece, without tax."),
        Select("currency", "Currency", required=True),
        Percent("tax_percent", "Tax, in percent"),
        Switch("active", "Offered", text="Can be put on quotes"),
    ),
)


# -- words --------------------------------------------------------------------------------------------------------


def words_modal(which: WordList, page: Page[WordRow], notice: Notice, viewer: Viewer) -> Modal:
    """A page of a list of words."""
    section = LISTS[which]
    blocks: list[Block] = top(notice, section, viewer)
    for at, row in enumerate(page.rows):
        choices: list[tuple[str, Action]] = [(viewer.t("Rename"), EditWord(which, row.id))]
        if which in ORDERED and (at or page.page):
            choices.append((viewer.t("Move up"), ShiftWord(which, row.id, up=True, page=page.page)))
        if which in ORDERED and (page.has_more or at + 1 < len(page.rows)):
            choices.append((viewer.t("Move down"), ShiftWord(which, row.id, up=False, page=page.page)))
        if which is WordList.OBJECTIONS and (page.page or page.has_more or len(page.rows) > 1):
            choices.append((viewer.t("Merge into another"), AskMerge(row.id)))
        choices.append((viewer.t("Remove"), RemoveWord(which, row.id)))
        blocks.append(kit.section(kit.esc(row.name), kit.overflow(choices)))
    if not page.rows:
        blocks.append(kit.section(viewer.t("Nothing is on this list yet.")))
    blocks += [
        kit.actions(*pager(section, page, viewer), kit.button(viewer.t("Add"), EditWord(which))),
        kit.context(viewer.t("What is removed stays on the records that have it.")),
    ]
    return Modal(viewer.t(SECTIONS[section][0]), blocks, close=viewer.t("Close"))


def word_modal(route: SaveWord, name: str, shown: Shown, viewer: Viewer) -> Modal:
    """A word of a list, new or existing."""
    section = LISTS[route.which]
    return Modal(
        viewer.t(SECTIONS[section][0]),
        [
            *top(shown.notice, section, viewer),
            *WORD_FORM.blocks(viewer, {"name": name}, revision=shown.revision),
            kit.actions(back(section, viewer)),
        ],
        route,
        viewer.t("Add") if route.word_id is None else viewer.t("Save"),
        viewer.t("Close"),
    )


def merge_modal(word: WordRow, calls: int, shown: Shown, viewer: Viewer) -> Modal:
    """Which objection takes the place of one, and on how many calls."""
    text = viewer.nt(
        "*{name}* was heard on {n} call. The objection you choose takes its place there and where it is typed again.",
        "*{name}* was heard on {n} calls. The objection you choose takes its place there and where it is typed again.",
        calls,
        name=kit.esc(word.name),
    )
    return Modal(
        viewer.t("Merge objections"),
        [
            kit.section(text),
            *MERGE_FORM.blocks(viewer, {}, revision=shown.revision),
            kit.actions(back(Section.OBJECTIONS, viewer)),
        ],
        SaveMerge(word.id),
        viewer.t("Merge"),
        viewer.t("Close"),
    )


def merged_text(name: str, moved: Moved, viewer: Viewer) -> str:
    """An objection another one took the place of, or takes once the worker has changed the calls."""
    if moved.later:
        return viewer.t(
            "{n} calls with {name} are being changed. I show you how far it is in a direct message.",
            n=viewer.number(moved.later),
            name=kit.esc(name),
        )
    return viewer.nt(
        "{name} is merged; {n} call changed.",
        "{name} is merged; {n} calls changed.",
        moved.now,
        name=kit.esc(name),
    )


# -- products -----------------------------------------------------------------------------------------------------


def products_modal(page: Page[ProductItem], words: str, shown: Shown, viewer: Viewer) -> Modal:
    """A page of the products, with a search."""
    blocks: list[Block] = [
        *top(shown.notice, Section.PRODUCTS, viewer),
        *SEARCH_FORM.blocks(viewer, {"words": words}, revision=shown.revision),
    ]
    blocks += [_product_row(row, viewer) for row in page.rows]
    if not page.rows:
        text = viewer.t("No products yet.")
        if words:
            text = viewer.t("No product fits “{words}”.", words=kit.esc(words))
        blocks.append(kit.section(text))
    buttons = pager(Section.PRODUCTS, page, viewer, words)
    if words:
        buttons.append(kit.button(viewer.t("Show all"), ShowSection(Section.PRODUCTS)))
    blocks.append(kit.actions(*buttons, kit.button(viewer.t("Add product"), EditProduct())))
    return Modal(viewer.t("Products"), blocks, SearchProducts(), viewer.t("Search"), viewer.t("Close"))


def _product_row(row: ProductItem, viewer: Viewer) -> Block:
    facts = [viewer.money(row.unit_price, row.currency)]
    if row.tax_percent:
        facts.append(viewer.t("plus {tax} tax", tax=viewer.percent(row.tax_percent)))
    if row.sku:
        facts.append(kit.esc(row.sku))
    if not row.active:
        facts.append(f"_{viewer.t('not offered')}_")
    label = viewer.t("Edit {name}", name=row.name)
    return kit.section(
        f"*{kit.esc(row.name)}*\n{' · '.join(facts)}",
        kit.button(viewer.t("Edit"), EditProduct(row.id), label=label),
    )


def product_modal(
    route: SaveProduct,
    values: Mapping[str, Any],
    shown: Shown,
    viewer: Viewer,
) -> Modal:
    """A product, new or existing."""
    form = PRODUCT_FORM.with_choices(currency=currency_choices(str(values["currency"])))
    return Modal(
        viewer.t("Add product") if route.product_id is None else viewer.t("Edit product"),
        [
            *top(shown.notice, Section.PRODUCTS, viewer),
            *form.blocks(viewer, values, revision=shown.revision),
            kit.actions(back(Section.PRODUCTS, viewer)),
        ],
        route,
        viewer.t("Add") if route.product_id is None else viewer.t("Save"),
        viewer.t("Close"),
    )
