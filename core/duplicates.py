"""Is this person or company here already? Asked while a lead is typed and again when it is saved.

Exact: the same mail address, the same telephone number, or the same name at the same company.
Similar: candidates share the beginning of a name, and rapidfuzz decides:
- people: token_sort_ratio of at least 85, so the order of names does not matter (Jon and John Smith are 95, Max Müller
  and Max Mueller 86, Lena Fischer and Lena Fischman 80);
- companies: ratio of at least 90 without legal forms (GmbH, Inc), one name beginning the other (Acme, Acme Robotics),
  or the domain of the mail address.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from core import normalise
from core.access import visible
from core.context import Ctx
from core.enums import EntityType
from core.models import Account, Contact, Lead
from core.normalise import Unusable
from core.prepared import read
from core.refs import account_ref, contact_ref, lead_ref

PERSON_SIMILAR = 85
COMPANY_SIMILAR = 90
SHOWN_MAX = 3
PREFIX = 3
"""Letters that two names must begin with alike to be compared at all; fewer would compare with half the table."""
CANDIDATES_MAX = 200
TOP = "\U0010ffff"
_LEGAL_FORMS = re.compile(
    r"[\s,]+(?:gmbh(?:\s*&\s*co\.?\s*kg)?|ag|kg|ug|se|inc|ltd|limited|llc|llp|plc|corp|corporation|company|co|sa|sas|"
    r"sarl|srl|spa|s\.p\.a|bv|b\.v|nv|oy|ab|as|aps|lda|pty|e\.v)\.?$",
    re.IGNORECASE,
)


class Likeness(StrEnum):
    """What two records have in common, strongest first."""

    EMAIL = "email"
    PHONE = "phone"
    SAME_NAME = "same_name"
    NAME = "name"
    COMPANY = "company"


EXACT = frozenset({Likeness.EMAIL, Likeness.PHONE, Likeness.SAME_NAME})
_ORDER = tuple(Likeness)


@dataclass(frozen=True)
class Match:
    """A record that may be the same; `detail` is its company or mail address."""

    entity: EntityType
    id: UUID
    ref: str
    name: str
    detail: str
    likeness: Likeness
    score: float = 100.0
    """Similarity, 0 to 100 (rapidfuzz)."""

    @property
    def exact(self) -> bool:
        """Whether it is worth stopping for."""
        return self.likeness in EXACT


@dataclass(frozen=True)
class _Asked:
    name: str
    company: str
    email: str
    phone: str


def matches(ctx: Ctx, name: str, company: str, email: str, phone: str) -> list[Match]:
    """At most three records the actor may see that may be the same person or company, likeliest first.

    Takes what is being typed: an unfinished address or number counts as none. A person whose company is also known
    is shown before the company.
    """
    asked = _Asked(
        normalise.name_text(name).lower(),
        normalise.name_text(company).lower(),
        _email(email),
        _phone(phone, ctx.workspace.country),
    )
    found: dict[UUID, Match] = {}
    for match in (*_leads(ctx, asked), *_contacts(ctx, asked), *_accounts(ctx, asked)):
        known = found.get(match.id)
        if known is None or _rank(match) < _rank(known):
            found[match.id] = match
    return sorted(found.values(), key=_rank)[:SHOWN_MAX]


def keys(name: str, company: str, email: str, phone: str) -> list[str]:
    """What two leads of the same person have in common, for taking turns (core.locks). Values are normalised."""
    made = [f"lead:{kind}:{value}" for kind, value in (("email", email), ("phone", phone)) if value]
    if name and company:
        made.append(f"lead:name:{name.lower()}|{bare_company(company)}")
    return made


def bare_company(name: str) -> str:
    """A company's name in lower case without its legal form: `Acme GmbH & Co. KG` is `acme`."""
    plain = name.strip().lower()
    return _LEGAL_FORMS.sub("", plain).strip(" ,.") or plain


def similar_accounts(ctx: Ctx, company: str, email: str) -> list[Match]:
    """Accounts of about this name, or with the mail address's domain, likeliest first."""
    asked = _Asked("", normalise.name_text(company).lower(), _email(email), "")
    return sorted(_accounts(ctx, asked), key=_rank)[:SHOWN_MAX]


def _rank(match: Match) -> tuple[int, float, str]:
    return (_ORDER.index(match.likeness), -match.score, str(match.id))


def _email(text: str) -> str:
    try:
        return normalise.email(text) if text.strip() else ""
    except Unusable:
        return ""


def _phone(text: str, region: str) -> str:
    try:
        return normalise.phone(text, region) if text.strip() else ""
    except Unusable:
        return ""


def _leads(ctx: Ctx, asked: _Asked) -> list[Match]:
    found = (_person(asked, EntityType.LEAD, lead_ref(row.number), row) for row in _people(ctx, Lead, asked))
    return [match for match in found if match is not None]


def _contacts(ctx: Ctx, asked: _Asked) -> list[Match]:
    found = (_person(asked, EntityType.CONTACT, contact_ref(row.number), row) for row in _people(ctx, Contact, asked))
    return [match for match in found if match is not None]


