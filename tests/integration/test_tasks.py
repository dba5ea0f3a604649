"""Tasks and notes on real PostgreSQL: who may make, do and see them."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import tasks, undo
from core.enums import ActivityKind, EntityType, Role, Visibility
from core.errors import Forbidden, Invalid, NotFound
from core.events import TaskGiven
from core.models import Activity, Lead, Member, Outbox, WorkspaceRow
from core.queries import tasks as queries
from core.queries.day import tasks_due
from core.queries.records import card_after
from core.tasks import NoteInput, TaskInput
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_lead, make_member, put
from tests.together import at_once

TODAY = date(2026, 3, 16)
LINK = "https://northwind.slack.com/archives/C1/p1773651600000100"


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


@pytest.fixture
def lead(ctx_for: CtxFor, ana: Member) -> Lead:
    with ctx_for() as ctx:
        return make_lead(ctx, owner=ana)


def planned(ctx_for: CtxFor, by: Member, lead: Lead, subject: str = "Send the deck", **over: object) -> UUID:
    with ctx_for(by) as ctx:
        return tasks.create(ctx, "lead", lead.id, TaskInput(subject, **over)).id  # type: ignore[arg-type]


def open_to_all(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        ctx.session.get_one(WorkspaceRow, ctx.workspace.id).visibility = Visibility.ALL


def test_a_task_is_ones_own_unless_somebody_is_named(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    task_id = planned(ctx_for, ana, lead, due_on=TODAY, link=LINK)
    with ctx_for(ana) as ctx:
        (row,) = queries.due_tasks(ctx, TODAY).rows
        assert (row.id, row.subject, row.due_on, row.link, row.record.id) == (
            task_id,
            "Send the deck",
            TODAY,
            LINK,
            lead.id,
        )
        assert queries.due_tasks(ctx, TODAY - timedelta(days=1)).rows == ()


def test_done_open_again_and_put_off(ctx_for: CtxFor, clock: FixedClock, ana: Member, lead: Lead) -> None:
    task_id = planned(ctx_for, ana, lead)
    with ctx_for(ana) as ctx:
        tasks.done(ctx, task_id)
    first = clock.now()
    clock.advance(hours=1)
    with ctx_for(ana) as ctx:
        assert tasks.done(ctx, task_id).done_at == first, "a second click changes nothing"
        assert queries.open_tasks(ctx).rows == ()
    with ctx_for(ana) as ctx:
        tasks.reopen(ctx, task_id)
        tasks.snooze(ctx, task_id, TODAY + timedelta(days=7))
    with ctx_for(ana) as ctx:
        assert queries.open_tasks(ctx).rows[0].due_on == TODAY + timedelta(days=7)


def test_each_step_is_undone(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        task_id = tasks.create(ctx, "lead", lead.id, TaskInput("Send the deck")).id
        made = ctx.change_id
    with ctx_for(ana) as ctx:
        tasks.done(ctx, task_id)
        finished = ctx.change_id
    with ctx_for(ana) as ctx:
        undo.undo(ctx, finished)
    with ctx_for(ana) as ctx:
        assert not queries.task_row(ctx, task_id).done
        undo.undo(ctx, made)
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        queries.task_row(ctx, task_id)


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        (TaskInput("  "), "subject", "required"),
        (TaskInput("x" * 301), "subject", "too_long"),
        (TaskInput("Late", TODAY - timedelta(days=1)), "due_on", "date_past"),
    ],
)
def test_what_cannot_be_planned(
    ctx_for: CtxFor, ana: Member, lead: Lead, values: TaskInput, field: str, code: str
) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        tasks.create(ctx, "lead", lead.id, values)
    assert refused.value.fields == {field: code}


def test_only_on_records_one_may_change(ctx_for: CtxFor, ben: Member, lead: Lead) -> None:
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        tasks.create(ctx, "lead", lead.id, TaskInput("Peek"))
    open_to_all(ctx_for)
    with ctx_for(ben) as ctx, pytest.raises(Forbidden):
        tasks.create(ctx, "lead", lead.id, TaskInput("Meddle"))
    with ctx_for(ben) as ctx, pytest.raises(Invalid):
        tasks.create(ctx, EntityType.QUOTE, lead.id, TaskInput("Wrong kind"))


def test_whoever_has_to_do_it_may_although_the_record_is_not_theirs(
    ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead
) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Invalid) as refused:
        tasks.create(ctx, "lead", lead.id, TaskInput("Call", assignee=ben.slack_user_id))
    assert refused.value.fields == {"assignee": "record_hidden_from_them"}
    open_to_all(ctx_for)
    task_id = planned(ctx_for, ana, lead, assignee=ben.slack_user_id)
    with ctx_for() as ctx:
        carla = make_member(ctx, "Carla Ruiz")
    with ctx_for(carla) as ctx, pytest.raises(Forbidden):
        tasks.done(ctx, task_id)
    with ctx_for(ben) as ctx:
        tasks.done(ctx, task_id)
    with ctx_for(ana) as ctx:
        assert queries.task_row(ctx, task_id).done
        tasks.assign(ctx, task_id, carla.slack_user_id)
    with ctx_for(ben) as ctx, pytest.raises(Forbidden):
        tasks.reopen(ctx, task_id)


def test_a_manager_gives_a_task_without_losing_their_own_sight(ctx_for: CtxFor, lead: Lead, ana: Member) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira Brandt", role=Role.MANAGER)
        ctx.session.get_one(Member, (ana.workspace_id, ana.id)).manager_id = mira.id
    with ctx_for(mira) as ctx:
        task_id = tasks.create(ctx, "lead", lead.id, TaskInput("Call", assignee=ana.slack_user_id)).id
        assert queries.task_row(ctx, task_id).owner == ana.slack_user_id


def test_two_who_finish_it_at_once(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    task_id = planned(ctx_for, ana, lead)

    def finish() -> None:
        with ctx_for(ana) as ctx:
            tasks.done(ctx, task_id)

    at_once(finish, finish)
    with ctx_for(ana) as ctx:
        assert queries.task_row(ctx, task_id).done


def test_a_task_on_no_record_is_between_two_people_and_their_managers(
    ctx_for: CtxFor, ana: Member, ben: Member
) -> None:
    with ctx_for() as ctx:
        mira = make_member(ctx, "Mira Brandt", role=Role.MANAGER)
        ctx.session.get_one(Member, (ana.workspace_id, ana.id)).manager_id = mira.id
        carla = make_member(ctx, "Carla Ruiz")
        other_manager = make_member(ctx, "Otto", role=Role.MANAGER)
    open_to_all(ctx_for)
    with ctx_for(ana) as ctx:
        task_id = tasks.create(ctx, "", None, TaskInput("Book the room", TODAY, ben.slack_user_id)).id
    for reader in (ana, ben, mira):
        with ctx_for(reader) as ctx:
            row = queries.task_row(ctx, task_id)
            assert (row.record, row.owner, row.can_edit) == (None, ben.slack_user_id, True)
    for stranger in (carla, other_manager):
        with ctx_for(stranger) as ctx, pytest.raises(NotFound):
            queries.task_row(ctx, task_id)
        with ctx_for(stranger) as ctx, pytest.raises(NotFound):
            tasks.done(ctx, task_id)
    with ctx_for(ben) as ctx:
        assert [row.subject for row in queries.due_tasks(ctx, TODAY).rows] == ["Book the room"]
        (item,) = tasks_due(ctx, TODAY, {ben.id}).rows
        assert item.record is None
        tasks.done(ctx, task_id)
        change = ctx.change_id
    with ctx_for(mira) as ctx:
        assert undo.undo(ctx, change) == [("activity", task_id)]
        shown = card_after(ctx, [("activity", task_id)])
        assert isinstance(shown, queries.TaskRow)
        assert not shown.done


def test_only_a_task_may_be_on_no_record(ctx_for: CtxFor, ana: Member) -> None:
    with pytest.raises(IntegrityError), ctx_for(ana) as ctx:
        put(ctx, Activity(kind=ActivityKind.NOTE, at=ctx.now, notes="Nowhere"))


def test_who_else_a_task_is_for_is_told_once(ctx_for: CtxFor, ana: Member, ben: Member, lead: Lead) -> None:
    open_to_all(ctx_for)

    def told() -> list[object]:
        with ctx_for() as ctx:
            query = select(Outbox.payload).where(Outbox.kind == TaskGiven.kind).order_by(Outbox.id)
            return [payload["owner_id"] for payload in ctx.session.scalars(query)]

    mine = planned(ctx_for, ana, lead)
    assert told() == [], "nobody is told of what they gave themselves"
    planned(ctx_for, ana, lead, assignee=ben.slack_user_id)
    assert told() == [str(ben.id)]
    for _ in range(2):
        with ctx_for(ana) as ctx:
            tasks.assign(ctx, mine, ben.slack_user_id)
    assert told() == [str(ben.id)] * 2, "who has it already hears nothing new"
    with ctx_for(ben) as ctx:
        tasks.assign(ctx, mine, ana.slack_user_id)
    assert told()[-1] == str(ana.id)


def test_pages_of_tasks(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    for number in range(queries.PAGE_SIZE + 1):
        planned(ctx_for, ana, lead, f"Step {number}")
    with ctx_for(ana) as ctx:
        first, second = queries.open_tasks(ctx), queries.open_tasks(ctx, 1)
    assert (len(first.rows), first.has_more) == (queries.PAGE_SIZE, True)
    assert ([row.subject for row in second.rows], second.has_more) == ([f"Step {queries.PAGE_SIZE}"], False)


def test_a_note_keeps_its_link_unless_it_is_none(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        note = tasks.save_note(ctx, "lead", lead.id, NoteInput("She said yes", LINK))
        assert (note.kind, note.notes, note.link) == (ActivityKind.NOTE, "She said yes", LINK)
        assert tasks.save_note(ctx, "lead", lead.id, NoteInput("And again", "javascript:alert(1)")).link == ""
        with pytest.raises(Invalid):
            tasks.save_note(ctx, "lead", lead.id, NoteInput(" \n "))
        with pytest.raises(Forbidden):
            tasks.done(ctx, note.id)
        assert ctx.session.get_one(Lead, (lead.workspace_id, lead.id)).last_touch_at is None


def test_a_message_in_words_names_colleagues(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for(ana) as ctx:
        text = f"<@{ana.slack_user_id}> and <@U0NOBODY> &lt;3 <https://acme.example|acme>"
        assert queries.in_words(ctx, text) == "@Ana Silva and @U0NOBODY <3 acme https://acme.example"
        assert queries.name_of(ctx, "U0NOBODY") == ""
