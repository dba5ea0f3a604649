"""The daily digest: what changed since the last one, in the channel and for who wants it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core import deals, digests
from core.administration import workspace
from core.administration.workspace import ChannelsInput
from core.deals.values import DealInput, LossInput
from core.enums import TargetKind
from core.models import Deal, LossReason, Target
from notifications.failures import Permanent
from notifications.slack import Answer, SlackSender
from sandbox.driver import Person
from sandbox.driver.message import MessageHandle
from tests.e2e.test_mornings import nine
from tests.e2e.world import World
from tests.factories import make_lead, put, the_stage

MONDAY = date(2030, 6, 3)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def world(world: World) -> World:
    """Monday noon of a week of June 2030; the digest comes to #sales from Tuesday on."""
    world.jump_to(datetime(2030, 6, 3, 12, tzinfo=BERLIN))
    with world.ctx(world.sam) as ctx:
        workspace.set_channels(ctx, ChannelsInput(digest_channel=sales(world)), None)
    world.settle()
    return world


def sales(world: World) -> str:
    return world.sandbox.channel(world.team, "#sales").id


def morning(world: World, day: date) -> None:
    """A minute after nine where the first admin lives."""
    zone = ZoneInfo(world.member(world.sam).tz)
    world.jump_to(datetime(day.year, day.month, day.day, 9, 1, tzinfo=zone))
    world.settle()


def told(person: Person, channel: str = "#sales") -> list[MessageHandle]:
    return [one for one in person.messages(channel) if one.text.startswith("Pipeline digest")]


def sell(world: World) -> None:
    """A day's work: one deal won, one lost, one moved, one put off."""
    with world.ctx(world.ana) as ctx:
        made = [
            deals.create(
                ctx, DealInput(name=name, value=Decimal(worth), currency="EUR", owner=world.ana.id,
                               expected_close=MONDAY + timedelta(days=9))
            )
            for name, worth in (("Acme <b>", 12_000), ("Globex", 500), ("Initech", 7_000), ("Umbrella", 900))
        ]  # fmt: skip
    morning(world, MONDAY + timedelta(days=1))
    with world.ctx(world.ana) as ctx:
        reason = next(one for one in world.rows(LossReason) if one.name == "Price")
        deals.win(ctx, made[0].id)
        deals.lose(ctx, made[1].id, LossInput(loss_reason_id=reason.id))
        deals.move(ctx, made[2].id, the_stage(ctx, "Proposal").id)
        put_off = ctx.session.get_one(Deal, (ctx.workspace.id, made[3].id))
        put_off.expected_close = MONDAY + timedelta(days=30)
        make_lead(ctx, "Zoe Lima", owner=world.member(world.ana))
        put(ctx, Target(kind=TargetKind.VALUE_WON, month=date(2030, 6, 1), member_id=world.member(world.ana).id,
                        amount=Decimal(60_000), currency="EUR"))  # fmt: skip


def test_the_channel_reads_once_a_day_what_changed(world: World) -> None:
    sell(world)
    morning(world, MONDAY + timedelta(days=2))

    first, second = told(world.mira)
    assert "New deals 4" in first.visible_text()
    shown = second.visible_text()
    for words in (
        "Won 1* · €12,000",
        "Lost 1",
        "Moved 1",
        "Close date slipped 1",
        "New leads 1",
        "€12,000 won of €60,000 (20%)",
    ):
        assert words.replace("*", "") in shown.replace("*", ""), words
    assert "Need someone" in shown
    assert "<@" not in second.visible_text(), "nobody is pinged"
    (thread,) = [one for one in second.thread if one.is_from_app]
    assert "Acme &lt;b&gt;" in thread.visible_text()
    assert [block["type"] for block in thread.blocks].count("data_visualization") == 1
    assert "<@" not in thread.visible_text(), "nobody is pinged"
    assert "Lead in to Proposal" in thread.visible_text()
    assert "Price" in thread.visible_text()

    morning(world, MONDAY + timedelta(days=2))
    assert len(told(world.mira)) == 2
    morning(world, MONDAY + timedelta(days=3))
    assert len(told(world.mira)) == 2, "nothing changed"


