"""The words of the commands in messages: mentions in channels and threads, and direct messages."""

import re

import pytest

from core.models import Activity, Deal, Lead
from sandbox.driver import MessageHandle, Person
from tests.e2e.world import World
from tests.factories import make_deal, make_lead

HOSTILE = "<!channel> *x* <https://evil.example|ok>"


@pytest.fixture
def deal(world: World) -> Deal:
    with world.ctx(world.ana) as ctx:
        return make_deal(ctx, "Rollout", owner=world.member(world.ana))


def ask(world: World, person: Person, words: str, thread_ts: str = "", channel: str = "#sales") -> MessageHandle:
    """Write `@Rapport words`; what the app answered, which only that person sees."""
    person.say(channel, f"<@{world.team.app.bot_user_id}> {words}", thread_ts)
    answer = [one for one in person.messages(channel, thread_ts) if one.is_from_app][-1]
    assert answer.is_ephemeral
    return answer


def test_a_deal_moves_from_a_thread(world: World, deal: Deal) -> None:
    root = world.ben.say("#sales", "How is the rollout?")
    answer = ask(world, world.ana, "deal move D-1 negotiation", root.ts)
    assert "moved to Negotiation" in answer.text
    assert world.rows(Deal)[0].stage_id != deal.stage_id
    assert all(not one.is_from_app for one in root.thread), "nobody else in the thread reads it"
    answer.click("Undo")
    assert world.rows(Deal)[0].stage_id == deal.stage_id


def test_words_with_a_slash_backticks_or_capitals(world: World, deal: Deal) -> None:
    for words in ("/deal view D-1", "`deal view D-1`", "Deal view D-1", "D-1"):
        assert "Rollout" in ask(world, world.ana, words).visible_text(), words


def test_a_direct_message_is_answered_in_place(world: World, deal: Deal) -> None:
    dm = world.ana.dm_with_app
    world.ana.say(dm, "deal view D-1")
    assert "Rollout" in world.ana.last_message().visible_text()
    world.ana.say(dm, "help")
    assert "/deal move REF STAGE" in world.ana.last_message().visible_text()


def test_a_form_opens_with_what_was_written(world: World) -> None:
    answer = ask(world, world.ana, "lead new Ana Silva, Acme GmbH, ana@acme.example")
    assert not world.ana.has_modal
    answer.click("New lead")
    assert world.ana.modal.value("Name") == "Ana Silva"
    assert world.ana.modal.value("E-mail") == "ana@acme.example"
    world.ana.modal.submit()
    assert [one.name for one in world.rows(Lead)] == ["Ana Silva"]


def test_five_thousand_characters_open_a_form_too(world: World) -> None:
    answer = ask(world, world.ana, "lead new Zoë Lima, " + "ünïcode " * 600)
    assert "its beginning" in answer.text
    answer.click("New lead")
    assert world.ana.modal.value("Name") == "Zoë Lima"


def test_a_misspelt_command_is_asked_back(world: World, deal: Deal) -> None:
    answer = ask(world, world.ana, "deel view D-1")
    assert "Did you mean deal view D-1?" in answer.text
    answer.click("Yes, do it")
    assert "Rollout" in world.ana.last_message("#sales").visible_text()
    nearest = ask(world, world.ana, "deal mvoe D-1 won")
    assert "Did you mean @Rapport deal move" in nearest.text, "slash commands do not work in threads"


def test_hostile_words_are_harmless(world: World) -> None:
    for words in (HOSTILE, f"deal view {HOSTILE}", f"leed view {HOSTILE}", f"lead {HOSTILE}"):
        answer = ask(world, world.ana, words)
        assert "<!channel>" not in answer.text
        # What a button carries or is called aloud is plain text; the rest is not.
        shown = re.sub(r"'(value|accessibility_label)': '[^']*'", "", str(answer.blocks))
        assert "<https://evil" not in shown


def test_what_one_may_not_see_is_not_there(world: World, deal: Deal) -> None:
    answer = ask(world, world.ben, "deal view D-1")
    assert "cannot find" in answer.text
    assert answer.buttons() == ["Find a record"]
    assert "Rollout" not in answer.visible_text()


