"""Statements that are built once serve everybody: each with their own sight, in their own workspace."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from core import duplicates, mornings
from core.access import load, sight
from core.context import Ctx
from core.db import Database
from core.enums import Role, Visibility
from core.errors import NotFound
from core.models import Lead, WorkspaceRow
from core.queries import leads as queries
from core.queries.metrics import Number, Span, figure, people_of
from core.queries.pipeline import Whose
from core.queries.search import find_by_ref
from core.refs import parse_ref
from core.schedules import ONE_DAY
from tests.conftest import CtxFor
from tests.factories import FixedClock, ctx_as, make_deal, make_lead, make_member, make_workspace
from tests.integration.lead_world import LENA, created

NOBODY: frozenset[UUID] = frozenset()


def test_a_statement_built_for_one_person_shows_another_only_what_is_theirs(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        ana, ben = make_member(ctx, "Ana Costa"), make_member(ctx, "Ben Okafor")
        boss = make_member(ctx, "Carla Reis", role=Role.ADMIN)
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    ref = parse_ref("L-1")
    assert ref is not None
    for person in (ana, boss, ana):
        with ctx_for(person) as ctx:
            assert queries.lead_card(ctx, lead_id).id == lead_id
            assert find_by_ref(ctx, ref) is not None
            assert [match.id for match in duplicates.matches(ctx, LENA.name, "", LENA.email, "")] == [lead_id]
    with ctx_for(ben) as ctx:
        assert find_by_ref(ctx, ref) is None
        assert duplicates.matches(ctx, LENA.name, "", LENA.email, "") == []
        with pytest.raises(NotFound):
            queries.lead_card(ctx, lead_id)


def test_a_workspace_that_widens_sight_has_statements_of_its_own(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        ana, ben = make_member(ctx, "Ana Costa"), make_member(ctx, "Ben Okafor")
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ben) as ctx:
        narrow = sight(ctx)
        with pytest.raises(NotFound):
            queries.lead_card(ctx, lead_id)
    with ctx_for() as ctx:
        ctx.session.get_one(WorkspaceRow, ctx.workspace.id).visibility = Visibility.ALL
    with ctx_for(ben) as ctx:
        assert sight(ctx) != narrow
        assert not queries.lead_card(ctx, lead_id).can_edit


def test_a_read_sees_what_the_same_transaction_changed(ctx_for: CtxFor) -> None:
    with ctx_for() as ctx:
        ana = make_member(ctx, "Ana Costa")
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        load(ctx, Lead, lead_id).company = "Globex"
        assert queries.lead_card(ctx, lead_id).company == "Globex"


def test_a_number_built_for_one_person_counts_another_ones_rows_in_another_workspace(
    database: Database, clock: FixedClock, ctx_for: CtxFor
) -> None:
    with ctx_for() as ctx:
        ana, ben = make_member(ctx, "Ana Costa"), make_member(ctx, "Ben Okafor")
        for name, owner in (("One", ana), ("Two", ana), ("Three", ben)):
            make_deal(ctx, name, owner=owner)
    elsewhere = make_workspace(database, clock)
    with ctx_as(database, clock, elsewhere.id, None) as ctx:
        cleo = make_member(ctx, "Cleo Adler")
        make_deal(ctx, "Four", owner=cleo, value=Decimal(70))
    everybodys = Span(clock.now() - ONE_DAY, clock.now() + ONE_DAY)

    def counted(ctx: Ctx) -> list[tuple[int, Decimal]]:
        """Of all they see, of their own, of nobody's."""
        spans = (everybodys, replace(everybodys, people=people_of(ctx, Whose.MINE)), replace(everybodys, people=NOBODY))
        figures = [figure(ctx, Number.NEW_DEALS, span) for span in spans]
        return [(one.count, one.value(ctx.workspace.currency)) for one in figures]

    for member, expected in ((ana, (2, Decimal(24_000))), (ben, (1, Decimal(12_000))), (ana, (2, Decimal(24_000)))):
        with ctx_for(member) as ctx:
            assert counted(ctx) == [expected, expected, (0, Decimal(0))]
    with ctx_as(database, clock, elsewhere.id, cleo.id) as ctx:
        assert counted(ctx) == [(1, Decimal(70)), (1, Decimal(70)), (0, Decimal(0))]


def test_a_morning_built_for_one_person_tells_another_of_theirs(clock: FixedClock, ctx_for: CtxFor) -> None:
    day = clock.now().date()
    with ctx_for() as ctx:
        boss = make_member(ctx, "Carla Reis", role=Role.MANAGER)
        ana, ben = (make_member(ctx, name, manager=boss) for name in ("Ana Costa", "Ben Okafor"))
        for name, owner in (("One", ana), ("Two", ana), ("Three", ben)):
            make_lead(ctx, name, owner=owner, next_follow_up=day)
    for member, names in ((ana, ["One", "Two"]), (ben, ["Three"]), (boss, []), (ana, ["One", "Two"])):
        with ctx_for(member) as ctx:
            assert sorted(line.title for line in mornings.begin(ctx, day).lines) == sorted(names)
