"""Channels that belong to a record, on real PostgreSQL."""

import pytest

from core import channels, undo
from core.enums import EntityType
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from core.models import Deal, Member
from tests.conftest import CtxFor
from tests.factories import make_deal, make_member
from tests.together import at_once

CHANNEL = "C0DEALROOM"


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Silva")


@pytest.fixture
def ben(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ben Okafor")


@pytest.fixture
def deal(ctx_for: CtxFor, ana: Member) -> Deal:
    with ctx_for() as ctx:
        return make_deal(ctx, "Rollout", owner=ana)


def owner_of(ctx_for: CtxFor, by: Member | None = None) -> tuple[EntityType, object] | None:
    with ctx_for(by) as ctx:
        return channels.record_of(ctx, CHANNEL)


def test_a_channel_is_a_records_until_it_is_not(ctx_for: CtxFor, ana: Member, ben: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        channels.link(ctx, CHANNEL, "deal", deal.id)
    assert owner_of(ctx_for, ana) == (EntityType.DEAL, deal.id)
    assert owner_of(ctx_for, ben) is None, "who may not see the deal does not see whose channel it is"
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        channels.unlink(ctx, CHANNEL)
    with ctx_for(ana) as ctx:
        assert channels.unlink(ctx, CHANNEL) == (EntityType.DEAL, deal.id)
        change = ctx.change_id
    assert owner_of(ctx_for, ana) is None
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    assert owner_of(ctx_for, ana) == (EntityType.DEAL, deal.id)


def test_linking_the_same_again_changes_nothing(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx:
        first = channels.link(ctx, CHANNEL, "deal", deal.id).id
    with ctx_for(ana) as ctx:
        assert channels.link(ctx, CHANNEL, "deal", deal.id).id == first


def test_another_record_only_instead(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        other = make_deal(ctx, "Renewal", owner=ana)
    with ctx_for(ana) as ctx:
        channels.link(ctx, CHANNEL, "deal", deal.id)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        channels.link(ctx, CHANNEL, "deal", other.id)
    assert (refused.value.code, refused.value.data["record"]) == ("channel_taken", (EntityType.DEAL, deal.id))
    with ctx_for(ana) as ctx:
        channels.link(ctx, CHANNEL, "deal", other.id, instead=True)
    assert owner_of(ctx_for, ana) == (EntityType.DEAL, other.id)


def test_nobody_takes_a_channel_from_a_record_they_may_not_see(
    ctx_for: CtxFor, ana: Member, ben: Member, deal: Deal
) -> None:
    with ctx_for() as ctx:
        bens = make_deal(ctx, "Ben's", owner=ben)
    with ctx_for(ana) as ctx:
        channels.link(ctx, CHANNEL, "deal", deal.id)
    with ctx_for(ben) as ctx, pytest.raises(Conflict) as refused:
        channels.link(ctx, CHANNEL, "deal", bens.id)
    assert refused.value.data["record"] is None
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        channels.link(ctx, CHANNEL, "deal", bens.id, instead=True)


def test_what_cannot_be_linked(ctx_for: CtxFor, ana: Member, ben: Member, deal: Deal) -> None:
    with ctx_for(ana) as ctx, pytest.raises(Conflict, match="channel_where"):
        channels.link(ctx, "D0DIRECT", "deal", deal.id)
    with ctx_for(ana) as ctx, pytest.raises(Invalid):
        channels.link(ctx, CHANNEL, "quote", deal.id)
    with ctx_for(ben) as ctx, pytest.raises((NotFound, Forbidden)):
        channels.link(ctx, CHANNEL, "deal", deal.id)


def test_two_who_link_at_once(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        other = make_deal(ctx, "Renewal", owner=ana)
    refused: list[str] = []

    def link(which: Deal) -> None:
        try:
            with ctx_for(ana) as ctx:
                channels.link(ctx, CHANNEL, "deal", which.id)
        except DomainError as error:
            refused.append(error.code)

    at_once(lambda: link(deal), lambda: link(other))
    assert refused == ["channel_taken"]
    assert owner_of(ctx_for, ana) is not None


def test_relinking_is_undone_as_a_whole(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        other = make_deal(ctx, "Renewal", owner=ana)
    with ctx_for(ana) as ctx:
        channels.link(ctx, CHANNEL, "deal", deal.id)
    with ctx_for(ana) as ctx:
        channels.link(ctx, CHANNEL, "deal", other.id, instead=True)
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        undo.undo(ctx, change)
    assert owner_of(ctx_for, ana) == (EntityType.DEAL, deal.id)


def test_unlinking_is_not_undone_where_the_channel_is_taken_since(ctx_for: CtxFor, ana: Member, deal: Deal) -> None:
    with ctx_for() as ctx:
        other = make_deal(ctx, "Renewal", owner=ana)
    with ctx_for(ana) as ctx:
        channels.link(ctx, CHANNEL, "deal", deal.id)
    with ctx_for(ana) as ctx:
        channels.unlink(ctx, CHANNEL)
        change = ctx.change_id
    with ctx_for(ana) as ctx:
        channels.link(ctx, CHANNEL, "deal", other.id)
    with ctx_for(ana) as ctx, pytest.raises(Conflict) as refused:
        undo.undo(ctx, change)
    assert refused.value.code == "channel_taken"
    assert owner_of(ctx_for, ana) == (EntityType.DEAL, other.id)