def _people(ctx: Ctx, model: type[Lead | Contact], asked: _Asked) -> Sequence[Row[*tuple[Any, ...]]]:
    """Candidates: who has the address or the number, and whose first or last name begins alike."""
    starts = [word[:PREFIX] for word in dict.fromkeys(_ends(asked.name)) if len(word) >= PREFIX]
    same = {name: value for name, value in (("email", asked.email), ("phone", asked.phone)) if value}
    if not same and not starts:
        return []
    ranges = {f"from_{at}": start for at, start in enumerate(starts)}
    ranges |= {f"up_to_{at}": start + TOP for at, start in enumerate(starts)}
    return read(ctx, _candidates, model, tuple(same), len(starts), **same, **ranges)


def _candidates(ctx: Ctx, model: type[Lead | Contact], same: tuple[str, ...], starts: int) -> Select[*tuple[Any, ...]]:
    """People with the same values in some columns, or with a name in one of the ranges `from_0` to `up_to_0` and on."""
    equal = [getattr(model, name) == bindparam(name) for name in same]
    begins = [
        and_(column >= bindparam(f"from_{at}"), column < bindparam(f"up_to_{at}"))
        for at in range(starts)
        for column in (model.name_key, model.name_key_reversed)
    ]
    first = or_(*equal).desc() if equal else model.number.desc()
    query = _lead_rows(ctx) if model is Lead else _contact_rows(ctx)
    return query.where(or_(*equal, *begins)).order_by(first, model.number.desc()).limit(CANDIDATES_MAX)


def _lead_rows(ctx: Ctx) -> Select[*tuple[Any, ...]]:
    return visible(ctx, Lead).with_only_columns(
        Lead.id, Lead.number, Lead.name, Lead.company.label("company"), Lead.email, Lead.phone
    )


def _contact_rows(ctx: Ctx) -> Select[*tuple[Any, ...]]:
    # The employer is named only where the actor may see the account itself.
    seen = visible(ctx, Account).with_only_columns(Account.id, Account.name).subquery()
    return (
        visible(ctx, Contact)
        .outerjoin(seen, seen.c.id == Contact.account_id)
        .with_only_columns(
            Contact.id,
            Contact.number,
            Contact.name,
            func.coalesce(seen.c.name, "").label("company"),
            Contact.email,
            Contact.phone,
        )
    )


def _ends(name: str) -> tuple[str, ...]:
    words = name.split()
    return (words[0], words[-1]) if words else ()


def _begins(column: InstrumentedAttribute[str | None], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + TOP)


def _person(asked: _Asked, entity: EntityType, ref: str, row: Row[*tuple[Any, ...]]) -> Match | None:
    score = fuzz.token_sort_ratio(asked.name, row.name.lower()) if asked.name else 0.0
    company = bool(asked.company) and bare_company(row.company) == bare_company(asked.company)
    if asked.email and row.email == asked.email:
        likeness = Likeness.EMAIL
    elif asked.phone and row.phone == asked.phone:
        likeness = Likeness.PHONE
    elif score == 100.0 and company:
        likeness = Likeness.SAME_NAME
    elif score >= PERSON_SIMILAR:
        likeness = Likeness.NAME
    else:
        return None
    return Match(entity, row.id, ref, row.name, row.company or row.email, likeness, score)


def _accounts(ctx: Ctx, asked: _Asked) -> list[Match]:
    """Companies: by name, by telephone number, by the domain of the mail address."""
    bare = bare_company(asked.company)
    domain = normalise.company_domain(asked.email)
    same = [Account.phone == asked.phone] if asked.phone else []
    same += [Account.domain == domain] if domain else []
    begins = [_begins(Account.name_key, bare[:PREFIX])] if len(bare) >= PREFIX else []
    if not same and not begins:
        return []
    columns = (Account.id, Account.number, Account.name, Account.domain, Account.phone)
    query = visible(ctx, Account).with_only_columns(*columns).where(or_(*same, *begins))
    first = or_(*same).desc() if same else Account.number.desc()
    rows = ctx.session.execute(query.order_by(first, Account.number.desc()).limit(CANDIDATES_MAX))
    found = (_company(asked, bare, domain, row) for row in rows)
    return [match for match in found if match is not None]


def _company(asked: _Asked, bare: str, domain: str, row: Row[*tuple[Any, ...]]) -> Match | None:
    score = _company_score(bare, bare_company(row.name)) if bare else 0.0
    if asked.phone and row.phone == asked.phone:
        likeness = Likeness.PHONE
    elif score >= COMPANY_SIMILAR or (domain and row.domain == domain):
        likeness = Likeness.COMPANY
    else:
        return None
    return Match(EntityType.ACCOUNT, row.id, account_ref(row.number), row.name, row.domain, likeness, score)


def _company_score(one: str, other: str) -> float:
    if one.startswith(f"{other} ") or other.startswith(f"{one} "):
        return float(COMPANY_SIMILAR)
    return fuzz.ratio(one, other)
