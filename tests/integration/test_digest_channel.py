"""The digest and the weekly report come to the channel of the settings, wherever it moves, and back with Undo."""

from collections.abc import Callable
from datetime import time
from uuid import UUID

import pytest

from core import digests, reports, schedules, undo
from core.administration import workspace
from core.administration.workspace import ChannelsInput
from core.context import Ctx
from core.enums import Role
from core.errors import Forbidden, Invalid
from core.models import Member
from core.models.schedules import WEEKDAYS
from core.queries import administration as queries
from core.reports import Comes
from core.schedules import Times
from tests.conftest import CtxFor
from tests.factories import make_member

SALES, TEAM, GONE = "C0SALES", "C0TEAM", ""
TEN, MONDAYS = Times(time(10), 0b1000001), Comes(0, time(8))


@pytest.fixture
def ada(ctx_for: CtxFor) -> Member:
    with ctx_for() as ctx:
        return make_member(ctx, "Ada", role=Role.ADMIN)


@pytest.fixture
def choose(ctx_for: CtxFor, ada: Member) -> Callable[[str], UUID]:
    """Choose a channel for the digest, empty for none; the change it was."""

    def chosen(channel: str) -> UUID:
        with ctx_for(ada) as ctx:
            workspace.set_channels(ctx, ChannelsInput(digest_channel=channel), queries.workspace_settings(ctx).seen)
            return ctx.change_id

    return chosen


def comes(ctx: Ctx) -> dict[str, tuple[Times | None, Comes | None]]:
    """When the digest and the report come to each of the channels."""
    return {one: (digests.chosen(ctx, one), reports.chosen(ctx, one)) for one in (SALES, TEAM)}


def test_both_move_with_the_setting_and_back_with_undo(
    ctx_for: CtxFor, ada: Member, choose: Callable[[str], UUID]
) -> None:
    choose(SALES)
    with ctx_for(ada) as ctx:
        assert comes(ctx) == {SALES: (digests.USUAL, reports.USUAL), TEAM: (None, None)}
        digests.choose_for_channel(ctx, SALES, TEN)
        reports.choose(ctx, SALES, MONDAYS)
    for other in (TEAM, GONE):
        change = choose(other)
        with ctx_for(ada) as ctx:
            there = (TEN, MONDAYS) if other else (None, None)
            assert comes(ctx) == {SALES: (None, None), TEAM: there}
        with ctx_for(ada) as ctx:
            undo.undo(ctx, change)
        with ctx_for(ada) as ctx:
            assert comes(ctx) == {SALES: (TEN, MONDAYS), TEAM: (None, None)}


def test_a_channel_that_is_chosen_again_has_both_again(
    ctx_for: CtxFor, ada: Member, choose: Callable[[str], UUID]
) -> None:
    for channel in (SALES, TEAM, SALES):
        choose(channel)
    with ctx_for(ada) as ctx:
        assert comes(ctx) == {SALES: (digests.USUAL, reports.USUAL), TEAM: (None, None)}


def test_what_was_switched_off_stays_off(ctx_for: CtxFor, ada: Member, choose: Callable[[str], UUID]) -> None:
    choose(SALES)
    with ctx_for(ada) as ctx:
        digests.choose_for_channel(ctx, SALES, None)
        reports.choose(ctx, SALES, None)
    choose(TEAM)
    with ctx_for() as ctx:
        reports.begin(ctx)
    with ctx_for(ada) as ctx:
        assert comes(ctx) == {SALES: (None, None), TEAM: (None, None)}


def test_what_is_no_time_and_whose_it_is_not(ctx_for: CtxFor, ada: Member, choose: Callable[[str], UUID]) -> None:
    choose(SALES)
    for times, field in ((Times(time(9, 30), WEEKDAYS), "at"), (Times(time(9), 0), "days")):
        with ctx_for(ada) as ctx, pytest.raises(Invalid) as refused:
            digests.choose_for_channel(ctx, SALES, times)
        assert set(refused.value.fields) == {field}
    with ctx_for(ada) as ctx, pytest.raises(Invalid):
        digests.choose_for_channel(ctx, TEAM, TEN)
    with ctx_for() as ctx:
        ben = make_member(ctx, "Ben")
    with ctx_for(ben) as ctx, pytest.raises(Forbidden):
        digests.choose_for_channel(ctx, SALES, None)


def test_ones_own_digest_comes_on_ones_working_days(ctx_for: CtxFor, ada: Member) -> None:
    with ctx_for(ada) as ctx:
        digests.choose_own(ctx, time(7))
    with ctx_for() as ctx:
        member = ctx.session.get_one(Member, (ctx.workspace.id, ada.id))
        member.working_days = 0b0001111
        ctx.session.flush()
        schedules.follow_member(ctx, member)
    with ctx_for(ada) as ctx:
        assert digests.chosen(ctx, ada.slack_user_id) == Times(time(7), 0b0001111)
        digests.choose_own(ctx, None)
        assert digests.chosen(ctx, ada.slack_user_id) is None
