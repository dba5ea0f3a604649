"""Many records at once: in pieces, by the worker, undone as one."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from core import bulk, jobs, leads, notices
from core.context import Workspace
from core.db import Database
from core.enums import BulkState, EntityType, LeadStatus, NoticeMode
from core.errors import Conflict, Invalid, NotFound
from core.models import BulkJob, HeldNotice, History, Lead, Member
from core.notices import NoticeKind
from core.queries.kept import kept_for
from core.queries.tags import tags_of
from core.refs import lead_ref
from notifications.bulk import BulkRunner
from notifications.failures import Transient
from notifications.notices import keep
from tests.conftest import CtxFor
from tests.factories import FixedClock, make_deal, make_lead, make_member, together
from tests.integration.lead_world import at_once


class Slack:
    """Takes every call, or refuses while `down`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []
        self.down = False

    def call(self, team_id: str, method: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
        if self.down:
            raise Transient("unreachable", "Slack cannot be reached.")
        self.calls.append((method, str(arguments["channel"]), str(arguments["text"])))
        return {"ok": True, "channel": f"D{arguments['channel']}", "ts": "1.1"}


class Crash(BaseException):
    """The worker's process ends here."""


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def runner(database: Database, clock: FixedClock, slack: Slack) -> BulkRunner:
    return BulkRunner(database, clock, slack)


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


def make_leads(ctx_for: CtxFor, count: int, **over: object) -> list[UUID]:
    with ctx_for() as ctx, together(ctx):
        return [make_lead(ctx, f"Lead {n}", **over).id for n in range(count)]  # type: ignore[arg-type]


def started(ctx_for: CtxFor, who: Member, kind: str, value: str, ids: list[UUID]) -> BulkJob:
    with ctx_for(who) as ctx:
        return bulk.start(ctx, EntityType.LEAD, kind, value, ids)


def finish(runner: BulkRunner, workspace: Workspace) -> int:
    pieces = 0
    while runner.round([workspace.id]):
        pieces += 1
    return pieces


def die_after_a_piece(database: Database, clock: FixedClock, workspace: Workspace) -> None:
    with database.begin(workspace.id) as session:
        bulk.advance(session, clock, workspace.id)
        raise Crash


def job_now(ctx_for: CtxFor, job: BulkJob) -> BulkJob:
    with ctx_for() as ctx:
        return ctx.session.get_one(BulkJob, (job.workspace_id, job.id))


def statuses(ctx_for: CtxFor) -> dict[str, int]:
    with ctx_for() as ctx:
        query = select(Lead.status, func.count()).where(Lead.workspace_id == ctx.workspace.id).group_by(Lead.status)
        return {status.value: count for status, count in ctx.session.execute(query)}


def test_five_hundred_are_changed_in_pieces_and_undone_as_one(
    ctx_for: CtxFor, ana: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    ids = make_leads(ctx_for, bulk.MOST, owner=ana)
    job = started(ctx_for, ana, jobs.STATUS, "contacted", ids)
    assert finish(runner, workspace) == bulk.MOST / bulk.CHUNK
    assert statuses(ctx_for) == {"contacted": 500}
    assert [(method, text) for method, _, text in slack.calls] == [
        ("chat.postMessage", "Working: 25 of 500."),
        ("chat.update", "Done: 500 records."),
    ]
    with ctx_for() as ctx:
        changes = select(func.count()).where(History.workspace_id == workspace.id, History.change_id == job.change_id)
        assert ctx.session.scalar(changes) == bulk.MOST
    with ctx_for(ana) as ctx:
        bulk.start_undo(ctx, job.id)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as again:
        bulk.start_undo(ctx, job.id)
    assert again.value.code == "undo_already"
    assert finish(runner, workspace) == 1
    assert statuses(ctx_for) == {"new": 500}
    assert slack.calls[-1][2] == "Undone: 500 records are as they were before."


def test_what_may_not_be_changed_is_left_and_counted(
    ctx_for: CtxFor, ana: Member, ben: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    mine, bens = make_leads(ctx_for, 3, owner=ana), make_leads(ctx_for, 2, owner=ben)
    over = make_leads(ctx_for, 1, owner=ana, status=LeadStatus.CONVERTED)
    lost = make_leads(ctx_for, 2, owner=ana, status=LeadStatus.LOST)
    job = started(ctx_for, ana, jobs.STATUS, "lost", [*bens, *mine, *over, *lost, UUID(int=1)])
    finish(runner, workspace)
    assert statuses(ctx_for) == {"lost": 5, "new": 2, "converted": 1}
    assert (job_now(ctx_for, job).done, job_now(ctx_for, job).skipped) == (9, 4)
    assert slack.calls[-1][2].startswith("Done: 3 records. 2 were so already. 4 were left as they are")
    with ctx_for(ana) as ctx:
        bulk.start_undo(ctx, job.id)
    finish(runner, workspace)
    assert slack.calls[-1][2] == "Undone: 3 records are as they were before."
    assert statuses(ctx_for) == {"lost": 2, "new": 5, "converted": 1}


def test_a_worker_that_dies_leaves_nothing_half_done_and_nothing_is_done_twice(
    ctx_for: CtxFor, ana: Member, runner: BulkRunner, database: Database, clock: FixedClock, workspace: Workspace
) -> None:
    job = started(ctx_for, ana, jobs.STATUS, "contacted", make_leads(ctx_for, 60, owner=ana))
    runner.round([workspace.id])
    with pytest.raises(Crash):
        die_after_a_piece(database, clock, workspace)
    assert (job_now(ctx_for, job).done, statuses(ctx_for)["contacted"]) == (25, 25)
    finish(BulkRunner(database, clock, Slack()), workspace)
    assert job_now(ctx_for, job).state is BulkState.DONE
    with ctx_for() as ctx:
        changes = select(History.entity_id).where(
            History.workspace_id == workspace.id, History.change_id == job.change_id
        )
        found = list(ctx.session.scalars(changes))
    assert len(found) == len(set(found)) == 60


def test_trouble_with_one_is_not_the_others(
    ctx_for: CtxFor, ana: Member, runner: BulkRunner, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(ctx_for, ana, "status", "qualified", make_leads(ctx_for, 1, owner=ana))

    def broken(*_: object) -> None:
        raise RuntimeError("a mistake in one job")

    with monkeypatch.context() as patch:
        patch.setattr(bulk, "advance", broken)
        assert runner.round([workspace.id]) == 0
    assert runner.round([workspace.id]) == 1
    with ctx_for(ana) as ctx:
        assert bulk.progress(ctx, job.id).done == 1


def test_two_workers_do_not_do_one_piece_twice(
    ctx_for: CtxFor, ana: Member, database: Database, clock: FixedClock, workspace: Workspace
) -> None:
    job = started(ctx_for, ana, jobs.STATUS, "contacted", make_leads(ctx_for, 100, owner=ana))
    workers = [BulkRunner(database, clock, Slack()) for _ in range(2)]
    assert at_once(*(lambda one=one: finish(one, workspace) for one in workers)) == [None, None]  # type: ignore[misc]
    finish(workers[0], workspace)
    assert (job_now(ctx_for, job).done, statuses(ctx_for)) == (100, {"contacted": 100})


def test_the_new_owner_hears_of_all_of_them_once(
    ctx_for: CtxFor, ana: Member, ben: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    ids = make_leads(ctx_for, 30, owner=ana)
    job = started(ctx_for, ana, jobs.ASSIGN, ben.slack_user_id, ids)
    finish(runner, workspace)
    to_ben = [text for _, channel, text in slack.calls if channel == ben.slack_user_id]
    assert to_ben == ["Ana Costa gave you 30 leads."]
    with ctx_for(ana) as ctx:
        bulk.start_undo(ctx, job.id)
    finish(runner, workspace)
    with ctx_for() as ctx:
        owners = select(Lead.owner_id).where(Lead.workspace_id == workspace.id).distinct()
        assert list(ctx.session.scalars(owners)) == [ana.id]
    assert ("chat.update", "Ana Costa took back the 30 leads that you were given.") in [
        (method, text) for method, _, text in slack.calls
    ]


@pytest.mark.parametrize(("mode", "kept"), [(NoticeMode.MORNING, 2), (NoticeMode.OFF, 0)])
def test_who_does_not_want_to_hear_at_once_does_not(
    ctx_for: CtxFor, ana: Member, ben: Member, runner: BulkRunner, slack: Slack, mode: NoticeMode, kept: int
) -> None:
    with ctx_for(ben) as ctx:
        notices.choose(ctx, ben.slack_user_id, {NoticeKind.ASSIGNED: mode})
    job = started(ctx_for, ana, jobs.ASSIGN, ben.slack_user_id, make_leads(ctx_for, 2, owner=ana))
    while runner.round([job.workspace_id]):
        pass
    assert [channel for _, channel, _ in slack.calls if channel == ben.slack_user_id] == []
    with ctx_for(ben) as ctx:
        held = ctx.session.scalars(select(HeldNotice).where(HeldNotice.audience == ben.slack_user_id)).all()
    assert [one.kind for one in held] == ["assigned"] * kept


def test_a_morning_counts_what_is_still_given(
    ctx_for: CtxFor, ana: Member, ben: Member, runner: BulkRunner, workspace: Workspace, clock: FixedClock
) -> None:
    with ctx_for(ben) as ctx:
        notices.choose(ctx, ben.slack_user_id, {NoticeKind.ASSIGNED: NoticeMode.MORNING})
    ids = make_leads(ctx_for, 4, owner=ana)
    started(ctx_for, ana, jobs.ASSIGN, ben.slack_user_id, ids)
    finish(runner, workspace)
    with ctx_for(ben) as ctx:
        for lead_id in ids[1:3]:
            leads.assign(ctx, lead_id, ana.slack_user_id)
    clock.advance(timedelta(days=7))
    with ctx_for(ben) as ctx:
        kept = kept_for(ctx, ben.slack_user_id, limit=1)
    assert (len(kept.shown), len(kept.more), len(kept.over)) == (1, 1, 2)


def test_more_are_kept_for_a_morning_than_a_statement_takes(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        keep(ctx, "U1", NoticeKind.ASSIGNED, {str(n): (EntityType.LEAD, UUID(int=n)) for n in range(8_200)})
        assert ctx.session.scalar(select(func.count()).select_from(HeldNotice)) == 8_200


def test_tags_are_put_on_and_taken_off(ctx_for: CtxFor, ana: Member, runner: BulkRunner, workspace: Workspace) -> None:
    ids = make_leads(ctx_for, 3, owner=ana)
    job = started(ctx_for, ana, jobs.TAG, "new:vip", ids)
    finish(runner, workspace)
    with ctx_for(ana) as ctx:
        assert [tag.name for tag in tags_of(ctx, EntityType.LEAD, ids[2])] == ["vip"]
    started(ctx_for, ana, jobs.UNTAG, str(job.params["value"]), ids[:1])
    finish(runner, workspace)
    with ctx_for(ana) as ctx:
        assert [len(tags_of(ctx, EntityType.LEAD, one)) for one in ids] == [0, 1, 1]


def test_the_end_is_shown_once_slack_is_back(
    ctx_for: CtxFor, ana: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    slack.down = True
    started(ctx_for, ana, jobs.STATUS, "lost", make_leads(ctx_for, 2, owner=ana))
    finish(runner, workspace)
    assert slack.calls == []
    slack.down = False
    finish(runner, workspace)
    assert [text for _, _, text in slack.calls] == ["Done: 2 records."]
    finish(runner, workspace)
    assert len(slack.calls) == 1


def test_what_somebody_built_upon_since_is_not_undone(
    ctx_for: CtxFor, ana: Member, runner: BulkRunner, slack: Slack, workspace: Workspace
) -> None:
    ids = make_leads(ctx_for, 3, owner=ana)
    job = started(ctx_for, ana, jobs.STATUS, "contacted", ids)
    finish(runner, workspace)
    with ctx_for(ana) as ctx:
        ref = lead_ref(leads.set_status(ctx, ids[1], LeadStatus.QUALIFIED).number)
    with ctx_for(ana) as ctx:
        bulk.start_undo(ctx, job.id)
    finish(runner, workspace)
    assert statuses(ctx_for) == {"contacted": 2, "qualified": 1}
    why = f"This cannot be undone any more: {ana.name} changed “Status” of {ref} on "
    assert slack.calls[-1][2].startswith(f"This was not done. {why}")


def test_refusals(ctx_for: CtxFor, ana: Member, ben: Member, clock: FixedClock) -> None:
    ids = make_leads(ctx_for, 1, owner=ana)
    for kind, value, chosen, field in (
        (jobs.STATUS, "converted", ids, "action"),
        ("drop", "", ids, "action"),
        (jobs.TAG, "", ids, "tags"),
        (jobs.STATUS, "lost", [], "rows"),
        (jobs.STATUS, "lost", [UUID(int=n) for n in range(501)], "which"),
    ):
        with pytest.raises(Invalid) as refused:
            started(ctx_for, ana, kind, value, chosen)
        assert list(refused.value.fields) == [field]
    job = started(ctx_for, ana, jobs.STATUS, "lost", ids)
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        bulk.start_undo(ctx, job.id)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as early:
        bulk.start_undo(ctx, job.id)
    assert early.value.code == "bulk_running"


def test_who_lost_their_access_changes_nothing_any_more(
    ctx_for: CtxFor, ana: Member, runner: BulkRunner, workspace: Workspace
) -> None:
    job = started(ctx_for, ana, jobs.STATUS, "lost", make_leads(ctx_for, 2))
    with ctx_for() as ctx:
        ctx.session.get_one(Member, (workspace.id, ana.id)).active = False
    finish(runner, workspace)
    assert job_now(ctx_for, job).state is BulkState.STOPPED
    assert statuses(ctx_for) == {"new": 2}


def test_a_change_from_long_ago_is_not_undone(
    ctx_for: CtxFor, ana: Member, runner: BulkRunner, workspace: Workspace, clock: FixedClock
) -> None:
    with ctx_for() as ctx:
        deal = make_deal(ctx, owner=ana)
    with ctx_for(ana) as ctx:
        job = bulk.start(ctx, EntityType.DEAL, jobs.ASSIGN, "", [deal.id])
    finish(runner, workspace)
    clock.advance(days=1, seconds=1)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as late:
        bulk.start_undo(ctx, job.id)
    assert late.value.code == "undo_too_late"
