"""Tags on records: put on, taken off, undone, searched."""

import pytest
from sqlalchemy import select

from core import tags, undo
from core.context import Workspace
from core.enums import EntityType
from core.errors import Invalid, NotFound
from core.models import Lead, Member, Tag
from core.queries.leads import lead_card
from core.queries.records import card_after
from core.queries.tags import find_tags, tags_of
from core.tags import NEW_TAG, TAG_MAX, TAGS_MAX
from tests.conftest import CtxFor
from tests.factories import make_account, make_contact, make_deal, make_lead, make_member
from tests.integration.lead_world import at_once


@pytest.fixture
def ana(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ana Costa")


@pytest.fixture
def lead(ctx_for: CtxFor, ana: Member) -> Lead:
    with ctx_for() as ctx:
        return make_lead(ctx, owner=ana)


def names(ctx_for: CtxFor, who: Member, lead: Lead) -> list[str]:
    with ctx_for(who) as ctx:
        return [tag.name for tag in lead_card(ctx, lead.id).tags]


def test_tags_are_put_on_taken_off_and_put_on_again(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    for chosen in (["vip", "North"], ["north"], ["VIP", "north", "new one"], []):
        with ctx_for(ana) as ctx:
            tags.set_tags(ctx, EntityType.LEAD, lead.id, [NEW_TAG + name for name in chosen])
        assert [name.lower() for name in names(ctx_for, ana, lead)] == sorted(name.lower() for name in chosen)
    with ctx_for(ana) as ctx:
        assert [tag.name for tag in find_tags(ctx, "")] == ["new one", "North", "vip"]
        assert [tag.name for tag in find_tags(ctx, "nOR")] == ["North"]


def test_undo_gives_the_tags_from_before_and_keeps_the_words(ctx_for: CtxFor, ana: Member, lead: Lead) -> None:
    with ctx_for(ana) as ctx:
        tags.set_tags(ctx, EntityType.LEAD, lead.id, [NEW_TAG + "old"])
    with ctx_for(ana) as ctx:
        tags.set_tags(ctx, EntityType.LEAD, lead.id, [NEW_TAG + "fresh"])
        change_id = ctx.change_id
    with ctx_for(ana) as ctx:
        card = card_after(ctx, undo.undo(ctx, change_id))
        assert card is not None
        assert card.id == lead.id
    assert names(ctx_for, ana, lead) == ["old"]
    with ctx_for(ana) as ctx:
        assert [tag.name for tag in find_tags(ctx, "")] == ["fresh", "old"]


@pytest.mark.parametrize("entity", list(tags.NUMBERED))
def test_each_kind_of_record_has_tags(ctx_for: CtxFor, entity: EntityType) -> None:
    makers = {"lead": make_lead, "account": make_account, "contact": make_contact, "deal": make_deal}
    with ctx_for() as ctx:
        record = makers[entity.value](ctx)
        (tag_id,) = tags.tag_ids(ctx, [NEW_TAG + "vip"])
        for on in (True, True, False, False, True):
            tags.change_tag(ctx, entity, record.id, tag_id, on=on)
    with ctx_for() as ctx:
        assert [tag.name for tag in tags_of(ctx, entity, record.id)] == ["vip"]


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        (["new:" + "x" * (TAG_MAX + 1)], "too_long"),
        (["nonsense"], "choice_invalid"),
        (["00000000-0000-0000-0000-000000000001"], "record_unknown"),
        ([f"new:{n}" for n in range(TAGS_MAX + 1)], "too_many_tags"),
    ],
)
def test_what_cannot_be_a_tag_is_refused(
    ctx_for: CtxFor, ana: Member, lead: Lead, chosen: list[str], code: str
) -> None:
    with pytest.raises(Invalid) as refused, ctx_for(ana) as ctx:
        tags.set_tags(ctx, EntityType.LEAD, lead.id, chosen)
    assert refused.value.fields == {"tags": code}


def test_others_records_are_not_tagged(ctx_for: CtxFor, lead: Lead) -> None:
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben Okafor")
    with ctx_for(ben) as ctx, pytest.raises(NotFound):
        tags.set_tags(ctx, EntityType.LEAD, lead.id, [])


def test_two_who_add_one_word_at_once_share_it(ctx_for: CtxFor, ana: Member, workspace: Workspace) -> None:
    with ctx_for() as ctx:
        made = [make_lead(ctx, owner=ana).id for _ in range(2)]

    def add(place: int, word: str) -> None:
        with ctx_for(ana) as ctx:
            tags.set_tags(ctx, EntityType.LEAD, made[place], [NEW_TAG + word])

    assert at_once(lambda: add(0, "vip"), lambda: add(1, "VIP")) == [None, None]
    with ctx_for() as ctx:
        found = ctx.session.scalars(select(Tag.name).where(Tag.workspace_id == workspace.id)).all()
    assert [name.lower() for name in found] == ["vip"]
