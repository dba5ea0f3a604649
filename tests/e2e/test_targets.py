"""Targets: set in Slack by who manages people, read by everybody for themselves, and what digest and report make of
them.
"""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core import activities, deals
from core.activities import CallInput
from core.administration import workspace
from core.administration.workspace import ChannelsInput
from core.deals.values import DealInput
from core.enums import CallOutcome, Direction, TargetKind
from core.models import Target
from core.targets import Holder, TargetsInput, set_targets
from tests.e2e.test_settings import clicked, opened
from tests.e2e.world import World
from tests.factories import make_lead

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def world(world: World) -> World:
    """Wednesday, 5 June 2030."""
    world.jump_to(datetime(2030, 6, 5, 11, tzinfo=BERLIN))
    return world


def wanted(world: World) -> dict[tuple[str, date, bool], int]:
    """What is set: for whom, for which month, and whether for their team."""
    names = {world.member(one).id: one.user.real_name for one in (world.ana, world.ben, world.mira, world.sam)}
    return {(names[one.member_id], one.month, one.team): int(one.amount) for one in world.rows(Target)}


def test_a_manager_sets_them_and_the_report_says_what_next_week_has_to_bring(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        lead = make_lead(ctx, "Zoe Lima", owner=world.member(world.ana))
        for _ in range(2):
            activities.log_call(
                ctx,
                "lead",
                lead.id,
                CallInput(direction=Direction.OUTBOUND, outcome=CallOutcome.CONNECTED, duration_minutes=5),
            )
    world.mira.command("/report targets")
    assert "June 2030" in world.mira.modal.visible_text()
    clicked(world.mira.modal, "Set", f"<@{world.ana.id}>")
    world.mira.modal.fill({"Calls": "-1"})
    world.mira.modal.submit("Save")
    assert world.mira.modal.errors
    world.mira.modal.fill({"Value won, USD": "60k", "Calls": "32"})
    world.mira.modal.submit("Save")
    shown = world.mira.modal.visible_text()
    for words in ("Targets saved.", "won of 60.000", "2 of 32 calls (6"):
        assert words in shown
    report = world.ana.command("/report week").visible_text()
    assert "*Next week*  win US$20,000 · 10 calls" in report
    world.mira.modal.click("Undo")
    assert wanted(world) == {}
    assert "*Next week*" not in world.ana.command("/report week").visible_text()


def test_a_rep_reads_their_own(world: World) -> None:
    with world.ctx(world.sam) as ctx:
        for person, calls in ((world.ana, 40), (world.ben, 70)):
            set_targets(ctx, Holder(world.member(person).id), date(2030, 7, 1), TargetsInput(calls=calls), ())
    world.ana.command("/report targets july")
    shown = world.ana.modal.visible_text()
    assert "0 of 40 calls" in shown
    assert "70" not in shown
    assert "Your manager or an admin sets them." in shown
    assert not world.ana.modal.has_button("Edit")
    assert "Please write a month" in world.ana.command("/report targets whenever").visible_text()


def test_an_admin_sets_a_teams_from_the_settings_and_copies_them(world: World) -> None:
    opened(world, "Targets")
    clicked(world.sam.modal, "Set", "Team of")
    assert "all who work for them" in world.sam.modal.visible_text(), "the team stands first"
    world.sam.modal.fill({"Mails": "300"})
    with world.ctx(world.mira) as ctx:
        set_targets(ctx, Holder(world.member(world.mira).id, team=True), date(2030, 6, 1), TargetsInput(mails=200), ())
    world.sam.modal.submit("Save")
    assert "Mira Brandt changed this meanwhile" in world.sam.modal.visible_text()
    world.sam.modal.submit("Save")
    world.sam.modal.click("July 2030 ›")
    world.sam.modal.click("Copy last month's")
    assert "Copied for 1 person or team." in world.sam.modal.visible_text()
    june, july = date(2030, 6, 1), date(2030, 7, 1)
    assert wanted(world) == {("Mira Brandt", june, True): 300, ("Mira Brandt", july, True): 300}
    clicked(world.sam.modal, "Edit", "Team of")
    world.sam.modal.click("Remove all")
    assert wanted(world) == {("Mira Brandt", june, True): 300}


def test_the_digests_button_says_how_far_it_is_and_what_counts(world: World) -> None:
    sales = world.sales.id
    with world.ctx(world.sam) as ctx:
        workspace.set_channels(ctx, ChannelsInput(digest_channel=sales), None)
        june = date(2030, 6, 1)
        set_targets(ctx, Holder(world.member(world.ana).id), june, TargetsInput({"EUR": Decimal(60_000)}), ())
        set_targets(ctx, Holder(world.member(world.ben).id), june, TargetsInput(calls=10), ())
    with world.ctx(world.ana) as ctx:
        made = deals.create(ctx, DealInput(name="Acme", value=Decimal(12_000), currency="EUR", owner=world.ana.id))
        deals.win(ctx, made.id)
    world.jump_to(datetime(2030, 6, 6, 9, 1, tzinfo=ZoneInfo(world.member(world.sam).tz)))
    world.settle()
    (digest,) = [one for one in world.ana.messages("#sales") if one.text.startswith("Pipeline digest")]
    assert "€12,000 won of €60,000 (20%)" in digest.visible_text()
    digest.click("Targets")
    shown = world.ana.modal.visible_text()
    assert "€12,000 won of €60,000 (20%)" in shown
    assert "€48,000 to go, 17 working days left." in shown
    assert "calls" not in shown, "what Ben is to reach is his"
    world.ana.modal.click("Show")
    assert "Acme" in world.ana.modal.visible_text()
    digest_of_sam = next(one for one in world.sam.messages("#sales") if one.text.startswith("Pipeline digest"))
    digest_of_sam.click("Targets")
    assert "0 of 10 calls (0%)" in world.sam.modal.visible_text()
    world.sam.modal.click("Set targets")
    assert world.sam.modal.has_button("Edit")
    assert TargetKind.CALLS in {one.kind for one in world.rows(Target)}
