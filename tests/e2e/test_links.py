"""Links to records: asking for one, pasting it in a channel, and the page behind it."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest

from core.enums import Visibility
from core.models import Deal
from sandbox import messages
from sandbox.driver import MessageHandle, Person
from tests.e2e.world import SITE, World
from tests.factories import make_deal

HOSTILE = "<!channel> *x* <https://evil.example|ok>"


@pytest.fixture
def deal(world: World) -> Deal:
    with world.ctx(world.ana) as ctx:
        return make_deal(ctx, f"Rollout {HOSTILE}", owner=world.member(world.ana))


def shown_below(world: World, message: MessageHandle) -> Mapping[str, Any]:
    """What stands below a message's links, by link."""
    found = messages.find(world.team, message.channel, message.ts)
    assert found is not None
    return found.unfurls


def click_below(person: Person, message: MessageHandle) -> MessageHandle:
    """Click Open in the card below a message's link; what that person is answered."""
    seen = next(one for one in person.messages(message.channel) if one.ts == message.ts)
    seen.click("Open")
    return [one for one in person.messages(message.channel) if one.is_from_app][-1]


def test_the_link_of_a_record(world: World, deal: Deal) -> None:
    answer = world.ana.command("/crm url D-1", "#sales")
    assert answer is not None
    assert f"{SITE}/r/deal/{deal.id}" in answer.text
    assert "<!channel>" not in answer.text
    missing = world.ana.command("/crm url", "#sales")
    assert missing is not None
    assert "/crm url D-7" in missing.text
    hidden = world.ben.command("/crm url D-1")
    assert hidden is not None
    assert "cannot find" in hidden.text


def test_a_link_says_only_what_everybody_may_see(world: World, deal: Deal) -> None:
    url = f"{SITE}/r/deal/{deal.id}"
    said = world.ana.say("#sales", f"See <{url}>")
    text = str(shown_below(world, said)[url])
    assert "A deal in Rapport" in text
    for secret in ("Rollout", "D-1", "Ana"):
        assert secret not in text
    world.configure(visibility=Visibility.ALL)
    again = world.ana.say("#sales", f"See <{url}>")
    text = str(shown_below(world, again)[url])
    assert "Deal D-1 · Lead in" in text
    assert "Rollout" not in text


def test_open_asks_who_clicks(world: World, deal: Deal) -> None:
    said = world.ana.say("#sales", f"{SITE}/r/deal/{deal.id}")
    mine = click_below(world.ana, said)
    assert mine.is_ephemeral
    assert "Rollout" in mine.visible_text()
    bens = click_below(world.ben, said)
    assert bens.is_ephemeral
    assert "cannot find" in bens.text
    shared = world.ana.say("#contoso-northwind", f"{SITE}/r/deal/{deal.id}")
    olgas = click_below(world.outsider, shared)
    assert "only for members" in olgas.text


def test_what_is_no_link_to_a_record_one_may_see_stays_bare(world: World, deal: Deal) -> None:
    for url in (f"{SITE}/r/deal/nonsense", f"{SITE}/r/activity/{deal.id}", f"{SITE}/other", f"{SITE}/r/lead/{deal.id}"):
        assert shown_below(world, world.ana.say("#sales", url)) == {}, url
    link = f"{SITE}/r/deal/{deal.id}"
    assert shown_below(world, world.ben.say("#sales", link)) == {}
    assert shown_below(world, world.outsider.say("#contoso-northwind", link)) == {}
    assert [one.text for one in world.outsider.messages("#contoso-northwind") if one.is_from_app] == []


def test_the_page_behind_a_link_knows_nothing(world: World, deal: Deal) -> None:
    def page(path: str) -> str:
        with urllib.request.urlopen(f"{world.backend.url}{path}") as answer:
            return str(answer.read().decode())

    there = page(f"/r/deal/{deal.id}")
    assert "Open Slack" in there
    assert there == page("/r/lead/019cf000-0000-7000-8000-000000000000")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        page("/r/deal/1")


def test_a_card_gives_its_link_and_takes_a_task(world: World, deal: Deal) -> None:
    card = world.ana.command("/deal view D-1", "#sales")
    assert card is not None
    card.click("Copy link")
    assert f"{SITE}/r/deal/{deal.id}" in world.ana.last_message("#sales").text
    card.click("New task")
    assert "D-1" in world.ana.modal.value("Record")