@pytest.mark.parametrize("who", ["outsider", "guest"])
def test_outsiders_and_guests_are_refused_alone(world: World, deal: Deal, who: str) -> None:
    person = getattr(world, who)
    channel = world.sandbox.channel(world.team, "#contoso-northwind")
    if person.id not in channel.members:
        channel.members.add(person.id)
    answer = ask(world, person, "deal view D-1", channel=channel.id)
    assert "only for members" in answer.text
    assert all(not one.is_from_app for one in world.mira.messages(channel.id))


def test_a_repeated_event_acts_once(world: World) -> None:
    with world.ctx(world.ana) as ctx:
        make_deal(ctx, "Rollout", owner=world.member(world.ana))
    world.sandbox.faults.on_delivery("events", "duplicate", copies=3, parallel=True)
    world.ana.say("#sales", f"<@{world.team.app.bot_user_id}> deal move D-1 proposal")
    world.driver.settle()
    said = [one for one in world.ana.messages("#sales") if one.is_from_app]
    assert len(said) == 1


# -- channels -----------------------------------------------------------------------------------------------------


def test_a_channel_of_a_deal_needs_no_reference(world: World, deal: Deal) -> None:
    ana = world.ana
    linked = ana.command("/crm link D-1", "#sales")
    assert linked is not None
    assert "belongs to D-1 Rollout" in linked.text
    card = ana.command("/deal view", "#sales")
    assert card is not None
    assert "Rollout" in card.visible_text()
    moved = ana.command("/deal move negotiation", "#sales")
    assert moved is not None
    assert "moved to Negotiation" in moved.text
    assert "moved to Proposal" in ask(world, ana, "deal move proposal").text
    ana.command("/call log", "#sales")
    assert "Rollout" in ana.modal.value("Record")
    ana.modal.choose("Outcome", "Connected")
    ana.modal.submit()
    assert world.rows(Activity)[0].deal_id == deal.id
    ana.command("/quote new", "#sales")
    assert "Rollout" in ana.modal.text()
    ana.modal.close()
    ana.command("/crm task Send the deck", "#sales")
    assert "Rollout" in ana.modal.value("Record")
    ana.modal.close()
    which = ana.command("/deal view")
    assert which is not None
    assert "Which deal?" in which.text, "elsewhere, everything is as it was"


def test_linking_anew_asks_and_unlinking_is_undone(world: World, deal: Deal) -> None:
    ana = world.ana
    with world.ctx(ana) as ctx:
        make_lead(ctx, "Lena Fischer", owner=world.member(ana))
    ana.command("/crm link D-1", "#sales")
    asked = ana.command("/crm link L-1", "#sales")
    assert asked is not None
    assert "already belongs to D-1 Rollout" in asked.text
    asked.click("Link to L-1 instead")
    card = ana.command("/lead view", "#sales")
    assert card is not None
    assert "Lena Fischer" in card.visible_text()
    unlinked = ana.command("/crm unlink", "#sales")
    assert unlinked is not None
    assert "not linked to L-1" in unlinked.text
    unlinked.click("Undo")
    bare = ana.command("/crm link", "#sales")
    assert bare is not None
    assert "belongs to L-1" in bare.text
    world.settle()


def test_links_by_name_and_in_the_wrong_place(world: World, deal: Deal) -> None:
    ana = world.ana
    wrong = ana.command("/crm link D-1")
    assert wrong is not None
    assert "works in channels only" in wrong.text
    free = ana.command("/crm unlink", "#sales")
    assert free is not None
    assert "not linked" in free.text
    unknown = ana.command(f"/crm link {HOSTILE}", "#sales")
    assert unknown is not None
    assert "cannot find" in unknown.text
    named = ana.command("/crm link rollout", "#sales")
    assert named is not None
    assert "belongs to D-1" in named.text


def test_a_linked_channel_shows_nothing_to_who_may_not_see_the_record(world: World, deal: Deal) -> None:
    world.ana.command("/crm link D-1", "#sales")
    ben = world.ben
    for words in ("/deal view", "/deal move negotiation", "/crm link", "/crm unlink"):
        answer = ben.command(words, "#sales")
        assert answer is not None
        assert "Rollout" not in answer.visible_text(), words
    with world.ctx(ben) as ctx:
        make_lead(ctx, "Ben's own", owner=world.member(ben))
    taken = ben.command("/crm link L-1", "#sales")
    assert taken is not None
    assert "already belongs to another record" in taken.text
    assert not taken.has_button("Link to L-1 instead")
