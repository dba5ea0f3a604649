"""Lists by their filters, remembered per person; claiming."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.dispatch import ACTIONS, Request
from bot.handlers import register_all
from bot.replies import Replace
from bot.routes.base import unpack
from core import claims, lists
from core.context import Workspace
from core.enums import EntityType, LeadStatus, Role
from core.errors import Conflict, NotFound
from core.lists import ListFilter
from core.models import Deal, Lead, Member, Tagging
from core.queries import lists as queries
from tests.conftest import CtxFor
from tests.factories import make_deal, make_lead, make_member, make_source, make_tag, put, the_stage
from tests.integration.lead_world import at_once

TODAY = date(2026, 3, 16)
register_all()


@pytest.fixture
def mira(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Mira Brandt", role=Role.MANAGER)


@pytest.fixture
def ana(ctx_for: CtxFor, mira: Member) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa", manager=mira)


@pytest.fixture
def ben(ctx_for: CtxFor, mira: Member) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor", manager=mira)


def leads_of(ctx_for: CtxFor, who: Member, **chosen: str) -> list[str]:
    with ctx_for(who) as ctx:
        return [row.name for row in queries.lead_list(ctx, ListFilter(**chosen), 0).rows]


def deals_of(ctx_for: CtxFor, who: Member, **chosen: str) -> list[str]:
    with ctx_for(who) as ctx:
        return [row.name for row in queries.deal_list(ctx, ListFilter(**chosen), 0).rows]


def test_each_filter_of_leads(ctx_for: CtxFor, ana: Member, ben: Member, mira: Member) -> None:
    with ctx_for() as ctx:
        fair, vip = make_source(ctx), make_tag(ctx)
        make_lead(ctx, "Due", owner=ana, next_follow_up=TODAY, source_id=fair.id)
        late = make_lead(ctx, "Late", owner=ben, next_follow_up=TODAY - timedelta(days=1))
        make_lead(ctx, "Free", status=LeadStatus.CONTACTED, company="Globex")
        make_lead(ctx, "Gone", owner=ana, status=LeadStatus.LOST)
        put(ctx, Tagging(tag_id=vip.id, lead_id=late.id))
    assert leads_of(ctx_for, ana) == ["Free", "Due"]
    assert leads_of(ctx_for, mira) == ["Free", "Late", "Due"]
    assert leads_of(ctx_for, mira, owner="nobody") == ["Free"]
    assert leads_of(ctx_for, mira, owner=ben.slack_user_id) == ["Late"]
    assert leads_of(ctx_for, ana, owner=ben.slack_user_id) == []
    assert leads_of(ctx_for, ana, owner="mine") == ["Due"]
    assert leads_of(ctx_for, mira, owner="team") == ["Late", "Due"]
    assert leads_of(ctx_for, ana, owner="team") == ["Due"], "a rep's team is as far as they see"
    assert leads_of(ctx_for, ana, state="all") == ["Gone", "Free", "Due"]
    assert leads_of(ctx_for, mira, state="contacted") == ["Free"]
    assert leads_of(ctx_for, mira, when="due", sort="follow_up") == ["Late", "Due"]
    assert leads_of(ctx_for, mira, when="overdue") == ["Late"]
    assert leads_of(ctx_for, mira, source=str(fair.id)) == ["Due"]
    assert leads_of(ctx_for, mira, tag=str(vip.id)) == ["Late"]
    assert leads_of(ctx_for, mira, words="globex") == ["Free"]
    assert leads_of(ctx_for, mira, sort="name") == ["Due", "Free", "Late"]


def test_each_filter_of_deals(ctx_for: CtxFor, ana: Member, mira: Member) -> None:
    with ctx_for() as ctx:
        first, won = the_stage(ctx, "Lead in"), the_stage(ctx, "Won")
        first.stale_days = 10
        make_deal(ctx, "Old", owner=ana, stage_entered_at=ctx.now - timedelta(days=11), value=5)
        make_deal(ctx, "Ten days", owner=ana, stage_entered_at=ctx.now - timedelta(days=10, hours=23), value=7)
        make_deal(ctx, "Past", owner=mira, expected_close=TODAY - timedelta(days=1), stage=the_stage(ctx, "Proposal"))
        make_deal(ctx, "Soon", expected_close=TODAY + timedelta(days=30), stage=the_stage(ctx, "Proposal"))
        make_deal(ctx, "Done", owner=ana, stage=won, closed_at=ctx.now, next_follow_up=TODAY)
        past = ctx.session.scalars(select(Deal).where(Deal.name == "Past")).one()
        past.next_follow_up = TODAY
        fair = make_source(ctx)
        make_lead(ctx, "Was a lead", owner=mira, source_id=fair.id, deal_id=past.id, status=LeadStatus.CONVERTED)
        proposal = str(the_stage(ctx, "Proposal").id)
    assert deals_of(ctx_for, mira) == ["Past", "Soon", "Old", "Ten days"]
    assert deals_of(ctx_for, mira, when="stale") == ["Old"]
    assert deals_of(ctx_for, mira, when="overdue") == ["Past"]
    assert deals_of(ctx_for, mira, when="due") == ["Past"]
    assert deals_of(ctx_for, mira, source=str(fair.id)) == ["Past"]
    assert deals_of(ctx_for, mira, sort="follow_up")[0] == "Past"
    assert deals_of(ctx_for, mira, when="closing") == ["Soon"]
    assert deals_of(ctx_for, mira, state=proposal) == ["Past", "Soon"]
    assert deals_of(ctx_for, mira, state="won") == ["Done"]
    assert deals_of(ctx_for, mira, state="lost") == []
    assert deals_of(ctx_for, mira, owner=ana.slack_user_id, sort="value") == ["Ten days", "Old"]
    assert deals_of(ctx_for, ana, owner="mine", state="all", sort="name") == ["Old", "Ten days", "Done"]
    assert deals_of(ctx_for, mira, state="all") == ["Past", "Soon", "Old", "Ten days", "Done"]
    assert deals_of(ctx_for, mira, words="days") == ["Ten days"], "a word within a name, as in a search"
    assert deals_of(ctx_for, mira, words="day off") == []
    with ctx_for() as ctx:
        make_deal(ctx, "Days in Rome", owner=mira)
    assert deals_of(ctx_for, mira, words="days") == ["Days in Rome"]
    assert deals_of(ctx_for, mira, words="days", owner=ana.slack_user_id) == ["Ten days"], "whatever others are called"
    assert deals_of(ctx_for, mira, sort="stage")[-2:] == ["Past", "Soon"]


def test_all_ids_of_a_list_are_those_of_its_pages(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        made = [make_lead(ctx, f"Lead {n}", owner=ana).id for n in range(11)]
        deal = make_deal(ctx, owner=ana)
    with ctx_for(ana) as ctx:
        assert queries.matching_ids(ctx, EntityType.LEAD, ListFilter(), 500) == made[::-1]
        assert len(queries.matching_ids(ctx, EntityType.LEAD, ListFilter(), 5)) == 5
        assert queries.matching_ids(ctx, EntityType.DEAL, ListFilter(when="stale"), 5) == []
        assert queries.matching_ids(ctx, EntityType.DEAL, ListFilter(), 5) == [deal.id]


def test_a_filter_is_remembered_for_its_person_alone(ctx_for: CtxFor, ana: Member, ben: Member) -> None:
    chosen = ListFilter(owner="mine", state="new")
    for one in (ListFilter(owner="nobody"), chosen):
        with ctx_for(ana) as ctx:
            lists.keep(ctx, EntityType.LEAD, one)
    with ctx_for(ana) as ctx:
        assert lists.kept(ctx, EntityType.LEAD) == chosen
        assert lists.kept(ctx, EntityType.DEAL) == lists.DEFAULTS[EntityType.DEAL]
    with ctx_for(ben) as ctx:
        assert lists.kept(ctx, EntityType.LEAD) == lists.DEFAULTS[EntityType.LEAD]


def test_the_choices_name_only_people_whose_records_one_sees(
    ctx_for: CtxFor, ana: Member, ben: Member, mira: Member
) -> None:
    with ctx_for(mira) as ctx:
        made = queries.choices(ctx, EntityType.DEAL)
    assert [name for _, name in made.people] == ["Ana Costa", "Ben Okafor"]
    assert [name for _, name in made.stages] == ["Lead in", "Qualified", "Proposal", "Negotiation"]
    with ctx_for(ana) as ctx:
        assert queries.choices(ctx, EntityType.LEAD).people == ()


# -- claiming -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", [EntityType.LEAD, EntityType.DEAL])
def test_of_two_who_claim_at_once_one_has_it_and_the_other_is_told_who(
    ctx_for: CtxFor, ana: Member, ben: Member, workspace: Workspace, entity: EntityType
) -> None:
    with ctx_for() as ctx:
        record: Lead | Deal = make_lead(ctx) if entity is EntityType.LEAD else make_deal(ctx)

    def claim(who: Member) -> None:
        with ctx_for(who) as ctx:
            claims.claim(ctx, entity, record.id)

    refused = at_once(lambda: claim(ana), lambda: claim(ben))
    with ctx_for() as ctx:
        owner_id = ctx.session.get_one(type(record), (workspace.id, record.id)).owner_id
    winner, loser = (ana, 1) if owner_id == ana.id else (ben, 0)
    assert owner_id == winner.id
    lost = refused[loser]
    assert isinstance(lost, Conflict)
    assert (lost.code, lost.data["who"]) == ("claimed", winner.name)
    assert refused[1 - loser] is None


def test_what_was_never_free_is_not_told_about(ctx_for: CtxFor, ana: Member, ben: Member, mira: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, owner=ana)
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        claims.claim(ctx, EntityType.LEAD, lead.id)
    with ctx_for(mira) as ctx, pytest.raises(Conflict) as seen:
        claims.claim(ctx, EntityType.LEAD, lead.id)
    assert seen.value.data["who"] == "Ana Costa"
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as own:
        claims.claim(ctx, EntityType.LEAD, lead.id)
    assert own.value.code == "claimed_already"
    with ctx_for(ana) as ctx, pytest.raises(NotFound):
        claims.claim(ctx, EntityType.ACCOUNT, lead.id)


def test_what_is_over_is_not_claimed(ctx_for: CtxFor, ana: Member) -> None:
    with ctx_for() as ctx:
        lead = make_lead(ctx, status=LeadStatus.CONVERTED)
        deal = make_deal(ctx, stage=the_stage(ctx, "Won"), closed_at=ctx.now)
    for entity, record_id, code in (
        (EntityType.LEAD, lead.id, "lead_converted"),
        (EntityType.DEAL, deal.id, "deal_closed"),
    ):
        with ctx_for(ana) as ctx, pytest.raises(Conflict) as over:
            claims.claim(ctx, entity, UUID(str(record_id)))
        assert over.value.code == code


@pytest.mark.parametrize(
    ("kept_by_slack", "shown"),
    [
        ('list.change {"to":"lead owner mine"}', "Open leads: yours and unassigned"),
        ('quote.list {"page":1,"words":"sent"}', "Quotes, newest first"),
    ],
)
def test_selects_above_an_older_list_show_it_as_it_is_now(
    ctx_for: CtxFor, ana: Member, kept_by_slack: str, shown: str
) -> None:
    route = unpack(kept_by_slack)
    with ctx_for(ana) as ctx:
        reply = ACTIONS[type(route)].handler(ctx, route, Request())
        assert isinstance(reply, Replace)
        assert shown in str(reply.message.blocks)
