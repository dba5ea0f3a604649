"""The people around the actor: who reports to them, who shares their manager, whom they stand in for.

Nearly every question a rep or a manager asks depends on it, so it is one statement, built once.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Date, Text, Uuid, bindparam, literal, null, select, union_all
from sqlalchemy.orm import aliased

from core import away
from core.context import Ctx
from core.models import Member
from core.params import here


@dataclass(frozen=True)
class Scope:
    """The people around the actor, by relation."""

    reports: frozenset[UUID]
    team: frozenset[UUID]
    absent: frozenset[UUID]
    """Those whom the actor stands in for now."""


NOBODY = Scope(frozenset(), frozenset(), frozenset())
_REPORT, _TEAM, _STOOD_IN_FOR = 0, 1, 2


def scope(ctx: Ctx) -> Scope:
    """The actor's reports (whole tree below), team, and who is away, read once per transaction."""
    cached = ctx.session.info.get("scope")
    if isinstance(cached, Scope):
        return cached
    found = NOBODY if ctx.actor.member_id is None else _read(ctx)
    ctx.session.info["scope"] = found
    return found


def _read(ctx: Ctx) -> Scope:
    ctx.session.flush()  # as a read through the session does: what was changed is seen
    people: tuple[set[UUID], set[UUID], set[UUID]] = (set(), set(), set())
    values = {"here": ctx.workspace.id, "me": ctx.actor.member_id}
    for relation, member_id, manager_id, tz, *dates in ctx.session.connection().execute(_AROUND, values):
        if relation != _STOOD_IN_FOR or away.last_day(away.today_in(tz, ctx.now), *dates) is not None:
            people[relation].add(member_id)
        if manager_id is not None:
            people[relation].add(manager_id)
    return Scope(*map(frozenset, people))


def _around() -> CompoundSelect[*tuple[Any, ...]]:
    inside = Member.workspace_id == here()
    me = bindparam("me", type_=Uuid())
    tree = select(Member.id).where(inside, Member.manager_id == me).cte("tree", recursive=True)
    tree = tree.union(select(Member.id).where(inside, Member.manager_id == tree.c.id))
    mine = aliased(Member)
    manager = select(mine.manager_id).where(mine.workspace_id == here(), mine.id == me)
    nobody, nowhere = null().cast(Uuid), null().cast(Text)
    never = (null().cast(Date), null().cast(Date), null().cast(Date))
    return union_all(
        select(literal(_REPORT), tree.c.id, nobody, nowhere, *never),
        select(literal(_TEAM), Member.id, Member.manager_id, nowhere, *never).where(
            inside, Member.manager_id == manager.scalar_subquery()
        ),
        select(literal(_STOOD_IN_FOR), Member.id, nobody, Member.tz, *away.DATES).where(
            inside, Member.delegate_id == me, Member.active, away.said()
        ),
    )


_AROUND = _around()
