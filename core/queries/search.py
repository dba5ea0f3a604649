"""Finding records by what people type: references, names, companies, mail addresses, phone numbers.

Every condition is an equality or a range in C order, so that an index serves it under row-level security. What that
does not find (a word in the middle of a name, the end of a telephone number) is looked for in the records changed last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import phonenumbers
from sqlalchemy import ColumnElement, Row, Select, String, Uuid, and_, bindparam, case, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from core import normalise
from core.access import Owned, visible
from core.context import Ctx
from core.enums import EntityType, LeadStatus
from core.errors import NotFound
from core.models import Account, Contact, Deal, Lead, Quote
from core.normalise import Unusable
from core.prepared import read
from core.refs import Ref, parse_ref, quote_ref

TOP = "\U0010ffff"
"""After every other character in C order: `>= x AND < x + TOP` is all that begins with x."""
LONGEST_QUERY = 200
ACCOUNTS_TRIED = 100
"""So many accounts of a name are looked into for their contacts and deals; who means another types on."""
LATEST = 5_000
"""Records of a kind, those changed last, that are looked through where the indexes find nothing."""
SIGNS = "'\u2019`.,:;-/&()[]<>_\"+@#!*"
"""What stands between the words of a name: O'Brien, X-1, (Lisbon)."""
_BLANKS = str.maketrans(SIGNS, " " * len(SIGNS))
SHORTEST_WITHIN = 2
"""Letters that may begin a word anywhere; a single one begins half of them."""
DIGITS_WITHIN = 5
"""So many digits may be the end of a telephone number; fewer are in half of them."""
NUMBERED: dict[EntityType, type[Owned]] = {
    EntityType.LEAD: Lead,
    EntityType.CONTACT: Contact,
    EntityType.ACCOUNT: Account,
    EntityType.DEAL: Deal,
}
SEARCHABLE = tuple(NUMBERED)


@dataclass(frozen=True)
class Hit:
    """A record in a list of mixed kinds; `detail` is its company or mail domain, or empty."""

    entity: EntityType
    id: UUID
    ref: str
    name: str
    detail: str = ""


@dataclass(frozen=True)
class _Asked:
    """What somebody searches for, read in every way it may be meant."""

    text: str
    words: tuple[str, ...]
    number: int | None
    email: str
    phones: tuple[str, ...]
    """Beginnings of numbers in E.164."""
    digits: str
    """What was typed without signs and a national zero, where it may be a telephone number."""


Searched = ColumnElement[str] | InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
_NAMES: dict[EntityType, tuple[Searched, ...]] = {
    EntityType.LEAD: (Lead.name_key, Lead.name_key_reversed),
    EntityType.CONTACT: (Contact.name_key, Contact.name_key_reversed),
    EntityType.ACCOUNT: (Account.name_key,),
    EntityType.DEAL: (Deal.name_key,),
}
_EMAILS: dict[EntityType, InstrumentedAttribute[str]] = {
    EntityType.LEAD: Lead.email,
    EntityType.CONTACT: Contact.email,
}
_PHONES: dict[EntityType, InstrumentedAttribute[str]] = {
    EntityType.LEAD: Lead.phone,
    EntityType.CONTACT: Contact.phone,
}
_OTHERS: dict[EntityType, tuple[Searched, ...]] = {
    EntityType.LEAD: (Lead.company_key, Lead.email),
    EntityType.CONTACT: (Contact.email,),
    EntityType.ACCOUNT: (Account.domain,),
    EntityType.DEAL: (),
}


def find_by_ref(ctx: Ctx, ref: Ref) -> tuple[EntityType, UUID] | None:
    """The record a reference names; None where there is none or the actor may not see it."""
    if ref.kind is EntityType.QUOTE:
        query = visible(ctx, Quote).where(Quote.year == ref.year, Quote.sequence == ref.number)
        found = ctx.session.scalar(query.with_only_columns(Quote.id))
        return None if found is None else (ref.kind, found)
    rows = read(ctx, _by_number, ref.kind, asked_number=ref.number)
    return (ref.kind, rows[0].id) if rows else None


def _by_number(ctx: Ctx, entity: EntityType) -> Select[UUID]:
    model = NUMBERED[entity]
    return visible(ctx, model).where(model.number == bindparam("asked_number")).with_only_columns(model.id)


