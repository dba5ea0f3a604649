"""Who may see and do what: the policy word by word, and both doors against it for every kind of record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest

from core import access
from core.access import POLICY, Power, Relation, Verb, load, load_any, permits, visible
from core.context import Ctx
from core.db import Database
from core.enums import Role, Visibility
from core.errors import DomainError, Forbidden, NotFound
from core.models import (
    Account,
    Activity,
    ActivityObjection,
    Contact,
    Deal,
    Lead,
    Member,
    Quote,
    QuoteLine,
    StageChange,
    TenantModel,
    WorkspaceRow,
)
from tests import factories
from tests.conftest import CtxFor
from tests.factories import (
    FixedClock,
    make_account,
    make_activity,
    make_contact,
    make_deal,
    make_lead,
    make_member,
    make_objection,
    make_quote,
    make_quote_line,
    put,
)

OWN, UNASSIGNED, REPORT, TEAM, MEANWHILE, OTHER = Relation
SAID: dict[tuple[Role, Visibility], set[Relation]] = {
    (Role.REP, Visibility.OWN): {OWN, UNASSIGNED, MEANWHILE},
    (Role.REP, Visibility.TEAM): {OWN, UNASSIGNED, REPORT, TEAM, MEANWHILE},
    (Role.REP, Visibility.ALL): set(Relation),
    (Role.MANAGER, Visibility.OWN): {OWN, UNASSIGNED, REPORT, MEANWHILE},
    (Role.MANAGER, Visibility.TEAM): {OWN, UNASSIGNED, REPORT, TEAM, MEANWHILE},
    (Role.MANAGER, Visibility.ALL): set(Relation),
    (Role.ADMIN, Visibility.OWN): set(Relation),
    (Role.ADMIN, Visibility.TEAM): set(Relation),
    (Role.ADMIN, Visibility.ALL): set(Relation),
}
"""Seeing, in the words of the product: reps their own and unassigned ones, managers their tree, admins all; a setting
widens what is seen."""
CHANGED: dict[Role, set[Relation]] = {
    Role.REP: {OWN, UNASSIGNED},
    Role.MANAGER: {OWN, UNASSIGNED, REPORT},
    Role.ADMIN: set(Relation),
}
"""Editing and giving away: no setting widens it."""
WORKED_ON = {role: given | {MEANWHILE} for role, given in CHANGED.items()}
"""Editing: also what belongs to somebody who is away, by who stands in for them; it is not theirs to give away."""


@pytest.mark.parametrize(("role", "visibility"), [*product(Role, Visibility)])
def test_the_policy_says_what_the_product_promises(role: Role, visibility: Visibility) -> None:
    for relation in Relation:
        assert permits(role, Verb.SEE, relation, visibility) is (relation in SAID[role, visibility])
        assert permits(role, Verb.EDIT, relation, visibility) is (relation in WORKED_ON[role])
        assert permits(role, Verb.ASSIGN, relation, visibility) is (relation in CHANGED[role])


def test_the_policy_has_a_line_for_everybody_and_nobody_edits_what_they_cannot_see() -> None:
    assert set(POLICY) == set(Role)
    assert all(set(verbs) == set(Verb) for verbs in POLICY.values())
    for role, verb, relation, visibility in product(Role, Verb, Relation, Visibility):
        assert not permits(role, verb, relation, visibility) or permits(role, Verb.SEE, relation, visibility)


# -- the doors ----------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)
Maker = Callable[[Ctx, Member | None], TenantModel]


def _activity_on_each(ctx: Ctx, owner: Member | None, kind: str) -> Activity:
    makers: dict[str, Callable[[], Lead | Account | Contact | Deal]] = {
        "lead": lambda: make_lead(ctx, owner=owner),
        "account": lambda: make_account(ctx, owner=owner),
        "contact": lambda: make_contact(ctx, owner=owner),
        "deal": lambda: make_deal(ctx, owner=owner),
    }
    return make_activity(ctx, makers[kind]())


def _stage_change(ctx: Ctx, owner: Member | None) -> StageChange:
    deal = make_deal(ctx, owner=owner)
    return put(ctx, StageChange(deal_id=deal.id, to_stage_id=deal.stage_id, at=ctx.now))


def _heard(ctx: Ctx, owner: Member | None) -> ActivityObjection:
    call = make_activity(ctx, make_lead(ctx, owner=owner))
    objection = make_objection(ctx, f"Objection {uuid4()}")
    return put(ctx, ActivityObjection(activity_id=call.id, objection_id=objection.id))


MAKERS: dict[str, Maker] = {
    "lead": lambda ctx, owner: make_lead(ctx, owner=owner),
    "account": lambda ctx, owner: make_account(ctx, owner=owner),
    "contact": lambda ctx, owner: make_contact(ctx, owner=owner),
    "deal": lambda ctx, owner: make_deal(ctx, owner=owner),
    "quote": lambda ctx, owner: make_quote(ctx, make_deal(ctx, owner=owner)),
    "quote line": lambda ctx, owner: make_quote_line(ctx, make_quote(ctx, make_deal(ctx, owner=owner))),
    "stage change": _stage_change,
    "activity on a lead": lambda ctx, owner: _activity_on_each(ctx, owner, "lead"),
    "activity on an account": lambda ctx, owner: _activity_on_each(ctx, owner, "account"),
    "activity on a contact": lambda ctx, owner: _activity_on_each(ctx, owner, "contact"),
    "activity on a deal": lambda ctx, owner: _activity_on_each(ctx, owner, "deal"),
    "objection heard": _heard,
}
"""Everything whose visibility comes from an owner: its own, or that of the record it belongs to."""


@dataclass(frozen=True)
class Around:
    """The actor, and a record of each kind for each relation an owner may have to them."""

    workspace_id: UUID
    me: Member
    records: dict[tuple[str, str], tuple[type[TenantModel], UUID]]
    """By kind and by whose it is."""


PEOPLE: dict[str, Relation] = {
    "me": OWN,
    "nobody": UNASSIGNED,
    "my report": REPORT,
    "my report's report": REPORT,
    "my manager": TEAM,
    "my peer": TEAM,
    "somebody else": OTHER,
    "my peer's report": OTHER,
    "my manager's manager": OTHER,
    "away, and I stand in": MEANWHILE,
    "here, and I would stand in": OTHER,
    "away later, and I shall stand in": OTHER,
    "away, and somebody else stands in": OTHER,
}


@pytest.fixture(scope="module")
def around(database: Database) -> Around:
    """Everybody and everything, for all tests here: they change nothing but how the actor sees."""
    workspace = factories.make_workspace(database, FixedClock())
    with factories.ctx_as(database, FixedClock(), workspace.id, None) as ctx:
        top = make_member(ctx, "Top")
        boss = make_member(ctx, "Boss", manager=top)
        me = make_member(ctx, "Me", manager=boss)
        peer = make_member(ctx, "Peer", manager=boss)
        report = make_member(ctx, "Report", manager=me)
        owners: dict[str, Member | None] = {
            "me": me,
            "nobody": None,
            "my report": report,
            "my report's report": make_member(ctx, "Deep", manager=report),
            "my manager": boss,
            "my peer": peer,
            "somebody else": make_member(ctx, "Else"),
            "my peer's report": make_member(ctx, "Below", manager=peer),
            "my manager's manager": top,
            "away, and I stand in": make_member(ctx, "Away", delegate_id=me.id, away_until=ctx.now.date()),
            "here, and I would stand in": make_member(ctx, "Here", delegate_id=me.id),
            "away later, and I shall stand in": make_member(
                ctx, "Later", delegate_id=me.id, away_from=ctx.now.date() + DAY, away_until=ctx.now.date() + DAY
            ),
            "away, and somebody else stands in": make_member(
                ctx, "Elsewhere", delegate_id=peer.id, away_until=ctx.now.date()
            ),
        }
        records = {}
        for (kind, make), (whose, owner) in product(MAKERS.items(), owners.items()):
            row = make(ctx, owner)
            records[kind, whose] = (type(row), row.id)
    return Around(workspace.id, me, records)


@contextmanager
def as_me(database: Database, around: Around, role: Role, visibility: Visibility) -> Iterator[Ctx]:
    """A transaction in which the actor has this role, in a workspace that widens sight so far."""
    with factories.ctx_as(database, FixedClock(), around.workspace_id, None) as ctx:
        ctx.session.merge(WorkspaceRow(workspace_id=around.workspace_id, visibility=visibility))
        ctx.session.get_one(Member, (around.workspace_id, around.me.id)).role = role
    with factories.ctx_as(database, FixedClock(), around.workspace_id, around.me.id) as ctx:
        yield ctx


@contextmanager
def outcome(said: list[str]) -> Iterator[None]:
    """Note how something ended: done, NotFound or Forbidden."""
    try:
        yield
        said.append("done")
    except DomainError as error:
        said.append(type(error).__name__)


def expected(role: Role, verb: Verb, relation: Relation, visibility: Visibility) -> str:
    if not permits(role, Verb.SEE, relation, visibility):
        return NotFound.__name__
    return "done" if permits(role, verb, relation, visibility) else Forbidden.__name__


@pytest.mark.parametrize(("role", "visibility"), [*product(Role, Visibility)])
def test_both_doors_agree_with_the_policy(
    database: Database, around: Around, role: Role, visibility: Visibility
) -> None:
    wrong: list[str] = []
    with as_me(database, around, role, visibility) as ctx:
        models = {model for model, _ in around.records.values()}
        listed = {model: set(ctx.session.scalars(visible(ctx, model).with_only_columns(model.id))) for model in models}
        for (kind, whose), (model, row_id) in around.records.items():
            relation = PEOPLE[whose]
            if (row_id in listed[model]) is not permits(role, Verb.SEE, relation, visibility):
                wrong.append(f"visible(): {kind} of {whose}")
            for verb, door in (*((verb, load) for verb in Verb), (Verb.EDIT, load_any)):
                said: list[str] = []
                with outcome(said):
                    door(ctx, model, row_id, verb)
                if said != [expected(role, verb, relation, visibility)]:
                    wrong.append(f"{door.__name__}({verb}): {kind} of {whose} was {said}")
    assert wrong == []


@pytest.mark.parametrize("model", [Lead, Account, Contact, Deal, Quote, QuoteLine, StageChange, Activity])
def test_what_does_not_exist_and_what_is_hidden_look_the_same(
    database: Database, around: Around, model: type[TenantModel]
) -> None:
    hidden = [
        row_id for (_, whose), (kind, row_id) in around.records.items() if kind is model and PEOPLE[whose] is OTHER
    ]
    with as_me(database, around, Role.REP, Visibility.OWN) as ctx:
        for verb, row_id in product(Verb, [*hidden, uuid4()]):
            with pytest.raises(NotFound) as refused:
                load(ctx, model, row_id, verb)
            assert (refused.value.code, refused.value.data) == ("not_found", {})


def test_what_was_taken_back_is_behind_one_door_only(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        ana = make_member(ctx)
        lead = make_lead(ctx, owner=ana, archived_at=ctx.now)
        call = make_activity(ctx, lead)
    with ctx_for(ana) as ctx:
        with pytest.raises(NotFound):
            load(ctx, Lead, lead.id, Verb.SEE)
        with pytest.raises(NotFound):
            load(ctx, Activity, call.id, Verb.SEE)
        assert load_any(ctx, Lead, lead.id).id == lead.id


def test_an_owner_who_manages_himself_in_a_circle_ends_the_search(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        one = make_member(ctx, "One", role=Role.MANAGER)
        two = make_member(ctx, "Two", role=Role.MANAGER, manager=one)
        one.manager_id = two.id
        lead = make_lead(ctx, owner=two)
    with ctx_for(one) as ctx:
        assert load(ctx, Lead, lead.id).id == lead.id


@pytest.mark.parametrize(("role", "power"), [*product(Role, Power)])
def test_powers_over_the_workspace_are_the_admins_and_some_the_managers_too(
    ctx_for: CtxFor, role: Role, power: Power
) -> None:
    allowed = role is Role.ADMIN or (role is Role.MANAGER and power in (Power.TRIAGE, Power.SET_TARGETS))
    with ctx_for() as ctx:
        me = make_member(ctx, role=role)
    with ctx_for(me) as ctx:
        said: list[str] = []
        with outcome(said):
            access.require_power(ctx, power)
        assert said == ["done" if allowed else "Forbidden"]
        assert access.has_power(ctx, power) is allowed