def test_a_number_shows_the_rows_it_counts_to_each_what_they_may_see(world: World) -> None:
    sell(world)
    morning(world, MONDAY + timedelta(days=2))
    with world.ctx() as ctx:
        for one in world.rows(Deal):
            if one.name == "Initech":
                ctx.session.get_one(Deal, (ctx.workspace.id, one.id)).owner_id = world.member(world.ben).id

    told(world.ana)[-1].choose("Show the rows of …", "Won 1")
    assert "Acme &lt;b&gt;" in world.ana.modal.visible_text()
    assert "€12,000" in world.ana.modal.visible_text()
    told(world.ben)[-1].choose("Show the rows of …", "Won 1")
    assert "Acme" not in world.ben.modal.visible_text()
    assert "Nothing here that you may see." in world.ben.modal.visible_text()
    (thread,) = [one for one in told(world.ben)[-1].thread if one.is_from_app]
    thread.choose("Deals in a stage", "Proposal")
    assert "Initech" in world.ben.modal.visible_text()


def test_who_wants_it_gets_their_own_and_nobody_else(world: World) -> None:
    sell(world)
    channel = told(world.ben)[-1]
    channel.click("Settings")
    assert "An admin can change this" in world.ben.modal.visible_text()
    world.ben.modal.click("My own digest")
    world.ben.modal.choose("When it comes", "9:00\u202fAM")
    world.ben.modal.submit()
    with world.ctx(world.ben) as ctx:
        deals.create(ctx, DealInput(name="Hooli", value=Decimal(5), currency="EUR", owner=world.ben.id))
    world.jump(days=1)
    world.settle()

    own = [one for one in world.ben.messages() if one.text.startswith("Pipeline digest")]
    assert len(own) == 1
    assert "New deals 1" in own[0].visible_text()
    assert "Hooli" in own[0].visible_text()
    assert "Won 1" not in own[0].visible_text()
    assert [one for one in world.ana.messages() if one.text.startswith("Pipeline digest")] == []


def test_who_is_away_reads_on_the_first_morning_back_all_that_changed(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        digests.choose_own(ctx, digests.USUAL.at)
    nine(world, world.ana, MONDAY + timedelta(days=1))
    world.ana.command("/crm away until wednesday")
    with world.ctx(world.ana) as ctx:
        deal = deals.create(ctx, DealInput(name="Acme", value=Decimal(9), currency="EUR", owner=world.ana.id))
        deals.win(ctx, deal.id)
    for day in (2, 3):
        nine(world, world.ana, MONDAY + timedelta(days=day))
        own = [one for one in world.ana.messages() if one.text.startswith("Pipeline digest")]
        assert len(own) == (0 if day == 2 else 1)
    assert "Won 1" in own[0].visible_text()


def test_the_admin_says_when_it_comes_to_the_channel(world: World) -> None:
    with world.ctx(world.sam) as ctx:
        assert digests.chosen(ctx, sales(world)) == digests.USUAL
    sell(world)
    told(world.sam)[-1].click("Settings")
    world.sam.modal.fill({"When it comes": "9:00\u202fam", "On these days": ("Tue", "Thu")})
    world.sam.modal.submit()
    morning(world, MONDAY + timedelta(days=2))
    assert len(told(world.sam)) == 1, "Wednesday is none of its days"
    morning(world, MONDAY + timedelta(days=3))
    assert len(told(world.sam)) == 2
    told(world.sam)[-1].click("Settings")
    world.sam.modal.choose("When it comes", "Not at all")
    world.sam.modal.submit()
    with world.ctx(world.sam) as ctx:
        assert digests.chosen(ctx, sales(world)) is None


def test_where_slack_refuses_charts_the_rest_comes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def old_slack(self: SlackSender, team_id: str, method: str, arguments: Mapping[str, object]) -> Answer:
        if "data_visualization" in str(arguments):
            raise Permanent("invalid_blocks", "Slack refused how the message is built.")
        return call(self, team_id, method, arguments)

    call = SlackSender.call
    monkeypatch.setattr(SlackSender, "call", old_slack)
    sell(world)
    morning(world, MONDAY + timedelta(days=2))
    last = told(world.mira)[-1]
    assert "Won 1" in last.visible_text()
    (thread,) = last.thread
    assert "By stage" in thread.visible_text()
    assert "data_visualization" not in [block["type"] for block in thread.blocks]