def _by_id(ctx: Ctx, entity: EntityType) -> Select[UUID, int, str, str]:
    return rows_of(ctx, entity).where(NUMBERED[entity].id == bindparam("record_id", type_=Uuid()))


def hit_of(ctx: Ctx, entity: EntityType, record_id: UUID) -> Hit:
    """A record's name and reference. Raises NotFound."""
    if entity is EntityType.QUOTE:
        return _quote_hit(ctx, record_id)
    if entity not in NUMBERED:
        raise NotFound
    rows = read(ctx, _by_id, entity, record_id=record_id)
    if not rows:
        raise NotFound
    return hit(entity, rows[0].id, rows[0].number, rows[0].name, rows[0].detail)


def search(
    ctx: Ctx,
    words: str,
    entities: Iterable[EntityType] = SEARCHABLE,
    limit: int = 10,
    *,
    open_only: bool = False,
) -> list[Hit]:
    """Records the actor may see that the words may mean, best first: a reference or number, a whole mail address or
    phone number, the beginning of a name (given name or surname first), then company, beginnings of mail and phone,
    and several words in any order. Among equals open ones first, then the last changed. Where that is nothing, those
    that have the words, or words that begin so, or the digits anywhere.

    `open_only` leaves out converted leads and closed deals.
    """
    asked = _asked(ctx, words)
    if not asked.text:
        return []
    ref = parse_ref(words)
    if ref is not None:
        found = find_by_ref(ctx, ref)
        return [hit_of(ctx, *found)] if found and found[0] in (*entities, EntityType.QUOTE) else []
    kinds = tuple(entities)
    ranked = [one for entity in kinds for one in _indexed(ctx, entity, asked, limit, open_only=open_only)]
    if not ranked:
        ranked = [one for entity in kinds for one in _within(ctx, entity, asked, limit, open_only=open_only)]
    return [one.hit for one in sorted(ranked, key=lambda one: one.place)[:limit]]


@dataclass(frozen=True)
class _Ranked:
    """A hit and its place among those of all kinds: rank, closed, age."""

    place: tuple[int, bool, float]
    hit: Hit


def _indexed(ctx: Ctx, entity: EntityType, asked: _Asked, limit: int, *, open_only: bool) -> list[_Ranked]:
    rank, model, over = _rank(entity, asked), NUMBERED[entity], _is_over(entity)
    query = rows_of(ctx, entity).where(_matches(ctx, entity, asked), open_ones(entity) if open_only else true())
    query = query.add_columns(rank.label("rank"), over.label("over"), model.updated_at)
    found = ctx.session.execute(query.order_by(rank, over, model.updated_at.desc()).limit(limit))
    return [_ranked(entity, row, row.rank) for row in found]


def _within(ctx: Ctx, entity: EntityType, asked: _Asked, limit: int, *, open_only: bool) -> list[_Ranked]:
    """What has the words, or the digits in its telephone number, anywhere: of the records changed last."""
    over, within = _is_over(entity), _within_latest(ctx, entity, asked, open_only=open_only)
    if within is None:
        return []
    updated_at = NUMBERED[entity].updated_at
    query = rows_of(ctx, entity).where(within).add_columns(over.label("over"), updated_at)
    found = ctx.session.execute(query.order_by(over, updated_at.desc()).limit(limit))
    return [_ranked(entity, row, 0) for row in found]


def _within_latest(ctx: Ctx, entity: EntityType, asked: _Asked, *, open_only: bool) -> ColumnElement[bool] | None:
    """The condition of `_within`; None where too little was typed to look for it everywhere."""
    conditions = _anywhere(ctx, entity, asked)
    if not conditions:
        return None
    model = NUMBERED[entity]
    latest = visible(ctx, model).where(open_ones(entity) if open_only else true()).with_only_columns(model.id)
    latest = latest.order_by(model.updated_at.desc(), model.id.desc()).limit(LATEST)
    return and_(model.id.in_(latest), or_(*conditions))


