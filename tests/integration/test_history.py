"""The history is written by the flush itself: everything tracked, nothing that did not change, nothing unsaid."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core import leads
from core.context import Workspace, new_id
from core.db import Database
from core.enums import LeadStatus
from core.history import Unrecorded
from core.leads import ConversionInput, LeadInput
from core.models import Base, Counter, History, Lead, Member, Tracked
from core.operations import operation
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_lead, make_member


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


def rows(ctx_for: CtxFor, entity: str = "lead") -> list[History]:
    """The history of one kind of record, oldest first."""
    with ctx_for() as ctx:
        return list(ctx.session.scalars(select(History).where(History.entity == entity).order_by(History.id)))


def test_a_creation_says_what_who_how_and_when(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    with ctx_for(ana, source="/lead new") as ctx:
        lead = leads.create(ctx, LeadInput("Lena", "Acme", owner=ana.slack_user_id))
        change_id = ctx.change_id
    (row,) = rows(ctx_for)
    assert (row.entity_id, row.action, row.version, row.undoes) == (lead.id, "create", 1, None)
    assert (row.actor_id, row.source, row.operation, row.at) == (ana.id, "/lead new", "lead.create", clock.now())
    assert row.change_id == change_id
    assert row.changes == {
        "name": [None, "Lena"],
        "company": [None, "Acme"],
        "status": [None, "new"],
        "owner_id": [None, str(ana.id)],
    }


def test_a_change_says_old_and_new_of_what_changed_and_nothing_else(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx, "Lena", company="Acme")
    with ctx_for(ana) as ctx:
        found = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        found.company, found.name, found.status = "Globex", "Lena", LeadStatus.QUALIFIED
    last = rows(ctx_for)[-1]
    assert (last.action, last.version) == ("update", 2)
    assert last.changes == {"company": ["Acme", "Globex"], "status": ["new", "qualified"]}


def test_the_dates_are_kept_by_the_flush_too(ctx_for: CtxFor, ana: Member, clock: FixedClock) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx)
    start = clock.now()
    later = clock.advance(hours=1)
    with ctx_for(ana) as ctx:
        ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).company = "Globex"
    with ctx_for() as ctx:
        found = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        assert (found.created_at, found.updated_at) == (start, later)


def test_no_change_is_no_history(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx, "Lena")
    with ctx_for(ana) as ctx:
        found = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
        found.name = "Lena"
        found.company = "Acme"
        found.company = ""
    assert [row.action for row in rows(ctx_for)] == ["create"]


def test_bookkeeping_columns_are_not_history(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx)
    with ctx_for(ana) as ctx:
        ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).last_touch_at = ctx.now
    assert [row.action for row in rows(ctx_for)] == ["create"]


def test_taking_back_and_bringing_back_have_names(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx)
    for archive in (True, False):
        with ctx_for(ana) as ctx:
            found = ctx.session.get_one(Lead, (lead.workspace_id, lead.id))
            found.archived_at = ctx.now if archive else None
    assert [(row.action, row.changes) for row in rows(ctx_for)[1:]] == [("archive", {}), ("restore", {})]


def test_the_operation_people_asked_for_names_all_it_did_and_makes_it_one_change(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = leads.create(ctx, LeadInput("Lena"))
    with ctx_for(ana) as ctx:
        leads.convert(ctx, lead.id, ConversionInput(None, "Acme", "Lena", "Acme", None, "EUR", None))
        change_id = ctx.change_id
    with ctx_for() as ctx:
        made = ctx.session.scalars(select(History).where(History.change_id == change_id)).all()
    assert {row.entity for row in made} == {"account", "contact", "deal", "stage_change", "lead"}
    assert {row.operation for row in made} == {"lead.convert"}


def test_an_operation_gives_its_name_back_when_it_fails(ctx_for: CtxFor, ana: Member) -> None:
    @operation("test.fails")
    def fail(_ctx: object) -> None:
        raise KeyError

    with ctx_for(ana) as ctx:
        with pytest.raises(KeyError):
            fail(ctx)
        assert ctx.operation == ""


def test_what_is_rolled_back_leaves_no_history(ctx_for: CtxFor, ana: Member) -> None:
    with pytest.raises(KeyError), ctx_for(ana) as ctx:  # noqa: PT012 - the block is what is tested
        make_lead(ctx)
        raise KeyError
    assert rows(ctx_for) == []


@pytest.mark.parametrize(
    "statement",
    [
        lambda: update(Lead).values(name="x"),
        lambda: delete(Lead),
        lambda: update(Lead.__table__).values(name="x"),  # type: ignore[arg-type]
        lambda: delete(Lead.__table__),  # type: ignore[arg-type]
        lambda: insert(Lead).values(id=new_id(), number=1, name="x"),
        lambda: insert(Lead.__table__).values(id=new_id(), number=1, name="x"),  # type: ignore[arg-type]
    ],
    ids=["update", "delete", "update of the table", "delete of the table", "insert", "insert into the table"],
)
def test_statements_that_would_pass_it_by_are_refused(
    ctx_for: CtxFor, ana: Member, statement: Callable[[], object]
) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Unrecorded):
        ctx.session.execute(statement())  # type: ignore[call-overload]


def test_statements_on_untracked_tables_are_not(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        ctx.session.execute(update(Counter).values(value=7))


def test_nothing_tracked_is_ever_deleted(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx)
    with pytest.raises(Unrecorded), ctx_for(ana) as ctx:
        ctx.session.delete(ctx.session.get_one(Lead, (lead.workspace_id, lead.id)))


def add_lead(session: Session, workspace_id: object) -> None:
    session.add(Lead(workspace_id=workspace_id, number=1, name="x", status=LeadStatus.NEW))


def change_lead(session: Session, workspace_id: object) -> None:
    session.scalars(select(Lead).where(Lead.workspace_id == workspace_id)).one().name = "y"


@pytest.mark.parametrize("write", [add_lead, change_lead])
def test_a_write_that_nobody_answers_for_is_refused(
    ctx_for: CtxFor, database: Database, workspace: Workspace, write: Callable[[Session, object], None]
) -> None:
    with ctx_for() as ctx:
        make_lead(ctx)
    with pytest.raises(Unrecorded), database.begin(workspace.id) as session:
        write(session, workspace.id)
    assert len(rows(ctx_for)) == 1


def test_every_tracked_model_tells_what_it_tracks_and_can_be_taken_back() -> None:
    tracked = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Tracked)]
    assert len({model.__entity__ for model in tracked}) == len(tracked)
    for model in tracked:
        assert model.__entity__
        columns = set(model.__table__.columns.keys())
        assert set(model.__tracked__) <= columns
        assert "archived_at" in columns


def test_an_id_is_there_before_the_flush(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        lead = make_lead(ctx)
    (row,) = rows(ctx_for)
    assert row.entity_id == lead.id
