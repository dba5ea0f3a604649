"""Lists of leads, finding them, and what a card links to."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from core import leads
from core.context import Workspace
from core.enums import LeadStatus, Visibility
from core.leads import LeadInput
from core.models import Account, Member, WorkspaceRow
from core.queries import leads as queries
from core.queries.contacts import contact_card
from tests.conftest import CtxFor
from tests.factories import make_lead, make_member
from tests.integration.lead_world import LENA, conversion, created


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


def test_the_list_is_my_open_work_and_nobodys_newest_first(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    with ctx_for() as ctx:
        make_lead(ctx, "Mine", owner=ana)
        make_lead(ctx, "Nobody's")
        make_lead(ctx, "Ben's", owner=ben)
        make_lead(ctx, "Given up", owner=ana, status=LeadStatus.LOST)
        make_lead(ctx, "Taken back", owner=ana, archived_at=ctx.now)
        ctx.session.scalars(select(WorkspaceRow)).one().visibility = Visibility.ALL
    with ctx_for(ana) as ctx:
        assert [row.name for row in queries.lead_page(ctx, "", 0).rows] == ["Nobody's", "Mine"]


def test_pages_follow_one_another_without_counting(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        for n in range(queries.PAGE_SIZE + 1):
            make_lead(ctx, f"Lead {n}", owner=ana)
    with ctx_for(ana) as ctx:
        first, second = queries.lead_page(ctx, "", 0), queries.lead_page(ctx, "", 1)
    assert (len(first.rows), first.has_more) == (queries.PAGE_SIZE, True)
    assert ([row.name for row in second.rows], second.has_more) == (["Lead 0"], False)


@pytest.mark.parametrize(
    "words",
    ["lena", "FISCHER l", "lena fischer", "acme", "fischer acme", "lena@ac", "+49 30 123", "L-1", "l1", "1"],
)
def test_a_lead_is_found_by_any_of_its_names(ctx_for: CtxFor, ana: Member, workspace: Workspace, words: str) -> None:
    created(ctx_for, ana, LENA)
    created(ctx_for, ana, LeadInput("Bo Lind", "Globex", "bo@globex.example", "+46 8 123456"))
    with ctx_for(ana) as ctx:
        assert [row.name for row in queries.lead_page(ctx, words, 0).rows] == ["Lena Fischer"]


def test_others_leads_are_not_found(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ben) as ctx:
        assert [queries.lead_page(ctx, words, 0).rows for words in ("lena", "L-1", "1", "acme")] == [()] * 4


def test_a_card_links_only_to_what_its_reader_may_see(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    lead_id = created(ctx_for, ana, replace(LENA, owner=ana.slack_user_id))
    with ctx_for(ana) as ctx:
        deal = leads.convert(ctx, lead_id, conversion())
        ctx.session.get_one(Account, (ctx.workspace.id, deal.account_id)).owner_id = ben.id
    with ctx_for(ana) as ctx:
        assert [link.entity.value for link in queries.lead_card(ctx, lead_id).links] == ["deal", "contact"]
        assert contact_card(ctx, deal.contact_id or uuid4()).account_name == ""