def _anywhere(ctx: Ctx, entity: EntityType, asked: _Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if entity in _PHONES and len(asked.digits) >= DIGITS_WITHIN:
        conditions.append(_PHONES[entity].contains(asked.digits))
    phrases = [phrase for word in asked.words if (phrase := " ".join(word.translate(_BLANKS).split()))]
    if sum(map(len, phrases)) < SHORTEST_WITHIN:
        return conditions
    texts = func.concat_ws(" ", "", _NAMES[entity][0], *_OTHERS[entity][:1])
    spaced = func.translate(texts, SIGNS, " " * len(SIGNS), type_=String)
    conditions.append(and_(*(spaced.contains(f" {phrase}", autoescape=True) for phrase in phrases)))
    if entity in (EntityType.CONTACT, EntityType.DEAL):
        owner = Contact if entity is EntityType.CONTACT else Deal
        accounts = _within(ctx, EntityType.ACCOUNT, asked, ACCOUNTS_TRIED, open_only=False)
        conditions.append(owner.account_id.in_([one.hit.id for one in accounts]))
    return conditions


def _ranked(entity: EntityType, row: Row[*tuple[Any, ...]], rank: int) -> _Ranked:
    place = (rank, row.over, -row.updated_at.timestamp())
    return _Ranked(place, hit(entity, row.id, row.number, row.name, row.detail))


def recent(ctx: Ctx, entity: EntityType, limit: int = 10, *, open_only: bool = False) -> list[Hit]:
    """The actor's own records of a kind, last changed first; the newest they may see where they own none."""
    model = NUMBERED[entity]
    query = rows_of(ctx, entity)
    if open_only:
        query = query.where(open_ones(entity))
    own = query.where(model.owner_id == ctx.actor.member_id).order_by(model.updated_at.desc()).limit(limit)
    rows = ctx.session.execute(own).all() or ctx.session.execute(query.order_by(model.id.desc()).limit(limit)).all()
    return [hit(entity, row.id, row.number, row.name, row.detail) for row in rows]


def people_at(ctx: Ctx, account_id: UUID, words: str = "", limit: int = 10) -> list[Hit]:
    """The people of a company the actor may see, by name; with words those they may mean."""
    query = rows_of(ctx, EntityType.CONTACT).where(Contact.account_id == account_id)
    if words.strip():
        query = query.where(matching(ctx, EntityType.CONTACT, words))
    rows = ctx.session.execute(query.order_by(Contact.name_key, Contact.id).limit(limit))
    return [hit(EntityType.CONTACT, row.id, row.number, row.name, row.detail) for row in rows]


def matching(ctx: Ctx, entity: EntityType, words: str, among: Select[Any] | None = None) -> ColumnElement[bool]:
    """Whether a record may be meant by the words, in any way `search` knows; `among`: a list as it is without them."""
    ref, asked, model = parse_ref(words), _asked(ctx, words), NUMBERED[entity]
    if ref is not None and ref.kind is entity:
        return model.number.in_([ref.number])
    if not asked.text:
        return true()
    begins_so, listed = _matches(ctx, entity, asked), visible(ctx, model) if among is None else among
    if ctx.session.scalar(listed.where(begins_so).with_only_columns(model.id).limit(1)) is not None:
        return begins_so
    within = _within_latest(ctx, entity, asked, open_only=False)
    return begins_so if within is None else within


# -- what was asked -----------------------------------------------------------------------------------------------


def _asked(ctx: Ctx, words: str) -> _Asked:
    text = normalise.name_text(words[:LONGEST_QUERY]).lower()
    bare = text.lstrip("#")
    number = int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= 9 else None
    email = text if "@" in text else ""
    phones = _phones(text, ctx.workspace.country)
    return _Asked(text, tuple(text.split()), number, email, phones, _digits(text).lstrip("0") if phones else "")


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit() and character.isascii())


def _phones(text: str, country: str) -> tuple[str, ...]:
    """The E.164 beginnings that typed digits may stand for: as typed, and as a national number of the country."""
    digits = _digits(text)
    if len(digits) < 3 or any(character.isalpha() for character in text):
        return ()
    if text.startswith("+"):
        return (f"+{digits}",)
    if text.startswith("00"):
        return (f"+{digits[2:]}",)
    try:
        return (normalise.phone(text, country), f"+{digits}")
    except Unusable:
        code = phonenumbers.country_code_for_region(country)
        return (f"+{code}{digits.removeprefix('0')}", f"+{digits}")


# -- the statements -----------------------------------------------------------------------------------------------


def rows_of(ctx: Ctx, entity: EntityType) -> Select[UUID, int, str, str]:
    """The records of a kind the actor may see: id, number, name and detail, which is the company or its domain."""
    model = NUMBERED[entity]
    return visible(ctx, model).with_only_columns(model.id, model.number, model.name, _detail(entity).label("detail"))


