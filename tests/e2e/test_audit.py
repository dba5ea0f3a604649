"""The audit and the notification settings, as people use them."""

from core.access import visible
from core.enums import NoticeMode
from core.models import NoticeSetting
from core.notices import NoticeKind
from tests.e2e.world import World
from tests.factories import make_deal, make_lead


def chosen(world: World) -> list[NoticeSetting]:
    with world.ctx() as ctx:
        return list(ctx.session.scalars(visible(ctx, NoticeSetting)))


def test_an_admin_searches_turns_pages_and_gets_a_file(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        for number in range(1, 11):
            make_lead(ctx, f"Lead {number}", owner=world.member(world.ana))
    shown = world.sam.command("/crm audit lead", channel="#sales")
    assert shown is not None
    assert "Lead 10" in shown.visible_text()
    assert "Ana Costa" in shown.visible_text()
    shown.click("Older")
    assert "Lead 1" in world.sam.last_message("#sales").visible_text()
    world.sam.last_message("#sales").click("Export CSV")
    assert "direct message" in world.sam.last_message("#sales").visible_text()
    world.settle()
    (sent,) = [m for m in world.team.messages[world.sam.dm_with_app.id] if m.files]
    assert str(sent.files[0]["name"]).endswith(".csv")
    assert b"Lead 1" in world.team.contents[str(sent.files[0]["id"])]
    assert "10 changes" in sent.text


def test_reps_are_told_that_it_is_for_admins(world: World) -> None:
    said = world.ana.command("/crm audit", channel="#sales")
    assert said is not None
    assert "admin" in said.visible_text()


def test_an_unknown_word_is_named_with_examples(world: World) -> None:
    said = world.sam.command("/crm audit gibberish", channel="#sales")
    assert said is not None
    assert "gibberish" in said.visible_text()
    assert "/crm audit D-7" in said.visible_text()


def test_a_person_chooses_from_the_post_and_from_home(world: World) -> None:
    with world.ctx(world.mira) as ctx:
        make_lead(ctx, "Zoe Lima", owner=world.member(world.mira))
    world.mira.command(f"/lead assign L-1 <@{world.ana.id}>", channel="#sales")
    world.settle()
    world.ana.last_message().click("Notifications")
    world.ana.modal.fill({"Somebody makes you the owner of a record": "Not at all"})
    world.ana.modal.submit()
    assert "Your notifications are saved." in world.ana.last_message().visible_text()
    assert {row.mode for row in chosen(world) if row.kind == NoticeKind.ASSIGNED} == {NoticeMode.OFF}
    home = world.ana.open_home()
    home.click("Notifications")
    world.ana.modal.fill({"Somebody makes you the owner of a record": "In one message in the morning"})
    world.ana.modal.submit()
    assert {row.mode for row in chosen(world) if row.kind == NoticeKind.ASSIGNED} == {NoticeMode.MORNING}


def test_a_channels_settings_are_the_admins(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        make_deal(ctx, "Rollout", owner=world.member(world.ana))
    shown = world.ana.command("/deal view D-1", channel="#sales")
    assert shown is not None
    shown.click("Share in this channel")
    world.settle()
    world.ben.last_message("#sales").click("Notifications")
    assert "An admin can change this" in world.ben.modal.text()
    assert world.ben.modal.labels() == []
    world.sam.last_message("#sales").click("Notifications")
    world.sam.modal.fill({"Somebody shares a record here": "Not at all"})
    world.sam.modal.submit()
    assert {row.audience for row in chosen(world)} == {world.sales.id}
