"""Statements that are built once serve everybody: each with their own sight, in their own workspace."""

from dataclasses import replace

import pytest

from core import duplicates
from core.access import load, sight
from core.enums import Role, Visibility
from core.errors import NotFound
from core.models import Lead, WorkspaceRow
from core.queries import leads as queries
from core.queries.search import find_by_ref
from core.refs import parse_ref
from tests.conftest import CtxFor
from tests.factories import make_member
from tests.integration.lead_world import LENA, created


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
