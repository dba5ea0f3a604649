"""`/pipeline`, through the sandbox."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import pytest

from sandbox.driver.message import MessageHandle
from sandbox.driver.person import Person
from tests.e2e.world import World
from tests.factories import make_deal, make_pipeline, make_stage, the_stage


@pytest.fixture
def deals(world: World) -> None:
    with world.ctx() as ctx:
        ana, ben = world.member(world.ana), world.member(world.ben)
        day = ctx.now.date()
        soon, past = day + timedelta(days=7), day - timedelta(days=3)
        negotiation = the_stage(ctx, "Negotiation")
        negotiation.probability = 80
        make_deal(ctx, "Acme <rollout>", owner=ana, currency="EUR", next_follow_up=past, expected_close=past)
        make_deal(
            ctx,
            "Globex cells",
            owner=ana,
            currency="EUR",
            stage=negotiation,
            value=Decimal("999.99"),
            next_follow_up=soon,
        )
        make_deal(ctx, "Initech", owner=ben, currency="JPY", value=Decimal(70_000), next_follow_up=soon)


def asked(person: Person, line: str = "/pipeline") -> MessageHandle:
    answer = person.command(line, channel="#sales")
    assert answer is not None
    return answer


def kinds(message: MessageHandle) -> list[object]:
    return [block.get("type") for block in message.blocks]


@pytest.mark.usefixtures("deals")
def test_a_rep_reads_their_own_and_opens_what_waits(world: World) -> None:
    shown = asked(world.ana)

    text = shown.visible_text()
    assert shown.is_ephemeral
    assert "Sales · Mine" in text
    assert "2 deals · €12,999.99" in text
    # 80 % of 999.99 is 799.992, to the cent
    assert "1 deal · €999.99 · weighted €799.99" in text
    assert "Initech" not in text
    assert "¥" not in text
    assert "follow-up was due 3 days ago" in text
    assert kinds(shown).count("data_visualization") == 1
    shown.click("Open")
    assert "Acme <rollout>" in world.ana.last_message("#sales").visible_text()


@pytest.mark.usefixtures("deals")
def test_a_manager_reads_the_teams_and_narrows_it_down(world: World) -> None:
    shown = asked(world.mira)
    assert "Sales · Team" in shown.visible_text()
    assert "70.000\xa0¥" in shown.visible_text()
    assert "12.999,99\xa0€" in shown.visible_text()
    assert kinds(shown).count("data_visualization") == 1, "one stage alone is no chart"

    shown.click("Mine")
    assert "No open deals here yet." in shown.visible_text()
    shown.click("Team")
    assert "70.000\xa0¥" in shown.visible_text()
    assert len(world.mira.messages("#sales")) == 1


@pytest.mark.usefixtures("deals")
def test_where_slack_refuses_charts_the_numbers_come_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slack, refused = world.backend.parts.slack, list[Mapping[str, object]]()
    respond = slack.respond

    def old_slack(response_url: str, payload: Mapping[str, object]) -> bool:
        if "data_visualization" in str(payload):
            refused.append(payload)
            return False
        return respond(response_url, payload)

    monkeypatch.setattr(slack, "respond", old_slack)
    shown = asked(world.mira)
    assert "70.000\xa0¥" in shown.visible_text()
    shown.click("Mine")
    shown.click("Team")
    assert "12.999,99\xa0€" in shown.visible_text()
    assert "data_visualization" not in kinds(shown)
    assert len(refused) == 2


def test_an_empty_pipeline_offers_the_first_deal(world: World) -> None:
    shown = asked(world.ana, "/pipeline mine")

    assert "No open deals here yet." in shown.visible_text()
    shown.click("New deal")
    assert world.ana.has_modal


@pytest.mark.usefixtures("deals")
def test_another_pipeline_by_name_and_by_choosing(world: World) -> None:
    with world.ctx() as ctx:
        stage = make_stage(ctx, make_pipeline(ctx, "R&D <labs>"), probability=50)
        make_deal(ctx, "Cern", owner=world.member(world.ana), stage=stage, currency="USD", value=Decimal(10))
    shown = asked(world.ana, "/pipeline mine r&d <labs>")
    assert "R&D <labs> · Mine" in shown.visible_text()
    assert "US$10 · weighted US$5" in shown.visible_text()

    shown.choose("Pipeline", "Sales")
    assert "€12,999.99" in shown.visible_text()
    assert "R&D" in asked(world.ana, "/pipeline r&d").visible_text()


def test_words_that_mean_no_pipeline_are_answered_with_the_names(world: World) -> None:
    for words in ("xyzzy", "<!channel>", "x" * 3000):
        answer = asked(world.ana, f"/pipeline {words}")
        assert "The pipelines are: Sales." in answer.visible_text()
        assert "<!channel>" not in answer.text
    assert "/pipeline team" in asked(world.ana, "/pipeline help").visible_text()
    assert "/pipeline team" in asked(world.ana, "/crm help").visible_text()


@pytest.mark.usefixtures("deals")
def test_a_guest_is_told_nothing(world: World) -> None:
    answer = world.guest.command("/pipeline")

    assert answer is not None
    assert "only for members" in answer.visible_text()
    assert "€" not in answer.visible_text()


@pytest.mark.usefixtures("deals")
def test_a_rep_who_asks_for_the_team_gets_what_is_theirs_to_see(world: World) -> None:
    shown = asked(world.ben, "/pipeline team")

    assert "Acme" not in shown.visible_text()
    assert "¥70,000" in shown.visible_text()
