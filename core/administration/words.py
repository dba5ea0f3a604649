"""The admin's lists of words: lead sources, loss reasons, objections.

A word that is removed disappears from the forms and stays on the records that have it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import func, select

from core.access import Power, require_power, visible
from core.administration.naming import exchange, refuse_taken, still_there, take_turn, to_revive, usable
from core.conflicts import refuse_changed
from core.context import Ctx
from core.errors import Conflict, NotFound
from core.models import LeadSource, LossReason, Objection
from core.operations import operation

Word = LeadSource | LossReason | Objection


class WordList(StrEnum):
    """Which list."""

    SOURCES = "lead_source"
    LOSS_REASONS = "loss_reason"
    OBJECTIONS = "objection"


MODELS: Mapping[WordList, type[Word]] = MappingProxyType(
    {WordList.SOURCES: LeadSource, WordList.LOSS_REASONS: LossReason, WordList.OBJECTIONS: Objection}
)

ORDERED: Mapping[WordList, type[LeadSource | LossReason]] = MappingProxyType(
    {WordList.SOURCES: LeadSource, WordList.LOSS_REASONS: LossReason}
)
"""Lists that are shown in the order the admin gives them; objections are searched, and stand by the alphabet."""


@operation("word.add")
def add(ctx: Ctx, which: WordList, name: str) -> Word:
    """A new word at the end of a list; one that was removed comes back. Raises Invalid, Forbidden."""
    require_power(ctx, Power.CONFIGURE)
    text = usable(name)
    model = MODELS[which]
    take_turn(ctx, model)
    found: Word | None = to_revive(ctx, model, text)
    word = found or model(name=text)
    _place(ctx, word)
    if found is None:
        ctx.add(word)
    return word


@operation("word.rename")
def rename(ctx: Ctx, which: WordList, word_id: UUID, name: str, seen: UUID | None) -> Word:
    """Give a word another name, everywhere it is used. `seen` is the last change the form knew.

    Raises Invalid, NotFound, Forbidden, Conflict("edited_meanwhile").
    """
    require_power(ctx, Power.CONFIGURE)
    text = usable(name)
    take_turn(ctx, MODELS[which])
    word = still_there(ctx, MODELS[which], word_id)
    refuse_changed(ctx, word, seen, ("name",))
    refuse_taken(ctx, word, text)
    if isinstance(word, Objection):
        # Both at once: the table checks that they agree.
        word.name_key, word.name = _key(ctx, text), text
    else:
        word.name = text
    return word


@operation("word.remove")
def remove(ctx: Ctx, which: WordList, word_id: UUID) -> Word:
    """Take a word off its list. Raises NotFound, Forbidden, Conflict("last_loss_reason")."""
    require_power(ctx, Power.CONFIGURE)
    take_turn(ctx, MODELS[which])
    word = still_there(ctx, MODELS[which], word_id)
    if isinstance(word, LossReason) and not _another_reason(ctx, word.id):
        # Whoever loses a deal has to say why.
        raise Conflict("last_loss_reason")
    word.archived_at = ctx.now
    return word


@operation("word.shift")
def shift(ctx: Ctx, which: WordList, word_id: UUID, *, up: bool) -> Word:
    """Exchange a word with its neighbour; the first and last stay put. Objections have no order of their own.

    Raises NotFound, Forbidden.
    """
    require_power(ctx, Power.CONFIGURE)
    model = ORDERED.get(which)
    if model is None:
        raise NotFound
    take_turn(ctx, model)
    word = still_there(ctx, model, word_id)
    query = visible(ctx, model).order_by(model.position, model.name, model.id)
    exchange(list(ctx.session.scalars(query.with_for_update().execution_options(populate_existing=True))), word, up=up)
    return word


def _another_reason(ctx: Ctx, reason_id: UUID) -> bool:
    query = visible(ctx, LossReason).where(LossReason.id != reason_id).with_only_columns(LossReason.id).limit(1)
    return ctx.session.scalar(query) is not None


def _place(ctx: Ctx, word: Word) -> None:
    """Objections have no order of their own, but a key; the others stand where they were added."""
    if isinstance(word, Objection):
        word.name_key = _key(ctx, word.name)
        return
    model = type(word)
    last = ctx.session.scalar(
        visible(ctx, model).where(model.id != word.id).with_only_columns(func.max(model.position))
    )
    word.position = 0 if last is None else last + 1


def _key(ctx: Ctx, name: str) -> str:
    """The name in lower case as PostgreSQL writes it: the table checks that the two agree."""
    key: str = ctx.session.execute(select(func.lower(name))).scalar_one()
    return key