def _detail(entity: EntityType) -> ColumnElement[str]:
    if entity is EntityType.LEAD:
        return func.coalesce(Lead.company, "")
    if entity is EntityType.ACCOUNT:
        return func.coalesce(Account.domain, "")
    owner = Contact if entity is EntityType.CONTACT else Deal
    name = select(Account.name).where(Account.workspace_id == owner.workspace_id, Account.id == owner.account_id)
    return func.coalesce(name.correlate(owner).scalar_subquery(), "")


def _matches(ctx: Ctx, entity: EntityType, asked: _Asked) -> ColumnElement[bool]:
    return or_(_exactly(entity, asked), _named(entity, asked), _otherwise(ctx, entity, asked))


def _rank(entity: EntityType, asked: _Asked) -> ColumnElement[int]:
    return case((_exactly(entity, asked), 0), (_named(entity, asked), 1), else_=2)


def _exactly(entity: EntityType, asked: _Asked) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [false()]
    if asked.number is not None:
        model = NUMBERED[entity]
        conditions.append(model.number.in_([asked.number]))
    if asked.email and entity in _EMAILS:
        conditions.append(_EMAILS[entity] == asked.email)
    if asked.phones and entity in _PHONES:
        conditions.append(_PHONES[entity].in_(asked.phones))
    return or_(*conditions)


def _named(entity: EntityType, asked: _Asked) -> ColumnElement[bool]:
    return or_(*(begins(column, asked.text) for column in _NAMES[entity]))


def _otherwise(ctx: Ctx, entity: EntityType, asked: _Asked) -> ColumnElement[bool]:
    conditions = [begins(column, asked.text) for column in _OTHERS[entity]]
    if entity in _PHONES:
        conditions += [begins(_PHONES[entity], beginning) for beginning in asked.phones]
    if entity in (EntityType.CONTACT, EntityType.DEAL):
        owner = Contact if entity is EntityType.CONTACT else Deal
        conditions.append(owner.account_id.in_(_accounts_named(ctx, asked.text)))
    if len(asked.words) > 1:
        conditions.append(_all_words((*_NAMES[entity], *_OTHERS[entity]), asked.words))
    return or_(false(), *conditions)


def _accounts_named(ctx: Ctx, beginning: str) -> list[UUID]:
    """Accounts whose name begins like this. Their ids are read first: a subquery beside the other conditions would
    keep PostgreSQL from using any index for them.
    """
    query = visible(ctx, Account).where(begins(Account.name_key, beginning)).order_by(Account.name_key)
    return list(ctx.session.scalars(query.with_only_columns(Account.id).limit(ACCOUNTS_TRIED)))


def _all_words(columns: Sequence[Searched], words: Sequence[str]) -> ColumnElement[bool]:
    """Something begins with the first word (that is what the index finds), and the others are somewhere in it all."""
    everything = func.concat_ws(" ", *columns, type_=String)
    first, *rest = words
    return and_(
        or_(*(begins(column, first) for column in columns)),
        *(everything.contains(word, autoescape=True) for word in rest),
    )


def begins(column: Searched, beginning: str) -> ColumnElement[bool]:
    """Whether a lower-case column in C order begins with a text: a range, which an index serves under row security."""
    return and_(column >= beginning, column < beginning + TOP)


def _is_over(entity: EntityType) -> ColumnElement[bool]:
    """Whether a record stands behind those that are open."""
    return case((open_ones(entity), False), else_=True)


def open_ones(entity: EntityType) -> ColumnElement[bool]:
    """The condition that leaves out converted leads and closed deals."""
    if entity is EntityType.LEAD:
        return Lead.status != LeadStatus.CONVERTED
    if entity is EntityType.DEAL:
        return Deal.closed_at.is_(None)
    return true()


def hit(entity: EntityType, record_id: UUID, number: int, name: str, detail: str) -> Hit:
    """A row of `rows_of` as a hit."""
    return Hit(entity, record_id, str(Ref(entity, number)), name, detail)


def _quote_hit(ctx: Ctx, quote_id: UUID) -> Hit:
    query = (
        visible(ctx, Quote)
        .join(Deal, (Deal.workspace_id == Quote.workspace_id) & (Deal.id == Quote.deal_id))
        .where(Quote.id == quote_id)
        .with_only_columns(Quote.year, Quote.sequence, Deal.name)
    )
    row = ctx.session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    return Hit(EntityType.QUOTE, quote_id, quote_ref(row.year, row.sequence), row.name)
